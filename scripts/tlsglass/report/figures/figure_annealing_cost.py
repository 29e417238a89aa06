"""The cost of annealing against J0/h0: energy, n at low E, µ(T → 0), and the temperature at which valleys freeze."""

from collections.abc import Sequence

import numpy as np
import pandas as pd

from tlsglass.base import labels
from tlsglass.plotting import style

HOLLOW = {"markerfacecolor": "white"}


def draw(cost: pd.DataFrame, h0_K: float, window_J0: Sequence[float]) -> style.Figure:
    """Return the figure; ``cost`` is the table of all sets, of which those that are not certified are left out."""
    cost = cost[cost["certified"] == 1]
    if cost.empty:
        figure = style.Figure()
        figure.panels[0].axes.text(0.5, 0.5, "no set is certified", ha="center", va="center")
        figure.panels[0].axes.set_axis_off()
        return figure
    coldest = cost["T_K"].min()
    figure = style.Figure(4, width="double", height=4.4, rows=2)
    sizes, sweeps = sorted(cost["L"].unique()), sorted(cost["sweeps"].unique())
    low, high = (labels.format_multiple(end, "J_0").replace(" ", "\\,") for end in window_J0)
    shown = (  # of each panel: quantity, column, unit of the axis, label
        ("energy_per_spin_K", "difference", 1e-3, f"excess energy per spin,\n$T$ = {1000 * coldest:g} mK (mK)"),
        ("n_below_tenth_h0", "relative", 0.01, f"excess of $n(E < h_0/10)$,\n$T$ = {1000 * coldest:g} mK (%)"),
        ("mu_below_J0", "value", 1, f"$µ$ of $n \\propto E^µ$, ${low} < E < {high}$"),
        ("freezing_K", "value", h0_K, "valleys freeze at $T/h_0$"),
    )
    for panel, (quantity, column, unit, axis_label) in zip(figure.panels, shown, strict=True):
        rows = cost[(cost["quantity"] == quantity) & (cost["T_K"].isna() | (cost["T_K"] == coldest))]
        for k, L in enumerate(sizes):
            for order, count in enumerate(sweeps):
                group = rows[(rows["L"] == L) & (rows["sweeps"] == count)].sort_values("J0_K")
                if group.empty:
                    continue
                offset = 0.014 * (2 * k + order - 1.5)
                x, label = group["J0_K"] / h0_K + offset, f"$L$ = {L:g}, {count:g} sweeps"
                look = {"color": style.PALETTE[k], "marker": style.MARKERS[order]} | (HOLLOW if order else {})
                y, error = group[column] / unit, group[f"{column}_err"] / unit
                panel.points(x, y, error, f"{quantity}, {label}", label=label, **look)
            if quantity == "mu_below_J0":
                group = rows[(rows["L"] == L) & (rows["sweeps"] == sweeps[0])].sort_values("J0_K")
                look = {"color": "black", "marker": style.MARKERS[2 + k]} | HOLLOW
                x, label = group["J0_K"] / h0_K + 0.035 * (2 * k - 1), f"$L$ = {L:g}, equilibrium"
                series = f"{quantity}, equilibrium, L = {L:g}"
                panel.points(x, group["tempered"], group["tempered_err"], series, label=label, **look)
        panel.axes.set(xlabel="$J_0/h_0$", xlim=(0, 1.1 * np.max(cost["J0_K"]) / h0_K), ylabel=axis_label)
        panel.letter_at()
    figure.panels[0].logarithmic("y", ticks=(1,))
    figure.panels[1].axes.axhline(0, color="0.5", linewidth=0.6, zorder=0)
    figure.panels[0].axes.legend(loc="lower right")
    figure.panels[2].axes.legend(loc="lower right")
    return figure
