"""A smooth n(T, E; J0/h0): a spline in three coordinates, fitted to the counts of many sets by maximum likelihood.

All energies in this module are in units of h0. ln n is that of random spins (atlas.random_spins), a Gaussian whose width
follows from random fields and couplings, plus a cubic spline in

* v = -½ ln(1/(T² + E²) + 1/E_c²), which is ½ ln(T² + E²) as in ``dos.fits.eq3_covariate``, except for E near the cutoff E_c;
  above it n is the Gaussian times a constant;
* ln T;
* s = ln(1 + g/g0) with g = J0/h0. At g = 0 the spline vanishes and n is exact: TLSs without interactions.

The likelihood is that of Poisson counts, minus a penalty on the roughness of the spline.
"""

import math
from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import lru_cache, reduce
from typing import Any, NamedTuple

import numpy as np

from tlsglass.base.types import FloatArray, FloatOrArray
from tlsglass.dos.density_of_states import DensityOfStates

Knots = tuple[float, float, int]  # first, last, number of intervals

E_CUTOFF_H0 = 10.0  # E_c in units of h0, above which there are almost no counts
G0 = 0.05  # g0: the spline is linear in g well below, and logarithmic above
KNOTS: tuple[Knots, Knots, Knots] = (  # of v, ln T and s
    (np.log(0.002), np.log(E_CUTOFF_H0), 19),
    (np.log(0.002), np.log(0.4), 6),
    (0.0, np.log1p(1.2 / G0), 8),
)
PENALTY = (1.0, 10.0, 1.0)  # on squared second differences of neighboring coefficients in v, ln T and s


MAX_NEWTON_STEP = 3.0  # no coefficient changes by more in one step of Newton's method


def basis(x: FloatOrArray, knots: Knots) -> FloatArray:
    """Return the uniform cubic B-splines at ``x`` (...) as (..., intervals + 3); their sum is 1."""
    first, last, intervals = knots
    if np.ndim(x) == 0:  # the same as below, ten times as fast
        x_in_intervals = min(max((float(x) - first) / (last - first) * intervals, 0.0), intervals)
        k = min(int(x_in_intervals), intervals - 1)
        u = x_in_intervals - k
        values = np.zeros(intervals + 3)
        values[k : k + 4] = ((1 - u) ** 3 / 6, (3 * u**3 - 6 * u**2 + 4) / 6, (-3 * u**3 + 3 * u**2 + 3 * u + 1) / 6, u**3 / 6)
        return values
    position = np.clip((np.asarray(x, dtype=float) - first) / (last - first) * intervals, 0.0, intervals)
    start = np.minimum(position.astype(int), intervals - 1)
    t = position - start
    weights = np.stack([(1 - t) ** 3, 3 * t**3 - 6 * t**2 + 4, -3 * t**3 + 3 * t**2 + 3 * t + 1, t**3], axis=-1) / 6
    values = np.zeros((*position.shape, intervals + 3))
    np.put_along_axis(values, start[..., None] + np.arange(4), weights, axis=-1)
    return values


def scaled_ln_energy(E: FloatOrArray, T: FloatOrArray) -> FloatArray:
    """Return v, the first coordinate of the spline."""
    v: FloatArray = -0.5 * np.log(1 / (np.asarray(T) ** 2 + np.asarray(E) ** 2) + 1 / E_CUTOFF_H0**2)
    return v


class Coordinates(NamedTuple):
    """The splines of v, ln T and s = ln(1 + (g/scale)^power): their knots, and their values."""

    knots: tuple[Knots, Knots, Knots]
    scale: float
    power: int

    @property
    def sizes(self) -> tuple[int, int, int]:
        """Numbers (v, t, s) of splines."""
        v, t, s = (intervals + 3 for _, _, intervals in self.knots)
        return v, t, s

    def energy_basis(self, E: FloatOrArray, T: FloatOrArray) -> FloatArray:
        """Return the splines of v (..., v)."""
        return basis(scaled_ln_energy(E, T), self.knots[0])

    def temperature_basis(self, T: FloatOrArray) -> FloatArray:
        """Return the splines of ln T (..., t)."""
        return basis(np.log(T), self.knots[1])

    def coupling_basis(self, g: float) -> FloatArray:
        """Return the splines of s (s,)."""
        return basis(np.log1p((g / self.scale) ** self.power), self.knots[2])


