"""A resonator at microwave frequencies, where the quantum hf is not small against T: Eq. (7), the STM, quasiparticles.

Temperatures in kelvin (k_B = 1), frequencies in Hz, no factor 2π.
"""

import numpy as np
from scipy import constants, special

from tlsglass.physics import eq3

HERTZ_K = constants.h / constants.k  # the quantum of 1 Hz in kelvin
_T_PV = 0.3 * (np.arange(150) + 0.5)  # even steps converge exponentially: the integrand is analytic in a strip


def resonant_at_frequency_eq3(T_K, mu, frequency_Hz):
    """Eq. (7) with 1/E -> E/(E² - (hf)²), principal value: δf/f in units of P0γ²/ρv², but for a constant.

    It is ``eq3.resonant`` and what the quantum y = hf/T adds. With h(x) = (1 + x²)^(µ/2) tanh(x/2)/x and PV∫_0^∞ dx/(x² - y²)
    = 0 that is y² ∫_0^∞ dx (h(x) - h(y))/(x² - y²), or with x = y e^t the smooth y/2 ∫_0^∞ dt (h(y e^t) - h(y e^-t))/sinh t.
    At µ = 0 the whole is the digamma formula, ``digamma_shift`` + ln(hf / 1 K).
    """
    T = np.asarray(T_K, dtype=float)
    y = HERTZ_K * frequency_Hz / T
    above, below = y[..., None] * np.exp(_T_PV), y[..., None] * np.exp(-_T_PV)

    def h(x):
        return np.exp(0.5 * mu * np.log1p(x * x)) * np.tanh(0.5 * x) / x

    quantum = 0.5 * y * ((h(above) - h(below)) @ (0.3 / np.sinh(_T_PV)))
    return eq3.resonant(T, mu) - T**mu * quantum


def digamma_shift(T_K, frequency_Hz):
    """Re ψ(1/2 + hf/(2πi T)) - ln(hf/(2π T)): π Q_TLS δf/f of the STM, 0 at T = 0. The µ = 0 case in closed form."""
    y = HERTZ_K * frequency_Hz / np.asarray(T_K)
    return np.real(special.digamma(0.5 - 0.5j * y / np.pi)) - np.log(0.5 * y / np.pi)


def quasiparticle_shift(T_K, frequency_Hz, gap_K):
    """δf/f of thermal quasiparticles for a kinetic fraction of 1: Mattis and Bardeen's σ2 for T, hf << Δ.

    δf/f = δσ2/(2 σ2) = -[sqrt(2πT/Δ) + 2 exp(-ξ) I0(ξ)] exp(-Δ/T) / 2 with ξ = hf/(2T); ``gap_K`` is Δ/k at T = 0.
    ASSUME: the film is thick (local limit), and the gap shrinks by exp(-Δ/T) sqrt(2πTΔ).
    """
    T = np.asarray(T_K, dtype=float)
    thermal = np.sqrt(2 * np.pi * T / gap_K) + 2 * special.ive(0, 0.5 * HERTZ_K * frequency_Hz / T)
    return -0.5 * thermal * np.exp(-gap_K / T)
