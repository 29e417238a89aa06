"""Density of states n(T, E): energy grid, counts in blocks of realizations, their merge, and n with errors."""

import itertools
from dataclasses import dataclass, fields, replace

import numpy as np

from tlsglass.base import files
from tlsglass.base import samples as statistics


class ForeignShard(files.Failure):
    """A shard that does not belong to the others, or is not what its name says."""


@dataclass(frozen=True)
class Counts:
    """Excitation energies counted per energy bin and block of realizations, for one (L, J0, T).

    ``origin`` names all that the counts depend on (model, ladder, seed, chain version, ...); counts merge only with
    counts of the same origin. Row b holds the realizations ``first[b]`` to ``first[b] + realizations[b] - 1``: one
    block in a shard, neighbouring blocks of a jackknife group where ``merge`` has gathered them.
    """

    L: int
    J0_K: float
    T_K: float  # 0 < T: the temperature of the rung, or of the quench
    n_spins: int
    concentration: float
    block: int
    origin: str
    first: np.ndarray  # (b,) int64
    edges_K: np.ndarray  # (m + 1,)
    counts: np.ndarray  # (b, m) int64
    gathered: np.ndarray | None = None  # (b,) blocks in each row, None where each row is one block

    @property
    def realizations(self):
        """Realizations of each row, (b,)."""
        return self.block * (np.ones(len(self.first), dtype=np.int64) if self.gathered is None else self.gathered)

    @property
    def n_realizations(self):
        return int(self.realizations.sum())

    def save(self, path):
        """Write the counts with their digest, and with a stamp that says what they are of."""
        # Gathered rows are kept small; a shard's type is part of its digest. By columns, which are alike, both compress better.
        stored = np.int32 if self.gathered is None else np.min_scalar_type(self.counts.max(initial=0))
        arrays = {"first": self.first, "edges_K": self.edges_K, "counts": np.asfortranarray(self.counts, dtype=stored)}
        if self.gathered is not None:
            arrays["gathered"] = self.gathered
        files.write_arrays(path, arrays, {f.name: getattr(self, f.name) for f in fields(self) if f.type in (int, float, str)})

    @classmethod
    def load(cls, path):
        """Read what ``save`` wrote. Raises files.DamagedFile."""
        arrays, stamp = files.read_arrays(path)
        try:
            arrays["counts"] = np.ascontiguousarray(arrays["counts"], dtype=np.int64)
            return cls(**stamp, **arrays)
        except (KeyError, TypeError) as error:
            raise files.DamagedFile(path, f"not counts of excitation energies: {error}") from error


def histogram(energies_K, edges_K):
    """Count ``energies_K`` per bin, each bin holding its lower edge; return int64 (m,). Raises ValueError beyond the grid."""
    index = np.searchsorted(edges_K, energies_K, side="right") - 1
    if index.size and (index.min() < 0 or index.max() >= len(edges_K) - 1):
        raise ValueError(f"an excitation energy of {np.max(energies_K):g} K lies beyond the grid ({edges_K[-1]:g} K)")
    return np.bincount(index, minlength=len(edges_K) - 1)


