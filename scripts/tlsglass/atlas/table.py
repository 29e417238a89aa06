"""The atlas: n(T, E) as a function of J0/h0, fitted to the simulations of many couplings, and its file.

Energies, temperatures and couplings scale with h0: n(T, E; J0, h0) = f(T/h0, E/h0; J0/h0) / h0. The file contains the counts of
every set, summed in jackknife groups, and the spline (atlas.spline) fitted to those of the kind "grid". The rows of the spline
are those of a JackknifeEstimate: leave-one-group-out estimates, followed by rows for the interpolation error between couplings.
All sets were annealed. How far this leaves n out of equilibrium (atlas.annealing_excess) is subtracted, and its error is
propagated.
"""

import math
from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from functools import cached_property, lru_cache
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from tlsglass.atlas import annealing_excess, spline
from tlsglass.atlas.annealing_excess import AnnealingExcess
from tlsglass.atlas.evaluator import MeshEvaluator, SplineTerm
from tlsglass.base import io
from tlsglass.base.jackknife import JackknifeEstimate
from tlsglass.base.types import AnyArray, FloatArray, FloatOrArray, IntArray, StrPath
from tlsglass.dos.density_of_states import DensityOfStates

H0_K = 10.0  # the paper's typical random field
VERSION = 1  # of the layout of the file
SHIPPED = Path(__file__).with_name("atlas.npz")
KINDS = ("grid", "test", "large")
# ASSUME: the interpolation error between two couplings is this fraction of the change of the spline when one coupling is left
# out, because the gap to be bridged is then twice as wide. tables/atlas_validation.csv confirms the resulting errors.
INTERPOLATION_ERROR_SHARE = 0.5


