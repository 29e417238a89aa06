"""Kernels of Eqs. (5)-(8) and (A2) at one temperature: what n(T, E) is weighted with. E and T in kelvin, k_B = 1.

ω and A are in the paper's units (ω in Hz, A in Hz/K³): only ω/A counts.
"""

from functools import cache

import numpy as np


def composite(breaks, order):
    """Return Gauss-Legendre nodes and weights, (k · order,), on the intervals between ``breaks`` (k + 1,)."""
    x, w = np.polynomial.legendre.leggauss(order)
    half = 0.5 * np.diff(breaks)[:, None]
    return (breaks[:-1, None] + half * (1 + x)).ravel(), (half * w).ravel()


def phonon_kernel(x):
    """Eq. (5): κ = T ∫ dx x³ / (sinh²(x/2) tanh(x/2)) / n(T, E) with x = E/T; tends to 8 at x = 0 and to 0 at large x."""
    decay = np.exp(-np.asarray(x))
    near = np.where(x > 1e-8, x, 1e-8)
    half = -np.expm1(-near)  # 1 - exp(-x)
    return 4 * near**3 * decay * (1 + decay) / half**3


def sech2(x):
    """1 / cosh²(x/2) without overflow."""
    decay = np.exp(-np.abs(x))
    return 4 * decay / (1 + decay) ** 2


def relaxation_integral(a):
    """∫_0^1 dx sqrt(1-x²)/x / (1 + a²/x⁴), the inner integral of Eq. (8), for a = ω / (A E³ coth(E/2T)) > 0.

    Closed form Re[c artanh(1/c)] - 1 with c = sqrt(1 + ia) = p + iq; for large a, where it cancels, its series in 1/c².
    """
    a = np.asarray(a, dtype=float)
    small = np.where(a < 1e2, a, 1.0)
    p = np.sqrt(0.5 * (1 + np.sqrt(1 + small * small)))
    q = 0.5 * small / p
    # artanh(1/c) = ln(1 + c) - ln(ia)/2
    closed = 0.5 * p * np.log(((1 + p) ** 2 + q * q) / small) - q * (np.arctan(q / (1 + p)) - 0.25 * np.pi) - 1
    far = a >= 1e2
    w = 1 / (1 + 1j * np.minimum(a[far], 1e100))
    series = np.real(w * (1 / 3 + w * (1 / 5 + w * (1 / 7 + w * (1 / 9 + w * (1 / 11 + w / 13))))))
    result = np.array(closed)
    result[far] = series
    return result


def friction_integral(a):
    """∫_0^1 dx sqrt(1-x²)/x · (a/x²) / (1 + a²/x⁴), the part of ``relaxation_integral`` that is out of phase; π/4 for a -> 0.

    Closed form abs(Im[c artanh(1/c)]) with c = sqrt(1 + ia); for large a its series in 1/c².
    """
    a = np.asarray(a, dtype=float)
    small = np.where(a < 1e2, a, 1.0)
    p = np.sqrt(0.5 * (1 + np.sqrt(1 + small * small)))
    q = 0.5 * small / p
    closed = p * (0.25 * np.pi - np.arctan(q / (1 + p))) - 0.5 * q * np.log(((1 + p) ** 2 + q * q) / small)
    far = a >= 1e2
    w = 1 / (1 + 1j * np.minimum(a[far], 1e100))
    series = -np.imag(w * (1 / 3 + w * (1 / 5 + w * (1 / 7 + w * (1 / 9 + w * (1 / 11 + w / 13))))))
    result = np.array(closed)
    result[far] = series
    return result


def relaxation_ratio(E_K, T_K, omega, A):
    """a = ω / (A E³ coth(E/2T)) of Eq. (8)."""
    return omega / A * np.tanh(E_K / (2 * T_K)) / E_K**3


def specific_heat_kernel(E_K, T_K):
    """Eq. (6): C = ∫ dE n(T, E) · E² / (4 T² cosh²(E/2T))."""
    return (E_K / T_K) ** 2 * sech2(E_K / T_K) / 4


def resonant_kernel(E_K, T_K):
    """Eq. (7): δv_res/v = -∫ dE n(T, E) · tanh(E/2T)/E, in units of γ²/(L0 ρv²)."""
    return np.tanh(E_K / (2 * T_K)) / E_K


def relaxation_kernel(E_K, T_K, omega, A):
    """Eq. (8): δv_rel/v = -∫ dE n(T, E) · 1/(2T cosh²(E/2T)) · (inner integral), in units of γ²/(L0 ρv²)."""
    return sech2(E_K / T_K) / (2 * T_K) * relaxation_integral(relaxation_ratio(E_K, T_K, omega, A))


def friction_kernel(E_K, T_K, omega, A):
    """Q⁻¹ = ∫ dE n(T, E) · 2/(2T cosh²(E/2T)) · (inner integral), in units of γ²/(L0 ρv²): what belongs to Eq. (8)."""
    return sech2(E_K / T_K) / T_K * friction_integral(relaxation_ratio(E_K, T_K, omega, A))


def relaxation_kernel_A2(E_K, T_K, omega, A):
    """Eq. (A2) as a functional of n(T, Δ): the TLSs at Δ = E sqrt(1-x²) act through all their energies E.

    With dE = dΔ / sqrt(1-x²), the weight of n(T, Δ) is ∫_0^1 dx/x · 1/(2T cosh²(E/2T)) / (1 + ω²/[A x² E³ coth]²).
    """
    t, weight = _relaxation_nodes()
    x = np.exp(-t)
    E = np.asarray(E_K)[..., None] / np.sqrt(-np.expm1(-2 * t))
    a = relaxation_ratio(E, T_K, omega, A) / x**2
    return np.sum(weight * sech2(E / T_K) / (1 + a**2), axis=-1) / (2 * T_K)


@cache
def _relaxation_nodes():
    """Nodes in t = -ln x: x from 1 to exp(-30), closer where x -> 1."""
    return composite(np.array([0.0, 1e-6, 1e-5, 1e-4, 1e-3, 1e-2, 0.1, 0.5, 1, 2, 4, 8, 16, 30]), 12)
