"""Exponents, slopes and the constant-µ fit of curves that are known."""

import numpy as np
import pytest

from tlsglass.physics import functionals, laws

T = np.array([0.02, 0.03, 0.05, 0.08, 0.1, 0.15, 0.2, 0.3, 0.4, 0.5, 0.6, 0.8, 1.0])


def test_exponent_of_a_power_law():
    power, prefactor = laws.exponent(T, np.tile(3.0 * T**1.85, (4, 1)), 0.1, 1.0)
    np.testing.assert_allclose(power, 1.85, rtol=1e-12)
    np.testing.assert_allclose(prefactor, 3.0, rtol=1e-12)


def test_slopes_of_two_straight_lines_and_a_parabola():
    x = np.log(T)
    curve = np.where(x < np.log(0.2), x, np.log(0.2) - 1.5 * (x - np.log(0.2)))
    found = laws.slopes(T, np.tile(curve, (3, 1)), (0.02, 0.08), (0.4, 1.0))
    np.testing.assert_allclose([found.below[0], found.above[0], found.ratio[0]], [1, -1.5, -1.5], rtol=1e-12)
    parabola = -((x - np.log(0.17)) ** 2)
    assert laws.slopes(T, np.tile(parabola, (3, 1)), (0.02, 0.08), (0.4, 1.0)).maximum_K[0] == pytest.approx(0.17, rel=1e-10)


@pytest.mark.parametrize("mu", [-0.1, 0.0, 0.13, 0.4])
def test_constant_mu_fit_finds_the_mu_of_its_own_curve(mu):
    curve = 0.7 * functionals.sound_velocity_eq3(T, mu, 90e3, 9.4e6) - 2.0
    fit = laws.constant_mu(T, np.tile(curve, (2, 1)), 90e3, 9.4e6)
    np.testing.assert_allclose(fit.mu, mu, atol=1e-5)
    np.testing.assert_allclose(fit.amplitude, 0.7, rtol=1e-4)


def test_a_window_without_temperatures_is_refused():
    with pytest.raises(ValueError, match="fewer than two"):
        laws.exponent(T, np.ones((2, 13)), 0.21, 0.29)
