"""Fits of a measured dataset: µ free beside µ = 0 (STM), 68 % intervals, and µ against the upper end of the window."""

import itertools
from dataclasses import dataclass, replace

import lmfit
import numpy as np
import pandas as pd
from scipy import optimize, stats

from tlsglass.experiment import observables

ONE_SIGMA = stats.chi2.cdf(1, 1)  # 68.3 %
LARGEST_ERROR = 1.0  # a window whose µ is less certain than this says nothing
SCANNED = 20
PARABOLIC = 0.05  # a parabola is good enough when its ends are 1 σ within this


@dataclass(frozen=True)
class Fit:
    """A least-squares fit: values, errors, and the weight of the evidence."""

    values: dict
    errors: dict  # standard errors from the covariance: 0 for a fixed parameter, None where the fit gives none
    intervals: dict  # 68 % intervals (low, high) of the free parameters, None where an end is not found
    profiled: list  # parameters whose interval is from the profile likelihood, since the parabola fails
    at_bounds: list  # free parameters that end on a bound: their errors mean nothing
    correlations: dict  # {parameter: {parameter: coefficient}} of the free ones
    chi2: float  # with σ from the residuals: the sum of their squares, in the unit of the value squared
    dof: int
    aic: float

    @property
    def misfit(self):
        """sqrt(χ²/dof): 1 where the model describes the points within their errors; without errors, their σ."""
        return float(np.sqrt(self.chi2 / self.dof))


@dataclass(frozen=True)
class Comparison:
    """The fits with µ free and with µ = 0, and what speaks for the freer one."""

    free: Fit
    stm: Fit
    delta_aic: float  # positive: µ free is favoured
    p_value: float | None  # of the likelihood ratio, were µ = 0; None when µ is fixed


def compare(dataset):
    """Return the Comparison. Raises RuntimeError if the freer model fits worse: a wrong minimum.

    p is that of the likelihood ratio: χ²(STM) - χ²(free) follows a χ² distribution with one degree of freedom, and when σ
    comes from the residuals the ratio of the two follows F(1, dof).
    """
    free, stm = fit(dataset), fit(dataset, mu=0.0)
    p_value = None
    if free.errors["mu"] != 0:
        if free.chi2 > stm.chi2 * (1 + 1e-6):
            raise RuntimeError(f"{dataset.name}: the fit with µ free ended in a wrong minimum")
        gain = max(stm.chi2 - free.chi2, 0.0)
        known = dataset.points.error is not None
        p_value = float(stats.chi2.sf(gain, 1) if known else stats.f.sf(gain * free.dof / free.chi2, 1, free.dof))
    return Comparison(free, stm, stm.aic - free.aic, p_value)


def with_temperature_errors(dataset, start=None):
    """Return the dataset with its temperature errors in the errors of the values: σ² + (dy/dT)² σ_T², effective variance.

    The slope dy/dT is that of the fit with µ free, found by iteration from that of the points; both fits then use it.
    ``start`` is that of ``fit``.
    """
    points = dataset.points
    if points.T_error_K is None:
        return dataset
    slope = np.gradient(points.value, points.T_K)
    for _ in range(4):  # each changes the errors by less than a tenth of what the one before did
        weighed = replace(dataset, points=replace(points, error=np.hypot(points.error, slope * points.T_error_K)))
        start = fit(weighed, start=start, intervals=False).values
        step = 1e-5 * points.T_K
        slope = (dataset.model(points.T_K + step, start) - dataset.model(points.T_K - step, start)) / (2 * step)
    return weighed


