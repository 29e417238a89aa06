"""Closed forms and functionals against adaptive quadrature, mpmath and exact scaling."""

import mpmath
import numpy as np
import pytest
from scipy.integrate import quad

from tlsglass.physics import functionals

OMEGA, A = 90e3, 9.4e6


@pytest.mark.parametrize("a", [1e-9, 1e-4, 0.3, 1.0, 50.0, 99.9, 100.1, 1e4, 1e9])
def test_inner_integral_of_eq_8(a):
    def integrand(t):  # x = exp(-t)
        return mpmath.sqrt(1 - mpmath.exp(-2 * t)) / (1 + (a * mpmath.exp(2 * t)) ** 2)

    corner = max(1e-3, -0.5 * np.log(a))
    exact = mpmath.quad(integrand, [0, 0.5 * corner, corner, corner + 1, corner + 5, corner + 40])
    assert functionals.relaxation_integral(a) == pytest.approx(float(exact), rel=1e-8)


@pytest.mark.parametrize("mu", [-0.2, 0.0, 0.13, 0.6])
@pytest.mark.parametrize("T", [0.01, 0.1, 1.0, 10.0])
def test_relaxation_of_eq_8_with_eq_3(mu, T):
    def integrand(ln_E):
        E = np.exp(ln_E)
        n = (T**2 + E**2) ** (mu / 2)
        return E * n * functionals.relaxation_kernel(E, T, OMEGA, A)

    exact = -sum(
        quad(integrand, np.log(T) + a, np.log(T) + b, epsabs=0, epsrel=1e-10, limit=400)[0] for a, b in ((-16, -3), (-3, 6))
    )
    assert functionals.relaxation_eq3(np.array([T]), mu, OMEGA, A)[0] == pytest.approx(exact, rel=1e-8)


@pytest.mark.parametrize("mu", [-0.2, 0.0, 1e-9, 0.13, 0.6])
def test_resonant_difference_of_eq_7_with_eq_3(mu):
    low, high = 0.05, 2.0

    def integrand(ln_E):
        E = np.exp(ln_E)
        return sum(sign * (T**2 + E**2) ** (mu / 2) * np.tanh(E / (2 * T)) for sign, T in ((1, low), (-1, high)))

    exact = -sum(quad(integrand, a, b, epsabs=1e-13, epsrel=1e-12, limit=400)[0] for a, b in ((-20, 0), (0, 16)))
    found = functionals.resonant_eq3(low, mu) - functionals.resonant_eq3(high, mu)
    assert found == pytest.approx(exact, rel=1e-6)


def test_kappa_and_c_scale_exactly_and_c_of_the_stm_is_pi_squared_over_6():
    T = np.array([0.01, 0.1, 3.0])
    assert functionals.specific_heat_eq3(1.0, 0.0) == pytest.approx(np.pi**2 / 6, rel=1e-12)
    for mu in (-0.1, 0.2, 0.5):
        np.testing.assert_allclose(
            functionals.thermal_conductivity_eq3(T, mu) / functionals.thermal_conductivity_eq3(1, mu), T ** (2 - mu)
        )
        np.testing.assert_allclose(functionals.specific_heat_eq3(T, mu) / functionals.specific_heat_eq3(1, mu), T ** (1 + mu))

        def integrand(x, mu=mu):
            return x**3 / (np.sinh(x / 2) ** 2 * np.tanh(x / 2)) * (1 + x**2) ** (-mu / 2)

        exact = quad(integrand, 0, 100, epsabs=0, epsrel=1e-11)[0]
        assert functionals.thermal_conductivity_eq3(1.0, mu) == pytest.approx(exact, rel=1e-10)


def test_slopes_of_the_stm_are_1_to_minus_one_half():
    T0 = (OMEGA / A) ** (1 / 3)
    for T, slope in ((np.array([1e-4, 1e-3]) * T0, 1.0), (np.array([1e3, 1e4]) * T0, -0.5)):
        found = np.diff(functionals.sound_velocity_eq3(T, 0.0, OMEGA, A)) / np.diff(np.log(T))
        assert found[0] == pytest.approx(slope, abs=1e-3)


@pytest.mark.parametrize("T", [0.05, 0.5])
@pytest.mark.parametrize("E", [0.01, 0.1, 1.0])
def test_kernel_of_eq_A2(E, T):
    def integrand(t):  # x = exp(-t)
        energy = E / mpmath.sqrt(1 - mpmath.exp(-2 * t))
        a = OMEGA / (A * energy**3 * mpmath.coth(energy / (2 * T))) * mpmath.exp(2 * t)
        return 1 / (2 * T * mpmath.cosh(energy / (2 * T)) ** 2 * (1 + a**2))

    exact = float(mpmath.quad(integrand, [0, 1e-5, 1e-4, 1e-3, 1e-2, 0.1, 0.5, 1, 2, 3, 5, 8, 12, 30]))
    assert functionals.relaxation_kernel_A2(np.array([E]), T, OMEGA, A)[0] == pytest.approx(exact, rel=1e-6)


