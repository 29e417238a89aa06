"""The dipolar gap and the simulated n(T → 0, E) after the quench."""

from collections.abc import Sequence

import numpy as np

from tlsglass.dos.density_of_states import DensityOfStates
from tlsglass.physics import two_tls
from tlsglass.plotting import style


def draw(counts: Sequence[DensityOfStates], h0_K: float) -> style.Figure:
    """Return the figure; ``counts`` are the densities of one lattice after the quench, at each J0."""
    couplings = sorted({dos.J0_K for dos in counts})

    figure = style.Figure(width="single", height=2.6)
    (panel,) = figure.panels
    for dos in counts:
        J0 = dos.J0_K
        look = style.series_style(dos.L, J0, couplings, [dos.L])
        coarse = dos.coarsen_to_counts(max(30, dos.counts.sum() / 1000))
        n, error, E = coarse.n.value, coarse.n.error, coarse.centers_K
        shown = E < 2 * J0
        panel.points(E[shown], n[shown], error[shown], f"J0 = {J0:g} K", label=f"$J_0$ = {J0:g} K, simulated", **look)
        # n0 = 1/h0 of Eq. (9) is an estimate of the order of magnitude: the curve is brought to the simulation at E = J0
        E_gap = np.geomspace(E[0], J0, 100)
        scale = np.interp(J0, E, n) / two_tls.dipolar_gap(J0, h0_K, J0)
        gap, series = scale * two_tls.dipolar_gap(E_gap, h0_K, J0), f"J0 = {J0:g} K: Eq. (9)"
        panel.line(E_gap, gap, series, color=look["color"], label=f"Eq. (9) times {scale:.2f}")
    panel.logarithmic("x", "y")
    panel.axes.set(xlabel="$E$ (K)", ylabel="$n(T → 0, E)$ (1/K per lattice site)")
    panel.axes.legend(loc="lower right")
    return figure
