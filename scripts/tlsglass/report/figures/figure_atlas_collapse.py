"""n = T^µ f(E/T) below a tenth of J0, and the width of n at high energies, against J0/h0."""

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd

from tlsglass.models.observable import J0_OVER_H0
from tlsglass.plotting import style


def draw(couplings: pd.DataFrame, collapse: pd.DataFrame) -> style.Figure:
    """Return the figure from the tables atlas_couplings and atlas_collapse."""
    figure = style.Figure(2, width="double", height=2.8)
    scaled, width = figure.panels
    ratios = sorted(collapse[J0_OVER_H0].unique())
    temperatures = sorted(collapse["T_over_h0"].unique())
    colors = dict(zip(ratios, plt.get_cmap("viridis")(np.linspace(0, 0.85, len(ratios))), strict=True))
    for k, g in enumerate(ratios):
        rows_of_ratio = collapse[collapse[J0_OVER_H0] == g]
        shift = 1.6**k
        x = np.geomspace(0.1, rows_of_ratio["E_over_T"].max(), 100)
        mu = rows_of_ratio["mu"].iloc[0]
        name = f"J0/h0 = {g:g}"
        scaled.line(x, shift * (1 + x**2) ** (mu / 2), f"{name}: Eq. (3)", color=colors[g], linewidth=0.8)
        for T, rows in rows_of_ratio.groupby("T_over_h0"):
            marker = style.MARKERS[temperatures.index(T) % len(style.MARKERS)]
            look = {"color": colors[g], "marker": marker, "markersize": 2, "capsize": 0, "markerfacecolor": "white"}
            series = f"{name}, T = {T:g} h0, times {shift:.3g}"
            scaled.points(rows["E_over_T"], shift * rows["value"], shift * rows["value_err"], series, **look)
        scaled.axes.text(0.085, shift, f"{g:g}", ha="right", va="center", fontsize=7, color=colors[g])
    scaled.logarithmic("x", ticks=(1,))
    scaled.logarithmic("y")
    scaled.axes.set(xlim=(0.03, None), xlabel="$E/T$", ylabel="$n/(p\\,T^{µ})$, each shifted")
    scaled.axes.text(0.03, 0.97, "(a)  colors and numbers: $J_0/h_0$", transform=scaled.axes.transAxes, va="top", fontsize=7)
    free, simulated = (
        couplings[couplings["quantity"] == quantity].sort_values(J0_OVER_H0)
        for quantity in ("E0_random_spins_over_h0", "E0_over_h0")
    )
    label = "random spins"
    width.line(free[J0_OVER_H0], free["value"], label, label=label, color=style.GREY, linestyle="--")
    x, label = simulated[J0_OVER_H0], "simulated, $T$ = 0.002 $h_0$"
    width.points(x, simulated["value"], simulated["value_err"], label, label=label, color=style.BLUE, marker="o")
    width.axes.set(xlabel="$J_0/h_0$", ylabel="width $E_0/h_0$ of the Gaussian")
    width.axes.legend(loc="lower right")
    width.letter_at()
    return figure
