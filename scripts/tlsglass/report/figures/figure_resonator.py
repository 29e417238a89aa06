"""A driven resonator and its frequency, fitted together: 1/Q_i at every power, f, residuals, the dependence on the power."""

import textwrap
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import pandas as pd

from tlsglass.base import escape
from tlsglass.fitting import report_text
from tlsglass.plotting import style

SHADES = (style.BLUE, style.GREEN, style.ORANGE, style.VERMILION, style.PURPLE, "black")
GREYS = ("black", "0.3", "0.45", "0.6")  # of temperatures: no colour of a power
HOLLOW = {"markerfacecolor": "white", "markersize": 2.6}

Look = dict[str, Any]  # options of the points of a sweep: color, marker and others


def draw(fit: Mapping[str, Any], points: pd.DataFrame, curves: pd.DataFrame, powers: pd.DataFrame) -> style.Figure:
    """Return the figure from joint.json and its tables; the first member is the driven one, the others are its frequency."""
    loss, *partners = fit["members"]
    figure = style.Figure(4, width="double", height=4.7, rows=2)
    loss_points, loss_curves = (table[table["dataset"] == loss["name"]] for table in (points, curves))
    looks = {
        sweep: {"color": SHADES[k % len(SHADES)], "marker": style.MARKERS[k % 5]} | HOLLOW
        for k, sweep in enumerate(np.unique(loss_points["sweep"]))
    }
    _losses(figure.panels[0], loss_points, loss_curves, looks)
    _frequency(figure.panels[1], partners, points, curves, fit["mu_free"]["values"], list(looks.values()))
    _residuals(figure.panels[2], loss_points, looks, loss)
    summary = _summarize_fits(fit)
    if figure.is_narrow:
        summary = "\n".join(textwrap.wrap(summary, 52))
    figure.figure.suptitle(summary, x=0.012, ha="left", fontsize=7)
    _powers(figure.panels[3], loss_points, powers[powers["dataset"] == loss["name"]])
    for panel, x in zip(figure.panels, (0.03, 0.03, 0.03, 0.93), strict=True):
        panel.letter_at(x)
    return figure


def _summarize_fits(fit: Mapping[str, Any]) -> str:
    """Return the results of the fits, or that a fit misses the points."""
    parts = []
    for name, shown, model in (
        ("µ free", report_text.format_parameter(fit["mu_free"], "mu"), fit["mu_free"]),
        ("STM", "µ = 0", fit["stm"]),
    ):
        text = shown if model["acceptable"] else "misses the points"
        parts.append(f"{name}: {text} (χ²/dof {report_text.format_reduced_chi2(model)})")
    return f"{escape.to_mathtext(fit['material'], 60)}, both fitted together: " + ", ".join(parts)


def _losses(panel: style.Panel, points: pd.DataFrame, curves: pd.DataFrame, looks: Mapping[float, Look]) -> None:
    """Draw the loss at each power with the fits."""
    for sweep, look in looks.items():
        rows, line, color = points[points["sweep"] == sweep], curves[curves["sweep"] == sweep], look["color"]
        name = f"{sweep:g}".replace("-", "\N{MINUS SIGN}")
        panel.points(rows["T_K"], rows["value"], rows["error"], f"{sweep:g} dBm: points", label=name, **look)
        panel.line(line["T_K"], line["mu_free"], f"{sweep:g} dBm: µ free", color=color)
        panel.line(line["T_K"], line["stm"], f"{sweep:g} dBm: STM", color=color, linestyle="--", linewidth=0.7)
    panel.logarithmic("x")
    panel.axes.set(yscale="log", xlabel="$T$ (K)", ylabel="1/$Q_i$")
    low, high = points["value"].min(), points["value"].max()
    panel.axes.set_ylim(low / 1.5, high * (high / low) ** 0.35)
    panel.axes.legend(loc="upper right", ncols=3, title="power (dBm)", title_fontsize=7, columnspacing=0.8, handletextpad=0.1)


