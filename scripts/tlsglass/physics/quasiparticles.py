"""Thermal quasiparticles of a superconductor: the Mattis-Bardeen σ1 and σ2 with the BCS gap, by numerical quadrature.

Both affect a resonator through one gap and one kinetic inductance fraction α: δf/f = α/2 · δσ2/σ2 and 1/Q = α · σ1/σ2. ASSUME:
a thin film; in a thick one α is twice as large. Temperatures are in kelvin (k_B = 1), frequencies in Hz, and ``gap_K`` is Δ/k
at T = 0. T may be an array.
"""

from __future__ import annotations

from functools import cache, lru_cache

import numpy as np

from tlsglass.base.types import FloatArray, FloatOrArray
from tlsglass.physics.microwave import HERTZ_K

# Uniform steps converge exponentially: the substitutions remove the square roots, and both integrands are even and analytic.
_SIGMA_1 = np.arange(25) / 24.0
_SIGMA_2 = np.sin(np.pi * (np.arange(8) + 0.5) / 16) ** 2
ZERO_TEMPERATURE_K = 1e-9  # where σ2 is that of T = 0
MIN_GAP_OVER_T = 0.6  # the gap is computed up to T = 0.97 T_c and set to this times T above
MAX_GAP_OVER_T = 30.0  # beyond, it is that of T = 0
GAP_NODES = 400  # of the table of the gap
GAP_STEP = 0.1  # of the integral in its equation


def frequency_shift(T_K: FloatOrArray, frequency_Hz: float, gap_K: float) -> FloatArray:
    """Return δf/f = (σ2(T)/σ2(0) - 1)/2 < 0 for a kinetic inductance fraction of 1."""
    T, quantum, gap_T = _arguments(T_K, frequency_Hz, gap_K)
    sigma_2_at_0 = _sigma_2(np.array(ZERO_TEMPERATURE_K), quantum, _above_pair_breaking(gap_K, quantum))
    return 0.5 * (_sigma_2(T, quantum, gap_T) / sigma_2_at_0 - 1)


def loss(T_K: FloatOrArray, frequency_Hz: float, gap_K: float) -> FloatArray:
    """Return 1/Q = σ1/σ2 for a kinetic inductance fraction of 1."""
    T, quantum, gap_T = _arguments(T_K, frequency_Hz, gap_K)
    return _sigma_1(T, quantum, gap_T) / _sigma_2(T, quantum, gap_T)


def qubit_relaxation(T_K: FloatOrArray, frequency_Hz: float, gap_K: float) -> FloatArray:
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


def gap(T_K: FloatOrArray, gap_K: float) -> FloatArray:
    """Return the BCS gap Δ(T) in kelvin, from ln(Δ(0)/Δ) = 2 ∫_0^∞ dt / (exp(Δ/T cosh t) + 1).

    At and above 0.97 T_c it is replaced by ``MIN_GAP_OVER_T`` times T.
    """
    T = np.asarray(T_K, dtype=float)
    gap_0_over_T = np.asarray(gap_K, dtype=float) / T
    ln_gap_0, cubics = gap_curve()
    x = np.clip(np.log(gap_0_over_T), ln_gap_0[0], ln_gap_0[-1])
    k = np.minimum(np.searchsorted(ln_gap_0, x, side="right") - 1, len(ln_gap_0) - 2)
    x = x - ln_gap_0[k]
    c0, c1, c2, c3 = cubics[:, k]
    gap_over_T = np.exp(c0 + x * (c1 + x * (c2 + x * c3)))
    gap_T: FloatArray = T * np.where(gap_0_over_T < MAX_GAP_OVER_T, gap_over_T, gap_0_over_T)
    return gap_T


@cache
def gap_curve() -> tuple[FloatArray, FloatArray]:
    """Return ln(Δ(0)/T) (n,) in ascending order, and the coefficients (4, n - 1) of cubic polynomials of the distance to it.

    Between two of these points, the polynomial is ln(Δ(T)/T), with its derivative at both of them.
    """
    ln_u = np.linspace(np.log(MIN_GAP_OVER_T), np.log(MAX_GAP_OVER_T * 1.01), GAP_NODES)
    t = GAP_STEP * np.arange(1 + int(np.arccosh(40 / MIN_GAP_OVER_T) / GAP_STEP))
    step = np.where(t == 0, 0.5, 1.0) * GAP_STEP  # of the trapezoidal rule, which converges exponentially
    E_over_T = np.exp(ln_u)[:, None] * np.cosh(t)
    occupation = np.exp(-E_over_T) / (1 + np.exp(-E_over_T))
    x = ln_u + 2 * occupation @ step
    slope = 1 / (1 - 2 * (E_over_T * occupation * (1 - occupation)) @ step)
    width = np.diff(x)
    secant = np.diff(ln_u) / width
    second = (3 * secant - 2 * slope[:-1] - slope[1:]) / width
    third = (slope[:-1] + slope[1:] - 2 * secant) / width**2
    return x, np.stack([ln_u[:-1], slope[:-1], second, third])


