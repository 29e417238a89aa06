"""Fits of the density of states: Eq. (3) on 0 < E < 2T, the zero-temperature exponent, and the Gaussian limit.

The first two are straight lines of ln n in a function of E, fitted to counts by maximum Poisson likelihood, the third is
least squares; errors are jackknifed, so that spins of one realization need not be independent. Too few counts give NaN.
"""

from typing import NamedTuple

import numpy as np

from tlsglass.base.jackknife import JackknifeEstimate, minimize_scalar
from tlsglass.dos import grid

LEAST_EXPECTED = 5  # bins are merged for Pearson's χ² until this many counts are expected in each


class Line(NamedTuple):
    """ln n = intercept + slope · covariate, and χ² of all realizations."""

    intercept: JackknifeEstimate
    slope: JackknifeEstimate
    chi2: float
    dof: int

    @property
    def chi2_per_dof(self):
        return self.chi2 / self.dof


class Eq3Fit(NamedTuple):
    B: JackknifeEstimate  # n at T² + E² = 1 K², per kelvin and lattice site
    mu: JackknifeEstimate
    chi2_per_dof: float


class Exponent(NamedTuple):
    mu: JackknifeEstimate
    prefactor: JackknifeEstimate  # of n = prefactor · E^µ, in 1/K at E = 1 K
    chi2_per_dof: float


class GaussianLimit(NamedTuple):
    E0_K: JackknifeEstimate
    prefactor: JackknifeEstimate  # n(E = 0) of the fitted Gaussian


def fit_eq3(counts, window_T):
    """Fit ln n = ln B + µ · ½ ln(T² + E²), Eq. (3), on 0 < E < ``window_T``·T."""
    line = _fit(counts, 0.0, window_T * counts.T_K, lambda E: eq3_covariate(E, counts.T_K))
    return Eq3Fit(np.exp(line.intercept), line.slope, line.chi2_per_dof)


def fit_eq3_unweighted(counts, window_T):
    """Fit Eq. (3) by unweighted least squares through ln n on 0 < E < ``window_T``·T. NaN where a bin is empty."""
    inside = _inside(counts, 0.0, window_T * counts.T_K)
    x = eq3_covariate(counts.middle_K[inside], counts.T_K)
    x_mean = x.mean()
    with np.errstate(divide="ignore"):
        ln_n = np.log(counts.n[inside])
    if not np.all(np.isfinite(ln_n.rows)):
        return Eq3Fit(_unknown(ln_n), _unknown(ln_n), np.nan)
    mu = ln_n @ (x - x_mean) / np.sum((x - x_mean) ** 2)
    return Eq3Fit(np.exp(ln_n.reduce(np.mean) - mu * x_mean), mu, np.nan)


def fit_exponent(counts, E_low_K, E_high_K):
    """Fit n ∝ E^µ on the bins inside ``E_low_K`` < E < ``E_high_K``: at T -> 0 the zero-temperature exponent of Fig. 1(b)."""
    line = _fit(counts, E_low_K, E_high_K, np.log)
    return Exponent(line.slope, np.exp(line.intercept), line.chi2_per_dof)


def fit_gaussian(counts, E_low_K, bin_K):
    """Fit n = a exp(-E²/2 E0²) by unweighted least squares on bins of ``bin_K`` above ``E_low_K``: the line of Fig. 1(a).

    The grid of the counts grows with E: unweighted on its own bins, low energies would count for more. So n is first taken
    to equal bins, as constant inside each of the old ones. NaN without any count there.
    """
    total, realizations = counts.sums
    edges = np.arange(E_low_K, counts.edges_K[-1], bin_K)
    below = np.concatenate([np.zeros((len(total.rows), 1)), np.cumsum(total.rows, axis=1)], axis=1)
    in_bins = np.diff([np.interp(edges, counts.edges_K, row) for row in below], axis=1)
    if not in_bins.any(axis=1).all():
        return GaussianLimit(_unknown(total), _unknown(total))
    n = JackknifeEstimate(in_bins) / (realizations * counts.n_spins / counts.concentration * bin_K)
    E, scale = 0.5 * (edges[:-1] + edges[1:]), rms_energy(counts).value

    def amplitude(E0):
        shape = np.exp(-0.5 * (E / E0) ** 2)
        return (n @ (shape / np.sum(shape**2))), shape

    def squares(E0):
        a, shape = amplitude(E0)
        return np.sum((n.rows - np.outer(a.rows, shape)) ** 2, axis=1)

    E0 = minimize_scalar(squares, 0.2 * scale, 5 * scale)
    here, lower, upper = (amplitude(share * E0.value)[0] for share in (1, 0.999, 1.001))
    return GaussianLimit(E0, here + (upper - lower) * (E0 / E0.value - 1) / 0.002)


