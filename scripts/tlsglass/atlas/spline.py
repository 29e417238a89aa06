"""A smooth n(T, E) over the coupling: a spline in three coordinates, fitted to the counts of many sets by maximum likelihood.

All energies here are in units of h0. ln n is that of a Gaussian, of the width that random fields and couplings give when spins
are random, plus a spline in three coordinates (``Axes``):

* v = -½ ln(1/(T² + E²) + 1/E_c²), which is ½ ln(T² + E²) of Eq. (3) but for E near the end E_c: beyond it n is that Gaussian
  times a constant;
* ln T;
* s = ln(1 + g/g0), g = J0/h0. At g = 0 the spline is zero and n is exact: TLSs without interactions.

The likelihood is that of Poisson counts, less a penalty on the roughness of the spline.
"""

from functools import lru_cache
from typing import NamedTuple

import numpy as np

E_CUTOFF_H0 = 10.0  # E_c in units of h0, where no counts are left
G0 = 0.05  # g0: n is linear in g well below it and no power of g above
# Knots (first, last, intervals) of v, ln T and s, and the penalty on squared second differences of neighbouring coefficients
KNOTS = ((np.log(0.002), np.log(E_CUTOFF_H0), 19), (np.log(0.002), np.log(0.4), 6), (0.0, np.log1p(1.2 / G0), 8))
PENALTY = (1.0, 10.0, 1.0)
MAX_NEWTON_STEP = 3.0  # no coefficient moves by more in one step of Newton's method


def basis(x, knots):
    """Return the uniform cubic B-splines at ``x`` (...,) as (..., intervals + 3), with their sum 1."""
    first, last, intervals = knots
    if np.ndim(x) == 0:  # as below, at a tenth of the time
        position = min(max((float(x) - first) / (last - first) * intervals, 0.0), intervals)
        start = min(int(position), intervals - 1)
        t = position - start
        found = np.zeros(intervals + 3)
        found[start : start + 4] = (
            (1 - t) ** 3 / 6,
            (3 * t**3 - 6 * t**2 + 4) / 6,
            (-3 * t**3 + 3 * t**2 + 3 * t + 1) / 6,
            t**3 / 6,
        )
        return found
    position = np.clip((np.asarray(x, dtype=float) - first) / (last - first) * intervals, 0.0, intervals)
    start = np.minimum(position.astype(int), intervals - 1)
    t = position - start
    weights = np.stack([(1 - t) ** 3, 3 * t**3 - 6 * t**2 + 4, -3 * t**3 + 3 * t**2 + 3 * t + 1, t**3], axis=-1) / 6
    found = np.zeros((*position.shape, intervals + 3))
    np.put_along_axis(found, start[..., None] + np.arange(4), weights, axis=-1)
    return found


def energy_basis(E, T):
    """Return the splines of v (..., 22) at energies and temperatures in units of h0."""
    return basis(-0.5 * np.log(1 / (T**2 + E**2) + 1 / E_CUTOFF_H0**2), KNOTS[0])


def basis_T_and_g(T, g):
    """Return the splines of ln T (..., 9) and of s (..., 11) at temperatures and couplings in units of h0."""
    return basis(np.log(T), KNOTS[1]), basis(np.log1p(g / G0), KNOTS[2])


def ln_gaussian(E, g, concentration, spread):
    """Return ln n · h0 of random spins: E is twice the absolute value of a Gaussian of variance 1 + ``spread`` g²."""
    variance = 4 * (1 + spread * g**2)
    return np.log(concentration * np.sqrt(2 / np.pi / variance)) - E**2 / (2 * variance)


class SplineData(NamedTuple):
    """The counts of one set at one temperature, as the fit takes them."""

    g: float
    T: float
    v: np.ndarray  # (m, 22) basis of v at the mean energy of each bin
    expected: np.ndarray  # (1 + groups, m) counts expected of random spins
    observed: np.ndarray  # (1 + groups, m)


def spline_data(counts, h0_K, spread):
    """Return the Slice of a density.counts.Counts."""
    x, w = np.polynomial.legendre.leggauss(3)
    low, high = counts.edges_K[:-1, None] / h0_K, counts.edges_K[1:, None] / h0_K
    g, T = counts.J0_K / h0_K, counts.T_K / h0_K
    E = 0.5 * (low + high) + 0.5 * (high - low) * x
    n = np.exp(ln_gaussian(E, g, counts.concentration, spread)) * w / 2
    in_bin = n.sum(axis=1)
    mean = (n * E).sum(axis=1) / np.maximum(in_bin, 1e-300)
    total, realizations = counts.sums
    expected = (realizations * (counts.exposure / h0_K * in_bin)).rows
    kept = in_bin > 1e-280
    return SplineData(g, T, energy_basis(mean, T)[kept], expected[:, kept], total.rows[:, kept])


def constrain_zero_at_origin(size):
    """Return the map from the free coefficients in s to all ``size``: at g = 0 the spline, (c0 + 4 c1 + c2)/6, is zero."""
    return np.vstack([[-4.0, -1.0] + [0.0] * (size - 3), np.eye(size - 1)])


