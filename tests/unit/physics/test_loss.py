"""Resonators at microwave frequencies against adaptive quadrature, the digamma formula, Mattis and Bardeen."""

import mpmath
import numpy as np
import pytest
from scipy.integrate import quad

from tlsglass.physics import loss


@pytest.mark.parametrize("y", [0.01, 0.1, 1.0, 3.0, 10.0])
def test_the_stm_at_a_frequency_is_the_digamma_formula(y):
    """δf/f over hf/T from 0.01 to 10, counted from hf/T = 1000."""
    f = 8e9
    T = loss.HERTZ_K * f / np.array([y, 1000.0])
    kernel = loss.resonant_at_frequency_eq3(T, 0.0, f)
    digamma = loss.digamma_shift(T, f)
    assert kernel[0] - kernel[1] == pytest.approx(digamma[0] - digamma[1], rel=1e-5)
    exact = mpmath.re(mpmath.digamma(0.5 + y / (2j * mpmath.pi))) - mpmath.log(y / (2 * mpmath.pi))
    assert digamma[0] == pytest.approx(float(exact), rel=1e-10)


@pytest.mark.parametrize("mu", [-0.2, 0.0, 0.13, 0.6])
@pytest.mark.parametrize("T", [0.003, 0.03, 0.3, 3.0, 30.0])
def test_principal_value_against_adaptive_quadrature(mu, T):
    """∫ dE n(T, E) tanh(E/2T) E/(E² - w²), w = 0.384 K, minus the same at 1 K, to 1e-6 of the larger of the two terms."""
    frequency = 8e9
    w = loss.HERTZ_K * frequency

    def up_to(T, top):
        def smooth(E):  # what is left of the integrand beside the pole 1/(E - w), which quad takes as a Cauchy weight
            return (T**2 + E**2) ** (mu / 2) * np.tanh(E / (2 * T)) * E / (E + w)

        pole = quad(smooth, 0.5 * w, 1.5 * w, weight="cauchy", wvar=w, epsabs=1e-13, epsrel=1e-12)[0]

        def integrand(ln_E):
            E = np.exp(ln_E)
            return E * smooth(E) / (E - w)

        ends = ((-30, np.log(0.5 * w)), (np.log(1.5 * w), np.log(top)))
        return pole + sum(quad(integrand, a, b, epsabs=1e-13, epsrel=1e-12, limit=600)[0] for a, b in ends)

    top = 1e7
    exact = -(up_to(T, top) - up_to(1.0, top))
    # n beyond the top differs between the two temperatures by less than (T/top)²
    one, two = loss.resonant_at_frequency_eq3(np.array([T, 1.0]), mu, frequency)
    assert one - two == pytest.approx(exact, abs=1e-6 * max(abs(one), abs(two), abs(exact)))


def test_quasiparticles_against_mattis_and_bardeen():
    """Mattis and Bardeen's σ2 (their integral from Δ - hf to Δ) by quadrature: its change within 5 % for hf, T << Δ."""
    gap, frequency = 16.0, 8e9
    w = loss.HERTZ_K * frequency

    def sigma_2(T, gap_T):
        def integrand(angle):  # E = Δ - hf sin²: both square roots at the ends vanish
            E = gap_T - w * np.sin(angle) ** 2
            top = np.tanh((E + w) / (2 * T)) * (E**2 + gap_T**2 + w * E)
            return top / np.sqrt((gap_T + E) * (E + w + gap_T)) * 2

        return quad(integrand, 0, np.pi / 2, epsabs=0, epsrel=1e-12)[0] / w

    for T in (1.0, 1.5, 2.0):
        gap_T = gap - np.sqrt(2 * np.pi * T * gap) * np.exp(-gap / T)
        exact = 0.5 * (sigma_2(T, gap_T) / sigma_2(1e-3, gap) - 1)
        assert loss.quasiparticle_shift(T, frequency, gap) == pytest.approx(exact, rel=0.05)