class Atlas:
    """n(T, E; J0/h0) with errors, and the simulated counts that it was fitted to.

    Parameters
    ----------
    metadata
        The metadata of the file; ``metadata["sets"]`` describes each set (``kind``, ``L``, ``J0_K``, ``realizations``, ...).
    arrays
        The arrays of the file, with the coefficients (1 + rows, ...) of the spline as "spline".
    excess
        The annealing excess to be subtracted. Without it, n is that of annealing.
    """

    def __init__(self, metadata: dict[str, Any], arrays: dict[str, AnyArray], excess: AnnealingExcess | None = None) -> None:
        self.metadata, self.arrays, self.excess = metadata, arrays, excess

    # ---- simulated densities of states -----------------------------------------------------------------------------

    @property
    def h0_K(self) -> float:
        """Typical random field of the simulations in kelvin."""
        return float(self.metadata["h0_K"])

    @property
    def sets(self) -> list[dict[str, Any]]:
        """Description of each set: ``kind``, ``L``, ``J0_K``, ``realizations``, ``method``, ``origin`` and others."""
        sets: list[dict[str, Any]] = self.metadata["sets"]
        return sets

    def set_indices(self, kind: str) -> list[int]:
        """Return the indices of the sets of one of ``KINDS``."""
        return [index for index, entry in enumerate(self.sets) if entry["kind"] == kind]

    @property
    def rungs_K(self) -> FloatArray:
        """Temperatures of the simulated densities in ascending order; the first is that of the quench."""
        return self.arrays["T_K"]

    def simulated_density(self, index: int, T_K: float) -> DensityOfStates:
        """Return the density of states of the set ``index`` at ``T_K``. Raise ValueError if the atlas does not contain it."""
        entry = self.sets[index]
        rung = int(np.argmin(np.abs(np.log(self.rungs_K / T_K))))
        bins = self.arrays["bins"][index, rung]
        if not math.isclose(self.rungs_K[rung], T_K, rel_tol=1e-9) or not bins:
            raise ValueError(f"the atlas has no counts at T = {T_K:g} K of L = {entry['L']}, J0 = {entry['J0_K']:g} K")
        blocks = np.array(entry["gathered"])
        start, edge = self._starts[index, rung], int(np.sum(self.arrays["edges"][:rung]))
        counts = self.arrays["counts"][start : start + len(blocks) * bins]
        return DensityOfStates(
            L=entry["L"],
            J0_K=entry["J0_K"],
            T_K=float(self.rungs_K[rung]),
            n_spins=entry["n_spins"],
            concentration=entry["concentration"],
            block=entry["block"],
            fingerprint=entry["origin"],
            first=entry["block"] * np.concatenate([[0], np.cumsum(blocks)[:-1]]),
            edges_K=self.arrays["edges_K"][edge : edge + bins + 1],
            counts=counts.reshape(-1, len(blocks)).T.astype(np.int64),
            blocks_per_row=blocks,
            groups=len(blocks),
        )

    @cached_property
    def _starts(self) -> IntArray:
        """Where the counts of each set and temperature begin, (sets, rungs)."""
        sizes: IntArray = self.arrays["bins"] * np.array([[len(entry["gathered"])] for entry in self.sets])
        starts: IntArray = np.cumsum(sizes).reshape(sizes.shape) - sizes
        return starts

    # ---- the smooth density of states --------------------------------------------------------------------------------

    @cached_property
    def limits(self) -> dict[str, tuple[float, float]]:
        """The domain {"T": (lowest, highest), "J0": (lowest, highest)} in units of h0.

        The domain ends at the second highest coupling: without the highest one the spline would be extrapolated there.
        """
        T = self.rungs_K[1:] / self.h0_K
        return {"T": (float(T[0]), float(T[-1])), "J0": (0.0, inner_couplings(self)[-1])}

    def density(self, E_K: npt.ArrayLike, T_K: npt.ArrayLike, J0_K: npt.ArrayLike, h0_K: float = H0_K) -> JackknifeEstimate:
        """Return n(T, E) per kelvin and lattice site, in the shape to which the arguments broadcast.

        Raises ValueError, with the limits, for E < 0 and for T or J0 outside of ``limits`` times ``h0_K``.
        """
        self.check_domain(T_K, J0_K, h0_K)
        E, T, g = np.asarray(E_K, dtype=float), np.asarray(T_K, dtype=float), np.asarray(J0_K, dtype=float) / h0_K
        if not np.all(E >= 0):
            raise ValueError(f"E = {np.ravel(E_K)[~(np.ravel(E) >= 0)][0]:g} K: an excitation energy is not negative")
        shape = np.broadcast_shapes(E.shape, T.shape, g.shape)
        if T.size == g.size == 1:
            rows = self._rows(np.ravel(E), float(T.flat[0]), float(g.flat[0]), h0_K).reshape(-1, *E.shape)
            return JackknifeEstimate(np.broadcast_to(rows, (len(rows), *shape)))
        E, T, g = (np.broadcast_to(x, shape).ravel() for x in (E, T, g))
        pairs, pair_of_point = np.unique(np.stack([T, g]), axis=1, return_inverse=True)
        rows = np.empty((len(self.coefficient_rows[0]), E.size))
        for k, (T_k, g_k) in enumerate(pairs.T.tolist()):
            points = pair_of_point.ravel() == k
            rows[:, points] = self._rows(E[points], T_k, g_k, h0_K)
        return JackknifeEstimate(rows.reshape(-1, *shape))

    def _rows(self, E_K: FloatArray, T_K: float, g: float, h0_K: float) -> FloatArray:
        """Return n, rows (1 + r, m), at energies (m,), one temperature and one coupling."""
        return MeshEvaluator(self, np.array([T_K]), E_K[None], h0_K).n(g, jackknife=True)[:, 0]

    def check_domain(self, T_K: npt.ArrayLike, J0_K: npt.ArrayLike, h0_K: float) -> None:
        """Raise ValueError, with the limits, for T or J0 outside of the domain."""
        if not (np.ndim(h0_K) == 0 and 0 < h0_K < math.inf):
            raise ValueError(f"h0 = {h0_K!r} K: must be one positive number")
        for (name, (low, high)), argument in zip(self.limits.items(), (T_K, J0_K), strict=True):
            values = np.ravel(np.asarray(argument, dtype=float))
            outside = ~((values >= low * h0_K * (1 - 1e-9)) & (values <= high * h0_K * (1 + 1e-9)))
            if outside.any():
                raise ValueError(
                    f"{name} = {values[outside][0]:g} K is not in the atlas: with h0 = {h0_K:g} K it covers"
                    f" {name} = {low * h0_K:g} to {high * h0_K:g} K ({low:g} to {high:g} h0)"
                )

    def ln_gaussian(self, E: FloatOrArray, g: float) -> FloatArray:
        """Return ln(n h0) of random spins, in units of h0."""
        return spline.ln_gaussian(E, g, self.metadata["concentration"], self.metadata["spread"])

    @cached_property
    def terms(self) -> list[SplineTerm]:
        """The terms of ln(n h0) besides ``ln_gaussian``: the spline and, with an excess, minus that."""
        coefficients, excess = self.coefficient_rows
        terms = [SplineTerm(coefficients, spline.energy_basis, spline.temperature_basis, spline.coupling_basis)]
        if excess is not None:
            bases = annealing_excess.energy_basis, spline.temperature_basis, annealing_excess.coupling_basis
            terms.append(SplineTerm(-excess, *bases))
        return terms

    @cached_property
    def coefficient_rows(self) -> tuple[FloatArray, FloatArray | None]:
        """Coefficients of the spline and of the annealing excess on a common set of jackknife rows.

        The two are independent, so one varies while the other stays at its estimate.
        """
        coefficients = self.arrays["spline"]
        if self.excess is None:
            return coefficients, None
        excess = self.excess.coefficients
        rows = len(coefficients) + len(excess) - 2

        def pad(coefficients: FloatArray, before: int, after: int) -> FloatArray:
            """Insert rows equal to the estimate, and rescale the others so that their errors stay the same."""
            n = len(coefficients) - 1
            deviations = coefficients[1:] - coefficients[1:].mean(axis=0)
            scale = math.sqrt((n - 1) / n * rows / (rows - 1))
            zero = np.zeros_like(coefficients[:1])
            parts = [zero, np.repeat(zero, before, axis=0), scale * deviations, np.repeat(zero, after, axis=0)]
            padded: FloatArray = coefficients[0] + np.concatenate(parts)
            return padded

        return pad(coefficients, 0, len(excess) - 1), pad(excess, len(coefficients) - 1, 0)

    # ---- the file ----------------------------------------------------------------------------------------------------

    def save(self, path: StrPath) -> None:
        """Write the arrays and the metadata with checksums."""
        io.write_arrays(path, self.arrays, self.metadata)

    @classmethod
    def load(cls, path: StrPath = SHIPPED, excess: AnnealingExcess | None = None) -> "Atlas":
        """Read what ``save`` wrote, by default the atlas of the package. Raise DamagedFileError for anything else."""
        arrays, metadata = io.read_arrays(path)
        if metadata.get("layout") != VERSION:
            raise io.DamagedFileError(path, f"not an atlas of version {VERSION}")
        return cls(metadata, arrays, excess)


