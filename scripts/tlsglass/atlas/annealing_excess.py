"""How far annealed densities of states exceed equilibrium: a smooth function of T, E and J0/h0, and its file.

ln of n(T, E) after annealing over n(T, E) in equilibrium, in bins of E and at every temperature of the sets that were both
annealed and tempered, is fitted by splines in the coordinates of atlas.spline, except that the third one is J0/h0 itself. The
excess vanishes at J0 = 0. Energies are in units of h0.
"""

from collections.abc import Iterable
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np

from tlsglass.atlas import spline
from tlsglass.atlas.spline import basis, constrain_zero_at_origin, roughness_penalty, scaled_ln_energy, temperature_basis
from tlsglass.base import io
from tlsglass.base.jackknife import JackknifeEstimate
from tlsglass.base.types import FloatArray, FloatOrArray, StrPath
from tlsglass.dos.density_of_states import DensityOfStates

SHIPPED = Path(__file__).with_name("annealing.npz")
VERSION = 1  # of the layout of the file
MIN_COUNTS = 200  # annealed counts in a bin of the ratio
KNOTS = ((np.log(0.002), np.log(spline.E_CUTOFF_H0), 8), spline.KNOTS[1], (0.0, 1.0, 3))  # of v, ln T and J0/h0
BEND = 0.1  # typical second difference of neighboring coefficients


class DensityRatio(NamedTuple):
    """n(T, E) after annealing and tempering in the same bins, and their ratio; JackknifeEstimates (m,) with common groups."""

    E_K: FloatArray  # (m,) geometric centers of the bins
    annealed: JackknifeEstimate
    tempered: JackknifeEstimate
    ratio: JackknifeEstimate


def density_ratio(annealed: DensityOfStates, tempered: DensityOfStates, growth: float = 1.35) -> DensityRatio:
    """Return the DensityRatio in bins that grow by at least ``growth`` and contain at least ``MIN_COUNTS`` counts of each."""
    counts = np.minimum(annealed.total, tempered.total / tempered.snapshots)
    edges, selected = annealed.edges_K, [0]
    cumulative = np.concatenate([[0], np.cumsum(counts)])
    for k in range(1, len(edges)):
        if edges[k] >= growth * edges[selected[-1]] and cumulative[k] - cumulative[selected[-1]] >= MIN_COUNTS:
            selected.append(k)
    all_edges = np.unique([*selected, len(edges) - 1])
    n_annealed, n_tempered = (density.coarsen(all_edges).n[: len(selected) - 1] for density in (annealed, tempered))
    low, high = np.maximum(edges[selected[:-1]], 0.25 * edges[selected[1:]]), edges[selected[1:]]
    return DensityRatio(np.sqrt(low * high), n_annealed, n_tempered, n_annealed / n_tempered)


def energy_basis(E: FloatOrArray, T: FloatOrArray) -> FloatArray:
    """Return the splines of v (..., 11)."""
    return basis(scaled_ln_energy(E, T), KNOTS[0])


def coupling_basis(g: float) -> FloatArray:
    """Return the splines of J0/h0 (5,), all of which vanish at 0."""
    return basis(g, KNOTS[2]) @ constrain_zero_at_origin(KNOTS[2][2] + 3)


class AnnealingExcess:
    """ln of n after annealing over n in equilibrium: coefficients (1 + groups, 11, 9, 5) and the metadata of its file."""

    def __init__(self, metadata: dict[str, Any], coefficients: FloatArray) -> None:
        self.metadata, self.coefficients = metadata, coefficients

    def ln_ratio(self, E: FloatArray, T: float, g: float) -> JackknifeEstimate:
        """Return the excess at energies (m,), one temperature and one coupling, a JackknifeEstimate (m,)."""
        return JackknifeEstimate(self.coefficients @ coupling_basis(g) @ temperature_basis(T) @ energy_basis(E, T).T)

    def save(self, path: StrPath) -> None:
        """Write the coefficients and the metadata with checksums."""
        io.write_arrays(path, {"coefficients": self.coefficients.astype(np.float32)}, self.metadata)

    @classmethod
    def load(cls, path: StrPath = SHIPPED) -> "AnnealingExcess":
        """Read what ``save`` wrote. Raise DamagedFileError for anything else."""
        arrays, metadata = io.read_arrays(path)
        if metadata.get("layout") != VERSION:
            raise io.DamagedFileError(path, f"not an annealing excess of version {VERSION}")
        return cls(metadata, arrays["coefficients"])


def fit_excess(
    pairs: Iterable[tuple[DensityOfStates, DensityOfStates]], h0_K: float, metadata: dict[str, Any]
) -> AnnealingExcess:
    """Fit the excess to ``pairs`` of annealed and tempered densities of states, each pair of one (L, J0, T).

    The fit is least squares with the errors of single bins and a penalty on roughness; correlations of bins are contained in
    the jackknife rows. The number of bins and χ² are added to ``metadata``. Raises ValueError if the numbers of jackknife
    groups differ, or if there is no bin.
    """
    designs, values, errors = [], [], []
    for annealed, tempered in pairs:
        density = density_ratio(annealed, tempered)
        if not len(density.E_K):
            continue
        ln_ratio: JackknifeEstimate = np.log(density.ratio)
        T, g = annealed.T_K / h0_K, annealed.J0_K / h0_K
        others = np.multiply.outer(temperature_basis(T), coupling_basis(g))
        designs.append(np.multiply.outer(energy_basis(density.E_K / h0_K, T), others))
        values.append(ln_ratio.rows)
        errors.append(ln_ratio.error)
    if len({len(rows) for rows in values}) != 1:
        raise ValueError("the excess needs at least one ratio, and the same number of jackknife groups in all of them")
    X, y, error = np.concatenate(designs), np.concatenate(values, axis=1), np.concatenate(errors)
    shape = X.shape[1:]
    X = X.reshape(len(X), -1) / error[:, None]
    normal = X.T @ X + roughness_penalty((shape[0], shape[1], shape[2] + 1), (1 / BEND**2,) * 3)
    c = np.linalg.solve(normal, X.T @ (y / error).T).T
    chi2 = float(np.sum((X @ c[0] - y[0] / error) ** 2))
    metadata = metadata | {"layout": VERSION, "h0_K": h0_K, "bins": len(y[0]), "chi2": chi2}
    return AnnealingExcess(metadata, c.reshape(-1, *shape))
