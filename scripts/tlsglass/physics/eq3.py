"""Observables of the power-law density of states of Eq. (3) with B = 1, in closed form.

Because n depends on T and E only through a power of T² + E², the integrals over ``kernels`` scale with T, and what remains is a
number or a function of one variable. µ = 0 is the standard tunneling model (STM). Energies and temperatures are in kelvin
(k_B = 1), ω in Hz, A in Hz/K³.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache

import numpy as np

from tlsglass.base.types import FloatArray, FloatOrArray
from tlsglass.physics import kernels


def density(E_K: FloatOrArray, T_K: FloatOrArray, B: float, mu: float) -> FloatArray:
    """Return n(T, E) = B (T² + E²)^(µ/2), Eq. (3), in the unit of B, which is n at T² + E² = 1 K²."""
    n: FloatArray = B * (np.asarray(T_K, dtype=float) ** 2 + np.asarray(E_K, dtype=float) ** 2) ** (mu / 2)
    return n


_LN_X, _LN_W = kernels.gauss_legendre(np.linspace(np.log(1e-7), 0.0, 13), 12)
_LN_X_UP, _LN_W_UP = kernels.gauss_legendre(np.linspace(0.0, np.log(1e9), 17), 12)
_X, _DX = kernels.gauss_legendre(np.concatenate([[0.0], np.geomspace(1e-5, 1.0, 11), [2, 4, 8, 14, 22, 36, 60, 100]]), 12)

# Uniform steps in ln x converge exponentially, because the integrand is analytic in a strip around the real axis.
_X_REL = np.exp(np.arange(-19.0, 4.6, 0.17))
_DX_REL = 0.17 * _X_REL


def thermal_conductivity(T_K: FloatOrArray, mu: float, boundary: float = 0.0) -> FloatArray:
    """Return κ(T) in units of the paper's prefactor over B.

    Parameters
    ----------
    T_K
        Temperatures in kelvin, of any shape.
    mu
        Exponent of Eq. (3).
    boundary
        Scattering at boundaries: the mean free path of ``kernels.phonon_mean_free_path`` in units of the Casimir length. The
        inverse mean free paths add. Without it κ is a number times T^(2-µ).
    """
    T = np.asarray(T_K, dtype=float)
    kernel = _DX * kernels.thermal_conductivity_kernel(_X, 1.0)
    if boundary == 0:
        return T ** (2 - mu) * np.sum(kernel / density(_X, 1.0, 1.0, mu))
    E, T = T[..., None] * _X, T[..., None]
    n = density(E, T, 1.0, mu)
    kappa: FloatArray = T[..., 0] ** 2 * np.sum(kernel / (n * (1 + boundary * kernels.phonon_mean_free_path(E, T, n))), axis=-1)
    return kappa


def specific_heat(T_K: FloatOrArray, mu: float) -> FloatArray:
    """Return C(T)/B per lattice site, which is a number times T^(1+µ); the number is π²/6 at µ = 0."""
    return np.asarray(T_K, dtype=float) ** (1 + mu) * np.sum(
        _DX * kernels.specific_heat_kernel(_X, 1.0) * density(_X, 1.0, 1.0, mu)
    )


def dynamic_specific_heat(T_K: FloatOrArray, mu: float, time_s: FloatOrArray, A: float, dimension: float = 3.0) -> FloatArray:
    """Return L0 C(T, t)/B per lattice site, the integral over ``kernels.dynamic_specific_heat_kernel``; T and t broadcast.

    At µ = 0 and τ_min << t this is the average of ½ ln(4t/τ_min) over the energies with the weights of ``specific_heat``.
    """
    T, E, weighted = _dynamic_terms(*_as_bytes(T_K, time_s), A, dimension)
    values: FloatArray = np.sum(weighted * density(E, T[..., None], 1.0, mu), axis=-1)
    return values


def heat_release(
    T1_K: FloatOrArray, mu: float, T0_K: float, time_s: FloatOrArray, A: float, dimension: float = 3.0
) -> FloatArray:
    """Return the power that TLSs release at a time after cooling from T1 to T0, the integral over ``heat_release_kernel``.

    It is (24/π²) L0 Q̇/B per lattice site, in K²/s; T1 and t broadcast. n is that at T0. At µ = 0 and τ_min << t this is
    (T1² - T0²)/t.
    """
    T1, time = np.broadcast_arrays(np.asarray(T1_K, dtype=float), np.asarray(time_s, dtype=float))
    E, weights = kernels.release_nodes(T1)
    kernel = kernels.heat_release_kernel(E, T1[..., None], T0_K, time[..., None], A, dimension)
    release: FloatArray = np.sum(weights * kernel * density(E, T0_K, 1.0, mu), axis=-1) / time
    return release


def active_tls(T_K: FloatOrArray, mu: float) -> FloatArray:
    """Return N_th/B, a number times T^(1+µ): the integral over ``kernels.active_tls_kernel``, 2T at µ = 0."""
    return np.asarray(T_K, dtype=float) ** (1 + mu) * np.sum(
        _DX * kernels.active_tls_kernel(_X, 1.0) * density(_X, 1.0, 1.0, mu)
    )


def _as_bytes(T_K: FloatOrArray, time_s: FloatOrArray) -> tuple[bytes, bytes, tuple[int, ...]]:
    T, time = np.broadcast_arrays(np.asarray(T_K, dtype=float), np.asarray(time_s, dtype=float))
    return T.tobytes(), time.tobytes(), T.shape


@lru_cache(maxsize=64)  # a fit evaluates the same temperatures and times for many values of µ
def _dynamic_terms(
    T_bytes: bytes, time_bytes: bytes, shape: tuple[int, ...], A: float, dimension: float
) -> tuple[FloatArray, FloatArray, FloatArray]:
    """Return T (...), energies and the weighted kernel (..., nodes) of ``dynamic_specific_heat``."""
    T, time = (np.frombuffer(array).reshape(shape) for array in (T_bytes, time_bytes))
    E, weights = kernels.dynamic_nodes(T, time, A, dimension)
    kernel = kernels.dynamic_specific_heat_kernel(E, T[..., None], time[..., None], A, dimension)
    return T, E, weights * kernel


def resonant(T_K: FloatOrArray, mu: float) -> FloatArray:
    """Return δv_res/v in units of P0γ²/ρv², up to a constant that does not depend on T.

    With an upper cutoff Λ the integral over ``kernels.resonant_kernel`` is -[T^µ R(µ) + (Λ^µ - T^µ)/µ], where R(µ) is its
    convergent part; Λ is set to 1 K. At µ = 0 this is ln T plus a constant.
    """
    # over ln E, where E times the kernel is minus the difference of populations
    lower = np.sum(_LN_W * (1 + np.exp(2 * _LN_X)) ** (mu / 2) * kernels.population_difference(np.exp(_LN_X)))
    x = np.exp(_LN_X_UP)
    upper = np.sum(_LN_W_UP * x**mu * (np.exp(0.5 * mu * np.log1p(x**-2.0)) * kernels.population_difference(x) - 1))
    ln_T = np.log(T_K)
    cutoff = -ln_T if mu == 0 else -np.expm1(mu * ln_T) / mu
    shift: FloatArray = -(np.exp(mu * ln_T) * (lower + upper) + cutoff)
    return shift


def relaxation(T_K: FloatOrArray, mu: float, omega: float, A: float, dimension: float = 3.0) -> FloatArray:
    """Return δv_rel/v in units of P0γ²/ρv²: the integral over ``kernels.relaxation_kernel``."""
    return _relaxational(T_K, mu, omega, A, dimension, kernels.relaxation_integral, kernels.relaxation_weight)


def internal_friction(T_K: FloatOrArray, mu: float, omega: float, A: float, dimension: float = 3.0) -> FloatArray:
    """Return Q⁻¹ of relaxing TLSs in units of P0γ²/ρv²: the integral over ``kernels.friction_kernel``.

    At µ = 0 and ω << A T^d this is π/2, the plateau of Appendix C, for phonons of any dimension d.
    """
    return _relaxational(T_K, mu, omega, A, dimension, kernels.friction_integral, kernels.friction_weight)


def sound_velocity(T_K: FloatOrArray, mu: float, omega: float, A: float, dimension: float = 3.0) -> FloatArray:
    """Return δv/v = ``resonant`` + ``relaxation`` in units of P0γ²/ρv², up to a constant."""
    return resonant(T_K, mu) + relaxation(T_K, mu, omega, A, dimension)


def _relaxational(
    T_K: FloatOrArray,
    mu: float,
    omega: float,
    A: float,
    dimension: float,
    inner: Callable[[FloatArray], FloatArray],
    weight: Callable[[FloatArray], FloatArray],
) -> FloatArray:
    """Integrate ``weight``(E/T) / T times ``inner``(``kernels.relaxation_ratio``), the two factors of a kernel, over E."""
    T = np.asarray(T_K, dtype=float)
    integral = _inner_integral(T.tobytes(), T.shape, omega, A, dimension, inner)
    values: FloatArray = T**mu * (integral @ (_DX_REL * weight(_X_REL) * density(_X_REL, 1.0, 1.0, mu)))
    return values


@lru_cache(maxsize=64)  # a fit combines each A with many µ
def _inner_integral(
    T_bytes: bytes, shape: tuple[int, ...], omega: float, A: float, dimension: float, inner: Callable[[FloatArray], FloatArray]
) -> FloatArray:
    """Return ``inner`` (..., x) at the temperatures (...) and the nodes of E/T."""
    T = np.frombuffer(T_bytes).reshape(shape)[..., None]
    return inner(kernels.relaxation_ratio(_X_REL * T, T, omega, A, dimension))
