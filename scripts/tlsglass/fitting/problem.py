"""Fits of a measured dataset: µ free beside µ = 0 (STM), with errors, intervals, and what they say."""

from dataclasses import dataclass, replace

import numpy as np

from tlsglass.base import stats
from tlsglass.fitting.intervals import (
    AT_BOUND,
    CONFIDENCE_LEVELS,
    NOT_CONSTRAINED,
    Covariance,
    ProfileLikelihood,
    parameter_state,
    profile_level,
)
from tlsglass.fitting.likelihood import FitData, FitParameter, Likelihood, Prior
from tlsglass.models.observable import CALIBRATION

MAX_RESTARTS = 3  # times that a profile may find a better minimum, from which all begins anew
MAX_REDUCED_CHI2 = 2.0  # χ²/dof: from here on, and where chance gives it less than once in 10⁴, likelihoods mean little
MIN_P_VALUE = 1e-4
DECISIVE = 6.0  # ASSUME: ΔAIC from here on speaks for a model: odds of 20 to 1
ROUNDING = 1e-15  # of the largest value: no scatter is smaller


@dataclass(frozen=True)
class Fit:
    """A fit: values, errors, and the weight of the evidence. What statistical and scaled mean stands in ``profile``."""

    values: dict
    errors: dict  # statistical, from the covariance: 0 for a fixed parameter, None where the points give none
    errors_scaled: dict  # times sqrt(χ²/dof) where that is above 1
    intervals: dict  # statistical 68 % intervals (low, high) of the free parameters: a bound, or None where an end is not found
    intervals_95: dict  # those of 95 %, of the parameters of interest
    intervals_scaled: dict  # as ``intervals``, scaled ...
    intervals_95_scaled: dict  # ... and as ``intervals_95``
    states: dict  # {parameter: one of profile.STATES}, from the scaled intervals
    profiled: list  # parameters whose interval is from the profile likelihood, since the parabola fails
    at_bounds: list  # free parameters that end on a bound
    correlations: dict  # {parameter: {parameter: coefficient}} of the free ones
    chi2: float  # with σ from the residuals: the sum of their squares, in the unit of the value squared, or relative to it
    dof: int
    aic: float
    converged: bool  # whether the search arrived within its limit of evaluations
    errors_given: bool

    @property
    def misfit(self):
        """sqrt(χ²/dof): 1 where the model describes the points within their errors; without errors, their σ."""
        return float(np.sqrt(self.chi2 / self.dof)) if self.dof > 0 else 0.0

    @property
    def scale(self):
        """What scaled errors are larger by than statistical ones."""
        return max(1.0, self.misfit) if self.errors_given else 1.0

    @property
    def acceptable(self):
        """Whether the model describes the points: where it does not, ΔAIC and p are void."""
        if not self.errors_given or self.dof < 1:
            return True
        return bool(self.chi2 / self.dof < MAX_REDUCED_CHI2 or stats.chi2_sf(self.chi2, self.dof) > MIN_P_VALUE)


@dataclass(frozen=True)
class Comparison:
    """The fits with µ free and with µ = 0, and what speaks for the freer one."""

    free: Fit
    stm: Fit
    delta_aic: float  # positive: µ free is favoured
    p_value: float | None  # of the likelihood ratio, were µ = 0; None when µ is fixed, or 0 is not in its bounds
    rejected: bool  # neither model describes the points: ΔAIC and p say nothing


def compare(dataset, intervals=True):
    """Return the Comparison.

    p is that of the likelihood ratio: χ²(STM) - χ²(free) follows a χ² distribution with one degree of freedom, and when σ
    comes from the residuals the ratio of the two follows F(1, dof).
    """
    stm = fit_eq3_model(dataset, mu=0.0, intervals=intervals)
    free = fit_eq3_model(dataset, intervals=intervals, also=stm.values)
    if free.states.get("mu") == AT_BOUND and free.acceptable and stm.aic - free.aic < DECISIVE:
        free = replace(free, states=free.states | {"mu": NOT_CONSTRAINED})  # µ = 0 does as well as the bound
    return Comparison(free, stm, stm.aic - free.aic, _p_value(dataset, free, stm), not free.acceptable)


