"""Frequency shift and loss of a resonator at microwave frequencies, where hf is comparable to T.

Temperatures are in kelvin (k_B = 1) and frequencies f in Hz, without a factor 2π. F tan δ = 1/Q_TLS is the loss of the TLSs
with the density n = B of Eq. (3) at T² + E² = 1 K²; the shape of a frequency shift is multiplied by F tan δ / π.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache

import numpy as np
from numpy.polynomial import chebyshev
from scipy import constants

from tlsglass.base.types import FloatArray, FloatOrArray
from tlsglass.physics import eq3, kernels

HERTZ_K = constants.h / constants.k  # hf of 1 Hz in kelvin
N_NODES = 20
LN_NO_PHOTONS = -1e300  # ln n̄ of no photons, finite so that its product with β2 = 0 is 0
PRINCIPAL_VALUE_STEP = 0.3  # in ln(E/hf): uniform steps converge exponentially, because the integrand is analytic in a strip


def principal_value_nodes(steps: int) -> FloatArray:
    """Return nodes t (steps,) for what a finite hf = ε adds to an integral ∫ dE F(E), F = n times ``kernels.resonant_kernel``.

    At a finite frequency, the factor 1/E of the kernel becomes E/(E² - ε²), and the integral its principal value. Because
    PV ∫_0^∞ dE/(E² - ε²) = 0, this adds ε² ∫_0^∞ dE (F(E) - F(ε)) / (E² - ε²). With E = ε e^t it is the smooth integral
    (ε/2) ∫_0^∞ dt (F(ε e^t) - F(ε e^-t)) / sinh t, here with steps of ``PRINCIPAL_VALUE_STEP``.
    """
    return PRINCIPAL_VALUE_STEP * (np.arange(steps, dtype=float) + 0.5)


def resonant_at_frequency_eq3(T_K: FloatOrArray, mu: float, frequency_Hz: float) -> FloatArray:
    """Return δf/f with Eq. (3) in units of F tan δ / π, up to a constant: ``eq3.resonant`` at a finite frequency.

    At µ = 0 this is Re ψ(1/2 + hf/(2πi T)) - ln(hf/(2π T)) + ln(hf / 1 K) with the digamma function ψ.
    """
    T = np.asarray(T_K, dtype=float)
    log_above, above, log_below, below = _principal_value_terms(T.tobytes(), T.shape, frequency_Hz)
    change: FloatArray = np.sum(above * np.exp(mu * log_above), axis=-1) - np.sum(below * np.exp(mu * log_below), axis=-1)
    return eq3.resonant(T, mu) - T**mu * change


@lru_cache(maxsize=64)  # a fit evaluates the same temperatures many times
def _principal_value_terms(T_bytes: bytes, shape: tuple[int, ...], frequency_Hz: float) -> tuple[FloatArray, ...]:
    """Return ln sqrt(1 + x²) and minus the weighted kernel at x = E/T = y e^t and, likewise, at y e^-t, (..., nodes)."""
    y = (HERTZ_K * frequency_Hz / np.frombuffer(T_bytes).reshape(shape))[..., None]
    t = principal_value_nodes(150)
    weight = 0.5 * PRINCIPAL_VALUE_STEP * y / np.sinh(t)
    above, below = y * np.exp(t), y * np.exp(-t)
    return (
        0.5 * np.log1p(above * above),
        weight * kernels.population_difference(above) / above,
        0.5 * np.log1p(below * below),
        weight * kernels.population_difference(below) / below,
    )


def resonant_loss_eq3(T_K: FloatOrArray, mu: float, frequency_Hz: float) -> FloatArray:
    """Return 1/Q of resonant absorption at weak drive with Eq. (3), in units of F tan δ.

    It is n at E = hf times tanh(hf/2T), the textbook formula at µ = 0.
    """
    T, quantum_K = np.asarray(T_K, dtype=float), HERTZ_K * frequency_Hz
    return eq3.density(quantum_K, T, 1.0, mu) * kernels.population_difference(quantum_K / T)


def qubit_relaxation_eq3(T_K: FloatOrArray, mu: float, frequency_Hz: float) -> FloatArray:
    """Return 1/T1 of a qubit due to resonant TLSs with Eq. (3), in 1/s per F tan δ.

    The qubit gives its energy to a TLS in its lower level at a rate Γ p, and takes up that of a TLS in its upper level at a
    rate Γ (1 - p), where p is the probability of the lower level. 1/T1 is the sum of both, Γ = ω n(T, hf)/n_ref · F tan δ,
    while a resonator loses their difference, Γ tanh(hf/2T).
    """
    rate: FloatArray = 2 * np.pi * frequency_Hz * eq3.density(HERTZ_K * frequency_Hz, np.asarray(T_K, dtype=float), 1.0, mu)
    return rate


def relaxation_loss_eq3(T_K: FloatOrArray, mu: float, frequency_Hz: float, A: float, dimension: float = 3.0) -> FloatArray:
    """Return 1/Q of relaxing TLSs with Eq. (3), in units of F tan δ; 0 at A = 0.

    At µ = 0 this tends to 1/2 for f << A T^d and to a value ∝ A T^d / f in the opposite limit. It comes from TLSs with E of
    order T rather than hf and is not saturated by the drive. ``A`` (Hz/K³) is that of ``kernels.relaxation_kernel`` with ω = f.
    """
    T = np.asarray(T_K, dtype=float)
    if not A > 0:
        return np.zeros_like(T)
    return interpolate_smooth(T, lambda T: eq3.internal_friction(T, mu, frequency_Hz, A, dimension) / np.pi)


def interpolate_smooth(T_K: FloatArray, function: Callable[[FloatArray], FloatArray]) -> FloatArray:
    """Return ``function``(T) > 0 (..., n), smooth in T, at ``T_K`` (n,).

    For more than ``N_NODES`` temperatures, evaluate the polynomial in ln T through ``interpolation_nodes``. For losses of
    relaxing TLSs its error is below 1e-5 over two decades.
    """
    if np.size(T_K) <= N_NODES:
        return function(T_K)
    values: FloatArray = np.exp(np.log(function(interpolation_nodes(T_K))) @ interpolation_matrix(T_K, T_K))
    return values


def interpolation_matrix(T_K: FloatArray, all_T_K: FloatArray) -> FloatArray:
    """Return the matrix (N_NODES, n) that turns values at ``interpolation_nodes``(``all_T_K``) into values at ``T_K`` (n,).

    The latter are those of the polynomial in ln T.
    """
    T_K = np.ascontiguousarray(T_K, dtype=float)
    return _interpolation_matrix(T_K.tobytes(), *_center_and_half_range(np.log(all_T_K)))


@lru_cache(maxsize=16)  # a fit interpolates at the same temperatures many times
def _interpolation_matrix(T_bytes: bytes, center: float, half_range: float) -> FloatArray:
    degree, nodes = N_NODES - 1, chebyshev.chebpts1(N_NODES)
    # Chebyshev polynomials are orthogonal on the nodes.
    coefficients = chebyshev.chebvander(nodes, degree) * np.where(np.arange(N_NODES) == 0, 1.0, 2.0) / N_NODES
    at_T = chebyshev.chebvander((np.log(np.frombuffer(T_bytes)) - center) / half_range, degree)
    matrix: FloatArray = coefficients @ at_T.T
    return matrix


def interpolation_nodes(T_K: FloatArray) -> FloatArray:
    """Return the ``N_NODES`` temperatures at which ``interpolate_smooth`` evaluates its function."""
    center, half_range = _center_and_half_range(np.log(T_K))
    nodes: FloatArray = np.exp(center + half_range * chebyshev.chebpts1(N_NODES))
    return nodes


def _center_and_half_range(ln_T: FloatArray) -> tuple[float, float]:
    return 0.5 * (ln_T.max() + ln_T.min()), max(0.5 * (ln_T.max() - ln_T.min()), 1e-9)


def saturation(
    T_K: FloatOrArray, frequency_Hz: float, photons: FloatOrArray, critical_photons: float, beta1: float, beta2: float
) -> FloatArray:
    """Return the factor by which a drive reduces resonant absorption, 1/sqrt(1 + (n̄/n_c)^β2 tanh(hf/2T) / T^β1), T in kelvin.

    This is the model of Crowley et al., Phys. Rev. X 13, 041005 (2023), with D = n_c^β2. ``critical_photons`` n_c is the photon
    number that would reduce the loss at 1 K by 1/sqrt(2) if tanh were 1. β1 = 0, β2 = 1 is the textbook's 1/sqrt(1 + n̄/n_c)
    at T = 0.
    """
    T, n = np.asarray(T_K, dtype=float), np.asarray(photons, dtype=float)
    ln_T, ln_n, difference = _drive_terms(T.tobytes(), T.shape, frequency_Hz, n.tobytes(), n.shape)
    drive = np.exp(beta2 * (ln_n - np.log(critical_photons)) - beta1 * ln_T)
    saturated: FloatArray = 1 / np.sqrt(1 + drive * difference)
    return saturated


@lru_cache(maxsize=16)  # a fit evaluates the same temperatures and photon numbers many times
def _drive_terms(
    T_bytes: bytes, T_shape: tuple[int, ...], frequency_Hz: float, photons_bytes: bytes, photons_shape: tuple[int, ...]
) -> tuple[FloatArray, FloatArray, FloatArray]:
    """Return ln T, ln n̄ and tanh(hf/2T)."""
    T, photons = np.frombuffer(T_bytes).reshape(T_shape), np.frombuffer(photons_bytes).reshape(photons_shape)
    with np.errstate(divide="ignore"):
        ln_photons = np.maximum(np.log(photons), LN_NO_PHOTONS)
    return np.log(T), ln_photons, kernels.population_difference(HERTZ_K * frequency_Hz / T)


def photon_number_notch(power_W: FloatOrArray, frequency_Hz: float, Ql: FloatOrArray, Qc: FloatOrArray) -> FloatArray:
    """Return n̄ = 2 Q_l²/Q_c · P/(ħω²) on resonance, for a resonator coupled to the side of a feedline (notch type)."""
    return 2 * np.asarray(Ql, dtype=float) ** 2 / Qc * power_W / (constants.hbar * (2 * np.pi * frequency_Hz) ** 2)


def photon_number_reflection(power_W: FloatOrArray, frequency_Hz: float, Ql: FloatOrArray, Qc: FloatOrArray) -> FloatArray:
    """Return n̄ = 4 Q_l²/Q_c · P/(ħω²) on resonance, for a resonator at the end of its line, measured in reflection."""
    return 2 * photon_number_notch(power_W, frequency_Hz, Ql, Qc)


PHOTON_NUMBER = {"notch": photon_number_notch, "reflection": photon_number_reflection}  # by the coupling geometry


def dBm_to_watt(power_dBm: FloatOrArray, attenuation_dB: float = 0.0) -> FloatArray:
    """Return the power in watt that remains of ``power_dBm`` after an attenuation."""
    power: FloatArray = 1e-3 * 10 ** (0.1 * (np.asarray(power_dBm, dtype=float) - attenuation_dB))
    return power
