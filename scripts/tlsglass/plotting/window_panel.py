"""Panels of a fit: a parameter in windows of temperature, and the correlation of two parameters."""

from collections.abc import Collection
from typing import Any

import numpy as np
import pandas as pd
from matplotlib import ticker

from tlsglass.base import stats
from tlsglass.base.types import FloatArray
from tlsglass.fitting import report_text
from tlsglass.fitting.fit import CONFIDENCE_LEVELS, MAX_REDUCED_CHI2, ParameterState, chi2_rejects, parameter_state
from tlsglass.fitting.likelihood import FitParameter
from tlsglass.models import registry
from tlsglass.models.observable import J0_OVER_H0
from tlsglass.plotting import style

SYMBOLS = {"mu": "µ", J0_OVER_H0: "J$_0$/h$_0$"}
FAINT_ALPHA = 0.35  # of windows in which the points reject the fit
NOTES = {  # of the legend, by what the panel contains
    "rejected": "faint: fit misses the points",
    "limit": "arrow: limit (95 %)",
    ParameterState.NOT_CONSTRAINED: f"dotted: {ParameterState.NOT_CONSTRAINED}",
    "outside": "bar alone: outside the panel",
}
NEAR_FRACTION = 0.25  # of the height of a panel: it is extended by this much to show less certain values
LEGEND_ENTRY_INCHES = 0.45  # width of a lower end in the legend
SHIFT_POINTS = 1.6  # horizontal shift, in points of length, between windows that differ only in their lower end
ELLIPSE_TOLERANCE = 0.15  # relative to the error: an interval that deviates more is not that of the covariance

Bounds = tuple[float, float]


def draw_window_scan(panel: style.Panel, fit: dict[str, Any], windows: pd.DataFrame, parameter: str = "mu") -> set[str]:
    """Draw a parameter against the upper end of the window for every lower end, and return the keys of ``NOTES`` that apply.

    Errors are scaled. The window of the fit is filled and has the interval of the fit.
    """
    axes, ends = panel.axes, windows["T_max_K"]
    rows = _scan_rows(fit, windows, parameter)
    bounds = _bounds((fit["atlas"] if parameter == J0_OVER_H0 else fit).get("bounds", {}), parameter)
    limits = _view_limits(rows, bounds)
    axes.axhline(0, color="black", linestyle="--", linewidth=0.8)
    axes.set_ylim(*limits)
    if ends.max() > 2 * ends.min():
        axes.set_xlim(ends.min() / 1.15, ends.max() * 1.15)
        panel.logarithmic("x", ticks=None)
    elif len(ends):
        margin = 0.06 * (ends.max() - ends.min()) or 0.1 * ends.max()
        axes.set_xlim(ends.min() - margin, ends.max() + margin)
    notes, lower_ends = set(), sorted(windows["T_min_K"].unique())
    for k, T_min in enumerate(lower_ends):
        transform = panel.shifted_right(SHIFT_POINTS * (k - (len(lower_ends) - 1) / 2))
        look = {"color": style.PALETTE[k % len(style.PALETTE)], "marker": style.MARKERS[k % len(style.MARKERS)]}
        axes.plot([], [], markerfacecolor="white", linestyle="none", label=f"{T_min:.3g}", **look)
        same_end = rows[rows["T_min_K"] == T_min]
        for (is_fit, rejected, state), alike in same_end.groupby(["is_fit", "rejected", "state"]):
            series = f"from {T_min:g} K" + (": the fit" if is_fit else "") + (", void" if rejected else "")
            options = look | {"alpha": FAINT_ALPHA if rejected else 1.0, "zorder": 4 if is_fit else 2, "transform": transform}
            notes |= _draw_windows(panel, alike, is_fit, state, series, bounds, options)
            notes |= {"rejected"} if rejected else set()
    axes.set(xlabel="upper end of the window (K)", ylabel=SYMBOLS[parameter])
    return notes


