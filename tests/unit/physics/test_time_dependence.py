"""C(T, t) against the double integral over energies and asymmetries, and against the logarithm of the textbooks."""

import numpy as np
import pytest
from scipy.integrate import quad

from tlsglass.physics import eq3, kernels

A = 9.4e6


def rate(E, T, prefactor, dimension):
    """Return the relaxation rate of a TLS without asymmetry."""
    return prefactor * E**dimension / np.tanh(E / (2 * T))


def sum_over_energies(integrand, T, breaks):
    """Integrate over ln E between ``breaks`` in units of T."""
    pieces = zip(np.log(T * breaks[:-1]), np.log(T * breaks[1:]), strict=True)
    return sum(quad(lambda y: np.exp(y) * integrand(np.exp(y)), *ends, epsabs=0, epsrel=1e-9, limit=200)[0] for ends in pieces)


@pytest.mark.parametrize("seed", range(6))
def test_c_is_the_double_integral_over_the_tlss_that_relax_in_time(seed):
    rng = np.random.default_rng(seed)
    T, t, prefactor = 10 ** rng.uniform([-2, -6, 5], [0.5, 4, 9])
    mu, dimension = rng.uniform(-0.3, 0.6), (1, 2, 3)[seed % 3]

    def over_asymmetries(E):
        """Return ∫ dx / (x sqrt(1-x²)) over x² > τ_min/t, with x = sin(θ)."""
        lowest = 1 / np.sqrt(t * rate(E, T, prefactor, dimension))
        return quad(lambda theta: 1 / np.sin(theta), np.arcsin(lowest), np.pi / 2, epsrel=1e-11)[0] if lowest < 1 else 0.0

    def integrand(E):
        heat = (E / (2 * T)) ** 2 / np.cosh(E / (2 * T)) ** 2
        return heat * (T**2 + E**2) ** (mu / 2) * over_asymmetries(E)

    start = kernels.dynamic_nodes(T, t, prefactor, dimension)[0][0] / T
    exact = sum_over_energies(integrand, T, np.geomspace(start * (1 - 1e-6), 45 + start, 24))
    assert eq3.dynamic_specific_heat(T, mu, t, prefactor, dimension) == pytest.approx(exact, rel=1e-6)


def test_at_long_times_c_of_the_stm_grows_with_the_logarithm_of_the_time():
    """Textbook: C ∝ T ½ ln(4t/τ_min), with τ_min of each energy."""
    T, t = 0.3, 1e9

    def integrand(E):
        return (E / (2 * T)) ** 2 / np.cosh(E / (2 * T)) ** 2 * 0.5 * np.log(4 * t * rate(E, T, A, 3))

    exact = sum_over_energies(integrand, T, np.geomspace(1e-4, 60, 24))
    assert eq3.dynamic_specific_heat(T, 0.0, t, A) == pytest.approx(exact, rel=1e-6)
    ten_times_longer = eq3.dynamic_specific_heat(T, 0.0, 10 * t, A) - eq3.dynamic_specific_heat(T, 0.0, t, A)
    assert ten_times_longer == pytest.approx(0.5 * np.log(10) * eq3.specific_heat(T, 0.0), rel=1e-6)


def test_an_exponential_approach_is_that_of_a_time_longer_by_exp_of_eulers_constant():
    """TLSs that have taken up 1 - exp(-t/τ) of their heat, in place of all with τ < t."""
    s = 1e6  # t/τ_min
    exponential = quad(lambda y: -np.expm1(-s * np.exp(-2 * y)) / np.sqrt(-np.expm1(-2 * y)), 0, 40, limit=400)[0]
    assert exponential == pytest.approx(np.arccosh(np.sqrt(s * np.exp(np.euler_gamma))), rel=1e-6)


@pytest.mark.parametrize(("t", "alpha"), [(1e-5, 0.6087), (1.0, 0.1748), (3600.0, 0.1181)])
def test_alpha_of_the_stm_at_the_rate_of_silica(t, alpha):
    """C ∝ T^(1+α) on 0.1 to 1 K, where α falls with the logarithm of the time."""
    T = np.geomspace(0.1, 1, 12)
    slope = np.polyfit(np.log(T), np.log(eq3.dynamic_specific_heat(T, 0.0, t, A)), 1)[0]
    assert slope - 1 == pytest.approx(alpha, abs=1e-4)
    if t >= 1:  # α = d ln ln(4t/τ_min) / d ln T = 3/ln(4t/τ_min) at a typical energy of 2.5 T
        assert slope - 1 == pytest.approx(3 / np.log(4 * t * rate(2.5 * 0.32, 0.32, A, 3)), rel=0.03)


def test_the_relaxation_of_phonons_in_fewer_dimensions_has_the_same_plateau():
    T = np.array([2.0])
    for dimension in (1, 2, 3):
        friction = eq3.internal_friction(T, 0.0, 1.0, 1e12, dimension)
        assert friction[0] == pytest.approx(np.pi / 2, rel=1e-5)


@pytest.mark.parametrize("dimension", [1, 2, 3])
def test_the_loss_far_below_the_plateau_follows_the_rate(dimension):
    """For ω far above all rates Q⁻¹ is the mean rate over ω, which is ∝ T^d if n is constant."""
    T = np.array([0.1, 0.2])
    friction = eq3.internal_friction(T, 0.0, 1e12, 1.0, dimension)
    assert np.log2(friction[1] / friction[0]) == pytest.approx(dimension, abs=1e-6)
