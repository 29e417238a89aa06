"""Observables as functionals of a simulated density of states.

n(T, E) is given by counts per energy bin (dos.density_of_states.DensityOfStates) and is constant within a bin. Every function
returns a JackknifeEstimate (). Energies and temperatures are in kelvin (k_B = 1). ω (in Hz) and A (in Hz/K³) enter only as ω/A.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from tlsglass.base.jackknife import JackknifeEstimate
from tlsglass.base.types import FloatArray
from tlsglass.dos import grid
from tlsglass.dos.density_of_states import DensityOfStates
from tlsglass.physics import kernels

_GAUSS_X, _GAUSS_W = np.polynomial.legendre.leggauss(5)


def linear_functional(density: DensityOfStates, kernel: Callable[..., FloatArray], *parameters: float) -> JackknifeEstimate:
    """Return ∫ dE n(T, E) ``kernel``(E, T, *``parameters``), an average over the counted energies."""
    total, realizations = density.sums
    nodes, weights = _bin_nodes(density.edges_K)
    in_bins = total * density.widths_K / (realizations * density.exposure)
    return in_bins @ (kernel(nodes, density.T_K, *parameters) @ weights)


def specific_heat(density: DensityOfStates) -> JackknifeEstimate:
    """Return the specific heat of the TLSs at the temperature of a simulated density of states.

    Parameters
    ----------
    density
        n(T, E) with jackknife groups, as returned by ``tlsglass.load_density``.

    Returns
    -------
    JackknifeEstimate
        C(T) per lattice site (k_B = 1): the integral of n over ``kernels.specific_heat_kernel``.

    Examples
    --------
    >>> density = tlsglass.load_density("results/published/dos/L12_J3/T0.1.npz")  # doctest: +SKIP
    >>> print(tlsglass.specific_heat(density))  # doctest: +SKIP
    """
    return linear_functional(density, kernels.specific_heat_kernel)


def dynamic_specific_heat(density: DensityOfStates, time_s: float, A: float) -> JackknifeEstimate:
    """Return L0 times the specific heat per lattice site (k_B = 1) of the TLSs that relax within a time.

    Parameters
    ----------
    density
        n(T, E) with jackknife groups, as returned by ``tlsglass.load_density``.
    time_s
        Duration t of the heat pulse, in seconds.
    A
        Prefactor of the TLS relaxation rate A E³ coth(E/2T), in 1/s per K³. Only A t matters.

    Returns
    -------
    JackknifeEstimate
        L0 C(T, t): the integral of n over ``kernels.dynamic_specific_heat_kernel``.
    """
    return linear_functional(density, kernels.dynamic_specific_heat_kernel, time_s, A)


def sound_velocity(density: DensityOfStates, omega: float, A: float) -> JackknifeEstimate:
    """Return the relative change of the sound velocity due to TLSs, ``resonant`` + ``relaxation``.

    Parameters
    ----------
    density
        n(T, E) with jackknife groups, as returned by ``tlsglass.load_density``.
    omega
        Frequency ω of the sound, in Hz.
    A
        Prefactor of the TLS relaxation rate A E³ coth(E/2T), in Hz/K³. Only ω/A matters.

    Returns
    -------
    JackknifeEstimate
        δv/v in units of γ²/(L0 ρv²).
    """
    return resonant(density) + relaxation(density, omega, A)


def resonant(density: DensityOfStates) -> JackknifeEstimate:
    """Return δv_res/v in units of γ²/(L0 ρv²): the integral of n over ``kernels.resonant_kernel``."""
    return linear_functional(density, kernels.resonant_kernel)


def relaxation(density: DensityOfStates, omega: float, A: float) -> JackknifeEstimate:
    """Return δv_rel/v in units of γ²/(L0 ρv²): the integral of n over ``kernels.relaxation_kernel``."""
    return linear_functional(density, kernels.relaxation_kernel, omega, A)


def relaxation_A2(density: DensityOfStates, omega: float, A: float) -> JackknifeEstimate:
    """Return δv_rel/v with n interpreted as n(Δ): the integral of n over ``kernels.relaxation_kernel_A2``."""
    return linear_functional(density, kernels.relaxation_kernel_A2, omega, A)


def internal_friction(density: DensityOfStates, omega: float, A: float) -> JackknifeEstimate:
    """Return the internal friction Q⁻¹ due to relaxing TLSs, the out-of-phase counterpart of ``relaxation``.

    Parameters
    ----------
    density
        n(T, E) with jackknife groups, as returned by ``tlsglass.load_density``.
    omega
        Frequency ω of the sound, in Hz.
    A
        Prefactor of the TLS relaxation rate A E³ coth(E/2T), in Hz/K³. Only ω/A matters.

    Returns
    -------
    JackknifeEstimate
        Q⁻¹ in units of γ²/(L0 ρv²): the integral of n over ``kernels.friction_kernel``.
    """
    return linear_functional(density, kernels.friction_kernel, omega, A)


def thermal_conductivity(density: DensityOfStates, min_counts: float) -> JackknifeEstimate:
    """Return the thermal conductivity limited by resonant scattering from TLSs.

    Parameters
    ----------
    density
        n(T, E) with jackknife groups, as returned by ``tlsglass.load_density``.
    min_counts
        Energy bins are merged until each contains at least this many counts, because n is in the denominator. This keeps the
        bias of 1/n below 1/``min_counts``; the remaining jackknife bias is subtracted.

    Returns
    -------
    JackknifeEstimate
        κ(T) in units of the paper's prefactor: T times the integral of ``kernels.thermal_conductivity_kernel`` / n.
        NaN if there are fewer than ``min_counts`` counts in total.
    """
    if density.total.sum() < min_counts:
        return density.sums[1].nan()
    edges = grid.rebin(density.total, min_counts)
    _, weight = _phonon_weights(density)
    inverse_n: JackknifeEstimate = np.add.reduceat(weight.sum(axis=1), edges[:-1]) / density.coarsen(edges).n
    return inverse_n.reduce(np.sum).without_bias()


def thermal_conductivity_A1(density: DensityOfStates, min_counts: float) -> JackknifeEstimate:
    """Return κ(T) of Eq. (A1), with n interpreted as n(Δ): n(E) is then the mean of n(Δ) over 0 < Δ < E."""
    if density.total.sum() < min_counts:
        return density.sums[1].nan()
    merged, (nodes, weight) = density.coarsen_to_counts(min_counts), _phonon_weights(density)
    cumulative = np.cumsum((merged.n * merged.widths_K).rows, axis=1)
    cumulative = np.concatenate([np.zeros((len(cumulative), 1)), cumulative], axis=1)
    integrated = np.array([np.interp(nodes, merged.edges_K, row) for row in cumulative])
    return JackknifeEstimate((weight * nodes / integrated).sum(axis=(1, 2))).without_bias()


def _phonon_weights(density: DensityOfStates) -> tuple[FloatArray, FloatArray]:
    """Return Gauss-Legendre nodes (m, 5) of every bin and the weights (m, 5) of 1/n at them in ``thermal_conductivity``."""
    nodes, weights = _bin_nodes(density.edges_K)
    kernel = density.T_K * kernels.thermal_conductivity_kernel(nodes, density.T_K)
    return nodes, kernel * weights * density.widths_K[:, None]


def _bin_nodes(edges_K: FloatArray) -> tuple[FloatArray, FloatArray]:
    """Return Gauss-Legendre nodes (m, 5) of every bin and weights (5,): ``nodes @ weights`` is the mean over a bin."""
    low, high = edges_K[:-1, None], edges_K[1:, None]
    return low + 0.5 * (high - low) * (1 + _GAUSS_X), 0.5 * _GAUSS_W
