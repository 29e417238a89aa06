"""Eqs. (5)-(8), (A1) and (A2): observables as functionals of a simulated density of states.

n(T, E) enters as counts per energy bin (density.counts.Counts), n taken as constant in a bin. Every functional returns
Samples (). Energies and temperatures in kelvin, k_B = 1; ω in Hz, A in Hz/K³: only ω/A counts.
"""

import numpy as np

from tlsglass.base.jackknife import JackknifeEstimate
from tlsglass.dos import grid
from tlsglass.physics import kernels

_GAUSS_X, _GAUSS_W = np.polynomial.legendre.leggauss(5)


def linear_functional(counts, kernel):
    """Return ∫ dE n(T, E) ``kernel``(E), Samples (): an average over the counted energies."""
    total, realizations = counts.sums
    nodes, weights = _bin_nodes(counts.edges_K)
    in_bins = total * counts.widths_K / (realizations * counts.exposure)
    return in_bins @ (kernel(nodes) @ weights)


def specific_heat(counts):
    """C(T) of Eq. (6) per lattice site (k_B = 1)."""
    return linear_functional(counts, lambda E: kernels.specific_heat_kernel(E, counts.T_K))


def sound_velocity(counts, omega, A):
    """δv/v of Eqs. (7) + (8), in units of γ²/(L0 ρv²)."""
    return resonant(counts) + relaxation(counts, omega, A)


def resonant(counts):
    """δv_res/v of Eq. (7) in units of γ²/(L0 ρv²)."""
    return -linear_functional(counts, lambda E: kernels.resonant_kernel(E, counts.T_K))


def relaxation(counts, omega, A):
    """δv_rel/v of Eq. (8) in units of γ²/(L0 ρv²)."""
    return -linear_functional(counts, lambda E: kernels.relaxation_kernel(E, counts.T_K, omega, A))


def internal_friction(counts, omega, A):
    """Q⁻¹ of relaxing TLSs, the part that is out of phase with ``relaxation``, in units of γ²/(L0 ρv²)."""
    return linear_functional(counts, lambda E: kernels.friction_kernel(E, counts.T_K, omega, A))


def relaxation_A2(counts, omega, A):
    """The relaxational part of δv/v with n read as n(Δ), Eq. (A2), in the units of ``relaxation``."""
    return -linear_functional(counts, lambda E: kernels.relaxation_kernel_A2(E, counts.T_K, omega, A))


def thermal_conductivity(counts, least):
    """κ(T) of Eq. (5) in units of the paper's prefactor.

    n stands in the denominator: bins are merged until each holds ``least`` counts, which keeps the bias of 1/n below
    1/``least``, and the jackknife bias is subtracted. NaN when all counts together are fewer than that.
    """
    if counts.total.sum() < least:
        return _unknown(counts)
    kept = grid.rebin(counts.total, least)
    _, weight = _phonon_weights(counts)
    inverse_n = np.add.reduceat(weight.sum(axis=1), kept[:-1]) / counts.coarsen(kept).n
    return inverse_n.reduce(np.sum).without_bias()


def thermal_conductivity_A1(counts, least):
    """κ(T) with n read as n(Δ), Eq. (A1), as ``thermal_conductivity``: n(E) is the mean of n(Δ) over 0 < Δ < E."""
    if counts.total.sum() < least:
        return _unknown(counts)
    merged, (nodes, weight) = counts.coarsen_to_counts(least), _phonon_weights(counts)
    below = np.cumsum((merged.n * merged.widths_K).rows, axis=1)
    below = np.concatenate([np.zeros((len(below), 1)), below], axis=1)
    integrated = np.array([np.interp(nodes, merged.edges_K, row) for row in below])
    return JackknifeEstimate((weight * nodes / integrated).sum(axis=(1, 2))).without_bias()


def _phonon_weights(counts):
    """Return Gauss-Legendre nodes (m, 5) of every bin, and the weights (m, 5) of 1/n at them in Eq. (5)."""
    nodes, weights = _bin_nodes(counts.edges_K)
    return nodes, counts.T_K * kernels.phonon_kernel(nodes / counts.T_K) * weights * counts.widths_K[:, None]


def _bin_nodes(edges_K):
    """Gauss-Legendre nodes (m, 5) of every bin; ``nodes @ weights`` is the mean of a function over a bin."""
    low, high = edges_K[:-1, None], edges_K[1:, None]
    return low + 0.5 * (high - low) * (1 + _GAUSS_X), 0.5 * _GAUSS_W


def _unknown(counts):
    total, _ = counts.sums
    return JackknifeEstimate(np.full(1 + total.groups, np.nan))
