"""Result of fitting one dataset, in a form that can be saved as JSON and CSV, and the table of all results."""

import dataclasses
import math
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from tlsglass.atlas.shipped import interaction_names
from tlsglass.base.types import FloatArray
from tlsglass.data.convert import RELATIVE
from tlsglass.data.dataset import Dataset
from tlsglass.fitting import report_text, window_scan
from tlsglass.fitting.comparison import ModelFits, draw_conclusion, fit_models
from tlsglass.fitting.conclusion import Conclusion, State
from tlsglass.fitting.fit import Fit, ParameterState
from tlsglass.fitting.likelihood import Values
from tlsglass.fitting.problem import FitProblem, base_name
from tlsglass.fitting.report_text import ATLAS, CLOSE_TO_POINTS, EQ3, STM
from tlsglass.fitting.systematics import Systematics, determine_systematics, examine_points
from tlsglass.models import registry
from tlsglass.models.observable import CALIBRATION, J0_OVER_H0

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
CURVE_POINTS = 120
SMALLEST_STEP = 1e-7  # of a parameter for the slope of a model, relative


@dataclass(frozen=True)
class FitResult:
    """Fits of one dataset; numbers, text and tables follow from them on demand.

    Parameters
    ----------
    dataset
        The dataset.
    fits
        The fits of all models, from which curves at other temperatures follow too.
    conclusion
        What the fits support.
    scans
        {parameter: its scan} of µ and J0/h0 over other windows of temperature; empty without scans.
    drifts
        {parameter: its drift with the window, or None}.
    """

    dataset: Dataset
    fits: ModelFits
    conclusion: Conclusion
    scans: Mapping[str, window_scan.WindowScan]
    drifts: Mapping[str, Any]

    @cached_property
    def fit(self) -> dict[str, Any]:
        """Content of fit.json."""
        systematics = determine_systematics(self.fits, self.conclusion)
        fit = _summary(self.dataset, self.fits, self.conclusion, systematics) | {
            "drifts": self.drifts,
            "reading": self.dataset.describe_reading(),
            "parameters": parameter_list(self.fits, self.conclusion),
            "time": systematics.mu_with_time,
        }
        fit["conclusion"]["text"] = report_text.conclusion(fit)
        fit["warnings"] = report_text.warnings(fit, *examine_points(self.fits))
        fit["lines"] = report_text.summary_lines(fit)
        return fit

    @cached_property
    def points(self) -> pd.DataFrame:
        """T_K, value, error (estimated from the residuals if the dataset has none), T_error_K, total_error, fitted, models."""
        return _points(self.dataset, self.fits)

    @cached_property
    def curves(self) -> pd.DataFrame:
        """T_K, mu_free, stm, atlas, and tls, the contribution of the TLSs to mu_free."""
        return _curves(self.dataset, self.fits)

    @cached_property
    def windows(self) -> pd.DataFrame:
        """µ and J0/h0 in other windows of temperature."""
        return window_scan.merge_scans(self.scans)


def fit_dataset(dataset: Dataset, scan: bool = True) -> FitResult:
    """Fit a dataset with µ free, with µ = 0 and on the atlas; without ``scan``, other windows are not tried."""
    fits = fit_models(FitProblem.from_dataset(dataset).with_temperature_errors())
    scans = window_scan.scan_models(fits.by_parameter) if scan else {}
    drifts = window_scan.drifts(scans)
    return FitResult(dataset, *draw_conclusion(fits, drifts), scans, drifts)


def predict(fits: ModelFits, T_K: npt.ArrayLike, on_atlas: bool = False) -> pd.DataFrame:
    """Return T_K, value, low and high of Eq. (3), or of the model on the atlas, with the scaled 68 % band of the parameters.

    Values are NaN at temperatures that are not on the atlas.
    """
    problem, fit = fits.problem, fits.comparison.free
    T = np.atleast_1d(np.asarray(T_K, dtype=float))
    inside = np.ones(len(T), dtype=bool)
    if on_atlas and fits.atlas and fits.on_atlas:
        problem, fit = fits.on_atlas, fits.atlas
        low, high = problem.datasets[0].observable.temperature_range_K
        inside = (T >= low) & (T <= high)
    (dataset,) = problem.datasets
    curve = replace(dataset, points=dataset.points.at_temperatures(T[inside]))
    value, band = np.full(len(T), np.nan), np.full(len(T), np.nan)
    value[inside] = curve.model(T[inside], fit.values)
    band[inside] = parameter_band(lambda values: curve.model(T[inside], values), fit)
    return pd.DataFrame({"T_K": T, "value": value, "low": value - band, "high": value + band})


