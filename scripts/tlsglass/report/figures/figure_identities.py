"""Both Gaussian identities against temperature: satisfied by exchange of two copies, violated by two anneals."""

import pandas as pd

from tlsglass.plotting import style
from tlsglass.report.figures.figure_equilibrium import weak_and_strong

KINDS = {"field": "$T\\,|[\\langle H_h\\rangle]|/N$", "coupling": "$T\\,|[\\langle H_J\\rangle]|/N$"}


def draw(identities: pd.DataFrame, h0_K: float) -> style.Figure:
    """Return the figure; of the sets with two anneals, a weak and the strongest coupling are shown, each of its largest L."""
    compared = identities[identities["method"] == "two anneals"][["L", "J0_K"]].drop_duplicates()
    couplings = weak_and_strong(compared["J0_K"].unique().tolist(), h0_K)
    largest = compared.groupby("J0_K")["L"].max()
    shown = identities[identities["L"] == identities["J0_K"].map(largest)]
    figure = style.Figure(2 * len(couplings), width="double", height=4.0, rows=2, sharex="col")
    for row, (kind, symbol) in enumerate(KINDS.items()):
        for column, J0 in enumerate(couplings):
            panel = figure.panels[row * len(couplings) + column]
            rows_of_kind = shown[(shown["J0_K"] == J0) & (shown["identity"] == kind)]
            name = f"J0 = {J0:g} K, {kind}"
            exact, twice = (
                rows_of_kind[rows_of_kind["method"] == method].sort_values("T_K") for method in ("tempering", "two anneals")
            )
            twice = twice[twice["T_K"] <= exact["T_K"].max()]
            T = exact["T_K"]
            panel.line(T, -T * exact["energy_K"], f"{name}: energy", color="black", label="energy")
            for table, label, look in (
                (exact, "overlaps, exchange", {"color": style.BLUE, "marker": "o", "markerfacecolor": "white"}),
                (twice, "overlaps, two anneals", {"color": style.VERMILION, "marker": "s"}),
            ):
                T = table["T_K"]
                panel.points(T, -T * table["overlap_K"], T * table["overlap_K_err"], f"{name}: {label}", label=label, **look)
            panel.logarithmic("x", "y", ticks=(1,))
            panel.letter_at()
            if row == 0:
                panel.axes.set_title(f"$J_0/h_0$ = {J0 / h0_K:g}, $L$ = {rows_of_kind['L'].iloc[0]:g}", fontsize=8, pad=3)
            else:
                panel.axes.set_xlabel("$T$ (K)")
            if column == 0:
                panel.axes.set_ylabel(f"{symbol} (K²)")
    figure.panels[0].axes.legend(loc="lower right")
    return figure
