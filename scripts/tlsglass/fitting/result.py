"""What the fits of a dataset come to: everything that is kept of them, as numbers and words that JSON and CSV can hold."""

import dataclasses
import math
from dataclasses import dataclass, replace

import numpy as np
import pandas as pd

from tlsglass.data import drive_section
from tlsglass.fitting import atlas_fit, intervals, problem, report_text, window_scan
from tlsglass.models import registry
from tlsglass.models.observable import J0_OVER_H0

DESCRIBED = (
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


@dataclass(frozen=True)
class FitResult:
    """``fit`` is what is said of a dataset (JSON). ``points`` have T_K, value, error (the σ of the residuals where none is
    given), T_error_K, whether each was fitted, and the models; ``curves`` have T_K, mu_free, stm, atlas, and tls, the part of
    the TLSs in mu_free; ``windows`` µ and J0/h0 against the window of temperatures."""

    fit: dict
    points: pd.DataFrame
    curves: pd.DataFrame
    windows: pd.DataFrame


def fit_dataset(dataset, scan=True):
    """Fit a dataset with µ free, with µ = 0 and on the atlas: return the Outcome. Without ``scan`` there are no windows."""
    weighed = problem.with_temperature_errors(dataset)
    found = problem.compare(weighed)
    coupled = _on_atlas(weighed)
    fit = _told(dataset, found) | coupled.told
    scanned = window_scan.scan_both_models(weighed, found.free, coupled.fit) if scan else {}
    fit["drifts"] = window_scan.drifts(fit, scanned)
    if not fit["errors_given"] and any(fit["drifts"].values()):  # χ² cannot tell that a model fails: this does
        fit["rejected"] = True
        if fit["atlas"]:
            fit["atlas"]["rejected"] = True
    fit["conclusion"], fit["lines"] = report_text.conclusion(fit), report_text.summary_lines(fit)
    return FitResult(fit, _points(dataset, found), _curves(dataset, found, coupled), window_scan.side_by_side(scanned))


@dataclass(frozen=True)
class _Coupled:
    """What the atlas gives: the dataset on it and its Fit, None where there is none."""

    told: dict
    dataset: object = None
    fit: object = None


def _on_atlas(weighed):
    """Return the _Coupled of a dataset whose errors hold those of the temperature."""
    if weighed.observable.atlas_shapes is None:
        return _Coupled({"atlas": None, "atlas_why": f"{weighed.observable.name} has no model on the atlas"})
    dataset = atlas_fit.with_atlas_model(weighed)
    low, high = (T * atlas_fit.h0_of(dataset) for T in atlas_fit.shipped_atlas().limits["T"])
    within = len(dataset.points.T_K)
    if not atlas_fit.enough(dataset):
        why = f"{within} points lie in the atlas, {low:.3g} to {high:.3g} K, which are too few"
        return _Coupled({"atlas": None, "atlas_why": why})
    fit, share = atlas_fit.fit_on_atlas(dataset)
    limits = atlas_fit.systematics(weighed, fit, share)
    cut = replace(weighed, points=dataset.points)
    same = problem.compare(cut, intervals=False)
    told = {
        "h0_K": atlas_fit.h0_of(dataset),
        "fitted_K": list(dataset.points.T_range_K),
        "n_points": within,
        "left_out": len(weighed.points.T_K) - within,
        "model": fit_numbers(fit),
        "bounds": bounds(dataset),
        "same_points": {"mu_free": _few(same.free), "stm": _few(same.stm)},
        "delta_aic": {"mu_free": same.free.aic - fit.aic, "stm": same.stm.aic - fit.aic},
        "rejected": not fit.acceptable,
        "atlas_error": limits.atlas,
        "h0": {f"{h0:g}": value for h0, value in limits.h0.items()},
        "h0_range": list(limits.range),
    }
    return _Coupled({"atlas": told, "atlas_why": None}, dataset, fit)


def _few(fit):
    return {"chi2": fit.chi2, "dof": fit.dof, "aic": fit.aic, "misfit": fit.misfit}


def _told(dataset, found):
    points = dataset.points
    errors = next(iter(dataset.info["data"]["error"]))
    if points.error is None:
        share = "" if points.weight is None else ", in proportion to the value"
        errors = f"no errors given: σ estimated from the residuals{share}"
    if dataset.all_points.T_error_K is not None:
        errors += ", with the errors of the temperature (effective variance)"
    return (
        {"dataset": dataset.name}
        | {key: dataset.info.get(key) for key in DESCRIBED}
        | {
            "unit": dataset.unit,
            "symbol": dataset.observable.symbol,
            "window_K": dataset.info.get("window_K"),
            "fitted_K": list(points.T_range_K),
            "n_points": len(points.T_K),
            "errors": errors,
            "errors_given": points.error is not None,
            "errors_relative": points.error is None and points.weight is not None,  # then chi2 and misfit are relative
            "mu_free": fit_numbers(found.free),
            "stm": fit_numbers(found.stm),
            "delta_aic": found.delta_aic,
            "p_value": found.p_value,
            "rejected": found.rejected,
            "bounds": bounds(dataset),
            "sweep": drive_section.sweep_label(dataset.info),
        }
    )


def bounds(dataset):
    """Return {parameter: [low, high]} of a fit, None where there is none."""
    return {name: [_finite(term.low), _finite(term.high)] for name, term in problem.fit_parameters(dataset).items()}


def _finite(bound):
    return float(bound) if np.isfinite(bound) else None


def fit_numbers(fit):
    """Return a Fit as JSON holds it."""
    return dataclasses.asdict(fit) | {"misfit": fit.misfit, "acceptable": fit.acceptable}


def _points(dataset, found):
    whole = dataset.all_points
    error = whole.error
    if error is None:
        error = found.free.misfit * (np.ones_like(whole.value) if whole.weight is None else whole.weight)
    T_error = np.zeros_like(error) if whole.T_error_K is None else whole.T_error_K
    fitted = np.isin(whole.T_K, dataset.points.T_K)
    shown = {"T_K": whole.T_K, "value": whole.value, "error": error, "T_error_K": T_error, "fitted": fitted}
    for name, model in (("mu_free", found.free), ("stm", found.stm)):
        shown[name] = replace(dataset, points=whole).model(whole.T_K, model.values)
    return pd.DataFrame(shown | ({} if whole.sweep is None else {"sweep": whole.sweep}))


def _curves(dataset, found, coupled):
    """Return the models on a grid of temperatures; of each sweep of a driven resonator, with an empty row after each."""
    every = [
        _curve(replace(dataset, points=grid), found, coupled) for _, grid in dataset.all_points.interpolated_grids(CURVE_POINTS)
    ]
    if len(every) == 1:
        return every[0]
    gap = pd.DataFrame({name: [np.nan] for name in every[0]})
    return pd.concat([part for one in every for part in (one, gap)], ignore_index=True)


def _curve(there, found, coupled):
    """Return the models at the temperatures of the points of the Dataset ``there``."""
    T = there.points.T_K
    curves = {"mu_free": there.model(T, found.free.values), "stm": there.model(T, found.stm.values)}
    curves["atlas"] = np.full_like(T, np.nan)
    if coupled.fit:
        low, high = (edge * atlas_fit.h0_of(there) for edge in atlas_fit.shipped_atlas().limits["T"])
        inside = (T >= low) & (T <= high)
        if inside.any():
            on_it = replace(coupled.dataset, points=there.points.select(inside))
            curves["atlas"][inside] = on_it.model(T[inside], coupled.fit.values)
    values = found.free.values
    shapes = there.observable.shapes(T, values, there.probe)
    first = there.observable.amplitudes[0]  # that of the TLSs
    curves["tls"] = values[first] * shapes[first]
    return pd.DataFrame({"T_K": T} | curves)


def fit_table(fits):
    """Return a row for each of ``fits`` (as ``Outcome.fit``): each registered parameter with its scaled error, the intervals of
    µ and J0/h0 with what they say; χ², what speaks for µ; the exponent 2 - µ of κ. A parameter that a fit has not is empty."""
    return pd.DataFrame([_row(fit) for fit in fits])


def _row(fit):
    free = fit["mu_free"]
    values, errors = free["values"], free["errors_scaled"]
    row = {key: fit[key] for key in ("dataset", "provenance", "observable")}
    for name in registry.table_parameters():
        row |= {name: _carried(values.get(name), errors.get(name)), f"{name}_err": errors.get(name)}
    row["mu_low"], row["mu_high"] = free["intervals_scaled"].get("mu", (None, None))
    row["mu_state"] = free["states"].get("mu")
    row |= {key: free[key] for key in ("chi2", "dof")}
    row |= {"stm_chi2": fit["stm"]["chi2"]} | {key: fit[key] for key in ("delta_aic", "p_value", "rejected")}
    row |= J0_over_h0_record(fit)
    exponent = (2 - row["mu"], errors["mu"]) if "kappa_1K" in values else (None, None)  # κ ~ T^(2-µ)
    return row | dict(zip(("exponent", "exponent_err"), exponent, strict=True))


def _carried(value, error):
    """Return ``value`` to 1e-4 of its error: digits beyond are those of where a search ended, not of the points."""
    return round(value, 4 - math.floor(math.log10(error))) if value is not None and error else value


def J0_over_h0_record(fit):
    """Return J0/h0 of a fit with all that limits it, a dict for a row of a table: empty where there is no fit on the atlas."""
    name = J0_OVER_H0
    ends = ("low", "high", "low_95", "high_95")
    atlas = fit["atlas"]
    if atlas is None:
        return {name: None, f"{name}_err": None} | {f"{name}_{end}": None for end in ends} | {f"{name}_state": None}
    model = atlas["model"]
    both = (*model["intervals_scaled"].get(name, (None, None)), *model["intervals_95_scaled"].get(name, (None, None)))
    error = model["errors_scaled"][name]
    if None not in both[:2] and model["states"].get(name) == intervals.INTERVAL:
        error = (both[1] - both[0]) / 2
    row = {name: _carried(model["values"][name], error), f"{name}_err": error}
    row |= {f"{name}_{end}": value for end, value in zip(ends, both, strict=True)}
    down, up = (_carried(shift, error) for shift in atlas["h0_range"])
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