def fit(dataset, mu=None, start=None, intervals=True):
    """Fit the dataset's model by least squares; with ``mu`` given, µ is held there (0: the STM).

    Where the dataset has no errors, all points get the same one, estimated from the residuals of this fit. ``start`` (values
    by name) replaces the search for a start on a grid.
    """
    parameters = _parameters(dataset, mu)
    points = dataset.points
    known = points.error is not None
    error = (
        points.error if known else np.full_like(points.value, np.std(points.value))
    )  # a scale, for the minimizer's tolerances
    if start is None:
        start = _best_of_a_grid(dataset, parameters, error)
    for name, value in start.items():
        if parameters[name].vary:
            parameters[name].set(value=value)

    def residual(p):
        return (dataset.model(points.T_K, p.valuesdict()) - points.value) / error

    minimizer = lmfit.Minimizer(residual, parameters, scale_covar=not known)
    result = minimizer.minimize(method="least_squares", x_scale="jac")
    if not result.success:
        raise RuntimeError(f"{dataset.name}: the fit did not converge: {result.message}")
    chi2 = float(result.chisqr) * (1.0 if known else error[0] ** 2)
    n = len(points.value)
    # With σ from the residuals, -2 ln L at its maximum is n ln(χ²/n) + constant; with σ given it is χ² + constant.
    deviance = chi2 if known else n * np.log(chi2 / n)
    free = [p for p in result.params.values() if p.vary]
    at_bounds = [p.name for p in free if min(abs(p.value - p.min), abs(p.value - p.max)) <= 1e-6 * max(abs(p.value), 1e-12)]
    found, profiled = _intervals(minimizer, result, known) if intervals else ({}, [])
    return Fit(
        values={name: float(p.value) for name, p in result.params.items()},
        errors={name: 0.0 if not p.vary else _number(p.stderr) for name, p in result.params.items()},
        intervals=found,
        profiled=profiled,
        at_bounds=at_bounds,
        correlations={p.name: {name: float(c) for name, c in (p.correl or {}).items()} for p in free},
        chi2=chi2,
        dof=int(result.nfree),
        aic=float(deviance + 2 * result.nvarys),
    )


