"""Fits of the density of states: Eq. (3) on 0 < E < 2T, the zero-temperature exponent, and the Gaussian limit.

The first two fit ln n by a straight line in a function of E, by maximum Poisson likelihood; the third is a least-squares fit.
Errors are jackknifed over realizations, because energies of one realization are not independent. Too few counts give NaN.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

import numpy as np

from tlsglass.base.jackknife import JackknifeEstimate, minimize_scalar
from tlsglass.base.types import BoolArray, FloatArray, FloatOrArray
from tlsglass.dos import grid
from tlsglass.dos.density_of_states import DensityOfStates

EQ3_WINDOW_T = 2.0  # B and µ of Table II are fitted on 0 < E < 2T, as in config/config.yaml; a test compares the two
MIN_EXPECTED = 5  # bins are merged for Pearson's χ² until this many counts are expected in each


class LineFit(NamedTuple):
    """ln n = intercept + slope * covariate, and χ² of all realizations."""

    intercept: JackknifeEstimate
    slope: JackknifeEstimate
    chi2: float
    dof: int

    @property
    def chi2_per_dof(self) -> float:
        """Reduced χ²."""
        return self.chi2 / self.dof


class Eq3Fit(NamedTuple):
    """Parameters of n = B (T² + E²)^(µ/2); B is n at T² + E² = 1 K², per kelvin and lattice site."""

    B: JackknifeEstimate
    mu: JackknifeEstimate
    chi2_per_dof: float


class Exponent(NamedTuple):
    """Parameters of n = prefactor * E^µ; the prefactor is n at E = 1 K, per kelvin and lattice site."""

    mu: JackknifeEstimate
    prefactor: JackknifeEstimate
    chi2_per_dof: float


class GaussianLimit(NamedTuple):
    """Parameters of n = prefactor * exp(-E²/2 E0²)."""

    E0_K: JackknifeEstimate
    prefactor: JackknifeEstimate


def eq3_covariate(E_K: FloatOrArray, T_K: FloatOrArray) -> FloatArray:
    """Return ½ ln(T² + E²): with Eq. (3), ln n = ln B + µ times this."""
    covariate: FloatArray = 0.5 * np.log(np.asarray(T_K) ** 2 + np.asarray(E_K) ** 2)
    return covariate


def fit_eq3(density: DensityOfStates, window_T: float) -> Eq3Fit:
    """Fit B (T² + E²)^(µ/2), Eq. (3) of the paper, by maximum Poisson likelihood.

    Parameters
    ----------
    density
        n(T, E) with jackknife groups, as returned by ``tlsglass.load_density``.
    window_T
        The fit uses the bins in 0 < E < ``window_T``·T.

    Returns
    -------
    Eq3Fit
        ``B`` (n at T² + E² = 1 K², per kelvin and lattice site), ``mu`` and ``chi2_per_dof``. NaN if fewer than three bins have
        counts.

    Raises
    ------
    ValueError
        If there are fewer than three bins in the window.
    """
    line = _fit(density, 0.0, window_T * density.T_K, lambda E: eq3_covariate(E, density.T_K))
    return Eq3Fit(np.exp(line.intercept), line.slope, line.chi2_per_dof)


def fit_eq3_unweighted(density: DensityOfStates, window_T: float) -> Eq3Fit:
    """Fit Eq. (3) to ln n on 0 < E < ``window_T``·T by unweighted least squares. NaN if a bin is empty."""
    inside = _inside(density, 0.0, window_T * density.T_K)
    x = eq3_covariate(density.centers_K[inside], density.T_K)
    x_mean = x.mean()
    with np.errstate(divide="ignore"):
        ln_n: JackknifeEstimate = np.log(density.n[inside])
    if not np.all(np.isfinite(ln_n.rows)):
        return Eq3Fit(ln_n.nan(), ln_n.nan(), np.nan)
    mu = ln_n @ (x - x_mean) / np.sum((x - x_mean) ** 2)
    return Eq3Fit(np.exp(ln_n.reduce(np.mean) - mu * x_mean), mu, np.nan)


def fit_exponent(density: DensityOfStates, E_low_K: float, E_high_K: float) -> Exponent:
    """Fit n ∝ E^µ to the bins in ``E_low_K`` < E < ``E_high_K``. At T -> 0 this is the exponent of Fig. 1(b)."""
    line = _fit(density, E_low_K, E_high_K, np.log)
    return Exponent(line.slope, np.exp(line.intercept), line.chi2_per_dof)


def fit_gaussian(density: DensityOfStates, E_low_K: float, bin_K: float) -> GaussianLimit:
    """Fit n = a exp(-E²/2 E0²) to bins of width ``bin_K`` above ``E_low_K`` by unweighted least squares: the line of Fig. 1(a).

    The bins of the counts grow with E, so that an unweighted fit to them would favor low energies. Therefore n, as a constant
    within each of these bins, is first converted to bins of equal width. NaN if there are no counts.
    """
    total, realizations = density.sums
    edges = np.arange(E_low_K, density.edges_K[-1], bin_K)
    cumulative = np.concatenate([np.zeros((len(total.rows), 1)), np.cumsum(total.rows, axis=1)], axis=1)
    in_bins = np.diff([np.interp(edges, density.edges_K, row) for row in cumulative], axis=1)
    if not in_bins.any(axis=1).all():
        return GaussianLimit(total.nan(), total.nan())
    n = JackknifeEstimate(in_bins) / (realizations * density.n_spins / density.concentration * bin_K)
    E, scale = 0.5 * (edges[:-1] + edges[1:]), float(rms_energy(density).value)

    def project(E0: float) -> tuple[JackknifeEstimate, FloatArray]:
        """Return the best amplitude for E0, and the shape."""
        shape: FloatArray = np.exp(-0.5 * (E / E0) ** 2)
        return n @ (shape / np.sum(shape**2)), shape

    def squares(E0: float) -> FloatArray:
        a, shape = project(E0)
        sums: FloatArray = np.sum((n.rows - np.outer(a.rows, shape)) ** 2, axis=1)
        return sums

    E0 = minimize_scalar(squares, 0.2 * scale, 5 * scale)
    # the rows of E0 lie close together: the amplitude follows E0 linearly
    center, lower, upper = (project(factor * float(E0.value))[0] for factor in (1, 0.999, 1.001))
    return GaussianLimit(E0, center + (upper - lower) * (E0 / E0.value - 1) / 0.002)


def fit_gaussian_poisson(density: DensityOfStates, E_low_K: float) -> JackknifeEstimate:
    """Fit n ∝ exp(-E²/2 E0²) on E > ``E_low_K`` by Poisson likelihood and return E0 in kelvin."""
    return _fit(density, E_low_K, np.inf, lambda E: -0.5 * E**2).slope ** -0.5


def rms_energy(density: DensityOfStates) -> JackknifeEstimate:
    """Return the root mean square excitation energy in kelvin, which is E0 of a Gaussian with the same width."""
    total, _ = density.sums
    low, high = density.edges_K[:-1], density.edges_K[1:]
    mean_square = (low**2 + low * high + high**2) / 3
    rms: JackknifeEstimate = np.sqrt(total @ mean_square / total.reduce(np.sum))
    return rms


def _inside(density: DensityOfStates, E_low_K: float, E_high_K: float) -> BoolArray:
    """Return the mask of the bins between ``E_low_K`` and ``E_high_K``. Raise ValueError if there are fewer than three."""
    slack = 1e-9 * density.edges_K[1]  # a window that ends at an edge includes the bin below it
    inside: BoolArray = (density.edges_K[:-1] >= E_low_K - slack) & (density.edges_K[1:] <= E_high_K + slack)
    if inside.sum() < 3:
        raise ValueError(f"fewer than 3 energy bins lie in {E_low_K:g} < E < {E_high_K:g} K at T = {density.T_K:g} K")
    return inside


def _fit(density: DensityOfStates, E_low_K: float, E_high_K: float, covariate: Callable[[FloatArray], FloatArray]) -> LineFit:
    """Fit ln n = intercept + slope * ``covariate``(E) to the bins of a window. NaN if fewer than three bins have counts."""
    inside = _inside(density, E_low_K, E_high_K)
    total, realizations = density.sums
    observed, exposure = total[inside], (realizations * density.exposure)[inside]
    if np.any(np.count_nonzero(observed.rows, axis=1) < 3):
        return LineFit(observed.nan(), observed.nan(), np.nan, 1)
    return poisson_line(observed, exposure, covariate(density.centers_K[inside]))


def poisson_line(observed: JackknifeEstimate, exposure: JackknifeEstimate, covariate: FloatArray) -> LineFit:
    """Fit observed ~ Poisson(exposure * exp(a + b * covariate)) in each jackknife row by Newton's method.

    ``observed``, ``exposure`` and ``covariate`` are (m,). The likelihood has a single maximum. χ² is Pearson's for the
    estimate, with bins merged until ``MIN_EXPECTED`` counts are expected in each.
    """
    counts, exposures = observed.rows, exposure.rows
    center = np.average(covariate, weights=counts[0])
    x = covariate - center
    # start from the least-squares line through the logarithms of the filled bins, weighted by their counts
    y = np.log(np.where(counts > 0, counts, 1.0) / exposures)
    mean_x = counts @ x / counts.sum(axis=1)
    mean_y = np.average(y, axis=1, weights=counts)
    b = np.sum(counts * (x - mean_x[:, None]) * y, axis=1) / np.sum(counts * (x - mean_x[:, None]) ** 2, axis=1)
    a = mean_y - b * mean_x
    for _ in range(100):
        expected = exposures * np.exp(a[:, None] + b[:, None] * x)
        residual = counts - expected
        s0, s1, s2 = expected.sum(axis=1), expected @ x, expected @ x**2
        g0, g1 = residual.sum(axis=1), residual @ x
        determinant = s0 * s2 - s1**2
        step_a = (s2 * g0 - s1 * g1) / determinant
        step_b = (s0 * g1 - s1 * g0) / determinant
        # no step changes an expected count by more than a factor e, beyond which the quadratic approximation is invalid
        divisor = np.maximum(1.0, np.max(np.abs(step_a[:, None] + step_b[:, None] * x), axis=1))
        a, b = a + step_a / divisor, b + step_b / divisor
        if np.all(np.abs(step_b) * np.ptp(x) + np.abs(step_a) < 1e-9):
            break
    else:
        raise ValueError("the maximization of the Poisson likelihood did not converge")
    expected = exposures[0] * np.exp(a[0] + b[0] * x)
    edges = grid.rebin(expected, min(MIN_EXPECTED, expected.sum() / 3))[:-1]
    merged_counts, merged_expected = np.add.reduceat(counts[0], edges), np.add.reduceat(expected, edges)
    chi2 = float(np.sum((merged_counts - merged_expected) ** 2 / merged_expected))
    return LineFit(JackknifeEstimate(a - b * center), JackknifeEstimate(b), chi2, max(1, len(edges) - 2))
