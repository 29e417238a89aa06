"""Fit of a likelihood: values, errors, intervals, and the state of each parameter.

One convention for errors everywhere. *Statistical* errors and intervals assume that the quoted errors of the points are
correct. *Scaled* ones are multiplied by sqrt(χ²/dof) where correct errors would hardly give so large a χ² (``error_scale``). If
the points have no errors, these are estimated from the residuals, and both kinds are equal.
"""

import itertools
import math
from collections.abc import Callable, Collection, Iterator, Sequence
from dataclasses import dataclass, field, replace
from typing import Literal

import numpy as np

from tlsglass.base import stats
from tlsglass.base.types import FloatArray
from tlsglass.fitting.likelihood import TOLERANCE, FitParameter, Likelihood, Optimum, Values, clip_to_finite
from tlsglass.fitting.scatter import LocalScatter

CONFIDENCE_LEVELS = {68: math.erf(math.sqrt(0.5)), 95: 0.95}  # 1 σ of a normal distribution, and nearly 2 σ
PARABOLA_TOLERANCE = 0.05  # relative deviation up to which an end of the parabola counts as an end of the profile
END_TOLERANCE = 0.01  # relative deviation of the square root of the rise of χ² up to which an end is accepted
MIN_GROWTH, MAX_GROWTH = 0.2, 1.0  # of the distance from the best value in one step outwards; the former doubles
MAX_PROFILE_POINTS = 14  # evaluations of the profile likelihood for one end of an interval
MAX_EVALUATIONS = 6000  # of the model, for all intervals of one fit; further ends are reported as None
MAX_RESTARTS = 3  # times that a profile may find a better minimum, after which the intervals are computed again
MAX_REDUCED_CHI2 = 2.0  # a model is rejected if χ²/dof is not below this ...
MIN_P_VALUE = 1e-4  # ... and the probability of a χ² as large is not above this
# ASSUME: errors are scaled if the probability of a χ² as large is below this. If every χ² > dof scaled them, 68 % intervals for
# correct errors would contain the truth in 71 % of all cases with 22 degrees of freedom.
MAX_SCALED_P_VALUE = 0.05
MIN_LOCAL_VARIANCE = 4.0  # errors are far too small if neighboring points scatter by more than twice as much
INDISTINCT_RISE = 4.0  # of χ² at another minimum, in units of its variance, up to which the points do not exclude it
ROUNDING_ERROR = 1e-15  # smallest scatter of points without errors, relative to the largest value

Ends = tuple[float | None, float | None]  # of an interval: None where no end was found
WhichIntervals = bool | Literal["interest"]  # of all parameters, none, or only the parameters of interest


class ParameterState:
    """What the intervals of a parameter amount to."""

    INTERVAL = "interval"
    UPPER_LIMIT = "upper limit"
    LOWER_LIMIT = "lower limit"
    AT_BOUND = "at its bound"
    NOT_CONSTRAINED = "not constrained"
    ALL = (INTERVAL, UPPER_LIMIT, LOWER_LIMIT, AT_BOUND, NOT_CONSTRAINED)
    DETERMINED = (INTERVAL, UPPER_LIMIT, LOWER_LIMIT)