COORDINATES = Coordinates(KNOTS, G0, 1)


class SplineData(NamedTuple):
    """The counts of one set at one temperature, as input of ``PoissonSplineFit``."""

    g: float
    T: float
    v: FloatArray  # (m, v) splines of v at the mean energy of each bin
    expected: FloatArray  # (1 + groups, m) counts expected where the spline vanishes
    observed: FloatArray  # (1 + groups, m)


def spline_data(
    density: DensityOfStates,
    h0_K: float,
    ln_reference: Callable[[FloatArray], FloatArray],
    coordinates: Coordinates = COORDINATES,
) -> SplineData:
    """Return the SplineData of a simulated density of states.

    ``ln_reference`` returns ln(n h0) where the spline vanishes, at energies (m, 3) in units of h0.
    """
    x, w = np.polynomial.legendre.leggauss(3)
    low, high = density.edges_K[:-1, None] / h0_K, density.edges_K[1:, None] / h0_K
    g, T = density.J0_K / h0_K, density.T_K / h0_K
    E = 0.5 * (low + high) + 0.5 * (high - low) * x
    n = np.exp(ln_reference(E)) * w / 2
    in_bin = n.sum(axis=1)
    mean = (n * E).sum(axis=1) / np.maximum(in_bin, 1e-300)
    total, realizations = density.sums
    expected = (realizations * (density.exposure / h0_K * in_bin)).rows
    selected = in_bin > 1e-280
    return SplineData(g, T, coordinates.energy_basis(mean, T)[selected], expected[:, selected], total.rows[:, selected])


def constrain_zero_at_origin(size: int) -> FloatArray:
    """Return the matrix from the free coefficients in s to all ``size``: (c0 + 4 c1 + c2)/6, the spline at g = 0, is 0."""
    return np.vstack([[-4.0, -1.0] + [0.0] * (size - 3), np.eye(size - 1)])


@lru_cache(maxsize=4)
def roughness_penalty(sizes: tuple[int, ...], weights: tuple[float, ...]) -> FloatArray:
    """Return the matrix of the penalty on second differences along each axis, with its weights.

    ``sizes`` are the numbers of coefficients along each axis. Along the last one ``constrain_zero_at_origin`` removes one.
    """
    second_differences = [np.diff(np.eye(size), 2, axis=0) for size in sizes]
    second_differences[-1] = second_differences[-1] @ constrain_zero_at_origin(sizes[-1])
    identities = [np.eye(D.shape[1]) for D in second_differences]
    penalty = np.zeros((1, 1))
    for axis, (weight, D) in enumerate(zip(weights, second_differences, strict=True)):
        factors = [*identities[:axis], D.T @ D, *identities[axis + 1 :]]
        penalty = penalty + weight * reduce(lambda a, b: np.kron(a, b), factors)
    return penalty


