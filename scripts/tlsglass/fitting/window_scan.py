"""A fit against the window of temperatures that it is made in: how far an answer depends on a choice."""

from collections.abc import Callable
from dataclasses import replace
from math import erfc, sqrt
from typing import NamedTuple

import pandas as pd

from tlsglass.base import stats
from tlsglass.fitting import atlas_fit, intervals, problem
from tlsglass.models.observable import J0_OVER_H0

LARGEST_ERROR = 1.0  # a window whose parameter is less certain than this says nothing
SCANNED = 20
DRIFT_SIGMA = 3.0  # σ: a parameter that moves by more with the window depends on the window ...
DRIFT_MIN_SIGMA = 2.0  # ... if it moves by more than this many of its own errors, scaled: out of its 95 % interval
LEAST_VARIANCE = 0.1  # of that in the shorter window. ASSUME: no difference is known better, where the model is not linear


def columns_of(parameter):
    """Return the columns of a scan."""
    return ["T_min_K", "T_max_K", "n_points", parameter, f"{parameter}_err", f"{parameter}_err_scaled", "misfit", "fixed"]


def scan_windows(dataset, parameter="mu", own=None, fit=None, scanned=SCANNED):
    """Return ``parameter`` (µ or J0/h0) against both ends of the window, a row for each: T_min_K, T_max_K, n_points, the
    parameter, with _err and _err_scaled its errors (statistical and scaled, as in ``profile``), misfit, and what is held.

    The lower ends are that of the dataset's own window and its ``scan_lower_K``; the upper ends run over the points, about
    ``scanned`` of them. Errors of the temperature are those along the slope of the fit. The bounds are those of the fit, and in
    its own window the row is the fit itself, ``own`` if it is given. In shorter windows, parameters that only the upper end
    holds (``freeze_in_scan``) keep their values of the fit; ``held`` names them. A series ends where too few points are left,
    or where they no longer hold the parameter. ``fit`` (dataset, start) takes the place of ``fits.fit`` without intervals.
    """
    fit = fit or (lambda window, start: problem.fit_eq3_model(window, start=start, intervals=False))
    columns = columns_of(parameter)
    dataset = problem.with_temperature_errors(dataset)
    if own is None:
        own = fit(dataset, None)
    if own.errors[parameter] == 0:
        return pd.DataFrame(columns=columns)
    last = dataset.points.T_K[-1]
    held = {
        name: own.values[name]
        for name, p in dataset.observable.parameters.items()
        if p.freeze_in_scan and own.errors[name] != 0
    }
    rows = []
    for T_min in sorted({dataset.points.T_K[0], *dataset.info.get("scan_lower_K", [])}):
        ends = {*dataset.all_points.T_K[:: -max(1, len(dataset.all_points.T_K) // scanned)], last}
        start = own.values
        for T_max in sorted(ends, reverse=True):
            now = held if T_max < last else {}
            window = _window(dataset, T_min, T_max, now)
            n = len(window.points.T_K)
            if n <= sum(not term.fixed for term in problem.fit_parameters(window).values()) + 1:
                break
            one = own if T_max == last and T_min == dataset.points.T_K[0] else fit(window, start)
            error, scaled = one.errors[parameter], one.errors_scaled[parameter]
            if error is None or parameter in one.at_bounds or not scaled < LARGEST_ERROR:
                if T_max < last:
                    break
                continue
            names = ", ".join(now)
            rows.append((window.points.T_K[0], T_max, n, one.values[parameter], error, scaled, one.misfit, names))
            start = one.values
    return pd.DataFrame(rows, columns=columns).sort_values(["T_min_K", "T_max_K"])


def _window(dataset, T_min, T_max, held):
    """Return a dataset with another window, and parameters that are ``held`` {name: value}."""
    given = dataset.info["parameters"]
    given = given | {name: given.get(name, {}) | {"start": value, "fixed": True} for name, value in held.items()}
    return replace(dataset, info=dataset.info | {"parameters": given}, points=dataset.all_points.in_window(T_min, T_max))


class WindowScan(NamedTuple):
    """The rows of ``scan`` of one parameter, and χ² in the window of a row with that parameter held where the fit has it."""

    rows: pd.DataFrame
    chi2_of_whole: Callable


def scan_both_models(dataset, free, coupled=None):
    """Return {parameter: Scan} of µ, whose Fit is ``free``, and of J0/h0 where there is a Fit on the atlas, ``coupled``."""

    def eq3(window, start):
        return problem.fit_eq3_model(window, start=start, intervals=False)

    def near(window, start):
        return atlas_fit.fit_near(window, coupled.values, start)

    def scanned(dataset, parameter, own, fit, number):
        def chi2_of_whole(row):
            held = {name: own.values[name] for name in (*_held(row), parameter)}
            return fit(_window(dataset, row["T_min_K"], row["T_max_K"], held), own.values).chi2

        return WindowScan(scan_windows(dataset, parameter, own, fit, number), chi2_of_whole)

    found = {"mu": scanned(dataset, "mu", free, eq3, SCANNED)}
    if coupled is not None:
        found[J0_OVER_H0] = scanned(atlas_fit.with_atlas_model(dataset), J0_OVER_H0, coupled, near, 12)
    return found


def side_by_side(scanned):
    """Return the scans of ``both`` in one table, empty without any."""
    if not scanned:
        return pd.DataFrame(columns=columns_of("mu"))
    if J0_OVER_H0 not in scanned:
        return scanned["mu"].rows
    keys = ["T_min_K", "T_max_K", "n_points"]
    return scanned["mu"].rows.merge(scanned[J0_OVER_H0].rows, how="outer", on=keys, suffixes=("", "_atlas"))


def drifts(fit, scanned):
    """Return {parameter: ``drift``} of the scans of ``both`` and a fit as ``outcome.Outcome.fit`` holds it.

    None where a parameter does not move, or where the points do not hold it.
    """
    found = {"mu": None, J0_OVER_H0: None}
    models = {"mu": (fit["mu_free"], fit["fitted_K"])}
    if fit["atlas"]:
        models[J0_OVER_H0] = fit["atlas"]["model"], fit["atlas"]["fitted_K"]
    for name, (model, fitted_K) in models.items():
        if name in scanned and model["states"].get(name) in (intervals.INTERVAL, intervals.UPPER, intervals.LOWER):
            free = sum(error != 0 for error in model["errors"].values())
            rows, chi2_of_whole = scanned[name]
            found[name] = drift(rows, name, fitted_K, free, fit["errors_given"], chi2_of_whole)
    return found


def drift(scanned, parameter, whole_K, free, errors_given, chi2_of_whole=None):
    """Return the window whose ``parameter`` is the furthest from that of the whole, or None where none differs by 3 σ.

    ``scanned`` are the rows of ``scan``, ``whole_K`` (low, high) the window of the fit with ``free`` free parameters. Where
    the scatter is estimated from the residuals, 3 σ are those of Student's t. What stays within the 95 % interval of the fit
    does not count, nor what ``chi2_of_whole`` (row), that of ``Scan``, does not rise enough for: errors are those of a
    parabola. Returns {"value", "error" (scaled), "upper_K", "n_points", "sigma"}.
    """
    rows = scanned[scanned["T_min_K"] == whole_K[0]]
    whole, shorter = rows[rows["T_max_K"] == whole_K[1]], rows[rows["T_max_K"] < whole_K[1]]
    if whole.empty:
        return None
    own, error, apart = whole.iloc[0], f"{parameter}_err", []
    for _, row in shorter.iterrows():
        away, sigma = abs(row[parameter] - own[parameter]), _of_difference(row, own, error, errors_given)
        dof = row["n_points"] - free + len(_held(row))
        estimated = dof >= 1 and (not errors_given or row["misfit"] > 1)
        far = sqrt(stats.f_ppf(1 - erfc(DRIFT_SIGMA / sqrt(2)), 1, dof)) if estimated else DRIFT_SIGMA
        if sigma > 0 and away > max(far * sigma, DRIFT_MIN_SIGMA * own[f"{error}_scaled"]):
            apart.append((away / sigma / far, far, dof, row))
    for ratio, far, dof, row in sorted(apart, key=lambda one: -one[0]):
        if chi2_of_whole is not None:
            scatter = max(1.0, row["misfit"]) if errors_given else row["misfit"]
            risen = max(chi2_of_whole(row) - row["misfit"] ** 2 * dof, 0.0) / scatter**2
            alone = row[error] * (scatter if errors_given else 1.0)  # that of the shorter window by itself
            ratio = min(ratio, sqrt(risen) * alone / _of_difference(row, own, error, errors_given) / far)
        if ratio > 1:
            found = {"value": float(row[parameter]), "error": float(row[f"{error}_scaled"])}
            return found | {"upper_K": float(row["T_max_K"]), "n_points": int(row["n_points"]), "sigma": float(ratio * far)}
    return None


def _held(row):
    return [name for name in row["fixed"].split(", ") if name]


def _of_difference(short, long, error, errors_given):
    """Return the standard error of what a parameter in a window and in a longer one that holds it differ by.

    Both share points: the variance is that of the shorter less that of the longer one, each with the scatter about the shorter
    fit, for a model that fails spoils that of the longer. Where the shorter holds parameters that the longer frees, the sum.
    """
    if errors_given:
        scatter, (one, other) = max(1.0, short["misfit"]), (short[error], long[error])
    else:
        scatter, (one, other) = short["misfit"], (row[error] / (row["misfit"] or 1.0) for row in (short, long))
    variance = one**2 + other**2 if _held(short) else max(one**2 - other**2, LEAST_VARIANCE * one**2)
    return scatter * sqrt(variance)
