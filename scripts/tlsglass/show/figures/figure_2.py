"""(a) thermal conductivity and (b) specific heat of every (L, J0), with their power laws."""

import numpy as np

from tlsglass.show import style, tables


def draw(observables, laws, window_K):
    couplings = sorted({table["J0_K"][0] for table in observables})
    sizes = sorted({table["L"][0] for table in observables})
    low, high = window_K

    figure = style.Figure(2, width="double", height=2.9)
    conductivity, heat = figure.panels
    for table in observables:
        L, J0 = table["L"][0], table["J0_K"][0]
        law = laws.query("L == @L and J0_K == @J0").set_index("quantity")
        look = style.of_set(L, J0, couplings, sizes)
        T = np.geomspace(low, high, 50)
        for panel, column, name, prefactor, base, sign in (
            (conductivity, "kappa_eq5", "β", "kappa_prefactor", 2, -1),
            (heat, "specific_heat", "α", "specific_heat_prefactor", 1, +1),
        ):
            small = law.loc["beta" if name == "β" else "alpha"]
            label = f"$L$ = {L}, $J_0$ = {J0:g} K, ${name}$ = {tables.shorthand(small.value, small.value_err)}"
            series = f"L = {L}, J0 = {J0:g} K"
            panel.points(table["T_K"], table[column], table[f"{column}_err"], series, label=label, **look)
            curve = law.loc[prefactor, "value"] * T ** (base + sign * small.value)
            panel.line(
                T, curve, f"{series}: power law", color=look["color"], linewidth=0.8, linestyle="-" if L == max(sizes) else ":"
            )
    for panel, label in ((conductivity, "$κ$ (arbitrary units)"), (heat, "$C$ ($k_\\mathrm{B}$ per lattice site)")):
        panel.logarithmic("x")
        panel.axes.set_yscale("log")
        panel.axes.set_xlabel("$T$ (K)")
        panel.axes.set_ylabel(label)
        panel.axes.legend(loc="lower right")
        panel.letter_at()
    return figure