@dataclass(frozen=True)
class Fit:
    """Result of a fit; the module explains statistical and scaled errors."""

    values: Values
    errors: dict[str, float | None]  # statistical, from the covariance: 0 if fixed, None if not determined
    errors_scaled: dict[str, float | None]
    intervals_scaled: dict[str, Ends]  # 68 %, of the free parameters; an end is a bound if that is met first, None if not found
    intervals_95_scaled: dict[str, Ends]  # 95 %, of the parameters of interest
    excluded_95_scaled: dict[str, list[tuple[float, float]]]  # ranges within these intervals that the points exclude
    states: dict[str, str]  # {parameter of interest: ParameterState}
    profiled: list[str]  # parameters whose interval comes from the profile likelihood, because the parabola fails
    at_bounds: list[str]  # free parameters that end on a bound
    correlations: dict[str, Values]  # {parameter: {parameter: coefficient}} of the free parameters
    chi2: float  # without errors: sum of squared residuals, in the squared unit of the value, or relative to the value
    dof: int
    deviance: float  # -2 ln L, without the constant n ln 2π
    aicc: float  # Akaike's criterion for small samples
    converged: bool
    errors_given: bool
    bounds: dict[str, tuple[float, float]]
    acceptable: bool = True  # whether the model describes the points, as FitProblem.fit decides; else comparisons mean nothing
    independent_fraction: float = 1.0  # effective number of independent residuals, relative to their number
    local_scatter: LocalScatter | None = None  # of neighboring points of a single dataset, if these are enough
    extra_scatter: tuple[float, ...] = ()  # of each dataset, relative to the value or in its unit; empty if not fitted
    other_minima: tuple[Values, ...] = ()  # further maxima of the likelihood that the points do not exclude
    atlas_error: float | None = None  # contribution of the errors of the atlas to the error of J0/h0

    @property
    def misfit(self) -> float:
        """sqrt(χ²/dof), about 1 for a model that describes the points; without errors, their estimated error."""
        return float(np.sqrt(self.chi2 / self.dof)) if self.dof > 0 else 0.0

    @property
    def scale(self) -> float:
        """Ratio of scaled to statistical errors."""
        return _scale(self.chi2, self.dof, self.errors_given, self.independent_fraction)

    @property
    def needs_extra_scatter(self) -> bool:
        """Whether the errors of the points are far below the scatter of neighboring points."""
        local = self.local_scatter
        if local is None or not self.errors_given or not chi2_rejects(self.misfit, self.dof):
            return False
        return local.variance > MIN_LOCAL_VARIANCE and local.p_value < MIN_P_VALUE

    @property
    def max_reduced_chi2(self) -> float:
        """χ²/dof up to which the model is not rejected: larger where neighboring points scatter by more than their errors."""
        return MAX_REDUCED_CHI2 * self._local_variance

    @property
    def _local_variance(self) -> float:
        """Variance of neighboring points in units of their squared errors, at least 1."""
        return 1.0 if self.local_scatter is None else max(1.0, self.local_scatter.variance)

    @property
    def chi2_is_improbable(self) -> bool:
        """Whether χ² is improbable, even if the errors are those of the scatter of neighboring points where that is larger."""
        if not self.errors_given or self.extra_scatter or self.dof < 1:
            return False
        return bool(stats.chi2_sf(self.chi2 / self._local_variance, self.dof) <= MIN_P_VALUE)

    def described_if(self, special: "Fit") -> "Fit":
        """Return this fit of a general model, which describes the points if a ``special`` case of it does that is no better."""
        return replace(self, acceptable=True) if special.acceptable and self.chi2 <= special.chi2 else self


def error_scale(chi2: float, dof: int) -> float:
    """Return the factor of scaled errors: sqrt(χ²/dof) if that exceeds 1 and so large a χ² is improbable, else 1."""
    if dof < 1 or chi2 <= dof or stats.chi2_sf(chi2, dof) > MAX_SCALED_P_VALUE:
        return 1.0
    return float(np.sqrt(chi2 / dof))


def _scale(chi2: float, dof: int, errors_given: bool, independent_fraction: float) -> float:
    """Return the ratio of scaled to statistical errors."""
    return (error_scale(chi2, dof) if errors_given else 1.0) / math.sqrt(independent_fraction)


def chi2_rejects(misfit: float, dof: int, smallest: float = MAX_REDUCED_CHI2) -> bool:
    """Return whether χ² = dof · misfit² rejects a model; χ²/dof must also exceed ``smallest``."""
    if dof < 1 or misfit**2 < smallest:
        return False
    return bool(stats.chi2_sf(misfit**2 * dof, dof) <= MIN_P_VALUE)


def delta_aicc(worse: Fit, better: Fit) -> float:
    """Return AICc of the first fit minus that of the second, for the effective number of points of the better one."""
    fraction = min((worse, better), key=lambda fit: fit.deviance).independent_fraction
    penalty = (worse.aicc - worse.deviance) - (better.aicc - better.deviance)
    return float((worse.deviance - better.deviance) * fraction + penalty)


