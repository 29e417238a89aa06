"""Eqs. (5)-(8), (A1) and (A2): observables as functionals of a density of states.

The simulated n(T, E) enters as counts per energy bin, n taken as constant in a bin; the form n = (T² + E²)^(µ/2) of
Eq. (3) enters in closed form, by its exact scaling with T. Energies, temperatures in kelvin, k_B = 1; ω and A in the
paper's units (ω in Hz, A in Hz/K³): only ω/A counts.
"""

from functools import cache

import numpy as np
from scipy import constants, special

from tlsglass.base import samples as statistics
from tlsglass.density import dos

_GAUSS_X, _GAUSS_W = np.polynomial.legendre.leggauss(5)


def _composite(breaks, order):
    """Return Gauss-Legendre nodes and weights, (k · order,), on the intervals between ``breaks`` (k + 1,)."""
    x, w = np.polynomial.legendre.leggauss(order)
    half = 0.5 * np.diff(breaks)[:, None]
    return (breaks[:-1, None] + half * (1 + x)).ravel(), (half * w).ravel()


# ---- kernels at one temperature -------------------------------------------------------------------------------------


def _sinh_weight(x):
    """x³ / (sinh²(x/2) tanh(x/2)): the phonons of Eq. (5), x = E/T; tends to 8 at x = 0 and to 0 at large x."""
    decay = np.exp(-np.asarray(x))
    near = np.where(x > 1e-8, x, 1e-8)
    half = -np.expm1(-near)  # 1 - exp(-x)
    return 4 * near**3 * decay * (1 + decay) / half**3


def _sech2(x):
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


def relaxation_ratio(E_K, T_K, omega, A):
    """a = ω / (A E³ coth(E/2T)) of Eq. (8)."""
    return omega / A * np.tanh(E_K / (2 * T_K)) / E_K**3


def specific_heat_kernel(E_K, T_K):
    """Eq. (6): C = ∫ dE n(T, E) · E² / (4 T² cosh²(E/2T))."""
    return (E_K / T_K) ** 2 * _sech2(E_K / T_K) / 4


def resonant_kernel(E_K, T_K):
    """Eq. (7): δv_res/v = -∫ dE n(T, E) · tanh(E/2T)/E, in units of γ²/(L0 ρv²)."""
    return np.tanh(E_K / (2 * T_K)) / E_K


def relaxation_kernel(E_K, T_K, omega, A):
    """Eq. (8): δv_rel/v = -∫ dE n(T, E) · 1/(2T cosh²(E/2T)) · (inner integral), in units of γ²/(L0 ρv²)."""
    return _sech2(E_K / T_K) / (2 * T_K) * relaxation_integral(relaxation_ratio(E_K, T_K, omega, A))


def relaxation_kernel_A2(E_K, T_K, omega, A):
    """Eq. (A2) as a functional of n(T, Δ): the TLSs at Δ = E sqrt(1-x²) act through all their energies E.

    With dE = dΔ / sqrt(1-x²), the weight of n(T, Δ) is ∫_0^1 dx/x · 1/(2T cosh²(E/2T)) / (1 + ω²/[A x² E³ coth]²).
    """
    t, weight = _relaxation_nodes()
    x = np.exp(-t)
    E = np.asarray(E_K)[..., None] / np.sqrt(-np.expm1(-2 * t))
    a = relaxation_ratio(E, T_K, omega, A) / x**2
    return np.sum(weight * _sech2(E / T_K) / (1 + a**2), axis=-1) / (2 * T_K)


@cache
def _relaxation_nodes():
    """Nodes in t = -ln x: x from 1 to exp(-30), closer where x -> 1."""
    return _composite(np.array([0.0, 1e-6, 1e-5, 1e-4, 1e-3, 1e-2, 0.1, 0.5, 1, 2, 4, 8, 16, 30]), 12)


# ---- functionals of a simulated density of states -------------------------------------------------------------------


def _bin_nodes(edges_K):
    """Gauss-Legendre nodes (m, 5) of every bin; ``nodes @ weights`` is the mean of a function over a bin."""
    low, high = edges_K[:-1, None], edges_K[1:, None]
    return low + 0.5 * (high - low) * (1 + _GAUSS_X), 0.5 * _GAUSS_W


def linear_functional(counts, kernel, groups):
    """Return the sample set (1 + g,) of ∫ dE n(T, E) ``kernel``(E): an average over the counted energies."""
    total, realizations = dos.samples(counts, groups)
    nodes, weights = _bin_nodes(counts.edges_K)
    density = total * np.diff(counts.edges_K) / dos.exposure(counts, realizations)
    return density @ (kernel(nodes) @ weights)


def specific_heat(counts, groups):
    """C(T) of Eq. (6) per lattice site (k_B = 1), as a sample set."""
    return linear_functional(counts, lambda E: specific_heat_kernel(E, counts.T_K), groups)


def sound_velocity(counts, omega, A, groups):
    """δv/v of Eqs. (7) and (8), in units of γ²/(L0 ρv²): sample sets of the resonant and of the relaxational part."""
    return resonant(counts, groups), relaxation(counts, omega, A, groups)


def resonant(counts, groups):
    """δv_res/v of Eq. (7) in units of γ²/(L0 ρv²), as a sample set."""
    return -linear_functional(counts, lambda E: resonant_kernel(E, counts.T_K), groups)


def relaxation(counts, omega, A, groups):
    """δv_rel/v of Eq. (8) in units of γ²/(L0 ρv²), as a sample set."""
    return -linear_functional(counts, lambda E: relaxation_kernel(E, counts.T_K, omega, A), groups)


