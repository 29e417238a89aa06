"""Observables of the atlas against functionals of the counts it was fitted to, and against Eq. (3) for a known density."""

import doctest
import math

import numpy as np
import pytest

import tlsglass
from shared import ROOT
from tlsglass.atlas import api, ratio_spline
from tlsglass.atlas.table import SHIPPED, shipped_atlas
from tlsglass.base.jackknife import JackknifeEstimate
from tlsglass.dos.fits import fit_eq3
from tlsglass.physics import eq3, functionals

OMEGA, A = 0.58**3, 1.0


class Known:
    """An atlas whose n is that of Eq. (3) at all energies, so that its observables are known in closed form."""

    def __init__(self, B, mu):
        self.B, self.mu = B, mu

    def density(self, E_K, T_K, J0_K, h0_K):
        n = eq3.density(np.asarray(E_K), T_K, self.B, self.mu)
        return JackknifeEstimate(np.stack([n, 1.01 * n, 0.99 * n]))


@pytest.mark.parametrize("mu", [0.0, 0.2])
def test_observables_are_those_of_eq3_in_closed_form(mu):
    known, T = Known(0.02, mu), np.array([0.05, 0.2, 0.6])
    np.testing.assert_allclose(api.specific_heat(T, 1, atlas=known).value, 0.02 * eq3.specific_heat(T, mu), rtol=1e-6)
    kappa = api.thermal_conductivity(T, 1, atlas=known).value
    np.testing.assert_allclose(kappa, eq3.thermal_conductivity(T, mu) / 0.02, rtol=1e-6)
    friction = api.internal_friction(T, 1, OMEGA, A, atlas=known).value
    np.testing.assert_allclose(friction, 0.02 * eq3.internal_friction(T, mu, OMEGA, A), rtol=1e-5)
    velocity = np.diff(api.sound_velocity(T, 1, OMEGA, A, atlas=known).value)  # but for a constant
    np.testing.assert_allclose(velocity, 0.02 * np.diff(eq3.sound_velocity(T, mu, OMEGA, A)), rtol=3e-4, atol=1e-6)
    fit = api.eq3(T, 1, atlas=known)
    np.testing.assert_allclose(fit.B.value, 0.02, rtol=1e-9)
    np.testing.assert_allclose(fit.mu.value, mu, atol=1e-9)
    np.testing.assert_allclose(api.alpha(1, atlas=known).value, mu, atol=1e-6)
    np.testing.assert_allclose(api.beta(1, atlas=known).value, mu, atol=1e-6)


def test_the_annealed_atlas_agrees_with_the_simulations_it_was_fitted_to():
    atlas = api.annealed()
    (index,) = [k for k in atlas.set_indices("grid") if atlas.sets[k]["J0_K"] == 3]
    for T in (0.1, 0.5, 1.0):
        counts = atlas.simulated_density(index, T)
        predicted, simulated = api.specific_heat(T, 3.0, atlas=atlas), functionals.specific_heat(counts)
        assert abs(predicted.value - simulated.value) < 3 * simulated.error
        predicted, simulated = api.sound_velocity(T, 3.0, OMEGA, A, atlas=atlas), functionals.sound_velocity(counts, OMEGA, A)
        assert abs(predicted.value - simulated.value) < 3 * simulated.error + 1e-3 * abs(simulated.value)
        predicted, simulated = api.thermal_conductivity(T, 3.0, atlas=atlas), functionals.thermal_conductivity(counts, 200)
        assert abs(predicted.value - simulated.value) < 4 * simulated.error
        mu = api.eq3(T, 3.0, atlas=atlas).mu
        assert abs(mu.value - fit_eq3(counts, 2.0).mu.value) < 3 * mu.error


def test_in_equilibrium_n_is_lower_where_annealing_freezes_and_nowhere_else():
    """The error of the equilibrium density contains that of the annealed density of an infinite system and of the excess."""
    E, J0 = np.array([0.05, 0.5, 20.0]), 8.0
    for T, lower in ((0.02, True), (4.0, False)):
        predicted, annealed = api.density_estimate(E, T, J0), api.density_estimate(E, T, J0, atlas=api.annealed(math.inf))
        excess = ratio_spline.ln_ratio(shipped_atlas().excess.coefficients, E / 10, T / 10, J0 / 10)
        np.testing.assert_allclose(np.log(annealed.value / predicted.value), excess.value, rtol=1e-5, atol=1e-6)
        combined = np.hypot(annealed.error / annealed.value, excess.error)
        np.testing.assert_allclose(predicted.error / predicted.value, combined, rtol=0.02)
        assert excess.value[0] > 0.05 if lower else abs(excess.value[0]) < 0.02
        assert abs(excess.value[2]) < 0.02


def test_between_sizes_n_follows_the_power_of_the_size():
    """ln n at L = 12, 16 and infinity lies on a straight line in L^-3; at J0 = 0 the size does not matter."""
    E = np.array([0.02, 0.2, 2.0])
    ln_n = {L: np.log(api.density_estimate(E, 0.02, 5.0, atlas=api.annealed(L)).value) for L in (12, 16, math.inf)}
    np.testing.assert_allclose(ln_n[16] - ln_n[math.inf], (12 / 16) ** 3 * (ln_n[12] - ln_n[math.inf]), rtol=1e-6, atol=1e-9)
    assert np.all(np.abs(ln_n[12] - ln_n[math.inf])[:2] > 0.01)
    free = [api.density_estimate(E, 0.02, 0.0, atlas=api.annealed(L)).value for L in (12, math.inf)]
    np.testing.assert_allclose(*free, rtol=1e-9)


def test_density_returns_n_and_its_error():
    n, error = tlsglass.atlas.density(np.linspace(0, 30, 7), 0.3, 2.7)
    assert n.shape == error.shape == (7,)
    assert np.all(error > 0)
    assert np.all(error < 0.1 * n)
    limits = tlsglass.atlas.limits(h0_K=20.0)
    assert limits["T"] == pytest.approx((0.04, 8.0))
    assert limits["J0"] == pytest.approx((0.0, 20.0))
    with pytest.raises(ValueError, match="J0 = 21 K is not in the atlas"):
        tlsglass.atlas.density(1.0, 1.0, 21.0, h0_K=20.0)


def test_the_shipped_file_is_small_and_has_metadata():
    assert SHIPPED.stat().st_size < 4e6
    metadata = shipped_atlas().metadata
    assert {"commit", "layout", "h0_K", "sets"} <= set(metadata)
    assert sum(entry["kind"] == "grid" for entry in metadata["sets"]) >= 16
    assert all(entry["method"] == "annealing" and '"seed"' in entry["origin"] for entry in metadata["sets"])


def test_the_page_states_the_domain_of_the_shipped_file():
    low, high = shipped_atlas().limits["T"]
    page = (ROOT / "docs/templates/atlas.md.j2").read_text(encoding="utf-8")
    assert f"0 ≤ J₀/h₀ ≤ {shipped_atlas().limits['J0'][1]:g} and {low:g} ≤ T/h₀ ≤ {high:g}" in page


def test_the_examples_of_the_docstrings_run():
    results = doctest.testmod(api)
    assert results.attempted > 0
    assert results.failed == 0
