"""Panels of figures that show measured data: points with their fits, and what the fits leave."""

import textwrap
from typing import NamedTuple

import numpy as np
from matplotlib import lines

from tlsglass.fitting import report_text
from tlsglass.models import registry
from tlsglass.models.observable import J0_OVER_H0
from tlsglass.plotting import style

MISSES = "misses the points"
SMALL = 0.35  # of what is drawn: a part of TLSs that is smaller has an inset
CURVES = (
    ("mu_free", "fit, µ free", {"linestyle": "-"}),
    ("stm", "STM, µ = 0", {"linestyle": "--", "linewidth": 0.8}),
    ("atlas", "atlas, J0/h0 free", {"linestyle": ":", "linewidth": 1.3}),
)
COLOURS = {"mu_free": style.OTHER_STYLES[0][0], "stm": "black", "atlas": style.VERMILION}  # of the models of a dataset alone
CROSS = {"marker": "x", "markersize": 2.6, "markeredgewidth": 0.6}  # a residual of the STM
FEW_SWEEPS = 8
LETTER = 0.0535  # inches: the mean width of one in a legend
ERRORS = {"assumed": "errors assumed", "no errors": "σ of the residuals"}  # how fit.json begins to tell where errors are from


def draw_data_and_fits(panel, results, alone=False):
    """Draw the points and the fits of each of ``results`` (fit, points, curves), as their observable's ``drawing`` says.

    On a linear axis values are in units of a power of ten. A dataset ``alone`` is divided by the power of T that makes it flat
    in the STM, if there is one; it has its fit on the atlas too, χ²/dof in the legend, and residuals in its residual panel.
    """
    first = results[0][0]
    drawing = registry.get_observable(first["observable"]).plot_options
    reduced = drawing.reduced if alone else None
    scale = 0 if reduced or drawing.scale == "log" else _power_of_ten(results, drawing)
    axes = panel.axes
    for k, (fit, points, curves) in enumerate(results):
        base = points["value"].min() if drawing.subtract_minimum else 0.0
        drawn = _Drawn(
            *style.OTHER_STYLES[k % len(style.OTHER_STYLES)], 10.0**-scale, base, reduced[0] if reduced else 0, k == 0
        )
        _points(panel, fit, points, drawn, alone)
        _curves(panel, fit, curves, drawn, alone)
    T = np.concatenate([points["T_K"] for _, points, _ in results])
    axes.set_xlim(T.min() / 1.12, T.max() * 1.12)
    axes.set_yscale("linear" if reduced else drawing.scale)
    _limit(axes, results, reduced, drawing, scale)
    panel.logarithmic("x", ticks=None)
    if axes.get_yscale() == "log":
        panel.logarithmic("y", ticks=None)
    axes.set_ylabel(reduced[1].format(first["unit"]) if reduced else _axis_label(first, drawing, scale))
    panel.legend_above(title=_title(panel, first, alone))
    if alone and "sweep" in results[0][1]:
        _name_sweeps(panel, *results[0][:2])
    if alone and panel.residual_panel:
        draw_residuals(panel.residual_panel, *results[0][:2])
        panel.residual_panel.axes.set_xlabel("$T$ (K)")
        _inset(panel, *results[0], drawing, scale)
    else:
        axes.set_xlabel("$T$ (K)")


def _title(panel, fit, alone):
    """Return the material, of a dataset alone with its label, and whether it is a control; two lines at most."""
    text = fit["material"]
    if alone:
        label = (fit["label"] or "").replace(" -", f" {report_text.MINUS}").replace(" ", "\N{NO-BREAK SPACE}")
        text += (f", {label}" if label else "") + (" (control)" if fit["is_control"] else "")
    return "\n".join(textwrap.wrap(text, int((panel.width_inches + 0.25) / LETTER))[:2])


def _power_of_ten(results, drawing):
    """Return the power of ten that values are in units of: that of their range, or of the largest."""
    sizes = [np.ptp(p["value"]) if drawing.subtract_minimum else p["value"].abs().max() for _, p, _ in results]
    return int(np.floor(np.log10(max(*sizes, 1e-300))))


def _axis_label(fit, drawing, scale):
    unit = "" if fit["unit"] == "dimensionless" else fit["unit"]
    if drawing.scale == "log":
        return fit["symbol"] + (f" ({unit})" if unit else "")
    zero = " + constant" if drawing.subtract_minimum else ""
    return rf"{fit['symbol']}{zero} ($10^{{{scale}}}${f' {unit}' if unit else ''})"


