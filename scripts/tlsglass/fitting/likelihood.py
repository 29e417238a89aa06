"""Likelihood of one or several sets of points that share parameters, and its maximum.

A ``FitData`` is one set of points with the model Σ_a p[a] · shape_a(p): the amplitudes p[a] enter linearly, and their shapes
depend on the other parameters. A ``Likelihood`` adds up χ² of all sets; parameters of the same name are one parameter. A
``Prior`` is a Gaussian constraint on a parameter, such as a calibration error that all values of one set have in common.
``Likelihood.maximize`` never raises an exception: a search that fails has ``Optimum.converged`` = False.
"""

import itertools
from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any, NamedTuple

import numpy as np

from tlsglass.base.types import FloatArray
from tlsglass.fitting import least_squares

MAX_STEPS = 200  # of one search; each evaluates the model once, and once more for each parameter that is no amplitude
MAX_GRID_POINTS = 600  # starts on one grid; a larger grid is searched axis by axis
BOUND_SNAP_SIGMA = 0.05  # a parameter that ends closer to a bound than this many standard errors is tried on the bound
TOLERANCE = 1e-10  # relative decrease of χ² by another step, below which a search ends
NEAR_TOLERANCE = 2e-5  # the same for maxima of which only values are needed, in units of χ²/dof
PROFILE_TOLERANCE = 5e-4  # the same for maxima along a profile, of which only the rise of χ² to about 1 matters
RELATIVE_STEP = 1e-7  # of numerical derivatives, relative to the parameter (at 0 to its start) or to 1
NEGLIGIBLE_VARIANCE = 1e-5  # of a combination of points by the errors of the model, relative to that by their errors
NEGLIGIBLE_REST = 1e-8  # of the variance of a point, in the same units, that the variances of the combinations leave out
N_POLISHED = 4  # local minima of a grid from which a search starts
MAX_ERROR_UPDATES = 12  # of the errors of the model, which are those at the maximum ...
ERROR_UPDATE_SIGMA = 0.01  # ... and determined again if that moves by more ...
ERROR_UPDATE_DEVIANCE = 1e-4  # ... or if -2 ln L for scaled errors changes by more ...
ERROR_UPDATE_CHANGE = 1e-4  # relative change of the errors at one value of the parameter, below which they are final ...
ERROR_UPDATE_RISE = 5e-3  # ... as they are after two updates if -2 ln L changes by less
MAX_TURN = 0.5  # ratio of two opposite successive differences of the errors, above which the next update is smaller
SAME_DIRECTION = 0.3  # ratio of two differences in the same direction, above which the next update is twice as large
MERGED_SIGMA, MERGED_DEVIANCE = 0.05, 5e-4  # a search this close to a known maximum is about to end there
SAME_SIGMA, SAME_CHI2 = 1e-3, 1e-6  # two maxima differ if the parameter, or χ² (relative), differs by more
COMPETING_DEVIANCE = 4.0  # excess of -2 ln L up to which a further maximum competes with the best one
TINY = 1e-300  # in place of a denominator of 0
MAX_RESIDUAL = 1e75  # replaces larger residuals and NaN, so that the squares remain finite

Values = dict[str, float]  # parameters by name
Shapes = dict[str, FloatArray]  # shapes by amplitude


def clip_to_finite(x: Any) -> FloatArray:
    """Return ``x`` with NaN and values beyond ±MAX_RESIDUAL replaced by MAX_RESIDUAL of the same sign."""
    values: FloatArray = np.asarray(x, dtype=float)
    if np.vdot(values, values) <= MAX_RESIDUAL**2:  # False for NaN
        return values
    return np.clip(np.nan_to_num(values, nan=MAX_RESIDUAL), -MAX_RESIDUAL, MAX_RESIDUAL)


@dataclass(frozen=True)
class FitParameter:
    """Start, bounds and further starts of a parameter. Only parameters that are no amplitudes have a ``start_grid``.

    With ``physical_bounds``, a fit that ends on a bound gives a limit, as at J0/h0 >= 0; other bounds are a choice of the user.
    A search takes steps of the logarithm of a ``logarithmic`` parameter, which is known within orders of magnitude only.
    """

    start: float
    low: float = -np.inf
    high: float = np.inf
    fixed: bool = False
    start_grid: tuple[float, ...] = ()
    physical_bounds: bool = False
    logarithmic: bool = False

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
    names
        {name in ``shapes``: name in the likelihood}, which decides what two sets share.
    depends
        Names in the likelihood of the parameters on which the model depends, or None for all of them.
    amplitudes
        Names in the likelihood of the amplitudes, or None to evaluate the shapes for them.
    """

    shapes: Callable[[Values], Shapes]
    value: FloatArray
    error: FloatArray | None
    names: Mapping[str, str] | None = None
    weight: FloatArray | None = None
    depends: Collection[str] | None = None
    amplitudes: tuple[str, ...] | None = None

    def named_shapes(self, p: Values) -> Shapes:
        """Return the shapes for the parameters ``p`` of the likelihood, by the likelihood's names."""
        if not self._renamed:
            return self.shapes(p)
        shapes = self.shapes(p | {name: p[shared] for name, shared in self._renamed.items()})
        return {self._renamed.get(name, name): shape for name, shape in shapes.items()}

    @cached_property
    def _renamed(self) -> dict[str, str]:
        """Those of ``names`` that differ."""
        return {name: shared for name, shared in (self.names or {}).items() if name != shared}

    def depends_on(self, name: str) -> bool:
        """Return whether the model can depend on the parameter ``name`` of the likelihood."""
        return self.depends is None or name in self.depends

    @cached_property
    def scale(self) -> FloatArray:
        """Unit of the residuals (n,): the errors, else the weights, else the standard deviation of the values."""
        if self.error is not None or self.weight is not None:
            return np.asarray(self.weight if self.error is None else self.error, dtype=float)
        spread = float(np.std(self.value))
        return np.full(len(self.value), spread or float(np.max(np.abs(self.value))) or 1.0)


