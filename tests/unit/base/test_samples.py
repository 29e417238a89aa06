"""The jackknife against textbook variances."""

import numpy as np
import pytest

from tlsglass.base import samples as statistics


def test_error_of_a_mean_is_the_textbook_one():
    blocks = np.random.default_rng(1).normal(3.0, 2.0, (40, 2))
    samples = statistics.sample_set(np.column_stack([blocks, np.ones(40)]), 40)
    means = samples[:, :2] / samples[:, [2]]
    np.testing.assert_allclose(means[0], blocks.mean(axis=0), rtol=1e-12)
    np.testing.assert_allclose(statistics.error(means), blocks.std(axis=0, ddof=1) / np.sqrt(40), rtol=1e-12)


def test_error_of_a_nonlinear_estimator_matches_its_scatter():
    """1/mean of 400 exponential numbers: σ = 1/20; mean of 300 jackknife errors within 5 %, rms pull within 3 of its σ."""
    rng = np.random.default_rng(2)
    found, errors = [], []
    for _ in range(300):
        samples = statistics.sample_set(rng.exponential(1.0, (400, 1)), 20)
        estimate = np.r_[400, np.full(20, 380)][:, None] / samples
        found.append(estimate[0, 0])
        errors.append(statistics.error(estimate)[0])
    assert np.mean(errors) == pytest.approx(0.05, rel=0.05)
    pulls = (np.array(found) - 1) / np.array(errors)
    assert np.std(pulls) == pytest.approx(1, abs=3 * 1.1 / np.sqrt(2 * 300) + 0.03)


def test_bias_of_an_inverse_mean_is_found():
    """E[1/mean] = 1/λ · n/(n-1) for the mean of n exponential numbers: bias 1/(n-1)."""
    rng = np.random.default_rng(3)
    biases = []
    for _ in range(2000):
        samples = statistics.sample_set(rng.exponential(1.0, (20, 1)), 20)
        biases.append(statistics.bias(np.r_[20, np.full(20, 19)][:, None] / samples)[0])
    assert np.mean(biases) == pytest.approx(1 / 19, abs=4 * np.std(biases) / np.sqrt(2000) + 0.004)


def test_groups_hold_all_blocks_and_one_block_is_too_few():
    samples = statistics.sample_set(np.arange(7.0)[:, None], 3)
    assert samples.shape == (4, 1)
    assert samples[0, 0] == 21
    assert np.sum(21 - samples[1:]) == 21
    with pytest.raises(ValueError, match="at least 2"):
        statistics.sample_set(np.ones((1, 3)), 50)


def test_moments_in_portions_are_those_of_the_whole():
    rows = np.random.default_rng(1).normal(1e3, 1, (90, 3))
    total = statistics.NONE
    for portion in np.split(rows, [7, 8, 50]):
        total = total.add(portion)
    assert total.n == 90
    np.testing.assert_allclose(total.mean, rows.mean(axis=0), rtol=1e-15)
    np.testing.assert_allclose(total.error, rows.std(axis=0, ddof=1) / np.sqrt(90), rtol=1e-12)