def likelihood_ratio_p_value(special: Fit, general: Fit, n_parameters: int) -> float | None:
    """Return the p-value of a special case of a model that fixes ``n_parameters`` of the general one.

    χ²(special) - χ²(general) follows a χ² distribution with as many degrees of freedom. If σ is estimated from the residuals,
    the relative increase of χ², times dof/n_parameters, follows F(n_parameters, dof). Of correlated residuals, only the
    independent fraction counts, as in intervals. In contrast to intervals, the p value uses the errors of the points without
    scaling.
    """
    gain = max(special.deviance - general.deviance, 0.0)
    if general.errors_given:
        return float(stats.chi2_sf(gain * general.independent_fraction, n_parameters))
    if general.dof <= 0:
        return None
    ratio = np.expm1(gain / (general.dof + sum(error != 0 for error in general.errors.values())))
    dof = max(general.dof * general.independent_fraction, 1.0)
    return float(stats.f_sf(ratio * dof / n_parameters, n_parameters, dof))


def fit_likelihood(
    likelihood: Likelihood,
    starts: Sequence[Values | None] = (None,),
    intervals: WhichIntervals = True,
    of_interest: Collection[str] = (),
    independent_fraction: Callable[[Optimum], float] = lambda _: 1.0,
    n_scatters: int = 0,
    tolerance: float = TOLERANCE,
) -> Fit:
    """Maximize a likelihood and determine errors and intervals.

    Parameters
    ----------
    likelihood
        Likelihood of one or several datasets.
    starts
        Values by name, for instance the maxima of other models, below which this fit must not end; None for the best points of
        a grid.
    intervals
        True, False, or "interest" for the parameters of interest only.
    of_interest
        Names of parameters that also get a 95 % interval and a state.
    independent_fraction
        Function of the maximum that returns the fraction of independent residuals.
    n_scatters
        Number of parameters of the errors that were estimated before.
    tolerance
        Relative decrease of χ² by another step, below which a search ends.
    """
    maxima = [likelihood.maximize(start, tolerance) for start in starts]
    best = min(maxima, key=lambda optimum: optimum.objective)
    known: tuple[Optimum, ...] = ()
    if intervals and likelihood.model_errors is None:  # with errors of the model, the likelihood knows its maxima
        names = [name for name in of_interest if name in best.free]
        known = (*maxima, *_maxima_with_values_of_starts(likelihood, starts, names))
    for _ in range(MAX_RESTARTS):
        likelihood.evaluations = 0
        profile = ProfileLikelihood(likelihood, best, Covariance(best), known)
        fraction = independent_fraction(best)
        profile_intervals = _Intervals(profile, of_interest if intervals else None, intervals == "interest", fraction)
        if profile.lower is None:
            break
        best = min(likelihood.maximize(profile.lower.values), best, key=lambda optimum: optimum.objective)
        if likelihood.model_errors is None:
            likelihood.forget_nested_optima()
    return _build_fit(likelihood, best, profile, profile_intervals, fraction, n_scatters)


def _maxima_with_values_of_starts(
    likelihood: Likelihood, starts: Sequence[Values | None], names: Collection[str]
) -> list[Optimum]:
    """Return the maxima with each of ``names`` fixed as in the starts, such as that of the STM, where µ is 0."""
    fixed = [
        (likelihood.with_fixed(**{name: start[name]}), start) for start in starts if start for name in names if name in start
    ]
    return [nested.maximize(start, likelihood.profile_tolerance) for nested, start in fixed]