class Prior(NamedTuple):
    """Gaussian constraint on the parameter ``name``."""

    name: str
    mean: float
    sigma: float


@dataclass(frozen=True)
class Optimum:
    """Maximum of a likelihood. ``chi2`` is Σ residual², including the priors, in units of ``FitData.scale``.

    ``objective`` is what is minimized: χ² plus the logarithm of the determinant of the covariance of the points, or without
    errors of the points χ² times the n-th root of the determinant.
    """

    values: Values
    chi2: float
    objective: float
    converged: bool
    free: tuple[str, ...]  # names of the free parameters ...
    jacobian: FloatArray  # ... and the derivatives (n + priors, k) of the residuals by them
    residuals: FloatArray  # (n + priors,)
    ln_determinant: float  # of the errors of the model


class ProjectedAmplitudes(NamedTuple):
    """Parameters with the best amplitudes, and the model (n,) there.

    ``design`` (n + priors, k) are the derivatives by all amplitudes, and ``basis`` (n + priors, r) spans the residuals that
    amplitudes can remove.
    """

    values: Values
    curve: FloatArray
    design: FloatArray
    residuals: FloatArray
    chi2: float
    basis: FloatArray


class ModelErrors(NamedTuple):
    """Errors of the model: ``deviations``(parameters), (r, n), are r independent errors of all points, of variance 1.

    They depend on ``parameter`` and on the amplitudes.
    """

    parameter: str
    deviations: Callable[[Values], FloatArray]