def scan(dataset):
    """Return µ against both ends of the window: T_min_K, T_max_K, n_points, mu, mu_err, mu_err_scaled, misfit, a row for each.

    The lower ends are that of the dataset's own window and its ``scan_from_K``; the upper ends run over the points, about
    SCANNED of them. Parameters that only the upper end holds (``Parameter.held``) keep their values in the dataset's own
    window. A series ends where too few points are left, or where they no longer hold µ. ``mu_err_scaled`` is the error times
    sqrt(χ²/dof) where that is above 1: what is left of an error once the model does not describe the points.
    """
    own = fit(with_temperature_errors(dataset), intervals=False)
    parameters = dataset.observable.parameters
    held = {name: {"start": own.values[name], "fixed": True} for name, p in parameters.items() if p.held}
    # a scan shows how far the data bound µ: nothing else may
    mu = {"start": own.values["mu"], "low": -np.inf, "high": np.inf}
    info = dataset.info | {"parameters": dataset.info["parameters"] | held | {"mu": mu}}
    rows = []
    for T_min in sorted({dataset.points.T_K[0], *dataset.info.get("scan_from_K", [])}):
        ends = {*dataset.whole.T_K[:: -max(1, len(dataset.whole.T_K) // SCANNED)], dataset.points.T_K[-1]}
        start = own.values
        for T_max in sorted(ends, reverse=True):
            window = replace(dataset, info=info, points=dataset.whole.within(T_min, T_max))
            n = len(window.points.T_K)
            if n <= sum(p.vary for p in _parameters(window, None).values()) + 1:
                break
            one = fit(with_temperature_errors(window, start), start=start, intervals=False)
            scale = 1.0 if window.points.error is None else max(1.0, one.misfit)
            if one.errors["mu"] is None or not scale * one.errors["mu"] < LARGEST_ERROR:
                break
            error = one.errors["mu"]
            rows.append((window.points.T_K[0], T_max, n, one.values["mu"], error, scale * error, one.misfit))
            start = one.values
    columns = ["T_min_K", "T_max_K", "n_points", "mu", "mu_err", "mu_err_scaled", "misfit"]
    return pd.DataFrame(rows, columns=columns).sort_values(["T_min_K", "T_max_K"])


def _parameters(dataset, mu):
    parameters = lmfit.Parameters()
    observable = dataset.observable
    for name in observable.fitted:
        own = observable.parameters[name]
        settings = {"start": own.default, "low": own.low, "high": own.high} | dataset.info["parameters"].get(name, {})
        free = not settings.get("fixed", False)
        parameters.add(name, settings["start"], min=settings["low"], max=settings["high"], vary=free)
    if mu is not None:
        parameters["mu"].set(value=mu, vary=False, min=-np.inf, max=np.inf)
    return parameters


def _number(value):
    return None if value is None or not np.isfinite(value) else float(value)


def _intervals(minimizer, result, errors_given):
    """Return the 68 % intervals by name, and the names of those that the profile likelihood gave.

    A parameter's parabola is tried one standard error either side: where the rest, fitted anew, does not give the parabola's
    χ² there, the interval ends where the profile itself does. With σ from the residuals, quantiles are those of F(1, dof).
    """
    t = 1.0 if errors_given else stats.t.ppf(0.5 + 0.5 * ONE_SIGMA, result.nfree)
    rise = t**2 * (1.0 if errors_given else result.chisqr / result.nfree)

    def sigmas(name, value):
        """How many σ away ``value`` is, by the profile likelihood."""
        parameters = result.params.copy()
        parameters[name].set(value=value, vary=False)
        held = minimizer.minimize(method="least_squares", params=parameters, x_scale="jac") if result.nvarys > 1 else None
        chi2 = np.sum(minimizer.userfcn(parameters) ** 2) if held is None else held.chisqr
        return np.sqrt(max(chi2 - result.chisqr, 0.0) / rise)

    found, profiled = {}, []
    for p in [p for p in result.params.values() if p.vary]:
        if not p.stderr or not np.isfinite(p.stderr):
            found[p.name] = (None, None)
            continue
        ends = (p.value - t * p.stderr, p.value + t * p.stderr)
        if not (p.min < ends[0] and ends[1] < p.max and all(abs(sigmas(p.name, end) - 1) < PARABOLIC for end in ends)):
            profiled.append(p.name)
            ends = [_profile_end(lambda x, name=p.name: sigmas(name, x), p, end) for end in ends]
        found[p.name] = tuple(map(_number, ends))
    return found, profiled


def _profile_end(sigmas, p, end):
    """Return the value beyond which ``sigmas`` exceeds 1, sought through ``end``; or a bound that is met before."""
    for _ in range(8):
        end = np.clip(end, p.min, p.max)
        here = sigmas(end)
        if here >= 1:
            root = optimize.root_scalar(
                lambda x: sigmas(x) - 1 if x != p.value else -1.0, bracket=(p.value, end), xtol=0.005 * p.stderr
            )
            return root.root
        if end in (p.min, p.max):
            return end
        end = p.value + (end - p.value) * np.clip(1.1 / here, 1.1, 2)
    return None


def _best_of_a_grid(dataset, parameters, error):
    """Return the best start, by name, of a grid in the parameters that are no amplitudes, each with its best amplitudes.

    χ² has side minima, and a start far from the data would end in one of them.
    """
    points, observable = dataset.points, dataset.observable
    free = [name for name in observable.amplitudes if parameters[name].vary]
    axes = []
    for name, tried in observable.starts.items():
        p = parameters[name]
        values = np.geomspace(*tried) if isinstance(tried, observables.Geometric) else tried
        axes.append([p.value, *(x for x in values if p.min <= x <= p.max)] if p.vary else [p.value])
    best = (np.inf, {})
    for values in itertools.product(*axes):
        trial = dict(zip(observable.starts, map(float, values), strict=True))
        shapes = observable.shapes(points.T_K, trial, dataset.probe)
        rest = (points.value - sum(parameters[name].value * shapes[name] for name in set(shapes) - set(free))) / error
        design = np.column_stack([shapes[name] / error for name in free]) if free else np.zeros((len(rest), 0))
        size = np.linalg.norm(design, axis=0)
        size[size == 0] = 1.0
        solved = np.linalg.lstsq(design / size, rest, rcond=None)[0] / size
        amplitudes = {
            name: float(np.clip(x, parameters[name].min, parameters[name].max)) for name, x in zip(free, solved, strict=True)
        }
        chi2 = np.sum((rest - design @ np.array(list(amplitudes.values()))) ** 2)
        if chi2 < best[0]:
            best = (chi2, trial | amplitudes)
    return best[1]
