"""How far one changed choice of model or protocol moves µ and B, realization by realization."""

from collections.abc import Mapping, Sequence
from typing import Any

import pandas as pd

from tlsglass.plotting import style

WORDS = {
    "cutoff": "cutoff C = {:g}".format,
    "scale": "all energies × {:g}".format,
    "sweeps": "{} sweeps".format,
    "ladder": "{} ladder".format,
    "dynamics": {"heat_bath": "heat bath", "metropolis": "Metropolis"}.get,
}


def describe(change: Mapping[str, Any]) -> str:
    """Return the text of a variant: what it changes, and the set that it is compared with."""
    L, J0 = change["L"], change["J0_K"]
    changes = ", ".join(word(change[key]) for key, word in WORDS.items() if key in change)
    return f"{changes} ($L$ = {L}, $J_0$ = {J0:g} K)"


def draw(
    variants: pd.DataFrame,
    changes: Mapping[str, Mapping[str, Any]],
    couplings: Sequence[float],
    sizes: Sequence[int],
    warm_K: float,
) -> style.Figure:
    """Return the figure; ``variants`` is the table of all variants, ``changes`` their entries in the configuration."""
    names = list(variants["variant"].drop_duplicates())
    set_of = {name: (changes[name]["L"], changes[name]["J0_K"]) for name in names}
    figure = style.Figure(3, width="double", height=0.75 + 0.22 * len(names), sharey=True)
    for panel, (quantity, column, scale, label) in zip(
        figure.panels,
        [
            ("mu_zero_temperature", "difference", 1.0, "change of $µ(T → 0)$"),
            ("mu", "difference", 1.0, f"change of $µ$({warm_K:g} K)"),
            ("B", "relative", 100.0, f"change of $B$({warm_K:g} K) (%)"),
        ],
        strict=True,
    ):
        rows = variants[variants["quantity"] == quantity].set_index("variant").loc[names]
        for L, J0 in sorted(set(set_of.values())):
            variants_of_set = [name for name in names if set_of[name] == (L, J0)]
            heights = [names.index(name) for name in variants_of_set]
            look = style.series_style(L, J0, couplings, sizes)
            value, error = scale * rows.loc[variants_of_set, column], scale * rows.loc[variants_of_set, f"{column}_err"]
            panel.bars(value, heights, error, f"{quantity}: {column}, L = {L}, J0 = {J0:g} K", **look)
        panel.axes.axvline(0, color="0.5", linewidth=0.7, zorder=0)
        panel.axes.set_xlabel(label)
        panel.letter_above()
    figure.panels[0].rows([describe(changes[name]) for name in names])
    return figure
