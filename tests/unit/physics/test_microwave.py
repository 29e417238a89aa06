"""Resonators at microwave frequencies against adaptive quadrature, the digamma formula, Mattis and Bardeen."""

import mpmath
import numpy as np
import pytest
from scipy.integrate import quad

from tlsglass.physics import microwave


@pytest.mark.parametrize("y", [0.01, 0.1, 1.0, 3.0, 10.0])
def test_the_stm_at_a_frequency_is_the_digamma_formula(y):
    """δf/f over hf/T from 0.01 to 10, counted from hf/T = 1000."""
    f = 8e9
    T = microwave.HERTZ_K * f / np.array([y, 1000.0])
    kernel = microwave.resonant_at_frequency_eq3(T, 0.0, f)
    exact = [
        float(mpmath.re(mpmath.digamma(0.5 + x / (2j * mpmath.pi))) - mpmath.log(x / (2 * mpmath.pi))) for x in (y, 1000.0)
    ]
    assert kernel[0] - kernel[1] == pytest.approx(exact[0] - exact[1], rel=1e-5)


@pytest.mark.parametrize("mu", [-0.2, 0.0, 0.13, 0.6])
@pytest.mark.parametrize("T", [0.003, 0.03, 0.3, 3.0, 30.0])
def test_principal_value_against_adaptive_quadrature(mu, T):
    """∫ dE n(T, E) tanh(E/2T) E/(E² - w²), w = 0.384 K, minus the same at 1 K, to 1e-6 of the larger of the two terms."""
    frequency = 8e9
    w = microwave.HERTZ_K * frequency

    def up_to(T, top):
        def smooth(E):  # the integrand without the pole 1/(E - w), which quad takes as a Cauchy weight
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
    low, high = microwave.resonant_at_frequency_eq3(np.array([T, 1.0]), mu, frequency)
    assert low - high == pytest.approx(exact, abs=1e-6 * max(abs(low), abs(high), abs(exact)))


# ---- loss -----------------------------------------------------------------------------------------------------------

T = np.array([0.01, 0.05, 0.2, 0.39, 1.0, 3.0])


@pytest.mark.parametrize("frequency", [1e8, 5e9, 8.17e9, 4e10])
def test_at_mu_0_and_weak_drive_the_loss_is_the_textbooks(frequency):
    """tanh(ħω/2kT) with constants spelled out, to 1e-6: as it is, and with a photon number far below the critical one."""
    textbook = np.tanh(1.054571817e-34 * 2 * np.pi * frequency / (2 * 1.380649e-23 * T))
    assert microwave.resonant_loss_eq3(T, 0.0, frequency) == pytest.approx(textbook, rel=1e-6)
    weak = microwave.saturation(T, frequency, 1e-8, 1.0, 0.0, 1.0) * microwave.resonant_loss_eq3(T, 0.0, frequency)
    assert weak == pytest.approx(textbook, rel=1e-6)
    assert microwave.resonant_loss_eq3(T, 0.0, frequency)[0] <= 1


def test_the_textbooks_saturation():
    """At T -> 0 with β1 = 0, β2 = 1: F tan δ / sqrt(1 + n̄/n_c); and Crowley's form with D = n_c^β2 anywhere."""
    n = np.geomspace(1e-3, 1e6, 10)
    assert microwave.saturation(1e-3, 8e9, n, 30.0, 0.0, 1.0) == pytest.approx(1 / np.sqrt(1 + n / 30), rel=1e-12)
    beta1, beta2, D, f = 0.8, 0.6, 5.0, 5e9
    crowley = 1 / np.sqrt(1 + 1e3**beta2 / (D * T**beta1) * np.tanh(microwave.HERTZ_K * f / (2 * T)))
    assert microwave.saturation(T, f, 1e3, D ** (1 / beta2), beta1, beta2) == pytest.approx(crowley, rel=1e-12)