def _arguments(T_K: FloatOrArray, frequency_Hz: float, gap_K: float) -> tuple[FloatArray, float, FloatArray]:
    """Return T, hf and Δ(T)."""
    T, quantum = np.asarray(T_K, dtype=float), HERTZ_K * frequency_Hz
    return T, quantum, _above_pair_breaking(gap(T, gap_K), quantum)


def _above_pair_breaking(gap_K: FloatOrArray, quantum: float) -> FloatArray:
    """Return the gap, but at least slightly above hf/2: photons that break pairs are outside the validity of these formulas."""
    clipped: FloatArray = np.maximum(gap_K, 0.51 * quantum)
    return clipped


# The nodes of both integrals are the first axis: a fit has more temperatures than an integral has nodes.


def _sigma_1(T: FloatArray, quantum: float, gap_T: FloatArray) -> FloatArray:
    """Return σ1/σn = 2/hf ∫_Δ^∞ dE [f(E) - f(E + hf)] (E² + Δ² + hf E) / sqrt(..) sqrt(..), with E = Δ + hf sinh²."""
    above_gap, decay, quantum_decay, weights = _sigma_1_terms(T.tobytes(), T.shape, quantum)
    boltzmann = np.exp(-gap_T / T) * decay
    occupation = boltzmann / ((1 + boltzmann) * (1 + boltzmann * quantum_decay))
    sigma: FloatArray = np.sum(weights * occupation * _coherence_factor(gap_T + above_gap, quantum, gap_T), axis=0)
    return sigma


@lru_cache(maxsize=16)  # a fit tries many gaps at the same temperatures
def _sigma_1_terms(
    T_bytes: bytes, shape: tuple[int, ...], quantum: float
) -> tuple[FloatArray, FloatArray, FloatArray, FloatArray]:
    """Return what ``_sigma_1`` needs at temperatures (...), apart from the gap.

    They are the energies above the gap (nodes, ...), exp(-E/T) of these and of hf, and the weights of the integral times
    1 - exp(-hf/T).
    """
    T, nodes = np.frombuffer(T_bytes).reshape(shape), _SIGMA_1.reshape(-1, *(1,) * len(shape))
    highest = np.arcsinh(np.sqrt(40 * T / quantum))
    above_gap = quantum * np.sinh(highest * nodes) ** 2
    weights = 4 / quantum * highest / 24 * np.where(nodes == 0, 0.5, 1.0) * -np.expm1(-quantum / T)
    return above_gap, np.exp(-above_gap / T), np.exp(-quantum / T), weights


def _sigma_2(T: FloatArray, quantum: float, gap_T: FloatArray) -> FloatArray:
    """Return σ2/σn = 1/hf ∫_(Δ-hf)^Δ dE tanh((E + hf)/2T) (E² + Δ² + hf E) / sqrt(..) sqrt(..), with E = Δ - hf sin²."""
    below_gap, decay = _sigma_2_terms(T.tobytes(), T.shape, quantum)
    boltzmann = np.exp(-gap_T / T) * decay
    occupation = (1 - boltzmann) / (1 + boltzmann)  # tanh((E + hf)/2T)
    integrand = occupation * _coherence_factor(gap_T - below_gap, quantum, gap_T)
    sigma: FloatArray = np.pi / (len(_SIGMA_2) * quantum) * np.sum(integrand, axis=0)
    return sigma


@lru_cache(maxsize=16)
def _sigma_2_terms(T_bytes: bytes, shape: tuple[int, ...], quantum: float) -> tuple[FloatArray, FloatArray]:
    """Return Δ - E and exp(-(E + hf - Δ)/T) at the energies E (nodes, ...) of ``_sigma_2``; they do not depend on the gap."""
    below_gap = quantum * _SIGMA_2.reshape(-1, *(1,) * len(shape))
    return below_gap, np.exp((below_gap - quantum) / np.frombuffer(T_bytes).reshape(shape))


def _coherence_factor(E: FloatArray, quantum: float, gap_T: FloatArray) -> FloatArray:
    """Return the factor of both integrands that is smooth at the gap after the substitutions."""
    factor: FloatArray = (E * (E + quantum) + gap_T * gap_T) / np.sqrt((E + gap_T) * (E + (quantum + gap_T)))
    return factor