def parameter_band(curve: Callable[[Values], FloatArray], fit: Fit) -> FloatArray:
    """Return the standard error (n,) of a function of the parameters of a fit, from their scaled covariance."""
    names = [name for name in fit.correlations if fit.errors_scaled[name]]
    slopes = np.zeros((len(names), len(curve(fit.values))))
    for row, name in zip(slopes, names, strict=True):
        error, center = fit.errors_scaled[name] or 0.0, fit.values[name]
        step = max(0.1 * error, SMALLEST_STEP * abs(center))  # errors of exact points are those of rounding
        ends = np.clip([center - step, center + step], *fit.bounds[name])
        below, above = (curve(fit.values | {name: float(end)}) for end in ends)
        row[:] = (above - below) / (ends[1] - ends[0]) * error
    correlation = np.array([[1.0 if a == b else fit.correlations[a][b] for b in names] for a in names]).reshape(
        2 * (len(names),)
    )
    variance: FloatArray = np.einsum("an,ab,bn->n", slopes, correlation, slopes)
    return np.sqrt(np.maximum(variance, 0.0))


def _atlas_summary(fits: ModelFits, conclusion: Conclusion, systematics: Systematics) -> dict[str, Any] | None:
    """Return the content of "atlas" in fit.json."""
    record = atlas_record(fits, conclusion)
    if record is None:
        return None
    assert fits.atlas is not None
    assert fits.on_atlas is not None
    assert fits.same_points is not None
    fit, points = fits.atlas, fits.on_atlas.datasets[0].points
    models = {"mu_free": fits.same_points.free, "stm": fits.same_points.stm}
    shifts = [0.0, *(x - fit.values[J0_OVER_H0] for x in systematics.J0_over_h0_by_h0.values() if x is not None)]
    return record | {
        "fitted_K": list(points.T_range_K),
        "n_points": len(points.T_K),
        "bounds": _finite_bounds(fit),
        "same_points": {
            name: {key: getattr(model, key) for key in ("chi2", "dof", "aicc", "misfit")} for name, model in models.items()
        },
        "atlas_error": fit.atlas_error,
        "h0": {f"{h0_K:g}": value for h0_K, value in systematics.J0_over_h0_by_h0.items()},
        "h0_range": [min(shifts), max(shifts)],
        "interaction": fits.problem.datasets[0].interaction,
        "interactions": systematics.J0_over_h0_by_interaction,
    }


def _left_out(fits: ModelFits) -> dict[str, Any]:
    """Return the number of points that are not on the atlas, their temperatures, and the range of those of the atlas."""
    assert fits.on_atlas is not None
    low, high = fits.on_atlas.datasets[0].observable.temperature_range_K
    T_K = np.concatenate([dataset.points.T_K for dataset in fits.problem.datasets])
    outside = T_K[(T_K < low) | (T_K > high)]
    return {"left_out": len(outside), "left_out_K": np.unique(outside).tolist(), "atlas_range_K": [low, high]}


def without_J0_over_h0(model: dict[str, Any]) -> dict[str, Any]:
    """Return a model of fit.json without J0/h0, which does not describe the points."""
    model = model | {key: {**model[key], J0_OVER_H0: None} for key in ("values", "errors", "errors_scaled")}
    for key in ("intervals_scaled", "intervals_95_scaled", "excluded_95_scaled", "states"):
        model[key] = {name: value for name, value in model[key].items() if name != J0_OVER_H0}
    return model | {"other_minima": ()}