@pytest.mark.parametrize("mu", [-0.2, 0.0, 0.13, 0.6])
def test_the_loss_belongs_to_the_shift(mu):
    """Kramers and Kronig: -PV∫ df' loss(f') f'/(f'² - f²) is the shape of δf/f, here of 0.2 K counted from 0.5 K."""
    f = 8e9

    def difference(g):
        low, high = (microwave.resonant_loss_eq3(T, mu, g * f) for T in (0.2, 0.5))
        return (low - high) * g / (g + 1)

    pole = quad(difference, 0.5, 1.5, weight="cauchy", wvar=1.0, epsabs=1e-12)[0]
    regular = sum(
        quad(lambda g: difference(g) / (g - 1), *ends, epsabs=1e-12, limit=400)[0] for ends in ((1e-9, 0.5), (1.5, 2000))
    )
    shape = microwave.resonant_at_frequency_eq3(np.array([0.2, 0.5]), mu, f)
    assert shape[0] - shape[1] == pytest.approx(-(pole + regular), rel=1e-4)


def test_relaxation_between_its_limits():
    """F tan δ / 2 where it is fast (App. C: π/2 · P0γ²/ρv²); where it is slow A/f ∫ n dE sech² E³ coth .., ∝ T³."""
    assert microwave.relaxation_loss_eq3(1.0, 0.0, 1.0, 1e12) == pytest.approx(0.5, rel=1e-3)
    x3 = quad(lambda x: x**3 / np.tanh(x / 2) / np.cosh(x / 2) ** 2, 0, 60)[0]  # ∫_0^1 x sqrt(1 - x²) dx = 1/3
    slow = microwave.relaxation_loss_eq3(np.array([0.5, 1.0]), 0.0, 8e9, 1e3)
    assert slow == pytest.approx(1e3 / 8e9 * x3 / (3 * np.pi) * np.array([0.125, 1.0]), rel=1e-5)
    assert not np.any(microwave.relaxation_loss_eq3(T, 0.1, 8e9, 0.0))


def test_photon_number_balances_the_power():
    """What the resonator absorbs, hf n̄ κ_i, is what the line loses: P(1 - |S11|² - |S21|²), P(1 - |Γ|²) in reflection."""
    f, P, Qi, Qc = 6e9, 1e-15, 3e5, 7e4
    Ql = 1 / (1 / Qi + 1 / Qc)
    kappa_i, quantum = 2 * np.pi * f / Qi, 6.62607015e-34 * f
    a = Ql / Qc
    assert quantum * microwave.photon_number_notch(P, f, Ql, Qc) * kappa_i == pytest.approx(
        P * (1 - a**2 - (1 - a) ** 2), rel=1e-6
    )
    assert quantum * microwave.photon_number_reflection(P, f, Ql, Qc) * kappa_i == pytest.approx(
        P * (1 - (1 - 2 * a) ** 2), rel=1e-6
    )
    assert microwave.PHOTON_NUMBER == {"notch": microwave.photon_number_notch, "reflection": microwave.photon_number_reflection}
    assert microwave.dBm_to_watt([-30.0, 0.0], 60.0) == pytest.approx([1e-12, 1e-9])


@pytest.mark.parametrize("eta", [0.3, 0.7])
def test_dipoles_with_a_power_law_saturate_with_its_exponent(eta):
    """docs/resonators.md: P(p) ∝ p^-(3-η) up to a largest dipole gives tan δ ∝ field^-η, so that β2 = η with n̄ ∝ field²."""

    def loss(field):
        """Return the integral of p² P(p) p over y = ln p."""

        def integrand(y):
            return np.exp(eta * y) / np.sqrt(1 + (field * np.exp(y)) ** 2)

        return sum(quad(integrand, a, a + 2, epsabs=0, epsrel=1e-10)[0] for a in np.arange(-80.0, 0.0, 2.0))

    fields = 1e9, 1e10  # in units of that at which the largest dipole saturates
    slope = np.log(loss(fields[1]) / loss(fields[0])) / np.log(10)
    assert slope == pytest.approx(-eta, abs=0.01)
    n_bar = np.array(fields) ** 2
    crowley = microwave.saturation(0.01, 5e9, n_bar, 1e-6, 0.0, eta)
    assert np.log(crowley[1] / crowley[0]) / np.log(10) == pytest.approx(-eta, abs=0.01)
