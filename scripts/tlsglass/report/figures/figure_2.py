"""(a) thermal conductivity and (b) specific heat of every (L, J0), with their power laws; (c), (d) the local exponents."""

from collections.abc import Sequence

import numpy as np
import pandas as pd

from tlsglass.base import jackknife
from tlsglass.plotting import style


def format_exponent(symbol: str, law: pd.Series) -> str:
    """Return an exponent, a row of the laws, with its error, or its local values if no power law holds."""
    if law["holds"] == 0:
        return f"local ${symbol}$ {law['local_low']:.2f}–{law['local_high']:.2f}"
    return f"${symbol}$ = {jackknife.format_with_error(law['value'], law['value_err'])}"


def draw(observables: Sequence[pd.DataFrame], laws: pd.DataFrame, window_K: Sequence[float]) -> style.Figure:
    """Return the figure; ``observables`` are the tables of all sets, ``laws`` their power laws."""
    couplings = sorted({table["J0_K"][0] for table in observables})
    sizes = sorted({table["L"][0] for table in observables})
    low, high = window_K
    T = np.geomspace(low, high, 50)

    figure = style.Figure(4, width="double", height=4.6, rows=2, sharex=True)
    (conductivity, heat), local = figure.panels[:2], figure.panels[2:]
    for table in observables:
        L, J0 = table["L"][0], table["J0_K"][0]
        law = laws.query("L == @L and J0_K == @J0").set_index("quantity")
        look = style.series_style(L, J0, couplings, sizes)
        dashes = "-" if L == max(sizes) else ":"
        series = f"L = {L}, J0 = {J0:g} K"
        for panel, below, column, name, prefactor, power in (
            (conductivity, local[0], "kappa_eq5", "beta", "kappa_prefactor", lambda beta: 2 - beta),
            (heat, local[1], "specific_heat", "alpha", "specific_heat_prefactor", lambda alpha: 1 + alpha),
        ):
            small = law.loc[name]
            label = f"$L$ = {L}, $J_0$ = {J0:g} K: {format_exponent({'alpha': 'α', 'beta': 'β'}[name], small)}"
            panel.points(table["T_K"], table[column], table[f"{column}_err"], series, label=label, **look)
            curve = law.loc[prefactor, "value"] * T ** power(small["value"])
            fit = {"color": look["color"], "linewidth": 0.8, "linestyle": dashes}
            panel.line(T, curve, f"{series}: power law", **fit)
            below.points(table["T_K"], table[f"{name}_local"], table[f"{name}_local_err"], f"{series}: local", **look)
            below.line(window_K, [small["value"]] * 2, f"{series}: power law", **fit)
    for panel, label in ((conductivity, "$κ$ (arbitrary units)"), (heat, "$C$ ($k_\\mathrm{B}$ per lattice site)")):
        panel.logarithmic("x")
        panel.axes.set_yscale("log")
        room = 0.02 if figure.is_narrow else 0.25  # for the legend
        panel.axes.set(ylim=(room * panel.axes.get_ylim()[0], None), ylabel=label)
        refuted = laws["holds"].eq(0).any()
        title = {"title": "local: where no power law holds", "title_fontsize": 7, "alignment": "left"} if refuted else {}
        panel.axes.legend(loc="lower right", **title)
        panel.letter_at()
    for panel, label in zip(local, ("local $β$, $κ \\propto T^{2-β}$", "local $α$, $C \\propto T^{1+α}$"), strict=True):
        panel.axes.axvspan(*window_K, color="0.95", zorder=0)
        panel.axes.set_ylim(-0.1, 0.32)
        panel.axes.axhline(0, color="0.5", linewidth=0.6, zorder=0)
        panel.axes.set(xlabel="$T$ (K)", ylabel=label)
        panel.letter_at()
    return figure
