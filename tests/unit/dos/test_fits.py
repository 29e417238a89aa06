"""Fits recover what the samples were drawn from, with errors that mean what they say."""

import numpy as np
import pytest
from scipy.optimize import curve_fit, minimize

from tlsglass.base.jackknife import JackknifeEstimate
from tlsglass.dos.fits import (
    fit_eq3,
    fit_eq3_unweighted,
    fit_exponent,
    fit_gaussian,
    fit_gaussian_poisson,
    poisson_line,
    rms_energy,
)


def eq3(B, mu, T):
    return lambda E: B * (T**2 + E**2) ** (mu / 2)


def test_eq3_without_noise_is_recovered(counts_of):
    fit = fit_eq3(counts_of(eq3(0.0135, 0.127, 0.5), 0.5), 2)
    assert fit.B.value == pytest.approx(0.0135, rel=1e-4)
    assert fit.mu.value == pytest.approx(0.127, abs=1e-4)


def test_eq3_pulls_have_mean_0_and_width_1(counts_of):
    """200 Poisson samples: mean pull within 4/√200, width within 4/√400, mean χ²/dof within 4 of its σ."""
    rng = np.random.default_rng(1)
    fits = [fit_eq3(counts_of(eq3(0.0135, 0.127, 0.5), 0.5, 1000, rng, groups=50), 2) for _ in range(200)]
    for estimates, truth in (([f.B for f in fits], 0.0135), ([f.mu for f in fits], 0.127)):
        pulls = np.array([(x.value - truth) / x.error for x in estimates])
        assert abs(pulls.mean()) < 4 / np.sqrt(200)
        assert abs(pulls.std() - 1) < 4 / np.sqrt(400)
    chi2 = np.array([f.chi2_per_dof for f in fits])
    assert abs(chi2.mean() - 1) < 4 * np.sqrt(2 / 38 / 200)


def test_unweighted_least_squares_agrees_with_numpy(counts_of):
    counts = counts_of(eq3(0.0135, 0.127, 0.5), 0.5, 1000, np.random.default_rng(5))
    fit = fit_eq3_unweighted(counts, 2)
    inside = counts.edges_K[1:] <= 1.0
    E = counts.centers_K[inside]
    slope, intercept = np.polyfit(0.5 * np.log(0.25 + E**2), np.log(counts.n.value[inside]), 1)
    np.testing.assert_allclose([fit.B.value, fit.mu.value], [np.exp(intercept), slope], rtol=1e-10)
    empty = counts_of(lambda E: 1e-9 + 0 * E, 0.5, 20, np.random.default_rng(1), groups=2)
    assert np.isnan(fit_eq3_unweighted(empty, 2).mu.rows).all()


def tiled(row):
    return JackknifeEstimate(np.tile(row, (3, 1)))


def test_line_is_the_maximum_that_a_general_minimiser_finds():
    rng = np.random.default_rng(2)
    x = np.linspace(-1, 2, 30)
    exposure = rng.uniform(5, 50, 30)
    observed = rng.poisson(exposure * np.exp(0.3 - 0.8 * x))

    def minus_log_likelihood(p):
        expected = exposure * np.exp(p[0] + p[1] * x)
        return np.sum(expected - observed * np.log(expected))

    best = minimize(minus_log_likelihood, [0, 0], method="Nelder-Mead", options={"xatol": 1e-9, "fatol": 1e-12}).x
    line = poisson_line(tiled(observed), tiled(exposure), x)
    np.testing.assert_allclose([line.intercept.value, line.slope.value], best, atol=1e-6)


def test_chi2_of_a_few_bins_has_as_many_degrees_of_freedom_as_it_says():
    """4 bins and 2 parameters: over 600 Poisson samples χ² has the mean 2 of 2 degrees of freedom, within 4 of its σ."""
    rng = np.random.default_rng(6)
    x, exposure = np.arange(4.0), np.full(4, 400.0)
    lines = [poisson_line(tiled(rng.poisson(exposure * np.exp(0.2 - 0.1 * x))), tiled(exposure), x) for _ in range(600)]
    assert abs(np.mean([line.chi2 for line in lines]) - 2) < 4 * 2 / np.sqrt(600)
    assert abs(np.mean([line.chi2_per_dof for line in lines]) - 1) < 4 / np.sqrt(600)


def test_exponent_and_gaussian_are_recovered(counts_of):
    rng = np.random.default_rng(3)
    fit = fit_exponent(counts_of(lambda E: 0.014 * E**0.2, 0.02, 4000, rng, groups=50), 0.1, 2.0)
    assert abs(fit.mu.value - 0.2) < 4 * fit.mu.error
    assert abs(fit.prefactor.value - 0.014) < 4 * fit.prefactor.error
    assert 0.001 < fit.mu.error < 0.02
    counts = counts_of(lambda E: 0.02 * np.exp(-(E**2) / (2 * 21.5**2)), 0.02, 2000, rng, E_max_K=250, groups=50)
    gaussian = fit_gaussian(counts, 2, 1)
    assert abs(gaussian.prefactor.value - 0.02) < 4 * gaussian.prefactor.error
    for E0 in (gaussian.E0_K, fit_gaussian_poisson(counts, 10), rms_energy(counts)):
        assert abs(E0.value - 21.5) < 4 * E0.error
        assert 0.001 < E0.error < 0.1


@pytest.mark.parametrize("E_low", [0.0, 2.0, 7.3])
def test_the_gaussian_is_the_least_squares_fit_on_equal_bins_whatever_the_grid(counts_of, E_low):
    """A shape with a dip at low E, on grids that grow by 4 % and that do not: both as curve_fit finds on equal bins."""

    def dipped(E):
        return 0.02 * np.exp(-(E**2) / 900) * (1 - 0.6 * np.exp(-E / 3))

    edges = np.arange(E_low, 300, 0.5)
    E = 0.5 * (edges[1:] + edges[:-1])
    shape = lambda E, a, E0: a * np.exp(-(E**2) / (2 * E0**2))  # noqa: E731
    a, E0 = curve_fit(shape, E, dipped(E), p0=(0.02, 20))[0]
    for T_K in (0.02, 2.0):  # the second has bins of 0.1 K up to 16 K
        fit = fit_gaussian(counts_of(dipped, T_K, E_max_K=300), E_low, 0.5)
        assert fit.E0_K.value == pytest.approx(E0, rel=5e-4)
        assert fit.prefactor.value == pytest.approx(a, rel=5e-4)


def test_too_few_counts_give_nan_and_a_bad_window_is_refused(counts_of):
    empty = counts_of(lambda E: 1e-9 + 0 * E, 0.5, 20, np.random.default_rng(1))
    assert np.isnan(fit_eq3(empty, 2).mu.value)
    assert np.isnan(fit_gaussian(empty, 0, 1).E0_K.value)
    with pytest.raises(ValueError, match="fewer than 3"):
        fit_exponent(empty, 0.5, 0.55)
