"""A smooth ln of the ratio of two densities of states, as a function of T, E and J0/h0.

Two corrections of the atlas are such ratios: annealing over equilibrium, and a finite lattice over the infinite one. ln of the
ratio in bins of E is fitted by splines in v and ln T, the coordinates of atlas.spline, and in ln(1 + (g/g1)^p) with g = J0/h0.
The last coordinate makes the ratio approach 1 as g^p or faster for g -> 0. Energies are in units of h0.
"""

from collections.abc import Iterable
from typing import NamedTuple

import numpy as np

from tlsglass.atlas import spline
from tlsglass.atlas.spline import constrain_zero_at_origin, roughness_penalty
from tlsglass.base.jackknife import JackknifeEstimate
from tlsglass.base.types import FloatArray
from tlsglass.dos.density_of_states import DensityOfStates

MIN_COUNTS = 200  # of each density in a bin of the ratio
GROWTH = 1.35  # of the bins of a ratio, at least
G1 = 0.1  # g1: the ratio may change with g^p below, and with ln g above
POWER = 2  # p: χ² of the excess of annealing hardly depends on it, 2075 with 2 and 2078 with 5 for 1869 ratios
KNOTS: tuple[spline.Knots, spline.Knots, spline.Knots] = (  # of v, ln T and ln(1 + (g/g1)^p)
    (np.log(0.002), np.log(spline.E_CUTOFF_H0), 8),
    spline.KNOTS[1],
    (0.0, np.log1p((1.2 / G1) ** POWER), 6),
)
COORDINATES = spline.Coordinates(KNOTS, G1, POWER)
BEND = 0.1  # typical second difference of neighboring coefficients


class DensityRatio(NamedTuple):
    """Two densities of states n(T, E) in the same bins, and their ratio; JackknifeEstimates (m,) with common groups."""

    E_K: FloatArray  # (m,) geometric centers of the bins
    numerator: JackknifeEstimate
    denominator: JackknifeEstimate
    ratio: JackknifeEstimate


class RatioFit(NamedTuple):
    """The coefficients (1 + groups, 11, 9, 9) of a fit, the number of bins and χ²."""

    coefficients: FloatArray
    bins: int
    chi2: float


def density_ratio(numerator: DensityOfStates, denominator: DensityOfStates) -> DensityRatio:
    """Return the DensityRatio in bins that grow by at least ``GROWTH`` and contain at least ``MIN_COUNTS`` counts of each."""
    last = min(len(numerator.edges_K), len(denominator.edges_K))
    edges = numerator.edges_K[:last]
    if not np.allclose(edges, denominator.edges_K[:last], rtol=1e-9):
        raise ValueError("the two densities of states have different bins")
    totals = (density.total[: last - 1] / density.snapshots for density in (numerator, denominator))
    counts, selected = np.minimum(*totals), [0]
    cumulative = np.concatenate([[0], np.cumsum(counts)])
    for k in range(1, last):
        if edges[k] >= GROWTH * edges[selected[-1]] and cumulative[k] - cumulative[selected[-1]] >= MIN_COUNTS:
            selected.append(k)
    above, below = (
        density.coarsen(np.unique([*selected, len(density.edges_K) - 1])).n[: len(selected) - 1]
        for density in (numerator, denominator)
    )
    low, high = np.maximum(edges[selected[:-1]], 0.25 * edges[selected[1:]]), edges[selected[1:]]
    return DensityRatio(np.sqrt(low * high), above, below, above / below)


def fit_ratio(pairs: Iterable[tuple[DensityOfStates, DensityOfStates, float]], h0_K: float) -> RatioFit:
    """Fit a smooth function of T, E and J0/h0 to ln of ratios.

    Parameters
    ----------
    pairs
        Triples (numerator, denominator, factor), each of one (J0, T): ln of the ratio is ``factor`` times the function.
    h0_K
        Typical random field h0 in kelvin.

    Notes
    -----
    The fit is least squares with the errors of single bins and a penalty on roughness; the correlations of bins are contained
    in the jackknife rows. Raises ValueError if the numbers of jackknife groups differ, or if there is no bin.
    """
    designs, values, errors = [], [], []
    free = constrain_zero_at_origin(KNOTS[2][2] + 3)
    for numerator, denominator, factor in pairs:
        density = density_ratio(numerator, denominator)
        if not len(density.E_K):
            continue
        ln_ratio: JackknifeEstimate = np.log(density.ratio)
        T, g = numerator.T_K / h0_K, numerator.J0_K / h0_K
        axes = np.multiply.outer(COORDINATES.temperature_basis(T), factor * (COORDINATES.coupling_basis(g) @ free))
        designs.append(np.multiply.outer(COORDINATES.energy_basis(density.E_K / h0_K, T), axes))
        values.append(ln_ratio.rows)
        errors.append(ln_ratio.error)
    if len({len(rows) for rows in values}) != 1:
        raise ValueError("a fit needs at least one ratio, and the same number of jackknife groups in all of them")
    X, y, error = np.concatenate(designs), np.concatenate(values, axis=1), np.concatenate(errors)
    shape = X.shape[1:]
    X = X.reshape(len(X), -1) / error[:, None]
    normal = X.T @ X + roughness_penalty((shape[0], shape[1], shape[2] + 1), (1 / BEND**2,) * 3)
    c = np.linalg.solve(normal, X.T @ (y / error).T).T
    chi2 = float(np.sum((X @ c[0] - y[0] / error) ** 2))
    return RatioFit(c.reshape(-1, *shape) @ free.T, len(y[0]), chi2)


def ln_ratio(coefficients: FloatArray, E: FloatArray, T: float, g: float) -> JackknifeEstimate:
    """Return a fitted function at energies (m,), one temperature and one coupling, a JackknifeEstimate (m,)."""
    at_T_and_g = coefficients @ COORDINATES.coupling_basis(g) @ COORDINATES.temperature_basis(T)
    return JackknifeEstimate(at_T_and_g @ COORDINATES.energy_basis(E, T).T)
