"""The atlas compared with simulations that it was not made from: mean densities, pulls, and a larger lattice."""

import numpy as np
import pandas as pd

from tlsglass.models.observable import J0_OVER_H0
from tlsglass.plotting import style

KINDS = {
    "leave_one_out": ("one coupling left out", {"color": style.BLUE, "marker": "o", "markerfacecolor": "white"}),
    "test": ("other couplings and seed", {"color": style.VERMILION, "marker": "s"}),
    "test_size": ("the same at $L$ = 16, 20", {"color": style.VERMILION, "marker": "s", "markerfacecolor": "white"}),
    "published": ("full schedule", {"color": style.GREEN, "marker": "^"}),
    "equilibrium": ("equilibrium, other seed", {"color": style.PURPLE, "marker": "D"}),
}


def draw(means: pd.DataFrame, pulls: pd.DataFrame) -> style.Figure:
    """Return the figure from the tables atlas_validation and atlas_pulls."""
    figure = style.Figure(3, width="double", height=2.5)
    deviations, widths, sizes = figure.panels
    for kind, (label, look) in KINDS.items():
        rows_of_kind = means[means["kind"] == kind]
        if not len(rows_of_kind):
            continue
        z = rows_of_kind.groupby(J0_OVER_H0)["z"].agg(lambda z: np.sqrt(np.mean(z**2)))
        deviations.points(z.index, z, None, f"{label}: rms z", label=label, **look)
        of_kind = pulls[(pulls["kind"] == kind) & pulls[J0_OVER_H0].isna() & pulls["T_over_h0"].notna()]
        widths.points(of_kind["T_over_h0"], of_kind["width"], of_kind["width_err"], f"{label}: width of the pulls", **look)
    deviations.axes.axhline(1, color=style.GREY, linewidth=0.6)
    deviations.axes.set(xlabel="$J_0/h_0$", ylabel="rms of $(n - n_{\\mathrm{sim}})/σ$", ylim=(0, 2.2))
    deviations.axes.legend(loc="upper left", bbox_to_anchor=(0.08, 1.0), handletextpad=0.3, borderaxespad=0.2)
    widths.axes.axhspan(0.9, 1.15, color="0.92", zorder=0)
    widths.logarithmic("x", ticks=(2,))
    widths.axes.set(xlabel="$T/h_0$", ylabel="width of the pulls, bin by bin", ylim=(0.6, 1.5))
    large = means[means["kind"] == "size"]
    styles = ((style.BLUE, "o"), *style.OTHER_STYLES)
    for (zone, rows_of_kind), (color, marker) in zip(large.groupby("E", sort=False), styles, strict=False):
        weight = rows_of_kind["difference_err"] ** -2.0
        rows = rows_of_kind.assign(w=weight, wd=weight * rows_of_kind["difference"]).groupby("T_over_h0")[["w", "wd"]].sum()
        mean, error, look = 100 * rows["wd"] / rows["w"], 100 * rows["w"] ** -0.5, {"color": color, "marker": marker}
        sizes.points(rows.index, mean, error, f"L = 12 over larger: {zone}", label=zone, **look)
    sizes.axes.axhline(0, color=style.GREY, linewidth=0.6)
    sizes.logarithmic("x", ticks=(2,))
    sizes.axes.set(xlabel="$T/h_0$", ylabel="atlas over $L$ = 16, minus 1 (%)")
    if len(large):
        sizes.axes.legend(loc="best")
    for panel in (deviations, widths):
        panel.letter_at()
    sizes.letter_at(0.97, 0.03, ha="right", va="bottom")  # error bars fill the upper left
    return figure
