"""Mattis and Bardeen against their integrals by adaptive quadrature, with the gap of BCS from its own equation."""

import numpy as np
import pytest
from scipy.integrate import quad
from scipy.optimize import brentq

from tlsglass.physics import microwave, quasiparticles

EULER = 0.5772156649015329
TC = np.exp(EULER) / np.pi  # in units of Δ(0): 1/1.764


def gap_by_its_equation(T):
    """Δ(T) for Δ(0) = 1 from ln(1/Δ) = ∫_0^∞ dx 2 f(E)/E, E = sqrt(x² + Δ²)."""

    def equation(gap):
        def rate(x):
            E = np.hypot(x, gap)
            return 2 / (E * (1 + np.exp(E / T)))

        return np.log(gap) + quad(rate, 0, 60 * T, epsabs=1e-13, epsrel=1e-11, limit=400)[0]

    return brentq(equation, 1e-2, 1.0, xtol=1e-13)


def conductivities(T, w, gap):
    """σ1 and σ2 over σn as Mattis and Bardeen print them: the roots at the ends are weights of the quadrature."""

    def fermi(E):
        return 1 / (1 + np.exp(E / T))

    def thermal(E):
        top = (fermi(E) - fermi(E + w)) * (E**2 + gap**2 + w * E)
        return top / np.sqrt((E + gap) * ((E + w) ** 2 - gap**2))

    def pair_breaking(E):
        return (1 - 2 * fermi(E + w)) * (E**2 + gap**2 + w * E) / np.sqrt((gap + E) * (E + w + gap))

    near = quad(thermal, gap, gap + w, weight="alg", wvar=(-0.5, 0), epsabs=0, epsrel=1e-10)[0]
    far = quad(lambda E: thermal(E) / np.sqrt(E - gap), gap + w, gap + w + 60 * T, epsabs=0, epsrel=1e-10, limit=400)[0]
    above = quad(pair_breaking, gap - w, gap, weight="alg", wvar=(-0.5, -0.5), epsabs=0, epsrel=1e-10)[0]
    return 2 / w * (near + far), above / w


@pytest.mark.parametrize("reduced", [0.1, 0.15, 0.2, 0.3, 0.4, 0.5])
@pytest.mark.parametrize("w", [0.003, 0.025, 0.2])
def test_loss_and_shift_against_mattis_and_bardeen(reduced, w):
    """T/T_c from 0.1 to 0.5 and hf from 0.003 to 0.2 Δ: both to 1e-3, with either side's own gap."""
    T = reduced * TC
    gap_K = 16.0
    gap_T = gap_by_its_equation(T)
    sigma_1, sigma_2 = conductivities(T, w, gap_T)
    _, cold = conductivities(0.01 * TC, w, 1.0)
    f = w * gap_K / microwave.HERTZ_K
    assert quasiparticles.loss(T * gap_K, f, gap_K) == pytest.approx(sigma_1 / sigma_2, rel=1e-3)
    assert quasiparticles.frequency_shift(T * gap_K, f, gap_K) == pytest.approx(0.5 * (sigma_2 / cold - 1), rel=1e-3, abs=1e-10)


@pytest.mark.parametrize("reduced", [0.05, 0.2, 0.5, 0.8, 0.95])
def test_the_gap_is_that_of_bcs(reduced):
    assert quasiparticles.gap(reduced * TC * 2.1, 2.1) == pytest.approx(2.1 * gap_by_its_equation(reduced * TC), rel=1e-8)


def test_cold_limit_in_closed_form():
    """σ1/σ2 = (4/π) exp(-Δ/T) sinh ξ K0(ξ), σ2/σ2(0) - 1 = -2 exp(-Δ/T) exp(-ξ) I0(ξ) + δΔ/Δ, ξ = hf/2T, for T, hf << Δ."""
    from scipy import special

    gap, f = 1000.0, 8e9
    T = np.array([30.0, 40.0])
    xi = 0.5 * microwave.HERTZ_K * f / T
    closed = 4 / np.pi * np.exp(-gap / T) * np.sinh(xi) * special.k0(xi)
    assert quasiparticles.loss(T, f, gap) == pytest.approx(closed, rel=0.03)
    thermal = np.sqrt(2 * np.pi * T / gap) + 2 * special.ive(0, xi)
    assert quasiparticles.frequency_shift(T, f, gap) == pytest.approx(-0.5 * thermal * np.exp(-gap / T), rel=0.03)


@pytest.mark.parametrize(("T", "f", "gap"), [(2.4, 8e9, 1.0), (0.01, 8e9, 40.0), (1.0, 5e11, 1.0), (20.0, 1e6, 1e-3)])
def test_finite_wherever_a_fit_may_try(T, f, gap):
    for shape in (quasiparticles.loss, quasiparticles.frequency_shift):
        assert np.isfinite(shape(np.array([T, 2 * T]), f, gap)).all()