def parameter_list(fits: ModelFits, conclusion: Conclusion) -> list[dict[str, Any]]:
    """Return the parameters of the models that describe the points, physical ones first, with errors and intervals.

    If no model describes the points within their errors, those of Eq. (3) and of the STM without µ are listed with the state
    "not described", provided that the model follows the points closely.
    """
    models = {EQ3: (fits.problem, fits.comparison.free), STM: (fits.problem, fits.comparison.stm)}
    if fits.atlas and fits.on_atlas and conclusion.describes:
        models[ATLAS] = fits.on_atlas, fits.atlas
    acceptable = {label: model for label, model in models.items() if model[1].acceptable}
    close = {label: model for label, model in models.items() if label != ATLAS and _residual_of_span(*model) < CLOSE_TO_POINTS}
    rows = []
    for label, (problem, fit) in (acceptable or close).items():
        names = [name for name in fit.values if fit.errors[name] != 0 and (fit.acceptable or base_name(name) != "mu")]
        for name in sorted(names, key=lambda name: base_name(name) in ("offset", CALIBRATION)):
            (k, *_), error = problem.members()[name], fit.errors_scaled[name]
            model_parameter = problem.datasets[k].observable.parameters[base_name(name)]
            low_68, high_68 = fit.intervals_scaled.get(name, (None, None))
            low_95, high_95 = fit.intervals_95_scaled.get(name, (None, None))
            if name not in fit.intervals_scaled and error:
                low, high = fit.bounds[name]
                low_68, high_68 = max(fit.values[name] - error, low), min(fit.values[name] + error, high)
            state = fit.states.get(name, ParameterState.AT_BOUND if name in fit.at_bounds else ParameterState.INTERVAL)
            if not error:
                state = fit.states.get(name, ParameterState.NOT_CONSTRAINED)
            if not fit.acceptable:
                state = State.NOT_DESCRIBED
            rows.append(
                {
                    "model": label,
                    "name": name,
                    "symbol": model_parameter.symbol,
                    "unit": model_parameter.unit,
                    "value": fit.values[name],
                    "error": error,
                    "low_68": low_68,
                    "high_68": high_68,
                    "low_95": low_95,
                    "high_95": high_95,
                    "excluded_95": fit.excluded_95_scaled.get(name, []),
                    "state": state,
                }
            )
    return rows


def _summary(dataset: Dataset, fits: ModelFits, conclusion: Conclusion, systematics: Systematics) -> dict[str, Any]:
    """Return the numbers of fit.json."""
    points, comparison = dataset.points, fits.comparison
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
            "conclusion": conclusion_record(conclusion),
            "unit": dataset.unit,
            "symbol": dataset.observable.symbol,
            "window_K": dataset.info.get("window_K"),
            "fitted_K": list(points.T_range_K),
            "n_points": len(points.T_K),
            "fixed": fixed_values(dataset),
            "errors": errors,
            "errors_given": points.error is not None,
            "temperature_errors_given": dataset.all_points.T_error_K is not None,
            "equivalent_temperature_error": equivalent_temperature_error(
                dataset, fits.problem.curve(0, comparison.free.values)
            ),
            "errors_relative": dataset.info["data"]["error"].get("from_residuals") == RELATIVE,  # and so are chi2 and misfit
            "extra_scatter": comparison.free.extra_scatter[0] if comparison.free.extra_scatter else None,
            "extra_scatter_relative": dataset.observable.positive,
            "rms_residual_of_span": {
                label: _residual_of_span(fits.problem, fit)
                for label, fit in (("mu_free", comparison.free), ("stm", comparison.stm))
            },
            **models_record(fits, conclusion, _atlas_summary(fits, conclusion, systematics)),
            "bounds": _finite_bounds(comparison.free),
            "sweep": dataset.sweep_label,
            "abscissa": "time_s" if points.abscissa is points.time_s else "T_K",
        }
    )


def fixed_values(dataset: Dataset) -> dict[str, float]:
    """Return {parameter: value} of the parameters that a user has fixed."""
    return {name: setting["start"] for name, setting in dataset.info["parameters"].items() if setting.get("fixed", False)}


def conclusion_record(conclusion: Conclusion) -> dict[str, Any]:
    """Return the conclusion as in fit.json; its text is added by ``report_text``."""
    return {"state": conclusion.state, "mu": conclusion.mu, "text": "", "reasons": list(conclusion.reasons)}


def _residual_of_span(problem: FitProblem, fit: Fit) -> float:
    """Return the rms residual relative to the span of the values, the largest of all datasets."""
    values = [dataset.points.value for dataset in problem.datasets]
    rms = [np.sqrt(np.mean((value - problem.curve(k, fit.values)) ** 2)) for k, value in enumerate(values)]
    return max(float(residual) / (float(np.ptp(value)) or 1.0) for residual, value in zip(rms, values, strict=True))