class _Drawn(NamedTuple):
    """How one dataset is drawn: (value - base) · factor / T^power."""

    colour: str
    marker: str
    factor: float
    base: float
    power: float
    first: bool

    def value(self, value, T):
        return self.factor * (value - self.base) / T**self.power

    def error(self, error, T):
        return self.factor * error / T**self.power


def _limit(axes, results, reduced, drawing, scale):
    """Set the limits by the points and their fits with µ free: no model that misses, and no error, leaves the panel empty."""
    power, factor = (reduced[0] if reduced else 0), 10.0**-scale
    shown = []
    for _, points, curves in results:
        base = points["value"].min() if drawing.subtract_minimum else 0.0
        error = np.minimum(points["error"].fillna(0), 0.5 * points["value"].abs())
        for values, T in (
            (points["value"] - error, points["T_K"]),
            (points["value"] + error, points["T_K"]),
            (curves["mu_free"], curves["T_K"]),
        ):
            shown.append((factor * (values - base) / T**power).to_numpy())
    shown = np.concatenate(shown)
    shown = shown[np.isfinite(shown)]
    if axes.get_yscale() == "log":
        shown = shown[shown > 0]
        if len(shown) and shown.max() > 0:
            axes.set_ylim(shown.min() / 1.25, shown.max() * 1.25)
    elif len(shown):
        room = 0.06 * (np.ptp(shown) or abs(shown.max()) or 1.0)
        low = shown.min() - room
        axes.set_ylim(max(low, 0.0) if reduced and shown.min() > 0 else low, shown.max() + room)


def _points(panel, fit, points, drawn, alone):
    T = points["T_K"]
    for k, (marker, one) in enumerate(_sweeps(points, drawn.marker)):
        for fitted in (True, False):
            some = one & (points["fitted"] == fitted)
            if some.any():
                panel.points(
                    T[some],
                    drawn.value(points["value"], T)[some],
                    drawn.error(points["error"], T)[some],
                    f"{fit['dataset']}: points" + ("" if fitted else " outside the window"),
                    color=drawn.colour if fitted else style.GREY,
                    marker=marker,
                    markerfacecolor="white",
                    label=_of_points(fit, fitted, alone) if drawn.first and k == 0 else None,
                )


def _sweeps(points, marker):
    """Return [(marker, which points)] of each sweep of a driven resonator, or of all points."""
    if "sweep" not in points:
        return [(marker, np.full(len(points), True))]
    shapes = [marker, *(one for one in style.MARKERS if one != marker)]
    return [(shapes[k % len(shapes)], points["sweep"] == sweep) for k, sweep in enumerate(np.unique(points["sweep"]))]


def _name_sweeps(panel, fit, points):
    """Put the symbol of each sweep above the panel, right of the legend of the fits, if they are few."""
    sweeps = _sweeps(points, style.OTHER_STYLES[0][1])
    if len(sweeps) > FEW_SWEEPS:
        return
    look = {"color": style.OTHER_STYLES[0][0], "markerfacecolor": "white", "linestyle": "none"}
    names = [f"{points['sweep'][one].iloc[0]:g}".replace("-", report_text.MINUS) for _, one in sweeps]
    handles = [lines.Line2D([], [], marker=shape, **look) for shape, _ in sweeps]
    panel.axes.add_artist(panel.axes.get_legend())
    place = {"loc": "lower right", "bbox_to_anchor": (1.03, 1.0), "handletextpad": 0.1, "columnspacing": 0.6}
    panel.legend_above(2, handles=handles, labels=names, title=fit["sweep"], **place)


def _of_points(fit, fitted, alone):
    """Return what the legend says of points: of a dataset alone, what their errors are if nobody measured these."""
    if not fitted:
        return "not fitted"
    errors = [told for begin, told in ERRORS.items() if alone and fit["errors"].startswith(begin)]
    return ", ".join([f"{fit['provenance']} points", *errors])


def _curves(panel, fit, curves, drawn, alone):
    T = curves["T_K"]
    labels = _labels(fit, drawn.first, alone)
    for name, series, options in CURVES:
        if labels.get(name) or name != "atlas":
            look = options | {"color": COLOURS[name] if alone else drawn.colour}
            if alone and name == "stm":
                look |= CROSS | {"markevery": []}  # its legend shows what its residuals look like
            panel.line(T, drawn.value(curves[name], T), f"{fit['dataset']}: {series}", label=labels.get(name), **look)


