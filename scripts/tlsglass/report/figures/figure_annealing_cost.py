"""The cost of annealing against J0/h0: energy, n at low E, µ(T → 0), and the temperature at which valleys freeze."""

from collections.abc import Sequence
from typing import Any

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
    panels = zip(figure.panels, ("energy_per_spin_K", "n_below_tenth_h0", "mu_below_J0", "freezing_K"), strict=True)
    for panel, quantity in panels:
        rows = cost[(cost["quantity"] == quantity) & (cost["T_K"].isna() | (cost["T_K"] == coldest))]
        for k, L in enumerate(sizes):
            for order, count in enumerate(sweeps):
                group = rows[(rows["L"] == L) & (rows["sweeps"] == count)].sort_values("J0_K")
                if group.empty:
                    continue
                offset = 0.014 * (2 * k + order - 1.5)
                x, label = group["J0_K"] / h0_K + offset, f"$L$ = {L:g}, {count:g} sweeps"
                look = {"color": style.PALETTE[k], "marker": style.MARKERS[order]} | (HOLLOW if order else {})
                _draw(panel, quantity, x, group, label, look, h0_K)
            if quantity == "mu_below_J0":
                group = rows[(rows["L"] == L) & (rows["sweeps"] == sweeps[0])].sort_values("J0_K")
                look = {"color": "black", "marker": style.MARKERS[2 + k], "markerfacecolor": "white"}
                x = group["J0_K"] / h0_K + 0.035 * (2 * k - 1)
                panel.points(x, group["tempered"], group["tempered_err"], f"{quantity}, equilibrium, L = {L:g}",
                             label=f"$L$ = {L:g}, equilibrium", **look)  # fmt: skip
        panel.axes.set(xlabel="$J_0/h_0$", xlim=(0, 1.1 * np.max(cost["J0_K"]) / h0_K))
        panel.letter_at()
    low, high = (labels.format_multiple(end, "J_0").replace(" ", "\\,") for end in window_J0)
    axis_labels = (
        f"excess energy per spin,\n$T$ = {1000 * coldest:g} mK (mK)",
        f"excess of $n(E < h_0/10)$,\n$T$ = {1000 * coldest:g} mK (%)",
        f"$µ$ of $n \\propto E^µ$, ${low} < E < {high}$",
        "valleys freeze at $T/h_0$",
    )
    for panel, label in zip(figure.panels, axis_labels, strict=True):
        panel.axes.set_ylabel(label)
    figure.panels[0].logarithmic("y", ticks=(1,))
    figure.panels[1].axes.axhline(0, color="0.5", linewidth=0.6, zorder=0)
    figure.panels[0].axes.legend(loc="lower right")
    figure.panels[2].axes.legend(loc="lower right")
    return figure


def _draw(
    panel: style.Panel, quantity: str, x: pd.Series, rows: pd.DataFrame, label: str, look: dict[str, Any], h0_K: float
) -> None:
    """Draw the rows of one quantity in the units of its panel."""
    if quantity == "energy_per_spin_K":
        y, error = 1000 * rows["difference"], 1000 * rows["difference_err"]
    elif quantity == "n_below_tenth_h0":
        y, error = 100 * rows["relative"], 100 * rows["relative_err"]
    elif quantity == "freezing_K":
        y, error = rows["value"] / h0_K, rows["value_err"] / h0_K
    else:
        y, error = rows["value"], rows["value_err"]
    panel.points(x, y, error, f"{quantity}, {label}", label=label, **look)
