"""Kernels of the paper's equations, which turn a density of states into observables.

An observable is ∫ dE n(T, E) K(E, T), except for the thermal conductivity, which is T ∫ dE K(E, T) / n(T, E). Each kernel K is
defined here and nowhere else, including its sign and prefactor: densities from simulations (``functionals``), Eq. (3) (``eq3``,
``microwave``) and the atlas are all integrated with these functions. Energies and temperatures are in kelvin (k_B = 1). ω (in
Hz) and A (in Hz/K³) enter only as ω/A.

A TLS of energy E = sqrt(Δ² + Δ0²) and x = Δ0/E has the relaxation rate x² A E^d coth(E/2T), where d is the dimension of the
phonons, 3 in bulk. The distribution of x is 1/(L0 x sqrt(1-x²)).
"""

from __future__ import annotations

from collections.abc import Callable
from functools import cache

import numpy as np

from tlsglass.base.types import AnyArray, FloatArray, FloatOrArray

_leggauss = cache(np.polynomial.legendre.leggauss)  # which solves an eigenvalue problem each time


def gauss_legendre(breaks: FloatArray, order: int) -> tuple[FloatArray, FloatArray]:
    """Return Gauss-Legendre nodes and weights, (..., k * order), on the k intervals between ``breaks`` (..., k + 1)."""
    x, w = _leggauss(order)
    half = 0.5 * np.diff(breaks)[..., None]
    nodes = breaks[..., :-1, None] + half * (1 + x)
    return nodes.reshape(*breaks.shape[:-1], -1), (half * w).reshape(*breaks.shape[:-1], -1)


def sech2(x: FloatOrArray) -> FloatArray:
    """Return 1 / cosh²(x/2) without overflow."""
    decay: FloatArray = np.exp(-np.abs(x))
    return 4 * decay / (1 + decay) ** 2


def population_difference(x: FloatOrArray) -> FloatArray:
    """Return tanh(x/2), the difference between the populations of the lower and the upper level of a TLS with x = E/T."""
    difference: FloatArray = np.tanh(0.5 * np.asarray(x, dtype=float))
    return difference


def thermal_conductivity_kernel(E_K: FloatOrArray, T_K: FloatOrArray) -> FloatArray:
    """Return the kernel K = x³ / (sinh²(x/2) tanh(x/2)), x = E/T, of Eq. (5): κ = T ∫ dE K / n in the paper's units."""
    x = np.asarray(E_K, dtype=float) / T_K
    decay: FloatArray = np.exp(-x)
    x = np.where(x > 1e-8, x, 1e-8)  # K tends to 8 at x = 0
    one_minus_decay: FloatArray = -np.expm1(-x)
    return 4 * x**3 * decay * (1 + decay) / one_minus_decay**3


def specific_heat_kernel(E_K: FloatOrArray, T_K: FloatOrArray) -> FloatArray:
    """Return the kernel K = x² / (4 cosh²(x/2)), x = E/T, of Eq. (6): C = ∫ dE n K per lattice site."""
    x = np.asarray(E_K, dtype=float) / T_K
    return x**2 * sech2(x) / 4


def phonon_mean_free_path(E_K: FloatOrArray, T_K: FloatOrArray, n: FloatOrArray) -> FloatArray:
    """Return the mean free path 1/(n E tanh(E/2T)) of phonons of energy E that TLSs scatter, Eq. (4).

    It is in units of that of n = 1, E = 1 K and T = 0.
    """
    E = np.asarray(E_K, dtype=float)
    return 1 / (n * E * population_difference(E / T_K))


def active_tls_kernel(E_K: FloatOrArray, T_K: FloatOrArray) -> FloatArray:
    """Return the kernel K = 1/cosh²(E/2T) of the density of thermally active TLSs, N_th = ∫ dE n K; 2nT for constant n."""
    return sech2(np.asarray(E_K, dtype=float) / T_K)


def resonant_kernel(E_K: FloatOrArray, T_K: FloatOrArray) -> FloatArray:
    """Return the kernel K = -tanh(E/2T) / E of Eq. (7): δv_res/v = ∫ dE n K in units of γ²/(L0 ρv²)."""
    return -population_difference(np.asarray(E_K, dtype=float) / T_K) / E_K


def relaxation_weight(x: FloatOrArray) -> FloatArray:
    """Return T times the factor of ``relaxation_kernel`` in front of the inner integral, -1 / (2 cosh²(x/2)) with x = E/T."""
    return -0.5 * sech2(x)


def relaxation_kernel(E_K: FloatOrArray, T_K: FloatOrArray, omega: float, A: float, dimension: float = 3.0) -> FloatArray:
    """Return the kernel K of Eq. (8): δv_rel/v = ∫ dE n K in units of γ²/(L0 ρv²).

    K is -1 / (2T cosh²(E/2T)) times ``relaxation_integral``.
    """
    integral = relaxation_integral(relaxation_ratio(E_K, T_K, omega, A, dimension))
    return relaxation_weight(np.asarray(E_K, dtype=float) / T_K) / T_K * integral