class Likelihood:
    """Sum of χ² of several sets of points and priors, as a function of ``parameters`` {name: FitParameter}.

    With ``model_errors`` the covariance of the points depends on the parameters: it is evaluated anew at each value of the
    parameter on which it depends most, and its determinant is part of the likelihood.

    Raises
    ------
    ValueError
        If one of several sets of points has no errors.
    """

    def __init__(
        self,
        data: Iterable[FitData],
        parameters: Mapping[str, FitParameter],
        priors: Iterable[Prior] = (),
        model_errors: ModelErrors | None = None,
    ) -> None:
        self.data, self.parameters, self.priors = tuple(data), dict(parameters), tuple(priors)
        self.model_errors = model_errors
        self.deviations: FloatArray | None = None  # (r, n), if the errors of the model are those at fixed parameters ...
        self.error_parameter = "" if model_errors is None else model_errors.parameter  # ... and what they depend on
        self.errors_given = all(data.error is not None for data in self.data)
        if not self.errors_given and len(self.data) > 1:
            raise ValueError("datasets that are fitted together all need errors, which determine their relative weights")
        self.evaluations = 0
        self._nested: dict[str, dict[float, Optimum]] = {}
        self.maxima: list[Optimum] = []  # local maxima that are known, with errors of the model
        self._begun: list[Optimum] = []  # those without errors of the model where their searches have begun
        self._free_nearby: dict[int, dict[float, Values]] = {}  # {index of a maximum: {parameter: maximum with errors there}}

    @property
    def n_points(self) -> int:
        """Number of points, without priors."""
        return sum(len(data.value) for data in self.data)

    @cached_property
    def free(self) -> tuple[str, ...]:
        """Names of the free parameters."""
        return tuple(name for name, parameter in self.parameters.items() if not parameter.fixed)

    @property
    def dof(self) -> int:
        """Number of points and priors minus the number of free parameters."""
        return self.n_points + len(self.priors) - len(self.free)

    @property
    def near_tolerance(self) -> float:
        """Relative decrease of χ² by another step, below which the search of a maximum near a known one ends."""
        return NEAR_TOLERANCE / max(self.dof, 1)

    @property
    def profile_tolerance(self) -> float:
        """Relative decrease of χ² by another step, below which the search of a maximum along a profile ends."""
        return PROFILE_TOLERANCE / max(self.dof, 1)

    def with_fixed(self, **values: float) -> "Likelihood":
        """Return this likelihood with parameters fixed at ``values``."""
        fixed = {name: self.parameters[name].fixed_at(value) for name, value in values.items()}
        return self._like_this(self.parameters | fixed, self.model_errors)

    def with_errors_at(self, values: Values) -> "Likelihood":
        """Return this likelihood with the errors of the model at ``values``, whatever the parameters."""
        if self.model_errors is None:
            return self
        likelihood = self._like_this(self.parameters, None)
        likelihood.deviations = self.model_errors.deviations(values)
        return likelihood

    def with_model_errors(self, model_errors: ModelErrors) -> "Likelihood":
        """Return this likelihood with errors of the model."""
        likelihood = self._like_this(self.parameters, model_errors)
        likelihood._without_model_errors, likelihood.error_parameter = self, model_errors.parameter
        return likelihood

    @cached_property
    def _scale(self) -> FloatArray:
        """Units (n,) of the residuals of all points."""
        return np.concatenate([data.scale for data in self.data])

    @cached_property
    def _model_variances(self) -> tuple[FloatArray, FloatArray]:
        """Singular vectors (n, k) and variances (k,) of the errors of the model in units of ``_scale``."""
        if self.deviations is None:
            return np.zeros((self.n_points, 0)), np.zeros(0)
        try:
            deviations = least_squares.compress_rows(clip_to_finite(self.deviations / self._scale), NEGLIGIBLE_REST)
            vectors, singular, _ = np.linalg.svd(deviations.T, full_matrices=False)
        except np.linalg.LinAlgError:  # beyond floating point
            return np.zeros((self.n_points, 0)), np.zeros(0)
        kept = singular**2 > NEGLIGIBLE_VARIANCE
        return vectors[:, kept], singular[kept] ** 2

    def _whiten(self, columns: FloatArray) -> FloatArray:
        """Return columns (n,) or (n, k) of differences between model and points in units of independent errors."""
        columns = (columns.T / self._scale).T
        vectors, variances = self._model_variances
        if not len(variances):
            return columns
        return columns - (vectors * (1 - 1 / np.sqrt(1 + variances))) @ (vectors.T @ columns)

    @cached_property
    def _whitened_values(self) -> FloatArray:
        """Measured values (n,) in units of independent errors."""
        return clip_to_finite(self._whiten(np.concatenate([data.value for data in self.data])))

    def _ln_determinant(self, jacobian: FloatArray) -> float:
        """Return the logarithm of the determinant of the covariance, relative to that of the errors of the points alone.

        It is that of the covariance of residuals (restricted likelihood): errors of the model in a direction that the free
        parameters absorb, whose derivatives are ``jacobian`` (n + priors, k), do not count.
        """
        vectors, variances = self._model_variances
        if not len(variances):
            return 0.0
        vectors = np.concatenate([vectors, np.zeros((len(self.priors), len(variances)))])
        columns = jacobian[:, [name != self.error_parameter for name in self.free]]
        columns = columns + vectors @ ((np.sqrt(1 + variances) - 1) * (vectors.T @ columns).T).T
        basis = least_squares.solve_linear(columns / np.maximum(np.linalg.norm(columns, axis=0), TINY), np.zeros(len(columns)))[
            1
        ]
        projected = vectors.T @ basis
        absorbed = np.eye(basis.shape[1]) - projected.T @ ((variances / (1 + variances)) * projected.T).T
        return float(np.sum(np.log1p(variances)) + np.linalg.slogdet(absorbed)[1])

    @cached_property
    def _amplitudes(self) -> tuple[str, ...]:
        """Names of the parameters that enter linearly."""
        start = {name: parameter.start for name, parameter in self.parameters.items()}
        names = (data.named_shapes(start) if data.amplitudes is None else data.amplitudes for data in self.data)
        return tuple(dict.fromkeys(itertools.chain(*names)))

    @cached_property
    def _nonlinear(self) -> tuple[str, ...]:
        """Names of the free parameters that do not enter linearly."""
        return tuple(name for name in self.free if name not in self._amplitudes)

    @cached_property
    def _slices(self) -> tuple[slice, ...]:
        """Rows of each set of points."""
        ends = np.cumsum([0, *(len(data.value) for data in self.data)])
        return tuple(slice(int(low), int(high)) for low, high in itertools.pairwise(ends))

    def _prior_rows(self, p: Values) -> list[float]:
        """Return the residuals of the priors."""
        return [(p[prior.name] - prior.mean) / prior.sigma for prior in self.priors]

    @np.errstate(all="ignore")
    def residuals(self, p: Values) -> FloatArray:
        """Return all residuals (n + priors,) in units of their errors."""
        return self._residuals_of(self._curve(p), p)

    def _residuals_of(self, curve: FloatArray | None, p: Values) -> FloatArray:
        """Return all residuals (n + priors,) of a ``curve`` (n,), or of a model that vanishes."""
        residuals = -self._whitened_values if curve is None else self._whiten(curve) - self._whitened_values
        return clip_to_finite(np.concatenate([residuals, self._prior_rows(p)]) if self.priors else residuals)

    def _curve(self, p: Values, name: str | None = None, known: FloatArray | None = None) -> FloatArray:
        """Return the model (n,) of all points; of sets that do not depend on ``name``, as ``known``."""
        self.evaluations += 1
        curve = np.empty(self.n_points)
        for data, rows in zip(self.data, self._slices, strict=True):
            if name is not None and known is not None and not data.depends_on(name):
                curve[rows] = known[rows]
                continue
            curve[rows] = sum(p[amplitude] * shape for amplitude, shape in data.named_shapes(p).items())
        return curve

    def _design(self, p: Values) -> tuple[FloatArray, FloatArray]:
        """Return the shapes (n, k) of all amplitudes, and their derivatives (n + priors, k) of the residuals."""
        self.evaluations += 1
        columns = {name: k for k, name in enumerate(self._amplitudes)}
        shapes = np.zeros((self.n_points, len(columns)))
        for data, rows in zip(self.data, self._slices, strict=True):
            for name, shape in data.named_shapes(p).items():
                shapes[rows, columns[name]] = shape
        design = self._whiten(shapes)
        if self.priors:
            priors = [[(prior.name == name) / prior.sigma for name in columns] for prior in self.priors]
            design = np.concatenate([design, np.array(priors)])
        return shapes, clip_to_finite(design)

    @np.errstate(all="ignore")
    def _nonlinear_jacobian(self, point: ProjectedAmplitudes) -> FloatArray:
        """Return the derivatives (n + priors, k) of the residuals by the free parameters that are no amplitudes."""
        jacobian = np.empty((len(point.residuals), len(self._nonlinear)))
        for k, name in enumerate(self._nonlinear):
            step = _derivative_step(point.values[name], self.parameters[name])
            stepped = point.values | {name: point.values[name] + step}
            curve = self._curve(stepped, name, point.curve)
            jacobian[:, k] = (self._residuals_of(curve, stepped) - point.residuals) / step
        return clip_to_finite(jacobian)

    def _jacobian(self, point: ProjectedAmplitudes, nonlinear: FloatArray) -> FloatArray:
        """Return the derivatives (n + priors, k) by all free parameters from those by the nonlinear ones."""
        columns = {name: nonlinear[:, k] for k, name in enumerate(self._nonlinear)}
        columns |= {name: point.design[:, k] for k, name in enumerate(self._amplitudes)}
        return np.column_stack([columns[name] for name in self.free]) if self.free else np.zeros((len(point.residuals), 0))

    @np.errstate(all="ignore")
    def maximize(self, start: Values | None = None, tolerance: float = TOLERANCE) -> Optimum:
        """Maximize from ``start``, clipped to the bounds, or from the best points of a grid."""
        if self.model_errors is None:
            if start is not None:
                return self._search(start, tolerance)
            return self._best_of_grid
        name = self.model_errors.parameter
        if self.parameters[name].fixed:
            return self._maximize_with_model_errors(start, tolerance)
        return self._maximize_over(name, start)

    @cached_property
    def _best_of_grid(self) -> Optimum:
        """The best maximum that is reached from the grid."""
        return min((self._search(values) for values in self._grid_starts()), key=lambda optimum: optimum.objective)

    def _maximize_with_model_errors(self, start: Values | None, tolerance: float) -> Optimum:
        """Maximize while the errors of the model follow the amplitudes."""
        if start is None:
            start = self._without_model_errors.maximize().values
        start = start | {name: parameter.start for name, parameter in self.parameters.items() if parameter.fixed}
        return self._maximize_consistently(start, tolerance)

    def _maximize_over(self, name: str, start: Values | None) -> Optimum:
        """Maximize over ``name``, on which the errors of the model depend: they are those at the maximum.

        The search begins at ``start`` or, without a start of ``name``, at the local maxima without errors of the model and at
        those along the grid of ``name`` with them: larger errors may favor a value that is far from both.
        """
        if start is not None and name in start:
            starts = [start]
        else:
            maxima = self._without_model_errors.local_maxima(name, start)
            starts = [optimum.values for optimum in maxima if not any(_agree(optimum, known, name) for known in self._begun)]
            starts += [] if self._begun else self._best_along_grid(name, starts[0])
            self._begun += maxima
        for values in starts:
            optimum = self._maximize_consistently(values, TOLERANCE)
            if all(abs(optimum.objective - known.objective) > 1e-3 for known in self.maxima if known.converged):
                self.maxima.append(optimum)
        self.maxima = [optimum for optimum in self.maxima if optimum.converged or self._is_far_better(optimum)]
        return min(self.maxima, key=lambda optimum: optimum.objective)

    def _is_far_better(self, optimum: Optimum) -> bool:
        """Return whether no known maximum that has converged competes with a better one that has not."""
        return all(
            optimum.objective < known.objective and self._change_of_deviance(known, optimum) > COMPETING_DEVIANCE
            for known in self.maxima
            if known.converged
        )

    def _best_along_grid(self, name: str, start: Values) -> list[Values]:
        """Return the local maxima along the grid of ``name`` with the errors of the model."""
        parameter = self.parameters[name]
        grid = sorted({x for x in parameter.start_grid if parameter.low <= x <= parameter.high})
        optima = [self.nested(name, x, None if self.nested_optima(name) else start) for x in grid]
        objective = np.array([optimum.objective for optimum in optima])
        return [optimum.values for k, optimum in enumerate(optima) if _is_local_minimum(objective, (k,))]

    def local_maxima(self, name: str, start: Values | None = None) -> list[Optimum]:
        """Return the best maximum and a further local maximum along ``name``, if its grid has one."""
        best = self.maximize(start)
        parameter, x = self.parameters[name], best.values[name]
        optima = {x: best}
        grid = {value for value in (parameter.start, *parameter.start_grid) if parameter.low <= value <= parameter.high}
        for value in sorted(grid, key=lambda value: abs(value - x)):
            optima[value] = self.nested(name, value, best.values if start is None else start)
        known = sorted(optima)
        neighbors = {value: known[max(k - 1, 0) : k + 2] for k, value in enumerate(known)}
        minima = [v for v in known if v != x and all(optima[v].chi2 <= optima[y].chi2 for y in neighbors[v])]
        return [best, *(optima[v] for v in sorted(minima, key=lambda v: optima[v].chi2)[:1])]

    def _maximize_consistently(self, values: Values, tolerance: float) -> Optimum:
        """Maximize with the errors of the model at the maximum, which is found by iteration.

        Larger errors may have a maximum with a smaller amplitude, whose errors are smaller: where the errors do not converge,
        they are those at a point between. A maximum whose errors are those of another point counts as not converged.
        """
        at = {key: values.get(key, parameter.start) for key, parameter in self.parameters.items()}
        likelihood, values = self.with_errors_at(at), at
        fraction, difference, last = 1.0, np.zeros(0), None
        first_tolerance = max(tolerance, self.profile_tolerance) if self.error_parameter in self.free else tolerance
        for step in range(MAX_ERROR_UPDATES):
            optimum = likelihood._search(values, tolerance if step else first_tolerance)
            self.evaluations += likelihood.evaluations
            updated, values = self.with_errors_at(optimum.values), optimum.values
            before, difference = difference, _difference_of_errors(likelihood, updated)
            change = self._change_of_deviance(last, optimum) / fraction
            if self._is_consistent(at, optimum, likelihood, difference, change, step):
                return optimum
            if step and (known := self._known_maximum(optimum)):
                return known
            if step > 1:
                fraction = _next_fraction(fraction, before, difference, may_grow=self.error_parameter in self.free)
            at = {key: x + fraction * (values[key] - x) for key, x in at.items()}
            likelihood = updated if fraction == 1 else self.with_errors_at(at)
            last = optimum if step or first_tolerance == tolerance else None  # a rough maximum says nothing about convergence
        return replace(optimum, converged=False)

    def _known_maximum(self, optimum: Optimum) -> Optimum | None:
        """Return the known maximum at which a search over the parameter of the errors is about to end, or None."""
        name = self.error_parameter
        for known in self.maxima if name in optimum.free else ():
            error = _error_of(known, name) or 0.0
            is_near = abs(optimum.values[name] - known.values[name]) <= MERGED_SIGMA * error
            if is_near and known.converged and self._change_of_deviance(known, optimum) < MERGED_DEVIANCE:
                return known
        return None

    def _is_consistent(
        self, at: Values, optimum: Optimum, likelihood: "Likelihood", difference: FloatArray, change: float, step: int
    ) -> bool:
        """Return whether the errors of the model of ``likelihood``, those ``at`` some values, are those at its maximum.

        ``difference`` is that of the errors, and ``change`` that of the deviance since the last update.
        """
        name = self.error_parameter
        if self.parameters[name].fixed:
            size = 0.0 if likelihood.deviations is None else float(np.linalg.norm(likelihood.deviations))
            return bool(np.linalg.norm(difference) <= ERROR_UPDATE_CHANGE * size) or (step > 1 and change < ERROR_UPDATE_RISE)
        error = _error_of(optimum, name) or np.inf
        if not self.errors_given:
            error *= np.sqrt(optimum.chi2 / max(self.dof, 1))
        return bool(abs(optimum.values[name] - at[name]) < ERROR_UPDATE_SIGMA * error and change < ERROR_UPDATE_DEVIANCE)

    def _change_of_deviance(self, before: Optimum | None, after: Optimum) -> float:
        """Return the absolute change of -2 ln L for scaled errors between two maxima, infinite without the first."""
        if before is None:
            return float("inf")
        if self.errors_given:
            return abs(after.objective - before.objective) / max(1.0, after.chi2 / max(self.dof, 1))
        return self.n_points * abs(float(np.log(max(after.objective, TINY) / max(before.objective, TINY))))

    def rise_with_errors_at(self, name: str, optimum: Optimum) -> float:
        """Return how much χ² of a nested maximum exceeds that of the free maximum nearby with the same errors of the model.

        If ``name`` is fixed at its true value, these errors are the true ones, and the rise follows χ²(1). If that maximum
        is not the best one, the difference is added. Where two maxima compete, the rise to the better of them is larger on
        average; a smaller difference of the likelihoods, with the determinants of the errors, then takes precedence. Without
        errors of the points, the rise is in units of the variance.
        """
        likelihood = self.with_errors_at(optimum.values)
        best = min(known.objective for known in self.maxima)
        x = optimum.values[name]
        index, near = min(enumerate(self.maxima), key=lambda known: abs(known[1].values[name] - x))
        known = self._free_nearby.setdefault(index, {near.values[name]: near.values})
        free = likelihood._search(known[min(known, key=lambda value: abs(value - x))], self.profile_tolerance)
        known[x] = free.values
        self.evaluations += likelihood.evaluations
        rise = max(optimum.chi2 - free.chi2, 0.0)
        if self.errors_given:
            rise += near.objective - best
            competing = sum(known.objective < best + COMPETING_DEVIANCE for known in self.maxima) > 1
            return min(rise, max(optimum.objective - best, 0.0)) if competing or optimum.objective < best else rise
        return self.dof * (rise / max(free.chi2, TINY) + (near.objective - best) / max(best, TINY))

    @cached_property
    def _without_model_errors(self) -> "Likelihood":
        return self._like_this(self.parameters, None)

    def _like_this(self, parameters: Mapping[str, FitParameter], model_errors: ModelErrors | None) -> "Likelihood":
        likelihood = Likelihood(self.data, parameters, self.priors, model_errors)
        likelihood._amplitudes, likelihood.deviations = self._amplitudes, self.deviations
        likelihood.error_parameter = self.error_parameter
        return likelihood

    @np.errstate(all="ignore")
    def nested(self, name: str, value: float, start: Values | None = None) -> Optimum:
        """Return the maximum with ``name`` fixed at ``value``, searched from ``start`` or from the nearest such maximum."""
        optima = self._nested.setdefault(name, {})
        if value not in optima:
            likelihood = self.with_fixed(**{name: value})
            if start is None and optima:
                start = optima[min(optima, key=lambda x: abs(x - value))].values
            optima[value] = likelihood.maximize(start, self.profile_tolerance)
            self.evaluations += likelihood.evaluations
        return optima[value]

    @np.errstate(all="ignore")
    def predict(self, name: str, value: float, optimum: Optimum) -> Values:
        """Return the parameters that maximize the likelihood with ``name`` fixed at ``value``, linearized at a maximum."""
        others = [k for k, key in enumerate(optimum.free) if key != name]
        names, columns = [optimum.free[k] for k in others], optimum.jacobian[:, others]
        target = -(optimum.residuals + self._derivative(name, optimum) * (value - optimum.values[name]))
        size = np.maximum(np.linalg.norm(columns, axis=0), TINY)
        x = np.array([optimum.values[key] for key in names])
        low, high = ((bounds - x) * size for bounds in self._bounds(names))
        change, _ = least_squares.solve_linear(columns / size, target)
        if np.any((change < low) | (change > high)):
            change, _ = least_squares.solve_bounded(columns / size, target, low, high, change)
        predicted = x + np.where(np.isfinite(change / size), change / size, 0.0)
        return optimum.values | {name: value} | dict(zip(names, predicted.tolist(), strict=True))

    def _derivative(self, name: str, optimum: Optimum) -> FloatArray:
        """Return the derivatives (n + priors,) of the residuals by one parameter, with the errors of the model there."""
        if name in optimum.free:
            return optimum.jacobian[:, optimum.free.index(name)]
        likelihood, values = self.with_errors_at(optimum.values), optimum.values
        step = _derivative_step(values[name], self.parameters[name])
        return (likelihood.residuals(values | {name: values[name] + step}) - likelihood.residuals(values)) / step

    def nested_optima(self, name: str) -> dict[float, Optimum]:
        """Return the nested maxima that are known, by the value of ``name``."""
        return self._nested.get(name, {})

    def forget_nested_optima(self) -> None:
        """Forget the nested maxima: those that were searched from a worse maximum may belong to another one."""
        self._nested.clear()

    @np.errstate(all="ignore")
    def _search(self, start: Values, tolerance: float = TOLERANCE) -> Optimum:
        """Maximize by variable projection: amplitudes take their best values at each step of the other parameters."""
        p = {name: parameter.start for name, parameter in self.parameters.items()}
        p |= {name: x for name, x in start.items() if name in self.free}
        names = self._nonlinear
        low, high = self._bounds(names)
        jacobian = np.empty((0, 0))  # by these, at the last point where it was needed
        jacobian_at: FloatArray | None = None
        is_ln = np.array([self.parameters[name].logarithmic for name in names], dtype=bool)

        def to_coordinates(x: FloatArray) -> FloatArray:
            return np.where(is_ln, np.log(np.where(is_ln, x, 1.0)), x)

        low_u, high_u = to_coordinates(low), to_coordinates(high)

        def from_coordinates(u: FloatArray) -> FloatArray:
            x = np.where(is_ln, np.exp(np.where(is_ln, u, 0.0)), u)
            return np.where(u <= low_u, low, np.where(u >= high_u, high, x))  # exactly on a bound

        def project(x: FloatArray) -> ProjectedAmplitudes:
            return self._project_amplitudes(p | dict(zip(names, map(float, x), strict=True)))

        def derivatives(u: FloatArray, point: ProjectedAmplitudes) -> FloatArray:
            nonlocal jacobian, jacobian_at
            jacobian, jacobian_at = self._nonlinear_jacobian(point), u
            return jacobian * np.where(is_ln, from_coordinates(u), 1.0)

        x = np.clip([p[name] for name in names], low, high)
        if not names:
            return self._optimum(project(x), True)
        u, is_rough = to_coordinates(x), tolerance >= self.profile_tolerance
        try:
            u, point, converged = least_squares.minimize(
                lambda u: project(from_coordinates(u)), derivatives, u, (low_u, high_u), MAX_STEPS, tolerance, not is_rough
            )
        except np.linalg.LinAlgError:  # numbers near the limits of floating point
            point, converged = project(x), False
        if jacobian_at is None or not (is_rough or jacobian_at is u):
            jacobian = self._nonlinear_jacobian(point)
        x = from_coordinates(u)
        snapped = self._snap_to_bounds(x, point, jacobian - point.basis @ (point.basis.T @ jacobian), project)
        return self._optimum(snapped, converged, jacobian if snapped is point else None)

    @np.errstate(all="ignore")
    def at(self, values: Values, converged: bool = True) -> Optimum:
        """Return ``values`` as an optimum."""
        shapes, design = self._design(values)
        curve = shapes @ np.array([values[name] for name in self._amplitudes])
        residuals = self._residuals_of(curve, values)
        point = ProjectedAmplitudes(values, curve, design, residuals, float(residuals @ residuals), np.zeros((0, 0)))
        return self._optimum(point, converged)

    def _optimum(self, point: ProjectedAmplitudes, converged: bool, nonlinear: FloatArray | None = None) -> Optimum:
        jacobian = self._jacobian(point, self._nonlinear_jacobian(point) if nonlinear is None else nonlinear)
        ln_determinant = self._ln_determinant(jacobian)
        if self.errors_given:
            objective = point.chi2 + ln_determinant
        else:
            objective = point.chi2 * float(np.exp(ln_determinant / self.n_points))
        return Optimum(point.values, point.chi2, objective, converged, self.free, jacobian, point.residuals, ln_determinant)

    def _bounds(self, names: Iterable[str]) -> tuple[FloatArray, FloatArray]:
        """Return the lower and upper bounds (k,) of ``names``."""
        parameters = [self.parameters[name] for name in names]
        return np.array([p.low for p in parameters], dtype=float), np.array([p.high for p in parameters], dtype=float)

    def _snap_to_bounds(
        self,
        x: FloatArray,
        point: ProjectedAmplitudes,
        jacobian: FloatArray,
        project: Callable[[FloatArray], ProjectedAmplitudes],
    ) -> ProjectedAmplitudes:
        """Return the point with parameters that ended very close to a bound on it, where χ² is not larger there."""
        size = np.linalg.norm(jacobian, axis=0)
        for k, (low, high) in enumerate(zip(*self._bounds(self._nonlinear), strict=True)):
            bound = low if x[k] - low < high - x[k] else high
            if np.isfinite(bound) and x[k] != bound and abs(x[k] - bound) * size[k] < BOUND_SNAP_SIGMA:
                snapped = np.where(np.arange(len(x)) == k, bound, x)
                on_bound = project(snapped)
                if on_bound.chi2 <= point.chi2 * (1 + 1e-9):
                    x, point = snapped, on_bound
        return point

    def _grid_starts(self) -> list[Values]:
        """Return the best starts on the grid of all ``start_grid``: its lowest local minima, each with its best amplitudes.

        χ² may have several minima; a start far from the data could end in a wrong one.
        """
        p = {name: parameter.start for name, parameter in self.parameters.items()}
        axes = {}
        for name in self._nonlinear:
            parameter = self.parameters[name]
            inside = {x for x in (parameter.start, *parameter.start_grid) if parameter.low <= x <= parameter.high}
            axes[name] = sorted(inside) or [float(np.clip(parameter.start, parameter.low, parameter.high))]
        shape = tuple(len(values) for values in axes.values())
        if np.prod(shape) <= MAX_GRID_POINTS:
            points = (dict(zip(axes, values, strict=True)) for values in itertools.product(*axes.values()))
            grid = [self._project_amplitudes(p | point) for point in points]
            chi2 = np.array([point.chi2 for point in grid]).reshape(shape)
            order = [int(k) for k in np.argsort(chi2, axis=None) if _is_local_minimum(chi2, np.unravel_index(k, shape))]
            return [grid[k].values for k in order[:N_POLISHED]]
        best = self._project_amplitudes(p)
        further: dict[str, list[ProjectedAmplitudes]] = {}
        for name, values in 2 * list(axes.items()):
            along = [self._project_amplitudes(best.values | {name: x}) for x in values]
            chi2 = np.array([point.chi2 for point in along])
            further[name] = [along[k] for k in np.argsort(chi2)[1:] if _is_local_minimum(chi2, (k,))]
            best = min([best, *along], key=lambda point: point.chi2)
        minima = sorted(itertools.chain(*further.values()), key=lambda point: point.chi2)
        return [best.values, *(point.values for point in minima[: N_POLISHED - 1])]

    @cached_property
    def _free_amplitudes(self) -> tuple[int, ...]:
        """Indices of the amplitudes that are free."""
        return tuple(k for k, name in enumerate(self._amplitudes) if not self.parameters[name].fixed)

    @cached_property
    def _amplitude_bounds(self) -> tuple[FloatArray, FloatArray]:
        """Lower and upper bounds (k,) of the free amplitudes."""
        return self._bounds([self._amplitudes[k] for k in self._free_amplitudes])

    def _project_amplitudes(self, p: Values) -> ProjectedAmplitudes:
        """Return ``p`` with the free amplitudes that minimize χ² within their bounds."""
        shapes, design = self._design(p)
        free = list(self._free_amplitudes)
        basis = np.zeros((len(design), 0))
        if free:
            names = [self._amplitudes[k] for k in free]
            columns, without = design, p | dict.fromkeys(names, 0.0)
            known = None
            if len(free) < len(self._amplitudes):
                columns, known = design[:, free], shapes @ np.array([without[name] for name in self._amplitudes])
            target = -self._residuals_of(known, without)
            size = np.sqrt(np.einsum("nk,nk->k", columns, columns))
            size[~((size > 0) & (size < MAX_RESIDUAL))] = 1.0
            columns = columns / size
            solution, basis = least_squares.solve_linear(columns, target)
            low, high = self._amplitude_bounds
            values = solution / size
            if not np.all((low < values) & (values < high)):
                bounds = np.clip(low * size, -MAX_RESIDUAL, MAX_RESIDUAL), np.clip(high * size, -MAX_RESIDUAL, MAX_RESIDUAL)
                if np.any((values < low) | (values > high)):
                    solution, inside = least_squares.solve_bounded(columns, target, *bounds, solution)
                    basis = least_squares.solve_linear(columns[:, inside], target)[1]
                    values = solution / size
                values = np.clip(clip_to_finite(values), low, high)
            p = p | dict(zip(names, values.tolist(), strict=True))
        curve = shapes @ np.array([p[name] for name in self._amplitudes])
        residuals = self._residuals_of(curve, p)
        return ProjectedAmplitudes(p, curve, design, residuals, float(residuals @ residuals), basis)


