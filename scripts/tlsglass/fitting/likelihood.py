"""A likelihood of one or several sets of points that share parameters, and where it is greatest.

A ``Part`` is one set of points with its model Σ_a p[a] · shape_a(p): amplitudes p[a], which enter linearly, and shapes that
depend on the other parameters. ``Likelihood`` adds the parts up: parameters of one name are one parameter. A ``Prior`` is what
is known of a parameter beforehand, say a fraction by which all values of one part may be wrong. ``Likelihood.best`` never
raises: a search that does not arrive says so in ``Best.converged``.
"""

import itertools
from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np

MAX_STEPS = 200  # of one search; each takes the model once, and once more for each parameter that is no amplitude
MAX_GRID_POINTS = 600  # starts of one grid; a larger one is searched axis by axis
BOUND_SNAP_SIGMA = 0.05  # as many standard errors from a bound: it is tried
STEP = 1e-7  # of numerical derivatives, relative to the parameter or to 1


MAX_RESIDUAL = 1e75  # a residual that is larger, or no number, counts as this: its square is still a number


def clip_to_finite(x):
    """Return ``x`` with what is no number, or larger, as HUGE."""
    return np.clip(np.nan_to_num(x, nan=MAX_RESIDUAL, posinf=MAX_RESIDUAL, neginf=-MAX_RESIDUAL), -MAX_RESIDUAL, MAX_RESIDUAL)


@dataclass(frozen=True)
class FitParameter:
    """A parameter of a likelihood: where the search begins, and its bounds. ``tried`` are further starts (no amplitude).

    Bounds are ``natural`` where nature or knowledge ends there, as at J0/h0 >= 0: a fit that ends on one gives a limit.
    """

    start: float
    low: float = -np.inf
    high: float = np.inf
    fixed: bool = False
    start_grid: tuple = ()
    physical_bounds: bool = False

    def fixed_at(self, value):
        return replace(self, start=float(value), fixed=True, start_grid=())


@dataclass(frozen=True)
class FitData:
    """Points ``value`` (n,) and the shapes of their model, ``shapes(p)`` -> {amplitude: (n,)} for a dict ``p`` of parameters.

    ``error`` is their standard error (n,), or None: then the residuals tell it, which is the same for all, or in proportion
    to ``weight`` (n,). ``covariance`` (n, n) is added to the squared errors: what errors of the model, or of all points
    together, come to. ``names`` {own: shared} gives parameters another name in the likelihood, so that two parts do or do not
    share them.
    """

    shapes: Callable
    value: np.ndarray
    error: np.ndarray | None
    covariance: np.ndarray | None = None
    names: dict | None = None
    weight: np.ndarray | None = None

    def named(self, p):
        """Return {amplitude as the likelihood calls it: shape (n,)} for its parameters ``p``."""
        names = self.names or {}
        shapes = self.shapes(p | {own: p[shared] for own, shared in names.items()})
        return {names.get(key, key): shape for key, shape in shapes.items()}

    def curve(self, p):
        """Return the model (n,) for the parameters ``p`` of the likelihood."""
        return sum(p[name] * shape for name, shape in self.named(p).items())

    @cached_property
    def scale(self):
        """Errors (n,): as given, else as ``weight`` has them, else all the same, of the order of the scatter of the points."""
        if self.error is not None or self.weight is not None:
            return np.asarray(self.weight if self.error is None else self.error, dtype=float)
        spread = float(np.std(self.value))
        return np.full(len(self.value), spread or float(np.max(np.abs(self.value))) or 1.0)

    @cached_property
    def _factor(self):
        """The Cholesky factor of the covariance of all points in units of their errors."""
        whole = clip_to_finite(self.covariance / self.scale / self.scale[:, None]) + np.eye(len(self.scale))
        try:
            return np.linalg.cholesky(whole)
        except np.linalg.LinAlgError:  # beyond floating point: then each point by itself
            return np.diag(np.sqrt(np.diag(whole)))

    @cached_property
    def _whitening(self):
        """What makes residuals independent, of variance 1: (n,) to multiply, or (n, n)."""
        return 1 / self.scale if self.covariance is None else np.linalg.inv(self._factor) / self.scale

    @property
    def ln_determinant(self):
        """ln of the determinant of the covariance of all points, by that of their errors alone."""
        return 0.0 if self.covariance is None else 2 * float(np.sum(np.log(np.diag(self._factor))))

    def whiten(self, difference):
        """Return a difference (n, ...) of points and model in units of the errors."""
        w = self._whitening
        return w @ difference if w.ndim == 2 else (difference.T * w).T


@dataclass(frozen=True)
class Prior:
    """What is known of the parameter ``name`` beforehand: a Gaussian."""

    name: str
    mean: float
    sigma: float


