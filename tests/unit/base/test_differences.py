"""Differences and ratios of numbers with errors, by hand."""

import numpy as np
import pytest

from tlsglass.base import jackknife
from tlsglass.base.jackknife import JackknifeEstimate


def test_independent_errors_of_a_ratio_by_hand():
    """6 ± 0.3 from 2 ± 0.2: d(x/y) = sqrt((0.3/2)² + (6 · 0.2/4)²) = sqrt(0.0225 + 0.09)."""
    moves = jackknife.independent_difference(6.0, 0.3, 2.0, 0.2)
    assert moves["difference"] == pytest.approx(4)
    assert moves["difference_err"] == pytest.approx(np.sqrt(0.13))
    assert moves["relative"] == pytest.approx(2)
    assert moves["relative_err"] == pytest.approx(np.sqrt(0.1125))


def test_independent_errors_are_those_of_drawn_numbers():
    rng = np.random.default_rng(1)
    values, references = rng.normal(-3.0, 0.03, 100_000), rng.normal(0.5, 0.002, 100_000)
    moves = jackknife.independent_difference(-3.0, 0.03, 0.5, 0.002)
    assert moves["difference_err"] == pytest.approx(np.std(values - references), rel=0.02)
    assert moves["relative_err"] == pytest.approx(np.std(values / references), rel=0.02)


def test_paired_errors_see_what_both_share():
    rows = np.r_[5.0, np.random.default_rng(2).normal(5.0, 0.1, 20)]
    values, references = JackknifeEstimate(2 * rows), JackknifeEstimate(rows)
    moves = jackknife.paired_difference(values, references)
    assert moves["difference"] == pytest.approx(5.0)
    assert moves["difference_err"] == pytest.approx(references.error)
    assert moves["relative"] == pytest.approx(1.0)
    assert moves["relative_err"] == pytest.approx(0.0, abs=1e-12)