def _draw_windows(
    panel: style.Panel, rows: pd.DataFrame, is_fit: bool, state: str, series: str, bounds: Bounds, options: dict[str, Any]
) -> set[str]:
    """Draw windows of the same state as points with errors, limits, or bars, and return the keys of ``NOTES`` that apply."""
    limit_columns = {ParameterState.UPPER_LIMIT: ("high_95", bounds[0]), ParameterState.LOWER_LIMIT: ("low_95", bounds[1])}
    column, bound = limit_columns.get(state, ("value", np.nan))
    unconstrained = state == ParameterState.NOT_CONSTRAINED
    low, high = panel.axes.get_ylim()
    visible = rows[column].between(low, high) & (not unconstrained)
    inside, outside = rows[visible], rows[~visible]
    bar_options = {name: options[name] for name in ("color", "alpha", "zorder", "transform")}
    notes = set()
    if state in limit_columns:
        for row in inside.itertuples():
            end, target = getattr(row, column), np.clip(bound, low, high)
            panel.limit(row.T_max_K, end, target, f"{series}, {state}", linewidth=1.4 if is_fit else 0.7, **bar_options)
            notes.add("limit")
    elif len(inside):
        face = options["color"] if is_fit else "white"
        ends = (inside["low"], inside["high"])
        panel.points(inside["T_max_K"], inside["value"], inside["error"], series, ends, markerfacecolor=face, **options)
    spans = (low, high) if unconstrained else (outside["low"].clip(lower=low), outside["high"].clip(upper=high))
    dotted = {"linestyle": ":", "linewidth": 1.4 if is_fit else 0.8}
    dashes = dotted if unconstrained else {"linestyle": "-", "linewidth": 0.6}
    panel.axes.vlines(outside["T_max_K"], *spans, **dashes, **bar_options)
    if len(outside):
        notes.add(ParameterState.NOT_CONSTRAINED if unconstrained else "outside")
    return notes


def _scan_rows(fit: dict[str, Any], windows: pd.DataFrame, parameter: str) -> pd.DataFrame:
    """Return the windows that determine a parameter.

    Columns: value, error (scaled), low and high (68 %), low_95 and high_95, within the bounds of the fit; state; is_fit,
    whether it is the window of the fit; rejected, whether the points reject the fit.
    """
    on_atlas = parameter == J0_OVER_H0
    section, suffix = (fit["atlas"], "_atlas") if on_atlas else (fit, "")
    model = section["model"] if on_atlas else fit.get("mu_free")
    low, high = _bounds(section.get("bounds", {}), parameter)
    rows = windows[windows[parameter].notna()].copy()
    rows["value"], rows["error"] = rows[parameter], rows[f"{parameter}_err_scaled"]
    T_min, T_max = section["fitted_K"]
    rows["is_fit"] = np.isclose(rows["T_max_K"], T_max) & np.isclose(rows["T_min_K"], T_min)
    for level, n_sigma in (("", 1.0), ("_95", stats.NORMAL_95)):
        rows[f"low{level}"] = (rows["value"] - n_sigma * rows["error"]).clip(lower=low)
        rows[f"high{level}"] = (rows["value"] + n_sigma * rows["error"]).clip(upper=high)
    if model:
        for name, level in (("intervals_scaled", ""), ("intervals_95_scaled", "_95")):
            ends = model[name].get(parameter, (None, None))
            for column, end, bound in zip((f"low{level}", f"high{level}"), ends, (low, high), strict=True):
                rows.loc[rows["is_fit"], column] = bound if end is None else end
    bounded = FitParameter(0.0, low, high, physical_bounds=True)
    columns = zip(rows["value"], rows["low"], rows["high"], rows["low_95"], rows["high_95"], strict=True)
    rows["state"] = [parameter_state(x, (a, b), (c, d), bounded) for x, a, b, c, d in columns]
    if model and model.get("states", {}).get(parameter) == ParameterState.NOT_CONSTRAINED:
        # the errors of windows are those of a parabola, which are no limits where the profile of the fit has none
        is_limit = rows["state"].isin((ParameterState.UPPER_LIMIT, ParameterState.LOWER_LIMIT))
        rows.loc[is_limit, "state"] = ParameterState.NOT_CONSTRAINED
    rows["rejected"] = False
    if model and fit["errors_given"]:
        free = {name for name, error in model["errors"].items() if error != 0}
        n_fixed = rows[f"fixed{suffix}"].fillna("").map(lambda names: len(free.intersection(names.split(", "))))
        dof = rows["n_points"] - len(free) + n_fixed
        # the scatter of neighboring points excuses a large χ² only where the model describes the points of the fit
        smallest, misfits = model["max_reduced_chi2"] if model["acceptable"] else MAX_REDUCED_CHI2, rows[f"misfit{suffix}"]
        rows["rejected"] = [chi2_rejects(misfit, n, smallest) for misfit, n in zip(misfits, dof, strict=True)]
        rows.loc[rows["is_fit"], "rejected"] = not model["acceptable"]
    is_limit = rows["state"].isin((ParameterState.UPPER_LIMIT, ParameterState.LOWER_LIMIT))
    return rows[~(is_limit & rows["rejected"])]  # a fit that misses the points limits nothing


