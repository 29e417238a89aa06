"""Fit of a likelihood: values, errors, intervals, and the state of each parameter.

One convention for errors everywhere. *Statistical* errors and intervals assume that the quoted errors of the points are
correct. *Scaled* ones are multiplied by sqrt(χ²/dof) if that exceeds 1. If the points have no errors, these are estimated from
the residuals, and both kinds are equal.
"""

import math
from collections.abc import Collection
from dataclasses import dataclass, field
from typing import Literal

import numpy as np

from tlsglass.base import stats
from tlsglass.base.types import FloatArray
from tlsglass.fitting.likelihood import FitParameter, Likelihood, Optimum, Values

CONFIDENCE_LEVELS = {68: math.erf(math.sqrt(0.5)), 95: 0.95}  # 1 σ of a normal distribution, and nearly 2 σ
PARABOLA_TOLERANCE = 0.05  # relative deviation up to which an end of the parabola counts as an end of the profile
MAX_PROFILE_POINTS = 14  # evaluations of the profile likelihood for one end of an interval
MAX_EVALUATIONS = 6000  # of the model, for all intervals of one fit; further ends are reported as None
MAX_RESTARTS = 3  # times that a profile may find a better minimum, after which the intervals are computed again
MAX_REDUCED_CHI2 = 2.0  # a model is rejected if χ²/dof is not below this ...
MIN_P_VALUE = 1e-4  # ... and the probability of a χ² as large is not above this
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
    intervals: dict[str, Ends]  # statistical, 68 %, of the free parameters: a bound, or None, where an end was not found
    intervals_95: dict[str, Ends]  # 95 %, of the parameters of interest
    intervals_scaled: dict[str, Ends]
    intervals_95_scaled: dict[str, Ends]
    states: dict[str, str]  # {parameter of interest: ParameterState}, from the scaled intervals
    profiled: list[str]  # parameters whose interval comes from the profile likelihood, because the parabola fails
    at_bounds: list[str]  # free parameters that end on a bound
    correlations: dict[str, Values]  # {parameter: {parameter: coefficient}} of the free parameters
    chi2: float  # without errors: sum of squared residuals, in the squared unit of the value, or relative to the value
    dof: int
    aic: float
    converged: bool
    errors_given: bool
    atlas_error: float | None = None  # contribution of the errors of the atlas to the error of J0/h0

    @property
    def misfit(self) -> float:
        """sqrt(χ²/dof), about 1 for a model that describes the points; without errors, their estimated error."""
        return float(np.sqrt(self.chi2 / self.dof)) if self.dof > 0 else 0.0

    @property
    def scale(self) -> float:
        """Ratio of scaled to statistical errors."""
        return max(1.0, self.misfit) if self.errors_given else 1.0

    @property
    def acceptable(self) -> bool:
        """Whether χ² is acceptable; otherwise ΔAIC and p-values are meaningless. True without errors of the points."""
        return not self.errors_given or not chi2_rejects(self.misfit, self.dof)


def chi2_rejects(misfit: float, dof: int) -> bool:
    """Return whether χ² = dof · misfit² rejects a model."""
    if dof < 1 or misfit**2 < MAX_REDUCED_CHI2:
        return False
    return bool(stats.chi2_sf(misfit**2 * dof, dof) <= MIN_P_VALUE)


def fit_likelihood(
    likelihood: Likelihood,
    start: Values | None = None,
    second_start: Values | None = None,
    intervals: WhichIntervals = True,
    of_interest: Collection[str] = (),
) -> Fit:
    """Maximize a likelihood and determine errors and intervals.

    Parameters
    ----------
    likelihood
        Likelihood of one or several datasets.
    start
        Values by name; by default the best point of a grid.
    second_start
        Another start, for instance the maximum of a nested model, below which this fit must not end.
    intervals
        True, False, or "interest" for the parameters of interest only.
    of_interest
        Names of parameters that also get a 95 % interval and a state.
    """
    best = likelihood.maximize(start)
    if second_start is not None:
        best = min(best, likelihood.maximize(second_start), key=lambda optimum: optimum.chi2)
    for _ in range(MAX_RESTARTS):
        likelihood.evaluations = 0
        profile = ProfileLikelihood(likelihood, best, Covariance(best))
        found_intervals = _Intervals(profile, of_interest if intervals else None, intervals == "interest")
        if profile.lower is None:
            break
        best = min(best, likelihood.maximize(profile.lower.values), profile.lower, key=lambda optimum: optimum.chi2)
        if best.free != likelihood.free:  # the better optimum was found with a parameter fixed
            best = likelihood.maximize(best.values)
    return _build_fit(likelihood, best, profile.covariance, found_intervals)


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

    def slopes(self, name: str) -> Values:
        """Return d(best value)/d(``name``) of all further parameters, to predict where they follow it."""
        k = self.names.index(name)
        column = self.matrix[:, k] / self.matrix[k, k] if self.matrix[k, k] > 0 else np.zeros(len(self.names))
        return {self.names[m]: float(x) for m, x in enumerate(column) if m != k and np.isfinite(x)}