class Covariance:
    """Covariance of the free parameters at the maximum of a likelihood, from the derivatives of the residuals.

    A parameter that does not affect the points, alone or in combination with others, has no error.
    """

    def __init__(self, best: Optimum) -> None:
        self.names = best.free
        jacobian = best.jacobian
        size = np.linalg.norm(jacobian, axis=0)
        size = np.where((size > 0) & np.isfinite(size), size, 1.0)
        try:
            _, singular, vectors = np.linalg.svd(jacobian / size, full_matrices=False)
        except np.linalg.LinAlgError:
            singular, vectors = np.zeros(len(size)), np.eye(len(size))
        padded = np.zeros(len(size))
        padded[: len(singular)] = singular
        unknown = padded < 1e-8 * max(padded.max(initial=0.0), 1e-300)
        inverse = np.where(unknown[: len(singular)], 0.0, 1 / np.where(singular > 0, singular, 1.0))
        root = (vectors.T * inverse) / size[:, None]
        self.matrix: FloatArray = root @ root.T
        lost = np.sum(vectors[unknown[: len(vectors)]] ** 2, axis=0) if len(vectors) else np.zeros(len(size))
        self.known = (lost < 1e-6) & (len(jacobian) >= len(size)) & (np.diag(self.matrix) > 0)

    def error(self, name: str) -> float | None:
        """Return the standard error of a free parameter, or None if it is not determined."""
        k = self.names.index(name)
        error = float(np.sqrt(self.matrix[k, k]))
        return error if self.known[k] and np.isfinite(error) else None

    def correlations(self) -> dict[str, Values]:
        """Return {name: {name: coefficient}} of the parameters that have errors."""
        known = [k for k in range(len(self.names)) if self.known[k]]
        sigma = np.sqrt(np.diag(self.matrix))
        return {
            self.names[k]: {self.names[m]: float(self.matrix[k, m] / sigma[k] / sigma[m]) for m in known if m != k}
            for k in known
        }


