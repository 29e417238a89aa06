"""The density of states n(T, E) of one (L, J0, T): excitation energies counted in blocks of realizations, and their file."""

from dataclasses import dataclass, fields, replace
from functools import cached_property

import numpy as np

from tlsglass.base import io, jackknife
from tlsglass.dos import grid


@dataclass(frozen=True)
class DensityOfStates:
    """Excitation energies counted per energy bin and block of realizations, for one (L, J0, T); and n(T, E) with errors.

    ``fingerprint`` names all that the counts depend on (model, ladder, seed, chain version, ...); counts merge only with
    counts of the same fingerprint. Row b holds the realizations ``first[b]`` to ``first[b] + realizations[b] - 1``: one
    block in a shard, neighbouring blocks of a jackknife group that ``merge`` has added up. Errors are jackknifed
    over ``groups`` of blocks, which a merge chooses; a shard has none. Raises ValueError for what is no count of energies.
    """

    L: int
    J0_K: float
    T_K: float  # 0 < T: the temperature of the rung, or of the quench
    n_spins: int
    concentration: float
    block: int
    fingerprint: str
    first: np.ndarray  # (b,) int64
    edges_K: np.ndarray  # (m + 1,)
    counts: np.ndarray  # (b, m) int64
    blocks_per_row: np.ndarray | None = None  # (b,) blocks in each row, None where each row is one block
    groups: int | None = None  # of blocks, for the jackknife; None where the density has not chosen any
    snapshots: int = 1  # states of each realization of which energies are counted

    def __post_init__(self):
        if not (self.T_K > 0 and self.n_spins > 0 and self.block > 0 and 0 < self.concentration <= 1):
            raise ValueError(
                f"counts at T = {self.T_K} K of {self.n_spins} TLSs, {self.concentration} a site, in blocks of {self.block}:"
                " all must be > 0, and the concentration at most 1"
            )
        if self.counts.shape != (len(self.first), len(self.edges_K) - 1) or np.any(np.diff(self.edges_K) <= 0):
            raise ValueError(
                f"counts of shape {self.counts.shape} do not belong to {len(self.first)} rows and {len(self.edges_K)} growing"
                " bin edges"
            )
        if self.groups is not None and self.groups < 2:
            raise ValueError(f"{self.groups} jackknife groups: there must be at least 2")

    @property
    def realizations(self):
        """Realizations of each row, (b,)."""
        return self.block * (np.ones(len(self.first), dtype=np.int64) if self.blocks_per_row is None else self.blocks_per_row)

    @property
    def n_realizations(self):
        return int(self.realizations.sum())

    @property
    def total(self):
        """Counts of all realizations together, (m,)."""
        return self.counts.sum(axis=0)

    @property
    def widths_K(self):
        """Widths of the bins, (m,)."""
        return np.diff(self.edges_K)

    @property
    def middle_K(self):
        """Centres of the bins, (m,)."""
        return 0.5 * (self.edges_K[:-1] + self.edges_K[1:])

    @property
    def exposure(self):
        """Factor (m,) between n(T, E) and the expected counts per bin of one realization, in all its snapshots.

        ASSUME: n is the concentration x times the probability density of E (a density per lattice site, not per TLS); the
        paper leaves its normalisation open, and only so does B(T) of its Table II come out.
        """
        return self.snapshots * self.n_spins / self.concentration * self.widths_K

    @cached_property
    def sums(self):
        """Samples (m,) of the counts, and Samples () of the number of realizations that they stand for.

        Raises ValueError without jackknife groups, and for fewer than two blocks.
        """
        if self.groups is None:
            raise ValueError("these counts have no jackknife groups: merge them with some, or load them with groups=...")
        both = jackknife.leave_one_out(np.column_stack([self.counts, self.realizations]), self.groups, self.blocks_per_row)
        return both[:-1], both[-1]

    @cached_property
    def n(self):
        """n(T, E) per kelvin and lattice site, Samples (m,). Raises ValueError as ``sums``."""
        total, realizations = self.sums
        return total / (realizations * self.exposure)

    def coarsen(self, kept):
        """Return the counts on the grid of the kept bin edges (indices, as ``grid.rebin`` returns them)."""
        return replace(self, edges_K=self.edges_K[kept], counts=np.add.reduceat(self.counts, kept[:-1], axis=1))

    def coarsen_by(self, factor):
        """Return the counts with every ``factor`` neighbouring bins merged; what remains at the upper end is one bin."""
        last = len(self.edges_K) - 1
        return self.coarsen(np.append(np.arange(0, last, factor), last))

    def coarsen_to_width(self, width_K):
        """Return the counts with neighbouring bins merged until each is at least ``width_K`` wide."""
        return self.coarsen(grid.rebin(self.widths_K, width_K * (1 - 1e-9)))

    def coarsen_to_counts(self, least):
        """Return the counts with neighbouring bins merged until each holds at least ``least`` of all realizations, in the mean
        over their snapshots."""
        return self.coarsen(grid.rebin(self.total, least * self.snapshots))

    def between(self, begin, end):
        """Return the counts of the realizations numbered ``begin`` to ``end`` - 1, but for rows that reach beyond them."""
        kept = (self.first >= begin) & (self.first + self.realizations <= end)
        blocks_per_row = None if self.blocks_per_row is None else self.blocks_per_row[kept]
        return replace(self, first=self.first[kept], counts=self.counts[kept], blocks_per_row=blocks_per_row)

    def rescale(self, factor):
        """Return the counts with every energy and temperature multiplied by ``factor``."""
        return replace(self, T_K=self.T_K * factor, J0_K=self.J0_K * factor, edges_K=self.edges_K * factor)

    def save(self, path):
        """Write the counts with their digest, and with a stamp that says what they are of."""
        told = (f for f in fields(self) if f.type in (int, float, str))
        stamp = {f.name: getattr(self, f.name) for f in told if getattr(self, f.name) != f.default}
        stamp["origin"] = stamp.pop("fingerprint")
        if self.groups is not None:  # a shard has none
            stamp["groups"] = self.groups
        # Gathered rows are kept small; a shard's type is part of its digest. By columns, which are alike, both compress better.
        stored = np.int32 if self.blocks_per_row is None else np.min_scalar_type(self.counts.max(initial=0))
        arrays = {"first": self.first, "edges_K": self.edges_K, "counts": np.asfortranarray(self.counts, dtype=stored)}
        if self.blocks_per_row is not None:
            arrays["gathered"] = self.blocks_per_row
        io.write_arrays(path, arrays, stamp)

    @classmethod
    def load(cls, path, groups=None):
        """Read what ``save`` wrote. Raises files.DamagedFile.

        ``groups`` are the jackknife groups of a file that has none, as a shard, or that shall have others.
        """
        arrays, stamp = io.read_arrays(path)
        try:
            arrays["counts"] = np.ascontiguousarray(arrays["counts"], dtype=np.int64)
            blocks_per_row = arrays.pop("gathered", None)
            counts = cls(fingerprint=stamp.pop("origin"), blocks_per_row=blocks_per_row, **stamp, **arrays)
        except (KeyError, TypeError, ValueError) as error:
            raise io.DamagedFileError(path, f"not counts of excitation energies: {error}") from error
        return counts if groups is None else replace(counts, groups=groups)


def load_density(path, groups=50):
    """Return the density of states in a file of results/published/dos or of a run, Counts with ``n`` as Samples (m,).

    Errors are jackknifed over ``groups`` of blocks of realizations. Raises FileNotFoundError, and files.DamagedFile for a file
    that is not what was written.
    """
    return DensityOfStates.load(path, groups)
