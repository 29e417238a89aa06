"""Laws of the atlas on counts whose law is known."""

import numpy as np
import pytest

from tlsglass.analysis import atlas_laws, atlas_validation
from tlsglass.base.jackknife import JackknifeEstimate
from tlsglass.dos.density_of_states import DensityOfStates
from tlsglass.dos.grid import Grid

J0_K = 3.0


def drawn(shape, seed=4, realizations=4000):
    """Counts of n = 0.015/K times ``shape``(E/J0), in 25 jackknife groups."""
    edges = Grid(20, 8, 1.04).edges(0.02, 300.0)
    E = 0.5 * (edges[1:] + edges[:-1])
    expected = 0.015 * shape(E / J0_K) * np.exp(-(E**2) / 800) * np.diff(edges) * 1728 * 10
    counts = np.random.default_rng(seed).poisson(expected, (realizations // 10, len(E)))
    select = {
        "L": 12,
        "J0_K": J0_K,
        "T_K": 2e-6,
        "n_spins": 864,
        "concentration": 0.5,
        "block": 10,
        "fingerprint": "",
        "groups": 25,
    }
    return DensityOfStates(**select, first=10 * np.arange(len(counts)), edges_K=edges, counts=counts)


def gap(x):
    return 1 / (1 + 0.4 * np.log(1 / np.minimum(x, 1)))


def power(x):
    return np.minimum(x, 1) ** 0.3


def test_a_gap_and_a_power_law_are_told_apart():
    comparison = atlas_laws.gap_against_power(drawn(gap), J0_K)
    strength = comparison.strength
    assert comparison.chi2_gap < comparison.chi2_power - 6
    assert comparison.chi2_gap < 20  # 6 degrees of freedom: p = 0.003
    assert abs(strength.value - 0.4) < 4 * strength.error + 0.02  # the Gaussian bends n by 1 % below J0
    assert strength.error < 0.05
    comparison = atlas_laws.gap_against_power(drawn(power), J0_K)
    assert comparison.chi2_gap > comparison.chi2_power + 6


def test_errors_of_counting_make_the_comparison_steady():
    """χ² of the right law, over 40 draws: mean and variance of 6 degrees of freedom, within 4 σ."""
    chi2 = np.array([atlas_laws.gap_against_power(drawn(gap, seed), J0_K).chi2_gap for seed in range(40)])
    assert abs(chi2.mean() - 6) < 4 * np.sqrt(12 / 40) + 0.5  # the Gaussian factor adds a little
    assert chi2.std() < 6


@pytest.mark.parametrize(
    ("ratios", "expected"),
    [([1.0, 0.9, 0.8], 0.3), ([1.0, 0.8, 0.6], 0.25), ([0.5, 0.4, 0.3], np.nan)],
)
def test_how_far_the_ratio_holds(ratios, expected):
    powers = [(g, JackknifeEstimate(np.full(4, g * ratio))) for g, ratio in zip((0.1, 0.2, 0.3), ratios, strict=True)]
    np.testing.assert_allclose(atlas_laws.ratio_valid_up_to(powers), expected)


@pytest.mark.parametrize(
    ("T_K", "expected"),
    [
        (0.1, [("E < T", 0.0, 0.1), ("T to 4T", 0.1, 0.4), ("4T to 20T", 0.4, 2.0), ("20T to h0", 2.0, 10.0)]),
        (4.0, [("E < T", 0.0, 4.0), ("T to 4T", 4.0, 10.0)]),
    ],
)
def test_zones_end_at_h0(T_K, expected):
    assert atlas_validation.energy_zones(T_K, 10.0) == expected