class PoissonSplineFit:
    """Penalized maximum-likelihood fit of the spline to counts, and to those without each jackknife group."""

    def __init__(
        self, data: Sequence[SplineData], penalty: tuple[float, ...] = PENALTY, coordinates: Coordinates = COORDINATES
    ) -> None:
        self.data = data
        sizes = coordinates.sizes
        self.free = constrain_zero_at_origin(sizes[2])
        self.shape = (sizes[0], sizes[1], sizes[2] - 1)
        self.penalty = roughness_penalty(sizes, penalty)
        self.tau = np.array([coordinates.temperature_basis(d.T) for d in data])
        self.s = np.array([coordinates.coupling_basis(d.g) for d in data]) @ self.free
        weights = self.tau[:, :, None] * self.s[:, None]  # (sets, t, s)
        self.weights: FloatArray = weights.reshape(len(data), -1)

    def _with_bases(self) -> Iterator[tuple[SplineData, FloatArray, FloatArray]]:
        """Yield each SplineData with the splines of its ln T and of its s."""
        return zip(self.data, self.tau, self.s, strict=True)

    def _gradient(self, c: FloatArray, rows: slice) -> FloatArray:
        """Return the gradient (r, k) of the penalized likelihood at ``c`` (r, ...) with the counts of jackknife ``rows``."""
        of_sets = c.reshape(len(c), self.shape[0], -1) @ self.weights.T  # (r, v, sets)
        of_likelihood = np.empty_like(of_sets)
        for k, d in enumerate(self.data):
            residual: FloatArray = d.observed[rows] - d.expected[rows] * np.exp(of_sets[:, :, k] @ d.v.T)
            of_likelihood[:, :, k] = residual @ d.v
        gradient: FloatArray = (of_likelihood @ self.weights).reshape(len(c), -1) - c.reshape(len(c), -1) @ self.penalty
        return gradient

    def _curvature(self, weights: Sequence[FloatArray]) -> FloatArray:
        """Return minus the second derivatives (k, k) of the penalized likelihood, with ``weights`` expected counts per bin."""
        inner = np.stack([(d.v.T * w) @ d.v for d, w in zip(self.data, weights, strict=True)])
        outer: FloatArray = np.stack([np.outer(w, w) for w in self.weights])
        v, remaining = self.shape[0], self.shape[1] * self.shape[2]
        curvature = (inner.reshape(len(inner), -1).T @ outer.reshape(len(outer), -1)).reshape(v, v, remaining, remaining)
        return curvature.transpose(0, 2, 1, 3).reshape(self.penalty.shape) + self.penalty

    def _factor(self, weights: Sequence[FloatArray]) -> tuple[FloatArray, bool]:
        """Return the banded Cholesky factor of the curvature; a bin depends on four splines in v only."""
        from scipy.linalg import cholesky_banded

        curvature = self._curvature(weights)
        diagonals = [np.pad(np.diagonal(curvature, -k), (0, k)) for k in range(4 * self.shape[1] * self.shape[2])]
        return cholesky_banded(np.array(diagonals), lower=True), True

    def _least_squares(self) -> FloatArray:
        """Return the coefficients of the least-squares spline through ln n of all bins, weighted by their counts."""
        from scipy.linalg import cho_solve_banded

        target = np.zeros(self.shape)
        for d, tau, s in self._with_bases():
            ln_ratio = np.log((d.observed[0] + 0.5) / (d.expected[0] + 0.5))
            target += ((d.observed[0] * ln_ratio) @ d.v)[:, None, None] * tau[:, None] * s
        factor = self._factor([d.observed[0] for d in self.data])
        return cho_solve_banded(factor, target.ravel()).reshape(self.shape)

    def solve(self, start: FloatArray | None = None, jackknife: bool = True) -> FloatArray:
        """Return the coefficients (1 + groups, v, t, s), without ``jackknife`` those of all realizations only, (1, ...).

        ``start`` (v, t, s) is close to the solution, where the curvature needs to be computed only once. Raises ValueError if
        Newton's method does not converge.
        """
        from scipy.linalg import cho_solve_banded

        factor: Any = None
        c = self._least_squares() if start is None else start[:, :, 1:]
        for _ in range(50):
            gradient = self._gradient(c[None], slice(1))[0]
            if start is None or factor is None:
                factor = self._factor([d.expected[0] * np.exp(d.v @ (c @ s @ tau)) for d, tau, s in self._with_bases()])
            step = cho_solve_banded(factor, gradient).reshape(self.shape)
            c = c + step / max(1.0, np.abs(step).max() / MAX_NEWTON_STEP)
            if np.abs(step).max() < 1e-4:
                break
        else:
            raise ValueError("the fit of the spline to the counts of all couplings did not converge")
        rows = slice(len(self.data[0].observed) if jackknife else 1)
        c = np.repeat(c[None], rows.stop, axis=0)
        for _ in range(4):  # the curvature without a group differs from that of all groups by a few percent only
            c = c + cho_solve_banded(factor, self._gradient(c, rows).T).T.reshape(c.shape)
        return c @ self.free.T


def fit_without(
    data: Iterable[SplineData],
    coupling: float,
    start: FloatArray,
    jackknife: bool = True,
    penalty: tuple[float, ...] = PENALTY,
    coordinates: Coordinates = COORDINATES,
) -> FloatArray:
    """Return the coefficients of a spline, as ``PoissonSplineFit.solve``, fitted without the data of one coupling J0/h0."""
    remaining = [d for d in data if not math.isclose(d.g, coupling)]
    return PoissonSplineFit(remaining, penalty, coordinates).solve(start, jackknife)