@dataclass
class ProfileLikelihood:
    """χ² with one parameter fixed and all others refitted, around the optimum ``best``.

    ``lower`` is a better optimum than ``best``, if the profile has met one.
    """

    likelihood: Likelihood
    best: Optimum
    covariance: Covariance
    lower: Optimum | None = None
    _optima: dict[str, dict[float, Optimum]] = field(default_factory=dict)  # of each parameter, by its fixed value
    _minima: dict[str, Values] = field(default_factory=dict)  # rise of χ² of local minima, by the value of the parameter

    def rise(self, name: str, value: float) -> float:
        """Return the rise of χ² if ``name`` is fixed at ``value``."""
        optima = self._optima.setdefault(name, {self.best.values[name]: self.best})
        if value not in optima:
            nearest = optima[min(optima, key=lambda x: abs(x - value))]
            step = value - nearest.values[name]
            start = {key: nearest.values[key] + slope * step for key, slope in self.covariance.slopes(name).items()}
            nested = self.likelihood.with_fixed(**{name: value})
            optima[value] = nested.maximize(nearest.values | start)
            self.likelihood.evaluations += nested.evaluations
            if optima[value].chi2 < min(self.best.chi2, self.lower.chi2 if self.lower else np.inf) - self._tolerance:
                self.lower = optima[value]
        return max(optima[value].chi2 - self.best.chi2, 0.0)

    def local_minima(self, name: str) -> Values:
        """Return {value of ``name``: rise of χ²} of the local minima reached from its start grid.

        For example, the same exponent may result from a weak and from a strong coupling: an interval must contain both.
        """
        if name not in self._minima:
            self._minima[name] = {self.best.values[name]: 0.0}
            for start in self.likelihood.parameters[name].start_grid:
                if self.likelihood.evaluations > MAX_EVALUATIONS / 2:
                    break
                optimum = self.likelihood.maximize(self.best.values | {name: start}, max_steps=30)
                if optimum.chi2 < self.best.chi2 - self._tolerance and (self.lower is None or optimum.chi2 < self.lower.chi2):
                    self.lower = optimum
                if np.isfinite(optimum.chi2):
                    self._minima[name][optimum.values[name]] = max(optimum.chi2 - self.best.chi2, 0.0)
        return self._minima[name]

    @property
    def _tolerance(self) -> float:
        """Decrease of χ² beyond which a point counts as a better minimum."""
        if self.likelihood.errors_given:
            return 1e-3 * max(1.0, self.best.chi2 / max(self.likelihood.dof, 1))
        return 1e-6 * self.best.chi2

    def end(self, name: str, level: float, sign: int, all_minima: bool = False) -> tuple[float | None, bool]:
        """Return where χ² has risen by ``level`` in the direction ``sign``, and whether the parabola agrees.

        The end is the bound if that is met first, and None if no end was found. With ``all_minima`` it is the outermost end
        of all local minima that lie below ``level``.
        """
        parameter, value, risen = self.likelihood.parameters[name], self.best.values[name], 0.0
        if all_minima:
            below = {x: rise for x, rise in self.local_minima(name).items() if rise < level}
            value = max(below, key=lambda x: sign * x)
            risen = float(np.sqrt(below[value] / level))
        bound = parameter.high if sign > 0 else parameter.low
        if value == bound:
            return float(bound), True
        error = self.covariance.error(name)
        parabola = error is not None and value == self.best.values[name]
        step = np.sqrt(level) * error if error is not None else _fallback_step(value, parameter)
        inside: tuple[float, float] = (value, risen)  # (x, sqrt(rise / level)) on both sides of the end
        outside: tuple[float, float] | None = None
        x, first = value + sign * step, True
        for _ in range(MAX_PROFILE_POINTS):
            if self.likelihood.evaluations > MAX_EVALUATIONS:
                return None, False
            x = float(min(x, bound) if sign > 0 else max(x, bound))
            ratio = float(np.sqrt(self.rise(name, x) / level))
            if abs(ratio - 1) < PARABOLA_TOLERANCE and x != bound:
                if ratio > risen:  # the parabola around a minimum that may lie higher than the best one
                    x = value + (x - value) * np.sqrt((1 - risen**2) / (ratio**2 - risen**2))
                return float(np.clip(x, parameter.low, parameter.high)), first and parabola
            if ratio < 1 and x == bound:
                return float(bound), False
            inside, outside = ((x, ratio), outside) if ratio < 1 else (inside, (x, ratio))
            if outside is None:
                x = value + (x - value) * np.clip(1.1 / max(ratio, 1e-9), 1.2, 4)
            else:
                fraction = np.clip((1 - inside[1]) / (outside[1] - inside[1]), 0.1, 0.9)
                x = inside[0] + fraction * (outside[0] - inside[0])
            first = False
        return (float(x) if outside else None), False