def row_starts(block, groups, spans):
    """Return the realizations at which the rows of gathered counts begin: the jackknife groups of each span are rows.

    A span (begin, end) is a range of realizations; its ``sample_set`` then is that of the single blocks.
    """
    starts = [begin + block * statistics.group_starts((end - begin) // block, groups) for begin, end in spans]
    return np.unique(np.concatenate([*starts, np.ravel(spans)]))


def merge(parts, starts=None):
    """Merge the counts of several batches of one (L, J0, T), in the order of their realizations.

    ``parts`` may be an iterator: with ``starts`` (``row_starts``) blocks are gathered into rows as they come, so that
    memory grows neither with the parts nor with the realizations. Raises ForeignShard when a part has another origin,
    grid or (L, J0, T), or when a realization is there twice.
    """
    head, rows, gathered, spans = None, {}, {}, []
    for part in parts:
        head = head or part
        for name in ("L", "J0_K", "T_K", "n_spins", "concentration", "block", "origin"):
            if getattr(part, name) != getattr(head, name):
                raise ForeignShard(f"{name} is {getattr(part, name)!r} in one shard and {getattr(head, name)!r} in another")
        if not np.array_equal(part.edges_K, head.edges_K):
            raise ForeignShard("two shards count on different energy grids")
        spans.append((int(part.first[0]), int(part.first[-1] + part.realizations[-1])))
        begin = part.first if starts is None else starts[np.searchsorted(starts, part.first, side="right") - 1]
        first, index = np.unique(begin, return_index=True)
        sums = np.add.reduceat(part.counts, index, axis=0, dtype=np.int64)
        blocks_of_rows = np.add.reduceat(part.realizations // head.block, index)
        for start, total, blocks in zip(first.tolist(), sums, blocks_of_rows, strict=True):
            rows[start] = rows.get(start, 0) + total
            gathered[start] = gathered.get(start, 0) + blocks
    spans.sort()
    for (_, end), (begin, _) in itertools.pairwise(spans):
        if begin < end:
            raise ForeignShard(f"realization {begin} is counted in two shards")
    first = np.array(sorted(rows))
    return replace(
        head,
        first=first,
        counts=np.stack([rows[start] for start in first]),
        gathered=None if starts is None else np.array([gathered[start] for start in first]),
    )


def samples(counts, groups):
    """Return the sample sets of the counts, (1 + g, m), and of the number of realizations they stand for, (1 + g,)."""
    both = statistics.sample_set(np.column_stack([counts.counts, counts.realizations]), groups, counts.gathered)
    return both[:, :-1], both[:, -1]


def exposure(counts, realizations):
    """Return the factor (..., m) between n(T, E) and the expected counts per bin of ``realizations`` (...).

    ASSUME: n is the concentration x times the probability density of E (a density per lattice site, not per TLS); the
    paper leaves its normalisation open, and only so does B(T) of its Table II come out.
    """
    return np.multiply.outer(realizations, counts.n_spins / counts.concentration * np.diff(counts.edges_K))


def density(counts, groups):
    """Return n(T, E) per kelvin and lattice site with its jackknife error, (m,) each."""
    total, realizations = samples(counts, groups)
    n = total / exposure(counts, realizations)
    return n[0], statistics.error(n)


def rebin(total, least):
    """Return the indices (k + 1,) of the bin edges that are kept when neighbouring bins merge until each holds ``least``.

    What remains at the upper end joins the last full bin. Raises ValueError when all bins together hold less.
    """
    kept = [0]
    filled = 0
    for index, count in enumerate(total):
        filled += count
        if filled >= least:
            kept.append(index + 1)
            filled = 0
    if len(kept) == 1:
        raise ValueError(f"{np.sum(total):g} counts are too few for one bin of {least}")
    kept[-1] = len(total)
    return np.array(kept)


def coarsen(counts, kept):
    """Return the counts on the grid of the kept bin edges (indices, as ``rebin`` returns them)."""
    return replace(counts, edges_K=counts.edges_K[kept], counts=np.add.reduceat(counts.counts, kept[:-1], axis=1))


def coarsen_by(counts, factor):
    """Return the counts with every ``factor`` neighbouring bins merged; what remains at the upper end is one bin."""
    last = len(counts.edges_K) - 1
    return coarsen(counts, np.append(np.arange(0, last, factor), last))


def coarsen_to_width(counts, width_K):
    """Return the counts with neighbouring bins merged until each is at least ``width_K`` wide."""
    return coarsen(counts, rebin(np.diff(counts.edges_K), width_K * (1 - 1e-9)))


def between(counts, begin, end):
    """Return the counts of the realizations numbered ``begin`` to ``end`` - 1, but for rows that reach beyond them."""
    kept = (counts.first >= begin) & (counts.first + counts.realizations <= end)
    gathered = None if counts.gathered is None else counts.gathered[kept]
    return replace(counts, first=counts.first[kept], counts=counts.counts[kept], gathered=gathered)


def rescale(counts, factor):
    """Return the counts with every energy and temperature multiplied by ``factor``."""
    return replace(counts, T_K=counts.T_K * factor, J0_K=counts.J0_K * factor, edges_K=counts.edges_K * factor)
