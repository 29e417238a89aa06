"""Finite size: quoted numbers of every lattice relative to their limit L → ∞, with the fits x(∞) + c/L³."""

from collections.abc import Sequence

import numpy as np
import pandas as pd

from tlsglass.analysis.quantities import get_quantity
from tlsglass.base.jackknife import format_with_error
from tlsglass.plotting import style

SHOWN = ("slope_ratio", "mu_constant", "beta", "mu_zero_temperature", "specific_heat_coldest", "kappa_coldest")


def draw(values: pd.DataFrame, limits: pd.DataFrame, couplings: Sequence[float]) -> style.Figure:
    """Return the figure; ``values`` is the table of all sizes, ``limits`` that of the limits."""
    figure = style.Figure(6, width="double", height=4.0, rows=2, sharex=True)
    largest, all_sizes = limits["L"].max(), sorted(values["L"].unique())
    coldest_K = values["T_K"].min()
    for panel, name in zip(figure.panels, SHOWN, strict=True):
        for J0 in couplings:
            limit_rows = limits[(limits["quantity"] == name) & (limits["J0_K"] == J0)]
            if limit_rows.empty:
                continue
            (fit,) = limit_rows.itertuples()
            rows = values[(values["quantity"] == name) & (values["J0_K"] == J0)]
            series = f"{name}, J0 = {J0:g} K"
            look = style.series_style(largest, J0, couplings, [largest])

            def percent(x: pd.Series | np.ndarray, limit: float = fit.limit) -> pd.Series | np.ndarray:
                return 100 * (x / limit - 1)

            inverse = np.linspace(0, 1 / min(all_sizes), 50)
            curve = percent(fit.limit + fit.slope * inverse**3)
            panel.line(inverse, curve, f"{series}: fit", color=look["color"], linewidth=0.7)
            offset = 1.2e-3 * (2 * couplings.index(J0) - len(couplings) + 1)
            scale = 100 / abs(fit.limit)
            panel.points(1 / rows["L"] + offset, percent(rows["value"]), scale * rows["value_err"], series, **look)
            label = f"$J_0$ = {J0:g} K: {format_with_error(fit.limit, fit.limit_err).replace('-', '−')}"
            total_error = scale * np.hypot(fit.limit_err, fit.limit_sys)
            empty = look | {"markerfacecolor": "white"}
            panel.points([3 * offset], [0], [total_error], f"{series}: with systematic error", **empty | {"capsize": 0})
            panel.points([3 * offset], [0], [scale * fit.limit_err], f"{series}: limit", label=label, **empty)
        panel.axes.axhline(0, color="0.5", linewidth=0.6, zorder=0)
        panel.axes.set_title(get_quantity(name).text_at("symbol", coldest_K), fontsize=8, pad=3)
        panel.axes.margins(y=0.25)
        low, high = panel.axes.get_ylim()
        corner = "lower right" if fit.slope / fit.limit > 0 else "upper right"  # where the smallest lattice leaves room
        room = 0.15 * (high - low)  # for the legend
        panel.axes.set_ylim((low - room, high) if corner == "lower right" else (low, high + room))
        panel.axes.legend(loc=corner, title="$L → ∞$", title_fontsize=7)
        panel.letter_at(0.02, 0.98)
    for panel in figure.panels[3:]:
        panel.axes.set_xticks([0, *(1 / L for L in all_sizes)], ["∞", *map(str, all_sizes)])
        panel.axes.minorticks_off()
        panel.axes.set_xlabel("lattice size $L$ (on the scale of $1/L$)")
    for panel in (figure.panels[0], figure.panels[3]):
        panel.axes.set_ylabel("relative to $L → ∞$ (%)")
    return figure
