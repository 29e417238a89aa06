"""The jackknife against textbook variances; values with errors in arithmetic."""

import numpy as np
import pytest

from tlsglass.base import jackknife
from tlsglass.base.jackknife import JackknifeEstimate


def mean_of(blocks, groups):
    """Return the mean over the first axis, Samples (...)."""
    together = jackknife.leave_one_out(np.column_stack([blocks, np.ones(len(blocks))]), groups)
    return together[:-1] / together[-1]


def test_error_of_a_mean_is_the_textbook_one():
    blocks = np.random.default_rng(1).normal(3.0, 2.0, (40, 2))
    means = mean_of(blocks, 40)
    np.testing.assert_allclose(means.value, blocks.mean(axis=0), rtol=1e-12)
    np.testing.assert_allclose(means.error, blocks.std(axis=0, ddof=1) / np.sqrt(40), rtol=1e-12)


def test_error_of_a_nonlinear_estimator_matches_its_scatter():
    """1/mean of 400 exponential numbers: σ = 1/20; mean of 300 jackknife errors within 5 %, rms pull within 3 of its σ."""
    rng = np.random.default_rng(2)
    estimates = [1 / mean_of(rng.exponential(1.0, 400), 20)[0] for _ in range(300)]
    assert np.mean([estimate.error for estimate in estimates]) == pytest.approx(0.05, rel=0.05)
    pulls = [(estimate.value - 1) / estimate.error for estimate in estimates]
    assert np.std(pulls) == pytest.approx(1, abs=3 * 1.1 / np.sqrt(2 * 300) + 0.03)


def test_bias_of_an_inverse_mean_is_found():
    """E[1/mean] = 1/λ · n/(n-1) for the mean of n exponential numbers: bias 1/(n-1)."""
    rng = np.random.default_rng(3)
    biases = [(1 / mean_of(rng.exponential(1.0, 20), 20)[0]).bias for _ in range(2000)]
    assert np.mean(biases) == pytest.approx(1 / 19, abs=4 * np.std(biases) / np.sqrt(2000) + 0.004)


def test_the_square_of_a_mean_without_its_bias_is_the_unbiased_one():
    """mean² overestimates by variance/n; without the jackknife bias it is exactly mean² - s²/n. The error stays."""
    blocks = np.random.default_rng(4).normal(1.0, 2.0, 30)
    square = mean_of(blocks, 30)[0] ** 2
    corrected = square.without_bias()
    assert corrected.value == pytest.approx(blocks.mean() ** 2 - blocks.var(ddof=1) / 30, rel=1e-12)
    assert corrected.error == pytest.approx(square.error, rel=1e-12)


def test_groups_hold_all_blocks_and_one_block_is_too_few():
    estimates = jackknife.leave_one_out(np.arange(7.0)[:, None], 3)
    assert (estimates.groups, estimates.shape) == (3, (1,))
    assert estimates.value[0] == 21
    assert np.sum(21 - estimates.rows[1:]) == 21
    for blocks in (np.ones((1, 3)), np.ones((0, 3))):
        with pytest.raises(ValueError, match="at least 2 blocks"):
            jackknife.leave_one_out(blocks, 50)
    with pytest.raises(ValueError, match="at least 2 groups"):
        JackknifeEstimate([1.0, 1.0])


def test_arithmetic_goes_row_by_row_and_plain_numbers_are_the_same_for_every_row():
    rows = np.random.default_rng(5).uniform(1, 2, (4, 3))
    vector, scalar = JackknifeEstimate(rows), JackknifeEstimate(rows[:, 0])
    np.testing.assert_array_equal(np.exp(vector).rows, np.exp(rows))
    np.testing.assert_array_equal((1 - vector / 2).rows, 1 - rows / 2)
    np.testing.assert_array_equal((vector**-0.5).rows, rows**-0.5)
    # an array is broadcast against the trailing axes, also where it is as long as there are rows
    steps = np.arange(4.0)
    np.testing.assert_array_equal((scalar * steps).rows, rows[:, [0]] * steps)
    np.testing.assert_array_equal((steps - scalar).rows, steps - rows[:, [0]])
    np.testing.assert_array_equal((vector - scalar).rows, rows - rows[:, [0]])
    np.testing.assert_allclose((vector @ steps[:3]).rows, rows @ steps[:3])
    np.testing.assert_array_equal(vector.reduce(np.ptp).rows, np.ptp(rows, axis=1))
    np.testing.assert_array_equal(vector[np.array([True, False, True])].rows, rows[:, [0, 2]])
    assert [estimate.value for estimate in vector] == list(rows[0])


