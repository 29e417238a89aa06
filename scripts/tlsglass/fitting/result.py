"""Result of fitting one dataset, in a form that can be saved as JSON and CSV, and the table of all results."""

import dataclasses
import math
from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import pandas as pd

from tlsglass.base.types import FloatArray
from tlsglass.data import drive_section
from tlsglass.data.dataset import Dataset
from tlsglass.fitting import atlas_model, report_text, window_scan
from tlsglass.fitting.fit import Fit, ParameterState
from tlsglass.fitting.problem import Comparison, FitProblem, compare, dataset_parameters
from tlsglass.models import registry
from tlsglass.models.observable import J0_OVER_H0

COPIED_KEYS = (  # from dataset.yaml
    "title",
    "label",
    "reference",
    "doi",
    "material",
    "observable",
    "provenance",
    "is_control",
    "independent_measurement",
    "note",
)
CURVE_POINTS = 300
H0_UNCERTAINTY_FACTOR = 2.0  # ASSUME: h0 of a glass is known within this factor


@dataclass(frozen=True)
class FitResult:
    """Numbers, text and tables of the fits of one dataset.

    Parameters
    ----------
    fit
        Content of fit.json.
    points
        T_K, value, error (estimated from the residuals if the dataset has none), T_error_K, fitted, and the models.
    curves
        T_K, mu_free, stm, atlas, and tls, the contribution of the TLSs to mu_free.
    windows
        µ and J0/h0 in other windows of temperature.
    """

    fit: dict[str, Any]
    points: pd.DataFrame
    curves: pd.DataFrame
    windows: pd.DataFrame


def fit_dataset(dataset: Dataset, scan: bool = True) -> FitResult:
    """Fit a dataset with µ free, with µ = 0 and on the atlas; without ``scan``, other windows are not tried."""
    problem = FitProblem.from_dataset(dataset).with_temperature_errors()
    comparison = compare(problem)
    atlas_problem, atlas_fit, reason = _fit_on_atlas(problem)
    atlas = _atlas_summary(problem, atlas_problem, atlas_fit) if atlas_fit else None
    scans = {}
    if scan:
        scans["mu"] = window_scan.scan_windows(problem.datasets[0], "mu", comparison.free)
        if atlas_fit:
            scans[J0_OVER_H0] = window_scan.scan_windows(atlas_problem.datasets[0], J0_OVER_H0, atlas_fit)
    drifts = {"mu": window_scan.drift_of_fit(scans.get("mu"), comparison.free), J0_OVER_H0: None}
    if atlas_fit:
        drifts[J0_OVER_H0] = window_scan.drift_of_fit(scans.get(J0_OVER_H0), atlas_fit)
    fit = _summary(dataset, comparison) | {"atlas": atlas, "atlas_why": reason, "drifts": drifts}
    if not fit["errors_given"] and any(drifts.values()):  # without errors, only a drift can reject a model
        fit["rejected"] = True
        if atlas:
            atlas["rejected"] = True
    fit["conclusion"], fit["lines"] = report_text.conclusion(fit), report_text.summary_lines(fit)
    curves = _curves(dataset, comparison, atlas_problem, atlas_fit)
    return FitResult(fit, _points(dataset, comparison), curves, window_scan.merge_scans(scans))


def _fit_on_atlas(problem: FitProblem) -> tuple[FitProblem, Fit | None, str | None]:
    """Return the problem on the atlas and its fit, or no fit and the reason."""
    observable = problem.datasets[0].observable
    if not problem.has_atlas_model:
        return problem, None, f"{observable.name} has no model on the atlas"
    on_atlas = problem.on_atlas()
    if not on_atlas.has_enough_points:
        low, high = atlas_model.temperature_range_K(atlas_model.h0_of(problem.datasets[0]))
        n = len(on_atlas.datasets[0].points.T_K)
        return on_atlas, None, f"{n} points lie in the atlas, {low:.3g} to {high:.3g} K, which are too few"
    return on_atlas, on_atlas.fit(), None


def _atlas_summary(problem: FitProblem, on_atlas: FitProblem, fit: Fit) -> dict[str, Any]:
    """Return the content of "atlas" in fit.json."""
    (dataset,), (on_atlas_dataset,) = problem.datasets, on_atlas.datasets
    points = on_atlas_dataset.points
    same_points = compare(FitProblem.from_dataset(replace(dataset, points=points)), intervals=False)
    models = {"mu_free": same_points.free, "stm": same_points.stm}
    by_h0 = _J0_over_h0_by_h0(problem, on_atlas, fit)
    shifts = [value - fit.values[J0_OVER_H0] for value in by_h0.values() if value is not None]
    return {
        "h0_K": atlas_model.h0_of(dataset),
        "fitted_K": list(points.T_range_K),
        "n_points": len(points.T_K),
        "left_out": len(dataset.points.T_K) - len(points.T_K),
        "model": fit_numbers(fit),
        "bounds": bounds(on_atlas_dataset),
        "same_points": {
            name: {key: getattr(model, key) for key in ("chi2", "dof", "aic", "misfit")} for name, model in models.items()
        },
        "delta_aic": {name: model.aic - fit.aic for name, model in models.items()},
        "rejected": not fit.acceptable,
        "atlas_error": fit.atlas_error,
        "h0": {f"{h0:g}": value for h0, value in by_h0.items()},
        "h0_range": [min(0.0, *shifts, 0.0), max(0.0, *shifts, 0.0)],
    }


