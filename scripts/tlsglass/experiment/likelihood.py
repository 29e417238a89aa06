"""A likelihood of one or several sets of points that share parameters, and where it is greatest.

A ``Part`` is one set of points with its model Σ_a p[a] · shape_a(p): amplitudes p[a], which enter linearly, and shapes that
depend on the other parameters. ``Likelihood`` adds the parts up: parameters of one name are one parameter. A ``Prior`` is what
is known of a parameter beforehand, say a fraction by which all values of one part may be wrong. ``Likelihood.best`` never
raises: a search that does not arrive says so in ``Best.arrived``.
"""

import itertools
from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np
from scipy import optimize

MOST_STEPS = 200  # of one search; each takes the model once, and once more for each parameter that is no amplitude
MOST_TRIED = 600  # starts of one grid; a larger one is searched axis by axis
HUGE = 1e75  # a residual that is larger, or no number, counts as this: its square is still a number
NEAR = 0.05  # as many standard errors from a bound: it is tried
STEP = 1e-7  # of numerical derivatives, relative to the parameter or to 1


@dataclass(frozen=True)
class Term:
    """A parameter of a likelihood: where the search begins, and its bounds. ``tried`` are further starts (no amplitude).

    Bounds are ``natural`` where nature or knowledge ends there, as at J0/h0 >= 0: a fit that ends on one gives a limit.
    """

    start: float
    low: float = -np.inf
    high: float = np.inf
    fixed: bool = False
    tried: tuple = ()
    natural: bool = False

    def held_at(self, value):
        return replace(self, start=float(value), fixed=True, tried=())


