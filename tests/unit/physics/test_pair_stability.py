"""Pair stability with joint distributions: its limits in closed form, and its equation by another integral."""

from dataclasses import replace

import numpy as np
import pytest
from scipy.special import erfc

from tlsglass.model.parameters import ModelParameters
from tlsglass.physics import pair_stability, two_tls

NORMAL = ModelParameters(L=8, h0_K=10.0, J0_K=3.0, cutoff=1.0, concentration=0.5)
DIPOLES = replace(NORMAL, interaction="dipolar_gaussian")


def strength(model, size=1500):
    return pair_stability.weak_coupling_strength(pair_stability.draw_sample(model, size, 1), model.concentration)


@pytest.mark.parametrize("interaction", ["gaussian", "dipolar", "dipolar_gaussian", "elastic", "electric_elastic"])
def test_weak_coupling_depends_on_the_mean_factor_alone_where_fields_are_independent(interaction):
    assert strength(replace(NORMAL, interaction=interaction)) == pytest.approx(two_tls.pair_stability_strength(0.5), rel=1e-3)


def test_weak_coupling_of_dipoles_in_fields_through_the_same_dipoles_has_its_closed_form():
    """|c_ij| p_i p_j loses the lengths of both dipoles: that of unit dipoles remains, and ⟨1/|p|⟩ = sqrt(2/π)."""
    unit_over_normal = np.pi / 8  # of the mean factors: ⟨|p|⟩² = 8/π
    p = np.sqrt(3) / np.sqrt(2 * np.pi)  # h0 p_i0(0) of a dipole of length 1
    expected = 8 * np.pi / 3 * 0.5 * np.sqrt(2 / np.pi) * unit_over_normal * p**2 / (p * np.sqrt(2 / np.pi))
    assert strength(replace(DIPOLES, fields="same_dipole")) == pytest.approx(expected, rel=0.02)
    assert expected == pytest.approx(1.137, abs=5e-4)


def test_unit_dipoles_have_independent_fields_either_way():
    assert strength(replace(NORMAL, interaction="dipolar", fields="same_dipole")) == pytest.approx(4 / 3, rel=1e-3)


def test_the_slope_at_weak_coupling_is_the_strength():
    """Well below J0, above the energies of the box: d ln n/d ln E = strength J0/h0 up to the next order."""
    model = replace(NORMAL, J0_K=0.02, L=16, positions="random")
    sample = pair_stability.draw_sample(model, 60, 2)
    density = pair_stability.zero_temperature_density(model, sample)
    slope = density.exponent(2e-4, 2e-3)
    assert slope == pytest.approx(4 / 3 * 0.002, rel=0.03)


def test_without_couplings_the_density_is_that_of_the_random_fields():
    model = replace(NORMAL, J0_K=1e-3)
    density = pair_stability.zero_temperature_density(model, pair_stability.draw_sample(model, 50, 1))
    widths = np.diff(density.edges_K)
    assert np.sum(density.n * widths) == pytest.approx(0.5, rel=3e-3)  # the mesh
    assert density.n[1] == pytest.approx(0.5 / (np.sqrt(2 * np.pi) * 10), rel=3e-3)


def test_the_density_solves_its_equation():
    """The exponent again, by adaptive quadrature over E' and a sum over the sites of the lattice, for normal factors."""
    model = replace(NORMAL, L=4)
    density = pair_stability.zero_temperature_density(model, pair_stability.draw_sample(model, 100, 3))
    E_mesh = np.sqrt(density.edges_K[1:-1] * density.edges_K[2:])

    def p(E):  # per TLS
        return np.interp(np.log(E), np.log(E_mesh), density.n[1:]) / 0.5

    axis = np.minimum(np.arange(4), 4 - np.arange(4))
    R = np.sqrt(np.add.outer(np.add.outer(axis**2, axis**2), axis**2)).ravel()
    coupling = 4 * 3.0 / (R[R > 0] ** 3 + 1)
    variance = 100 + 9 * 0.5 * np.sum(1 / (R[R > 0] ** 3 + 1) ** 2)
    partner = np.geomspace(1e-4, 100, 20_000)
    for E in (0.1, 1.0, 5.0):  # sites whose |c_ij| is large enough: P(|c| > t) = erfc(t/√2)
        unstable = p(partner) * sum(erfc((E + partner) / J / np.sqrt(2)) for J in coupling)
        exponent = 0.25 * np.sum((unstable[1:] + unstable[:-1]) / 2 * np.diff(partner))
        bare = np.exp(-(E**2) / (8 * variance)) / np.sqrt(2 * np.pi * variance)
        assert p(E) == pytest.approx(bare * np.exp(-exponent), rel=0.02)