@dataclass
class ProfileLikelihood:
    """Profile likelihood around ``best``: χ² with one parameter fixed and the others at their best values.

    ``known`` are further maxima, of which some parameters may be fixed: an interval must not end before a value that is as good
    as its ends. ``lower`` is a better maximum than ``best`` if the profile has met one.
    """

    likelihood: Likelihood
    best: Optimum
    covariance: Covariance
    known: Sequence[Optimum] = ()
    lower: Optimum | None = None
    _rises: dict[str, dict[float, float]] = field(default_factory=dict)  # {name: {value: rise of χ²}}
    _minima: dict[str, dict[float, Optimum]] = field(default_factory=dict)

    def rise(self, name: str, value: float) -> float:
        """Return how much χ² rises if ``name`` is fixed at ``value``, with the errors of the model at that value."""
        rises = self._rises.setdefault(name, {self.best.values[name]: 0.0})
        if value not in rises:
            optimum = self.likelihood.nested(name, value, self._predicted(name, value))
            rises[value] = self._rise_of(name, optimum)
        return rises[value]

    def _rise_of(self, name: str, optimum: Optimum) -> float:
        errors = self.likelihood.model_errors
        if errors is not None and errors.parameter == name:
            rise = self.likelihood.rise_with_errors_at(name, optimum)
            return rise if self.likelihood.errors_given else rise * self.best.chi2 / max(self.likelihood.dof, 1)
        self._note(optimum)
        return max(optimum.chi2 - self.best.chi2, 0.0)

    def _predicted(self, name: str, value: float) -> Values:
        """Return the parameters at ``value`` as predicted from the nearest point between the best value and ``value``.

        Points beyond may belong to another local minimum, from which a search would not find back.
        """
        nested, best = self.likelihood.nested_optima(name), self.best.values[name]
        between = [x for x in nested if min(best, value) <= x <= max(best, value)]
        nearest = nested[min(between, key=lambda x: abs(x - value))] if between else self.best
        return self.likelihood.predict(name, value, nearest)

    def _note(self, optimum: Optimum) -> None:
        if optimum.objective < min(self.best.objective, self.lower.objective if self.lower else np.inf) - self.tolerance:
            self.lower = optimum

    def local_minima(self, name: str) -> dict[float, Optimum]:
        """Return {value of ``name``: maximum of the likelihood} of the local maxima reached from its start grid.

        For example, the same exponent may result from a weak and from a strong coupling: an interval must contain both.
        """
        if name not in self._minima:
            self._minima[name] = {self.best.values[name]: self.best} | {x.values[name]: x for x in self.likelihood.maxima}
            parameter = self.likelihood.parameters[name]
            for start in parameter.start_grid:
                if self.likelihood.evaluations > MAX_EVALUATIONS / 2 or not parameter.low <= start <= parameter.high:
                    continue
                values, tolerance = self.best.values | {name: start}, self.likelihood.profile_tolerance
                fixes_name = self.likelihood.model_errors is not None  # the profile is scanned at these values
                optimum = self.likelihood.nested(name, start) if fixes_name else self.likelihood.maximize(values, tolerance)
                if not fixes_name:
                    self._note(optimum)
                if np.isfinite(optimum.chi2):
                    self._minima[name][optimum.values[name]] = optimum
        return self._minima[name]

    @property
    def tolerance(self) -> float:
        """Decrease of χ² beyond which a point counts as a better maximum."""
        if self.likelihood.errors_given:
            return 1e-3 * max(1.0, self.best.chi2 / max(self.likelihood.dof, 1))
        return 1e-6 * self.best.chi2

    def end(self, name: str, level: float, sign: int, all_minima: bool = False) -> tuple[float | None, bool]:
        """Return where χ² has risen by ``level`` in the direction ``sign``, and whether the parabola agrees.

        The end is the bound if that is met first, and None if no end was found. With ``all_minima`` it is the outermost end
        of all local minima and known maxima that lie below ``level``.
        """
        if not all_minima:
            return self._end_beyond(name, self.best.values[name], level, sign)
        end, parabola_agrees = self._end_beyond(name, self._outermost_minimum(name, level, sign), level, sign)
        further = None if end is None else self._outermost_known(name, end, level, sign)
        return (end, parabola_agrees) if further is None else self._end_beyond(name, further, level, sign)

    def _outermost_known(self, name: str, end: float, level: float, sign: int) -> float | None:
        """Return the outermost value beyond ``end`` of a known maximum that lies below ``level``, or None."""
        beyond = {optimum.values[name]: optimum for optimum in self.known if sign * (optimum.values[name] - end) > 0}
        for value in sorted(beyond, reverse=sign > 0):
            rise = self._rise_of(name, beyond[value])
            if rise < level:
                self._rises.setdefault(name, {})[value] = rise
                self.likelihood.nested_optima(name)[value] = beyond[value]
                return value
        return None

    def _end_beyond(self, name: str, value: float, level: float, sign: int) -> tuple[float | None, bool]:
        """Return ``end`` for the minimum at ``value``, or another value below ``level``."""
        parameter = self.likelihood.parameters[name]
        bound = parameter.high if sign > 0 else parameter.low
        if value == bound:
            return float(bound), True
        error = self.covariance.error(name)
        parabola = error is not None and value == self.best.values[name]
        step = np.sqrt(level) * error if error is not None else _fallback_step(value, parameter)
        known = self._rises.setdefault(name, {self.best.values[name]: 0.0})

        def ratio(x: float) -> float:
            return float(np.sqrt(self.rise(name, x) / level))

        inside = max((x for x in known if sign * (x - value) >= 0 and ratio(x) < 1), key=lambda x: sign * x, default=value)
        beyond = [x for x in known if sign * (x - inside) > 0 and ratio(x) >= 1]
        outside = min(beyond, key=lambda x: sign * x) if beyond else None
        heights = {x: ratio(x) for x in known if sign * (x - value) >= 0 and sign * (inside - x) >= 0}
        for n, x in enumerate(_points_outwards(value, bound, sign, step, heights) if outside is None else ()):
            if self.likelihood.evaluations > MAX_EVALUATIONS:
                return None, False
            height = ratio(x)
            if parabola and n == 0 and abs(height - 1) < PARABOLA_TOLERANCE:
                return float(np.clip(value + (x - value) / height, parameter.low, parameter.high)), True
            if abs(height - 1) < END_TOLERANCE or (height < 1 and x == bound):
                return x, False
            if height > 1:
                outside = x
                break
            heights[x] = height
        if outside is None:
            return None, False
        inside = max(heights, key=lambda x: sign * x)
        return self._end_between(value, inside, outside, ratio), False

    def excluded_ranges(self, name: str, level: float, ends: Ends) -> list[tuple[float, float]]:
        """Return the ranges within an interval where χ² rises by more than ``level``, in ascending order.

        They separate minima that the interval contains. On the atlas, a range between two neighbors of the start grid that both
        are not excluded would be missed.
        """
        rises, parameter = self._rises.get(name, {}), self.likelihood.parameters[name]
        low, high = (bound if end is None else end for end, bound in zip(ends, (parameter.low, parameter.high), strict=True))
        if self.likelihood.model_errors is None:
            distinct = 2 * math.sqrt(level) * (self.covariance.error(name) or np.inf)
            minima = sorted(x for x in self.local_minima(name) if low <= x <= high and self.rise(name, x) < level)
            for a, b in itertools.pairwise(minima):
                if b - a > distinct and not any(a < x < b and rise >= level for x, rise in rises.items()):
                    self.rise(name, (a + b) / 2)

        def ratio(x: float) -> float:
            return math.sqrt(self.rise(name, x) / level)

        points = sorted(x for x in rises if low <= x <= high)
        ranges: list[tuple[float, float]] = []
        for is_excluded, run in itertools.groupby(range(len(points)), key=lambda k: rises[points[k]] >= level):
            indices = list(run)
            first, last = indices[0], indices[-1]
            if is_excluded and first > 0 and last < len(points) - 1:
                lower, upper = (
                    self._end_between(points[inside], points[inside], points[outside], ratio)
                    for inside, outside in ((first - 1, first), (last + 1, last))
                )
                if self._is_excluded_from_grid(name, level, lower, upper):
                    ranges.append((lower, upper))
        return ranges

    def _is_excluded_from_grid(self, name: str, level: float, lower: float, upper: float) -> bool:
        """Return whether searches from the grid confirm an excluded range, since those along a profile may miss a maximum.

        With errors of the model, the profile was scanned from the grid already.
        """
        if self.likelihood.model_errors is not None:
            return True
        values = (lower + share * (upper - lower) for share in (0.25, 0.5, 0.75))
        maxima = (
            self.likelihood.with_fixed(**{name: value}).maximize(None, self.likelihood.profile_tolerance) for value in values
        )
        return all(optimum.chi2 - self.best.chi2 >= level for optimum in maxima)

    def _outermost_minimum(self, name: str, level: float, sign: int) -> float:
        """Return the value of ``name`` at the outermost local minimum that lies below ``level``."""
        rises = self._rises.setdefault(name, {self.best.values[name]: 0.0})
        for x, optimum in self.local_minima(name).items():
            if x not in rises:
                rises[x] = self._rise_of(name, optimum)
        below = [x for x in self.local_minima(name) if rises[x] < level]
        return max(below, key=lambda x: sign * x, default=self.best.values[name])

    def _end_between(self, value: float, inside: float, outside: float, ratio: Callable[[float], float]) -> float:
        """Return where ``ratio`` is 1 between ``inside`` and ``outside``; bisect where it jumps."""
        sides: list[bool] = []  # whether the last points were inside
        while len(sides) < MAX_PROFILE_POINTS and self.likelihood.evaluations <= MAX_EVALUATIONS:
            if abs(outside - inside) <= END_TOLERANCE * abs(outside - value):
                break
            low, high = ratio(inside), ratio(outside)
            fraction = 0.5 if len(sides) > 1 and sides[-1] == sides[-2] else np.clip((1 - low) / (high - low), 0.05, 0.95)
            x = float(inside + fraction * (outside - inside))
            height = ratio(x)
            if abs(height - 1) < END_TOLERANCE:
                return x
            sides.append(height < 1)
            inside, outside = (x, outside) if height < 1 else (inside, x)
        return float(outside)


