"""Panels with measured points, their fits, and the residuals."""

import textwrap
from collections.abc import Sequence
from typing import Any, NamedTuple

import numpy as np
import pandas as pd
from matplotlib import lines
from matplotlib.axes import Axes

from tlsglass.base import escape
from tlsglass.base.types import AnyArray, BoolArray
from tlsglass.fitting import report_text
from tlsglass.models import registry
from tlsglass.models.observable import J0_OVER_H0, PlotOptions
from tlsglass.plotting import style

MISFIT_TEXT = "misses the points"
INSET_MAX_FRACTION = 0.35  # of the range of the curve: a smaller contribution of the TLSs gets an inset
CURVES = (
    ("mu_free", "fit, µ free", {"linestyle": "-"}),
    ("stm", "STM, µ = 0", {"linestyle": "--", "linewidth": 0.8}),
    ("atlas", "atlas, J0/h0 free", {"linestyle": ":", "linewidth": 1.3}),
)
COLORS = {"mu_free": style.OTHER_STYLES[0][0], "stm": "black", "atlas": style.VERMILION}  # of the models of a single dataset
CROSS = {"marker": "x", "markersize": 2.6, "markeredgewidth": 0.6}  # residuals of the STM
MAX_NAMED_SWEEPS = 8
MAX_LABEL_LENGTH = 60
LETTER_WIDTH_INCHES = 0.0535  # mean width of a letter in a legend
ERROR_TEXTS = {"assumed": "errors assumed", "no errors": "σ of the residuals"}  # by the beginning of "errors" in fit.json

Result = tuple[dict[str, Any], pd.DataFrame, pd.DataFrame]  # fit.json, points.csv and curves.csv


def draw_data_and_fits(panel: style.Panel, results: Sequence[Result], alone: bool = False) -> None:
    """Draw points and fits of datasets of one observable as its ``plot_options`` specify.

    On a linear axis, values are in units of a power of ten. A dataset ``alone`` is divided by the power of T that makes the STM
    constant, if there is one. It also shows the fit on the atlas, χ²/dof in the legend, and the residuals.
    """
    fit, points, curves = results[0]
    options = registry.get_observable(fit["observable"]).plot_options
    reduced = options.reduced if alone else None
    power = 0 if reduced or options.scale == "log" else _power_of_ten(results, options)
    axes = panel.axes
    for k, (dataset_fit, dataset_points, dataset_curves) in enumerate(results):
        series = _series(k, dataset_points, options, reduced, power)
        _draw_points(panel, dataset_fit, dataset_points, series, alone)
        _draw_curves(panel, dataset_fit, dataset_curves, series, alone)
    x = np.concatenate([dataset_points[_abscissa(fit)] for _, dataset_points, _ in results])
    axes.set(xlim=(x.min() / 1.12, x.max() * 1.12), yscale="linear" if reduced else options.scale)
    _set_limits(axes, results, options, reduced, power)
    panel.logarithmic("x", ticks=None)
    if axes.get_yscale() == "log":
        panel.logarithmic("y", ticks=None)
    axes.set_ylabel(reduced[1].format(fit["unit"]) if reduced else _axis_label(fit, options, power))
    panel.legend_above(title=_title(panel, fit, alone))
    x_label = "$t$ (s)" if _abscissa(fit) == "time_s" else "$T$ (K)"
    if alone and "sweep" in points:
        _draw_sweep_legend(panel, fit, points)
    if alone and panel.residual_panel:
        draw_residuals(panel.residual_panel, fit, points)
        panel.residual_panel.axes.set_xlabel(x_label)
        _draw_inset(panel, fit, points, curves, options, power)
    else:
        axes.set_xlabel(x_label)


def _abscissa(fit: dict[str, Any]) -> str:
    """Return the column of the abscissa, that which varies within a sweep."""
    return str(fit.get("abscissa", "T_K"))


