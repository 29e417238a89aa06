"""Heat release against the double integral over energies and asymmetries, and against the textbook's (T1² - T0²)/t."""

from itertools import pairwise

import numpy as np
import pytest
from scipy.integrate import quad

from tlsglass.physics import eq3

A = 9.4e6


@pytest.mark.parametrize("seed", range(6))
def test_the_power_is_that_of_all_tlss_that_relax_exponentially(seed):
    rng = np.random.default_rng(seed)
    T1, t, prefactor = 10 ** rng.uniform([-1, -6, 5], [0.5, 4, 9])
    T0, mu, dimension = T1 * 10 ** rng.uniform(-2, -0.1), rng.uniform(-0.3, 0.6), (1, 2, 3)[seed % 3]

    def upper_level(E, T):
        return 1 / (np.exp(min(E / T, 500.0)) + 1)

    nodes, weights = np.polynomial.legendre.leggauss(40)

    def power_of_energy(E):
        """Return the average of t rate exp(-rate t) over dx / (x sqrt(1-x²)), with x = sin(θ)."""
        s = t * prefactor * E**dimension / np.tanh(E / (2 * T0))
        ends = np.append(np.minimum(np.array([0, 1, 2, 4]) / np.sqrt(s), np.pi / 2), min(9 / np.sqrt(s), np.pi / 2))
        half = 0.5 * np.diff(ends)[:, None]
        x = np.sin(ends[:-1, None] + half * (1 + nodes))
        return s * np.sum(half * weights * x * np.exp(-s * x**2))

    def integrand(y):
        E = np.exp(y)
        return E**2 * (upper_level(E, T1) - upper_level(E, T0)) * power_of_energy(E) * (T0**2 + E**2) ** (mu / 2)

    breaks = np.linspace(np.log(1e-5 * T1), np.log(60 * T1), 20)
    exact = sum(quad(integrand, *ends, epsabs=0, epsrel=1e-9)[0] for ends in pairwise(breaks))
    expected = 24 / np.pi**2 * exact / t
    assert eq3.heat_release(T1, mu, T0, t, prefactor, dimension) == pytest.approx(expected, rel=1e-6)


def test_the_stm_releases_the_difference_of_the_squares_over_the_time():
    T1, t = np.array([0.3, 1.0, 3.0]), np.array([600.0, 3600.0, 1e5])
    np.testing.assert_allclose(eq3.heat_release(T1, 0.0, 0.1, t, A), (T1**2 - 0.01) / t, rtol=1e-6)
    np.testing.assert_allclose(eq3.heat_release(T1, 0.0, 0.0, t, A), T1**2 / t, rtol=1e-6)


def test_mu_follows_from_the_temperature_before_cooling_and_not_from_the_time():
    T1 = np.array([0.5, 1.0])
    early, late = (eq3.heat_release(T1, 0.2, 0.0, t, A) * t for t in (1e3, 1e5))
    np.testing.assert_allclose(early, late, rtol=1e-6)
    assert np.log2(late[1] / late[0]) == pytest.approx(2.2, abs=1e-6)


def test_no_heat_is_released_without_cooling():
    assert eq3.heat_release(0.5, 0.1, 0.5, 100.0, A) == 0