def _J0_over_h0_by_h0(problem: FitProblem, on_atlas: FitProblem, fit: Fit) -> dict[float, float | None]:
    """Return {h0_K: J0/h0} of the fit, and with h0 half and twice as large; None if too few points are on the atlas.

    If fewer points are on the atlas, the shift is relative to a fit of the same points with the h0 of the fit.
    """
    h0_K, J0_over_h0 = atlas_model.h0_of(problem.datasets[0]), fit.values[J0_OVER_H0]
    by_h0: dict[float, float | None] = {h0_K: J0_over_h0}
    highest = atlas_model.J0_over_h0_parameter().high
    for new_h0_K in (h0_K / H0_UNCERTAINTY_FACTOR, h0_K * H0_UNCERTAINTY_FACTOR):
        shifted = problem.on_atlas(new_h0_K)
        (dataset,), points = on_atlas.datasets, shifted.datasets[0].points
        fewer = len(points.T_K) < len(dataset.points.T_K)
        reference = on_atlas
        if fewer and len(points.T_K):
            reference = FitProblem.from_dataset(replace(dataset, points=dataset.points.in_window(*points.T_range_K)))
        if not (shifted.has_enough_points and reference.has_enough_points):
            by_h0[new_h0_K] = None
            continue
        value = J0_over_h0
        if fewer:
            value = reference.fit(fit.values, intervals=False).values[J0_OVER_H0]
        new_value = shifted.fit(fit.values, intervals=False).values[J0_OVER_H0]
        by_h0[new_h0_K] = float(np.clip(J0_over_h0 + new_value - value, 0.0, highest))
    return by_h0


def _summary(dataset: Dataset, comparison: Comparison) -> dict[str, Any]:
    """Return fit.json without what concerns the atlas."""
    points = dataset.points
    errors = next(iter(dataset.info["data"]["error"]))
    if points.error is None:
        proportional = "" if points.weight is None else ", in proportion to the value"
        errors = f"no errors given: σ estimated from the residuals{proportional}"
    if dataset.all_points.T_error_K is not None:
        errors += ", with the errors of the temperature (effective variance)"
    return (
        {"dataset": dataset.name}
        | {key: dataset.info.get(key) for key in COPIED_KEYS}
        | {
            "unit": dataset.unit,
            "symbol": dataset.observable.symbol,
            "window_K": dataset.info.get("window_K"),
            "fitted_K": list(points.T_range_K),
            "n_points": len(points.T_K),
            "errors": errors,
            "errors_given": points.error is not None,
            "errors_relative": points.error is None and points.weight is not None,  # then chi2 and misfit are relative
            "mu_free": fit_numbers(comparison.free),
            "stm": fit_numbers(comparison.stm),
            "delta_aic": comparison.delta_aic,
            "p_value": comparison.p_value,
            "rejected": comparison.rejected,
            "bounds": bounds(dataset),
            "sweep": drive_section.sweep_label(dataset.info),
        }
    )


def bounds(dataset: Dataset) -> dict[str, list[float | None]]:
    """Return {parameter: [low, high]}, None if unbounded."""
    return {
        name: [float(bound) if np.isfinite(bound) else None for bound in (parameter.low, parameter.high)]
        for name, parameter in dataset_parameters(dataset).items()
    }


def fit_numbers(fit: Fit) -> dict[str, Any]:
    """Return a fit as in fit.json."""
    numbers = dataclasses.asdict(fit) | {"misfit": fit.misfit, "acceptable": fit.acceptable}
    del numbers["atlas_error"]
    return numbers


def _points(dataset: Dataset, comparison: Comparison) -> pd.DataFrame:
    """Return all points with the models."""
    points = dataset.all_points
    error = points.error
    if error is None:
        error = comparison.free.misfit * (np.ones_like(points.value) if points.weight is None else points.weight)
    T_error = np.zeros_like(error) if points.T_error_K is None else points.T_error_K
    fitted = np.isin(points.T_K, dataset.points.T_K)
    columns = {"T_K": points.T_K, "value": points.value, "error": error, "T_error_K": T_error, "fitted": fitted}
    for name, fit in (("mu_free", comparison.free), ("stm", comparison.stm)):
        columns[name] = replace(dataset, points=points).model(points.T_K, fit.values)
    return pd.DataFrame(columns | ({} if points.sweep is None else {"sweep": points.sweep}))


