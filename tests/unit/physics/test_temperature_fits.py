"""Exponents, slopes and the constant-µ fit of curves that are known."""

import numpy as np
import pytest
from scipy import stats
from scipy.optimize import curve_fit, minimize

from tlsglass.base import jackknife
from tlsglass.base.jackknife import JackknifeEstimate
from tlsglass.physics import eq3, temperature_fits

T = np.array([0.02, 0.03, 0.05, 0.08, 0.1, 0.15, 0.2, 0.3, 0.4, 0.5, 0.6, 0.8, 1.0])


def same(curve):
    """Return a JackknifeEstimate (t,) whose rows are all ``curve``."""
    return JackknifeEstimate(np.tile(curve, (4, 1)))


def test_exponent_of_a_power_law():
    law = temperature_fits.fit_power_law(T, same(3.0 * T**1.85), 0.1, 1.0)
    np.testing.assert_allclose(law.power.rows, 1.85, rtol=1e-12)
    np.testing.assert_allclose(law.prefactor.rows, 3.0, rtol=1e-12)


def test_slopes_of_two_straight_lines_and_a_parabola():
    x = np.log(T)
    curve = np.where(x < np.log(0.2), x, np.log(0.2) - 1.5 * (x - np.log(0.2)))
    slopes = temperature_fits.logarithmic_slopes(T, same(curve), (0.02, 0.08), (0.4, 1.0))
    np.testing.assert_allclose([slopes.below.value, slopes.above.value, slopes.ratio.value], [1, -1.5, -1.5], rtol=1e-12)
    parabola = -((x - np.log(0.17)) ** 2)
    assert temperature_fits.logarithmic_slopes(T, same(parabola), (0.02, 0.08), (0.4, 1.0)).maximum_K.value == pytest.approx(
        0.17, rel=1e-10
    )


@pytest.mark.parametrize("mu", [-0.1, 0.0, 0.13, 0.4])
def test_constant_mu_fit_finds_the_mu_of_its_own_curve(mu):
    curve = 0.7 * eq3.sound_velocity(T, mu, 90e3, 9.4e6) - 2.0
    fit = temperature_fits.fit_constant_mu(T, same(curve), (90e3 / 9.4e6) ** (1 / 3))
    np.testing.assert_allclose(fit.mu.rows, mu, atol=1e-5)
    np.testing.assert_allclose(fit.amplitude.rows, 0.7, rtol=1e-4)
    np.testing.assert_allclose(fit.offset.rows, -2.0, rtol=1e-4)


def test_each_row_of_a_constant_mu_fit_is_what_a_general_minimiser_finds():
    """Noise of 1 % on a curve that no constant µ describes: every row within 1 % of the error."""
    rng = np.random.default_rng(4)
    curve = eq3.sound_velocity(T, 0.15, 0.3**3, 1.0) + 0.05 * np.sin(3 * np.log(T))
    samples_ = JackknifeEstimate(curve + 0.01 / np.sqrt(20) * rng.normal(size=(21, len(T))) * (np.arange(21) > 0)[:, None])
    fit = temperature_fits.fit_constant_mu(T, samples_, 0.3)
    rows = [
        curve_fit(lambda T, mu, a, b: a * eq3.sound_velocity(T, mu, 0.3**3, 1.0) + b, T, row, p0=(0.15, 1, 0), xtol=1e-12)[0]
        for row in samples_.rows
    ]
    for parameter, expected in zip(fit, np.transpose(rows), strict=True):
        np.testing.assert_allclose(parameter.rows, expected, atol=0.01 * parameter.error)


def test_a_maximum_at_the_edge_gives_no_number():
    rising = same(np.log(T))
    assert np.isnan(temperature_fits.fit_constant_mu(T, rising, 0.3).mu.rows).all()
    assert np.isnan(temperature_fits.logarithmic_slopes(T, rising, (0.02, 0.08), (0.4, 1.0)).ratio.rows).all()


def correlated(rng, law, groups=50, blocks=500, n=9):
    """Return temperatures and means (n,) about ``law``(x) with strongly correlated errors, like those of C."""
    x = np.linspace(-2.3, 0, n)
    root = np.linalg.cholesky(0.02**2 * np.exp(-np.abs(x[:, None] - x) / 1.5))
    noisy = law(x) + rng.normal(size=(blocks, n)) @ root.T
    sums = jackknife.leave_one_out(np.column_stack([noisy, np.ones(blocks)]), groups)
    return x, sums[:-1] / sums[-1]


def test_p_of_a_true_law_is_uniform_and_its_chi2_has_the_mean_of_its_degrees_of_freedom():
    """400 sets: Kolmogorov and Smirnov's p above 1e-4; the mean of χ² within 4 of its σ."""
    rng = np.random.default_rng(11)
    lines = [temperature_fits.goodness_of_line(*correlated(rng, lambda x: 1.2 * x - 3)) for _ in range(400)]
    assert {line.dof for line in lines} == {7}
    assert stats.kstest([line.p_value for line in lines], "uniform").pvalue > 1e-4
    chi2 = np.array([line.chi2 for line in lines])
    assert abs(chi2.mean() - 7) < 4 * chi2.std() / np.sqrt(400)
    assert 0 <= sum(line.rejected for line in lines) <= 13  # 4 ± 2 expected


def test_a_curved_law_is_refuted():
    rng = np.random.default_rng(12)
    curved = [temperature_fits.goodness_of_line(*correlated(rng, lambda x: 1.2 * x - 0.01 * x**2)) for _ in range(20)]
    assert all(line.p_value < 1e-6 and line.rejected for line in curved)


def test_the_test_of_a_law_needs_more_groups_than_temperatures():
    x, few = correlated(np.random.default_rng(13), lambda x: x, groups=8, blocks=80)
    assert np.isnan(
        [temperature_fits.goodness_of_line(x, few).p_value, temperature_fits.goodness_of_line(x[:2], few[:2]).p_value]
    ).all()
    assert not temperature_fits.goodness_of_line(x, few).rejected  # not refuted


def test_the_slope_with_covariance_is_that_of_generalised_least_squares():
    x, y = correlated(np.random.default_rng(14), lambda x: 1.2 * x - 0.3)
    covariance = (y.groups - 1) * np.cov(y.rows[1:].T, bias=True)

    def chi2(parameters):
        residual = y.value - parameters[0] * x - parameters[1]
        return residual @ np.linalg.solve(covariance, residual)

    best = minimize(chi2, [1, 0], method="Nelder-Mead", options={"xatol": 1e-10, "fatol": 1e-12, "maxiter": 4000}).x
    slope = temperature_fits.generalized_slope(x, y)
    assert slope.value == pytest.approx(best[0], abs=1e-6)
    assert abs(slope.value - 1.2) < 4 * slope.error


def test_local_exponents_of_a_power_law_and_of_a_parabola():
    np.testing.assert_allclose(temperature_fits.local_exponents(T, same(2.0 * T**1.15)).rows, 1.15, rtol=1e-10)
    x = np.log(T)
    np.testing.assert_allclose(
        temperature_fits.local_exponents(T, same(np.exp(x + 0.1 * x**2))).value[1:-1], 1 + 0.2 * x[1:-1], rtol=1e-9
    )


def test_a_window_without_temperatures_is_refused():
    with pytest.raises(ValueError, match="fewer than two"):
        temperature_fits.fit_power_law(T, same(np.ones(13)), 0.21, 0.29)
