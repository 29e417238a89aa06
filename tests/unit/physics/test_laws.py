"""Exponents, slopes and the constant-µ fit of curves that are known."""

import numpy as np
import pytest

from tlsglass.base.samples import Samples
from tlsglass.physics import eq3, laws

T = np.array([0.02, 0.03, 0.05, 0.08, 0.1, 0.15, 0.2, 0.3, 0.4, 0.5, 0.6, 0.8, 1.0])


def same(curve):
    """Return Samples (t,) whose rows are all ``curve``."""
    return Samples(np.tile(curve, (4, 1)))


def test_exponent_of_a_power_law():
    law = laws.exponent(T, same(3.0 * T**1.85), 0.1, 1.0)
    np.testing.assert_allclose(law.power.rows, 1.85, rtol=1e-12)
    np.testing.assert_allclose(law.prefactor.rows, 3.0, rtol=1e-12)


def test_slopes_of_two_straight_lines_and_a_parabola():
    x = np.log(T)
    curve = np.where(x < np.log(0.2), x, np.log(0.2) - 1.5 * (x - np.log(0.2)))
    found = laws.slopes(T, same(curve), (0.02, 0.08), (0.4, 1.0))
    np.testing.assert_allclose([found.below.value, found.above.value, found.ratio.value], [1, -1.5, -1.5], rtol=1e-12)
    parabola = -((x - np.log(0.17)) ** 2)
    assert laws.slopes(T, same(parabola), (0.02, 0.08), (0.4, 1.0)).maximum_K.value == pytest.approx(0.17, rel=1e-10)


@pytest.mark.parametrize("mu", [-0.1, 0.0, 0.13, 0.4])
def test_constant_mu_fit_finds_the_mu_of_its_own_curve(mu):
    curve = 0.7 * eq3.sound_velocity(T, mu, 90e3, 9.4e6) - 2.0
    fit = laws.constant_mu(T, same(curve), 90e3, 9.4e6)
    np.testing.assert_allclose(fit.mu.rows, mu, atol=1e-5)
    np.testing.assert_allclose(fit.amplitude.rows, 0.7, rtol=1e-4)


def test_a_window_without_temperatures_is_refused():
    with pytest.raises(ValueError, match="fewer than two"):
        laws.exponent(T, same(np.ones(13)), 0.21, 0.29)
    with pytest.raises(ValueError, match="too few for a maximum"):
        laws.slopes(T[:2], same(T[:2]), (0.02, 0.03), (0.02, 0.03))
