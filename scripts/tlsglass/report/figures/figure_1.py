"""n(T, E) at two temperatures; (a) with the Gaussian limit, (b) at low energies with Eq. (3), inset E^µ."""

from collections.abc import Sequence
from typing import Any

import numpy as np
import pandas as pd

from tlsglass.dos.density_of_states import DensityOfStates
from tlsglass.physics.eq3 import density
from tlsglass.plotting import style


def draw(
    counts: Sequence[DensityOfStates],
    eq3: pd.DataFrame,
    exponents: pd.DataFrame,
    gaussian: pd.DataFrame,
    window_T: float,
    dos_K: Sequence[float],
) -> style.Figure:
    """Return the figure; ``counts`` are the densities of one lattice at each J0, cold and warm."""
    cold, warm = dos_K
    L = counts[0].L
    couplings = sorted({dos.J0_K for dos in counts})

    figure = style.Figure(2, width="double", height=3.3)
    wide, zoom = figure.panels
    inset = zoom.inset("b, inset", [0.50, 0.13, 0.47, 0.28])
    zoom_K = 4.0 * warm
    limit = gaussian.query("L == @L and J0_K == @couplings[0]").iloc[0]
    E_end = 3.75 * limit.E0_K
    for dos in counts:
        J0 = dos.J0_K
        look = style.series_style(L, J0, couplings, [L])
        if dos.T_K == warm:
            look["markerfacecolor"] = "white"
        name = f"J0 = {J0:g} K, T = {dos.T_K:g} K"
        label = f"$J_0$ = {J0:g} K, $T$ = {dos.T_K:g} K"
        _points(wide, dos.coarsen_to_width(2.0), E_end, name, label=label, **look)
        _points(zoom, dos.coarsen_to_width(zoom_K / 30), zoom_K, name, **look)
        if dos.T_K == warm:
            fit = eq3.query("L == @L and J0_K == @J0 and T_K == @warm").iloc[0]
            E = np.linspace(0, window_T * warm, 100)
            law = density(E, warm, fit.B, fit.mu)
            label = f"Eq. (3), $µ$ = {fit.mu:.2f}, $T$ = {warm:g} K"
            zoom.line(E, law, f"{name}: Eq. (3)", color=look["color"], label=label, zorder=5)
        else:
            fit = exponents.query("L == @L and J0_K == @J0 and T_K == @cold").iloc[0]
            enough = dos.coarsen_to_counts(max(30, dos.counts.sum() / 800))
            _points(inset, enough, 3, name, **(look | {"markersize": 1.8}))
            E = np.geomspace(fit.E_low_K, fit.E_high_K, 30)
            label = f"$µ$ = {fit.mu:.2f}"
            inset.line(E, fit.prefactor * E**fit.mu, f"{name}: E^µ", color=look["color"], label=label, zorder=5)

    E = np.linspace(0, E_end, 200)
    bell = limit.prefactor * np.exp(-(E**2) / (2 * limit.E0_K**2))
    wide.line(E, bell, "Gaussian limit", color="black", label=f"Gaussian, $E_0$ = {limit.E0_K:.2f} K", zorder=5)
    _finish(wide, zoom, inset, zoom_K, limit.prefactor, cold, figure.is_narrow)
    return figure


def _points(panel: style.Panel, counts: DensityOfStates, end_K: float, name: str, **look: Any) -> None:
    """Draw the density below ``end_K``."""
    shown = counts.centers_K < end_K
    panel.points(counts.centers_K[shown], counts.n.value[shown], counts.n.error[shown], name, **look)


def _finish(
    wide: style.Panel, zoom: style.Panel, inset: style.Panel, zoom_K: float, top: float, cold: float, is_narrow: bool
) -> None:
    """Label the axes, and leave room for legends and text above ``top``, the prefactor of the Gaussian."""
    for panel in (wide, zoom):
        panel.axes.set(xlabel="$E$ (K)", ylabel="$n(T, E)$ (1/K per lattice site)", ylim=(0, None), xlim=(0, None))
        panel.letter_at()
    wide.axes.set_ylim(top=1.6 * top)
    wide.axes.legend(loc="upper right")
    zoom.axes.set(xlim=(None, zoom_K), ylim=(None, 1.3 * top))
    zoom.axes.legend(loc="upper left", bbox_to_anchor=(0.09, 1.0))
    inset.logarithmic("x", ticks=(1,) if is_narrow else (1, 2, 5))
    inset.logarithmic("y", ticks=(1, 5))
    low, high = inset.axes.get_ylim()
    inset.axes.set_ylim((0.3 if is_narrow else 0.6) * low, (2.5 if is_narrow else 1.6) * high)
    fontsize = 5.5 if is_narrow else 7
    inset.axes.set_xlabel("$E$ (K)", fontsize=7, labelpad=0)
    inset.axes.set_ylabel("$n$ (1/K)", fontsize=7, labelpad=0)
    inset.axes.legend(loc="lower right", borderaxespad=0.2, ncols=2, handlelength=1.0, columnspacing=0.7, fontsize=fontsize)
    text = f"$T$ = {cold:g} K, $n \\propto E^µ$"
    inset.axes.text(0.03, 0.93, text, transform=inset.axes.transAxes, fontsize=fontsize, va="top")
