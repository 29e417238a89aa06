"""Relaxation of a qubit against master equations and the formulas of transmons."""

import numpy as np
import pytest
from scipy import constants
from scipy.integrate import quad

from tlsglass.physics import microwave, quasiparticles

FREQUENCY = 5e9


def relaxation_rate(E, splitting, g, gamma, tanh):
    """Return the rate of a qubit coupled by ``g`` to a TLS whose level populations relax at ``gamma`` to those of T.

    It is the slowest eigenvalue of the master equation of both that does not vanish (Lindblad, exchange coupling).
    """
    lower, identity_2 = np.array([[0, 1], [0, 0]]), np.eye(2)
    qubit, tls = np.kron(lower, identity_2), np.kron(identity_2, lower)
    H = splitting * qubit.T @ qubit + E * tls.T @ tls + g * (qubit.T @ tls + tls.T @ qubit)
    identity = np.eye(4)
    L = -1j * (np.kron(H, identity) - np.kron(identity, H.T))
    for jump, rate in ((tls, gamma * (1 + tanh) / 2), (tls.T, gamma * (1 - tanh) / 2)):
        number = jump.T @ jump
        L += rate * (np.kron(jump, jump) - 0.5 * np.kron(number, identity) - 0.5 * np.kron(identity, number.T))
    start = np.kron(np.diag([0.0, 1.0]), np.diag([1 + tanh, 1 - tanh]) / 2).ravel()
    values, vectors = np.linalg.eig(L)
    weights = np.linalg.solve(vectors, start)
    excited = np.kron(np.diag([0.0, 1.0]), identity_2).ravel()
    amplitude = np.abs(excited @ vectors * weights)
    slow = [k for k in range(16) if abs(values[k]) > 1e-12 and amplitude[k] > 0.05]
    return -max(values[k].real for k in slow)


def test_a_bath_of_tlss_takes_and_gives_so_that_the_temperature_does_not_matter():
    """Sum over TLSs of all energies: 2π g² n (golden rule) at any temperature. A resonator has this times tanh(hf/2T)."""
    g, gamma, splitting = 1e-4, 0.02, 1.0
    theta = np.pi * ((np.arange(40) + 0.5) / 40 - 0.5)  # E = splitting + (γ/2) tan(θ): the rates are Lorentzian in E
    E, dE = splitting + gamma / 2 * np.tan(theta), gamma / 2 / np.cos(theta) ** 2 * np.pi / 40
    for T in (0.1, 1.0, 10.0):
        tanh = np.tanh(splitting / (2 * T))
        rates = [relaxation_rate(x, splitting, g, gamma, tanh) for x in E]
        total = np.sum(rates * dE)
        assert total == pytest.approx(2 * np.pi * g**2, rel=0.01), T
    T = np.array([0.02, 0.1, 1.0])
    qubit = microwave.qubit_relaxation_eq3(T, 0.0, FREQUENCY)
    np.testing.assert_allclose(qubit, 2 * np.pi * FREQUENCY, rtol=1e-12)  # the STM: constant
    for mu in (0.0, 0.3):
        x = microwave.HERTZ_K * FREQUENCY / T
        down, up = (1 / (1 + np.exp(-x)), 1 / (1 + np.exp(x)))  # TLSs in the lower and in the upper level
        rate = microwave.qubit_relaxation_eq3(T, mu, FREQUENCY)
        resonator = 2 * np.pi * FREQUENCY * microwave.resonant_loss_eq3(T, mu, FREQUENCY)
        np.testing.assert_allclose(rate * (down - up), resonator, rtol=1e-12)


def test_quasiparticles_relax_a_transmon_as_catelani_et_al_calculated():
    """(x/π) sqrt(2ωΔ/ħ) for T << hf << Δ (Phys. Rev. B 84, 064517): corrections of the order of T/hf and hf/Δ."""
    gap, omega = 2.1, 2 * np.pi * FREQUENCY
    for T in (0.01, 0.005):
        x = np.sqrt(2 * np.pi * T / gap) * np.exp(-gap / T)
        expected = x / np.pi * np.sqrt(2 * omega * gap * constants.k / constants.hbar)
        assert quasiparticles.qubit_relaxation(T, FREQUENCY, gap) == pytest.approx(expected, rel=0.02)


def test_quasiparticles_do_not_cool_below_their_saturation():
    T = np.array([0.01, 0.1, 0.2, 1.0])
    effective = quasiparticles.effective_temperature(T, 0.2, 4.0)
    np.testing.assert_allclose(effective[[0, 3]], [0.2, 1.0], rtol=1e-3)
    assert effective[2] == pytest.approx(0.2 * 2**0.25)
    np.testing.assert_allclose(quasiparticles.effective_temperature(T, 0.0, 4.0), T, rtol=1e-12)
    assert np.all(np.diff(quasiparticles.loss(effective, FREQUENCY, 2.1)) > 0)


@pytest.mark.parametrize("T", [0.05, 0.15, 0.3])
def test_quasiparticles_take_the_energy_of_a_qubit_and_give_it(T):
    """Sum over the tunneling of all quasiparticles, f(E) [1 - f(E + hf)] down and f(E + hf) [1 - f(E)] up (golden rule)."""
    quantum = microwave.HERTZ_K * FREQUENCY
    gap = float(quasiparticles.gap(T, 2.1))

    def integral(occupation):
        def integrand(u):  # E = gap + u²
            E = gap + u * u
            matrix_element = (E * (E + quantum) + gap**2) / np.sqrt((E + gap) * ((E + quantum) ** 2 - gap**2))
            return 2 * matrix_element * occupation(1 / (np.exp(E / T) + 1), 1 / (np.exp((E + quantum) / T) + 1))

        return quad(integrand, 0, np.sqrt(40 * T), epsabs=0, epsrel=1e-9)[0]

    both = integral(lambda low, high: low * (1 - high) + high * (1 - low))
    net = integral(lambda low, high: low - high)
    resonator = 2 * np.pi * FREQUENCY * quasiparticles.loss(T, FREQUENCY, 2.1)
    assert quasiparticles.qubit_relaxation(T, FREQUENCY, 2.1) == pytest.approx(resonator * both / net, rel=1e-6)