def _labels(fit, first, alone):
    """Return what the legend says of the fit with µ free, of the STM, and of the atlas for a dataset alone.

    Of a model that does not describe the points it says that, and no parameter.
    """
    free, atlas = fit["mu_free"], fit["atlas"]
    mu = _named("µ", report_text.format_parameter(free, "mu"))
    if not alone:
        return {"mu_free": mu + (f", {fit['label']}" if fit["label"] else ""), "stm": "STM, µ = 0" if first else None}
    found = {"mu_free": ("Eq. (3)", mu, free), "stm": ("STM", "µ = 0", fit["stm"])}
    if atlas:
        found["atlas"] = (
            "atlas",
            _named("J$_0$/h$_0$", report_text.format_parameter(atlas["model"], J0_OVER_H0)),
            atlas["model"],
        )
    said = {name: f"{model}: {shown if one['acceptable'] else MISSES}" for name, (model, shown, one) in found.items()}
    for name, parameter in (("mu_free", "mu"), ("atlas", J0_OVER_H0)):
        if name in said and not fit["errors_given"] and (fit.get("drifts") or {}).get(parameter):
            said[name] += ", moves with the window"
    if fit["errors_given"]:
        said = {name: f"{said[name]} (χ²/dof {report_text.format_reduced_chi2(one)})" for name, (*_, one) in found.items()}
    return said


def _named(symbol, shown):
    """Return µ = 0.05(1), µ < 0.2 (95 %), µ not constrained, whichever reads well."""
    return f"{symbol} {shown}" if shown[0] in "<>" or shown[0].isalpha() else f"{symbol} = {shown}"


def draw_residuals(panel, fit, points):
    """Draw (point - model)/σ of the fit with µ free, and of the STM as crosses; without errors σ is that of the residuals."""
    T, axes = points["T_K"], panel.axes
    sigma = points["error"].where(points["error"] > 0)
    colour, marker = style.OTHER_STYLES[0]
    for name, look in (("stm", CROSS | {"color": COLOURS["stm"]}), ("mu_free", {"color": colour, "markerfacecolor": "white"})):
        left = (points["value"] - points[name]) / sigma
        for shape, one in _sweeps(points, marker):
            some = one & points["fitted"] & sigma.notna()
            panel.points(T[some], left[some], None, f"{fit['dataset']}: residuals, {name}", **{"marker": shape} | look)
    free = left[points["fitted"]]
    reach = max(3.0, 1.15 * float(free.abs().max())) if free.notna().any() else 3.0
    axes.set_ylim(-reach, reach)
    axes.axhline(0, color="black", linewidth=0.6)
    axes.set_ylabel("residual (σ)")


def _inset(panel, fit, points, curves, drawing, scale):
    """Zoom in on the part of the TLSs where something else is much larger: quasiparticles of a resonator."""
    if not drawing.subtract_minimum or "tls" not in curves:
        return
    base, factor = points["value"].min(), 10.0**-scale
    whole, rest = np.ptp(curves["mu_free"]), curves["mu_free"] - curves["tls"]
    still = np.abs(rest - rest.iloc[0]) < 0.1 * max(np.ptp(curves["tls"]), 1e-300)
    if not still.any() or np.ptp(curves["mu_free"][still]) > SMALL * whole:
        return
    end = curves["T_K"][still].max()
    inset = panel.inset(panel.letter, (0.13, 0.1, 0.52, 0.5))
    some = points["T_K"] <= end
    colour, marker = style.OTHER_STYLES[0]
    y = factor * (points["value"] - base)
    look = {"color": colour, "marker": marker, "markerfacecolor": "white", "markersize": 2.2}
    error = factor * points["error"]
    inset.points(points["T_K"][some], y[some], error[some], f"{fit['dataset']}: inset", **look)
    for name, _, options in CURVES:
        inset.axes.plot(curves["T_K"][still], factor * (curves[name][still] - base), color=COLOURS[name], **options)
    reach = (y[some].max() - y[some].min()) or 1.0
    inset.axes.set_ylim(y[some].min() - 0.15 * reach, y[some].max() + 0.15 * reach)
    inset.axes.set_xlim(points["T_K"].min() / 1.1, end * 1.05)
    inset.logarithmic("x", ticks=None)
