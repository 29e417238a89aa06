"""The atlas against known densities, its errors, its file, and arguments that it refuses."""

import json
from dataclasses import replace

import numpy as np
import pytest

from tlsglass.atlas import spline, table
from tlsglass.atlas.random_spins import RandomSpins
from tlsglass.base import io
from tlsglass.dos import load
from tlsglass.dos.density_of_states import DensityOfStates
from tlsglass.dos.grid import Grid
from tlsglass.model.parameters import ModelParameters
from tlsglass.montecarlo.protocol import Protocol, counts_fingerprint

H0_K, SPREAD = 10.0, 1.5
T_K = (2e-6, 0.02, 0.05, 0.1, 0.3, 1.0, 4.0)
COUPLINGS = (0.2, 0.5, 1.0, 2.0, 3.0, 5.0, 8.0, 12.0)


def known(E, T, g):
    """A density with a gap of Eq. (3) below E = g h0, in units of h0."""
    u = (T**2 + E**2) / (T**2 + E**2 + g**2 + 1e-6)
    return np.exp(RandomSpins(0.5, SPREAD).ln_density(E, g) + 0.3 * np.tanh(2 * g) * np.log(u))


def drawn(J0_K, T, seed, realizations=200, L=12):
    """Counts drawn from ``known``, in rows of 20 jackknife groups."""
    edges = Grid(20, 8, 1.04).edges(max(T, 0.02), 400.0)
    x = np.diff(edges) / H0_K
    middle = 0.5 * (edges[1:] + edges[:-1]) / H0_K
    n = np.mean([known(middle + d * x, T / H0_K, J0_K / H0_K) for d in (-0.4, -0.2, 0, 0.2, 0.4)], axis=0)
    expected = 864 / 0.5 * n * x * 10
    counts = np.random.default_rng(seed).poisson(expected, (realizations // 10, len(expected)))
    arguments = {"L": L, "J0_K": J0_K, "T_K": T, "n_spins": 864, "concentration": 0.5, "block": 10, "fingerprint": "drawn"}
    part = DensityOfStates(**arguments, first=10 * np.arange(realizations // 10), edges_K=edges, counts=counts)
    return table.compact(load.merge([part], 20, [(0, realizations)]))


@pytest.fixture(scope="module")
def built():
    rng = np.random.SeedSequence(5)
    sets = [("grid", [drawn(J0, T, s) for T, s in zip(T_K, rng.spawn(len(T_K)), strict=True)]) for J0 in COUPLINGS]
    sets.append(("test", [drawn(2.5, T, s) for T, s in zip(T_K, rng.spawn(len(T_K)), strict=True)]))
    for J0 in (2.0, 8.0):  # a larger lattice without an effect of the size
        sets.append(("large", [drawn(J0, T, s, L=16) for T, s in zip(T_K, rng.spawn(len(T_K)), strict=True)]))
    return table.build(sets, H0_K, SPREAD, {"commit": "none"})


def test_uniform_splines_sum_to_one_and_represent_a_line():
    knots = (-1.0, 2.0, 6)
    x = np.linspace(-1, 2, 50)
    B = spline.basis(x, knots)
    np.testing.assert_allclose(B.sum(axis=-1), 1)
    np.testing.assert_allclose(B @ (-1.0 + 0.5 * (np.arange(9) - 1)), x, atol=1e-12)


def test_the_surface_is_the_density_that_counts_were_drawn_from(built):
    z = []
    for g in (0.05, 0.15, 0.25, 0.4, 0.65):
        for T in (0.02, 0.07, 0.5, 3.0):
            E = T * np.array([0.3, 2.0, 10.0])
            n = built.density(E, T, g * H0_K)
            z.extend((n.value * H0_K / known(E / H0_K, T / H0_K, g) - 1) / (n.error / n.value))
    assert np.sqrt(np.mean(np.square(z))) < 1.5  # 60 pulls, many of them correlated
    assert np.abs(np.mean(z)) < 0.6


def test_without_interactions_n_is_exact(built):
    E = np.array([0.0, 1.0, 20.0, 60.0])
    n = built.density(E, 0.1, 0.0)
    np.testing.assert_allclose(n.value, 0.5 * np.sqrt(2 / np.pi) / 20 * np.exp(-(E**2) / 800), rtol=1e-6)
    np.testing.assert_allclose(n.error / n.value, 0, atol=1e-6)


def test_it_scales_with_h0_exactly(built):
    reference = built.density(3.0, 0.2, 2.5, 10.0).value
    np.testing.assert_allclose(built.density(6.0, 0.4, 5.0, 20.0).value, reference / 2, rtol=1e-12)


def test_at_high_energies_it_is_gaussian(built):
    E = np.array([200.0, 300.0, 400.0])  # above E_CUTOFF_H0 ln n is a parabola but for a constant
    ln_n = np.log(built.density(E, 0.1, 3.0).value)
    np.testing.assert_allclose(np.diff(ln_n) / np.diff(E**2), -1 / (2 * 400 * (1 + SPREAD * 0.09)), rtol=2e-2)


def test_arguments_broadcast(built):
    E, T, J0 = np.array([0.1, 1.0, 5.0]), np.array([[0.05], [0.5]]), np.array([2.0, 3.0, 4.0])
    n = built.density(E, T, J0)
    assert n.shape == (2, 3)
    for i in range(2):
        for k in range(3):
            single = built.density(E[k], T[i, 0], J0[k])
            assert single.shape == ()
            np.testing.assert_allclose(n.rows[:, i, k], single.rows, rtol=1e-12)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ((1.0, 0.01, 2.0), r"T = 0.01 K is not in the atlas: with h0 = 10 K it covers T = 0.02 to 4 K \(0.002 to 0.4 h0\)"),
        ((1.0, 1.0, 9.0), r"J0 = 9 K is not in the atlas: .* J0 = 0 to 8 K"),
        ((1.0, 1.0, 2.0, 1.0), r"T = 1 K is not in the atlas: with h0 = 1 K"),
        ((-1.0, 1.0, 2.0), "E = -1 K"),
        ((np.nan, 1.0, 2.0), "E = nan K"),
        ((1.0, np.nan, 2.0), "T = nan K"),
        ((1.0, 1.0, 2.0, 0.0), "h0 = 0.0 K: must be one positive number"),
    ],
)
def test_outside_of_the_domain_it_refuses(built, arguments, message):
    with pytest.raises(ValueError, match=message):
        built.density(*arguments)


def test_its_file_contains_the_counts(built, tmp_path):
    built.save(tmp_path / "atlas.npz")
    read = table.Atlas.load(tmp_path / "atlas.npz")
    assert read.metadata == json.loads(json.dumps(built.metadata))
    for index in (0, 5, 8):
        for T in T_K:
            written, loaded = built.simulated_density(index, T), read.simulated_density(index, T)
            assert (written.J0_K, written.T_K, written.n_realizations) == (loaded.J0_K, loaded.T_K, 200)
            np.testing.assert_array_equal(written.counts, loaded.counts)
    first = drawn(COUPLINGS[0], T_K[0], np.random.SeedSequence(5).spawn(len(T_K))[0])
    np.testing.assert_array_equal(read.simulated_density(0, T_K[0]).counts, first.counts)
    np.testing.assert_array_equal(read.simulated_density(0, T_K[0]).edges_K, first.edges_K)
    with pytest.raises(ValueError, match=r"no counts at T = 0\.7 K"):
        read.simulated_density(0, 0.7)


def test_another_file_is_refused(tmp_path):
    io.write_arrays(tmp_path / "other.npz", {"a": np.zeros(2)}, {"layout": 0})
    with pytest.raises(io.DamagedFileError, match="not an atlas of version"):
        table.Atlas.load(tmp_path / "other.npz")


def test_errors_grow_between_couplings_that_lie_apart(built):
    """Without the rows of the interpolation error, the error is smaller."""
    groups = 20
    n = built.density(0.5, 0.05, 6.5)
    jackknife = np.log(n.rows[1 : 1 + groups])
    without_interpolation = np.sqrt((n.groups - 1) / n.groups * np.sum((jackknife - jackknife.mean()) ** 2))
    assert n.error / n.value > 1.02 * without_interpolation


def test_lattices_of_the_same_model_are_paired():
    """The smallest lattice is paired with each larger one; another cutoff or number of jackknife groups is left out."""
    model = ModelParameters(L=12, h0_K=10.0, J0_K=3.0, cutoff=1.0, concentration=0.5)
    grid = Grid(20, 8, 1.04)
    protocol = Protocol((1.0, 0.1), "metropolis", 10, 2e-6, (0.1,), block=10, seed=1, grid=grid)

    def density(L, cutoff=1.0):
        fingerprint = counts_fingerprint(replace(model, L=L, cutoff=cutoff), protocol)
        return replace(drawn(3.0, 0.1, L, L=L), fingerprint=fingerprint)

    pairs = table.pair_sizes([density(16), density(12), density(20), density(24, cutoff=0.5)], model, 20)
    assert [(small.L, large.L) for small, large in pairs] == [(12, 16), (12, 20)]
    assert table.pair_sizes([density(16), density(12)], model, 25) == []