def _is_local_minimum(chi2: FloatArray, index: tuple[Any, ...]) -> bool:
    """Return whether no neighbor of ``index`` along an axis of the grid is lower."""
    for axis, k in enumerate(index):
        for neighbor in (k - 1, k + 1):
            if 0 <= neighbor < chi2.shape[axis] and chi2[(*index[:axis], neighbor, *index[axis + 1 :])] < chi2[index]:
                return False
    return True


def _agree(optimum: Optimum, known: Optimum, name: str) -> bool:
    """Return whether two searches have ended at the same maximum."""
    error = (_error_of(known, name) or 0.0) * np.sqrt(known.chi2) if name in known.free else 0.0
    same = abs(optimum.values[name] - known.values[name]) <= SAME_SIGMA * error
    return bool(same and abs(optimum.chi2 - known.chi2) <= SAME_CHI2 * known.chi2)


def _difference_of_errors(before: Likelihood, after: Likelihood) -> FloatArray:
    """Return the difference (r, n) of the errors of the model of two likelihoods."""
    if before.deviations is None or after.deviations is None:
        return np.zeros((0, 0))
    return after.deviations - before.deviations


def _next_fraction(fraction: float, before: FloatArray, after: FloatArray, may_grow: bool) -> float:
    """Return the fraction of the next update of the errors, after two successive differences of them.

    If they are opposite and the second is hardly smaller, the fraction becomes that with which it would have vanished; if both
    have one direction, it is doubled, up to 1.
    """
    ratio = float(np.vdot(before, after)) / max(float(np.vdot(before, before)), TINY)
    if ratio < -MAX_TURN:
        return fraction / (1 - ratio)
    return min(2 * fraction, 1.0) if may_grow and ratio > SAME_DIRECTION else fraction


def _error_of(optimum: Optimum, name: str) -> float | None:
    """Return the standard error of a free parameter from the derivatives, or None."""
    k = optimum.free.index(name)
    others = np.delete(optimum.jacobian, k, axis=1)
    column = optimum.jacobian[:, k]
    if others.shape[1]:
        column = column - others @ np.linalg.lstsq(others, column, rcond=None)[0]
    size = float(np.linalg.norm(column))
    return 1 / size if size > 0 else None


def _derivative_step(x: float, parameter: FitParameter) -> float:
    """Return the step of a numerical derivative, which stays within the bounds; at 0 it follows from the start."""
    step = RELATIVE_STEP * max(abs(x or parameter.start), 1.0)
    if x + step <= parameter.high:
        return step
    if x - step >= parameter.low:
        return -step
    return parameter.high - x if parameter.high - x > x - parameter.low else parameter.low - x
