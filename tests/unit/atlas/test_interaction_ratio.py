"""The atlas of other interactions: random spins against integrals and draws, and a ratio that counts were drawn from."""

import itertools

import numpy as np
import pytest
from scipy import integrate, stats

from tlsglass.atlas import api, fit_interaction, table
from tlsglass.atlas.interaction_ratio import COORDINATES, VERSION, InteractionRatio
from tlsglass.atlas.random_spins import RandomSpins
from tlsglass.atlas.shipped import SHIPPED_INTERACTIONS
from tlsglass.base import io
from tlsglass.dos import load
from tlsglass.dos.density_of_states import DensityOfStates
from tlsglass.dos.grid import Grid
from tlsglass.model import moments
from tlsglass.model.parameters import ModelParameters

H0_K = 10.0
T_K = (2e-6, 0.02, 0.1, 0.5, 2.0, 4.0)
COUPLINGS_K = (0.3, 1.0, 2.0, 3.0, 5.0, 8.0, 10.0)
TWO_TLS = ModelParameters(12, H0_K, 1.0, 1.0, 0.5, interaction="two_tls", fields="same_dipole")


def test_random_spins_of_normal_factors_are_those_of_the_atlas():
    metadata = table.shipped_atlas().metadata
    model = ModelParameters(12, H0_K, 1.0, 1.0, 0.5)
    assert RandomSpins.of_model(model) == (metadata["concentration"], pytest.approx(metadata["spread"]), None)


@pytest.mark.parametrize("components", [2, 3, 6, 9])
@pytest.mark.parametrize("g", [0.0, 0.5])
def test_products_in_the_field_are_a_mixture_of_normal_fields(components, g):
    spins, sigma = RandomSpins(0.5, 1.9, components), np.sqrt(1 + 1.9 * g**2)
    for E in (0.0, 0.02, 1.0, 6.0):

        def at_length(r, E=E):
            width = 2 * sigma * r / np.sqrt(components)
            return 0.5 * stats.chi.pdf(r, components) * 2 * stats.norm.pdf(E, scale=width)

        n = integrate.quad(at_length, 0, 30, limit=400, epsrel=1e-10)[0]
        np.testing.assert_allclose(np.exp(spins.ln_density(np.array([E]), g)), n, rtol=1e-6)
    assert integrate.quad(lambda E: np.exp(spins.ln_density(E, g)), 0, 100, limit=400)[0] == pytest.approx(0.5, rel=1e-6)


@pytest.mark.parametrize(
    "parameters",
    [
        {"interaction": "two_tls", "fields": "same_dipole"},
        {"interaction": "dipolar_gaussian", "fields": "same_dipole"},
        {"interaction": "dipolar", "fields": "same_dipole"},
        {"interaction": "electric_elastic", "fields": "same_dipole"},
        {"interaction": "elastic", "fields": "independent"},
    ],
)
def test_without_couplings_n_is_the_distribution_of_drawn_fields(parameters):
    model = ModelParameters(12, H0_K, 1.0, 1.0, 0.5, **parameters)
    family, rng, N = moments.of_model(model), np.random.default_rng(7), 400_000
    drawn = family.fields(family.draw(rng, N), rng) if model.fields == "same_dipole" else rng.standard_normal(N)
    edges = np.array([0.0, 0.2, 0.5, 1.0, 2.0, 4.0, 8.0])
    counts = np.histogram(2 * np.abs(drawn), edges)[0]
    spins = RandomSpins.of_model(model)
    shares = [integrate.quad(lambda E: np.exp(spins.ln_density(E, 0.0)), *ends)[0] / 0.5 for ends in itertools.pairwise(edges)]
    z = (counts - N * np.array(shares)) / np.sqrt(N * np.array(shares))
    assert np.abs(z).max() < 4  # 6 independent bins
    assert np.sum(z**2) < 24


def zero_ratio(atlas, spins):
    """A ratio that vanishes, for these random spins."""
    metadata = spins._asdict() | {"h0_K": H0_K, "sets": [entry for entry in atlas.sets if entry["kind"] == "grid"]}
    return InteractionRatio(metadata, {"ratio": np.zeros((5, *COORDINATES.sizes))})


def test_without_a_ratio_it_is_the_atlas_of_normal_factors():
    atlas = table.shipped_atlas()
    same = atlas.with_interaction(zero_ratio(atlas, atlas.random_spins))
    E, T, J0 = np.array([0.0, 0.03, 1.0, 12.0]), np.array([[0.05], [1.0]]), 2.7
    for with_ratio, without in ((same, atlas), (same.annealed(), atlas.annealed())):
        n, expected = with_ratio.density(E, T, J0), without.density(E, T, J0)
        np.testing.assert_allclose(n.value, expected.value, rtol=1e-12)
        np.testing.assert_allclose(n.error, expected.error, rtol=1e-5)  # of the second order in the deviations of rows


