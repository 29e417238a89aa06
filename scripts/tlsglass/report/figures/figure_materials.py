"""J0/h0 of every dataset, and µ against J0/h0 with the laws of the atlas."""

import re
from typing import Any

import numpy as np
import pandas as pd

from tlsglass.base import escape
from tlsglass.fitting.fit import ParameterState
from tlsglass.model.parameters import H0_K
from tlsglass.models.observable import J0_OVER_H0
from tlsglass.plotting import style
from tlsglass.report.figures.figure_atlas_laws import draw_band
from tlsglass.report.tables import interaction_columns, interaction_label

FAINT, THICK, THIN = 0.5, 1.6, 0.6
INTERACTION_MARKERS = ("D", "v", "P", "X", "*")  # of J0/h0 with other interactions than normal c_ij
LOOKS = {"measured": (style.BLUE, "o"), "digitised": (style.GREEN, "^"), "reconstructed": (style.ORANGE, "s")}
SHORT = {
    "thermal_conductivity": "κ",
    "specific_heat": "C",
    "sound_velocity": "δv/v",
    "dielectric_constant": "δε/ε",
    "internal_friction": "Q⁻¹",
    "resonator_frequency": "δf/f",
    "resonator_loss": "1/Q",
}


def draw(materials: pd.DataFrame, curves: pd.DataFrame) -> style.Figure:
    """Return the figure from the tables materials and atlas_curves."""
    shown = materials[materials[J0_OVER_H0].notna() & ~materials["is_control"]]
    shown = shown.sort_values(["provenance", J0_OVER_H0]).reset_index(drop=True)
    figure = style.Figure(2, width="double", height=0.9 + 0.2 * max(len(shown), 8), width_ratios=[1.15, 1])
    forest, law = figure.panels
    forest.rows([_row_label(row) for row in shown.itertuples()])
    right = _right_end(shown)
    for y, row in enumerate(shown.itertuples()):
        _draw_material(forest, y, row, right)
    forest.axes.set_xlim(0, right)
    forest.axes.set_ylim(len(shown) - 0.4, -1.1)  # leaves a line for the letter above the first row
    forest.axes.set_xlabel("$J_0/h_0$")
    for provenance, (color, marker) in LOOKS.items():
        if (shown["provenance"] == provenance).any():
            look = {"color": color, "marker": marker, "markerfacecolor": _face_color(provenance, color), "linestyle": "none"}
            forest.axes.plot([], [], label=provenance, **look)
    forest.axes.plot([], [], color="black", linewidth=THICK, label="68 %")
    forest.axes.plot([], [], color="black", linewidth=THIN, label="$h_0$ half and twice")
    for marker, interaction in zip(INTERACTION_MARKERS, interaction_columns(shown.columns), strict=False):
        look = {"color": style.GREY, "marker": marker, "markersize": 4, "linestyle": "none", "markerfacecolor": "none"}
        forest.axes.plot([], [], label=interaction_label(interaction), **look)
    forest.legend_above(1 if figure.is_narrow else 2)

    for quantity, label, color in (("alpha", "$α$, of $C$", style.GREY), ("beta", "$β$, of $κ$", style.PURPLE)):
        line_style = "-" if quantity == "alpha" else "--"
        draw_band(law, curves, quantity, f"{quantity}, atlas", color, label=label, linestyle=line_style)
    known = (shown[[f"{J0_OVER_H0}_state", "mu_state"]] == ParameterState.INTERVAL).all(axis=1)
    constrained = shown[known & ~shown["mu_rejected"] & ~shown["atlas_rejected"].astype(bool)]
    for provenance, (color, marker) in LOOKS.items():
        rows = constrained[constrained["provenance"] == provenance]
        look = {"marker": marker, "color": color, "markerfacecolor": _face_color(provenance, color)}
        law.axes.errorbar(
            rows[J0_OVER_H0], rows["mu"], xerr=rows[f"{J0_OVER_H0}_err"], linestyle="none", elinewidth=0.6, color=color
        )
        law.points(rows[J0_OVER_H0], rows["mu"], rows["mu_err"], f"µ of Eq. (3), {provenance}", **look)
    highest = min(1.02, max([0.3, *(1.15 * (constrained[J0_OVER_H0] + constrained[f"{J0_OVER_H0}_err"]))]))
    law.axes.set_xlim(0, highest)
    law.axes.set_ylim(
        min(0.0, *(constrained["mu"] - 1.2 * constrained["mu_err"]), 0.0),
        max([0.3, *(1.1 * (constrained["mu"] + constrained["mu_err"]))]),
    )
    law.axes.set(xlabel="$J_0/h_0$", ylabel="µ of the points, $α$ and $β$ of the atlas")
    law.legend_above(2, title=f"0.1–1 K, $h_0$ = {H0_K:g} K")
    for panel in figure.panels:
        panel.letter_at(0.97, 0.97, ha="right")
    return figure


