"""Eq. (3), n = B (T² + E²)^(µ/2), and what Eqs. (5)-(8) are with it and B = 1, in closed form by its exact scaling with T.

µ = 0 is the standard tunneling model (STM). Energies and temperatures in kelvin, k_B = 1; ω in Hz, A in Hz/K³.
"""

import numpy as np

from tlsglass.physics import kernels


def density(E_K, T_K, B, mu):
    """Eq. (3): n(T, E) = B (T² + E²)^(µ/2), in the unit of B, that of n at T² + E² = 1 K²."""
    return B * (T_K**2 + E_K**2) ** (mu / 2)


_LN_X, _LN_W = kernels.composite(np.linspace(np.log(1e-7), 0.0, 13), 12)
_LN_X_UP, _LN_W_UP = kernels.composite(np.linspace(0.0, np.log(1e9), 17), 12)
_X, _DX = kernels.composite(np.concatenate([[0.0], np.geomspace(1e-5, 1.0, 11), [2, 4, 8, 14, 22, 36, 60, 100]]), 12)

# Even steps in ln x converge exponentially where the integrand is analytic in a strip about the real axis.
_X_REL = np.exp(np.arange(-19.0, 4.6, 0.17))
_DX_REL = 0.17 * _X_REL


def thermal_conductivity(T_K, mu):
    """κ(T) of Eq. (5): exactly T^(2-µ) times a number."""
    return np.asarray(T_K) ** (2 - mu) * np.sum(_DX * kernels.phonon_kernel(_X) * (1 + _X**2) ** (-mu / 2))


def specific_heat(T_K, mu):
    """C(T) of Eq. (6): exactly T^(1+µ) times a number (π²/6 at µ = 0)."""
    return np.asarray(T_K) ** (1 + mu) * np.sum(_DX * _X**2 * kernels.sech2(_X) / 4 * (1 + _X**2) ** (mu / 2))


def resonant(T_K, mu):
    """δv_res/v of Eq. (7) in units of P0γ²/ρv², but for a constant that does not depend on T.

    The integral is T^µ R(µ) + (Λ^µ - T^µ)/µ with an upper cutoff Λ and R(µ) its part that converges; Λ is set to 1 K.
    With µ = 0 this is ln T + constant.
    """
    lower = np.sum(_LN_W * (1 + np.exp(2 * _LN_X)) ** (mu / 2) * np.tanh(np.exp(_LN_X) / 2))
    x = np.exp(_LN_X_UP)
    upper = np.sum(_LN_W_UP * x**mu * (np.exp(0.5 * mu * np.log1p(x**-2.0)) * np.tanh(x / 2) - 1))
    ln_T = np.log(T_K)
    cutoff = -ln_T if mu == 0 else -np.expm1(mu * ln_T) / mu
    return -(np.exp(mu * ln_T) * (lower + upper) + cutoff)


def relaxation(T_K, mu, omega, A):
    """δv_rel/v of Eq. (8) in units of P0γ²/ρv²."""
    T = np.asarray(T_K)[..., None]
    inner = kernels.relaxation_integral(kernels.relaxation_ratio(_X_REL * T, T, omega, A))
    return -(np.asarray(T_K) ** mu) * (inner @ (_DX_REL * kernels.sech2(_X_REL) / 2 * (1 + _X_REL**2) ** (mu / 2)))


def internal_friction(T_K, mu, omega, A):
    """Q⁻¹ of relaxing TLSs in units of P0γ²/ρv²: π/2 at µ = 0 where ω << A T³, the plateau of Appendix C."""
    T = np.asarray(T_K)[..., None]
    inner = kernels.friction_integral(kernels.relaxation_ratio(_X_REL * T, T, omega, A))
    return np.asarray(T_K) ** mu * (inner @ (_DX_REL * kernels.sech2(_X_REL) * (1 + _X_REL**2) ** (mu / 2)))


def sound_velocity(T_K, mu, omega, A):
    """δv/v of Eqs. (7) + (8) in units of P0γ²/ρv², but for a constant."""
    return resonant(T_K, mu) + relaxation(T_K, mu, omega, A)