class _Intervals:
    """Intervals {68 or 95: {name: ends}}, statistical and scaled; none if ``of_interest`` is None."""

    def __init__(self, profile: ProfileLikelihood, of_interest: Collection[str] | None, only_these: bool = False) -> None:
        likelihood, best = profile.likelihood, profile.best
        self.statistical: dict[int, dict[str, Ends]] = {68: {}, 95: {}}
        self.scaled: dict[int, dict[str, Ends]] = {68: {}, 95: {}}
        self.profiled: list[str] = []
        if of_interest is None or likelihood.dof < 1:
            return
        variance = best.chi2 / likelihood.dof
        smallest = 1e-300 if likelihood.errors_given else _rounding_scatter(likelihood) ** 2
        unit = 1.0 if likelihood.errors_given else max(variance, smallest)
        for name in sorted(best.free, key=lambda name: name not in of_interest):  # these first, while evaluations remain
            for percent in (68, 95) if name in of_interest else () if only_these else (68,):
                level = unit * chi2_rise(CONFIDENCE_LEVELS[percent], likelihood)
                scaled_level = level * max(1.0, variance) if likelihood.errors_given else level
                for intervals, height in ((self.statistical, level), (self.scaled, scaled_level)):
                    if intervals is self.scaled and scaled_level == level:
                        intervals[percent][name] = self.statistical[percent][name]
                        continue
                    (low, parabola_low), (high, parabola_high) = (
                        profile.end(name, height, sign, name in of_interest) for sign in (-1, 1)
                    )
                    intervals[percent][name] = _finite(low), _finite(high)
                    if not (parabola_low and parabola_high) and percent == 68 and name not in self.profiled:
                        self.profiled.append(name)


def chi2_rise(confidence: float, likelihood: Likelihood) -> float:
    """Return the rise of χ² at the ends of an interval, in units of the variance: a quantile of χ²(1), or of F(1, dof)."""
    if likelihood.errors_given:
        return float(stats.chi2_ppf(confidence, 1))
    return float(stats.f_ppf(confidence, 1, likelihood.dof))


def parameter_state(value: float, ends_68: Ends, ends_95: Ends, parameter: FitParameter) -> str:
    """Return the ``ParameterState`` of a parameter.

    A fit that ends on a physical bound gives a limit; another bound is a choice, and a fit that ends there is "at its bound".
    """

    def open_ends(ends: Ends) -> tuple[bool, bool]:
        return (ends[0] is None or ends[0] <= parameter.low, ends[1] is None or ends[1] >= parameter.high)

    at_68, at_95 = open_ends(ends_68), open_ends(ends_95)
    if not any(at_68):
        return ParameterState.INTERVAL
    if all(at_68) or all(at_95):
        return ParameterState.NOT_CONSTRAINED
    if not parameter.physical_bounds and value in (parameter.low, parameter.high):
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


def _build_fit(likelihood: Likelihood, best: Optimum, covariance: Covariance, intervals: _Intervals) -> Fit:
    """Return the ``Fit`` of an optimum with its covariance and intervals."""
    first = likelihood.data[0]
    unit = 1.0 if likelihood.errors_given or first.weight is not None else float(first.scale[0])
    dof, n = likelihood.dof, likelihood.n_points
    # If σ is estimated from the residuals, -2 ln L at its maximum is n ln(χ²/n) + constant; else χ² + constant.
    chi2 = max(best.chi2, 0.0 if likelihood.errors_given else n * _rounding_scatter(likelihood) ** 2)
    deviance = chi2 if likelihood.errors_given else n * (np.log(chi2 / n) + 2 * np.log(unit))
    if first.error is None and first.weight is not None:
        deviance += 2 * float(np.sum(np.log(first.weight)))
    deviance += sum(data.ln_determinant for data in likelihood.data)
    sigma = 1.0 if likelihood.errors_given else float(np.sqrt(chi2 / max(dof, 1)))
    scale = max(1.0, float(np.sqrt(best.chi2 / max(dof, 1)))) if likelihood.errors_given else 1.0
    errors = {name: _scaled(covariance.error(name), sigma) if name in best.free else 0.0 for name in best.values}
    bounds = {name: (p.low, p.high) for name, p in likelihood.parameters.items()}
    return Fit(
        values={name: float(value) for name, value in best.values.items()},
        errors=errors,
        errors_scaled={name: _scaled(error, scale) for name, error in errors.items()},
        intervals=intervals.statistical[68],
        intervals_95=intervals.statistical[95],
        intervals_scaled=intervals.scaled[68],
        intervals_95_scaled=intervals.scaled[95],
        states={
            name: parameter_state(best.values[name], intervals.scaled[68][name], ends_95, likelihood.parameters[name])
            for name, ends_95 in intervals.scaled[95].items()
        },
        profiled=intervals.profiled,
        at_bounds=[name for name in best.free if best.values[name] in bounds[name]],
        correlations=covariance.correlations(),
        chi2=_finite(chi2 * unit**2) or 0.0,
        dof=int(dof),
        aic=float(deviance + 2 * len(best.free)),
        converged=best.converged,
        errors_given=likelihood.errors_given,
    )


def _scaled(value: float | None, factor: float) -> float | None:
    """Return ``value`` times ``factor``, or None if there is no finite value."""
    return None if value is None else _finite(value * factor)


def _finite(value: float | None) -> float | None:
    """Return ``value``, or None if it is not finite."""
    return None if value is None or not np.isfinite(value) else float(value)