def friction_weight(x: FloatOrArray) -> FloatArray:
    """Return T times the factor of ``friction_kernel`` in front of the inner integral, 1 / cosh²(x/2) with x = E/T."""
    return sech2(x)


def friction_kernel(E_K: FloatOrArray, T_K: FloatOrArray, omega: float, A: float, dimension: float = 3.0) -> FloatArray:
    """Return the kernel K of the internal friction Q⁻¹ = ∫ dE n K, the out-of-phase counterpart of ``relaxation_kernel``.

    K is 1 / (T cosh²(E/2T)) times ``friction_integral``; Q⁻¹ is in units of γ²/(L0 ρv²).
    """
    integral = friction_integral(relaxation_ratio(E_K, T_K, omega, A, dimension))
    return friction_weight(np.asarray(E_K, dtype=float) / T_K) / T_K * integral


def relaxation_ratio(E_K: FloatOrArray, T_K: FloatOrArray, omega: FloatOrArray, A: float, dimension: float = 3.0) -> FloatArray:
    """Return a = ω / (A E^d coth(E/2T)): ω over the relaxation rate of a TLS without asymmetry; d is ``dimension``."""
    E: FloatArray = np.asarray(E_K, dtype=float)
    return omega / A * population_difference(E / T_K) / E**dimension


# ---- a heat pulse of a finite duration ------------------------------------------------------------------------------


def dynamic_specific_heat_kernel(
    E_K: FloatOrArray, T_K: FloatOrArray, time_s: FloatOrArray, A: float, dimension: float = 3.0
) -> FloatArray:
    """Return the kernel K of the specific heat after a time t: C(T, t) = (1/L0) ∫ dE n K per lattice site.

    K is ``specific_heat_kernel`` times arcosh sqrt(t/τ_min) with 1/τ_min = A E^d coth(E/2T), and 0 for t < τ_min: only TLSs
    with x² > τ_min/t relax in time, and the distribution of x, integrated from there to 1, is that function. ``A`` is in 1/s
    per K^d. ``specific_heat_kernel`` results if the function is replaced by L0.
    """
    a = relaxation_ratio(E_K, T_K, 1 / np.asarray(time_s, dtype=float), A, dimension)
    return specific_heat_kernel(E_K, T_K) * np.arccosh(1 / np.sqrt(np.minimum(a, 1.0)))


LOWEST_E_OVER_T, E_OVER_T_RANGE = 1e-3, 45.0  # of ``dynamic_nodes``: kernels ∝ E² and exp(-E/T) vanish beyond
NEWTON_STEPS = 8


def dynamic_nodes(T_K: FloatOrArray, time_s: FloatOrArray, A: float, dimension: float = 3.0) -> tuple[FloatArray, FloatArray]:
    """Return energies in kelvin and weights (..., nodes) to integrate ``dynamic_specific_heat_kernel``; T and t broadcast.

    The kernel begins as the square root of the distance from the energy E0 at which τ_min = t. With E = E0 exp(v²), the
    integrand is analytic in v.
    """
    T = np.asarray(T_K, dtype=float)
    ln_s = np.log(A * T**dimension * np.asarray(time_s, dtype=float))
    # E0/T is the root of d ln y - ln tanh(y/2) = -ln s, which increases and is convex in ln y: Newton's method from above
    lowest = np.log(LOWEST_E_OVER_T)
    ln_y = np.maximum(-ln_s / dimension, lowest)
    for _ in range(NEWTON_STEPS):
        y = np.exp(ln_y)
        slope = dimension - y / np.sinh(np.minimum(y, 500.0))
        ln_y = np.maximum(ln_y - (dimension * ln_y - np.log(population_difference(y)) + ln_s) / slope, lowest)
    E0 = T * np.exp(ln_y)
    end = np.sqrt(np.log1p(E_OVER_T_RANGE * np.exp(-ln_y)))
    v, weights = gauss_legendre(end[..., None] * np.linspace(0.0, 1.0, 8), 12)
    E: FloatArray = E0[..., None] * np.exp(v * v)
    return E, weights * 2 * v * E


def relaxation_integral(a: FloatOrArray) -> FloatArray:
    """Return ∫_0^1 dx sqrt(1-x²)/x / (1 + a²/x⁴) for a = ``relaxation_ratio`` > 0, an average over asymmetries.

    The closed form is Re[c artanh(1/c)] - 1 with c = sqrt(1 + ia).
    """

    def closed_form(a: FloatArray, p: FloatArray, q: FloatArray) -> FloatArray:
        return 0.5 * p * np.log(((1 + p) ** 2 + q * q) / a) - q * (np.arctan(q / (1 + p)) - 0.25 * np.pi) - 1

    return _complex_integral(a, closed_form, np.real)