def _face_color(provenance: str, color: str) -> str:
    """Return the face color of a marker, white for reconstructed points."""
    return "white" if provenance == "reconstructed" else color


def _right_end(shown: pd.DataFrame) -> float:
    """Return the end of the axis of J0/h0: behind all intervals and limits, at most that of the atlas."""
    state = shown[f"{J0_OVER_H0}_state"]
    interval = state == ParameterState.INTERVAL
    further = shown[list(interaction_columns(shown.columns).values())].max(axis=1)
    ends = [
        (shown[J0_OVER_H0] + shown[f"{J0_OVER_H0}_h0_up"])[interval],
        shown[f"{J0_OVER_H0}_high"][interval],
        further[interval],
        shown[f"{J0_OVER_H0}_high_95"][state == ParameterState.UPPER_LIMIT],
        shown[f"{J0_OVER_H0}_low_95"][state == ParameterState.LOWER_LIMIT],
    ]
    return float(min(1.02, 1.25 * pd.concat(ends).max()))


def _row_label(row: Any) -> str:
    """Return the name of a row: material, label and observable."""
    material = re.sub(r" \(.*\)$", "", row.material.split(", ")[0]).replace("carbon-fibre ", "CFRP ")
    if isinstance(row.label, str):
        material += f", {row.label}"
    return f"{escape.to_mathtext(material, 60)}: {SHORT.get(row.observable, row.observable)}"


def _draw_material(panel: style.Panel, y: float, row: Any, right: float) -> None:
    """Draw J0/h0 with its interval, thin for a factor of two in h0; a limit is an arrow. ``right`` is the end of the axis."""
    color, marker = LOOKS[row.provenance]
    rejected = bool(row.atlas_rejected)
    alpha = FAINT if rejected else 1.0
    series = f"{row.dataset}: {row.J0_over_h0_state}" + (", void" if rejected else "")
    text_from = 0.0  # where text may begin
    if row.J0_over_h0_state in (ParameterState.UPPER_LIMIT, ParameterState.LOWER_LIMIT):
        upper = row.J0_over_h0_state == ParameterState.UPPER_LIMIT
        end = row.J0_over_h0_high_95 if upper else row.J0_over_h0_low_95
        text_from = end if upper else right
        arrow = {"arrowstyle": "->", "color": color, "alpha": alpha, "linewidth": 0.9}
        panel.axes.annotate("", (0.0 if upper else right, y), (end, y), arrowprops=arrow)
        panel.bars([end], [y], None, series, marker="|", color=color, alpha=alpha, markersize=6)
    elif row.J0_over_h0_state == ParameterState.NOT_CONSTRAINED:
        panel.axes.plot([0, right], [y, y], color=color, linestyle=":", linewidth=0.9, alpha=alpha)
        text = ParameterState.NOT_CONSTRAINED
        panel.axes.text(right / 2, y - 0.13, text, ha="center", va="bottom", fontsize=7, color=color, in_layout=False)
        panel.bars([np.nan], [y], None, series, marker=marker, color=color)
    else:
        low, high = row.J0_over_h0 + row.J0_over_h0_h0_down, row.J0_over_h0 + row.J0_over_h0_h0_up
        text_from = max(high, row.J0_over_h0_high)
        panel.axes.plot([low, high], [y, y], color=color, linewidth=THIN, alpha=alpha)
        columns = interaction_columns(row._fields)
        for mark, (name, column) in zip(INTERACTION_MARKERS, columns.items(), strict=False):
            hollow = {"marker": mark, "color": style.GREY, "markerfacecolor": "none", "markersize": 4, "alpha": alpha}
            panel.bars([getattr(row, column)], [y], None, f"{row.dataset}: {name}", **hollow)
            text_from = max(text_from, np.nan_to_num(getattr(row, column)))
        ends = np.array([[row.J0_over_h0 - row.J0_over_h0_low], [row.J0_over_h0_high - row.J0_over_h0]]).clip(0)
        panel.axes.errorbar([row.J0_over_h0], [y], xerr=ends, color=color, linewidth=THICK, linestyle="none", alpha=alpha)
        face = _face_color(row.provenance, color)
        panel.bars([row.J0_over_h0], [y], None, series, marker=marker, color=color, markerfacecolor=face, alpha=alpha)
    if rejected:
        has_room = text_from < 0.6 * right
        x, height, alignment = (text_from + 0.03 * right, y, "left") if has_room else (row.J0_over_h0, y - 0.13, "center")
        text_style = {"ha": alignment, "va": "center" if has_room else "bottom", "fontsize": 7, "color": "0.35"}
        panel.axes.text(x, height, "atlas misses the points", in_layout=False, **text_style)