def _curves(dataset: Dataset, comparison: Comparison, on_atlas: FitProblem, atlas_fit: Fit | None) -> pd.DataFrame:
    """Return the models on a grid of temperatures, with an empty row after each sweep of a driven resonator."""
    curves = [
        _curve(replace(dataset, points=grid), comparison, on_atlas.datasets[0], atlas_fit)
        for _, grid in dataset.all_points.interpolated_grids(CURVE_POINTS)
    ]
    if len(curves) == 1:
        return curves[0]
    gap = pd.DataFrame({name: [np.nan] for name in curves[0]})
    return pd.concat([table for curve in curves for table in (curve, gap)], ignore_index=True)


def _curve(grid: Dataset, comparison: Comparison, on_atlas: Dataset, atlas_fit: Fit | None) -> pd.DataFrame:
    """Return the models at the points of ``grid``."""
    T, values = grid.points.T_K, comparison.free.values
    curves: dict[str, FloatArray] = {"T_K": T}
    curves |= {"mu_free": grid.model(T, values), "stm": grid.model(T, comparison.stm.values), "atlas": np.full_like(T, np.nan)}
    if atlas_fit:
        low, high = atlas_model.temperature_range_K(atlas_model.h0_of(grid))
        inside = (T >= low) & (T <= high)
        if inside.any():
            points = grid.points.select(inside)
            curves["atlas"][inside] = replace(on_atlas, points=points).model(T[inside], atlas_fit.values)
    tls_amplitude = grid.observable.amplitudes[0]
    curves["tls"] = values[tls_amplitude] * grid.observable.shapes(T, values, grid.probe)[tls_amplitude]
    return pd.DataFrame(curves)


def fit_table(fits: Iterable[dict[str, Any]]) -> pd.DataFrame:
    """Return a row for each fit.json: all parameters with scaled errors, µ and J0/h0 with intervals, and comparisons.

    A parameter that a fit does not have is empty. For κ, ``exponent`` is 2 - µ.
    """
    return pd.DataFrame([_table_row(fit) for fit in fits])


def _table_row(fit: dict[str, Any]) -> dict[str, Any]:
    free = fit["mu_free"]
    values, errors = free["values"], free["errors_scaled"]
    row = {key: fit[key] for key in ("dataset", "provenance", "observable")}
    for name in registry.table_parameters():
        row |= {name: round_to_error(values.get(name), errors.get(name)), f"{name}_err": errors.get(name)}
    row["mu_low"], row["mu_high"] = free["intervals_scaled"].get("mu", (None, None))
    row["mu_state"] = free["states"].get("mu")
    row |= {key: free[key] for key in ("chi2", "dof")}
    row |= {"stm_chi2": fit["stm"]["chi2"]} | {key: fit[key] for key in ("delta_aic", "p_value", "rejected")}
    row |= J0_over_h0_record(fit)
    exponent = (2 - row["mu"], errors["mu"]) if "kappa_1K" in values else (None, None)  # κ ~ T^(2-µ)
    return row | dict(zip(("exponent", "exponent_err"), exponent, strict=True))


def round_to_error(value: float | None, error: float | None) -> float | None:
    """Return ``value`` rounded to 1e-4 of its error; further digits depend on where the search ended."""
    return round(value, 4 - math.floor(math.log10(error))) if value is not None and error else value


def J0_over_h0_record(fit: dict[str, Any]) -> dict[str, Any]:
    """Return J0/h0 with its intervals and systematic errors as columns of a table; empty without a fit on the atlas."""
    name, ends = J0_OVER_H0, ("low", "high", "low_95", "high_95")
    atlas = fit["atlas"]
    if atlas is None:
        return {name: None, f"{name}_err": None} | {f"{name}_{end}": None for end in ends} | {f"{name}_state": None}
    model = atlas["model"]
    limits = [*model["intervals_scaled"].get(name, (None, None)), *model["intervals_95_scaled"].get(name, (None, None))]
    error = model["errors_scaled"][name]
    if None not in limits[:2] and model["states"].get(name) == ParameterState.INTERVAL:
        error = (limits[1] - limits[0]) / 2
    row = {name: round_to_error(model["values"][name], error), f"{name}_err": error}
    row |= {f"{name}_{end}": limit for end, limit in zip(ends, limits, strict=True)}
    down, up = (round_to_error(shift, error) for shift in atlas["h0_range"])
    return row | {
        f"{name}_state": model["states"].get(name),
        f"{name}_err_atlas": atlas["atlas_error"],
        f"{name}_h0_down": down,
        f"{name}_h0_up": up,
        "h0_K": atlas["h0_K"],
        "atlas_chi2": model["chi2"],
        "atlas_dof": model["dof"],
        "atlas_delta_aic_stm": atlas["delta_aic"]["stm"],
        "atlas_delta_aic_eq3": atlas["delta_aic"]["mu_free"],
        "atlas_rejected": atlas["rejected"],
    }
