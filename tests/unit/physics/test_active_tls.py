"""Thermally active TLSs, and κ with scattering at boundaries, against quadrature and the limits of the textbooks."""

from itertools import pairwise

import numpy as np
import pytest
from scipy.integrate import quad

from tlsglass.physics import eq3


@pytest.mark.parametrize("mu", [-0.2, 0.0, 0.35])
def test_the_number_of_active_tlss_is_the_integral_over_their_populations(mu):
    """N_th = 4 ∫ dE n p (1 - p), four times the variance of the occupation of the upper level; 2T for constant n."""
    T = 0.3

    def integrand(E):
        p = 1 / (1 + np.exp(-E / T))
        return 4 * (T**2 + E**2) ** (mu / 2) * p * (1 - p)

    exact = quad(integrand, 0, 60 * T, points=[T, 5 * T], epsrel=1e-12)[0]
    assert eq3.active_tls(T, mu) == pytest.approx(exact, rel=1e-9)
    if mu == 0:
        assert exact == pytest.approx(2 * T, rel=1e-9)


@pytest.mark.parametrize("seed", range(4))
def test_inverse_mean_free_paths_add(seed):
    rng = np.random.default_rng(seed)
    (T, boundary), mu = 10 ** rng.uniform([-2, -3], [0.3, 1]), rng.uniform(-0.2, 0.5)

    def kappa(boundary):
        """Return T ∫ C(E) ℓ(E) with ℓ of each energy from both scattering rates."""

        def integrand(y):
            E = np.exp(y)
            rate = E * (T**2 + E**2) ** (mu / 2) * np.tanh(E / (2 * T)) + boundary
            return E * E**4 / T**3 / np.sinh(E / (2 * T)) ** 2 / rate * T

        breaks = np.linspace(np.log(1e-8 * T), np.log(100 * T), 24)
        return sum(quad(integrand, *ends, epsabs=0, epsrel=1e-9)[0] for ends in pairwise(breaks))

    ratio = eq3.thermal_conductivity(T, mu, boundary) / eq3.thermal_conductivity(T, mu)
    assert ratio == pytest.approx(kappa(boundary) / kappa(0.0), rel=1e-6)
    assert eq3.thermal_conductivity(T, mu) == pytest.approx(kappa(0.0), rel=1e-6)


def test_boundaries_alone_give_the_cube_of_the_temperature_of_debye():
    T = np.array([0.05, 0.1, 0.2])
    kappa = eq3.thermal_conductivity(T, 0.1, 1e9)
    np.testing.assert_allclose(kappa / kappa[0], (T / T[0]) ** 3, rtol=1e-6)