@lru_cache(maxsize=4)
def _penalty(weights):
    """Return the matrix of the penalty on roughness, (k, k), with its weights in v, ln T and s."""
    bends = [np.diff(np.eye(knots[2] + 3), 2, axis=0) for knots in KNOTS]
    bends[2] = bends[2] @ constrain_zero_at_origin(bends[2].shape[1])
    one = [np.eye(b.shape[1]) for b in bends]
    return sum(
        weight * np.kron(np.kron(*(b.T @ b if axis == k else one[k] for k in (0, 1))), b.T @ b if axis == 2 else one[2])
        for axis, (weight, b) in enumerate(zip(weights, bends, strict=True))
    )


class PoissonSplineFit:
    """The fit of all slices of a list: ``solve`` finds the spline, and what it is without each jackknife group."""

    def __init__(self, slices, penalty=PENALTY):
        self.slices = slices
        sizes = [knots[2] + 3 for knots in KNOTS]
        self.free = constrain_zero_at_origin(sizes[2])
        self.shape = (sizes[0], sizes[1], sizes[2] - 1)
        self.penalty = _penalty(penalty)
        self.tau, self.s = map(np.array, zip(*(basis_T_and_g(s.T, s.g) for s in slices), strict=True))
        self.s = self.s @ self.free
        self.near = [np.ix_(np.flatnonzero(tau), np.flatnonzero(sigma)) for tau, sigma in zip(self.tau, self.s, strict=True)]

    def _placed(self):
        """Yield each Slice with the bases of its ln T and of its s."""
        return zip(self.slices, self.tau, self.s, strict=True)

    def _gradient(self, c, rows):
        """Return the gradient of the penalised likelihood at ``c`` (r, ...) with the counts of ``rows``, (r, k)."""
        found = np.zeros_like(c)
        for near, (s, tau, sigma) in zip(self.near, self._placed(), strict=True):
            weights = np.outer(tau, sigma)[near]  # a slice sees four splines in ln T and four in s
            here = (slice(None), slice(None), *near)
            residual = s.observed[rows] - s.expected[rows] * np.exp(np.tensordot(c[here], weights, 2) @ s.v.T)
            found[here] += (residual @ s.v)[:, :, None, None] * weights
        return found.reshape(len(c), -1) - c.reshape(len(c), -1) @ self.penalty

    def _curvature(self, weights):
        """Return minus the second derivatives of the penalised likelihood, (k, k), where the bins of each slice are expected to
        hold ``weights`` counts."""
        inner = np.stack([(s.v.T * w) @ s.v for s, w in zip(self.slices, weights, strict=True)])
        outer = np.stack([np.outer(w, w) for _, tau, sigma in self._placed() for w in [np.outer(tau, sigma).ravel()]])
        v, rest = self.shape[0], self.shape[1] * self.shape[2]
        found = (inner.reshape(len(inner), -1).T @ outer.reshape(len(outer), -1)).reshape(v, v, rest, rest)
        return found.transpose(0, 2, 1, 3).reshape(self.penalty.shape) + self.penalty

    def _start(self, solve):
        """Return the coefficients of the least-squares surface through ln n of all bins, weighted by their counts."""
        right = np.zeros(self.shape)
        for s, tau, sigma in self._placed():
            counted = s.observed[0]
            ln_ratio = np.log((counted + 0.5) / (s.expected[0] + 0.5))
            right += ((counted * ln_ratio) @ s.v)[:, None, None] * tau[:, None] * sigma
        return solve(self._curvature([s.observed[0] for s in self.slices]), right.ravel())[0].reshape(self.shape)

    def solve(self, start=None, rows=True):
        """Return the coefficients (1 + groups, 22, 9, 11); without ``rows`` those of all realizations alone, (1, ...).

        Raises ValueError where Newton's method does not arrive.
        """
        from scipy.linalg import cho_solve_banded, cholesky_banded

        def factored(curvature, right):
            """Return the solution of ``curvature`` x = ``right`` and the factor of the curvature; a bin sees four splines."""
            below = [np.pad(np.diagonal(curvature, -k), (0, k)) for k in range(4 * self.shape[1] * self.shape[2])]
            factor = cholesky_banded(np.array(below), lower=True), True
            return cho_solve_banded(factor, right), factor

        c, factor = (self._start(factored), None) if start is None else (start[:, :, 1:], None)
        for _ in range(50):
            gradient = self._gradient(c[None], [0])[0]
            if start is None or factor is None:  # near the solution one curvature will do
                weights = [s.expected[0] * np.exp(s.v @ (c @ sigma @ tau)) for s, tau, sigma in self._placed()]
                step, factor = factored(self._curvature(weights), gradient)
            else:
                step = cho_solve_banded(factor, gradient)
            step = step.reshape(self.shape)
            c = c + step / max(1.0, np.abs(step).max() / MAX_NEWTON_STEP)
            if np.abs(step).max() < 1e-4:
                break
        else:
            raise ValueError("the spline through the counts of all couplings was not found")
        every = range(len(self.slices[0].observed) if rows else 1)
        c = np.repeat(c[None], len(every), axis=0)
        for _ in range(4):  # the curvature without a group is that of all, but for a few per cent
            c = c + cho_solve_banded(factor, self._gradient(c, every).T).T.reshape(c.shape)
        return c @ self.free.T
