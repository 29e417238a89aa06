"""The share of annealed states that a single flip or the flip of a pair would lower."""

import pandas as pd

from tlsglass.plotting import style

KINDS = {
    "share_unstable_spins": "one flip lowers the energy",
    "share_unstable_pairs": "a pair's flip lowers the energy",
    "share_unstable_after": "after relaxation: either",
}


def draw(stability: pd.DataFrame, quench_K: float) -> style.Figure:
    """Return the figure from the table of stability."""
    figure = style.Figure(width="single", height=2.3)
    (panel,) = figure.panels
    for k, (column, name) in enumerate(KINDS.items()):
        height = [position + 0.2 * (k - 1) for position in range(len(stability))]
        color, marker = style.OTHER_STYLES[k]
        look = {"color": color, "marker": marker, "label": name}
        panel.bars(100 * stability[column], height, 100 * stability[f"{column}_err"], name, **look)
    panel.rows([f"$L$ = {row.L}, $J_0$ = {row.J0_K:g} K" for row in stability.itertuples()])
    panel.axes.set(
        xlabel="share of the states at 2 µK (%)" if quench_K == 2e-6 else "share of the quenched states (%)", xlim=(-2, None)
    )
    figure.legend_outside(*panel.axes.get_legend_handles_labels(), 1)
    return figure