@dataclass(frozen=True)
class Optimum:
    """Where a likelihood is greatest. ``chi2`` is Σ residual² with that of the priors, in units of ``Part.scale``."""

    values: dict
    chi2: float
    converged: bool
    free: tuple  # names of the free parameters ...
    jacobian: np.ndarray  # ... and the derivatives of the residuals by them


class Likelihood:
    """Parts and priors on ``terms`` {name: Term}, all in one χ². Raises ValueError if one of several parts has no errors."""

    def __init__(self, parts, terms, priors=()):
        self.parts, self.terms, self.priors = tuple(parts), dict(terms), tuple(priors)
        self.errors_given = all(part.error is not None for part in self.parts)
        if not self.errors_given and len(self.parts) > 1:
            raise ValueError(
                "sets of points that are fitted together need errors, all of them: these weigh one against another"
            )
        self.evaluations = 0

    @property
    def points(self):
        """Number of points, without priors."""
        return sum(len(part.value) for part in self.parts)

    @property
    def free(self):
        """Names of the free parameters."""
        return tuple(name for name, term in self.terms.items() if not term.fixed)

    @property
    def dof(self):
        """Points and priors less free parameters."""
        return self.points + len(self.priors) - len(self.free)

    def with_fixed(self, **values):
        """Return this likelihood with some parameters held at ``values``."""
        held = {name: self.terms[name].fixed_at(value) for name, value in values.items()}
        other = Likelihood(self.parts, self.terms | held, self.priors)
        other._amplitudes = self._amplitudes
        return other

    @cached_property
    def _amplitudes(self):
        """Names of the parameters that enter every part linearly."""
        start = {name: term.start for name, term in self.terms.items()}
        return tuple({name: None for part in self.parts for name in part.named(start)})

    def shapes(self, p):
        """Return the shapes of every part, a list of dicts."""
        self.evaluations += 1
        return [part.named(p) for part in self.parts]

    def residuals(self, p, shapes=None):
        """Return all residuals (n + priors,) in units of their errors; HUGE where they are no number."""
        shapes = self.shapes(p) if shapes is None else shapes
        with np.errstate(all="ignore"):
            every = [
                part.whiten(sum(p[name] * shape for name, shape in some.items()) - part.value)
                for part, some in zip(self.parts, shapes, strict=True)
            ]
        priors = [(p[prior.name] - prior.mean) / prior.sigma for prior in self.priors]
        return clip_to_finite(np.concatenate([*every, priors]))

    def chi2(self, p):
        return float(np.sum(self.residuals(p) ** 2))

    def jacobian(self, p, shapes, names):
        """Return the derivatives (n + priors, k) of the residuals by ``names``: those by amplitudes are their shapes."""
        found = np.empty((self.points + len(self.priors), len(names)))
        here = None
        for k, name in enumerate(names):
            if name in self._amplitudes:
                with np.errstate(all="ignore"):
                    every = [
                        part.whiten(some[name]) if name in some else np.zeros(len(part.value))
                        for part, some in zip(self.parts, shapes, strict=True)
                    ]
                priors = [(prior.name == name) / prior.sigma for prior in self.priors]
                found[:, k] = clip_to_finite(np.concatenate([*every, priors]))
            else:
                here = self.residuals(p, shapes) if here is None else here
                step = _step(p[name], self.terms[name])
                found[:, k] = (self.residuals(p | {name: p[name] + step}) - here) / step
        return clip_to_finite(found)

    def best(self, start=None, most=MAX_STEPS):
        """Return the Best, sought from ``start`` (values by name, brought into their bounds) or from the best of a grid.

        Amplitudes are those that fit best wherever the other parameters are: the search is in these alone (variable
        projection), with the derivatives of Kaufman, BIT 15, 49 (1975).
        """
        from scipy import optimize  # not by jobs that only word or draw a fit

        p = {name: term.start for name, term in self.terms.items()}
        p |= self._best_of_a_grid() if start is None else {name: x for name, x in start.items() if name in self.free}
        names = tuple(name for name in self.free if name not in self._amplitudes)
        low, high = (np.array([getattr(self.terms[name], end) for name in names], dtype=float) for end in ("low", "high"))
        last = {}

        def at(x):
            key = tuple(map(float, x))
            if key not in last:
                last.clear()
                last[key] = self._projected(p | dict(zip(names, key, strict=True)))
            return last[key]

        def slopes(x):
            here = at(x)
            found = self.jacobian(here.values, here.shapes, names)
            return found - here.held @ (here.held.T @ found)

        x, arrived = np.clip([p[name] for name in names], low, high), True
        if names:
            try:
                with np.errstate(all="ignore"):
                    result = optimize.least_squares(
                        lambda x: at(x).residuals,
                        x,
                        jac=slopes,
                        bounds=(low, high),
                        x_scale="jac",
                        max_nfev=most,
                        ftol=1e-11,
                        xtol=1e-11,
                    )
                x, arrived = np.clip(result.x, low, high), bool(result.success)
            except (np.linalg.LinAlgError, ValueError):  # numbers near the ends of floating point
                arrived = False
            x = self._onto_bounds(x, at, slopes(x), names)
        found = at(x)
        values = found.values
        return Optimum(values, found.chi2, arrived, self.free, self.jacobian(values, found.shapes, self.free))

    def _onto_bounds(self, x, at, slopes, names):
        """Return ``x`` (k,) with what the search left a hair away from a bound on it: it never ends on one itself."""
        size, chi2 = np.linalg.norm(slopes, axis=0), at(x).chi2
        for k, name in enumerate(names):
            term = self.terms[name]
            bound = term.low if x[k] - term.low < term.high - x[k] else term.high
            if np.isfinite(bound) and x[k] != bound and abs(x[k] - bound) * size[k] < BOUND_SNAP_SIGMA:
                moved = np.where(np.arange(len(x)) == k, bound, x)
                there = at(moved).chi2
                if there <= chi2 * (1 + 1e-9):
                    x, chi2 = moved, there
        return x

    def _best_of_a_grid(self):
        """Return the best start, by name, of a grid in the parameters that have values to try, each with its best amplitudes.

        χ² has side minima, and a start far from the data would end in one of them.
        """
        p = {name: term.start for name, term in self.terms.items()}
        axes = {
            name: [term.start, *(x for x in term.start_grid if term.low <= x <= term.high)]
            for name, term in self.terms.items()
            if not term.fixed and name not in self._amplitudes
        }
        if np.prod([len(tried) for tried in axes.values()]) <= MAX_GRID_POINTS:
            grid = [dict(zip(axes, values, strict=True)) for values in itertools.product(*axes.values())]
            return min((self._projected(p | trial) for trial in grid), key=lambda found: found.chi2).values
        best = self._projected(p)
        for name, tried in 2 * list(axes.items()):
            best = min([best, *(self._projected(best.values | {name: x}) for x in tried)], key=lambda found: found.chi2)
        return best.values

    def _projected(self, p):
        """Return the Projected of ``p``: with the free amplitudes that fit best within their bounds."""
        shapes = self.shapes(p)
        names = [name for name in self._amplitudes if not self.terms[name].fixed]
        held = np.zeros((self.points + len(self.priors), 0))
        if names:
            rest = -self.residuals(p | dict.fromkeys(names, 0.0), shapes)
            design = self.jacobian(p, shapes, names)
            size = np.linalg.norm(design, axis=0)
            size[~((size > 0) & (size < MAX_RESIDUAL))] = 1.0
            found, held = _solved(design / size, rest)
            low, high = (np.array([getattr(self.terms[name], end) for name in names]) for end in ("low", "high"))
            if np.any((found / size < low) | (found / size > high)):
                bounds = np.clip(low * size, -MAX_RESIDUAL, MAX_RESIDUAL), np.clip(high * size, -MAX_RESIDUAL, MAX_RESIDUAL)
                found, inside = _bounded(design / size, rest, *bounds, found)
                held = _solved((design / size)[:, inside], rest)[1]
            values = np.clip(np.nan_to_num(found / size, nan=0.0, posinf=MAX_RESIDUAL, neginf=-MAX_RESIDUAL), low, high)
            p = p | dict(zip(names, map(float, values), strict=True))
        residuals = self.residuals(p, shapes)
        return ProjectedAmplitudes(p, shapes, residuals, float(np.sum(residuals**2)), held)


