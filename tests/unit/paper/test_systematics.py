"""Systematic errors from choices of the analysis."""

import numpy as np
import pytest

from tlsglass.base import samples as statistics
from tlsglass.paper import systematics


def sample_set(rng, mean):
    return statistics.sample_set(rng.normal(mean, 1.0, size=100), 50) / 100


def test_the_error_of_a_difference_is_that_of_the_same_realizations():
    rng = np.random.default_rng(1)
    quoted = sample_set(rng, 5.0)
    shifted, independent = quoted + 0.3, sample_set(rng, 5.0)
    first, second, third = systematics.rows("x", quoted, {"shifted": shifted, "independent": independent})
    assert first["choice"] == "quoted"
    assert first["difference"] == first["difference_err"] == 0
    assert second["difference"] == pytest.approx(0.3)
    assert second["difference_err"] == pytest.approx(0, abs=1e-12)
    assert third["difference_err"] == pytest.approx(np.sqrt(2) * first["value_err"], rel=0.4)


def test_only_a_move_beyond_the_statistical_error_is_systematic():
    quoted = np.array([1.0, 0.9, 1.1, 1.0, 0.95, 1.05])
    error = statistics.error(quoted)
    unknown = {"none": np.full(6, np.nan)}
    assert systematics.systematic(systematics.rows("x", quoted, unknown)) == 0
    assert systematics.systematic(systematics.rows("x", quoted, {"a": quoted + 0.9 * error} | unknown)) == 0
    assert systematics.systematic(
        systematics.rows("x", quoted, {"a": quoted + 2 * error, "b": quoted - 3 * error})
    ) == pytest.approx(3 * error)
