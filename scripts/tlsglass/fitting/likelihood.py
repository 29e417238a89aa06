"""Likelihood of one or several sets of points that share parameters, and its maximum.

A ``FitData`` is one set of points with the model Σ_a p[a] · shape_a(p): the amplitudes p[a] enter linearly, and their shapes
depend on the other parameters. A ``Likelihood`` adds up χ² of all sets; parameters of the same name are one parameter. A
``Prior`` is a Gaussian constraint on a parameter, such as a calibration error that all values of one set have in common.
``Likelihood.maximize`` never raises an exception: a search that fails has ``Optimum.converged`` = False.
"""

import itertools
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any, NamedTuple

import numpy as np

from tlsglass.base.types import BoolArray, FloatArray

MAX_STEPS = 200  # of one search; each evaluates the model once, and once more for each parameter that is no amplitude
MAX_GRID_POINTS = 600  # starts on one grid; a larger grid is searched axis by axis
BOUND_SNAP_SIGMA = 0.05  # a parameter that ends closer to a bound than this many standard errors is tried on the bound
RELATIVE_STEP = 1e-7  # of numerical derivatives, relative to the parameter or to 1
MAX_RESIDUAL = 1e75  # replaces larger residuals and NaN, so that the squares remain finite

Values = dict[str, float]  # parameters by name
Shapes = dict[str, FloatArray]  # shapes by amplitude


def clip_to_finite(x: Any) -> FloatArray:
    """Return ``x`` with NaN and values beyond ±MAX_RESIDUAL replaced by MAX_RESIDUAL of the same sign."""
    return np.clip(np.nan_to_num(x, nan=MAX_RESIDUAL, posinf=MAX_RESIDUAL, neginf=-MAX_RESIDUAL), -MAX_RESIDUAL, MAX_RESIDUAL)


@dataclass(frozen=True)
class FitParameter:
    """Start, bounds and further starts of a parameter. Only parameters that are no amplitudes have a ``start_grid``.

    With ``physical_bounds``, a fit that ends on a bound gives a limit, as at J0/h0 >= 0; other bounds are a choice of the user.
    """

    start: float
    low: float = -np.inf
    high: float = np.inf
    fixed: bool = False
    start_grid: tuple[float, ...] = ()
    physical_bounds: bool = False

    def fixed_at(self, value: float) -> "FitParameter":
        """Return the parameter fixed at ``value``."""
        return replace(self, start=float(value), fixed=True, start_grid=())


@dataclass(frozen=True)
class FitData:
    """One set of points and its model.

    Parameters
    ----------
    shapes
        Function that returns the shapes (n,) of the model, {amplitude: (n,)}, for a dict of parameters.
    value
        Measured values, (n,).
    error
        Standard errors (n,), or None: then they are estimated from the residuals, equal for all points or in proportion to
        ``weight`` (n,).
    covariance
        Covariance (n, n) that is added to the squared errors: errors of the model, or errors that points have in common.
    names
        {name in ``shapes``: name in the likelihood}, which decides what two sets share.
    """

    shapes: Callable[[Values], Shapes]
    value: FloatArray
    error: FloatArray | None
    covariance: FloatArray | None = None
    names: Mapping[str, str] | None = None
    weight: FloatArray | None = None

    def named_shapes(self, p: Values) -> Shapes:
        """Return the shapes for the parameters ``p`` of the likelihood, by the likelihood's names."""
        names = self.names or {}
        shapes = self.shapes(p | {name: p[shared] for name, shared in names.items()})
        return {names.get(name, name): shape for name, shape in shapes.items()}

    @cached_property
    def scale(self) -> FloatArray:
        """Unit of the residuals (n,): the errors, else the weights, else the standard deviation of the values."""
        if self.error is not None or self.weight is not None:
            return np.asarray(self.weight if self.error is None else self.error, dtype=float)
        spread = float(np.std(self.value))
        return np.full(len(self.value), spread or float(np.max(np.abs(self.value))) or 1.0)

    @cached_property
    def _cholesky_factor(self) -> FloatArray:
        """Cholesky factor of the covariance of all points in units of ``scale``."""
        total = clip_to_finite(self.covariance / self.scale / self.scale[:, None]) + np.eye(len(self.scale))
        try:
            return np.linalg.cholesky(total)
        except np.linalg.LinAlgError:  # beyond floating point: neglect the correlations
            return np.diag(np.sqrt(np.diag(total)))

    @cached_property
    def _whitening(self) -> FloatArray:
        """Factors (n,), or a matrix (n, n), that make the residuals independent with variance 1."""
        return 1 / self.scale if self.covariance is None else np.linalg.inv(self._cholesky_factor) / self.scale

    @property
    def ln_determinant(self) -> float:
        """Logarithm of the determinant of the covariance of all points, relative to that of their errors alone."""
        return 0.0 if self.covariance is None else 2 * float(np.sum(np.log(np.diag(self._cholesky_factor))))

    def whiten(self, difference: FloatArray) -> FloatArray:
        """Return differences (n, ...) of model and points as independent residuals of variance 1."""
        w = self._whitening
        return w @ difference if w.ndim == 2 else (difference.T * w).T