@pytest.mark.parametrize("T", [0.02, 0.2, 1.0])
def test_functionals_of_counts_meet_the_closed_forms(counts_of, T):
    """Counts that are exactly those of Eq. (3), n = B (T² + E²)^(µ/2): every functional within 2e-4 of its closed form."""
    B, mu = 0.0135, 0.13
    counts = counts_of(lambda E: B * (T**2 + E**2) ** (mu / 2), T, E_max_K=200.0)
    assert functionals.specific_heat(counts, 20)[0] == pytest.approx(B * functionals.specific_heat_eq3(T, mu), rel=2e-4)
    kappa, _ = functionals.thermal_conductivity(counts, 1e-9, 20)
    assert kappa[0] == pytest.approx(functionals.thermal_conductivity_eq3(T, mu) / B, rel=2e-4)
    resonant, relaxation = functionals.sound_velocity(counts, OMEGA, A, 20)
    assert relaxation[0] == pytest.approx(B * functionals.relaxation_eq3(T, mu, OMEGA, A), rel=2e-4)
    # Eq. (7) up to the end of the grid; the closed form's own cutoff is 1 K
    beyond = quad(lambda ln_E: (T**2 + np.exp(2 * ln_E)) ** (mu / 2), 0, np.log(counts.edges_K[-1]))[0]
    inside = -B * (beyond - observables_tail(T, mu))
    assert resonant[0] == pytest.approx(inside + B * functionals.resonant_eq3(T, mu), rel=2e-3)


def observables_tail(T, mu):
    """What the closed form of Eq. (7) keeps above its cutoff of 1 K: the part that converges as the cutoff grows."""
    return quad(lambda ln_E: (T**2 + np.exp(2 * ln_E)) ** (mu / 2) - np.exp(mu * ln_E), 0, 12)[0]


@pytest.mark.parametrize("T", [0.05, 0.5])
def test_both_readings_of_n_agree_where_it_is_constant(counts_of, T):
    """With constant n, Eqs. (A1) and (A2) are Eqs. (5) and (8)."""
    counts = counts_of(lambda E: 0.01 + 0 * E, T)
    eq5, eq_A1 = functionals.thermal_conductivity(counts, 1e-9, 20)
    np.testing.assert_allclose(eq_A1, eq5, rtol=1e-9)
    _, eq8 = functionals.sound_velocity(counts, OMEGA, A, 20)
    eq_A2 = functionals.relaxation_A2(counts, OMEGA, A, 20)
    np.testing.assert_allclose(eq_A2, eq8, rtol=1e-3)


def test_kappa_of_few_counts_is_unbiased_within_its_error(counts_of):
    """100 samples with 200 counts a bin: mean of κ within 4 of its standard errors of the exact one."""
    rng = np.random.default_rng(4)
    found = []
    for _ in range(100):
        counts = counts_of(lambda E: 0.01 + 0 * E, 0.1, 200, rng, E_max_K=3.0)
        found.append(functionals.thermal_conductivity(counts, 200, 20)[0][0])
    exact = functionals.thermal_conductivity_eq3(0.1, 0.0) / 0.01
    assert abs(np.mean(found) - exact) < 4 * np.std(found) / 10


@pytest.mark.parametrize("y", [0.01, 0.1, 1.0, 3.0, 10.0])
def test_the_stm_at_a_frequency_is_the_digamma_formula(y):
    """δf/f over hf/T from 0.01 to 10, counted from hf/T = 1000."""
    f = 8e9
    T = functionals.HERTZ_K * f / np.array([y, 1000.0])
    kernel = functionals.resonant_at_frequency_eq3(T, 0.0, f)
    digamma = functionals.digamma_shift(T, f)
    assert kernel[0] - kernel[1] == pytest.approx(digamma[0] - digamma[1], rel=1e-5)
    exact = mpmath.re(mpmath.digamma(0.5 + y / (2j * mpmath.pi))) - mpmath.log(y / (2 * mpmath.pi))
    assert digamma[0] == pytest.approx(float(exact), rel=1e-10)


@pytest.mark.parametrize("mu", [-0.2, 0.0, 0.13, 0.6])
@pytest.mark.parametrize("T", [0.003, 0.03, 0.3, 3.0, 30.0])
def test_principal_value_against_adaptive_quadrature(mu, T):
    """∫ dE n(T, E) tanh(E/2T) E/(E² - w²), w = 0.384 K, minus the same at 1 K, to 1e-6 of the larger of the two terms."""
    frequency = 8e9
    w = functionals.HERTZ_K * frequency

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
    one, two = functionals.resonant_at_frequency_eq3(np.array([T, 1.0]), mu, frequency)
    assert one - two == pytest.approx(exact, abs=1e-6 * max(abs(one), abs(two), abs(exact)))


def test_quasiparticles_against_mattis_and_bardeen():
    """Mattis and Bardeen's σ2 (their integral from Δ - hf to Δ) by quadrature: its change within 5 % for hf, T << Δ."""
    gap, frequency = 16.0, 8e9
    w = functionals.HERTZ_K * frequency

    def sigma_2(T, gap_T):
        def integrand(angle):  # E = Δ - hf sin²: both square roots at the ends vanish
            E = gap_T - w * np.sin(angle) ** 2
            top = np.tanh((E + w) / (2 * T)) * (E**2 + gap_T**2 + w * E)
            return top / np.sqrt((gap_T + E) * (E + w + gap_T)) * 2

        return quad(integrand, 0, np.pi / 2, epsabs=0, epsrel=1e-12)[0] / w

    for T in (1.0, 1.5, 2.0):
        gap_T = gap - np.sqrt(2 * np.pi * T * gap) * np.exp(-gap / T)
        exact = 0.5 * (sigma_2(T, gap_T) / sigma_2(1e-3, gap) - 1)
        assert functionals.quasiparticle_shift(T, frequency, gap) == pytest.approx(exact, rel=0.05)
