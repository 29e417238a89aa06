"""What annealing leaves of n(T, E) beyond equilibrium: a smooth function of T, E and J0/h0, and its file.

ln of n annealed over n in equilibrium, in bins of E, on every rung of sets that were annealed and tempered, is fitted by
splines in the coordinates of density.surface, but in J0/h0 itself; it is zero at J0 = 0. Energies here are in units of h0.
"""

from pathlib import Path
from typing import NamedTuple

import numpy as np

from tlsglass.atlas.spline import E_CUTOFF_H0, basis, constrain_zero_at_origin
from tlsglass.base import io
from tlsglass.base.jackknife import JackknifeEstimate

SHIPPED = Path(__file__).with_name("annealing.npz")
VERSION = 1  # of the layout of the file
MIN_COUNTS = 200  # counts of annealing in a bin of the ratio
# Knots (first, last, intervals) of v, ln T and J0/h0, and how much a second difference of neighbouring coefficients may be
KNOTS = ((np.log(0.002), np.log(E_CUTOFF_H0), 8), (np.log(0.002), np.log(0.4), 6), (0.0, 1.0, 3))
BENDS = (0.1, 0.1, 0.1)


class Ratio(NamedTuple):
    """n(T, E) of annealing and of tempering in the same bins, and their ratio, jackknifed as one: Samples (m,)."""

    E_K: np.ndarray  # (m,) geometric centres of the bins
    annealed: JackknifeEstimate
    tempered: JackknifeEstimate
    ratio: JackknifeEstimate


def density_ratio(annealed, tempered, growth=1.35):
    """Return the Ratio of two counts.Counts, in bins that grow by at least ``growth`` and hold at least LEAST counts."""
    least = np.minimum(annealed.total, tempered.total / tempered.snapshots)
    edges, kept = annealed.edges_K, [0]
    filled = np.concatenate([[0], np.cumsum(least)])
    for k in range(1, len(edges)):
        if edges[k] >= growth * edges[kept[-1]] and filled[k] - filled[kept[-1]] >= MIN_COUNTS:
            kept.append(k)
    every = np.unique([*kept, len(edges) - 1])
    one, other = (counts.coarsen(every).n[: len(kept) - 1] for counts in (annealed, tempered))
    low, high = np.maximum(edges[kept[:-1]], 0.25 * edges[kept[1:]]), edges[kept[1:]]
    return Ratio(np.sqrt(low * high), one, other, one / other)


def coupling_basis(g):
    """Return the splines of J0/h0 (..., 5): all are zero at 0."""
    return basis(g, KNOTS[2]) @ constrain_zero_at_origin(KNOTS[2][2] + 3)


def temperature_basis(T):
    """Return the splines of ln T (..., 9)."""
    return basis(np.log(T), KNOTS[1])


class AnnealingExcess:
    """ln of n annealed over n in equilibrium: coefficients (1 + groups, 11, 9, 5) and the stamp of its file."""

    def __init__(self, metadata, coefficients):
        self.metadata, self.coefficients = metadata, coefficients

    def energies(self, T, g):
        """Return the coefficients (1 + groups, 11) of the splines in v at one temperature and coupling."""
        return self.coefficients @ coupling_basis(g) @ temperature_basis(T)

    def ln_ratio(self, E, T, g):
        """Return it at energies (m,) of one temperature and coupling, Samples (m,)."""
        return JackknifeEstimate(self.energies(T, g) @ energy_basis(E, T).T)

    def save(self, path):
        """Write it with its digest, and with the stamp ``metadata``."""
        io.write_arrays(path, {"coefficients": self.coefficients.astype(np.float32)}, self.metadata)

    @classmethod
    def load(cls, path=SHIPPED):
        """Read what ``save`` wrote. Raises files.DamagedFile."""
        arrays, metadata = io.read_arrays(path)
        if metadata.get("layout") != VERSION:
            raise io.DamagedFileError(path, f"not what annealing leaves, of version {VERSION}")
        return cls(metadata, arrays["coefficients"])


def energy_basis(E, T):
    """Return the splines of v (..., 11) at energies and temperatures in units of h0."""
    return basis(-0.5 * np.log(1 / (T**2 + E**2) + 1 / E_CUTOFF_H0**2), KNOTS[0])


def fit_excess(pairs, h0_K, about):
    """Return the Excess through ``pairs``, an iterable of annealed and tempered counts.Counts of one (L, J0, T).

    Least squares with the errors of single bins and a penalty on roughness; what bins have in common is in the jackknife rows.
    ``about`` goes to the stamp, beside the number of bins and χ². Raises ValueError unless all counts have the same number of
    jackknife groups.
    """
    bases, values, errors = [], [], []
    for annealed, tempered in pairs:
        found = density_ratio(annealed, tempered)
        if not len(found.E_K):
            continue
        ln_ratio, T = np.log(found.ratio), annealed.T_K / h0_K
        rest = np.multiply.outer(temperature_basis(T), coupling_basis(annealed.J0_K / h0_K))
        bases.append(np.multiply.outer(energy_basis(found.E_K / h0_K, T), rest))
        values.append(ln_ratio.rows)
        errors.append(ln_ratio.error)
    if len({len(rows) for rows in values}) != 1:
        raise ValueError("ratios of different numbers of jackknife groups do not go together, nor none")
    X, y, error = np.concatenate(bases), np.concatenate(values, axis=1), np.concatenate(errors)
    shape = X.shape[1:]
    X = X.reshape(len(X), -1) / error[:, None]
    left = X.T @ X + _roughness(shape)
    c = np.linalg.solve(left, X.T @ (y / error).T).T
    chi2 = float(np.sum((X @ c[0] - y[0] / error) ** 2))
    metadata = about | {"layout": VERSION, "h0_K": h0_K, "bins": len(y[0]), "chi2": chi2}
    return AnnealingExcess(metadata, c.reshape(-1, *shape))


def _roughness(shape):
    """Return the matrix of the penalty on second differences, (k, k)."""
    one, total = [np.eye(n) for n in shape], 0.0
    for axis, (n, allowed) in enumerate(zip(shape, BENDS, strict=True)):
        bend = (
            np.diff(np.eye(n), 2, axis=0) if axis < 2 else np.diff(np.eye(n + 1), 2, axis=0) @ constrain_zero_at_origin(n + 1)
        )
        parts = [bend.T @ bend / allowed**2 if axis == k else one[k] for k in range(3)]
        total = total + np.kron(np.kron(parts[0], parts[1]), parts[2])
    return total
