"""µ(T → 0) against J0/h0 with the points of the paper and the dipolar gap, and whether n has a power law or such a gap."""

from collections.abc import Sequence

import numpy as np
import pandas as pd

from tlsglass.models.observable import J0_OVER_H0
from tlsglass.plotting import style
from tlsglass.report.figures.figure_atlas_laws import draw_band

REJECTED_P = 0.001  # a law whose χ² has a smaller p does not describe n


def draw(couplings: pd.DataFrame, curves: pd.DataFrame, paper: pd.DataFrame, window_J0: Sequence[float]) -> style.Figure:
    """Return the figure from the tables atlas_couplings and atlas_curves, and the claims of the paper."""

    def select(quantity: str) -> pd.DataFrame:
        """Return the rows of a quantity, by J0/h0."""
        return couplings[couplings["quantity"] == quantity].sort_values(J0_OVER_H0)

    figure = style.Figure(2, width="single", height=4.2, rows=2, sharex=True, height_ratios=[2, 1])
    power, gap = figure.panels
    mu = select("mu")
    look = {"color": style.BLUE, "marker": "o", "label": "quenched to 2 µK"}
    power.points(mu[J0_OVER_H0], mu["value"], mu["value_err"], "quenched", **look)
    for quantity, label, look in (
        ("mu_cold", "equilibrium, $T$ = 0.002 $h_0$", {"color": style.BLUE}),
        ("mu_cold_annealed", "annealed, $T$ = 0.002 $h_0$", {"color": "black", "linestyle": ":"}),
    ):
        draw_band(power, curves, quantity, quantity, label=label, **look)
    printed = paper.set_index("id")["paper"]
    points = [(0.2, printed["mu_zero_temperature_J2"]), (0.3, printed["mu_zero_temperature_J3"])]
    look = {"color": style.VERMILION, "marker": "s", "markerfacecolor": "white", "zorder": 4}
    power.points(*np.array(points).T, None, "paper", label="paper", **look)
    g = np.linspace(0.01, mu[J0_OVER_H0].max(), 50)
    power.line(g, g, "mu = J0/h0", color=style.GREY, linewidth=0.8, label="$µ = J_0/h_0$")
    for name, label, look in (
        ("mu_eq9_printed", "Eq. (9), as printed", {"color": style.ORANGE, "linestyle": "--"}),
        ("mu_eq9_pair_stability", "Eq. (9), pair stability", {"color": style.GREEN, "linestyle": "-."}),
    ):
        power.line(select(name)[J0_OVER_H0], select(name)["value"], label, label=label, **look)
    power.axes.set(ylim=(0, 0.62), ylabel="$µ(T → 0)$, {:g}–{:g} $J_0$".format(*window_J0))
    power.axes.legend(loc="lower right")
    power.letter_at()

    aic = select("aic_gap_minus_power")
    described = np.maximum(select("p_gap")["value"].to_numpy(), select("p_power")["value"].to_numpy()) > REJECTED_P
    for rows, label, face in ((aic[described], "one describes $n$", style.PURPLE), (aic[~described], "neither does", "white")):
        look = {"color": style.PURPLE, "marker": "D", "markerfacecolor": face}
        gap.points(rows[J0_OVER_H0], rows["value"], None, f"AIC of Eq. (9) - of E^mu, {label}", label=label, **look)
    gap.axes.legend(loc="lower left")
    gap.axes.axhspan(-2, 2, color="0.92", zorder=0)
    gap.axes.axhline(0, color=style.GREY, linewidth=0.6)
    gap.axes.set_yscale("symlog", linthresh=10)
    gap.axes.set_yticks([-100, -10, 0, 10, 100], ["−100", "−10", "0", "10", "100"])
    gap.axes.set(
        ylim=(min(-20, 1.3 * aic["value"].min()), max(20, 1.5 * aic["value"].max())),
        xlabel="$J_0/h_0$",
        ylabel="ΔAIC, gap − power",
        xlim=(0, 1.05 * aic[J0_OVER_H0].max()),
    )
    gap.letter_at()
    return figure