def known_ln_ratio(E, T, g):
    """ln of a ratio that vanishes at g = 0, in units of h0."""
    return 0.4 * np.tanh(3 * g) / (1 + (T**2 + E**2) / (0.3 * g) ** 2)


def drawn(J0_K, T, seed, atlas, spins):
    """Counts of 200 realizations in 20 jackknife groups, drawn from the atlas with other random spins times the ratio."""
    edges = Grid(20, 8, 1.04).edges(max(T, 0.02), 200.0)
    E = 0.5 * (edges[1:] + edges[:-1])
    n = atlas.with_interaction(zero_ratio(atlas, spins)).annealed().density(E, max(T, 0.02), J0_K).value
    expected = 864 / 0.5 * n * np.exp(known_ln_ratio(E / H0_K, T / H0_K, J0_K / H0_K)) * np.diff(edges) * 10
    counts = np.random.default_rng(seed).poisson(expected, (20, len(E)))
    density = DensityOfStates(
        L=12,
        J0_K=J0_K,
        T_K=T,
        n_spins=864,
        concentration=0.5,
        block=10,
        fingerprint="drawn",
        first=10 * np.arange(20),
        edges_K=edges,
        counts=counts,
    )
    return table.compact(load.merge([density], 20, [(0, 200)]))


@pytest.fixture(scope="module")
def built():
    atlas, spins = table.shipped_atlas(), RandomSpins.of_model(TWO_TLS)
    sets = [[drawn(J0, T, [k, m], atlas, spins) for m, T in enumerate(T_K)] for k, J0 in enumerate(COUPLINGS_K)]
    return fit_interaction.build("two_tls", TWO_TLS, sets, atlas, {"commit": "none"})


def test_the_ratio_is_the_one_that_counts_were_drawn_from(built):
    atlas = table.shipped_atlas()
    base = atlas.with_interaction(zero_ratio(atlas, built.random_spins))
    z = []
    for g in (0.05, 0.15, 0.25, 0.4, 0.65):
        for T in (0.02, 0.07, 0.5, 3.0):
            E = T * np.array([0.3, 2.0, 10.0])
            n, without = atlas.with_interaction(built).density(E, T, g * H0_K), base.density(E, T, g * H0_K)
            error = np.sqrt((n.error / n.value) ** 2 - (without.error / without.value) ** 2)
            z.extend((np.log(n.value / without.value) - known_ln_ratio(E / H0_K, T / H0_K, g)) / error)
    assert np.sqrt(np.mean(np.square(z))) < 1.5  # 60 pulls, many of them correlated
    assert np.abs(np.mean(z)) < 0.6


def test_at_weak_coupling_it_is_exact(built):
    E = np.array([0.0, 1.0, 20.0, 60.0])
    n = table.shipped_atlas().with_interaction(built).density(E, 0.1, 0.0)
    expected = np.exp(RandomSpins(0.5, 0.0, 6).ln_density(E / H0_K, 0.0)) / H0_K
    np.testing.assert_allclose(n.value, expected, rtol=1e-6)
    np.testing.assert_allclose(n.error / n.value, 0, atol=1e-6)


def test_its_file_contains_the_counts(built, tmp_path):
    path = tmp_path / "interaction.npz"
    built.save(path)
    read = InteractionRatio.load(path)
    assert read.metadata["layout"] == VERSION
    assert read.metadata["interaction"] == "two_tls"
    assert read.random_spins == built.random_spins
    for T in T_K:
        first, second = read.simulated_density(3, T), built.simulated_density(3, T)
        assert np.array_equal(first.counts, second.counts)
        assert first.counts.sum() <= drawn(3.0, T, [3, T_K.index(T)], table.shipped_atlas(), read.random_spins).counts.sum()
    table.shipped_atlas().save(tmp_path / "atlas.npz")
    with pytest.raises(io.DamagedFileError, match="not an interaction"):
        InteractionRatio.load(tmp_path / "atlas.npz")


def test_unknown_interactions_are_refused():
    with pytest.raises(ValueError, match="interaction 'magnetic': the atlas has gaussian"):
        api.density(1.0, 1.0, 1.0, interaction="magnetic")
    with pytest.raises(ValueError, match="with the atlas of the package"):
        api.density(1.0, 1.0, 1.0, atlas=api.annealed(), interaction="gaussian")
    assert api.density(1.0, 1.0, 1.0, interaction="gaussian")[0] == api.density(1.0, 1.0, 1.0)[0]


def test_the_files_of_the_package_are_small_and_have_their_simulations():
    for name, path in SHIPPED_INTERACTIONS.items():
        ratio = InteractionRatio.load(path)
        assert path.stat().st_size < 1e6
        assert ratio.metadata["interaction"] == name
        normal = {entry["J0_K"] for entry in table.shipped_atlas().sets if entry["kind"] == "grid"}
        assert {entry["J0_K"] for entry in ratio.sets} == normal
        assert all(f'"interaction": "{name}"' in entry["origin"] for entry in ratio.sets)
