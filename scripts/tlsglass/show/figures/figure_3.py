"""δv/v from the simulated n(T, E), and its fit by Eqs. (7) + (8) with Eq. (3) and a constant µ."""

import numpy as np

from tlsglass.physics import eq3
from tlsglass.show import style, tables


def draw(observables, laws, window_K, omega_Hz, A_Hz_per_K3):
    couplings = sorted({table["J0_K"][0] for table in observables})
    low, high = window_K

    figure = style.Figure(width="single", height=2.6)
    (panel,) = figure.panels
    for table in observables:
        L, J0 = table["L"][0], table["J0_K"][0]
        law = laws.query("L == @L and J0_K == @J0").set_index("quantity")
        look = style.of_set(L, J0, couplings, [L])
        shown = table.query("T_K >= @low * 0.999 and T_K <= @high * 1.001")
        mu, slope = law.loc["mu_constant"], law.loc["slope_ratio"]
        name = f"$J_0$ = {J0:g} K, slopes 1 : {tables.shorthand(slope.value, slope.value_err)}".replace("-", "−")
        panel.points(
            shown["T_K"], 1e3 * shown["dv_relative"], 1e3 * shown["dv_relative_err"], f"J0 = {J0:g} K", label=name, **look
        )
        T = np.geomspace(low, high, 200)
        shape = eq3.sound_velocity(T, mu.value, omega_Hz, A_Hz_per_K3)
        curve = law.loc["mu_constant_amplitude", "value"] * shape + law.loc["mu_constant_offset", "value"]
        label = f"Eqs. (7) + (8), $µ$ = {tables.shorthand(mu.value, mu.value_err)}"
        panel.line(T, 1e3 * curve, f"J0 = {J0:g} K: constant µ", color=look["color"], label=label)
    panel.logarithmic("x")
    panel.axes.set_xlabel("$T$ (K)")
    panel.axes.set_ylabel(f"$[δv(T) - δv({low:g}\\,\\mathrm{{K}})]/v$  ($10^{{-3}}\\,γ^2/L_0ρv^2$)")
    panel.axes.margins(y=0.08)
    panel.axes.legend(loc="lower center")
    return figure
