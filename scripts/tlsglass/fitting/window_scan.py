"""Dependence of a fitted parameter on the window of temperatures."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from math import erfc, sqrt
from typing import Any

import numpy as np
import pandas as pd

from tlsglass.base import stats
from tlsglass.data.dataset import Dataset
from tlsglass.fitting.fit import Fit, ParameterState
from tlsglass.fitting.likelihood import Values
from tlsglass.fitting.problem import FitProblem
from tlsglass.models.observable import J0_OVER_H0

MAX_ERROR = 1.0  # windows whose parameter has a larger error are left out
N_WINDOWS = 12  # approximate number of upper ends
DRIFT_SIGMA = 3.0  # a parameter depends on the window if it moves by more than this many σ ...
DRIFT_MIN_SIGMA = 2.0  # ... and by more than this many of its own scaled errors, out of its 95 % interval
MIN_VARIANCE_FRACTION = 0.1  # ASSUME: variance of a difference, at least this fraction of that in the shorter window


def scan_columns(parameter: str) -> list[str]:
    """Return the columns of a scan."""
    return ["T_min_K", "T_max_K", "n_points", parameter, f"{parameter}_err", f"{parameter}_err_scaled", "misfit", "fixed"]


def _window_problem(dataset: Dataset, T_min: float, T_max: float, fixed: Values) -> FitProblem:
    """Return the problem of a dataset within another window, with ``fixed`` parameters."""
    return FitProblem.from_dataset(replace(dataset, points=dataset.all_points.in_window(T_min, T_max))).with_fixed(**fixed)


@dataclass(frozen=True)
class WindowScan:
    """``parameter`` in several windows: ``rows`` as ``scan_columns``, errors being statistical and scaled."""

    dataset: Dataset
    parameter: str
    best: Fit
    rows: pd.DataFrame

    def chi2_with_best_value(self, row: pd.Series) -> float:
        """Return χ² in the window of ``row`` with the parameter fixed at its value in the whole window."""
        fixed = {name: self.best.values[name] for name in (*_fixed_names(row), self.parameter)}
        window = _window_problem(self.dataset, row["T_min_K"], row["T_max_K"], fixed)
        return window.fit_near(self.best.values).chi2


def scan_windows(dataset: Dataset, parameter: str = "mu", best: Fit | None = None) -> WindowScan:
    """Fit ``parameter`` (µ, or J0/h0 of a dataset on the atlas) in windows with other ends.

    The lower ends are that of the dataset's window and its ``scan_lower_K``; the upper ends run over the points. In shorter
    windows, parameters with ``freeze_in_scan`` keep their values of the fit, because low temperatures do not constrain them;
    the column ``fixed`` names them. A series ends where too few points are left, or where they no longer constrain the
    parameter. The dataset's own window has the fit itself, ``best`` if given.
    """
    problem = FitProblem.from_dataset(dataset).with_temperature_errors()
    (dataset,) = problem.datasets
    if best is None:
        best = problem.fit(intervals=False)
    rows: list[tuple[Any, ...]] = []
    T_min_fit, T_max_fit = dataset.points.T_K[0], dataset.points.T_K[-1]
    frozen = {
        name: best.values[name]
        for name, p in dataset.observable.parameters.items()
        if p.freeze_in_scan and best.errors.get(name, 0) != 0
    }
    lower_ends = {T_min_fit, *dataset.info.get("scan_lower_K", [])} if best.errors[parameter] != 0 else {}
    T_all = np.unique(dataset.all_points.T_K)
    upper_ends = {*T_all[:: -max(1, len(T_all) // N_WINDOWS)], T_max_fit}
    for T_min in sorted(lower_ends):
        start = best.values
        for T_max in sorted(upper_ends, reverse=True):
            fixed = frozen if T_max < T_max_fit else {}
            window = _window_problem(dataset, T_min, T_max, fixed)
            T_K = window.datasets[0].points.T_K
            if len(np.unique(T_K)) <= len(window.free) + 1:
                break
            fit = best if (T_min, T_max) == (T_min_fit, T_max_fit) else window.fit_near(start, best.values)
            error, scaled = fit.errors[parameter], fit.errors_scaled[parameter]
            if error is None or scaled is None or parameter in fit.at_bounds or not scaled < MAX_ERROR:
                if T_max < T_max_fit:
                    break
                continue
            rows.append((T_K[0], T_max, len(T_K), fit.values[parameter], error, scaled, fit.misfit, ", ".join(fixed)))
            start = fit.values
    table = pd.DataFrame(rows, columns=scan_columns(parameter)).sort_values(["T_min_K", "T_max_K"])
    return WindowScan(dataset, parameter, best, table)


def scan_models(models: Mapping[str, tuple[FitProblem, Fit]]) -> dict[str, WindowScan]:
    """Return {parameter: its scan} of the problem and the fit that determine each parameter."""
    return {
        name: scan_windows(problem.with_scatter_in_errors(fit).datasets[0], name, fit)
        for name, (problem, fit) in models.items()
    }


def merge_scans(scans: Mapping[str, WindowScan]) -> pd.DataFrame:
    """Return the scans of µ and J0/h0 as one table, empty without any."""
    if not scans:
        return pd.DataFrame(columns=scan_columns("mu"))
    if J0_OVER_H0 not in scans:
        return scans["mu"].rows
    keys = ["T_min_K", "T_max_K", "n_points"]
    return scans["mu"].rows.merge(scans[J0_OVER_H0].rows, how="outer", on=keys, suffixes=("", "_atlas"))


def drift(scan: WindowScan, fitted_K: tuple[float, float], n_free: int, errors_given: bool, check_chi2: bool = True) -> Any:
    """Return the window whose parameter deviates most from that of the fit, or None if none deviates by ``DRIFT_SIGMA``.

    This limit is in standard errors. If the points have no errors, or if these are scaled, the corresponding limit of Student's
    t distribution applies. Deviations within the 95 % interval of the fit do not count. Errors are those of a parabola, so that
    with ``check_chi2`` χ² in the window must also rise enough if the parameter is fixed at its value in the whole window.

    Parameters
    ----------
    scan
        Scan of the parameter.
    fitted_K
        Window (low, high) of the fit.
    n_free
        Number of free parameters of the fit.

    Returns
    -------
    dict or None
        "value", "error" (scaled), "upper_K", "n_points", "sigma".
    """
    parameter, error = scan.parameter, f"{scan.parameter}_err"
    rows = scan.rows[scan.rows["T_min_K"] == fitted_K[0]]
    whole, shorter = rows[rows["T_max_K"] == fitted_K[1]], rows[rows["T_max_K"] < fitted_K[1]]
    if whole.empty:
        return None
    best, candidates = whole.iloc[0], []
    for _, row in shorter.iterrows():
        deviation, sigma = abs(row[parameter] - best[parameter]), _error_of_difference(row, best, error, errors_given)
        dof = row["n_points"] - n_free + len(_fixed_names(row))
        estimated = dof >= 1 and (not errors_given or row[f"{error}_scaled"] > row[error])
        limit = sqrt(stats.f_ppf(1 - erfc(DRIFT_SIGMA / sqrt(2)), 1, dof)) if estimated else DRIFT_SIGMA
        if sigma > 0 and deviation > max(limit * sigma, DRIFT_MIN_SIGMA * best[f"{error}_scaled"]):
            candidates.append((deviation / sigma / limit, sigma, limit, dof, row))
    for ratio, sigma, limit, dof, row in sorted(candidates, key=lambda candidate: -candidate[0]):
        if check_chi2:
            scatter = _scatter(row, error, errors_given)
            rise = max(scan.chi2_with_best_value(row) - row["misfit"] ** 2 * dof, 0.0) / scatter**2
            error_in_window = row[error] / (1.0 if errors_given else row["misfit"] or 1.0) * scatter
            ratio = min(ratio, sqrt(rise) * error_in_window / sigma / limit)
        if ratio > 1:
            return {
                "value": float(row[parameter]),
                "error": float(row[f"{error}_scaled"]),
                "upper_K": float(row["T_max_K"]),
                "n_points": int(row["n_points"]),
                "sigma": float(ratio * limit),
            }
    return None


def drifts(scans: Mapping[str, WindowScan]) -> dict[str, Any]:
    """Return {parameter: ``drift``} of µ and J0/h0; None without a scan, or if the points do not determine the parameter."""
    of_parameters: dict[str, Any] = dict.fromkeys(("mu", J0_OVER_H0))
    for name, scan in scans.items():
        if scan.best.states.get(name) in ParameterState.DETERMINED:
            n_free = sum(error != 0 for error in scan.best.errors.values())
            of_parameters[name] = drift(scan, scan.dataset.points.T_range_K, n_free, scan.best.errors_given)
    return of_parameters


def _fixed_names(row: pd.Series) -> list[str]:
    return [name for name in row["fixed"].split(", ") if name]


def _error_of_difference(short: pd.Series, long: pd.Series, error: str, errors_given: bool) -> float:
    """Return the standard error of the difference of a parameter in a window and in a longer one that contains it.

    Both share points: the variance is that of the shorter minus that of the longer window, both with the scatter about the
    shorter fit, because a model that fails spoils that of the longer. It is the sum if the shorter fit fixes parameters
    that are free in the longer.
    """
    scatter = _scatter(short, error, errors_given)
    errors = (short[error], long[error])
    if not errors_given:
        errors = tuple(row[error] / (row["misfit"] or 1.0) for row in (short, long))
    short_variance, long_variance = (x**2 for x in errors)
    if _fixed_names(short):
        return float(scatter * sqrt(short_variance + long_variance))
    return float(scatter * sqrt(max(short_variance - long_variance, MIN_VARIANCE_FRACTION * short_variance)))


def _scatter(row: pd.Series, error: str, errors_given: bool) -> float:
    """Return the scatter of the points of a window in units of their errors, or of 1 without errors.

    It includes the correlation of the residuals.
    """
    return float(row[f"{error}_scaled"] / row[error] * (1.0 if errors_given else row["misfit"]))
