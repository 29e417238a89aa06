"""Rule figure_1: n(T, E) at two temperatures; (a) with the Gaussian limit, (b) at low energies with Eq. (3), inset E^µ."""

import numpy as np

from tlsglass.base import files
from tlsglass.density.counts import Counts
from tlsglass.physics import eq3 as closed_form
from tlsglass.show import style, tables

files.log_to(snakemake.log[0])
cold, warm = snakemake.params.dos_K
densities = [Counts.load(path) for path in snakemake.input.counts]
L = densities[0].L
couplings = sorted({counts.J0_K for counts in densities})
eq3 = tables.read(snakemake.input.eq3)
exponents = tables.read(snakemake.input.exponents)
gaussian = tables.read(snakemake.input.gaussian)

figure = style.Figure(2, width="double", height=3.3)
wide, zoom = figure.panels
inset = zoom.inset("b, inset", [0.50, 0.13, 0.47, 0.28])
zoom_K = 4.0 * warm
limit = gaussian.query("L == @L and J0_K == @couplings[0]").iloc[0]
E_end = 3.75 * limit.E0_K
for counts in densities:
    J0 = counts.J0_K
    look = style.of_set(L, J0, couplings, [L])
    if counts.T_K == warm:
        look["markerfacecolor"] = "white"
    name = f"J0 = {J0:g} K, T = {counts.T_K:g} K"

    coarse = counts.coarsen_to_width(2.0)
    n, error = coarse.n.value, coarse.n.error
    E = coarse.middle_K
    shown = E < E_end
    label = f"$J_0$ = {J0:g} K, $T$ = {counts.T_K:g} K"
    wide.points(E[shown], n[shown], error[shown], name, label=label, **look)

    fine = counts.coarsen_to_width(zoom_K / 30)
    n, error = fine.n.value, fine.n.error
    E = fine.middle_K
    shown = E < zoom_K
    zoom.points(E[shown], n[shown], error[shown], name, **look)

    if counts.T_K == warm:
        fit = eq3.query("L == @L and J0_K == @J0 and T_K == @warm").iloc[0]
        E = np.linspace(0, snakemake.params.window_T * warm, 100)
        label = f"Eq. (3), $µ$ = {fit.mu:.2f}, $T$ = {warm:g} K"
        zoom.line(
            E, closed_form.density(E, warm, fit.B, fit.mu), f"{name}: Eq. (3)", color=look["color"], label=label, zorder=5
        )
    else:
        fit = exponents.query("L == @L and J0_K == @J0 and T_K == @cold").iloc[0]
        logarithmic = counts.coarsen_to_counts(max(30, counts.counts.sum() / 800))
        n, error = logarithmic.n.value, logarithmic.n.error
        E = logarithmic.middle_K
        shown = E < 3
        inset.points(E[shown], n[shown], error[shown], name, **(look | {"markersize": 1.8}))
        E = np.geomspace(fit.E_low_K, fit.E_high_K, 30)
        label = f"$µ$ = {fit.mu:.2f}"
        inset.line(E, fit.prefactor * E**fit.mu, f"{name}: E^µ", color=look["color"], label=label, zorder=5)

E = np.linspace(0, E_end, 200)
label = f"Gaussian, $E_0$ = {limit.E0_K:.2f} K"
wide.line(E, limit.prefactor * np.exp(-(E**2) / (2 * limit.E0_K**2)), "Gaussian limit", color="black", label=label, zorder=5)

for panel in (wide, zoom):
    panel.axes.set_xlabel("$E$ (K)")
    panel.axes.set_ylabel("$n(T, E)$ (1/K per lattice site)")
    panel.axes.set_ylim(bottom=0)
    panel.axes.set_xlim(left=0)
    panel.letter_at()
wide.axes.set_ylim(top=1.6 * limit.prefactor)  # room for the legends
wide.axes.legend(loc="upper right")
zoom.axes.set_xlim(right=zoom_K)
zoom.axes.set_ylim(top=1.3 * limit.prefactor)
zoom.axes.legend(loc="upper left", bbox_to_anchor=(0.09, 1.0))
inset.logarithmic("x")
inset.logarithmic("y", ticks=(1, 5))
low, high = inset.axes.get_ylim()
inset.axes.set_ylim(0.6 * low, 1.6 * high)  # room for the words
inset.axes.set_xlabel("$E$ (K)", fontsize=7, labelpad=0)
inset.axes.set_ylabel("$n$ (1/K)", fontsize=7, labelpad=0)
inset.axes.legend(loc="lower right", borderaxespad=0.2, ncols=2, handlelength=1.0, columnspacing=0.7)
inset.axes.text(0.03, 0.95, f"$T$ = {cold:g} K, $n \\propto E^µ$", transform=inset.axes.transAxes, fontsize=7, va="top")
figure.save(snakemake.output)
