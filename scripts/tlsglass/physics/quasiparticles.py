"""Thermal quasiparticles of a superconductor: the Mattis-Bardeen σ1 and σ2 with the BCS gap, by numerical quadrature.

Both affect a resonator through one gap and one kinetic inductance fraction α: δf/f = α/2 · δσ2/σ2 and 1/Q = α · σ1/σ2. ASSUME:
a thin film; in a thick one α is twice as large. Temperatures are in kelvin (k_B = 1), frequencies in Hz, and ``gap_K`` is Δ/k
at T = 0. T, f and the gap broadcast.
"""

from __future__ import annotations

from functools import cache

import numpy as np
from scipy import special
from scipy.interpolate import CubicSpline

from tlsglass.base.types import FloatArray, FloatOrArray
from tlsglass.physics.microwave import HERTZ_K

# Uniform steps converge exponentially: the substitutions remove the square roots, and both integrands are even and analytic.
_SIGMA_1 = np.arange(25) / 24.0
_SIGMA_2 = np.sin(np.pi * (np.arange(8) + 0.5) / 16) ** 2
ZERO_TEMPERATURE_K = 1e-9  # where σ2 is that of T = 0
MIN_GAP_OVER_T = 0.6  # the gap is computed up to T = 0.97 T_c and set to this times T above


def frequency_shift(T_K: FloatOrArray, frequency_Hz: float, gap_K: FloatOrArray) -> FloatArray:
    """Return δf/f = (σ2(T)/σ2(0) - 1)/2 < 0 for a kinetic inductance fraction of 1."""
    T, quantum, gap_T = _arguments(T_K, frequency_Hz, gap_K)
    sigma_2_at_0 = _sigma_2(ZERO_TEMPERATURE_K, quantum, _above_pair_breaking(np.asarray(gap_K)[..., None], quantum))
    return 0.5 * (_sigma_2(T, quantum, gap_T) / sigma_2_at_0 - 1)


def loss(T_K: FloatOrArray, frequency_Hz: float, gap_K: FloatOrArray) -> FloatArray:
    """Return 1/Q = σ1/σ2 for a kinetic inductance fraction of 1."""
    T, quantum, gap_T = _arguments(T_K, frequency_Hz, gap_K)
    return _sigma_1(T, quantum, gap_T) / _sigma_2(T, quantum, gap_T)


def qubit_relaxation(T_K: FloatOrArray, frequency_Hz: float, gap_K: FloatOrArray) -> FloatArray:
    """Return 1/T1 in 1/s due to quasiparticles at a temperature T, for a kinetic inductance fraction of 1.

    It is ω coth(hf/2T) times ``loss``: a qubit has the sum of the rates of emission and absorption, a resonator the difference.
    For T << hf << Δ this is (x/π) sqrt(2ωΔ/ħ) with x = sqrt(2πT/Δ) exp(-Δ/T), the rate of a transmon.
    """
    T = np.asarray(T_K, dtype=float)
    rate: FloatArray = 2 * np.pi * frequency_Hz * loss(T, frequency_Hz, gap_K) / np.tanh(HERTZ_K * frequency_Hz / (2 * T))
    return rate


def effective_temperature(T_K: FloatOrArray, saturation_K: float, exponent: float) -> FloatArray:
    """Return the temperature (T^k + T_sat^k)^(1/k) of quasiparticles that do not cool below T_sat; k is ``exponent``."""
    T = np.asarray(T_K, dtype=float)
    largest = np.maximum(T, saturation_K)
    effective: FloatArray = largest * ((T / largest) ** exponent + (saturation_K / largest) ** exponent) ** (1 / exponent)
    return effective


def gap(T_K: FloatOrArray, gap_K: FloatOrArray) -> FloatArray:
    """Return the BCS gap Δ(T) in kelvin, from ln(Δ(0)/Δ) = 2 Σ_n (-1)^(n+1) K0(nΔ/T).

    At and above 0.97 T_c it is replaced by ``MIN_GAP_OVER_T`` times T.
    """
    T = np.asarray(T_K, dtype=float)
    gap_0_over_T = np.asarray(gap_K, dtype=float) / T
    lowest, curve = gap_curve()
    gap_over_T = np.exp(curve(np.log(np.clip(gap_0_over_T, lowest, 30.0))))
    return T * np.where(gap_0_over_T < 30, gap_over_T, gap_0_over_T)


@cache
def gap_curve() -> tuple[float, CubicSpline]:
    """Return the smallest Δ(0)/T of the table, and a spline of ln(Δ(T)/T) over ln(Δ(0)/T) from there to Δ(0)/T = 30."""
    u = np.geomspace(MIN_GAP_OVER_T, 31.0, 120)
    n = np.arange(1, 80)[:, None]
    ln_gap_0_over_T = np.log(u) + 2 * np.sum((-1.0) ** (n + 1) * special.k0(n * u), axis=0)
    return float(np.exp(ln_gap_0_over_T[0])), CubicSpline(ln_gap_0_over_T, np.log(u))


def _arguments(T_K: FloatOrArray, frequency_Hz: float, gap_K: FloatOrArray) -> tuple[FloatArray, float, FloatArray]:
    """Return T, hf and Δ(T); T and Δ with a trailing axis for the nodes."""
    T, quantum = np.asarray(T_K, dtype=float), HERTZ_K * frequency_Hz
    return T[..., None], quantum, _above_pair_breaking(gap(T, gap_K)[..., None], quantum)


def _above_pair_breaking(gap_K: FloatArray, quantum: float) -> FloatArray:
    """Return the gap, but at least slightly above hf/2: photons that break pairs are outside the validity of these formulas."""
    clipped: FloatArray = np.maximum(gap_K, 0.51 * quantum)
    return clipped


def _sigma_1(T: FloatArray, quantum: float, gap_T: FloatArray) -> FloatArray:
    """Return σ1/σn = 2/hf ∫_Δ^∞ dE [f(E) - f(E + hf)] (E² + Δ² + hf E) / sqrt(..) sqrt(..), with E = Δ + hf sinh²."""
    highest = np.arcsinh(np.sqrt(40 * T / quantum))
    E = gap_T + quantum * np.sinh(highest * _SIGMA_1) ** 2
    boltzmann = np.exp(-E / T)
    occupation = boltzmann * -np.expm1(-quantum / T) / ((1 + boltzmann) * (1 + boltzmann * np.exp(-quantum / T)))
    integrand = occupation * _coherence_factor(E, quantum, gap_T)
    sigma: FloatArray = 4 / quantum * (highest / 24)[..., 0] * (integrand.sum(axis=-1) - 0.5 * integrand[..., 0])
    return sigma


def _sigma_2(T: FloatOrArray, quantum: float, gap_T: FloatArray) -> FloatArray:
    """Return σ2/σn = 1/hf ∫_(Δ-hf)^Δ dE tanh((E + hf)/2T) (E² + Δ² + hf E) / sqrt(..) sqrt(..), with E = Δ - hf sin²."""
    E = gap_T - quantum * _SIGMA_2
    occupation = np.tanh(0.5 * (E + quantum) / T)
    sigma: FloatArray = np.pi / (len(_SIGMA_2) * quantum) * (occupation * _coherence_factor(E, quantum, gap_T)).sum(axis=-1)
    return sigma


def _coherence_factor(E: FloatArray, quantum: float, gap_T: FloatArray) -> FloatArray:
    """Return the factor of both integrands that is smooth at the gap after the substitutions."""
    factor: FloatArray = (E * E + gap_T * gap_T + quantum * E) / np.sqrt((E + gap_T) * (E + quantum + gap_T))
    return factor
