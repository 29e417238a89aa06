"""The annealing excess and the size term are recovered from counts that were drawn with them."""

from dataclasses import replace

import numpy as np
import pytest

from tlsglass.atlas import annealing_excess, ratio_spline, table
from tlsglass.dos import load
from tlsglass.dos.density_of_states import DensityOfStates
from tlsglass.dos.grid import Grid

H0_K, GROUPS = 10.0, 20


def excess(E, T, g):
    """ln of annealed over equilibrium, in units of h0."""
    return 0.3 * g**1.5 / (1 + (T / 0.03) ** 2) / (1 + (E / 0.05) ** 2)


def counts_of(J0_K, T_K, snapshots, factor, rng):
    """Counts of a flat n, times exp(``factor`` excess), of 400 realizations."""
    edges = Grid(20, 8, 1.04).edges(T_K, 100.0)
    E = 0.5 * (edges[1:] + edges[:-1])
    n = 0.02 * np.exp(factor * excess(E / H0_K, T_K / H0_K, J0_K / H0_K))
    expected = 10 * snapshots * 864 / 0.5 * n * np.diff(edges)
    arguments = {"L": 12, "J0_K": J0_K, "T_K": T_K, "n_spins": 864, "concentration": 0.5, "block": 10, "fingerprint": "drawn"}
    drawn = rng.poisson(expected, (40, len(expected)))
    part = DensityOfStates(**arguments, first=10 * np.arange(40), edges_K=edges, counts=drawn, snapshots=snapshots)
    return load.merge([part], GROUPS)


def rms_pull(coefficients, ratios):
    """Return the root mean square of 36 pulls of a fitted excess, many of which are correlated."""
    z = []
    for g in ratios:
        for T in (0.002, 0.02, 0.2):
            E = np.array([0.3 * T, 0.02, 0.1, 1.0])
            fitted = ratio_spline.ln_ratio(coefficients, E, T, g)
            z += ((fitted.value - excess(E, T, g)) / np.hypot(fitted.error, 3e-3)).tolist()
    return np.sqrt(np.mean(np.square(z)))


def test_the_excess_is_recovered_within_its_errors():
    rng = np.random.default_rng(7)
    axes = [(J0, T) for J0 in (2.0, 3.0, 6.0, 10.0) for T in (0.02, 0.05, 0.1, 0.3, 1.0, 4.0)]
    pairs = [(counts_of(J0, T, 1, 1, rng), counts_of(J0, T, 16, 0, rng)) for J0, T in axes]
    fit = annealing_excess.fit_excess(pairs, H0_K, {})
    assert 0.7 < fit.metadata["chi2"] / fit.metadata["bins"] < 1.2
    assert rms_pull(fit.coefficients, (0.15, 0.45, 0.8)) < 1.6
    at_zero = ratio_spline.ln_ratio(fit.coefficients, np.array([0.01]), 0.01, 0.0)
    np.testing.assert_allclose([at_zero.value, at_zero.error], 0, atol=1e-9)


def test_the_file_is_read_back(tmp_path):
    rng = np.random.default_rng(8)
    fit = annealing_excess.fit_excess(
        [(counts_of(6.0, 0.1, 1, 1, rng), counts_of(6.0, 0.1, 16, 0, rng))], H0_K, {"fitted_sets": ["L12_J6"]}
    )
    fit.save(tmp_path / "annealing.npz")
    loaded = annealing_excess.AnnealingExcess.load(tmp_path / "annealing.npz")
    assert loaded.metadata["fitted_sets"] == ["L12_J6"]
    np.testing.assert_allclose(loaded.coefficients, fit.coefficients, rtol=1e-6)


def test_an_excess_that_vanishes_fast_is_zero_where_materials_are():
    """Without an excess below J0/h0 = 0.15 and with 10 % at 0.3, the fit is zero within 2 σ at 0.1, and below 0.5 %."""
    rng = np.random.default_rng(9)
    factors = {0.5: 0.0, 1.0: 0.0, 1.5: 0.0, 3.0: 2.0, 6.0: 1.0, 10.0: 1.0}
    pairs = [
        (counts_of(J0, T, 4, factor, rng), counts_of(J0, T, 16, 0, rng))
        for J0, factor in factors.items()
        for T in (0.02, 0.05, 0.1, 0.3, 1.0, 4.0)
    ]
    fit = annealing_excess.fit_excess(pairs, H0_K, {})
    ratio = ratio_spline.ln_ratio(fit.coefficients, np.array([0.02, 0.05, 0.2]), 0.01, 0.1)
    assert np.all(np.abs(ratio.value) < 2 * ratio.error)
    assert np.all(np.abs(ratio.value) < 5e-3)


@pytest.mark.parametrize("exponent", [2, 3])
def test_the_size_term_is_that_of_the_infinite_system(exponent):
    """Lattices of 12 and 16 whose n exceeds that of the infinite system by the excess times (12/L)^exponent."""
    rng = np.random.default_rng(10)
    pairs = []
    for J0 in (1.0, 3.0, 6.0, 10.0):
        for T in (0.02, 0.05, 0.1, 0.3, 1.0, 4.0):
            small, large = (counts_of(J0, T, 9, (12 / L) ** exponent, rng) for L in (12, 16))
            pairs.append((replace(small, snapshots=1), replace(large, L=16, snapshots=1)))
    fit = table.fit_size_term(pairs, H0_K, 12, exponent)
    assert rms_pull(fit.coefficients, (0.2, 0.45, 0.8)) < 1.6