def test_values_of_different_jackknifes_do_not_go_together():
    estimate, longer = JackknifeEstimate(np.ones(4)), JackknifeEstimate(np.ones(5))
    with pytest.raises(ValueError, match="with 3 and with 4 jackknife groups"):
        estimate + longer
    with pytest.raises(ValueError, match="different groups or shapes"):
        jackknife.stack([estimate, longer])
    with pytest.raises(ValueError, match="no values"):
        jackknife.stack([])
    with pytest.raises(TypeError):
        np.ones(4) @ estimate


def test_a_stack_has_a_value_for_each_member():
    estimates = jackknife.stack(JackknifeEstimate(np.arange(4.0) + 10 * k) for k in range(3))
    assert (estimates.groups, estimates.shape) == (3, (3,))
    np.testing.assert_array_equal(estimates.value, [0, 10, 20])
    np.testing.assert_array_equal(estimates[1].rows, np.arange(4.0) + 10)


def test_a_value_prints_with_its_error_in_the_last_digits():
    spread = 0.0081 / np.sqrt(2)
    mu = JackknifeEstimate([0.12693, 0.12693 - spread, 0.12693 + spread, 0.12693])
    assert mu.error == pytest.approx(0.0081 * np.sqrt(2 / 3), rel=1e-9)
    assert str(mu) == "0.127(7)"
    assert f"{jackknife.stack([mu, 10 * mu])}" == "[0.127(7), 1.27(7)]"
    assert repr(mu) == "JackknifeEstimate(0.127(7), groups=3)"
    assert jackknife.format_with_error(0.12693, 0.0081) == "0.127(8)"
    assert jackknife.format_with_error(-0.0004, 0.002) == "0.000(2)"  # without the sign of a number that is rounded to 0
    assert jackknife.format_with_error(float("nan"), 0.1) == "-"


@pytest.mark.parametrize(
    ("value", "up", "down", "text"),
    [
        (0.0876, 0.03, 0.02, "0.09 +0.03 -0.02"),
        (1.13e-6, 3.1e-7, 1.9e-7, "1.1(+3 -2)e-06"),
        (5.2e-6, 1.2e-5, 1.9e-6, "5(+12 -2)e-06"),
        (7879829.0, 4.1e5, 2.2e5, "7.9(+4 -2)e+06"),
        (12.34, 3.2, 1.1, "12 +3 -1"),
        (3.01e-5, 2.96e-3, 9.1e-7, "3.01e-05 +0.003 -9.1e-07"),
        (2.88, 17.14, 0.021, "2.88 +17 -0.021"),
        (0.1269, 0.0084, 0.0076, "0.127(8)"),
    ],
)
def test_two_errors_are_written_in_the_last_digits(value, up, down, text):
    assert jackknife.format_with_two_errors(value, up, down) == text


def test_moments_in_portions_are_those_of_the_whole():
    rows = np.random.default_rng(1).normal(1e3, 1, (90, 3))
    total = jackknife.NO_MOMENTS
    for portion in np.split(rows, [7, 8, 50]):
        total = total.add(portion)
    assert total.n == 90
    np.testing.assert_allclose(total.mean, rows.mean(axis=0), rtol=1e-15)
    np.testing.assert_allclose(total.error, rows.std(axis=0, ddof=1) / np.sqrt(90), rtol=1e-12)