def _frequency(
    panel: style.Panel,
    members: Sequence[Mapping[str, Any]],
    points: pd.DataFrame,
    curves: pd.DataFrame,
    values: Mapping[str, float],
    looks: Sequence[Look],
) -> None:
    """Draw the frequency with the fits; that of several powers in their colors, relative to the fitted offset of each."""
    tables = [[table[table["dataset"] == member["name"]] for table in (points, curves)] for member in members]
    offsets = [values.get(f"offset [{member['name']}]", 0.0) if len(members) > 1 else 0.0 for member in members]
    base = min((rows["value"] - offset).min() for (rows, _), offset in zip(tables, offsets, strict=True))
    if not len(members) == len(looks) > 1:
        looks = [{"color": "black", "marker": "o"} | HOLLOW] * len(members)
    for k, (member, (rows, lines)) in enumerate(zip(members, tables, strict=True)):
        scaled, color = member["errors_scaled_by"], looks[k]["color"]
        several = f" ({member['name']})" if len(members) > 1 else ""
        shift, error = 1e6 * (rows["value"] - offsets[k] - base), 1e6 * rows["error"]
        label = ("points" + (f", errors × {report_text.format_value(scaled)}" if scaled != 1 else "")) if not several else ""
        panel.points(rows["T_K"], shift, error, f"f: points{several}", label=label, **looks[k])
        for name, label, line_style in (
            ("mu_free", "µ free", {"color": style.GREEN if not several else color}),
            ("stm", "STM", {"color": "black" if not several else color, "linestyle": "--", "linewidth": 0.8}),
        ):
            curve = 1e6 * (lines[name] - offsets[k] - base)
            panel.line(lines["T_K"], curve, f"f: {label}{several}", label=label if k == 0 else "", **line_style)
    panel.logarithmic("x")
    panel.axes.set(xlabel="$T$ (K)", ylabel="δf/f + constant ($10^{-6}$)")
    low, high = panel.axes.get_ylim()
    panel.axes.set_ylim(low, high + 0.1 * (high - low))  # room for the letter
    (rows, lines), *_ = tables
    begins_high = lines["mu_free"].iloc[0] - offsets[0] - base > 0.4 * (rows["value"].max() - offsets[0] - base)
    corner: dict[str, Any] = {"loc": "lower left"} if begins_high else {"loc": "upper left", "bbox_to_anchor": (0.08, 1.0)}
    panel.axes.legend(**corner)


def _residuals(panel: style.Panel, points: pd.DataFrame, looks: Mapping[float, Look], member: Mapping[str, Any]) -> None:
    """Draw the residuals of the loss relative to the fit with free µ."""
    systematic = member["systematic_uncorrelated"]
    if systematic:
        panel.axes.axhspan(-100 * systematic, 100 * systematic, color=style.GREY, alpha=0.25, linewidth=0)
    panel.axes.axhline(0, color="black", linewidth=0.6)
    for sweep, look in looks.items():
        rows = points[points["sweep"] == sweep]
        residual = 100 * (rows["value"] / rows["mu_free"] - 1)
        panel.points(rows["T_K"], residual, None, f"{sweep:g} dBm: residuals", **look)
    panel.logarithmic("x")
    low, high = panel.axes.get_ylim()
    panel.axes.set(
        ylim=(low, high + 0.12 * (high - low)), xlabel="$T$ (K)", ylabel="1/$Q_i$: points / fit \N{MINUS SIGN} 1 (%)"
    )


def _powers(panel: style.Panel, points: pd.DataFrame, powers: pd.DataFrame) -> None:
    """Draw the loss against the photon number at several temperatures."""
    for k, T in enumerate(np.unique(powers["T_K"])):
        color, marker = GREYS[k % len(GREYS)], style.MARKERS[k % 5]
        line = powers[powers["T_K"] == T]
        nearest = [part.iloc[np.argmin(np.abs(np.log(part["T_K"] / T)))] for _, part in points.groupby("sweep")]
        photons, value, error = ([float(row[name]) for row in nearest] for name in ("photons", "value", "error"))
        panel.points(photons, value, error, f"{T:.2g} K: points", color=color, marker=marker, label=f"{T:.2g} K")
        panel.line(line["photons"], line["mu_free"], f"{T:.2g} K: µ free", color=color)
    panel.axes.set(xscale="log", yscale="log", xlabel="photon number", ylabel="1/$Q_i$")
    panel.axes.legend(loc="lower left")