@dataclass(frozen=True)
class Part:
    """Points ``value`` (n,) and the shapes of their model, ``shapes(p)`` -> {amplitude: (n,)} for a dict ``p`` of parameters.

    ``error`` is their standard error (n,), or None: then all have the same, which the residuals tell. ``covariance`` (n, n) is
    added to the squared errors: what errors of the model, or of all points together, come to. ``names`` {own: shared} gives
    parameters another name in the likelihood, so that two parts do or do not share them.
    """

    shapes: Callable
    value: np.ndarray
    error: np.ndarray | None
    covariance: np.ndarray | None = None
    names: dict | None = None

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
        """Errors (n,): as given, else all the same, of the order of the scatter of the points."""
        if self.error is not None:
            return np.asarray(self.error, dtype=float)
        spread = float(np.std(self.value))
        return np.full(len(self.value), spread or float(np.max(np.abs(self.value))) or 1.0)

    @cached_property
    def _whitening(self):
        """What makes residuals independent, of variance 1: (n,) to multiply, or (n, n)."""
        if self.covariance is None:
            return 1 / self.scale
        whole = self.covariance / self.scale / self.scale[:, None] + np.eye(len(self.scale))
        return np.linalg.inv(np.linalg.cholesky(whole)) / self.scale

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
class Best:
    """Where a likelihood is greatest. ``chi2`` is Σ residual² with that of the priors, in units of ``Part.scale``."""

    values: dict
    chi2: float
    arrived: bool
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

    def holding(self, **values):
        """Return this likelihood with some parameters held at ``values``."""
        held = {name: self.terms[name].held_at(value) for name, value in values.items()}
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
        return _finite(np.concatenate([*every, priors]))

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
                found[:, k] = _finite(np.concatenate([*every, priors]))
            else:
                here = self.residuals(p, shapes) if here is None else here
                step = _step(p[name], self.terms[name])
                found[:, k] = (self.residuals(p | {name: p[name] + step}) - here) / step
        return _finite(found)

    def best(self, start=None, most=MOST_STEPS):
        """Return the Best, sought from ``start`` (values by name, brought into their bounds) or from the best of a grid."""
        p = {name: term.start for name, term in self.terms.items()}
        p |= self._best_of_a_grid() if start is None else {name: x for name, x in start.items() if name in self.free}
        names = self.free
        low, high = (np.array([getattr(self.terms[name], end) for name in names], dtype=float) for end in ("low", "high"))
        last = {}

        def at(x):
            values = p | dict(zip(names, map(float, x), strict=True))
            key = tuple(v for name, v in values.items() if name not in self._amplitudes)
            if last.get("key") != key:
                last.update(key=key, shapes=self.shapes(values))
            return values, last["shapes"]

        x, arrived = np.clip([p[name] for name in names], low, high), True
        if names:
            try:
                with np.errstate(all="ignore"):
                    result = optimize.least_squares(
                        lambda x: self.residuals(*at(x)),
                        x,
                        jac=lambda x: self.jacobian(*at(x), names),
                        bounds=(low, high),
                        x_scale="jac",
                        max_nfev=most,
                    )
                x, arrived = np.clip(result.x, low, high), bool(result.success)
            except (np.linalg.LinAlgError, ValueError):  # numbers near the ends of floating point
                arrived = False
        values, shapes = at(self._onto_bounds(x, at))
        return Best(
            values, float(np.sum(self.residuals(values, shapes) ** 2)), arrived, names, self.jacobian(values, shapes, names)
        )

    def _onto_bounds(self, x, at):
        """Return ``x`` (k,) with what the search left a hair away from a bound on it: it never ends on one itself."""
        values, shapes = at(x)
        size = np.linalg.norm(self.jacobian(values, shapes, self.free), axis=0)
        chi2 = float(np.sum(self.residuals(values, shapes) ** 2))
        for k, name in enumerate(self.free):
            term = self.terms[name]
            bound = term.low if x[k] - term.low < term.high - x[k] else term.high
            if np.isfinite(bound) and x[k] != bound and abs(x[k] - bound) * size[k] < NEAR:
                moved = np.where(np.arange(len(x)) == k, bound, x)
                there = float(np.sum(self.residuals(*at(moved)) ** 2))
                if there <= chi2 * (1 + 1e-9):
                    x, chi2 = moved, there
        return x

    def _best_of_a_grid(self):
        """Return the best start, by name, of a grid in the parameters that have values to try, each with its best amplitudes.

        χ² has side minima, and a start far from the data would end in one of them.
        """
        p = {name: term.start for name, term in self.terms.items()}
        axes = {
            name: [term.start, *(x for x in term.tried if term.low <= x <= term.high)]
            for name, term in self.terms.items()
            if not term.fixed and name not in self._amplitudes
        }
        if np.prod([len(tried) for tried in axes.values()]) <= MOST_TRIED:
            grid = [dict(zip(axes, values, strict=True)) for values in itertools.product(*axes.values())]
            return min((self._with_amplitudes(p | trial) for trial in grid), key=lambda found: found[0])[1]
        best = self._with_amplitudes(p)
        for name, tried in 2 * list(axes.items()):
            best = min([best, *(self._with_amplitudes(best[1] | {name: x}) for x in tried)], key=lambda found: found[0])
        return best[1]

    def _with_amplitudes(self, p):
        """Return χ² and the parameters with the free amplitudes that fit best, brought into their bounds."""
        shapes = self.shapes(p)
        names = [name for name in self._amplitudes if not self.terms[name].fixed]
        for _ in range(2):  # an amplitude that is brought into its bounds changes the best of the others
            if not names:
                break
            rest = self.residuals(p | dict.fromkeys(names, 0.0), shapes)
            design = self.jacobian(p, shapes, names)
            size = np.linalg.norm(design, axis=0)
            size[~((size > 0) & (size < HUGE))] = 1.0
            try:
                solved = np.linalg.lstsq(design / size, -rest, rcond=None)[0] / size
            except np.linalg.LinAlgError:
                break
            ends = [(self.terms[name].low, self.terms[name].high) for name in names]
            clipped = [
                float(np.clip(x, *end)) if np.isfinite(x) else p[n] for n, x, end in zip(names, solved, ends, strict=True)
            ]
            p = p | dict(zip(names, clipped, strict=True))
            names = [n for n, x, y in zip(names, solved, clipped, strict=True) if x == y]
        return float(np.sum(self.residuals(p, shapes) ** 2)), p


def _finite(x):
    return np.clip(np.nan_to_num(x, nan=HUGE, posinf=HUGE, neginf=-HUGE), -HUGE, HUGE)


def _step(x, term):
    """Return the step of a derivative, into the bounds."""
    step = STEP * max(abs(x), 1.0)
    if x + step <= term.high:
        return step
    if x - step >= term.low:
        return -step
    return term.high - x if term.high - x > x - term.low else term.low - x
