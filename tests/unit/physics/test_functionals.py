"""Functionals of counts against the closed forms of Eq. (3)."""

import numpy as np
import pytest
from scipy.integrate import quad

from tlsglass.physics import eq3, functionals

OMEGA, A = 90e3, 9.4e6


@pytest.mark.parametrize("T", [0.02, 0.2, 1.0])
def test_functionals_of_counts_meet_the_closed_forms(counts_of, T):
    """Counts that are exactly those of Eq. (3), n = B (T² + E²)^(µ/2): every functional within 2e-4 of its closed form."""
    B, mu = 0.0135, 0.13
    counts = counts_of(lambda E: B * (T**2 + E**2) ** (mu / 2), T, E_max_K=200.0)
    assert functionals.specific_heat(counts).value == pytest.approx(B * eq3.specific_heat(T, mu), rel=2e-4)
    assert functionals.thermal_conductivity(counts, 1e-9).value == pytest.approx(eq3.thermal_conductivity(T, mu) / B, rel=2e-4)
    friction = functionals.internal_friction(counts, OMEGA, A)
    assert friction.value == pytest.approx(B * eq3.internal_friction(T, mu, OMEGA, A), rel=2e-4)
    relaxation, resonant = functionals.relaxation(counts, OMEGA, A), functionals.resonant(counts)
    assert relaxation.value == pytest.approx(B * eq3.relaxation(T, mu, OMEGA, A), rel=2e-4)
    # Eq. (7) up to the end of the grid; the closed form's own cutoff is 1 K
    beyond = quad(lambda ln_E: (T**2 + np.exp(2 * ln_E)) ** (mu / 2), 0, np.log(counts.edges_K[-1]))[0]
    inside = -B * (beyond - tail_of_eq_7(T, mu))
    assert resonant.value == pytest.approx(inside + B * eq3.resonant(T, mu), rel=2e-3)
    np.testing.assert_array_equal(functionals.sound_velocity(counts, OMEGA, A).rows, (resonant + relaxation).rows)


def tail_of_eq_7(T, mu):
    """The part of the closed form of Eq. (7) above its cutoff of 1 K that converges as the cutoff grows."""
    return quad(lambda ln_E: (T**2 + np.exp(2 * ln_E)) ** (mu / 2) - np.exp(mu * ln_E), 0, 12)[0]


@pytest.mark.parametrize("T", [0.05, 0.5])
def test_both_readings_of_n_agree_where_it_is_constant(counts_of, T):
    """With constant n, Eqs. (A1) and (A2) are Eqs. (5) and (8)."""
    counts = counts_of(lambda E: 0.01 + 0 * E, T)
    eq5, eq_A1 = functionals.thermal_conductivity(counts, 1e-9), functionals.thermal_conductivity_A1(counts, 1e-9)
    np.testing.assert_allclose(eq_A1.rows, eq5.rows, rtol=1e-9)
    eq8, eq_A2 = functionals.relaxation(counts, OMEGA, A), functionals.relaxation_A2(counts, OMEGA, A)
    np.testing.assert_allclose(eq_A2.rows, eq8.rows, rtol=1e-3)


def test_both_readings_of_n_agree_where_all_counts_are_one_bin(counts_of):
    """One bin is a constant n: both are the same number over n, with the bias of 1/n taken off."""
    counts = counts_of(lambda E: 0.01 + 0 * E, 0.1, 200, np.random.default_rng(5), n_spins=2, E_max_K=1.0)
    total = counts.total.sum()
    eq5 = functionals.thermal_conductivity(counts, total)
    np.testing.assert_allclose(functionals.thermal_conductivity_A1(counts, total).rows, eq5.rows, rtol=1e-9)


def test_kappa_of_few_counts_is_unbiased_within_its_error(counts_of):
    """600 samples of constant n with 20 counts a bin, which bias the mean of 1/n by 5 %: within 4 standard errors and 1 %."""
    rng = np.random.default_rng(4)
    kappas = [
        functionals.thermal_conductivity(counts_of(lambda E: 0.01 + 0 * E, 0.1, 200, rng, E_max_K=3.0), 20).value
        for _ in range(600)
    ]
    exact = eq3.thermal_conductivity(0.1, 0.0) / 0.01
    assert abs(np.mean(kappas) - exact) < 4 * np.std(kappas) / np.sqrt(600) + 0.01 * exact


def test_kappa_of_too_few_counts_is_unknown(counts_of):
    counts = counts_of(lambda E: 1e-7 + 0 * E, 0.5, 20, np.random.default_rng(1), groups=2)
    for functional in (functionals.thermal_conductivity, functionals.thermal_conductivity_A1):
        assert np.isnan(functional(counts, 200).rows).all()
