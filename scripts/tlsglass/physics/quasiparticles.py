"""Thermal quasiparticles of a superconductor: Mattis and Bardeen's σ1 and σ2 with the gap of BCS, by quadrature.

Both enter a resonator through one gap and one kinetic fraction α: δf/f = α/2 · δσ2/σ2, 1/Q = α · σ1/σ2. ASSUME: a thin
film; α is twice as large where it is thick. Temperatures in kelvin (k_B = 1), frequencies in Hz, ``gap_K`` is Δ/k at T = 0;
T, f and the gap broadcast.
"""

from functools import cache

import numpy as np
from scipy import special
from scipy.interpolate import CubicSpline

from tlsglass.physics.microwave import HERTZ_K

# Even steps converge exponentially: both integrands are even and analytic in the angles that take their roots away.
_SIGMA_1 = np.arange(25) / 24.0
_SIGMA_2 = np.sin(np.pi * (np.arange(8) + 0.5) / 16) ** 2
COLD = 1e-9  # kelvin, where σ2 is that of T = 0
LEAST = 0.6  # of Δ/T: the gap is followed up to T = 0.97 T_c, and taken as this times T beyond


def frequency_shift(T_K, frequency_Hz, gap_K):
    """δf/f for a kinetic fraction of 1: (σ2(T)/σ2(0) - 1)/2 < 0."""
    T, quantum, gap = _arguments(T_K, frequency_Hz, gap_K)
    cold = _sigma_2(COLD, quantum, _held(np.asarray(gap_K)[..., None], quantum))
    return 0.5 * (_sigma_2(T, quantum, gap) / cold - 1)


def loss(T_K, frequency_Hz, gap_K):
    """1/Q for a kinetic fraction of 1: σ1/σ2."""
    T, quantum, gap = _arguments(T_K, frequency_Hz, gap_K)
    return _sigma_1(T, quantum, gap) / _sigma_2(T, quantum, gap)


def gap(T_K, gap_K):
    """Return Δ(T) of BCS: ln(Δ(0)/Δ) = 2 Σ_n (-1)^(n+1) K0(nΔ/T); ``LEAST`` T at and above 0.97 T_c."""
    T = np.asarray(T_K, dtype=float)
    given = np.asarray(gap_K, dtype=float) / T  # Δ(0)/T
    lowest, curve = gap_curve()
    return T * np.where(given < 30, np.exp(curve(np.log(np.clip(given, lowest, 30.0)))), given)


@cache
def gap_curve():
    """Return the least Δ(0)/T that is followed, and ln(Δ(T)/T) as a function of ln(Δ(0)/T) from there to 30."""
    u = np.geomspace(LEAST, 31.0, 120)
    n = np.arange(1, 80)[:, None]
    given = np.log(u) + 2 * np.sum((-1.0) ** (n + 1) * special.k0(n * u), axis=0)
    return np.exp(given[0]), CubicSpline(given, np.log(u))


def _arguments(T_K, frequency_Hz, gap_K):
    """Return T, hf and Δ(T), each with an axis for the nodes."""
    T, quantum = np.asarray(T_K, dtype=float), HERTZ_K * frequency_Hz
    return T[..., None], quantum, _held(gap(T, gap_K)[..., None], quantum)


def _held(gap_K, quantum):
    """Return the gap, or a little more than hf/2 where photons would break pairs, which is beyond these formulas."""
    return np.maximum(gap_K, 0.51 * quantum)


def _sigma_1(T, quantum, gap_T):
    """σ1/σn = 2/hf ∫_Δ^∞ dE [f(E) - f(E + hf)] (E² + Δ² + hf E) / sqrt(..) sqrt(..), with E = Δ + hf sinh²."""
    highest = np.arcsinh(np.sqrt(40 * T / quantum))
    E = gap_T + quantum * np.sinh(highest * _SIGMA_1) ** 2
    occupied = np.exp(-E / T) * -np.expm1(-quantum / T) / ((1 + np.exp(-E / T)) * (1 + np.exp(-(E + quantum) / T)))
    found = occupied * _coherence(E, quantum, gap_T)
    return 4 / quantum * (highest / 24)[..., 0] * (found.sum(axis=-1) - 0.5 * found[..., 0])


def _sigma_2(T, quantum, gap_T):
    """σ2/σn = 1/hf ∫_(Δ-hf)^Δ dE tanh((E + hf)/2T) (E² + Δ² + hf E) / sqrt(..) sqrt(..), with E = Δ - hf sin²."""
    E = gap_T - quantum * _SIGMA_2
    occupied = np.tanh(0.5 * (E + quantum) / T)
    return np.pi / (len(_SIGMA_2) * quantum) * (occupied * _coherence(E, quantum, gap_T)).sum(axis=-1)


def _coherence(E, quantum, gap_T):
    return (E * E + gap_T * gap_T + quantum * E) / np.sqrt((E + gap_T) * (E + quantum + gap_T))