class Prior(NamedTuple):
    """Gaussian constraint on the parameter ``name``."""

    name: str
    mean: float
    sigma: float


@dataclass(frozen=True)
class Optimum:
    """Maximum of a likelihood. ``chi2`` is Σ residual², including the priors, in units of ``FitData.scale``."""

    values: Values
    chi2: float
    converged: bool
    free: tuple[str, ...]  # names of the free parameters ...
    jacobian: FloatArray  # ... and the derivatives (n + priors, k) of the residuals by them


class ProjectedAmplitudes(NamedTuple):
    """Parameters with the best amplitudes; ``basis`` (n, k) spans the residuals that the amplitudes can remove."""

    values: Values
    shapes: list[Shapes]
    residuals: FloatArray
    chi2: float
    basis: FloatArray


class Likelihood:
    """Sum of χ² of several sets of points and priors, as a function of ``parameters`` {name: FitParameter}.

    Raises
    ------
    ValueError
        If one of several sets of points has no errors.
    """

    def __init__(self, data: Iterable[FitData], parameters: Mapping[str, FitParameter], priors: Iterable[Prior] = ()) -> None:
        self.data, self.parameters, self.priors = tuple(data), dict(parameters), tuple(priors)
        self.errors_given = all(data.error is not None for data in self.data)
        if not self.errors_given and len(self.data) > 1:
            raise ValueError("datasets that are fitted together all need errors, which determine their relative weights")
        self.evaluations = 0

    @property
    def n_points(self) -> int:
        """Number of points, without priors."""
        return sum(len(data.value) for data in self.data)

    @property
    def free(self) -> tuple[str, ...]:
        """Names of the free parameters."""
        return tuple(name for name, parameter in self.parameters.items() if not parameter.fixed)

    @property
    def dof(self) -> int:
        """Number of points and priors minus the number of free parameters."""
        return self.n_points + len(self.priors) - len(self.free)

    def with_fixed(self, **values: float) -> "Likelihood":
        """Return this likelihood with parameters fixed at ``values``."""
        fixed = {name: self.parameters[name].fixed_at(value) for name, value in values.items()}
        likelihood = Likelihood(self.data, self.parameters | fixed, self.priors)
        likelihood._amplitudes = self._amplitudes
        return likelihood

    @cached_property
    def _amplitudes(self) -> tuple[str, ...]:
        """Names of the parameters that enter linearly."""
        start = {name: parameter.start for name, parameter in self.parameters.items()}
        return tuple({name: None for data in self.data for name in data.named_shapes(start)})

    @cached_property
    def _nonlinear(self) -> tuple[str, ...]:
        """Names of the free parameters that do not enter linearly."""
        return tuple(name for name in self.free if name not in self._amplitudes)

    def shapes(self, p: Values) -> list[Shapes]:
        """Return the shapes of each set of points."""
        self.evaluations += 1
        return [data.named_shapes(p) for data in self.data]

    @np.errstate(all="ignore")
    def residuals(self, p: Values, shapes: list[Shapes] | None = None) -> FloatArray:
        """Return all residuals (n + priors,) in units of their errors."""
        shapes = self.shapes(p) if shapes is None else shapes
        residuals = [
            data.whiten(sum(p[name] * shape for name, shape in terms.items()) - data.value)
            for data, terms in zip(self.data, shapes, strict=True)
        ]
        priors = [(p[prior.name] - prior.mean) / prior.sigma for prior in self.priors]
        return clip_to_finite(np.concatenate([*residuals, priors]))

    @np.errstate(all="ignore")
    def jacobian(self, p: Values, shapes: list[Shapes], names: Iterable[str]) -> FloatArray:
        """Return the derivatives (n + priors, k) of the residuals by ``names``; those by amplitudes are the shapes."""
        names = tuple(names)
        jacobian = np.empty((self.n_points + len(self.priors), len(names)))
        residuals = None
        for k, name in enumerate(names):
            if name in self._amplitudes:
                columns = [
                    data.whiten(terms[name]) if name in terms else np.zeros(len(data.value))
                    for data, terms in zip(self.data, shapes, strict=True)
                ]
                priors = [(prior.name == name) / prior.sigma for prior in self.priors]
                jacobian[:, k] = clip_to_finite(np.concatenate([*columns, priors]))
            else:
                residuals = self.residuals(p, shapes) if residuals is None else residuals
                step = _derivative_step(p[name], self.parameters[name])
                jacobian[:, k] = (self.residuals(p | {name: p[name] + step}) - residuals) / step
        return clip_to_finite(jacobian)

    @np.errstate(all="ignore")
    def maximize(self, start: Values | None = None, max_steps: int = MAX_STEPS) -> Optimum:
        """Maximize by variable projection: amplitudes take their best values at each step of the other parameters.

        The derivatives are those of Kaufman, BIT 15, 49 (1975). The search begins at ``start``, clipped to the bounds, or at
        the best point of a grid.
        """
        from scipy import optimize  # here, because jobs that only write or draw a fit do not need it

        p = {name: parameter.start for name, parameter in self.parameters.items()}
        p |= self._best_grid_point() if start is None else {name: x for name, x in start.items() if name in self.free}
        names = self._nonlinear
        low, high = self._bounds(names)
        cache: dict[tuple[float, ...], ProjectedAmplitudes] = {}

        def project(x: FloatArray) -> ProjectedAmplitudes:
            key = tuple(map(float, x))
            if key not in cache:
                cache.clear()
                cache[key] = self._project_amplitudes(p | dict(zip(names, key, strict=True)))
            return cache[key]

        def projected_jacobian(x: FloatArray) -> FloatArray:
            point = project(x)
            jacobian = self.jacobian(point.values, point.shapes, names)
            return jacobian - point.basis @ (point.basis.T @ jacobian)

        x, converged = np.clip([p[name] for name in names], low, high), True
        if names:
            try:
                result = optimize.least_squares(
                    lambda x: project(x).residuals,
                    x,
                    jac=projected_jacobian,
                    bounds=(low, high),
                    x_scale="jac",
                    max_nfev=max_steps,
                    ftol=1e-11,
                    xtol=1e-11,
                )
                x, converged = np.clip(result.x, low, high), bool(result.success)
            except (np.linalg.LinAlgError, ValueError):  # numbers near the limits of floating point
                converged = False
            x = self._snap_to_bounds(x, project, projected_jacobian(x))
        point = project(x)
        jacobian = self.jacobian(point.values, point.shapes, self.free)
        return Optimum(point.values, point.chi2, converged, self.free, jacobian)

    def _bounds(self, names: Iterable[str]) -> tuple[FloatArray, FloatArray]:
        """Return the lower and upper bounds (k,) of ``names``."""
        parameters = [self.parameters[name] for name in names]
        return np.array([p.low for p in parameters], dtype=float), np.array([p.high for p in parameters], dtype=float)

    def _snap_to_bounds(
        self, x: FloatArray, project: Callable[[FloatArray], ProjectedAmplitudes], jacobian: FloatArray
    ) -> FloatArray:
        """Snap parameters that ended very close to a bound onto it; the optimizer never reaches a bound exactly."""
        size, chi2 = np.linalg.norm(jacobian, axis=0), project(x).chi2
        for k, (low, high) in enumerate(zip(*self._bounds(self._nonlinear), strict=True)):
            bound = low if x[k] - low < high - x[k] else high
            if np.isfinite(bound) and x[k] != bound and abs(x[k] - bound) * size[k] < BOUND_SNAP_SIGMA:
                snapped = np.where(np.arange(len(x)) == k, bound, x)
                chi2_on_bound = project(snapped).chi2
                if chi2_on_bound <= chi2 * (1 + 1e-9):
                    x, chi2 = snapped, chi2_on_bound
        return x

    def _best_grid_point(self) -> Values:
        """Return the best start on the grid of all ``start_grid``, each point with its best amplitudes.

        χ² may have several minima; a start far from the data could end in a wrong one.
        """
        p = {name: parameter.start for name, parameter in self.parameters.items()}
        axes = {}
        for name in self._nonlinear:
            parameter = self.parameters[name]
            axes[name] = [parameter.start, *(x for x in parameter.start_grid if parameter.low <= x <= parameter.high)]
        if np.prod([len(values) for values in axes.values()]) <= MAX_GRID_POINTS:
            grid = [dict(zip(axes, values, strict=True)) for values in itertools.product(*axes.values())]
            return min((self._project_amplitudes(p | point) for point in grid), key=lambda point: point.chi2).values
        best = self._project_amplitudes(p)
        for name, values in 2 * list(axes.items()):
            points = [self._project_amplitudes(best.values | {name: x}) for x in values]
            best = min([best, *points], key=lambda point: point.chi2)
        return best.values

    def _project_amplitudes(self, p: Values) -> ProjectedAmplitudes:
        """Return ``p`` with the free amplitudes that minimize χ² within their bounds."""
        shapes = self.shapes(p)
        names = [name for name in self._amplitudes if not self.parameters[name].fixed]
        basis = np.zeros((self.n_points + len(self.priors), 0))
        if names:
            target = -self.residuals(p | dict.fromkeys(names, 0.0), shapes)
            design = self.jacobian(p, shapes, names)
            size = np.linalg.norm(design, axis=0)
            size[~((size > 0) & (size < MAX_RESIDUAL))] = 1.0
            solution, basis = _least_squares(design / size, target)
            low, high = self._bounds(names)
            if np.any((solution / size < low) | (solution / size > high)):
                bounds = np.clip(low * size, -MAX_RESIDUAL, MAX_RESIDUAL), np.clip(high * size, -MAX_RESIDUAL, MAX_RESIDUAL)
                solution, inside = _bounded_least_squares(design / size, target, *bounds, solution)
                basis = _least_squares((design / size)[:, inside], target)[1]
            values = np.clip(np.nan_to_num(solution / size, nan=0.0, posinf=MAX_RESIDUAL, neginf=-MAX_RESIDUAL), low, high)
            p = p | dict(zip(names, map(float, values), strict=True))
        residuals = self.residuals(p, shapes)
        return ProjectedAmplitudes(p, shapes, residuals, float(np.sum(residuals**2)), basis)