def fit_gaussian_poisson(counts, E_low_K):
    """Return E0, Samples (), of n ∝ exp(-E²/2 E0²) on E > ``E_low_K`` by Poisson likelihood, ln n a line in -E²/2."""
    return _fit(counts, E_low_K, np.inf, lambda E: -0.5 * E**2).slope ** -0.5


def rms_energy(counts):
    """Return the root mean square excitation energy in kelvin, Samples (): E0 of a Gaussian with the same width."""
    total, _ = counts.sums
    low, high = counts.edges_K[:-1], counts.edges_K[1:]
    mean_square = (low**2 + low * high + high**2) / 3
    return np.sqrt(total @ mean_square / total.reduce(np.sum))


def eq3_covariate(E_K, T_K):
    """½ ln(T² + E²): what ln n of Eq. (3) is a line in, with the slope µ."""
    return 0.5 * np.log(T_K**2 + E_K**2)


def _inside(counts, E_low_K, E_high_K):
    """Return the mask of the bins between ``E_low_K`` and ``E_high_K``. Raises ValueError for fewer than three."""
    slack = 1e-9 * counts.edges_K[1]  # a window that ends on an edge includes the bin before it
    inside = (counts.edges_K[:-1] >= E_low_K - slack) & (counts.edges_K[1:] <= E_high_K + slack)
    if inside.sum() < 3:
        raise ValueError(f"fewer than 3 energy bins lie in {E_low_K:g} < E < {E_high_K:g} K at T = {counts.T_K:g} K")
    return inside


def _unknown(like):
    """Return NaN as Samples () with the groups of ``like``."""
    return JackknifeEstimate(np.full(1 + like.groups, np.nan))


def _fit(counts, E_low_K, E_high_K, covariate):
    inside = _inside(counts, E_low_K, E_high_K)
    total, realizations = counts.sums
    observed, exposure = total[inside], (realizations * counts.exposure)[inside]
    if np.any(np.count_nonzero(observed.rows, axis=1) < 3):
        return Line(_unknown(observed), _unknown(observed), np.nan, 1)
    return poisson_line(observed, exposure, covariate(counts.middle_K[inside]))


def poisson_line(observed, exposure, covariate):
    """Fit observed ~ Poisson(exposure · exp(a + b · covariate)) in each row by Newton's method.

    ``observed`` and ``exposure`` are Samples (m,), ``covariate`` is (m,). The likelihood has one maximum; the χ² of the
    returned Line is Pearson's, of the estimate, over bins merged until ``LEAST_EXPECTED`` counts are expected in each.
    """
    observed, exposure = observed.rows, exposure.rows
    centre = np.average(covariate, weights=observed[0])
    x = covariate - centre
    # start from the least-squares line through the logarithms of the filled bins, weighted by their counts
    y = np.log(np.where(observed > 0, observed, 1.0) / exposure)
    mean_x = observed @ x / observed.sum(axis=1)
    mean_y = np.average(y, axis=1, weights=observed)
    b = np.sum(observed * (x - mean_x[:, None]) * y, axis=1) / np.sum(observed * (x - mean_x[:, None]) ** 2, axis=1)
    a = mean_y - b * mean_x
    for _ in range(100):
        expected = exposure * np.exp(a[:, None] + b[:, None] * x)
        residual = observed - expected
        s0, s1, s2 = expected.sum(axis=1), expected @ x, expected @ x**2
        g0, g1 = residual.sum(axis=1), residual @ x
        determinant = s0 * s2 - s1**2
        step_a = (s2 * g0 - s1 * g1) / determinant
        step_b = (s0 * g1 - s1 * g0) / determinant
        # no step changes an expected count by more than a factor e: beyond that Newton's parabola does not hold
        reach = np.maximum(1.0, np.max(np.abs(step_a[:, None] + step_b[:, None] * x), axis=1))
        a, b = a + step_a / reach, b + step_b / reach
        if np.all(np.abs(step_b) * np.ptp(x) + np.abs(step_a) < 1e-9):
            break
    else:
        raise ValueError("the maximum of the Poisson likelihood was not reached")
    expected = exposure[0] * np.exp(a[0] + b[0] * x)
    edges = grid.rebin(expected, min(LEAST_EXPECTED, expected.sum() / 3))[:-1]
    merged_observed, merged_expected = np.add.reduceat(observed[0], edges), np.add.reduceat(expected, edges)
    chi2 = float(np.sum((merged_observed - merged_expected) ** 2 / merged_expected))
    return Line(JackknifeEstimate(a - b * centre), JackknifeEstimate(b), chi2, max(1, len(edges) - 2))
