"""n(E) and µ of dipoles and strain tensors against J0/h0, with those of normal factors and of pair stability."""

import numpy as np
import pandas as pd

from tlsglass.analysis import interaction_tables
from tlsglass.models.observable import J0_OVER_H0
from tlsglass.plotting import style
from tlsglass.report.tables import INTERACTION_LABELS

BLACK, SKY_BLUE = "#000000", "#56B4E9"
WHITE = {"markerfacecolor": "white"}
LOOKS = (  # in the order of the models of the configuration
    {"color": BLACK, "marker": "o"},
    {"color": BLACK, "marker": "o"} | WHITE,
    {"color": style.BLUE, "marker": "s"},
    {"color": SKY_BLUE, "marker": "s"},
    {"color": SKY_BLUE, "marker": "s"} | WHITE,
    {"color": style.GREEN, "marker": "^"},
    {"color": style.VERMILION, "marker": "D"},
    {"color": style.PURPLE, "marker": "v"},
    {"color": style.ORANGE, "marker": "P"},
)
SHOWN_J0_OVER_H0 = 0.3  # of n(E)
WEAKEST_RATIO = 0.1  # J0/h0 below which µ is too small for its ratio


def draw(values: pd.DataFrame, densities: pd.DataFrame, predictions: pd.DataFrame) -> style.Figure:
    """Return the figure from the tables interaction_values, interaction_densities and interaction_predictions."""
    figure = style.Figure(3, width="double", height=3.1)
    density, power, ratio = figure.panels
    lattices = interaction_tables.quoted_lattices(values)
    densities = interaction_tables.on_quoted_lattices(densities, lattices)
    densities = densities[np.isclose(densities[J0_OVER_H0], SHOWN_J0_OVER_H0)]
    first = interaction_tables.on_quoted_lattices(interaction_tables.first_mu(values), lattices)
    predictions = interaction_tables.on_quoted_lattices(predictions, lattices)
    predictions = predictions[predictions[J0_OVER_H0] >= WEAKEST_RATIO]
    models = list(dict.fromkeys(first["model"]))
    for k, (model, look) in enumerate(zip(models, LOOKS, strict=False)):
        label, shift = INTERACTION_LABELS.get(model, model), 1 + 0.012 * (k - len(models) / 2)
        rows = densities[densities["model"] == model]
        h0_K = (rows["J0_K"] / rows[J0_OVER_H0]).to_numpy()
        E = np.sqrt(rows["E_low_K"].clip(lower=rows["T_K"] / 4) * rows["E_high_K"]) / h0_K
        density.points(E, rows["n"] * h0_K, rows["n_err"] * h0_K, label, **look | {"linestyle": "-", "linewidth": 0.5})
        rows = first[first["model"] == model].sort_values(J0_OVER_H0)
        power.points(rows[J0_OVER_H0] * shift, rows["value"], rows["value_err"], label, label=label, **look)
        rows = predictions[predictions["model"] == model].sort_values(J0_OVER_H0)
        if k:
            x = rows[J0_OVER_H0]
            ratio.points(x * shift, rows["ratio"], rows["ratio_err"], f"{label}: simulated", **look)
            line = {"color": look["color"], "linewidth": 0.7, "linestyle": "--" if "markerfacecolor" in look else "-"}
            ratio.line(x, rows["predicted_ratio"], f"{label}: pair stability", **line)
    density.logarithmic("x", ticks=(1,))
    density.logarithmic("y")
    density.axes.set(xlabel="$E/h_0$", ylabel=f"$n h_0$ per site at $J_0/h_0$ = {SHOWN_J0_OVER_H0:g}")

    for panel in (power, ratio):
        panel.logarithmic("x", ticks=(1, 3))
        panel.axes.set_xlabel("$J_0/h_0$")
    power.axes.set_ylabel("$µ$ of $n ∝ E^µ$ on {:g}–{:g} K".format(*interaction_tables.first_window_K(values)))
    ratio.axes.set_ylabel("$µ$ relative to normal $c_{ij}$")
    ratio.axes.axhline(1, color=style.GREY, linewidth=0.6)
    figure.legend_outside(*power.axes.get_legend_handles_labels(), 4)
    for panel in (density, power):
        panel.letter_at()
    ratio.letter_at(0.97, ha="right")  # the left is full of points
    return figure
