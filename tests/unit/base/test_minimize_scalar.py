"""The least of an objective for every row, against the vertices of known curves."""

import numpy as np
import pytest

from tlsglass.base.jackknife import minimize_scalar


def test_each_row_has_its_own_minimum():
    shifts = np.array([0.0, 1e-3, -2e-3, 5e-4])

    def objective(x):  # neither even nor a parabola
        return (x - 0.3 - shifts) ** 2 + 0.5 * (x - 0.3 - shifts) ** 3

    minimum = minimize_scalar(objective, -0.5, 1.5)
    np.testing.assert_allclose(minimum.rows, 0.3 + shifts, atol=1e-5)
    assert minimum.value == pytest.approx(0.3, abs=1e-6)


def test_a_least_value_at_an_end_is_none():
    assert np.isnan(minimize_scalar(lambda x: np.array([x, x, x]), 0, 1).rows).all()
