"""J0/h0 of every dataset, and µ against J0/h0 beside the laws of the atlas."""

import re

import numpy as np

from tlsglass.plotting import style

FAINT, THICK, THIN = 0.5, 1.6, 0.6
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


def draw(materials, curves):
    shown = materials[materials["J0_over_h0"].notna() & ~materials["is_control"]]
    shown = shown.sort_values(["provenance", "J0_over_h0"]).reset_index(drop=True)
    figure = style.Figure(2, width="double", height=0.9 + 0.2 * max(len(shown), 8), width_ratios=[1.15, 1])
    forest, law = figure.panels
    forest.rows([_label(row) for row in shown.itertuples()])
    for y, row in enumerate(shown.itertuples()):
        _row(forest, y, row)
    forest.axes.set_xlim(0, 1.02)
    forest.axes.set_xlabel("$J_0/h_0$")
    for provenance, (colour, marker) in LOOKS.items():
        if (shown["provenance"] == provenance).any():
            look = {"color": colour, "marker": marker, "markerfacecolor": _face(provenance, colour), "linestyle": "none"}
            forest.axes.plot([], [], label=provenance, **look)
    forest.axes.plot([], [], color="black", linewidth=THICK, label="68 %")
    forest.axes.plot([], [], color="black", linewidth=THIN, label="$h_0$ half and twice")
    forest.legend_above(2)

    for quantity, label, colour in (("alpha", "$α$, of $C$", style.GREY), ("beta", "$β$, of $κ$", style.PURPLE)):
        own = curves[curves["quantity"] == quantity].dropna(subset=["value", "J0_over_h0"])
        g, value, error = (own[name].to_numpy() for name in ("J0_over_h0", "value", "value_err"))
        law.axes.fill_between(g, value - error, value + error, color=colour, alpha=0.25, linewidth=0)
        law.line(g, value, f"{quantity}, atlas", color=colour, label=label, linestyle="-" if quantity == "alpha" else "--")
    known = (shown["J0_over_h0_state"] == "interval") & (shown["mu_state"] == "interval")
    held = shown[known & ~shown["mu_rejected"] & ~shown["atlas_rejected"].astype(bool)]
    for provenance, (colour, marker) in LOOKS.items():
        own = held[held["provenance"] == provenance]
        look = {"marker": marker, "color": colour, "markerfacecolor": _face(provenance, colour)}
        law.axes.errorbar(
            own["J0_over_h0"], own["mu"], xerr=own["J0_over_h0_err"], linestyle="none", elinewidth=0.6, color=colour
        )
        law.points(own["J0_over_h0"], own["mu"], own["mu_err"], f"µ of Eq. (3), {provenance}", **look)
    highest = min(1.02, max([0.3, *(1.15 * (held["J0_over_h0"] + held["J0_over_h0_err"]))]))
    law.axes.set_xlim(0, highest)
    law.axes.set_ylim(min(0.0, *(held["mu"] - 1.2 * held["mu_err"]), 0.0), max([0.3, *(1.1 * (held["mu"] + held["mu_err"]))]))
    law.axes.set_xlabel("$J_0/h_0$")
    law.axes.set_ylabel("µ of the points, $α$ and $β$ of the atlas")
    law.legend_above(2, title="0.1–1 K, $h_0$ = 10 K")
    for panel in figure.panels:
        panel.letter_at(0.97, 0.97, ha="right")
    return figure


def _face(provenance, colour):
    return "white" if provenance == "reconstructed" else colour


def _label(row):
    material = re.sub(r" \(.*\)$", "", row.material.split(", ")[0]).replace("carbon-fibre ", "CFRP ")
    if isinstance(row.label, str) and "Hz" not in row.label:
        material += f", {row.label}"
    return f"{material}: {SHORT.get(row.observable, row.observable)}"


def _row(panel, y, row):
    """Draw J0/h0 with its interval, thin the factor of two in h0; limits as arrows; and where the atlas misses the points."""
    colour, marker = LOOKS[row.provenance]
    void = bool(row.atlas_rejected)
    alpha = FAINT if void else 1.0
    series = f"{row.dataset}: {row.J0_over_h0_state}" + (", void" if void else "")
    right = 0.0  # where words may begin
    if row.J0_over_h0_state in ("upper limit", "lower limit"):
        upper = row.J0_over_h0_state == "upper limit"
        end = row.J0_over_h0_high_95 if upper else row.J0_over_h0_low_95
        right = end if upper else 1.0
        panel.axes.annotate(
            "",
            (0.0 if upper else 1.0, y),
            (end, y),
            arrowprops={"arrowstyle": "->", "color": colour, "alpha": alpha, "linewidth": 0.9},
        )
        panel.bars([end], [y], None, series, marker="|", color=colour, alpha=alpha, markersize=6)
    elif row.J0_over_h0_state == "not constrained":
        panel.axes.plot([0, 1], [y, y], color=colour, linestyle=":", linewidth=0.9, alpha=alpha)
        panel.axes.text(0.5, y - 0.13, "not constrained", ha="center", va="bottom", fontsize=7, color=colour, in_layout=False)
        panel.bars([np.nan], [y], None, series, marker=marker, color=colour)
    else:
        low, high = row.J0_over_h0 + row.J0_over_h0_h0_down, row.J0_over_h0 + row.J0_over_h0_h0_up
        right = max(high, row.J0_over_h0_high)
        panel.axes.plot([low, high], [y, y], color=colour, linewidth=THIN, alpha=alpha)
        ends = np.array([[row.J0_over_h0 - row.J0_over_h0_low], [row.J0_over_h0_high - row.J0_over_h0]]).clip(0)
        panel.axes.errorbar([row.J0_over_h0], [y], xerr=ends, color=colour, linewidth=THICK, linestyle="none", alpha=alpha)
        face = _face(row.provenance, colour)
        panel.bars([row.J0_over_h0], [y], None, series, marker=marker, color=colour, markerfacecolor=face, alpha=alpha)
    if void:
        beside = right < 0.6
        x, height, place = (right + 0.03, y, "left") if beside else (row.J0_over_h0, y - 0.13, "center")
        words = {"ha": place, "va": "center" if beside else "bottom", "fontsize": 7, "color": "0.35"}
        panel.axes.text(x, height, "atlas misses the points", in_layout=False, **words)