def equivalent_temperature_error(dataset: Dataset, curve: FloatArray) -> dict[str, float] | None:
    """Return {"T_K", "error_K"} where the errors of the points equal the smallest relative error of the temperature.

    ``curve`` (n,) is a fit at the points. None if errors of the points are not given, if those of the temperature are, or if
    the points are several sweeps.
    """
    points = dataset.points
    is_one_sweep = points.sweep is None and points.time_s is None
    if points.error is None or points.T_error_K is not None or not is_one_sweep:
        return None
    T_K, first = np.unique(points.T_K, return_index=True)
    if len(T_K) < 3:
        return None
    slope = np.gradient(curve[first], np.log(T_K), edge_order=2)
    with np.errstate(divide="ignore"):
        relative = points.error[first] / np.abs(slope)
    best = int(np.argmin(relative))
    return {"T_K": float(T_K[best]), "error_K": float(relative[best] * T_K[best])} if np.isfinite(relative[best]) else None


def _finite_bounds(fit: Fit) -> dict[str, list[float | None]]:
    """Return {parameter: [low, high]} of a fit, None if unbounded."""
    return {name: [float(end) if np.isfinite(end) else None for end in ends] for name, ends in fit.bounds.items()}


def models_record(fits: ModelFits, conclusion: Conclusion, atlas: dict[str, Any] | None) -> dict[str, Any]:
    """Return the models and their comparison as in fit.json, joint.json and chip.json; ``atlas`` is the fit on the atlas."""
    comparison = fits.comparison
    return {
        "mu_free": fit_numbers(comparison.free),
        "stm": fit_numbers(comparison.stm),
        "atlas": atlas,
        "atlas_why": fits.no_atlas,
        "delta_aicc": comparison.delta_aicc,
        "p_value": comparison.p_value,
        "rejected": conclusion.mu in (State.NOT_DESCRIBED, State.OUTSIDE),
    }


def atlas_record(fits: ModelFits, conclusion: Conclusion) -> dict[str, Any] | None:
    """Return the fit on the atlas as in joint.json and chip.json, or None without one."""
    if fits.atlas is None:
        return None
    numbers = fit_numbers(fits.atlas)
    return {
        "h0_K": fits.problem.datasets[0].h0_K,
        **_left_out(fits),
        "model": numbers if conclusion.describes else without_J0_over_h0(numbers),
        "delta_aicc": fits.delta_aicc_of_atlas,
        "rejected": not conclusion.describes,
    }


def fit_numbers(fit: Fit) -> dict[str, Any]:
    """Return a fit as in fit.json."""
    properties = {name: getattr(fit, name) for name in ("misfit", "max_reduced_chi2", "chi2_is_improbable")}
    numbers = dataclasses.asdict(fit) | properties
    return {name: value for name, value in numbers.items() if name not in ("atlas_error", "bounds", "local_scatter")}


def _points(dataset: Dataset, fits: ModelFits) -> pd.DataFrame:
    """Return all points with the models; "total_error" includes the error of T and the extra scatter."""
    points, comparison = dataset.all_points, fits.comparison
    (in_fit,) = fits.problem.with_scatter_in_errors(comparison.free).datasets
    error = points.error
    if error is None:
        error = comparison.free.misfit * (np.ones_like(points.value) if points.weight is None else points.weight)
    T_error = np.zeros_like(error) if points.T_error_K is None else points.T_error_K
    fitted = np.isin(points.T_K, dataset.points.T_K)
    columns = {"T_K": points.T_K, "value": points.value, "error": error, "T_error_K": T_error, "fitted": fitted}
    columns["total_error"] = error if in_fit.all_points.error is None else in_fit.all_points.error
    for name, fit in (("mu_free", comparison.free), ("stm", comparison.stm)):
        columns[name] = replace(dataset, points=points).model(points.T_K, fit.values)
    columns |= {} if points.sweep is None else {"sweep": points.sweep}
    return pd.DataFrame(columns | ({} if points.time_s is None else {"time_s": points.time_s}))