class _Series(NamedTuple):
    """How one dataset is drawn; the ordinate is (value - offset) · factor / T^power."""

    color: str
    marker: str
    factor: float
    offset: float
    power: float
    first: bool

    def value(self, value: Any, T: Any) -> Any:
        return self.factor * (value - self.offset) / T**self.power

    def error(self, error: Any, T: Any) -> Any:
        return self.factor * error / T**self.power


def _series(k: int, points: pd.DataFrame, options: PlotOptions, reduced: tuple[int, str] | None, power: int) -> _Series:
    """Return how dataset ``k`` is drawn."""
    offset = points["value"].min() if options.subtract_minimum else 0.0
    color, marker = style.OTHER_STYLES[k % len(style.OTHER_STYLES)]
    return _Series(color, marker, 10.0**-power, offset, reduced[0] if reduced else 0, k == 0)


def _title(panel: style.Panel, fit: dict[str, Any], alone: bool) -> str:
    """Return the material in at most two lines; for a dataset alone with its label and whether it is a control."""
    text = fit["material"]
    if alone:
        label = (fit["label"] or "").replace(" -", f" {report_text.MINUS}").replace(" ", "\N{NO-BREAK SPACE}")
        text += (f", {label}" if label else "") + (" (control)" if fit["is_control"] else "")
    lines = textwrap.wrap(escape.to_one_line(text), int((panel.width_inches + 0.25) / LETTER_WIDTH_INCHES))
    return "\n".join(map(escape.to_mathtext, lines[:2]))


def _power_of_ten(results: Sequence[Result], options: PlotOptions) -> int:
    """Return the power of ten of the unit: that of the range of the values, or of the largest value."""
    sizes = [np.ptp(p["value"]) if options.subtract_minimum else p["value"].abs().max() for _, p, _ in results]
    return style.power_of_ten(max(sizes))


def _axis_label(fit: dict[str, Any], options: PlotOptions, power: int) -> str:
    unit = "" if fit["unit"] == "dimensionless" else fit["unit"]
    constant = " + constant" if options.subtract_minimum and options.scale != "log" else ""
    return style.label_axis(f"{fit['symbol']}{constant}", unit, power)


def _set_limits(
    axes: Axes, results: Sequence[Result], options: PlotOptions, reduced: tuple[int, str] | None, power: int
) -> None:
    """Set the limits by the points and the fits with µ free, whatever the misfit of other models and the errors."""
    values = []
    for k, (_, points, curves) in enumerate(results):
        series = _series(k, points, options, reduced, power)
        error = np.minimum(points["error"].fillna(0), 0.5 * points["value"].abs())
        for value, T in (
            (points["value"] - error, points["T_K"]),
            (points["value"] + error, points["T_K"]),
            (curves["mu_free"], curves["T_K"]),
        ):
            values.append(series.value(value, T).to_numpy())
    ordinates = np.concatenate(values)
    ordinates = ordinates[np.isfinite(ordinates)]
    if axes.get_yscale() == "log":
        ordinates = ordinates[ordinates > 0]
        if len(ordinates) and ordinates.max() > 0:
            axes.set_ylim(ordinates.min() / 1.25, ordinates.max() * 1.25)
    elif len(ordinates):
        margin = 0.06 * (np.ptp(ordinates) or abs(ordinates.max()) or 1.0)
        low = ordinates.min() - margin
        axes.set_ylim(max(low, 0.0) if reduced and ordinates.min() > 0 else low, ordinates.max() + margin)


def _draw_points(panel: style.Panel, fit: dict[str, Any], points: pd.DataFrame, series: _Series, alone: bool) -> None:
    x, T = points[_abscissa(fit)], points["T_K"]
    value, error = series.value(points["value"], T), series.error(points["error"], T)
    for k, (marker, in_sweep) in enumerate(_sweeps(points, series.marker)):
        for fitted in (True, False):
            mask = in_sweep & (points["fitted"] == fitted)
            if mask.any():
                name = f"{fit['dataset']}: points" + ("" if fitted else " outside the window")
                look = {"color": series.color if fitted else style.GREY, "marker": marker, "markerfacecolor": "white"}
                label = _points_label(fit, fitted, alone) if series.first and k == 0 else None
                panel.points(x[mask], value[mask], error[mask], name, label=label, **look)