def _p_value(dataset, free, stm):
    term = fit_parameters(dataset)["mu"]
    if term.fixed or not term.low <= 0 <= term.high:
        return None
    gain = max(stm.chi2 - free.chi2, 0.0)
    if free.errors_given:
        return stats.chi2_sf(gain, 1)
    return stats.f_sf(gain * free.dof / free.chi2, 1, free.dof) if free.chi2 > 0 else None


def with_temperature_errors(dataset, start=None):
    """Return the dataset with its temperature errors in the errors of the values: σ² + (dy/dT)² σ_T², effective variance.

    The slope dy/dT is that of the fit with µ free, found by iteration; both fits then use it.
    ``start`` is that of ``fit``.
    """
    points = dataset.points
    if points.T_error_K is None:
        return dataset

    def along(some, values):
        """Return Points whose errors hold those of the temperature along the slope of the model."""
        step = 1e-5 * some.T_K
        slope = (dataset.model(some.T_K + step, values) - dataset.model(some.T_K - step, values)) / (2 * step)
        return replace(some, error=np.hypot(some.error, np.nan_to_num(slope) * some.T_error_K), T_error_K=None)

    weighed = dataset
    for _ in range(5):  # each changes the errors by less than a tenth of what the one before did
        start = fit_eq3_model(weighed, start=start, intervals=False).values
        weighed = replace(dataset, points=along(points, start))
    whole = dataset.all_points
    return replace(weighed, all_points=whole if whole.T_error_K is None else along(whole, start))


def fit_eq3_model(dataset, mu=None, start=None, intervals=True, also=None):
    """Fit the dataset's model by least squares; with ``mu`` given, µ is held there (0: the STM).

    Where the dataset has no errors, all points get the same one, or the same share of the value, estimated from the residuals
    of this fit. ``start`` (values by name) replaces the search for a start on a grid; ``also`` is a further start, where a fit
    must not end above another.
    """
    own = fit_parameters(dataset)
    if mu is not None:
        own = own | {"mu": own["mu"].fixed_at(mu)}
    points = dataset.points
    part = FitData(shapes_of(dataset), points.value, points.error, weight=points.weight)
    return maximize(Likelihood([part], own, priors(dataset)), start, intervals, also, dataset.observable.of_interest)


def shapes_of(dataset):
    """Return the shapes of the dataset's model at its points, a function of its parameters."""
    T_K, probe = dataset.points.T_K, dataset.probe
    return lambda p: dataset.observable.shapes(T_K, p, probe)


def priors(dataset):
    """Return what is known beforehand: the fraction that all values of a dataset may be wrong by together."""
    common = dataset.info.get("systematic", {}).get("correlated")
    return [] if common is None else [Prior(CALIBRATION, 0.0, common)]


def fit_parameters(dataset):
    """Return {parameter: Term} of a dataset's own model, in the order of a fit."""
    found, observable = {}, dataset.observable
    unused = observable.unused_parameters(dataset.info, dataset.points.photons is not None)
    for name in observable.parameter_order:
        own = observable.parameters[name]
        told = {"start": own.default, "low": own.low, "high": own.high} | dataset.info["parameters"].get(name, {})
        natural = name in observable.amplitudes or (own.physical_bounds and (told["low"], told["high"]) == (own.low, own.high))
        fixed = told.get("fixed", False) or name in unused
        found[name] = FitParameter(told["start"], told["low"], told["high"], fixed, own.start_values(), natural)
    return found


def maximize(likelihood, start=None, intervals=True, also=None, of_interest=()):
    """Return the Fit where a likelihood.Likelihood is greatest: of one dataset, or of several with shared parameters.

    Parameters ``of_interest`` have 95 % intervals too; with ``intervals`` "interest" only they have any. ``start`` and ``also``
    are those of ``fit``.
    """
    best = likelihood.best(start)
    if also is not None:
        best = min(best, likelihood.best(also), key=lambda found: found.chi2)
    for _ in range(MAX_RESTARTS):
        likelihood.evaluations = 0
        about = ProfileLikelihood(likelihood, best, Covariance(best))
        found = _Intervals(about, of_interest if intervals else None, intervals == "interest")
        if about.lower is None:
            break
        best = min(best, likelihood.best(about.lower.values), about.lower, key=lambda found: found.chi2)
        best = replace(best, free=likelihood.free) if best.free == likelihood.free else likelihood.best(best.values)
    return _told(likelihood, best, about.covariance, found)


