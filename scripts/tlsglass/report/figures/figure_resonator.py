"""A driven resonator and its frequency, fitted together: 1/Q_i at every power, f, residuals, the dependence on the power."""

import numpy as np

from tlsglass.fitting import report_text
from tlsglass.plotting import style

SHADES = (style.BLUE, style.GREEN, style.ORANGE, style.VERMILION, style.PURPLE, "black")
GREYS = ("black", "0.3", "0.45", "0.6")  # of temperatures: no colour of a power


def draw(fit, points, curves, powers):
    """The content of joint.json, and the tables beside it; the first member is the driven one, the second its frequency."""
    loss, *others = fit["members"]
    figure = style.Figure(4, width="double", height=4.7, rows=2)
    own, drawn = (table[table["dataset"] == loss["name"]] for table in (points, curves))
    colours = {sweep: (SHADES[k % len(SHADES)], style.MARKERS[k % 5]) for k, sweep in enumerate(np.unique(own["sweep"]))}
    _losses(figure.panels[0], own, drawn, colours)
    partner = others[0]
    _frequency(figure.panels[1], partner, *(table[table["dataset"] == partner["name"]] for table in (points, curves)))
    _residuals(figure.panels[2], own, colours, loss)
    figure.figure.suptitle(_judged(fit), x=0.012, ha="left", fontsize=7)
    _powers(figure.panels[3], own, powers[powers["dataset"] == loss["name"]])
    for panel, x in zip(figure.panels, (0.03, 0.03, 0.03, 0.93), strict=True):
        panel.letter_at(x)
    return figure


def _judged(fit):
    """Return what the fits give, and that a fit misses the points where it does."""
    said = []
    for name, shown, model in (
        ("µ free", report_text.format_parameter(fit["mu_free"], "mu"), fit["mu_free"]),
        ("STM", "µ = 0", fit["stm"]),
    ):
        told = shown if model["acceptable"] else "misses the points"
        said.append(f"{name}: {told} (χ²/dof {report_text.format_reduced_chi2(model)})")
    return f"{fit['material']}, both fitted together: " + ", ".join(said)


def _losses(panel, points, curves, colours):
    for sweep, (colour, marker) in colours.items():
        some, line = points[points["sweep"] == sweep], curves[curves["sweep"] == sweep]
        name = f"{sweep:g}".replace("-", "\N{MINUS SIGN}")
        style_of = {"color": colour, "marker": marker, "markerfacecolor": "white", "markersize": 2.6, "label": name}
        panel.points(some["T_K"], some["value"], some["error"], f"{sweep:g} dBm: points", **style_of)
        panel.line(line["T_K"], line["mu_free"], f"{sweep:g} dBm: µ free", color=colour)
        panel.line(line["T_K"], line["stm"], f"{sweep:g} dBm: STM", color=colour, linestyle="--", linewidth=0.7)
    panel.logarithmic("x")
    panel.axes.set_yscale("log")
    panel.axes.set_xlabel("$T$ (K)")
    panel.axes.set_ylabel("1/$Q_i$")
    low, high = points["value"].min(), points["value"].max()
    panel.axes.set_ylim(low / 1.5, high * (high / low) ** 0.35)
    panel.axes.legend(loc="upper right", ncols=3, title="power (dBm)", title_fontsize=7, columnspacing=0.8, handletextpad=0.1)


def _frequency(panel, member, points, curves):
    base, scaled = points["value"].min(), member["errors_scaled_by"]
    panel.points(
        points["T_K"],
        1e6 * (points["value"] - base),
        1e6 * points["error"],
        "f: points",
        color="black",
        marker="o",
        markerfacecolor="white",
        markersize=2.6,
        label="points" + (f", errors × {report_text.format_value(scaled)}" if scaled != 1 else ""),
    )
    for name, label, look in (
        ("mu_free", "µ free", {"color": style.GREEN}),
        ("stm", "STM", {"color": "black", "linestyle": "--", "linewidth": 0.8}),
    ):
        panel.line(curves["T_K"], 1e6 * (curves[name] - base), f"f: {label}", label=label, **look)
    panel.logarithmic("x")
    panel.axes.set_xlabel("$T$ (K)")
    panel.axes.set_ylabel("δf/f + constant ($10^{-6}$)")
    panel.axes.legend(loc="upper left", bbox_to_anchor=(0.08, 1.0))


def _residuals(panel, points, colours, member):
    systematic = member["systematic_uncorrelated"]
    if systematic:
        panel.axes.axhspan(-100 * systematic, 100 * systematic, color=style.GREY, alpha=0.25, linewidth=0)
    panel.axes.axhline(0, color="black", linewidth=0.6)
    for sweep, (colour, marker) in colours.items():
        some = points[points["sweep"] == sweep]
        away = 100 * (some["value"] / some["mu_free"] - 1)
        panel.points(
            some["T_K"],
            away,
            None,
            f"{sweep:g} dBm: residuals",
            color=colour,
            marker=marker,
            markerfacecolor="white",
            markersize=2.6,
        )
    panel.logarithmic("x")
    low, high = panel.axes.get_ylim()
    panel.axes.set_ylim(low, high + 0.12 * (high - low))
    panel.axes.set_xlabel("$T$ (K)")
    panel.axes.set_ylabel("1/$Q_i$: points / fit \N{MINUS SIGN} 1 (%)")


def _powers(panel, points, powers):
    for k, T in enumerate(np.unique(powers["T_K"])):
        colour, marker = GREYS[k % len(GREYS)], style.MARKERS[k % 5]
        line = powers[powers["T_K"] == T]
        near = [part.iloc[np.argmin(np.abs(np.log(part["T_K"] / T)))] for _, part in points.groupby("sweep")]
        photons, value, error = ([float(one[name]) for one in near] for name in ("photons", "value", "error"))
        panel.points(
            photons,
            value,
            error,
            f"{T:.2g} K: points",
            color=colour,
            marker=marker,
            label=f"{T:.2g} K",
        )
        panel.line(line["photons"], line["mu_free"], f"{T:.2g} K: µ free", color=colour)
    panel.axes.set_xscale("log")
    panel.axes.set_yscale("log")
    panel.axes.set_xlabel("photon number")
    panel.axes.set_ylabel("1/$Q_i$")
    panel.axes.legend(loc="lower left")
