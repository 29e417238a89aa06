"""n(T, E) of annealing and of equilibrium at the coldest rung, and their ratio, for a weak and for a strong coupling."""

from collections.abc import Iterable

import numpy as np
import pandas as pd

from tlsglass.plotting import style

LOOKS = ({"color": style.VERMILION, "marker": "s"}, {"color": style.ORANGE, "marker": "o", "markerfacecolor": "white"})


def weak_and_strong(J0_values_K: Iterable[float], h0_K: float) -> list[float]:
    """Return the J0 nearest to 0.3 h0 and the largest J0, or only one if these are the same."""
    values = list(J0_values_K)
    return sorted({min(values, key=lambda J0_K: abs(J0_K / h0_K - 0.3)), max(values)})


def draw(densities: pd.DataFrame, h0_K: float) -> style.Figure:
    """Return the figure; of each J0 the largest certified lattice is shown, or else the largest."""
    couplings = weak_and_strong(densities["J0_K"].unique().tolist(), h0_K)
    figure = style.Figure(2 * len(couplings), width="double", height=4.0, rows=2, sharex="col")
    for k, J0_K in enumerate(couplings):
        above, below = figure.panels[k], figure.panels[k + len(couplings)]
        shown = densities[densities["J0_K"] == J0_K].sort_values(["certified", "L"]).iloc[-1]
        rows = densities[(densities["J0_K"] == J0_K) & (densities["L"] == shown["L"])]
        J0 = f"$J_0/h_0$ = {J0_K / h0_K:g}"
        for order, ((sweeps, annealed), look) in enumerate(zip(rows.groupby("sweeps"), LOOKS, strict=False)):
            E, label, shift = annealed["E_K"], f"annealed, {sweeps} sweeps", 1.04 ** (2 * order - 1)
            if order == 0:
                above.line(E, annealed["n_tempered"], f"{J0}: equilibrium", color="black", label="equilibrium")
            above.points(shift * E, annealed["n_annealed"], annealed["n_annealed_err"], f"{J0}: {label}", label=label, **look)
            below.points(shift * E, annealed["ratio"], annealed["ratio_err"], f"{J0}: {label}, ratio", **look)
        above.logarithmic("x", "y")
        below.logarithmic("x", ticks=(1,))
        below.axes.axhline(1, color="0.5", linewidth=0.6, zorder=0)
        title = f"{J0}, $L$ = {shown['L']:g}, $T$ = {1000 * shown['T_K']:g} mK"
        above.axes.set_title(title if shown["certified"] else f"{title} (not certified)", fontsize=8, pad=3)
        below.axes.set_xlabel("$E$ (K)")
        above.letter_at(0.03, 0.97)
        below.letter_at(0.97, 0.97, ha="right")
        low, high = np.nanmin(rows["ratio"]), np.nanmax(rows["ratio"])
        below.axes.set_ylim(1 - 1.3 * max(1 - low, 0.08), 1 + 1.3 * max(high - 1, 0.08))
    figure.panels[0].axes.set_ylabel("$n(T, E)$ (1/K per site)")
    figure.panels[len(couplings)].axes.set_ylabel("annealed / equilibrium")
    figure.panels[0].axes.legend(loc="lower left")
    return figure
