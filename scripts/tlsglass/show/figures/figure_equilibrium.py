"""n(T, E) of annealing and of equilibrium at the coldest rung, and their ratio, for a weak and for a strong coupling."""

import numpy as np

from tlsglass.chain.protocol import of_origin
from tlsglass.paper.equilibrium import ratio
from tlsglass.show import style

LOOKS = ({"color": style.VERMILION, "marker": "s"}, {"color": style.ORANGE, "marker": "o", "markerfacecolor": "white"})


def draw(tempered, annealed, h0_K):
    """``tempered`` are densities of the couplings, ``annealed`` those of each coupling at each number of sweeps."""
    figure = style.Figure(2 * len(tempered), width="double", height=4.0, rows=2, sharex="col")
    for k, exact in enumerate(tempered):
        above, below = figure.panels[k], figure.panels[k + len(tempered)]
        anneals = [one for one in annealed if one.J0_K == exact.J0_K]
        compared = [ratio(one, exact) for one in anneals]
        sweeps = [of_origin(one.origin)[1].sweeps for one in anneals]
        J0 = f"$J_0/h_0$ = {exact.J0_K / h0_K:g}"
        above.line(compared[0].E_K, compared[0].tempered.value, f"{J0}: equilibrium", color="black", label="equilibrium")
        for slowness, (one, count, look) in enumerate(zip(compared, sweeps, LOOKS, strict=False)):
            label, aside = f"annealed, {count} sweeps", 1.04 ** (2 * slowness - 1)
            above.points(aside * one.E_K, one.annealed.value, one.annealed.error, f"{J0}: {label}", label=label, **look)
            below.points(aside * one.E_K, one.ratio.value, one.ratio.error, f"{J0}: {label}, ratio", **look)
        above.logarithmic("x", "y")
        below.logarithmic("x", ticks=(1,))
        below.axes.axhline(1, color="0.5", linewidth=0.6, zorder=0)
        above.axes.set_title(f"{J0}, $L$ = {exact.L}, $T$ = {1000 * exact.T_K:g} mK", fontsize=8, pad=3)
        below.axes.set_xlabel("$E$ (K)")
        above.letter_at(0.03, 0.97)
        below.letter_at(0.03, 0.97)
        low, high = np.nanpercentile(compared[0].ratio.value, [0, 100])
        below.axes.set_ylim(1 - 1.3 * max(1 - low, 0.08), 1 + 1.3 * max(high - 1, 0.08))
    figure.panels[0].axes.set_ylabel("$n(T, E)$ (1/K per site)")
    figure.panels[len(tempered)].axes.set_ylabel("annealed / equilibrium")
    figure.panels[0].axes.legend(loc="lower left")
    return figure
