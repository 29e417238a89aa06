"""The counts of many sets in one file: n(T, E) of each set and temperature, summed in jackknife groups."""

import math
from collections.abc import Sequence
from functools import cached_property
from typing import Any

import numpy as np

from tlsglass.base import io
from tlsglass.base.types import AnyArray, FloatArray, IntArray, StrPath
from tlsglass.dos.density_of_states import FINGERPRINT_KEY, DensityOfStates
from tlsglass.montecarlo.protocol import ANNEALING


class SimulatedCounts:
    """The simulated counts of sets, each of one L and J0.

    Parameters
    ----------
    metadata
        The metadata of the file; ``metadata["sets"]`` describes each set (``kind``, ``L``, ``J0_K``, ``realizations``, ...).
    arrays
        The arrays of the file.
    """

    def __init__(self, metadata: dict[str, Any], arrays: dict[str, AnyArray]) -> None:
        self.metadata, self.arrays = metadata, arrays

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
        """Return the indices of the sets of one kind."""
        return [index for index, entry in enumerate(self.sets) if entry["kind"] == kind]

    @property
    def rungs_K(self) -> FloatArray:
        """Temperatures of the simulated densities in ascending order; the first is that of the quench."""
        return self.arrays["T_K"]

    def simulated_density(self, index: int, T_K: float) -> DensityOfStates:
        """Return the density of states of the set ``index`` at ``T_K``. Raise ValueError if there are no counts of it."""
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
            fingerprint=entry[FINGERPRINT_KEY],
            first=entry["block"] * np.concatenate([[0], np.cumsum(blocks)[:-1]]),
            edges_K=self.arrays["edges_K"][edge : edge + bins + 1],
            counts=counts.reshape(-1, len(blocks)).T.astype(np.int64),
            blocks_per_row=blocks,
            groups=len(blocks),
            snapshots=entry.get("snapshots", 1),
        )

    @cached_property
    def _starts(self) -> IntArray:
        """Where the counts of each set and temperature begin, (sets, rungs)."""
        sizes: IntArray = self.arrays["bins"] * np.array([[len(entry["gathered"])] for entry in self.sets])
        starts: IntArray = np.cumsum(sizes).reshape(sizes.shape) - sizes
        return starts

    def save(self, path: StrPath) -> None:
        """Write the arrays and the metadata with checksums."""
        io.write_arrays(path, self.arrays, self.metadata)


def pack_counts(
    sets: Sequence[tuple[str, Sequence[DensityOfStates]]], h0_K: float, method: str = ANNEALING
) -> tuple[dict[str, Any], dict[str, AnyArray]]:
    """Return the metadata and the arrays of SimulatedCounts.

    ``sets`` are pairs (kind, densities of one set at all temperatures, coldest first), whose bins at one temperature are those
    of the longest, or the first of them. All densities of a set have the same number of snapshots.
    ``method`` is that of their simulations.
    """
    rungs_K = sorted({density.T_K for _, densities in sets for density in densities})
    by_temperature = [{density.T_K: density for density in densities} for _, densities in sets]
    longest = [max((densities[T].edges_K for densities in by_temperature if T in densities), key=len) for T in rungs_K]
    counts = [densities[T].counts.T.ravel() for densities in by_temperature for T in rungs_K if T in densities]
    bins = [[len(densities[T].edges_K) - 1 if T in densities else 0 for T in rungs_K] for densities in by_temperature]
    arrays: dict[str, AnyArray] = {
        "T_K": np.array(rungs_K),
        "bins": np.array(bins),
        "edges": np.array([len(edges) for edges in longest]),
        "edges_K": np.concatenate(longest),
        "counts": np.concatenate(counts).astype(np.int32),
    }
    metadata = {
        "h0_K": h0_K,
        "concentration": sets[0][1][0].concentration,
        "sets": [_set_metadata(kind, densities[0], method) for kind, densities in sets],
    }
    return metadata, arrays


def _set_metadata(kind: str, density: DensityOfStates, method: str) -> dict[str, Any]:
    """Return the metadata of a set, with the keys of the file."""
    assert density.blocks_per_row is not None
    names = ("L", "J0_K", "n_spins", "concentration", "block", "snapshots")
    return {name: getattr(density, name) for name in names} | {
        "kind": kind,
        "method": method,
        "realizations": density.n_realizations,
        FINGERPRINT_KEY: density.fingerprint,
        "gathered": density.blocks_per_row.tolist(),
    }