def _points_outwards(value: float, bound: float, sign: int, step: float, heights: dict[float, float]) -> Iterator[float]:
    """Yield points where a profile may reach 1, farther and farther from ``value``; ``heights`` are those known inside."""
    for n in range(MAX_PROFILE_POINTS):
        before, inside = sorted([value, *heights], key=lambda x: sign * x)[-2:]
        distance = abs(inside - value)
        if distance > 0:
            slope = max((heights[inside] - heights[before]) / abs(inside - before), 1e-300)
            growth = 1.1 * (1 - heights[inside]) / slope / distance
            step = distance * (1 + np.clip(growth, min(MIN_GROWTH * 2**n, MAX_GROWTH), MAX_GROWTH))
        x = value + sign * step
        yield float(min(x, bound) if sign > 0 else max(x, bound))


class _Intervals:
    """Scaled intervals {68 or 95: {name: ends}}; none if ``of_interest`` is None."""

    def __init__(
        self, profile: ProfileLikelihood, of_interest: Collection[str] | None, only_these: bool, independent_fraction: float
    ) -> None:
        likelihood, best = profile.likelihood, profile.best
        self.ends: dict[int, dict[str, Ends]] = {68: {}, 95: {}}
        self.excluded_95: dict[str, list[tuple[float, float]]] = {}
        self.profiled: list[str] = []
        if of_interest is None or likelihood.dof < 1:
            return
        if likelihood.errors_given:
            unit = error_scale(best.chi2, likelihood.dof) ** 2
        else:
            unit = max(best.chi2 / likelihood.dof, _rounding_scatter(likelihood) ** 2)
        unit /= independent_fraction
        for name in sorted(best.free, key=lambda name: name not in of_interest):  # these first, while evaluations remain
            for percent in (68, 95) if name in of_interest else () if only_these else (68,):
                level = unit * chi2_rise(CONFIDENCE_LEVELS[percent], likelihood, independent_fraction)
                (low, parabola_low), (high, parabola_high) = (
                    profile.end(name, level, sign, name in of_interest) for sign in (-1, 1)
                )
                self.ends[percent][name] = _widest((_finite(low), _finite(high)), self.ends[68].get(name))
                if not (parabola_low and parabola_high) and percent == 68:
                    self.profiled.append(name)
                if percent == 95 and (ranges := profile.excluded_ranges(name, level, self.ends[percent][name])):
                    self.excluded_95[name] = ranges