@lru_cache(maxsize=2)
def shipped_atlas(annealed: bool = False) -> Atlas:
    """Return the atlas that is part of the package, in equilibrium or as annealed."""
    return Atlas.load(excess=None if annealed else AnnealingExcess.load())


def compact(density: DensityOfStates) -> DensityOfStates:
    """Return a density of states with fewer bins, and without the empty bins at its upper end.

    Four uniform bins, and two growing bins, are merged into one. ``density`` has one row per jackknife group, as returned by
    ``merge.merge`` for the range of all its realizations.
    """
    widths = density.widths_K
    uniform = int(np.sum(widths < widths[0] * (1 + 1e-6)))
    last = len(widths)
    edges = np.unique(np.concatenate([np.arange(0, uniform, 4), np.arange(uniform, last, 2), [last]]))
    coarse = density.coarsen(edges)
    filled = int(np.flatnonzero(coarse.total)[-1]) + 1
    return replace(coarse, edges_K=coarse.edges_K[: filled + 1], counts=coarse.counts[:, :filled])


def build(
    sets: Sequence[tuple[str, Sequence[DensityOfStates]]],
    h0_K: float,
    spread: float,
    metadata: dict[str, Any],
    report: Callable[[str], object] = print,
) -> Atlas:
    """Build the atlas from ``sets``, pairs (kind, ``compact`` densities of one set at all temperatures, coldest first).

    ``spread`` is that of ``spline.ln_gaussian``; ``metadata`` is stored with that of the atlas.
    """
    rungs_K = sorted({density.T_K for _, densities in sets for density in densities})
    by_temperature = [{density.T_K: density for density in densities} for _, densities in sets]
    longest = [max((densities[T].edges_K for densities in by_temperature if T in densities), key=len) for T in rungs_K]
    metadata = metadata | {
        "layout": VERSION,
        "h0_K": h0_K,
        "spread": spread,
        "concentration": sets[0][1][0].concentration,
        "sets": [_set_metadata(kind, densities[0]) for kind, densities in sets],
    }
    counts = [densities[T].counts.T.ravel() for densities in by_temperature for T in rungs_K if T in densities]
    bins = [[len(densities[T].edges_K) - 1 if T in densities else 0 for T in rungs_K] for densities in by_temperature]
    arrays: dict[str, AnyArray] = {
        "T_K": np.array(rungs_K),
        "bins": np.array(bins),
        "edges": np.array([len(edges) for edges in longest]),
        "edges_K": np.concatenate(longest),
        "counts": np.concatenate(counts).astype(np.int32),
        "spline": np.zeros(0, dtype=np.float32),
    }
    coefficients = _fit_with_errors(Atlas(metadata, arrays), report)
    return Atlas(metadata, arrays | {"spline": coefficients.astype(np.float32)})


