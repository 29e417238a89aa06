"""(a) mean and (b) width of the pulls of every quoted number; with the right σ they are 0 and 1."""

import numpy as np
import pandas as pd

from tlsglass.analysis.quantities import entries
from tlsglass.plotting import style

SAMPLES = {"parts": "parts of the realizations", "halves": "first minus second half", "synthetic": "synthetic samples"}


def draw(pulls: pd.DataFrame, warm_K: float) -> style.Figure:
    """Return the figure from the table of pulls."""
    names = {quantity.name: quantity.text_at("symbol", warm_K) for quantity in entries("pull_place")}
    figure = style.Figure(2, width="double", height=2.7, sharey=True)
    mean, width = figure.panels
    for k, (sample, name) in enumerate(SAMPLES.items()):
        rows = pulls[pulls["sample"] == sample]
        height = np.array([list(names).index(quantity) for quantity in rows["quantity"]]) + 0.2 * (k - 1)
        color, marker = style.OTHER_STYLES[k]
        look = {"color": color, "marker": marker, "label": name}
        mean.bars(rows["mean"], height, rows["mean_err"], f"mean: {name}", **look)
        width.bars(rows["width"], height, rows["width_err"], f"width: {name}", **look)
    for panel, expected, label in ((mean, 0, "mean of the pulls"), (width, 1, "width of the pulls")):
        panel.axes.axvline(expected, color="0.5", linewidth=0.7, zorder=0)
        panel.axes.set_xlabel(label)
        panel.letter_above()
    mean.rows(list(names.values()))
    figure.legend_outside(*mean.axes.get_legend_handles_labels(), 3)
    return figure
