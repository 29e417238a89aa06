"""The atlas that comes with the package: n(T, E) and what follows from it, at any J0/h0 of its domain, with errors.

``tlsglass.atlas.density(E_K, T_K, J0_K, h0_K)``. Energies and temperatures in kelvin (k_B = 1). Errors hold those of the
simulation, of the course between the simulated couplings, and of what was taken off to get from annealing to equilibrium;
docs/atlas.md tells how they were tested. What takes temperatures takes one or an array (t,), and one J0; it returns
base.samples.Samples, with ``value`` and ``error`` of that shape. All raise ValueError outside of the domain (``limits``):
nothing is extrapolated. ``atlas`` is another density.atlas.Atlas than the one that is shipped, as that of ``annealed()``.
"""

from typing import NamedTuple

import numpy as np

from tlsglass.atlas.table import shipped_atlas
from tlsglass.base import jackknife
from tlsglass.base.jackknife import JackknifeEstimate
from tlsglass.physics import kernels, temperature_fits

H0_K = 10.0  # the paper's typical random field
MAX_ENERGY_H0 = 25.0  # energies up to here, in h0: beyond them there are no TLSs
# ASSUME: Eq. (5) divides by n. Phonons of more than 30 T, or of energies where a Gaussian n has all but vanished, are left out.
PHONONS_T, PHONONS_H0 = 30.0, 6.0


def annealed():
    """Return the atlas as it was annealed, to be handed on as ``atlas``: nothing is taken off to get to equilibrium."""
    return shipped_atlas(annealed=True)


class Eq3Fit(NamedTuple):
    """B (T² + E²)^(µ/2), Eq. (3): B is n at T² + E² = 1 K²."""

    B: JackknifeEstimate
    mu: JackknifeEstimate


def limits(h0_K=H0_K, atlas=None):
    """Return the domain in kelvin: {"T": (lowest, highest), "J0": (lowest, highest)}. E is any energy >= 0."""
    return {name: (low * h0_K, high * h0_K) for name, (low, high) in (atlas or shipped_atlas()).limits.items()}


def density(E_K, T_K, J0_K, h0_K=H0_K, atlas=None):
    """Return n(T, E) per kelvin and lattice site and its standard error, arrays of the shape to which E, T and J0 broadcast.

    Raises ValueError for E < 0, and for T or J0 outside of ``limits``.
    """
    found = density_estimate(E_K, T_K, J0_K, h0_K, atlas)
    return found.value, found.error


def density_estimate(E_K, T_K, J0_K, h0_K=H0_K, atlas=None):
    """Return n(T, E) as ``density`` does, as Samples: what is computed from them row by row has its error."""
    return (atlas or shipped_atlas()).density(E_K, T_K, J0_K, h0_K)


def specific_heat(T_K, J0_K, h0_K=H0_K, atlas=None):
    """C(T) of Eq. (6) per lattice site (k_B = 1)."""
    return _linear(kernels.specific_heat_kernel, T_K, J0_K, h0_K, atlas)


def sound_velocity(T_K, J0_K, omega, A, h0_K=H0_K, atlas=None):
    """δv/v of Eqs. (7) + (8), in units of γ²/(L0 ρv²)."""

    def kernel(E, T):
        return kernels.resonant_kernel(E, T) + kernels.relaxation_kernel(E, T, omega, A)

    return -_linear(kernel, T_K, J0_K, h0_K, atlas)


def internal_friction(T_K, J0_K, omega, A, h0_K=H0_K, atlas=None):
    """Q⁻¹ of relaxing TLSs, in units of γ²/(L0 ρv²)."""
    return _linear(lambda E, T: kernels.friction_kernel(E, T, omega, A), T_K, J0_K, h0_K, atlas)


def thermal_conductivity(T_K, J0_K, h0_K=H0_K, atlas=None):
    """κ(T) of Eq. (5) in units of the paper's prefactor."""

    def one(T):
        E, weight = _energies(T, h0_K, min(PHONONS_T * T, PHONONS_H0 * h0_K))
        return density_estimate(E, T, J0_K, h0_K, atlas) ** -1.0 @ (weight * T * kernels.phonon_kernel(E / T))

    return _each(one, T_K)


def eq3(T_K, J0_K, h0_K=H0_K, window_T=2.0, atlas=None):
    """Return B and µ of Eq. (3), fitted on 0 < E < ``window_T``·T with the weights of counts, as Table II is."""

    def one(T):
        E = window_T * T * (np.arange(40) + 0.5) / 40
        n = density_estimate(E, T, J0_K, h0_K, atlas)
        x, weight = 0.5 * np.log(T**2 + E**2), n.value / n.value.sum()
        centre = x @ weight
        mu = np.log(n) @ (weight * (x - centre)) / (weight @ (x - centre) ** 2)
        return np.log(n) @ weight - mu * centre, mu

    ln_B, mu = zip(*map(one, np.ravel(T_K)), strict=True)
    return Eq3Fit(np.exp(_shaped(ln_B, T_K)), _shaped(mu, T_K))


def alpha(J0_K, low_K=0.1, high_K=1.0, h0_K=H0_K, atlas=None):
    """Return α of C ∝ T^(1+α) on a window of temperatures, Samples ()."""
    T = np.geomspace(low_K, high_K, 12)
    return temperature_fits.fit_power_law(T, specific_heat(T, J0_K, h0_K, atlas), low_K, high_K).power - 1


def beta(J0_K, low_K=0.1, high_K=1.0, h0_K=H0_K, atlas=None):
    """Return β of κ ∝ T^(2-β) on a window of temperatures, Samples ()."""
    T = np.geomspace(low_K, high_K, 12)
    return 2 - temperature_fits.fit_power_law(T, thermal_conductivity(T, J0_K, h0_K, atlas), low_K, high_K).power


def slopes(J0_K, T0_K, below_K, above_K, h0_K=H0_K, atlas=None):
    """Return physics.laws.Slopes of δv/v: its logarithmic slopes on two windows, their ratio and the maximum between.

    ``T0_K`` = (ω/A)^(1/3) is the crossover temperature of Eq. (8), which depends on ω and A in no other way.
    """
    windows = np.geomspace(*below_K, 5), np.geomspace(below_K[1], above_K[0], 13), np.geomspace(*above_K, 6)
    T = np.unique(np.round(np.concatenate(windows), 12))
    return temperature_fits.logarithmic_slopes(T, sound_velocity(T, J0_K, T0_K**3, 1.0, h0_K, atlas), below_K, above_K)


def _energies(T, h0_K, highest_K):
    """Return Gauss-Legendre nodes and weights in E, up to ``highest_K``: even in ln E but for the first interval."""
    steps = int(np.ceil(2 * np.log(highest_K / (1e-3 * T))))
    return kernels.composite(np.concatenate([[0.0], np.geomspace(1e-3 * T, highest_K, steps)]), 6)


def _linear(kernel, T_K, J0_K, h0_K, atlas):
    """Return ∫ dE n(T, E) ``kernel``(E, T)."""

    def one(T):
        E, weight = _energies(T, h0_K, MAX_ENERGY_H0 * h0_K)
        return density_estimate(E, T, J0_K, h0_K, atlas) @ (weight * kernel(E, T))

    return _each(one, T_K)


def _each(one, T_K):
    """Return ``one`` of every temperature, Samples of the shape of ``T_K``."""
    return _shaped([one(T) for T in np.ravel(np.asarray(T_K, dtype=float))], T_K)


def _shaped(values, T_K):
    found = jackknife.stack(values)
    return JackknifeEstimate(found.rows.reshape(-1, *np.shape(T_K)))
