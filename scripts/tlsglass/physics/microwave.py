"""A resonator at microwave frequencies, where the quantum hf is not small against T: its shift and its loss by TLSs.

Temperatures in kelvin (k_B = 1), frequencies in Hz, no factor 2π.
"""

from functools import lru_cache

import numpy as np
from numpy.polynomial import chebyshev
from scipy import constants, special

from tlsglass.physics import eq3

HERTZ_K = constants.h / constants.k  # the quantum of 1 Hz in kelvin
N_NODES = 20
_T_PV = 0.3 * (np.arange(150) + 0.5)  # even steps converge exponentially: the integrand is analytic in a strip


def resonant_at_frequency_eq3(T_K, mu, frequency_Hz):
    """Eq. (7) with 1/E -> E/(E² - (hf)²), principal value: δf/f in units of P0γ²/ρv², but for a constant.

    It is ``eq3.resonant`` and what the quantum y = hf/T adds. With h(x) = (1 + x²)^(µ/2) tanh(x/2)/x and PV∫_0^∞ dx/(x² - y²)
    = 0 that is y² ∫_0^∞ dx (h(x) - h(y))/(x² - y²), or with x = y e^t the smooth y/2 ∫_0^∞ dt (h(y e^t) - h(y e^-t))/sinh t.
    At µ = 0 the whole is the digamma formula, ``digamma_shift`` + ln(hf / 1 K).
    """
    T = np.asarray(T_K, dtype=float)
    log_above, above, log_below, below = _nodes(T.tobytes(), T.shape, frequency_Hz)
    quantum = np.sum(above * np.exp(mu * log_above), axis=-1) - np.sum(below * np.exp(mu * log_below), axis=-1)
    return eq3.resonant(T, mu) - T**mu * quantum


@lru_cache(maxsize=64)  # a fit asks for the same temperatures again and again
def _nodes(T_bytes, shape, frequency_Hz):
    """Return ln sqrt(1 + x²) and the weighted y/2 · tanh(x/2)/(x sinh t) at x = y e^t and at x = y e^-t, (..., nodes)."""
    y = (HERTZ_K * frequency_Hz / np.frombuffer(T_bytes).reshape(shape))[..., None]
    weight = 0.15 * y / np.sinh(_T_PV)
    found = []
    for x in (y * np.exp(_T_PV), y * np.exp(-_T_PV)):
        found += [0.5 * np.log1p(x * x), weight * np.tanh(0.5 * x) / x]
    return found


def digamma_shift(T_K, frequency_Hz):
    """Re ψ(1/2 + hf/(2πi T)) - ln(hf/(2π T)): π Q_TLS δf/f of the STM, 0 at T = 0. The µ = 0 case in closed form."""
    y = HERTZ_K * frequency_Hz / np.asarray(T_K)
    return np.real(special.digamma(0.5 - 0.5j * y / np.pi)) - np.log(0.5 * y / np.pi)


def resonant_loss_eq3(T_K, mu, frequency_Hz):
    """1/Q of resonant absorption at weak drive with Eq. (3), in units of F tan δ: n at E = hf, tanh(hf/2T) at µ = 0.

    F tan δ is that of ``resonant_at_frequency_eq3``, whose shape times F tan δ / π is δf/f: of n = B, at T² + E² = 1 K².
    """
    T, quantum_K = np.asarray(T_K, dtype=float), HERTZ_K * frequency_Hz
    return (T * T + quantum_K**2) ** (0.5 * mu) * np.tanh(0.5 * quantum_K / T)


def relaxation_loss_eq3(T_K, mu, frequency_Hz, A):
    """1/Q of relaxing TLSs in units of F tan δ = π P0γ²/ρv²: 1/2 where f << A T³, A T³ / f on the other side; 0 at A = 0.

    No drive saturates it: it is that of the TLSs at E of order T, not at hf. ``A`` in Hz/K³ is that of Eq. (8) beside f.
    """
    T = np.asarray(T_K, dtype=float)
    if not A > 0:
        return np.zeros_like(T)
    return interpolate_smooth(T, lambda T: eq3.internal_friction(T, mu, frequency_Hz, A) / np.pi)


def interpolate_smooth(T_K, of):
    """Return ``of``(T) > 0 (..., n), a smooth function of temperatures, at ``T_K`` (n,): at more than ``N_NODES`` of them the
    polynomial in ln T through so many. It is right to 1e-5 over two decades for losses of relaxing TLSs."""
    if np.size(T_K) <= N_NODES:
        return of(T_K)
    at, ln_T = interpolation_nodes(T_K), np.log(T_K)
    middle, half = _middle(ln_T)
    fitted = chebyshev.chebfit(chebyshev.chebpts1(N_NODES), np.log(of(at)).T, N_NODES - 1)
    return np.exp(chebyshev.chebval((ln_T - middle) / half, fitted))


def interpolation_nodes(T_K):
    """Return the temperatures that ``smooth`` asks for."""
    middle, half = _middle(np.log(T_K))
    return np.exp(middle + half * chebyshev.chebpts1(N_NODES))


def _middle(ln_T):
    return 0.5 * (ln_T.max() + ln_T.min()), max(0.5 * (ln_T.max() - ln_T.min()), 1e-9)


def saturation(T_K, frequency_Hz, photons, critical_photons, beta1, beta2):
    """What a drive leaves of resonant absorption: 1/sqrt(1 + (n̄/n_c)^β2 tanh(hf/2T) / T^β1), T in kelvin.

    Crowley et al., Phys. Rev. X 13, 041005 (2023), with D = n_c^β2: ``critical_photons`` n_c is the photon number that
    takes 1/sqrt(2) off a loss at 1 K were tanh 1. β1 = 0, β2 = 1 is the textbook's sqrt(1 + n̄/n_c) at T = 0.
    """
    T = np.asarray(T_K, dtype=float)
    drive = (np.asarray(photons) / critical_photons) ** beta2 * T**-beta1
    return 1 / np.sqrt(1 + drive * np.tanh(0.5 * HERTZ_K * frequency_Hz / T))


def photon_number_notch(power_W, frequency_Hz, Ql, Qc):
    """n̄ = 2 Q_l²/Q_c · P/(ħω²) on resonance: a resonator beside a line that it radiates into both ways (notch type)."""
    return 2 * Ql**2 / Qc * power_W / (constants.hbar * (2 * np.pi * frequency_Hz) ** 2)


def photon_number_reflection(power_W, frequency_Hz, Ql, Qc):
    """n̄ = 4 Q_l²/Q_c · P/(ħω²) on resonance: a resonator at the end of its line, in reflection."""
    return 2 * photon_number_notch(power_W, frequency_Hz, Ql, Qc)


PHOTON_NUMBER = {"notch": photon_number_notch, "reflection": photon_number_reflection}  # by the coupling geometry


def dBm_to_watt(power_dBm, attenuation_dB=0.0):
    """Return the power in watt that is left of ``power_dBm`` behind an attenuation."""
    return 1e-3 * 10 ** (0.1 * (np.asarray(power_dBm, dtype=float) - attenuation_dB))