@dataclass(frozen=True)
class ProjectedAmplitudes:
    """Parameters whose amplitudes fit best; ``held`` (n, k) are the directions of the residuals that these have taken out."""

    values: dict
    shapes: list
    residuals: np.ndarray
    chi2: float
    held: np.ndarray


def _solved(design, rest):
    """Return the least squares of ``design`` (n, k) x = ``rest``, the shortest if there are many, and what it spans (n, r)."""
    try:
        left, singular, right = np.linalg.svd(design, full_matrices=False)
    except np.linalg.LinAlgError:
        return np.zeros(design.shape[1]), np.zeros((len(rest), 0))
    rank = int(np.sum(singular > 1e-12 * max(singular.max(initial=0.0), 1e-300)))
    left = left[:, :rank]
    return right[:rank].T @ ((left.T @ rest) / singular[:rank]), left


def _bounded(design, rest, low, high, start):
    """Return the least squares within bounds, and which of its parameters lie inside."""
    from scipy import optimize

    try:
        found = optimize.lsq_linear(design, rest, (low, high), method="bvls", max_iter=50).x
    except (np.linalg.LinAlgError, ValueError, IndexError):
        found = np.clip(start, low, high)
    return found, (found > low) & (found < high)


def _step(x, term):
    """Return the step of a derivative, into the bounds."""
    step = STEP * max(abs(x), 1.0)
    if x + step <= term.high:
        return step
    if x - step >= term.low:
        return -step
    return term.high - x if term.high - x > x - term.low else term.low - x
