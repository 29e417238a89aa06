"""(a) constant µ and (b) slope ratio of Fig. 3 against T0, for each upper end; (c) where all statements are true."""

from collections.abc import Mapping, Sequence

import matplotlib as mpl
import numpy as np
import pandas as pd
from matplotlib.lines import Line2D

from tlsglass.plotting import style

NAMES = {"mu": "constant $µ$", "slope_ratio": "slope ratio of $δv/v$"}
SHORT = {"mu": "$µ$", "slope_ratio": "slopes"}
DASHES = ("-", "--", ":")  # of couplings


def draw(crossover_map: pd.DataFrame, window_K: Sequence[float], crossover_K: Mapping[str, float]) -> style.Figure:
    """Return the figure from the table of all (T0, upper end)."""
    couplings, ends = sorted(crossover_map["J0_K"].unique()), sorted(crossover_map["T_max_K"].unique())
    colors = mpl.colormaps["viridis"](np.linspace(0, 0.92, len(ends)))

    figure = style.Figure(3, width="double", height=3.3, sharex=True)
    *curves, regions = figure.panels
    for panel, name in zip(curves, NAMES, strict=True):
        for J0, dashes in zip(couplings, DASHES, strict=False):
            rows_of_J0 = crossover_map[crossover_map["J0_K"] == J0]
            color = style.series_style(1, J0, couplings, [1])["color"]
            low, high = rows_of_J0[[f"{name}_low", f"{name}_high"]].iloc[0]
            panel.axes.axhspan(max(low, -3.2), high, color=color, alpha=0.18, linewidth=0)
            for shade, T_max in zip(colors, ends, strict=True):
                rows = rows_of_J0[rows_of_J0["T_max_K"] == T_max]
                panel.line(rows["T0_K"], rows[name], f"{name}: J0 = {J0:g} K, to {T_max:g} K", color=shade, linestyle=dashes)
        panel.axes.set_ylabel(NAMES[name])
    curves[1].axes.set_ylim(bottom=-3.2)
    _draw_regions(regions, crossover_map, couplings, ends)
    regions.axes.plot(crossover_K["matched_to_fig_3"], ends.index(window_K[1]), "*", color="black", markersize=7)
    for name, T0 in crossover_K.items():
        for panel in figure.panels:
            top = 0.86 if panel is regions else 1  # below the legend
            dashes = "-" if name == "matched_to_fig_3" else ":"
            panel.axes.axvline(T0, ymax=top, color="0.4", linewidth=0.6, linestyle=dashes, zorder=0)
    for panel in figure.panels:
        panel.axes.set_xlabel("$T_0$ (K)")
        panel.letter_above()
    lines = [Line2D([], [], color=shade, label=f"to {T_max:g} K") for shade, T_max in zip(colors, ends, strict=True)]
    lines += [
        Line2D([], [], color="0.3", linestyle=dashes, label=f"$J_0$ = {J0:g} K")
        for J0, dashes in zip(couplings, DASHES, strict=False)
    ]
    figure.legend_outside(lines, [line.get_label() for line in lines], len(lines))
    return figure


def _draw_regions(panel: style.Panel, crossover_map: pd.DataFrame, couplings: Sequence[float], ends: Sequence[float]) -> None:
    """Draw, in a row for each upper end, where each statement is true, and in gray where all are."""
    places = np.linspace(-0.27, 0.27, 2 * len(couplings))
    for k, T_max in enumerate(ends):
        at_end = crossover_map[crossover_map["T_max_K"] == T_max]
        all_holds = []
        for place, (J0, name) in zip(places, [(J0, name) for name in NAMES for J0 in couplings], strict=True):
            rows = at_end[at_end["J0_K"] == J0]
            holds = rows[f"{name}_holds"].to_numpy() == 1
            all_holds.append(holds)
            color = style.series_style(1, J0, couplings, [1])["color"]
            height = np.where(holds, k + place, np.nan)
            label = f"{SHORT[name]}, {J0:g} K" if k == 0 else None
            look = {"linewidth": 2.6 if name == "mu" else 1.2, "solid_capstyle": "butt", "color": color, "label": label}
            panel.line(rows["T0_K"], height, f"{name} holds: J0 = {J0:g} K, to {T_max:g} K", **look)
        step = np.diff(rows["T0_K"]).mean()
        for T0 in rows["T0_K"].to_numpy()[np.all(all_holds, axis=0)]:
            panel.axes.fill_between([T0 - step / 2, T0 + step / 2], k - 0.45, k + 0.45, color="0.8", linewidth=0, zorder=0)
    panel.rows([f"{T_max:g}" for T_max in ends])
    panel.axes.set(ylim=(len(ends) - 0.4, -1.6), ylabel="upper end of the window (K)")
    panel.axes.legend(loc="upper center", ncols=2, handlelength=1.4, columnspacing=1.2)
