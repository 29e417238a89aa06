"""B(T), µ(T), α, β, and the slopes and the maximum of δv/v against J0/h0, from the spline of the atlas.

Dotted: annealed, if that differs from equilibrium.
"""

from typing import Any

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd

from tlsglass.model.parameters import H0_K
from tlsglass.models.observable import J0_OVER_H0
from tlsglass.plotting import style


def draw_band(
    panel: style.Panel, curves: pd.DataFrame, quantity: str, series: str, color: Any, T: float | None = None, **look: Any
) -> None:
    """Draw a quantity of the table atlas_curves, at a temperature if it has several, as a line with its standard error."""
    at_T = curves["T_over_h0"].isna() if T is None else curves["T_over_h0"] == T
    rows = curves[(curves["quantity"] == quantity) & at_T].dropna(subset=["value", J0_OVER_H0])
    g, value, error = (rows[name].to_numpy() for name in (J0_OVER_H0, "value", "value_err"))
    panel.band(g, value, value - error, value + error, series, color, **look)


def draw(curves: pd.DataFrame) -> style.Figure:
    """Return the figure from the table atlas_curves."""
    figure = style.Figure(6, width="double", height=4.2, rows=2)
    B, mu, reduction, exponents, ratio, maximum = figure.panels
    temperatures = sorted(curves["T_over_h0"].dropna().unique())
    colors = plt.get_cmap("viridis")(np.linspace(0, 0.85, len(temperatures)))

    def band(
        panel: style.Panel, quantity: str, color: Any, T: float | None = None, label: str | None = None, **line_style: Any
    ) -> None:
        """Draw a quantity with its error, and dotted as annealed."""
        series = quantity if T is None else f"{quantity}, T = {T:g} h0"
        draw_band(panel, curves, quantity, series, color, T, label=label, **line_style)
        annealed = curves[curves["quantity"] == f"{quantity}_annealed"].dropna(subset=["value"])
        if len(annealed):
            look = {"color": color, "linestyle": ":", "linewidth": 1}
            panel.line(annealed[J0_OVER_H0], annealed["value"], f"{series}, annealed", **look)

    for panel, quantity, label in (
        (B, "B", f"$B$ of Eq. (3) (1/K), $h_0$ = {H0_K:g} K"),
        (mu, "mu", "$µ$ of Eq. (3)"),
        (reduction, "reduction", "$1 - n/n(J_0 = 0)$ at $E = T$"),
    ):
        for T, color in zip(temperatures, colors, strict=True):
            band(panel, quantity, color, T, f"{T:g}")
        panel.axes.set_ylabel(label)
    reduction.logarithmic("x", "y")
    reduction.axes.set(xlim=(0.02, 1), ylim=(0.01, 1.2))
    g = np.array([0.02, 0.4])
    reduction.line(g, 1.6 * g, "proportional to J0/h0", color=style.GREY, linestyle=":", label="∝ $J_0/h_0$")
    B.axes.legend(title="$T/h_0$", title_fontsize=7, loc="upper right")
    band(exponents, "alpha", style.BLUE, label="$α$")
    band(exponents, "beta", style.VERMILION, label="$β$", linestyle="--")
    exponents.axes.legend(loc="upper left", bbox_to_anchor=(0.08, 1))
    exponents.axes.set_ylabel("exponents of $C$ and $κ$")
    band(ratio, "slope_ratio", style.GREEN)
    free = curves[(curves["quantity"] == "slope_ratio") & (curves[J0_OVER_H0] == 0)]["value"].iloc[0]
    ratio.axes.axhline(free, color=style.GREY, linewidth=0.6, linestyle="--")
    ratio.axes.text(0.98, free - 0.06, "no interactions", ha="right", va="top", color=style.GREY, fontsize=7)
    ratio.axes.set_ylabel("slope ratio of $δv/v$")
    band(maximum, "maximum_over_T0", style.PURPLE)
    maximum.axes.set_ylabel("$T_{\\mathrm{max}}/T_0$ of $δv/v$")
    for panel in figure.panels:
        panel.axes.set_xlabel("$J_0/h_0$")
        panel.letter_above()
    return figure