def _curves(dataset: Dataset, fits: ModelFits) -> pd.DataFrame:
    """Return the models on a grid of temperatures, with an empty row after each sweep of a driven resonator."""
    curves = [_curve(replace(dataset, points=grid), fits) for _, grid in dataset.all_points.interpolated_grids(CURVE_POINTS)]
    if len(curves) == 1:
        return curves[0]
    gap = pd.DataFrame({name: [np.nan] for name in curves[0]})
    return pd.concat([table for curve in curves for table in (curve, gap)], ignore_index=True)


def _curve(grid: Dataset, fits: ModelFits) -> pd.DataFrame:
    """Return the models at the points of ``grid``."""
    T, values = grid.points.T_K, fits.comparison.free.values
    curves: dict[str, FloatArray] = {"T_K": T, "mu_free": grid.model(T, values)}
    curves |= {"stm": grid.model(T, fits.comparison.stm.values), "atlas": np.full_like(T, np.nan)}
    if fits.atlas and fits.on_atlas:
        on_atlas = fits.on_atlas.datasets[0]
        low, high = on_atlas.observable.temperature_range_K
        inside = (T >= low) & (T <= high)
        if inside.any():
            points = grid.points.select(inside)
            curves["atlas"][inside] = replace(on_atlas, points=points).model(T[inside], fits.atlas.values)
    tls_amplitude = grid.observable.amplitudes[0]
    curves |= {} if grid.points.time_s is None else {"time_s": grid.points.time_s}
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
    row |= {"stm_chi2": fit["stm"]["chi2"]} | {key: fit[key] for key in ("delta_aicc", "p_value", "rejected")}
    row |= J0_over_h0_record(fit)
    exponent = (2 - row["mu"], errors["mu"]) if "kappa_1K" in values else (None, None)  # κ ~ T^(2-µ)
    return row | dict(zip(("exponent", "exponent_err"), exponent, strict=True))


def round_to_error(value: float | None, error: float | None) -> float | None:
    """Return ``value`` rounded to 1e-4 of its error; further digits depend on where the search ended."""
    return round(value, 4 - math.floor(math.log10(error))) if value is not None and error else value


def J0_over_h0_record(fit: dict[str, Any]) -> dict[str, Any]:
    """Return J0/h0 with its intervals and systematic errors as columns of a table.

    They are empty without a fit on the atlas, or if that does not describe the points.
    """
    name, ends, atlas = J0_OVER_H0, ("low", "high", "low_95", "high_95"), fit["atlas"]
    row: dict[str, Any] = {name: None, f"{name}_err": None} | {f"{name}_{end}": None for end in ends} | {f"{name}_state": None}
    if atlas is None:
        return row
    model = atlas["model"]
    goodness = {
        "h0_K": atlas["h0_K"],
        "atlas_chi2": model["chi2"],
        "atlas_dof": model["dof"],
        "atlas_delta_aicc_stm": atlas["delta_aicc"]["stm"],
        "atlas_delta_aicc_eq3": atlas["delta_aicc"]["mu_free"],
        "atlas_rejected": atlas["rejected"],
    }
    systematic = dict.fromkeys((f"{name}_err_atlas", f"{name}_h0_down", f"{name}_h0_up"))
    systematic |= dict.fromkeys(f"{name}_{interaction}" for interaction in interaction_names())
    if not atlas["rejected"]:
        limits = [*model["intervals_scaled"].get(name, (None, None)), *model["intervals_95_scaled"].get(name, (None, None))]
        error = model["errors_scaled"][name]
        if None not in limits[:2] and model["states"].get(name) == ParameterState.INTERVAL:
            error = (limits[1] - limits[0]) / 2
        row = {name: round_to_error(model["values"][name], error), f"{name}_err": error}
        row |= {f"{name}_{end}": limit for end, limit in zip(ends, limits, strict=True)}
        row |= {f"{name}_state": model["states"].get(name)}
        down, up = (round_to_error(shift, error) for shift in atlas["h0_range"])
        systematic = {f"{name}_err_atlas": atlas["atlas_error"], f"{name}_h0_down": down, f"{name}_h0_up": up}
        systematic |= {f"{name}_{key}": round_to_error(value, error) for key, value in atlas["interactions"].items()}
    return row | systematic | goodness
