"""Scatter of points without a model, and the correlation of residuals: whether errors are credible and residuals random."""

from collections.abc import Iterator
from typing import NamedTuple

import numpy as np

from tlsglass.base import stats
from tlsglass.base.types import FloatArray, IntArray

CONTRAST_POINTS = 4  # neighbors from whose values a quadratic in ln T is subtracted
MINORS = ((1, 2, 3), (0, 2, 3), (0, 1, 3), (0, 1, 2))  # all but one of them
SMALLEST_MINOR = 1e-9  # of points that span 1
MIN_CONTRASTS = 4
MAX_CHANGE = 0.5  # of ln T between neighbors; across a wider gap no quadratic is assumed
SIGNIFICANT_CORRELATION = 0.01  # p value
MAX_CORRELATION = 0.9


class LocalScatter(NamedTuple):
    """Variance of neighboring points about quadratics in ln T, in units of their squared errors.

    ``dof`` is the effective number of independent deviations and ``p_value`` the probability of a larger variance if the errors
    are correct.
    """

    variance: float
    dof: float
    p_value: float


@np.errstate(all="ignore")
def local_scatter(T_K: FloatArray, values: FloatArray, errors: FloatArray, sweep: FloatArray | None) -> LocalScatter | None:
    """Return the local scatter of ``values`` (n,) with ``errors`` (n,), within each sweep; None for too few points."""
    squares: list[FloatArray] = []
    variance_of_sum = 0.0
    for index in _sweeps(T_K, sweep):
        x, error = np.log(T_K[index]), errors[index]
        is_near = np.diff(x) < MAX_CHANGE  # to the next point
        n_contrasts = max(len(x) - CONTRAST_POINTS + 1, 0)
        starts = np.flatnonzero(np.all([is_near[k : k + n_contrasts] for k in range(CONTRAST_POINTS - 1)], axis=0))
        neighbors = starts[:, None] + np.arange(CONTRAST_POINTS)
        weights = _null_vectors(x[neighbors])
        weights /= np.sqrt(np.sum((weights * error[neighbors]) ** 2, axis=1, keepdims=True))
        squares.append(np.sum(weights * values[index][neighbors], axis=1) ** 2)
        variance_of_sum += _variance_of_sum(weights * error[neighbors], starts)
    n = sum(map(len, squares))
    if n < MIN_CONTRASTS:
        return None
    variance = float(np.concatenate(squares).mean())
    if not np.isfinite(variance) or not 0 < variance_of_sum < np.inf:
        return None
    dof = n**2 / variance_of_sum
    return LocalScatter(variance, dof, stats.chi2_sf(variance * dof, dof))


def _variance_of_sum(weights: FloatArray, starts: IntArray) -> float:
    """Return half the variance of the sum of the squares of contrasts, the sum of all squared covariances of two of them.

    Contrasts have common points, and covariances, only if their ``starts`` (m,) differ by less than the number of points of
    ``weights`` (m, points), those of independent points of variance 1.
    """
    n_points = weights.shape[1]
    of_starts = np.zeros((int(starts.max(initial=-1)) + 1, n_points))
    of_starts[starts] = weights
    total = float(np.sum(np.sum(of_starts**2, axis=1) ** 2))
    for shift in range(1, n_points):
        covariances = np.sum(of_starts[:-shift, shift:] * of_starts[shift:, :-shift], axis=1)
        total += 2 * float(np.sum(covariances**2))
    return total


def _null_vectors(x: FloatArray) -> FloatArray:
    """Return weights (m, 4) of sets of four points ``x`` (m, 4) with which the sum of a quadratic over each set vanishes.

    They are the minors of a Vandermonde matrix, apart from points of which all minors vanish since their x repeat.
    """
    span = np.ptp(x, axis=1, keepdims=True)
    u = (x - x.mean(axis=1, keepdims=True)) / np.where(span > 0, span, 1.0)
    d = u[:, :, None] - u[:, None, :]
    minors = np.stack(
        [sign * d[:, a, b] * d[:, a, c] * d[:, b, c] for sign, (a, b, c) in zip((1, -1, 1, -1), MINORS, strict=True)], axis=1
    )
    for k in np.flatnonzero(np.max(np.abs(minors), axis=1, initial=0.0) < SMALLEST_MINOR):
        minors[k] = np.linalg.svd(np.vander(u[k], 3).T)[2][-1]
    return minors


def independent_fraction(T_K: FloatArray, residuals: FloatArray, n_free: int, sweep: FloatArray | None) -> float:
    """Return (1 - ρ)/(1 + ρ), the number of independent residuals (n,) relative to n; 1 if ρ is not significant.

    ρ is the correlation of neighboring residuals within a sweep. A fit with ``n_free`` parameters makes it negative by about
    n_free/n.
    """
    products = [residuals[index][1:] @ residuals[index][:-1] for index in _sweeps(T_K, sweep)]
    n, total = len(residuals), float(residuals @ residuals)
    n_pairs = n - len(products)
    if n_pairs < 4 or total <= 0:
        return 1.0
    correlation = sum(products) / total * n / n_pairs
    if stats.normal_sf((correlation + n_free / n) * np.sqrt(n_pairs)) > SIGNIFICANT_CORRELATION:
        return 1.0
    correlation = min(correlation, MAX_CORRELATION)
    return float((1 - correlation) / (1 + correlation)) if correlation > 0 else 1.0


@np.errstate(all="ignore")
def extra_scatter(residuals: FloatArray, errors: FloatArray, unit: FloatArray) -> float:
    """Return the scatter s (in ``unit`` (n,)) with the greatest likelihood for residuals of variance errors² + s² unit²."""
    from scipy import optimize

    def slope(ln_s: float) -> float:
        variance = errors**2 + np.exp(2 * ln_s) * unit**2
        return float(np.sum(unit**2 * (1 / variance - residuals**2 / variance**2)))

    scale = np.log(np.sqrt(np.mean((residuals / unit) ** 2)) or 1e-300)
    if slope(scale - 12) >= 0:
        return 0.0
    return float(np.exp(optimize.brentq(slope, scale - 12, scale + 3)))


def _sweeps(T_K: FloatArray, sweep: FloatArray | None) -> Iterator[IntArray]:
    """Yield the indices of the points of each sweep in the order of temperature."""
    for number in [None] if sweep is None else np.unique(sweep):
        index = np.arange(len(T_K)) if number is None else np.flatnonzero(sweep == number)
        yield index[np.argsort(T_K[index], kind="stable")]
