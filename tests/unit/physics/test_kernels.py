"""Kernels of Eqs. (8) and (A2) against mpmath."""

import mpmath
import numpy as np
import pytest

from tlsglass.physics import kernels

OMEGA, A = 90e3, 9.4e6


@pytest.mark.parametrize("a", [1e-9, 1e-4, 0.3, 1.0, 50.0, 99.9, 100.1, 1e4, 1e9])
def test_inner_integral_of_eq_8(a):
    def integrand(t):  # x = exp(-t)
        return mpmath.sqrt(1 - mpmath.exp(-2 * t)) / (1 + (a * mpmath.exp(2 * t)) ** 2)

    corner = max(1e-3, -0.5 * np.log(a))
    exact = mpmath.quad(integrand, [0, 0.5 * corner, corner, corner + 1, corner + 5, corner + 40])
    assert kernels.relaxation_integral(a) == pytest.approx(float(exact), rel=1e-8)


@pytest.mark.parametrize("T", [0.05, 0.5])
@pytest.mark.parametrize("E", [0.01, 0.1, 1.0])
def test_kernel_of_eq_A2(E, T):
    def integrand(t):  # x = exp(-t)
        energy = E / mpmath.sqrt(1 - mpmath.exp(-2 * t))
        a = OMEGA / (A * energy**3 * mpmath.coth(energy / (2 * T))) * mpmath.exp(2 * t)
        return 1 / (2 * T * mpmath.cosh(energy / (2 * T)) ** 2 * (1 + a**2))

    exact = -float(mpmath.quad(integrand, [0, 1e-5, 1e-4, 1e-3, 1e-2, 0.1, 0.5, 1, 2, 3, 5, 8, 12, 30]))
    assert kernels.relaxation_kernel_A2(np.array([E]), T, OMEGA, A)[0] == pytest.approx(exact, rel=1e-6)


@pytest.mark.parametrize("a", [1e-9, 1e-4, 0.03, 1.0, 30.0, 99.0, 101.0, 1e4, 1e9])
def test_inner_integral_of_the_internal_friction_agrees_with_quadrature(a):
    def integrand(t):  # x = exp(-t)
        ratio = a * mpmath.exp(2 * t)
        return mpmath.sqrt(1 - mpmath.exp(-2 * t)) * ratio / (1 + ratio**2)

    corner = max(1e-3, -0.5 * np.log(a))
    exact = mpmath.quad(integrand, [0, 0.5 * corner, corner, corner + 1, corner + 5, corner + 40])
    assert kernels.friction_integral(a) == pytest.approx(float(exact), rel=1e-8)


def test_the_internal_friction_belongs_to_the_sound_velocity():
    """Both inner integrals are parts of one analytic function of a."""
    a = np.geomspace(1e-3, 1e3, 41)
    c = np.sqrt(1 + 1j * a)
    complex_integral = c * np.arctanh(1 / c)
    np.testing.assert_allclose(
        kernels.relaxation_integral(a) + 1 - 1j * kernels.friction_integral(a), complex_integral, rtol=1e-9
    )
