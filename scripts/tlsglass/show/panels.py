"""Panels of figures that show measured data: points with their fits, and what the fits leave."""

from typing import NamedTuple

import numpy as np

from tlsglass.experiment import observables, words
from tlsglass.show import style

SMALL = 0.35  # of what is drawn: a part of TLSs that is smaller has an inset
CURVES = (
    ("mu_free", "fit, µ free", {"linestyle": "-"}),
    ("stm", "STM, µ = 0", {"linestyle": "--", "linewidth": 0.8}),
    ("atlas", "atlas, J0/h0 free", {"linestyle": ":", "linewidth": 1.3}),
)


def data_and_fits(panel, results, alone=False):
    """Draw the points and the fits of each of ``results`` (fit, points, curves), as their observable's ``drawing`` says.

    On a linear axis values are in units of a power of ten. A dataset ``alone`` is divided by the power of T that makes it flat
    in the STM, if there is one; it has its fit on the atlas too, χ²/dof beside the fits, and residuals in ``panel.below``.
    """
    first = results[0][0]
    drawing = observables.named(first["observable"]).drawing
    reduced = drawing.reduced if alone else None
    scale = 0 if reduced or drawing.scale == "log" else _power_of_ten(results, drawing)
    axes = panel.axes
    for k, (fit, points, curves) in enumerate(results):
        base = points["value"].min() if drawing.from_lowest else 0.0
        drawn = _Drawn(*style.OTHERS[k % len(style.OTHERS)], 10.0**-scale, base, reduced[0] if reduced else 0, k == 0)
        _points(panel, fit, points, drawn)
        _curves(panel, fit, curves, drawn, alone)
    T = np.concatenate([points["T_K"] for _, points, _ in results])
    axes.set_xlim(T.min() / 1.12, T.max() * 1.12)
    axes.set_yscale("linear" if reduced else drawing.scale)
    _limit(axes, results, reduced, drawing, scale)
    panel.logarithmic("x", ticks=None)
    if axes.get_yscale() == "log":
        panel.logarithmic("y", ticks=None)
    axes.set_ylabel(reduced[1].format(first["unit"]) if reduced else _axis_label(first, drawing, scale))
    panel.legend_above(title=_wrapped(first["material"]))
    if alone and panel.below:
        residuals(panel.below, *results[0][:2])
        panel.below.axes.set_xlabel("$T$ (K)")
        _inset(panel, *results[0], drawing, scale)
    else:
        axes.set_xlabel("$T$ (K)")


def _wrapped(text, width=44):
    import textwrap

    return "\n".join(textwrap.wrap(text, width)[:2])


def _power_of_ten(results, drawing):
    """Return the power of ten that values are in units of: that of their range, or of the largest."""
    sizes = [np.ptp(p["value"]) if drawing.from_lowest else p["value"].abs().max() for _, p, _ in results]
    return int(np.floor(np.log10(max(*sizes, 1e-300))))


def _axis_label(fit, drawing, scale):
    unit = "" if fit["unit"] == "dimensionless" else fit["unit"]
    if drawing.scale == "log":
        return fit["symbol"] + (f" ({unit})" if unit else "")
    zero = " + constant" if drawing.from_lowest else ""
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
        base = points["value"].min() if drawing.from_lowest else 0.0
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


def _points(panel, fit, points, drawn):
    T = points["T_K"]
    for fitted in (True, False):
        some = points["fitted"] == fitted
        if some.any():
            panel.points(
                T[some],
                drawn.value(points["value"], T)[some],
                drawn.error(points["error"], T)[some],
                f"{fit['dataset']}: points" + ("" if fitted else " outside the window"),
                color=drawn.colour if fitted else style.GREY,
                marker=drawn.marker,
                markerfacecolor="white",
                label=(f"{fit['provenance']} points" if fitted else "not fitted") if drawn.first else None,
            )


def _curves(panel, fit, curves, drawn, alone):
    T = curves["T_K"]
    labels = _labels(fit, drawn.first, alone)
    for name, series, options in CURVES:
        if labels.get(name) or name != "atlas":
            value = drawn.value(curves[name], T)
            panel.line(T, value, f"{fit['dataset']}: {series}", color=drawn.colour, label=labels.get(name), **options)


