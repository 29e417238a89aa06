"""n read as n(E) or as n(Δ), Appendix A: (a) κ, (b) δv/v."""

from collections.abc import Sequence

import pandas as pd

from tlsglass.plotting import style

READINGS = (  # column of the observables, its equation
    (("kappa_eq5", "Eq. (5), $n(E)$"), ("kappa_eqA1", "Eq. (A1), $n(Δ)$")),
    (("dv_relative", "Eq. (8), $n(E)$"), ("dv_relative_eqA2", "Eq. (A2), $n(Δ)$")),
)


def draw(observables: Sequence[pd.DataFrame], window_K: Sequence[float]) -> style.Figure:
    """Return the figure; ``observables`` are the tables of one lattice at each J0."""
    couplings = sorted({table["J0_K"][0] for table in observables})
    low, high = window_K

    figure = style.Figure(2, width="double", height=2.7)
    conductivity, velocity = figure.panels
    for table in observables:
        L, J0 = table["L"][0], table["J0_K"][0]
        shown = table[(table["T_K"] >= 0.999 * low) & (table["T_K"] <= 1.001 * high)]
        filled = style.series_style(L, J0, couplings, [L]) | {"markersize": 3.0}
        empty = filled | {"markersize": 5.0, "markerfacecolor": "none"}
        for panel, readings, scale in zip(figure.panels, READINGS, (1.0, 1e3), strict=True):
            for (column, equation), look in zip(readings, (filled, empty), strict=True):
                value, error = scale * shown[column], scale * shown[f"{column}_err"]
                series, label = f"J0 = {J0:g} K, {equation}".replace("$", ""), f"$J_0$ = {J0:g} K, {equation}"
                panel.points(shown["T_K"], value, error, series, label=label, **look)
    conductivity.axes.set(yscale="log", ylabel="$κ$ (arbitrary units)")
    conductivity.axes.legend(loc="lower right")
    velocity.axes.set_ylabel(f"$[δv(T) - δv({low:g}\\,\\mathrm{{K}})]/v$  ($10^{{-3}}\\,γ^2/L_0ρv^2$)")
    velocity.axes.legend(loc="lower center")
    for panel in figure.panels:
        panel.logarithmic("x")
        panel.axes.set_xlabel("$T$ (K)")
        panel.letter_at()
    return figure