def _widest(ends: Ends, narrower: Ends | None) -> Ends:
    """Return ``ends``, which lie outside of those of a lower confidence apart from the tolerance of their searches."""
    (low, high), (inner_low, inner_high) = ends, narrower or ends
    return (
        low if low is None or inner_low is None else min(low, inner_low),
        high if high is None or inner_high is None else max(high, inner_high),
    )


def chi2_rise(confidence: float, likelihood: Likelihood, independent_fraction: float = 1.0) -> float:
    """Return the rise of χ² at the ends of an interval, in units of the variance: a quantile of χ²(1), or of F(1, dof)."""
    if likelihood.errors_given:
        return float(stats.chi2_ppf(confidence, 1))
    return float(stats.f_ppf(confidence, 1, max(likelihood.dof * independent_fraction, 1.0)))


def parameter_state(value: float, ends_68: Ends, ends_95: Ends, parameter: FitParameter) -> str:
    """Return the ``ParameterState`` of a parameter.

    An end of an interval is open if it lies on a bound or was not found. If one end is open, the other end is a limit; a
    parameter with two open ends is not constrained. Physical bounds are compared with the 95 % interval. Other bounds are a
    choice: they are compared with the 68 % interval, and a fit that ends on such a bound is "at its bound".
    """

    def open_ends(ends: Ends) -> tuple[bool, bool]:
        return (ends[0] is None or ends[0] <= parameter.low, ends[1] is None or ends[1] >= parameter.high)

    at_68, at_95 = open_ends(ends_68), open_ends(ends_95)
    if parameter.physical_bounds:
        if all(at_95) or all(at_68):
            return ParameterState.NOT_CONSTRAINED
        if any(at_95):
            return ParameterState.UPPER_LIMIT if at_95[0] else ParameterState.LOWER_LIMIT
        return ParameterState.INTERVAL
    if not any(at_68):
        return ParameterState.INTERVAL
    if all(at_68) or all(at_95):
        return ParameterState.NOT_CONSTRAINED
    if value in (parameter.low, parameter.high):
        return ParameterState.AT_BOUND
    return ParameterState.UPPER_LIMIT if at_68[0] else ParameterState.LOWER_LIMIT


def _fallback_step(value: float, parameter: FitParameter) -> float:
    """Return a first step of the profile if the covariance is unknown."""
    width = parameter.high - parameter.low
    return 0.1 * width if np.isfinite(width) else 0.1 * max(abs(value), 1.0)


