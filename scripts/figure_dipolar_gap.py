"""Rule figure_dipolar_gap: the dipolar gap of Eq. (9) beside the simulated n(T -> 0, E) after the quench."""

import numpy as np

from tlsglass.base import files
from tlsglass.density.counts import Counts
from tlsglass.physics import two_tls
from tlsglass.show import style

files.log_to(snakemake.log[0])
h0_K = snakemake.params.h0_K
densities = [Counts.load(path) for path in snakemake.input.counts]
couplings = sorted({counts.J0_K for counts in densities})

figure = style.Figure(width="single", height=2.6)
(panel,) = figure.panels
for counts in densities:
    J0 = counts.J0_K
    look = style.of_set(counts.L, J0, couplings, [counts.L])
    coarse = counts.coarsen_to_counts(max(30, counts.counts.sum() / 1000))
    n, error = coarse.n.value, coarse.n.error
    E = coarse.middle_K
    shown = E < 2 * J0
    panel.points(E[shown], n[shown], error[shown], f"J0 = {J0:g} K", label=f"$J_0$ = {J0:g} K, simulated", **look)
    # n0 = 1/h0 of Eq. (9) is an estimate of the order of magnitude: the curve is brought to the simulation at E = J0
    E_gap = np.geomspace(E[0], J0, 100)
    scale = np.interp(J0, E, n) / two_tls.dipolar_gap(J0, h0_K, J0)
    label = f"Eq. (9) times {scale:.2f}"
    panel.line(E_gap, scale * two_tls.dipolar_gap(E_gap, h0_K, J0), f"J0 = {J0:g} K: Eq. (9)", color=look["color"], label=label)
panel.logarithmic("x", "y")
panel.axes.set_xlabel("$E$ (K)")
panel.axes.set_ylabel("$n(T → 0, E)$ (1/K per lattice site)")
panel.axes.legend(loc="lower right")
figure.save(snakemake.output)