def _sweeps(points: pd.DataFrame, marker: str) -> list[tuple[str, BoolArray]]:
    """Return (marker, mask of its points) of each sweep of a driven resonator, or of all points."""
    if "sweep" not in points:
        return [(marker, np.full(len(points), True))]
    markers = [marker, *(symbol for symbol in style.MARKERS if symbol != marker)]
    return [(markers[k % len(markers)], points["sweep"] == sweep) for k, sweep in enumerate(np.unique(points["sweep"]))]


def _draw_sweep_legend(panel: style.Panel, fit: dict[str, Any], points: pd.DataFrame) -> None:
    """Add a legend of the sweeps, right of that of the fits, unless there are too many."""
    sweeps = _sweeps(points, style.OTHER_STYLES[0][1])
    if len(sweeps) > MAX_NAMED_SWEEPS:
        return
    options: dict[str, Any] = {"color": style.OTHER_STYLES[0][0], "markerfacecolor": "white", "linestyle": "none"}
    names = [report_text.with_minus_sign(f"{points['sweep'][mask].iloc[0]:g}") for _, mask in sweeps]
    handles = [lines.Line2D([], [], marker=marker, **options) for marker, _ in sweeps]
    panel.axes.add_artist(panel.axes.get_legend())
    location = {"loc": "lower right", "bbox_to_anchor": (1.03, 1.0), "handletextpad": 0.1, "columnspacing": 0.6}
    if _abscissa(fit) == "time_s":  # values fall with time, which leaves a corner of the panel empty
        location |= {"loc": "upper right", "bbox_to_anchor": (1.0, 1.0)}
    panel.legend_above(2, handles=handles, labels=names, title=escape.to_mathtext(fit["sweep"], MAX_LABEL_LENGTH), **location)


def _points_label(fit: dict[str, Any], fitted: bool, alone: bool) -> str:
    """Return the legend of points; for a dataset alone with the origin of errors that were not measured."""
    if not fitted:
        return "not fitted"
    errors = [text for beginning, text in ERROR_TEXTS.items() if alone and fit["errors"].startswith(beginning)]
    return ", ".join([f"{fit['provenance']} points", *errors])


def _draw_curves(panel: style.Panel, fit: dict[str, Any], curves: pd.DataFrame, series: _Series, alone: bool) -> None:
    T = curves["T_K"]
    labels = _curve_labels(fit, series.first, alone)
    for name, title, options in CURVES:
        if labels.get(name) or name != "atlas":
            options = options | {"color": COLORS[name] if alone else series.color}
            if alone and name == "stm":
                options |= CROSS | {"markevery": []}  # its legend shows the symbol of its residuals
            curve, label = series.value(curves[name], T), labels.get(name)
            panel.line(curves[_abscissa(fit)], curve, f"{fit['dataset']}: {title}", label=label, **options)


