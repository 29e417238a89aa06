"""Closed forms of Eq. (3) against adaptive quadrature and exact scaling."""

import numpy as np
import pytest
from scipy.integrate import quad

from tlsglass.physics import eq3, kernels

OMEGA, A = 90e3, 9.4e6


@pytest.mark.parametrize("mu", [-0.2, 0.0, 0.13, 0.6])
@pytest.mark.parametrize("T", [0.01, 0.1, 1.0, 10.0])
def test_relaxation_of_eq_8_with_eq_3(mu, T):
    def integrand(ln_E):
        E = np.exp(ln_E)
        n = (T**2 + E**2) ** (mu / 2)
        return E * n * kernels.relaxation_kernel(E, T, OMEGA, A)

    exact = sum(
        quad(integrand, np.log(T) + a, np.log(T) + b, epsabs=0, epsrel=1e-10, limit=400)[0] for a, b in ((-16, -3), (-3, 6))
    )
    assert eq3.relaxation(np.array([T]), mu, OMEGA, A)[0] == pytest.approx(exact, rel=1e-8)


@pytest.mark.parametrize("mu", [-0.2, 0.0, 1e-9, 0.13, 0.6])
def test_resonant_difference_of_eq_7_with_eq_3(mu):
    low, high = 0.05, 2.0

    def integrand(ln_E):
        E = np.exp(ln_E)
        return sum(sign * (T**2 + E**2) ** (mu / 2) * np.tanh(E / (2 * T)) for sign, T in ((1, low), (-1, high)))

    exact = -sum(quad(integrand, a, b, epsabs=1e-13, epsrel=1e-12, limit=400)[0] for a, b in ((-20, 0), (0, 16)))
    difference = eq3.resonant(low, mu) - eq3.resonant(high, mu)
    assert difference == pytest.approx(exact, rel=1e-6)


def test_kappa_and_c_scale_exactly_and_c_of_the_stm_is_pi_squared_over_6():
    T = np.array([0.01, 0.1, 3.0])
    assert eq3.specific_heat(1.0, 0.0) == pytest.approx(np.pi**2 / 6, rel=1e-12)
    for mu in (-0.1, 0.2, 0.5):
        np.testing.assert_allclose(eq3.thermal_conductivity(T, mu) / eq3.thermal_conductivity(1, mu), T ** (2 - mu))
        np.testing.assert_allclose(eq3.specific_heat(T, mu) / eq3.specific_heat(1, mu), T ** (1 + mu))

        def integrand(x, mu=mu):
            return x**3 / (np.sinh(x / 2) ** 2 * np.tanh(x / 2)) * (1 + x**2) ** (-mu / 2)

        exact = quad(integrand, 0, 100, epsabs=0, epsrel=1e-11)[0]
        assert eq3.thermal_conductivity(1.0, mu) == pytest.approx(exact, rel=1e-10)


def test_slopes_of_the_stm_are_1_to_minus_one_half():
    T0 = (OMEGA / A) ** (1 / 3)
    for T, slope in ((np.array([1e-4, 1e-3]) * T0, 1.0), (np.array([1e3, 1e4]) * T0, -0.5)):
        slopes = np.diff(eq3.sound_velocity(T, 0.0, OMEGA, A)) / np.diff(np.log(T))
        assert slopes[0] == pytest.approx(slope, abs=1e-3)


def test_eq_3_is_b_at_1_kelvin_and_a_power_law_far_above_t():
    assert eq3.density(0.6, 0.8, 0.0135, 0.127) == pytest.approx(0.0135, rel=1e-12)
    assert eq3.density(20.0, 1e-3, 0.01, 0.3) / eq3.density(10.0, 1e-3, 0.01, 0.3) == pytest.approx(2**0.3, rel=1e-6)
    np.testing.assert_array_equal(eq3.density(np.array([0.1, 5.0]), 0.5, 0.01, 0.0), [0.01, 0.01])


def test_the_internal_friction_of_the_stm_has_its_plateau():
    """App. C: Q⁻¹ = (π/2) P0γ²/ρv² where TLSs relax fast, positive, and proportional to T³ where they relax slowly."""
    omega, A = 90e3, 9.4e6
    crossover = (omega / A) ** (1 / 3)
    assert eq3.internal_friction(1e3 * crossover, 0.0, omega, A) == pytest.approx(np.pi / 2, rel=1e-4)
    cold = eq3.internal_friction(np.array([0.01, 0.02]) * crossover, 0.0, omega, A)
    assert cold[1] / cold[0] == pytest.approx(8, rel=1e-3)


@pytest.mark.parametrize("mu", [-0.2, 0.13])
def test_the_internal_friction_agrees_with_quadrature(mu):
    T, omega, A = 0.1, 90e3, 9.4e6

    def integrand(E):
        inner = kernels.friction_integral(kernels.relaxation_ratio(E, T, omega, A))
        return eq3.density(E, T, 1.0, mu) * 2 / (2 * T * np.cosh(E / (2 * T)) ** 2) * float(inner)

    exact = quad(integrand, 0, 60 * T, points=[0.1 * T, T, 5 * T], epsabs=0, epsrel=1e-10, limit=400)[0]
    assert eq3.internal_friction(T, mu, omega, A) == pytest.approx(exact, rel=1e-7)