def relaxation_A2(counts, omega, A, groups):
    """The relaxational part of δv/v with n read as n(Δ), Eq. (A2), as a sample set in the units of ``relaxation``."""
    return -linear_functional(counts, lambda E: relaxation_kernel_A2(E, counts.T_K, omega, A), groups)


def thermal_conductivity(counts, least, groups):
    """κ(T) of Eq. (5) and of Eq. (A1), both as sample sets, in units of the paper's prefactor.

    n stands in the denominator: bins are merged until each holds ``least`` counts, which keeps the bias of 1/n below
    1/``least``, and the jackknife bias is subtracted. NaN when all counts together are fewer than that.
    """
    total, realizations = dos.samples(counts, groups)
    if total[0].sum() < least:
        return np.full(len(total), np.nan), np.full(len(total), np.nan)
    edges = dos.rebin(total[0], least)
    merged = np.add.reduceat(total, edges[:-1], axis=1)
    widths = np.diff(counts.edges_K[edges])
    n = merged * counts.concentration / (np.multiply.outer(realizations, widths) * counts.n_spins)
    nodes, weights = _bin_nodes(counts.edges_K)
    weight = counts.T_K * _sinh_weight(nodes / counts.T_K) * weights * np.diff(counts.edges_K)[:, None]
    eq5 = (np.add.reduceat(weight.sum(axis=1), edges[:-1]) / n).sum(axis=1)
    below = np.concatenate([np.zeros((len(n), 1)), np.cumsum(n * widths, axis=1)], axis=1)
    integrated = np.array([np.interp(nodes, counts.edges_K[edges], row) for row in below])
    eq_A1 = (weight * nodes / integrated).sum(axis=(1, 2))
    return _without_bias(eq5), _without_bias(eq_A1)


def _without_bias(samples):
    """Shift a sample set by its jackknife bias: the estimate is corrected, its spread is kept."""
    return samples - statistics.bias(samples)


# ---- closed forms for n = (T² + E²)^(µ/2), Eq. (3) with B = 1 and constant µ -----------------------------------------

_LN_X, _LN_W = _composite(np.linspace(np.log(1e-7), 0.0, 13), 12)
_LN_X_UP, _LN_W_UP = _composite(np.linspace(0.0, np.log(1e9), 17), 12)
_X, _DX = _composite(np.concatenate([[0.0], np.geomspace(1e-5, 1.0, 11), [2, 4, 8, 14, 22, 36, 60, 100]]), 12)

# Even steps in ln x converge exponentially where the integrand is analytic in a strip about the real axis.
_X_REL = np.exp(np.arange(-19.0, 4.6, 0.17))
_DX_REL = 0.17 * _X_REL
_T_PV = 0.3 * (np.arange(150) + 0.5)


def thermal_conductivity_eq3(T_K, mu):
    """κ(T) of Eq. (5): exactly T^(2-µ) times a number."""
    return np.asarray(T_K) ** (2 - mu) * np.sum(_DX * _sinh_weight(_X) * (1 + _X**2) ** (-mu / 2))


def specific_heat_eq3(T_K, mu):
    """C(T) of Eq. (6): exactly T^(1+µ) times a number (π²/6 at µ = 0)."""
    return np.asarray(T_K) ** (1 + mu) * np.sum(_DX * _X**2 * _sech2(_X) / 4 * (1 + _X**2) ** (mu / 2))


def resonant_eq3(T_K, mu):
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


def relaxation_eq3(T_K, mu, omega, A):
    """δv_rel/v of Eq. (8) in units of P0γ²/ρv²."""
    T = np.asarray(T_K)[..., None]
    inner = relaxation_integral(relaxation_ratio(_X_REL * T, T, omega, A))
    return -(np.asarray(T_K) ** mu) * (inner @ (_DX_REL * _sech2(_X_REL) / 2 * (1 + _X_REL**2) ** (mu / 2)))


def sound_velocity_eq3(T_K, mu, omega, A):
    """δv/v of Eqs. (7) + (8) in units of P0γ²/ρv², but for a constant."""
    return resonant_eq3(T_K, mu) + relaxation_eq3(T_K, mu, omega, A)


# ---- a resonator at a frequency that is not small against T -----------------------------------------------------------

HERTZ_K = constants.h / constants.k  # the quantum of 1 Hz in kelvin


def resonant_at_frequency_eq3(T_K, mu, frequency_Hz):
    """Eq. (7) with 1/E -> E/(E² - (hf)²), principal value: δf/f in units of P0γ²/ρv², but for a constant.

    It is ``resonant_eq3`` and what the quantum y = hf/T adds. With h(x) = (1 + x²)^(µ/2) tanh(x/2)/x and PV∫_0^∞ dx/(x² - y²)
    = 0 that is y² ∫_0^∞ dx (h(x) - h(y))/(x² - y²), or with x = y e^t the smooth y/2 ∫_0^∞ dt (h(y e^t) - h(y e^-t))/sinh t.
    At µ = 0 the whole is the digamma formula, ``digamma_shift`` + ln(hf / 1 K).
    """
    T = np.asarray(T_K, dtype=float)
    y = HERTZ_K * frequency_Hz / T
    above, below = y[..., None] * np.exp(_T_PV), y[..., None] * np.exp(-_T_PV)

    def h(x):
        return np.exp(0.5 * mu * np.log1p(x * x)) * np.tanh(0.5 * x) / x

    quantum = 0.5 * y * ((h(above) - h(below)) @ (0.3 / np.sinh(_T_PV)))
    return resonant_eq3(T, mu) - T**mu * quantum


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
