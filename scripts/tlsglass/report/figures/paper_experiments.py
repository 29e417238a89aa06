"""Figs. 4-6: measured or reconstructed points with their fits, one or two datasets in a panel."""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import pandas as pd

from tlsglass.plotting import data_panel, style


def draw(
    fits: Sequence[Mapping[str, Any]],
    points: Sequence[pd.DataFrame],
    curves: Sequence[pd.DataFrame],
    windows: Sequence[pd.DataFrame],
    panels: Sequence[int],
) -> style.Figure:
    """Return the figure; ``panels`` are the numbers of datasets in each panel, the other arguments have one item for each."""
    results = list(zip(fits, points, curves, strict=True))
    figure = style.Figure(len(panels), width="single" if len(panels) == 1 else "double", height=2.6)
    for panel, end, n in zip(figure.panels, np.cumsum(panels), panels, strict=True):
        data_panel.draw_data_and_fits(panel, results[end - n : end])
        if len(panels) > 1:
            panel.letter_at(-0.02, 1.02, ha="right", va="bottom")  # beside the legend: points and fits fill the axes
    return figure