def _view_limits(rows: pd.DataFrame, bounds: Bounds) -> Bounds:
    """Return limits of the ordinate that contain 0, the more certain values, and values near them."""
    determined = rows[rows["state"] == ParameterState.INTERVAL]
    limits = rows[rows["state"].isin((ParameterState.UPPER_LIMIT, ParameterState.LOWER_LIMIT))]
    ends = limits["high_95"].where(limits["state"] == ParameterState.UPPER_LIMIT, limits["low_95"])
    if len(determined):
        certain = determined[determined["error"] < 6 * determined["error"].median() + 1e-300]
        low = min((certain["value"] - 1.2 * certain["error"]).clip(lower=bounds[0]).min(), certain["low"].min(), 0.0)
        high = max((certain["value"] + 1.2 * certain["error"]).clip(upper=bounds[1]).max(), certain["high"].max(), 0.0)
        values, margin = pd.concat([determined["value"], ends]), NEAR_FRACTION * (high - low)
        near = values[values.between(low - margin, high + margin)]
    else:
        low, high = (end if np.isfinite(end) else 0.0 for end in (bounds if ends.empty else (0.0, 0.0)))
        near = ends[np.isfinite(ends)]
    low, high = min([low, 0.0, *near]), max([high, 0.0, *near])
    margin = 0.06 * ((high - low) or 1.0)
    return low - margin, high + margin


def draw_window_legend(panel: style.Panel, fit: dict[str, Any], windows: pd.DataFrame, notes: Collection[str] = ()) -> None:
    """Draw the legend of ``draw_window_scan``: lower ends, parameters that are fixed in shorter windows, and ``notes``."""
    fixed = ", ".join(names for names in windows["fixed"].dropna() if names).split(", ")
    parameters = registry.get_observable(fit["observable"]).parameters
    symbols = ", ".join(parameters[name].symbol for name in dict.fromkeys(fixed) if name in parameters)
    title = [text for key, text in NOTES.items() if key in notes]
    title += [*([f"fixed: {symbols}"] if symbols else []), "lower end (K)"]
    n = windows["T_min_K"].nunique()
    n_rows = np.ceil(n / np.floor(panel.width_inches / LEGEND_ENTRY_INCHES)) or 1
    panel.legend_above(int(np.ceil(n / n_rows)) or 1, title="\n".join(title), handletextpad=0.1, columnspacing=0.6)


def most_correlated_parameter(fit: dict[str, Any]) -> str | None:
    """Return the parameter that is correlated most with µ, without offsets; None if an ellipse would not be meaningful."""
    free = fit["mu_free"]
    if fit["rejected"] or free["states"].get("mu") != ParameterState.INTERVAL or free["at_bounds"]:
        return None
    parameters, errors = registry.get_observable(fit["observable"]).parameters, free["errors_scaled"]
    correlations = {
        name: abs(rho)
        for name, rho in free["correlations"].get("mu", {}).items()
        if parameters[name].in_table and errors[name] and errors["mu"]
    }
    return max(correlations, key=lambda name: correlations[name]) if correlations else None


