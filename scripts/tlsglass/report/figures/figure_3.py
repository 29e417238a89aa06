"""δv/v from the simulated n(T, E), and its fit with Eq. (3) and constant µ, at two crossover temperatures."""

from collections.abc import Mapping, Sequence

import numpy as np
import pandas as pd

from tlsglass.base.jackknife import format_with_error
from tlsglass.physics import eq3
from tlsglass.plotting import style


def draw(
    observables: Sequence[pd.DataFrame], laws: pd.DataFrame, window_K: Sequence[float], crossover_K: Mapping[str, float]
) -> style.Figure:
    """Return the figure; ``observables`` are the tables of one lattice at each J0, ``laws`` their fits."""
    couplings = sorted({table["J0_K"][0] for table in observables})
    low, high = window_K
    T = np.geomspace(low, high, 200)

    figure = style.Figure(2, width="double", height=3.0, sharey=True)
    shown = (("matched_to_fig_3", "", "matches the paper"), ("fig5a", "_5a", "that of Fig. 5(a)"))
    for panel, (name, suffix, description) in zip(figure.panels, shown, strict=True):
        T0 = crossover_K[name]
        for table in observables:
            L, J0 = table["L"][0], table["J0_K"][0]
            law = laws.query("L == @L and J0_K == @J0").set_index("quantity")
            look = style.series_style(L, J0, couplings, [L])
            column = f"dv_relative{suffix}"
            mu, slope = law.loc[f"mu_constant{suffix}"], law.loc[f"slope_ratio{suffix}"]
            label = f"$J_0$ = {J0:g} K, slopes 1 : {format_with_error(slope.value, slope.value_err)}".replace("-", "−")
            panel.points(table["T_K"], 1e3 * table[column], 1e3 * table[f"{column}_err"], f"J0 = {J0:g} K", label=label, **look)
            shape = eq3.sound_velocity(T, mu.value, T0**3, 1.0)
            amplitude, offset = (law.loc[f"mu_constant_{part}{suffix}", "value"] for part in ("amplitude", "offset"))
            label = f"Eqs. (7) + (8), $µ$ = {format_with_error(mu.value, mu.value_err)}"
            series = f"J0 = {J0:g} K: constant µ"
            panel.line(T, 1e3 * (amplitude * shape + offset), series, color=look["color"], label=label)
        panel.logarithmic("x")
        panel.axes.axvline(T0, ymin=0.3, color="0.6", linewidth=0.6, linestyle="--", zorder=0)
        panel.axes.set_xlabel("$T$ (K)")
        panel.axes.set_title(f"({panel.letter}) $T_0$ = {T0:.3g} K, {description}", loc="left", fontsize=8, pad=3)
        panel.axes.margins(y=0.08)
        panel.axes.legend(loc="lower left")
    figure.panels[0].axes.set_ylabel(f"$[δv(T) - δv({low:g}\\,\\mathrm{{K}})]/v$  ($10^{{-3}}\\,γ^2/L_0ρv^2$)")
    return figure
