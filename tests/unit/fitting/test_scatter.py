"""The scatter of neighboring points against random numbers and the covariance matrix of all contrasts."""

import numpy as np
import pytest

from tlsglass.fitting.scatter import local_scatter


def test_degrees_of_freedom_are_those_of_the_covariance_of_all_contrasts():
    """Of points at equal distances, the contrasts are (1, -3, 3, -1)/√20, apart from those across a gap."""
    ln_T = np.delete(0.05 * np.arange(50), np.arange(20, 32))
    errors = 1 + 0.5 * np.sin(ln_T)
    rows = []
    for k in range(len(ln_T) - 3):
        if np.ptp(ln_T[k : k + 4]) < 0.2:
            row = np.zeros(len(ln_T))
            row[k : k + 4] = (1, -3, 3, -1)
            rows.append(row / np.sqrt(np.sum((row * errors) ** 2)))
    contrasts = np.array(rows)
    values = np.random.default_rng(4).normal(0, errors)
    scatter = local_scatter(np.exp(ln_T), values, errors, None)
    covariance = contrasts * errors**2 @ contrasts.T
    assert scatter.variance == pytest.approx(np.mean((contrasts @ values) ** 2), rel=1e-9)
    assert scatter.dof == pytest.approx(len(contrasts) ** 2 / np.sum(covariance**2), rel=1e-9)


def test_points_about_a_quadratic_scatter_by_their_errors():
    ln_T = np.linspace(-3, 0, 400)
    values = 2 + ln_T - 0.3 * ln_T**2 + 0.1 * np.random.default_rng(7).standard_normal(400)
    scatter = local_scatter(np.exp(ln_T), values, np.full(400, 0.1), None)
    assert scatter.variance == pytest.approx(1.0, abs=3 * np.sqrt(2 / scatter.dof))
