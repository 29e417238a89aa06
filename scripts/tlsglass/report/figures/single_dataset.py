"""One dataset: its points and fits with residuals, µ and J0/h0 against the window, and the parameter tied most to µ."""

from collections.abc import Mapping, Sequence
from typing import Any

import pandas as pd

from tlsglass.models.observable import J0_OVER_H0
from tlsglass.plotting import data_panel, style, window_panel


def draw(
    fits: Sequence[Mapping[str, Any]],
    points: Sequence[pd.DataFrame],
    curves: Sequence[pd.DataFrame],
    windows: Sequence[pd.DataFrame],
    panels: Sequence[int] = (1,),
) -> style.Figure:
    """Return the figure; each argument has one item, that of the dataset."""
    (fit,), (scan,) = fits, windows
    scanned = [name for name in ("mu", J0_OVER_H0) if name in scan and scan[name].notna().any()]
    tied = window_panel.most_correlated_parameter(fit) is not None
    figure = style.Figure.for_fit(len(scanned), tied)
    remaining = iter(figure.panels)
    data_panel.draw_data_and_fits(next(remaining), [(fit, points[0], curves[0])], alone=True)
    stacked = [next(remaining) for _ in scanned]
    due = set()
    for panel, name in zip(stacked, scanned, strict=True):
        due |= window_panel.draw_window_scan(panel, fit, scan, name)
    for panel in stacked[:-1]:
        panel.axes.set_xlabel("")
    if stacked:
        window_panel.draw_window_legend(stacked[0], fit, scan, due)
    if tied:
        window_panel.draw_correlation(next(remaining), fit)
    for panel in figure.panels:
        panel.letter_left_of_legend()
    _name_crosses(figure.panels[0])
    return figure


def _name_crosses(panel: style.Panel) -> None:
    """Put the crosses of the residuals of the STM on its entry of the legend, which has no room for another line."""
    crosses = [line for line in panel.residual_panel.axes.get_lines() if line.get_marker() == "x"]
    legend = panel.axes.get_legend()
    for handle, text in zip(legend.legend_handles, legend.get_texts(), strict=True):
        if crosses and text.get_text().startswith("STM"):
            handle.set(marker="x", markersize=4, markeredgecolor=crosses[0].get_color())