def _curve_labels(fit: dict[str, Any], first: bool, alone: bool) -> dict[str, str | None]:
    """Return the legend of each model; one that is not acceptable is labeled as such instead of with its parameter."""
    free, atlas = fit["mu_free"], fit["atlas"]
    mu = report_text.format_equation("µ", report_text.format_parameter(free, "mu"))
    if not alone:
        label = f", {escape.to_mathtext(fit['label'], MAX_LABEL_LENGTH)}" if fit["label"] else ""
        return {"mu_free": mu + label, "stm": "STM, µ = 0" if first else None}
    models = {"mu_free": (report_text.EQ3, mu, free), "stm": (report_text.STM, "µ = 0", fit["stm"])}
    if atlas:
        J0_over_h0 = report_text.format_parameter(atlas["model"], J0_OVER_H0)
        models["atlas"] = (report_text.ATLAS, report_text.format_equation("J$_0$/h$_0$", J0_over_h0), atlas["model"])
    labels: dict[str, str | None] = {}
    for name, (title, equation, model) in models.items():
        described = model["acceptable"] and not (name == "atlas" and fit["atlas"]["rejected"])
        labels[name] = f"{title}: {equation if described else MISFIT_TEXT}"
        parameter = {"mu_free": "mu", "atlas": J0_OVER_H0}.get(name)
        if fit["errors_given"]:
            labels[name] = f"{labels[name]} (χ²/dof {report_text.format_reduced_chi2(model)})"
        elif (fit.get("drifts") or {}).get(parameter):
            labels[name] = f"{labels[name]}, moves with the window"
    return labels


def draw_residuals(panel: style.Panel, fit: dict[str, Any], points: pd.DataFrame) -> None:
    """Draw (point - model)/σ of the fit with µ free, and of the STM as crosses; without errors, σ is that of the residuals.

    σ includes the error of T and the extra scatter, as in the fit.
    """
    x, axes = points[_abscissa(fit)], panel.axes
    sigma = points["total_error"].where(points["total_error"] > 0)
    color, first_marker = style.OTHER_STYLES[0]
    for name, options in (("stm", CROSS | {"color": COLORS["stm"]}), ("mu_free", {"color": color, "markerfacecolor": "white"})):
        residual = (points["value"] - points[name]) / sigma
        for marker, in_sweep in _sweeps(points, first_marker):
            mask = in_sweep & points["fitted"] & sigma.notna()
            panel.points(x[mask], residual[mask], None, f"{fit['dataset']}: residuals, {name}", **{"marker": marker} | options)
    fitted = residual[points["fitted"]]
    limit = max(3.0, 1.15 * float(fitted.abs().max())) if fitted.notna().any() else 3.0
    axes.set_ylim(-limit, limit)
    axes.axhline(0, color="black", linewidth=0.6)
    axes.set_ylabel("residual (σ)")


def _draw_inset(
    panel: style.Panel, fit: dict[str, Any], points: pd.DataFrame, curves: pd.DataFrame, options: PlotOptions, power: int
) -> None:
    """Magnify the contribution of the TLSs where another one, such as that of quasiparticles, is much larger."""
    if not options.subtract_minimum or "tls" not in curves:
        return
    offset, factor = points["value"].min(), 10.0**-power
    background = curves["mu_free"] - curves["tls"]
    constant = np.abs(background - background.iloc[0]) < 0.1 * max(np.ptp(curves["tls"]), 1e-300)
    if not constant.any() or np.ptp(curves["mu_free"][constant]) > INSET_MAX_FRACTION * np.ptp(curves["mu_free"]):
        return
    T, end = points["T_K"], curves["T_K"][constant].max()
    inset = panel.inset(panel.letter, (0.13, 0.1, 0.52, 0.5))
    mask = T <= end
    color, marker = style.OTHER_STYLES[0]
    y, error = factor * (points["value"] - offset), factor * points["error"]
    point_options = {"color": color, "marker": marker, "markerfacecolor": "white", "markersize": 2.2}
    inset.points(T[mask], y[mask], error[mask], f"{fit['dataset']}: inset", **point_options)
    for name, _, line_options in CURVES:
        curve: AnyArray = factor * (curves[name][constant] - offset)
        inset.axes.plot(curves["T_K"][constant], curve, color=COLORS[name], **line_options)
    height = (y[mask].max() - y[mask].min()) or 1.0
    inset.axes.set(ylim=(y[mask].min() - 0.15 * height, y[mask].max() + 0.15 * height), xlim=(T.min() / 1.1, end * 1.05))
    inset.logarithmic("x", ticks=None)
