"""Merge shards into one density of states, with one row of counts per jackknife group."""

import itertools
from collections.abc import Iterable, Sequence
from dataclasses import replace

import numpy as np

from tlsglass.base import io, jackknife
from tlsglass.base.types import IntArray
from tlsglass.dos.density_of_states import DensityOfStates


class ShardMismatchError(io.UserError):
    """A file that does not belong to the others, or does not contain what its name says."""


def merge(
    shards: Iterable[DensityOfStates], groups: int | None = None, ranges: Sequence[tuple[int, int]] = ()
) -> DensityOfStates:
    """Merge the counts of several batches of one (L, J0, T).

    Parameters
    ----------
    shards
        Counts of different realizations in any order. From an iterator they are merged one by one, so that the memory depends
        neither on their number nor on that of the realizations.
    groups
        Number of jackknife groups of the result.
    ranges
        Ranges (begin, end) of realizations that are also analyzed separately. If given, blocks are summed into one row for each
        jackknife group of each range, which leaves the jackknife rows of every range unchanged. Otherwise each block is a row.

    Raises
    ------
    ShardMismatchError
        If shards differ in (L, J0, T), fingerprint or energy bins, if a realization is counted twice, or if blocks were already
        summed into rows for other groups.
    ValueError
        If there are no shards, or if ``ranges`` are given without ``groups``.
    """
    if ranges and groups is None:
        raise ValueError("ranges of realizations need the number of jackknife groups")
    head: DensityOfStates | None = None
    starts: IntArray | None = None
    counts: dict[int, IntArray] = {}
    blocks_per_row: dict[int, int] = {}
    merged_ranges = []
    for shard in shards:
        if not len(shard.first):
            raise ValueError("counts of no realization cannot be merged")
        if head is None:
            head = shard
            starts = _row_starts(shard.block, groups, ranges) if groups is not None and ranges else None
        _check_same(shard, head)
        merged_ranges.append((int(shard.first[0]), int(shard.first[-1] + shard.realizations[-1])))
        row_of_block = shard.first if starts is None else _starts_of_rows(shard, starts, groups)
        first, index = np.unique(row_of_block, return_index=True)
        sums = np.add.reduceat(shard.counts, index, axis=0, dtype=np.int64)
        blocks = np.add.reduceat(shard.realizations // head.block, index)
        for start, row, n_blocks in zip(first.tolist(), sums, blocks.tolist(), strict=True):
            counts[start] = counts.get(start, 0) + row
            blocks_per_row[start] = blocks_per_row.get(start, 0) + n_blocks
    if head is None:
        raise ValueError("there are no counts to merge")
    for (_, end), (begin, _) in itertools.pairwise(sorted(merged_ranges)):
        if begin < end:
            raise ShardMismatchError(f"realization {begin} is counted in two shards")
    rows = sorted(counts)
    return replace(
        head,
        first=np.array(rows),
        counts=np.stack([counts[start] for start in rows]),
        blocks_per_row=None if starts is None else np.array([blocks_per_row[start] for start in rows]),
        groups=groups,
    )


def _check_same(shard: DensityOfStates, head: DensityOfStates) -> None:
    """Raise ShardMismatchError if two shards differ in (L, J0, T), fingerprint or energy bins."""
    for name in ("L", "J0_K", "T_K", "n_spins", "concentration", "block", "snapshots", "fingerprint"):
        if getattr(shard, name) != getattr(head, name):
            raise ShardMismatchError(f"{name} is {getattr(shard, name)!r} in one shard and {getattr(head, name)!r} in another")
    if not np.array_equal(shard.edges_K, head.edges_K):
        raise ShardMismatchError("two shards count on different energy grids")


def _starts_of_rows(shard: DensityOfStates, starts: IntArray, groups: int | None) -> IntArray:
    """Return the start of the merged row that contains each row (b,). Raise ShardMismatchError if a row overlaps two."""
    last = shard.first + shard.realizations - 1
    row_of_first, row_of_last = (np.searchsorted(starts, x, side="right") - 1 for x in (shard.first, last))
    if np.any(row_of_first != row_of_last):
        begin = shard.first[row_of_first != row_of_last][0]
        raise ShardMismatchError(f"the blocks from realization {begin} on were summed for other jackknife groups than {groups}")
    return starts[row_of_first]


def _row_starts(block: int, groups: int, ranges: Sequence[tuple[int, int]]) -> IntArray:
    """Return the realizations at which merged rows begin: each jackknife group of each range is a row."""
    starts = [begin + block * jackknife.group_starts((end - begin) // block, groups) for begin, end in ranges]
    return np.unique(np.concatenate([*starts, np.ravel(ranges)]))
