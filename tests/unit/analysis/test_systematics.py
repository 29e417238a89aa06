"""Systematic errors from choices of the analysis."""

import numpy as np
import pytest

from tlsglass.analysis import quantity_tables
from tlsglass.base import jackknife
from tlsglass.base.jackknife import JackknifeEstimate


def mean(rng, expected):
    return jackknife.leave_one_out(rng.normal(expected, 1.0, size=100), 50) / 100


def test_the_error_of_a_difference_is_that_of_the_same_realizations():
    rng = np.random.default_rng(1)
    quoted = mean(rng, 5.0)
    choices = {"0.1 to 2 K": quoted, "shifted": quoted + 0.3, "independent": mean(rng, 5.0)}
    first, second, third = quantity_tables.alternative_rows("x", choices)
    assert [row["choice"] for row in (first, second, third)] == ["quoted", "shifted", "independent"]
    assert first["difference"] == first["difference_err"] == 0
    assert second["difference"] == pytest.approx(0.3)
    assert second["difference_err"] == pytest.approx(0, abs=1e-12)
    assert third["difference_err"] == pytest.approx(np.sqrt(2) * first["value_err"], rel=0.4)


def test_only_a_move_beyond_the_statistical_error_is_systematic():
    quoted = JackknifeEstimate([1.0, 0.9, 1.1, 1.0, 0.95, 1.05])
    unknown = {"none": JackknifeEstimate(np.full(6, np.nan))}

    def systematic(**moves):
        moved = {name: quoted + by * quoted.error for name, by in moves.items()}
        return quantity_tables.systematic_error(quantity_tables.alternative_rows("x", {"quoted": quoted} | moved | unknown))

    assert systematic() == 0
    assert systematic(a=0.9) == 0
    assert systematic(a=2, b=-3) == pytest.approx(3 * quoted.error)
