"""The density of states n(T, E) of one (L, J0, T), from excitation energies counted in blocks of realizations, and its file."""

from dataclasses import dataclass, fields, replace
from functools import cached_property
from typing import Any

import numpy as np

from tlsglass.base import io, jackknife
from tlsglass.base.jackknife import JackknifeEstimate
from tlsglass.base.types import FloatArray, IntArray, StrPath
from tlsglass.dos import grid

FINGERPRINT_KEY = "origin"  # of the fingerprint in files; published files, whose metadata have checksums, contain this key


@dataclass(frozen=True)
class DensityOfStates:
    """The density of states n(T, E) of one (L, J0, T) with jackknife errors.

    It consists of the numbers of excitation energies per energy bin and block of realizations. Row b of the counts contains the
    realizations ``first[b]`` to ``first[b] + realizations[b] - 1``: one block in a shard, or several neighboring blocks of one
    jackknife group in a merged file.

    Parameters
    ----------
    L
        Size of the lattice.
    J0_K
        Typical interaction of neighboring TLSs in kelvin.
    T_K
        Temperature > 0 in kelvin, of the annealing schedule or of the quench.
    n_spins
        Number of TLSs of one realization.
    concentration
        Fraction of sites that have a TLS.
    block
        Number of realizations of one block.
    fingerprint
        Text that contains everything the counts depend on (model, schedule, seed, version, ...). Counts are merged only if
        their fingerprints agree.
    first
        First realization of each row, (b,).
    edges_K
        Edges of the energy bins in kelvin, (m + 1,).
    counts
        Numbers of excitation energies, (b, m).
    blocks_per_row
        Number of blocks in each row, (b,); None if each row is one block.
    groups
        Number of groups of blocks for the jackknife; None in a shard, which has no errors.
    snapshots
        Number of states of each realization whose energies are counted.

    Raises
    ------
    ValueError
        If the arguments are not consistent.
    """

    L: int
    J0_K: float
    T_K: float
    n_spins: int
    concentration: float
    block: int
    fingerprint: str
    first: IntArray
    edges_K: FloatArray
    counts: IntArray
    blocks_per_row: IntArray | None = None
    groups: int | None = None
    snapshots: int = 1

    def __post_init__(self) -> None:
        if not (self.T_K > 0 and self.n_spins > 0 and self.block > 0 and 0 < self.concentration <= 1):
            raise ValueError(
                f"counts at T = {self.T_K} K of {self.n_spins} TLSs, concentration = {self.concentration}, in blocks of"
                f" {self.block}: all must be > 0, and the concentration at most 1"
            )
        if self.counts.shape != (len(self.first), len(self.edges_K) - 1) or np.any(np.diff(self.edges_K) <= 0):
            raise ValueError(
                f"counts of shape {self.counts.shape} do not match {len(self.first)} rows and {len(self.edges_K)} ascending"
                " bin edges"
            )
        if self.groups is not None and self.groups < 2:
            raise ValueError(f"{self.groups} jackknife groups: there must be at least 2")

    @property
    def realizations(self) -> IntArray:
        """Number of realizations of each row, (b,)."""
        return self.block * (np.ones(len(self.first), dtype=np.int64) if self.blocks_per_row is None else self.blocks_per_row)

    @property
    def n_realizations(self) -> int:
        """Number of all realizations."""
        return int(self.realizations.sum())

    @property
    def total(self) -> IntArray:
        """Counts of all realizations, (m,)."""
        total: IntArray = self.counts.sum(axis=0)
        return total

    @property
    def widths_K(self) -> FloatArray:
        """Widths of the bins in kelvin, (m,)."""
        return np.diff(self.edges_K)

    @property
    def centers_K(self) -> FloatArray:
        """Centers of the bins in kelvin, (m,)."""
        return 0.5 * (self.edges_K[:-1] + self.edges_K[1:])

    @property
    def exposure(self) -> FloatArray:
        """Expected counts per bin of one realization with all its snapshots, divided by n(T, E), (m,).

        ASSUME: n is the concentration x times the probability density of E, a density per lattice site and not per TLS. The
        paper does not state its normalization, and only this reading reproduces B(T) of Table II.
        """
        return self.snapshots * self.n_spins / self.concentration * self.widths_K

    @cached_property
    def sums(self) -> tuple[JackknifeEstimate, JackknifeEstimate]:
        """Counts (m,) and number of realizations (), with their jackknife rows.

        Raises ValueError if the number of jackknife groups is not set, and for fewer than two blocks.
        """
        if self.groups is None:
            raise ValueError("these counts have no jackknife groups: set them by merge(..., groups) or load(..., groups)")
        table = np.column_stack([self.counts, self.realizations])
        sums = jackknife.leave_one_out(table, self.groups, self.blocks_per_row)
        return sums[:-1], sums[-1]

    @cached_property
    def n(self) -> JackknifeEstimate:
        """n(T, E) per kelvin and lattice site in each bin, (m,). Raises ValueError as ``sums``."""
        total, realizations = self.sums
        return total / (realizations * self.exposure)

    def coarsen(self, edges: IntArray) -> "DensityOfStates":
        """Return the density in the bins between the edges of these indices (as returned by ``grid.rebin``)."""
        return replace(self, edges_K=self.edges_K[edges], counts=np.add.reduceat(self.counts, edges[:-1], axis=1))

    def coarsen_by(self, factor: int) -> "DensityOfStates":
        """Return the density with each ``factor`` neighboring bins merged; the last bin may consist of fewer."""
        last = len(self.edges_K) - 1
        return self.coarsen(np.append(np.arange(0, last, factor), last))

    def coarsen_to_width(self, width_K: float) -> "DensityOfStates":
        """Return the density with neighboring bins merged until each is at least ``width_K`` wide."""
        return self.coarsen(grid.rebin(self.widths_K, width_K * (1 - 1e-9)))

    def coarsen_to_counts(self, min_counts: float) -> "DensityOfStates":
        """Return the density with neighboring bins merged until each contains ``min_counts``, as a mean over snapshots."""
        return self.coarsen(grid.rebin(self.total, min_counts * self.snapshots))

    def between(self, begin: int, end: int) -> "DensityOfStates":
        """Return the density of the rows that lie within the realizations ``begin`` to ``end`` - 1."""
        rows = (self.first >= begin) & (self.first + self.realizations <= end)
        blocks_per_row = None if self.blocks_per_row is None else self.blocks_per_row[rows]
        return replace(self, first=self.first[rows], counts=self.counts[rows], blocks_per_row=blocks_per_row)

    def rescale(self, factor: float) -> "DensityOfStates":
        """Return the density with all energies and temperatures multiplied by ``factor``."""
        return replace(self, T_K=self.T_K * factor, J0_K=self.J0_K * factor, edges_K=self.edges_K * factor)

    def save(self, path: StrPath) -> None:
        """Write the counts, and as metadata all scalar fields, with checksums."""
        scalars = (f for f in fields(self) if f.type in (int, float, str))
        metadata = {f.name: getattr(self, f.name) for f in scalars if getattr(self, f.name) != f.default}
        metadata[FINGERPRINT_KEY] = metadata.pop("fingerprint")
        if self.groups is not None:
            metadata["groups"] = self.groups
        # The type of the counts of a shard is part of its checksum. In column order, whose neighbors are similar, they compress
        # better.
        dtype = np.int32 if self.blocks_per_row is None else np.min_scalar_type(self.counts.max(initial=0))
        arrays = {"first": self.first, "edges_K": self.edges_K, "counts": np.asfortranarray(self.counts, dtype=dtype)}
        if self.blocks_per_row is not None:
            arrays["gathered"] = self.blocks_per_row
        io.write_arrays(path, arrays, metadata)

    def save_table(self, path: StrPath) -> None:
        """Write the bins, n(T, E) with its errors and the counts as CSV. Raises ValueError as ``sums``."""
        columns = np.column_stack([self.edges_K[:-1], self.edges_K[1:], self.n.value, self.n.error, self.total])
        with io.atomic_write(path) as temporary:
            np.savetxt(
                temporary,
                columns,
                fmt=["%.9g", "%.9g", "%.6g", "%.3g", "%d"],
                delimiter=",",
                header="E_low_K,E_high_K,n_per_K_per_site,n_err_per_K_per_site,counts",
                comments="",
            )

    @classmethod
    def load(cls, path: StrPath, groups: int | None = None) -> "DensityOfStates":
        """Read what ``save`` wrote. Raise DamagedFileError for anything else.

        ``groups`` is the number of jackknife groups, by default that of the file.
        """
        arrays, metadata = io.read_arrays(path)
        try:
            arguments: dict[str, Any] = metadata | arrays
            arguments["counts"] = np.ascontiguousarray(arguments["counts"], dtype=np.int64)
            blocks_per_row = arguments.pop("gathered", None)
            density = cls(fingerprint=arguments.pop(FINGERPRINT_KEY), blocks_per_row=blocks_per_row, **arguments)
        except (KeyError, TypeError, ValueError) as error:
            raise io.DamagedFileError(path, f"not counts of excitation energies: {error}") from error
        return density if groups is None else replace(density, groups=groups)


def load_density(path: StrPath, groups: int = 50) -> DensityOfStates:
    """Load the density of states of one (L, J0, T) from a file of results/published/dos or of a run.

    Parameters
    ----------
    path
        An .npz file.
    groups
        Number of groups of realizations for jackknife errors.

    Returns
    -------
    DensityOfStates
        ``n`` is n(T, E) per kelvin and lattice site, a JackknifeEstimate (m,) with ``value`` and ``error``; ``edges_K`` (m +
        1,) are the edges of its energy bins.

    Raises
    ------
    FileNotFoundError
        If there is no such file.
    DamagedFileError
        If the file does not match its checksum.

    Examples
    --------
    >>> import tlsglass
    >>> density = tlsglass.load_density("results/published/dos/L12_J3/T0.1.npz")  # doctest: +SKIP
    >>> print(density.n[0])  # doctest: +SKIP
    """
    return DensityOfStates.load(path, groups)