def friction_integral(a: FloatOrArray) -> FloatArray:
    """Return ∫_0^1 dx sqrt(1-x²)/x (a/x²) / (1 + a²/x⁴), the out-of-phase counterpart of ``relaxation_integral``.

    The closed form is -Im[c artanh(1/c)] with c = sqrt(1 + ia), and tends to π/4 at a = 0.
    """

    def closed_form(a: FloatArray, p: FloatArray, q: FloatArray) -> FloatArray:
        return p * (0.25 * np.pi - np.arctan(q / (1 + p))) - 0.5 * q * np.log(((1 + p) ** 2 + q * q) / a)

    return _complex_integral(a, closed_form, lambda series: -np.imag(series))


def _complex_integral(
    a: FloatOrArray, closed_form: Callable[..., FloatArray], part: Callable[[AnyArray], FloatArray]
) -> FloatArray:
    """Return ``closed_form``(a, p, q) with c = sqrt(1 + ia) = p + iq.

    For a >= 100, where it cancels, return ``part`` of the series of c artanh(1/c) - 1 in 1/c².
    """
    a = np.asarray(a, dtype=float)
    small = np.where(a < 1e2, a, 1.0)
    p = np.sqrt(0.5 * (1 + np.sqrt(1 + small * small)))
    result = np.array(closed_form(small, p, 0.5 * small / p))
    large = a >= 1e2
    w = 1 / (1 + 1j * np.minimum(a[large], 1e100))
    result[large] = part(w * (1 / 3 + w * (1 / 5 + w * (1 / 7 + w * (1 / 9 + w * (1 / 11 + w / 13))))))
    return result


# ---- heat that is released after cooling ----------------------------------------------------------------------------

COLDEST_K = 1e-6  # that a sample is cooled to: 0 K would divide by 0
LN_E_STEP = 0.2  # of ``release_nodes``
LOWEST_E_OVER_T1 = 1e-4


def heat_release_kernel(
    E_K: FloatOrArray, T1_K: FloatOrArray, T0_K: FloatOrArray, time_s: FloatOrArray, A: float, dimension: float = 3.0
) -> FloatArray:
    """Return the kernel K of the heat that TLSs release after cooling: t Q̇ = (π²/24)(1/L0) ∫ dE n K.

    At time t after an instantaneous cooling from T1 to T0, a TLS with the rate x²/τ_min at T0 releases the power
    E [f(E/T1) - f(E/T0)] (x²/τ_min) exp(-x² t/τ_min), where f(y) = 1/(exp(y) + 1) is the population of its upper level. The
    average over the distribution of x is D(√s)/(√s τ_min), with Dawson's integral D and s = t/τ_min, and tends to 1/(2t) for
    s >> 1. For constant n and s >> 1 the integral ∫ dE n K is then n (T1² - T0²).
    """
    from scipy import special  # slow to import

    E, T0 = np.asarray(E_K, dtype=float), np.maximum(T0_K, COLDEST_K)
    root = 1 / np.sqrt(relaxation_ratio(E, T0, 1 / np.asarray(time_s, dtype=float), A, dimension))
    populations = special.expit(-E / T1_K) - special.expit(-E / T0)
    return 24 / np.pi**2 * E * populations * root * special.dawsn(root)


def release_nodes(T1_K: FloatOrArray) -> tuple[FloatArray, FloatArray]:
    """Return energies in kelvin and weights (..., nodes) to integrate ``heat_release_kernel``, uniform in ln E.

    Uniform steps converge exponentially, because the integrand is analytic in a strip around the real axis.
    """
    ln_x = np.arange(np.log(LOWEST_E_OVER_T1), np.log(E_OVER_T_RANGE) + LN_E_STEP, LN_E_STEP)
    E: FloatArray = np.asarray(T1_K, dtype=float)[..., None] * np.exp(ln_x)
    return E, LN_E_STEP * E


def relaxation_kernel_A2(E_K: FloatOrArray, T_K: float, omega: float, A: float) -> FloatArray:
    """Return the kernel K of Eq. (A2): δv_rel/v = ∫ dΔ n(T, Δ) K in units of γ²/(L0 ρv²), at asymmetries Δ = ``E_K``.

    The TLSs with Δ = E sqrt(1-x²) contribute with all their energies E. Since dE = dΔ / sqrt(1-x²), the kernel is
    K = -∫_0^1 dx/x / (2T cosh²(E/2T)) / (1 + a²/x⁴) with a = ``relaxation_ratio``.
    """
    t, weight = _A2_nodes()
    x = np.exp(-t)
    E = np.asarray(E_K, dtype=float)[..., None] / np.sqrt(-np.expm1(-2 * t))
    a = relaxation_ratio(E, T_K, omega, A) / x**2
    integral: FloatArray = np.sum(weight * sech2(E / T_K) / (1 + a**2), axis=-1)
    return -integral / (2 * T_K)


@cache
def _A2_nodes() -> tuple[FloatArray, FloatArray]:
    """Return nodes and weights in t = -ln x for x from 1 to exp(-30), denser where x -> 1."""
    return gauss_legendre(np.array([0.0, 1e-6, 1e-5, 1e-4, 1e-3, 1e-2, 0.1, 0.5, 1, 2, 4, 8, 16, 30]), 12)
