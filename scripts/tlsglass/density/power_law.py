"""Fits of the density of states: Eq. (3) on 0 < E < 2T, the zero-temperature exponent, and the Gaussian limit.

All three are straight lines of ln n in a function of E, fitted to counts by maximum Poisson likelihood; errors are
jackknifed, so that spins of one realization need not be independent. Too few counts for a line give NaN.
"""

from typing import NamedTuple

import numpy as np
from scipy.optimize import curve_fit

from tlsglass.base import samples as statistics
from tlsglass.density import dos

LEAST_EXPECTED = 5  # bins are merged for Pearson's χ² until this many counts are expected in each


class Line(NamedTuple):
    """ln n = intercept + slope · covariate, as sample sets (1 + g,), and χ² of all realizations."""

    intercept: np.ndarray
    slope: np.ndarray
    chi2: float
    dof: int


class Eq3(NamedTuple):
    B: float
    B_err: float
    mu: float
    mu_err: float
    chi2_per_dof: float


class Exponent(NamedTuple):
    mu: float
    mu_err: float
    prefactor: float  # of n = prefactor · E^µ, in 1/K at E = 1 K
    chi2_per_dof: float
    E_low_K: float
    E_high_K: float


class GaussianLimit(NamedTuple):
    E0_K: float
    E0_K_err: float
    prefactor: float  # n(E = 0) of the fitted Gaussian
    chi2_per_dof: float


def eq3_line(counts, window_T, groups):
    """Fit ln n = ln B + µ · ½ ln(T² + E²), Eq. (3), on 0 < E < ``window_T``·T."""
    return _fit(counts, 0.0, window_T * counts.T_K, lambda E: 0.5 * np.log(counts.T_K**2 + E**2), groups)


def exponent_line(counts, E_low_K, E_high_K, groups):
    """Fit ln n = µ ln E + constant on the bins inside ``E_low_K`` < E < ``E_high_K``."""
    return _fit(counts, E_low_K, E_high_K, np.log, groups)


def eq3_unweighted(counts, window_T, groups):
    """Return sample sets of (B, µ) of Eq. (3) by unweighted least squares through ln n on 0 < E < ``window_T``·T.

    NaN where a bin is empty.
    """
    total, realizations = dos.samples(counts, groups)
    inside = counts.edges_K[1:] <= window_T * counts.T_K + 1e-9 * counts.edges_K[1]
    E = 0.5 * (counts.edges_K[:-1] + counts.edges_K[1:])[inside]
    with np.errstate(divide="ignore"):
        ln_n = np.log(total[:, inside] / dos.exposure(counts, realizations)[:, inside])
    if not np.all(np.isfinite(ln_n)):
        return np.full(len(total), np.nan), np.full(len(total), np.nan)
    x = 0.5 * np.log(counts.T_K**2 + E**2)
    mu = ln_n @ (x - x.mean()) / np.sum((x - x.mean()) ** 2)
    return np.exp(ln_n.mean(axis=1) - mu * x.mean()), mu


def fit_eq3(counts, window_T, groups):
    """Return B and µ of Eq. (3). B is n at T² + E² = 1 K², per kelvin and site."""
    line = eq3_line(counts, window_T, groups)
    B, mu = np.exp(line.intercept), line.slope
    return Eq3(B[0], statistics.error(B), mu[0], statistics.error(mu), line.chi2 / line.dof)


def fit_exponent(counts, E_low_K, E_high_K, groups):
    """Return µ of n ∝ E^µ: at T -> 0 the zero-temperature exponent of Fig. 1(b)."""
    line = exponent_line(counts, E_low_K, E_high_K, groups)
    return Exponent(
        line.slope[0],
        statistics.error(line.slope),
        np.exp(line.intercept[0]),
        line.chi2 / line.dof,
        E_low_K,
        E_high_K,
    )


def gaussian_line(counts, E_low_K, groups):
    """Fit ln n = constant - E²/2 E0² on E > ``E_low_K``: the slope is 1/E0²."""
    return _fit(counts, E_low_K, np.inf, lambda E: -0.5 * E**2, groups)


def fit_gaussian(counts, E_low_K, groups):
    """Fit n ∝ exp(-E²/2 E0²) on E > ``E_low_K``: the solid line of Fig. 1(a)."""
    line = gaussian_line(counts, E_low_K, groups)
    E0 = line.slope**-0.5
    return GaussianLimit(E0[0], statistics.error(E0), np.exp(line.intercept[0]), line.chi2 / line.dof)


def gaussian_unweighted(counts, width_K, groups):
    """Return the sample set of E0 by unweighted least squares of a Gaussian through n(E), bins of at least ``width_K``."""
    coarse = dos.coarsen_to_width(counts, width_K)
    total, realizations = dos.samples(coarse, groups)
    n = total / dos.exposure(coarse, realizations)
    E = 0.5 * (coarse.edges_K[:-1] + coarse.edges_K[1:])
    start = n[0, 0], rms_energy(counts, groups)[0]
    return np.array([abs(curve_fit(lambda E, a, E0: a * np.exp(-0.5 * (E / E0) ** 2), E, row, p0=start)[0][1]) for row in n])


def rms_energy(counts, groups):
    """Return the root mean square excitation energy in kelvin, a sample set: E0 of a Gaussian with the same width."""
    total, _ = dos.samples(counts, groups)
    low, high = counts.edges_K[:-1], counts.edges_K[1:]
    mean_square = (low**2 + low * high + high**2) / 3
    return np.sqrt(total @ mean_square / total.sum(axis=1))


def _fit(counts, E_low_K, E_high_K, covariate, groups):
    slack = 1e-9 * counts.edges_K[1]  # a window that ends on an edge includes the bin before it
    inside = (counts.edges_K[:-1] >= E_low_K - slack) & (counts.edges_K[1:] <= E_high_K + slack)
    if inside.sum() < 3:
        raise ValueError(f"fewer than 3 energy bins lie in {E_low_K:g} < E < {E_high_K:g} K at T = {counts.T_K:g} K")
    total, realizations = dos.samples(counts, groups)
    if np.any(np.count_nonzero(total[:, inside], axis=1) < 3):
        unknown = np.full(len(total), np.nan)
        return Line(unknown, unknown, np.nan, 1)
    middle = 0.5 * (counts.edges_K[:-1] + counts.edges_K[1:])
    return poisson_line(total[:, inside], dos.exposure(counts, realizations)[:, inside], covariate(middle[inside]))


def poisson_line(observed, exposure, covariate):
    """Fit observed ~ Poisson(exposure · exp(a + b · covariate)) in each row by Newton's method.

    ``observed`` and ``exposure`` are (r, m), ``covariate`` (m,). The likelihood has one maximum; the χ² of the returned
    Line is Pearson's, of row 0, over bins merged until ``LEAST_EXPECTED`` counts are expected in each.
    """
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
    edges = dos.rebin(expected, min(LEAST_EXPECTED, expected.sum() / 3))[:-1]
    merged_observed, merged_expected = np.add.reduceat(observed[0], edges), np.add.reduceat(expected, edges)
    chi2 = float(np.sum((merged_observed - merged_expected) ** 2 / merged_expected))
    return Line(a - b * centre, b, chi2, max(1, len(edges) - 2))