def _least_squares(design: FloatArray, target: FloatArray) -> tuple[FloatArray, FloatArray]:
    """Return the shortest least-squares solution of ``design`` (n, k) x = ``target``, and a basis (n, r) of its range."""
    try:
        u, singular, vt = np.linalg.svd(design, full_matrices=False)
    except np.linalg.LinAlgError:
        return np.zeros(design.shape[1]), np.zeros((len(target), 0))
    rank = int(np.sum(singular > 1e-12 * max(singular.max(initial=0.0), 1e-300)))
    u = u[:, :rank]
    return vt[:rank].T @ ((u.T @ target) / singular[:rank]), u


def _bounded_least_squares(
    design: FloatArray, target: FloatArray, low: FloatArray, high: FloatArray, start: FloatArray
) -> tuple[FloatArray, BoolArray]:
    """Return the least-squares solution within bounds, and which parameters lie inside them."""
    from scipy import optimize

    try:
        solution = optimize.lsq_linear(design, target, (low, high), method="bvls", max_iter=50).x
    except (np.linalg.LinAlgError, ValueError, IndexError):
        solution = np.clip(start, low, high)
    return solution, (solution > low) & (solution < high)


def _derivative_step(x: float, parameter: FitParameter) -> float:
    """Return the step of a numerical derivative, which stays within the bounds."""
    step = RELATIVE_STEP * max(abs(x), 1.0)
    if x + step <= parameter.high:
        return step
    if x - step >= parameter.low:
        return -step
    return parameter.high - x if parameter.high - x > x - parameter.low else parameter.low - x
