"""Pulls of estimates whose errors are right, and of estimates whose errors are not."""

import numpy as np
import pytest

from tlsglass.base import samples as statistics
from tlsglass.paper import pulls


def mean_count(densities):
    """The mean number of counts in the first bin: its jackknife error is that of a mean, its distribution normal."""
    (counts,) = densities.values()
    both = statistics.sample_set(np.column_stack([counts.counts[:, 0], np.ones(len(counts.first))]), 50)
    return both[:, 0] / both[:, 1]


@pytest.fixture
def counts(counts_of):
    return counts_of(lambda E: 0.01 + 0 * E, 0.5, 20_000, np.random.default_rng(1), E_max_K=5.0)


def test_parts_share_out_all_realizations_once(counts):
    found = pulls.parts({0.5: counts}, 7)
    first = np.concatenate([part[0.5].first for part in found])
    np.testing.assert_array_equal(first, counts.first)
    assert max(len(part[0.5].first) for part in found) - min(len(part[0.5].first) for part in found) <= 1


def test_pulls_of_right_errors_have_mean_0_and_width_1(counts):
    """200 synthetic samples and 40 parts, both within 4 of their own standard errors."""
    rng = np.random.default_rng(2)
    expected = 0.01 * counts.n_spins / counts.concentration * counts.block * counts.edges_K[1]
    synthetic = pulls.of_synthetic(counts, lambda E: 0.01 + 0 * E, expected, mean_count, 200, rng)
    for found in (synthetic, pulls.of_parts({0.5: counts}, mean_count, 40)):
        summary = pulls.summary(found)
        assert abs(summary["mean"]) < 4 * summary["mean_err"]
        assert abs(summary["width"] - 1.02) < 4 * summary["width_err"]
    assert abs(pulls.of_halves({0.5: counts}, mean_count)) < 4


def test_errors_that_are_half_of_the_right_ones_are_seen(counts):
    def overconfident(densities):
        samples = mean_count(densities)
        return np.concatenate([samples[:1], samples[:1] + 0.5 * (samples[1:] - samples[:1])])

    assert pulls.summary(pulls.of_parts({0.5: counts}, overconfident, 40))["width"] == pytest.approx(2, abs=4 * 2 / np.sqrt(78))