def _labels(fit, first, alone):
    """Return what the legend says of the fit with µ free, of the STM, and of the atlas for a dataset alone."""
    free, atlas = fit["mu_free"], fit["atlas"]
    mu = _named("µ", words.short(free, "mu"))
    if not alone:
        return {"mu_free": mu + (f", {fit['label']}" if fit["label"] else ""), "stm": "STM, µ = 0" if first else None}
    found = {"mu_free": f"Eq. (3): {mu}", "stm": "STM, µ = 0"}
    if atlas:
        found["atlas"] = "atlas: " + _named("J$_0$/h$_0$", words.short(atlas["model"], "J0_over_h0"))
    if fit["errors_given"]:
        models = {"mu_free": free, "stm": fit["stm"]} | ({"atlas": atlas["model"]} if atlas else {})
        found |= {name: f"{found[name]} (χ²/dof {words.reduced_chi2(model)})" for name, model in models.items()}
    return found


def _named(symbol, shown):
    """Return µ = 0.05(1), µ < 0.2 (95 %), µ not constrained, whichever reads well."""
    return f"{symbol} {shown}" if shown[0] in "<>" or shown[0].isalpha() else f"{symbol} = {shown}"


def residuals(panel, fit, points):
    """Draw (point - model)/σ of the fit with µ free, and of the STM as crosses; without errors σ is that of the residuals."""
    T, axes = points["T_K"], panel.axes
    for name, look in (
        ("stm", {"marker": "x", "color": style.GREY, "markersize": 2.4}),
        ("mu_free", {"marker": style.OTHERS[0][1], "color": style.OTHERS[0][0], "markerfacecolor": "white"}),
    ):
        some = points["fitted"] & (points["error"] > 0)
        left = (points["value"] - points[name]) / points["error"].where(points["error"] > 0)
        panel.points(T[some], left[some], None, f"{fit['dataset']}: residuals, {name}", **look)
    free = ((points["value"] - points["mu_free"]) / points["error"].where(points["error"] > 0))[points["fitted"]]
    reach = max(3.0, 1.15 * float(free.abs().max())) if free.notna().any() else 3.0
    axes.set_ylim(-reach, reach)
    axes.axhline(0, color="black", linewidth=0.6)
    axes.set_ylabel("residual (σ)")


def _inset(panel, fit, points, curves, drawing, scale):
    """Zoom in on the part of the TLSs where something else is much larger: quasiparticles of a resonator."""
    if not drawing.from_lowest or "tls" not in curves:
        return
    base, factor = points["value"].min(), 10.0**-scale
    whole, rest = np.ptp(curves["mu_free"]), curves["mu_free"] - curves["tls"]
    still = np.abs(rest - rest.iloc[0]) < 0.1 * max(np.ptp(curves["tls"]), 1e-300)
    if not still.any() or np.ptp(curves["mu_free"][still]) > SMALL * whole:
        return
    end = curves["T_K"][still].max()
    inset = panel.inset(panel.letter, (0.13, 0.1, 0.52, 0.5))
    some = points["T_K"] <= end
    colour, marker = style.OTHERS[0]
    y = factor * (points["value"] - base)
    inset.points(
        points["T_K"][some],
        y[some],
        factor * points["error"][some],
        f"{fit['dataset']}: inset",
        color=colour,
        marker=marker,
        markerfacecolor="white",
        markersize=2.2,
    )
    for name, _, options in CURVES:
        inset.axes.plot(curves["T_K"][still], factor * (curves[name][still] - base), color=colour, **options)
    reach = (y[some].max() - y[some].min()) or 1.0
    inset.axes.set_ylim(y[some].min() - 0.15 * reach, y[some].max() + 0.15 * reach)
    inset.axes.set_xlim(points["T_K"].min() / 1.1, end * 1.05)
    inset.logarithmic("x", ticks=None)
    inset.axes.tick_params(labelsize=6)