def draw_correlation(panel: style.Panel, fit: dict[str, Any]) -> None:
    """Draw the ellipses that contain µ and one more parameter with the probabilities ``CONFIDENCE_LEVELS``, by the covariance.

    The second parameter is the ``most_correlated_parameter``. Nothing is drawn outside of the bounds of the fit.
    """
    free, name, axes = fit["mu_free"], most_correlated_parameter(fit), panel.axes
    assert name is not None
    parameter = registry.get_observable(fit["observable"]).parameters[name]
    size = free["values"][name] or free["errors_scaled"][name]
    power = style.power_of_ten(abs(size), style.PLAIN_POWER)
    for (percent, probability), line in zip(CONFIDENCE_LEVELS.items(), ("-", ":"), strict=True):
        level = f"{percent} %"
        mu, value = _within_bounds(_ellipse(free, name, -2 * np.log1p(-probability)), fit["bounds"], name)  # χ² of two numbers
        panel.line(mu, value / 10.0**power, f"{name}: {level} of the covariance", color=style.BLUE, linestyle=line, label=level)
    low, high = free["intervals_scaled"].get("mu", (None, None))
    if None not in (low, high):
        axes.axvspan(low, high, color=style.BLUE, alpha=0.12, linewidth=0, label="µ alone, 68 %")
    panel.points(
        [free["values"]["mu"]], [free["values"][name] / 10.0**power], None, f"{name}: best fit", color=style.BLUE, marker="o"
    )
    axes.set(xlabel="µ", ylabel=style.label_axis(parameter.symbol, parameter.unit, power))
    axes.margins(y=0.12)
    axes.xaxis.set_major_locator(ticker.MaxNLocator(nbins=3, steps=(1, 2, 3, 4, 5, 6, 8, 10), min_n_ticks=3))
    title = report_text.with_minus_sign(f"correlation {free['correlations']['mu'][name]:.2f}")
    panel.legend_above(2, title=title + ("" if _is_parabolic(free) else "\nthe ellipse is approximate"))


def _is_parabolic(free: dict[str, Any]) -> bool:
    """Return whether the interval of µ is that of the covariance, which the ellipse shows."""
    value, error = free["values"]["mu"], free["errors_scaled"]["mu"]
    low, high = free["intervals_scaled"].get("mu", (None, None))
    return None in (low, high) or max(abs(value - error - low), abs(value + error - high)) < ELLIPSE_TOLERANCE * error


def _bounds(bounds: dict[str, Any], name: str) -> Bounds:
    """Return the bounds of a parameter in fit.json as numbers."""
    low, high = bounds.get(name, (None, None))
    return -np.inf if low is None else low, np.inf if high is None else high


def _within_bounds(points: FloatArray, bounds: dict[str, Any], name: str) -> FloatArray:
    """Return points (2, n) of (µ, ``name``) with NaN outside of the bounds."""
    low, high = np.array([_bounds(bounds, key) for key in ("mu", name)]).T
    outside = (points < low[:, None]) | (points > high[:, None])
    return np.where(outside.any(axis=0), np.nan, points)


def _ellipse(model: dict[str, Any], name: str, chi2: float, n: int = 181) -> FloatArray:
    """Return (µ, ``name``), (2, n), where the scaled covariance predicts χ² to be ``chi2`` above its minimum."""
    angle = np.linspace(0, 2 * np.pi, n)
    rho = model["correlations"]["mu"][name]
    conditional = np.sqrt(max(1 - rho**2, 0.0)) * np.sin(angle) + rho * np.cos(angle)
    center = np.array([[model["values"]["mu"]], [model["values"][name]]])
    errors = model["errors_scaled"]
    return center + np.sqrt(chi2) * np.array([errors["mu"] * np.cos(angle), errors[name] * conditional])