def _set_metadata(kind: str, density: DensityOfStates) -> dict[str, Any]:
    """Return the metadata of a set, with the keys of the file."""
    assert density.blocks_per_row is not None
    names = ("L", "J0_K", "n_spins", "concentration", "block")
    return {name: getattr(density, name) for name in names} | {
        "kind": kind,
        "method": "annealing",
        "realizations": density.n_realizations,
        "origin": density.fingerprint,
        "gathered": density.blocks_per_row.tolist(),
    }


def spline_data_sets(atlas: Atlas, kind: str = "grid") -> list[spline.SplineData]:
    """Return the SplineData of every set of a kind at every temperature except that of the quench."""
    indices, spread = atlas.set_indices(kind), atlas.metadata["spread"]
    return [
        spline.spline_data(atlas.simulated_density(index, T), atlas.h0_K, spread)
        for index in indices
        for T in atlas.rungs_K[1:]
    ]


def inner_couplings(atlas: Atlas) -> list[float]:
    """Return the couplings J0/h0 of the grid inside the domain, in ascending order: each of them can be left out."""
    return sorted(atlas.sets[index]["J0_K"] / atlas.h0_K for index in atlas.set_indices("grid"))[:-1]


def fit_without(data: Iterable[spline.SplineData], coupling: float, start: FloatArray, jackknife: bool = True) -> FloatArray:
    """Return the coefficients of the spline, as ``PoissonSplineFit.solve``, fitted without the data of one coupling J0/h0."""
    remaining = [d for d in data if not math.isclose(d.g, coupling)]
    return spline.PoissonSplineFit(remaining).solve(start, jackknife)


def _fit_with_errors(atlas: Atlas, report: Callable[[str], object]) -> FloatArray:
    """Return the rows of the spline: the estimate, one per jackknife group, and two (±) per coupling that was left out.

    All are scaled so that JackknifeEstimate.error adds both contributions; the ± pairs leave the mean unchanged.
    """
    data, changes = spline_data_sets(atlas), []
    coefficients = spline.PoissonSplineFit(data).solve()
    estimate: FloatArray = coefficients[0]
    groups = len(coefficients) - 1
    for coupling in inner_couplings(atlas):
        changes.append(fit_without(data, coupling, estimate, jackknife=False)[0] - estimate)
        report(f"left out J0/h0 = {coupling:g}")
    rows = groups + 2 * len(changes)
    jackknife = math.sqrt((groups - 1) / groups * rows / (rows - 1)) * (coefficients[1:] - coefficients[1:].mean(axis=0))
    interpolation = INTERPOLATION_ERROR_SHARE * math.sqrt(0.5 * rows / (rows - 1)) * np.array(changes)
    deviations: FloatArray = np.concatenate([np.zeros_like(estimate)[None], jackknife, interpolation, -interpolation])
    return estimate + deviations