class _Intervals:
    """The intervals of all free parameters; with ``of_interest`` None, none."""

    def __init__(self, about, of_interest, alone=False):
        likelihood, best = about.likelihood, about.best
        self.statistical, self.scaled = {68: {}, 95: {}}, {68: {}, 95: {}}
        self.profiled = []
        if of_interest is None or likelihood.dof < 1:
            return
        variance = best.chi2 / likelihood.dof
        smallest = 1e-300 if likelihood.errors_given else _rounding(likelihood) ** 2
        unit = 1.0 if likelihood.errors_given else max(variance, smallest)
        for name in sorted(best.free, key=lambda name: name not in of_interest):  # while evaluations are left
            for share in (68, 95) if name in of_interest else () if alone else (68,):
                level = unit * profile_level(CONFIDENCE_LEVELS[share], likelihood)
                scaled = level * max(1.0, variance) if likelihood.errors_given else level
                for found, height in ((self.statistical, level), (self.scaled, scaled)):
                    if found is self.scaled and scaled == level:
                        found[share][name] = self.statistical[share][name]
                        continue
                    ends, parabolic = zip(
                        *(about.end(name, height, sign, name in of_interest) for sign in (-1, 1)), strict=True
                    )
                    found[share][name] = tuple(_number(end) for end in ends)
                    if not all(parabolic) and share == 68 and name not in self.profiled:
                        self.profiled.append(name)


def _rounding(likelihood):
    """Return the least scatter that points without errors can have, in units of their scale."""
    part = likelihood.parts[0]
    return max(ROUNDING * float(np.max(np.abs(part.value / part.scale))), 1e-150)


def _told(likelihood, best, covariance, found):
    """Return the Fit."""
    first = likelihood.parts[0]
    unit = 1.0 if likelihood.errors_given or first.weight is not None else float(first.scale[0])
    dof, n = likelihood.dof, likelihood.points
    variance = best.chi2 / max(dof, 1)
    # With σ from the residuals, -2 ln L at its maximum is n ln(χ²/n) + constant; with σ given it is χ² + constant.
    least = 0.0 if likelihood.errors_given else n * _rounding(likelihood) ** 2
    chi2 = max(best.chi2, least)
    deviance = chi2 if likelihood.errors_given else n * (np.log(chi2 / n) + 2 * np.log(unit))
    if first.error is None and first.weight is not None:
        deviance += 2 * float(np.sum(np.log(first.weight)))
    deviance += sum(part.ln_determinant for part in likelihood.parts)
    own = 1.0 if likelihood.errors_given else float(np.sqrt(chi2 / max(dof, 1)))
    scale = max(1.0, float(np.sqrt(variance))) if likelihood.errors_given else 1.0
    errors = {name: _times(covariance.error(name), own) if name in best.free else 0.0 for name in best.values}
    at_bounds = [n for n in best.free if best.values[n] in (likelihood.terms[n].low, likelihood.terms[n].high)]
    return Fit(
        values={name: float(value) for name, value in best.values.items()},
        errors=errors,
        errors_scaled={name: _times(error, scale) for name, error in errors.items()},
        intervals=found.statistical[68],
        intervals_95=found.statistical[95],
        intervals_scaled=found.scaled[68],
        intervals_95_scaled=found.scaled[95],
        states={name: _state(name, best, likelihood, found) for name in found.scaled[95]},
        profiled=found.profiled,
        at_bounds=at_bounds,
        correlations=covariance.correlations(),
        chi2=_number(chi2 * unit**2) or 0.0,
        dof=int(dof),
        aic=float(deviance + 2 * len(best.free)),
        converged=best.converged,
        errors_given=likelihood.errors_given,
    )


def _state(name, best, likelihood, found):
    ends = found.scaled[68][name], found.scaled[95][name]
    return parameter_state(best.values[name], *ends, likelihood.terms[name])


def _times(value, factor):
    return None if value is None else _number(value * factor)


def _number(value):
    return None if value is None or not np.isfinite(value) else float(value)