def _rounding_scatter(likelihood: Likelihood) -> float:
    """Return the smallest scatter that points without errors can have, in units of their scale."""
    data = likelihood.data[0]
    return max(ROUNDING_ERROR * float(np.max(np.abs(data.value / data.scale))), 1e-150)


@np.errstate(all="ignore")
def _build_fit(
    likelihood: Likelihood,
    best: Optimum,
    profile: ProfileLikelihood,
    intervals: _Intervals,
    independent_fraction: float,
    n_scatters: int,
) -> Fit:
    """Return the ``Fit`` of an optimum with its covariance and intervals."""
    first, covariance = likelihood.data[0], profile.covariance
    unit = 1.0 if likelihood.errors_given or first.weight is not None else float(first.scale[0])
    dof, n = likelihood.dof, likelihood.n_points
    # If σ is estimated from the residuals, -2 ln L at its maximum is n ln(χ²/n) + constant; else χ² + constant.
    chi2 = max(best.chi2, 0.0 if likelihood.errors_given else n * _rounding_scatter(likelihood) ** 2)
    deviance = (chi2 if likelihood.errors_given else n * np.log(chi2 / n)) + best.ln_determinant
    deviance += 2 * float(sum(np.sum(np.log(data.scale)) for data in likelihood.data))
    deviance = float(clip_to_finite(deviance))
    sigma = 1.0 if likelihood.errors_given else float(np.sqrt(chi2 / max(dof, 1)))
    errors = {name: _scaled(covariance.error(name), sigma) if name in best.free else 0.0 for name in best.values}
    bounds = {name: (p.low, p.high) for name, p in likelihood.parameters.items()}
    n_parameters = len(best.free) + n_scatters + (0 if likelihood.errors_given else 1)
    states = {
        name: parameter_state(best.values[name], intervals.ends[68][name], ends_95, likelihood.parameters[name])
        for name, ends_95 in intervals.ends[95].items()
    }
    other_minima = _other_minima(profile, best, chi2 / max(dof, 1))
    scale = _scale(best.chi2, dof, likelihood.errors_given, independent_fraction)
    return Fit(
        values={name: float(value) for name, value in best.values.items()},
        errors=errors,
        errors_scaled={name: _scaled(error, scale) for name, error in errors.items()},
        intervals_scaled=intervals.ends[68],
        intervals_95_scaled=intervals.ends[95],
        excluded_95_scaled=intervals.excluded_95,
        states=states,
        profiled=intervals.profiled,
        at_bounds=[name for name in best.free if best.values[name] in bounds[name]],
        correlations=covariance.correlations(),
        chi2=_finite(chi2 * unit**2) or 0.0,
        dof=int(dof),
        deviance=deviance,
        aicc=float(deviance + 2 * n_parameters * n / max(n - n_parameters - 1, 0.5)),
        converged=best.converged,
        errors_given=likelihood.errors_given,
        bounds=bounds,
        independent_fraction=independent_fraction,
        other_minima=other_minima,
    )


def _other_minima(profile: ProfileLikelihood, best: Optimum, variance: float) -> tuple[Values, ...]:
    """Return the parameters of further local minima of χ² that the points do not exclude, more than 2 σ from ``best``."""
    minima_values: list[Values] = []
    unit = max(1.0, variance) if profile.likelihood.errors_given else variance
    for name, minima in profile._minima.items():
        error = (profile.covariance.error(name) or np.inf) * np.sqrt(unit)
        for value, optimum in minima.items():
            near = [best.values[name], *(values[name] for values in minima_values)]
            is_minimum = profile.likelihood.model_errors is None and optimum.free == best.free
            is_near = optimum.objective - best.objective < INDISTINCT_RISE * unit
            if is_minimum and is_near and min(abs(value - x) for x in near) > 2 * error:
                minima_values.append(optimum.values)
    return tuple(minima_values)


def _scaled(value: float | None, factor: float) -> float | None:
    """Return ``value`` times ``factor``, or None if there is no finite value."""
    return None if value is None else _finite(value * factor)


def _finite(value: float | None) -> float | None:
    """Return ``value``, or None if it is not finite."""
    return None if value is None or not np.isfinite(value) else float(value)
