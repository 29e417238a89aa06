"""Pulls of estimates whose errors are right, and of estimates whose errors are not; of the numbers that are quoted."""

import numpy as np
import pytest

from tlsglass.analysis import pulls
from tlsglass.analysis.quantities import entries
from tlsglass.base import jackknife
from tlsglass.base.jackknife import JackknifeEstimate
from tlsglass.dos.temperature_series import TemperatureSeries

T = 0.5


def mean_of_counts(counts):
    """The mean number of counts in the first bin: its jackknife error is that of a mean, its distribution normal."""
    halves = jackknife.leave_one_out(np.column_stack([counts.counts[:, 0], np.ones(len(counts.first))]), 50)
    return halves[0] / halves[1]


def mean_count(densities):
    return mean_of_counts(densities.at(T))


def flat(counts_of, realizations, seed=1):
    return counts_of(lambda E: 0.01 + 0 * E, T, realizations, np.random.default_rng(seed), E_max_K=5.0)


@pytest.fixture
def densities(counts_of):
    return TemperatureSeries([flat(counts_of, 20_000)])


def test_pulls_of_right_errors_have_mean_0_and_width_1(densities):
    """200 synthetic samples and 40 parts, both within 4 of their own standard errors."""
    rng = np.random.default_rng(2)
    counts = densities.coldest
    expected = 0.01 * counts.n_spins / counts.concentration * counts.block * counts.edges_K[1]
    synthetic = pulls.pulls_of_synthetic(counts, lambda E: 0.01 + 0 * E, expected, mean_of_counts, 200, rng)
    for result in (synthetic, pulls.pulls_of_splits(densities, densities.split(40), mean_count)):
        summary = pulls.mean_and_width(result)
        assert abs(summary["mean"]) < 4 * summary["mean_err"]
        assert abs(summary["width"] - 1.02) < 4 * summary["width_err"]
    assert abs(pulls.pulls_of_halves(*densities.split(2), mean_count)) < 4


def test_parts_are_held_against_a_whole_that_contains_them(counts_of):
    """Two parts of 300 sets each, whose deviation from the whole is half that of their difference: rms pull 1, not 0.71."""
    result = []
    for seed in range(300):
        whole = TemperatureSeries([flat(counts_of, 1000, seed)])
        result.extend(pulls.pulls_of_splits(whole, whole.split(2), mean_count))
    assert np.sqrt(np.mean(np.square(result))) == pytest.approx(1.02, abs=4 / np.sqrt(2 * 300))


def test_errors_that_are_half_of_the_right_ones_are_seen(densities):
    def overconfident(densities):
        result = mean_count(densities)
        return JackknifeEstimate(result.value + 0.5 * (result.rows - result.value))

    result = pulls.pulls_of_splits(densities, densities.split(40), overconfident)
    assert pulls.mean_and_width(result)["width"] == pytest.approx(2, abs=4 * 2 / np.sqrt(78))


def test_what_is_tested_is_what_is_quoted(small_set, settings):
    """Every tested quantity has a pull from each part, and it is that of the quoted estimator."""
    lines = []
    result = pulls.pulls_of_set(small_set, settings, n_splits=3, synthetic=2, seed=1, report=lines.append)
    assert list(result) == pulls.COLUMNS
    assert list(result["quantity"].drop_duplicates()) == [quantity.name for quantity in entries("pull_place")] == lines
    assert dict(result.groupby("sample").size()) == {"parts": 3 * 8, "halves": 8, "synthetic": 2 * 4}
    for quantity in entries("pull_place"):
        first = quantity.at(quantity.pull_place, small_set.split(2)[0], settings)
        second = quantity.at(quantity.pull_place, small_set.split(2)[1], settings)
        expected = (first.value - second.value) / np.hypot(first.error, second.error)
        row = result[(result["sample"] == "halves") & (result["quantity"] == quantity.name)]
        assert row["pull"].item() == pytest.approx(expected, rel=1e-12)


def test_pulls_from_fewer_than_ten_blocks_are_not_shown_and_the_log_says_why(small_set, settings):
    lines = []
    few = small_set.between(0, 150)
    result = pulls.pulls_of_set(few, settings, n_splits=10, synthetic=2, seed=1, report=lines.append)
    assert lines[:2] == [
        "parts: not shown: 1 blocks of realizations each, fewer than 10",
        "halves: not shown: 7 blocks of realizations each, fewer than 10",
    ]
    assert set(result["sample"]) == {"synthetic"}
    none = pulls.pulls_of_set(small_set.between(0, 80), settings, n_splits=10, synthetic=2, seed=1, report=lines.append)
    assert list(none) == pulls.COLUMNS
    assert len(none) == len(pulls.tabulate_pulls([none])) == 0
