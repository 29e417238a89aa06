"""Load counts, merge batches into one density of states with a row of counts per jackknife group, and refuse foreign files.

A file is foreign if it has another fingerprint, temperature or range of realizations than expected.
"""

import itertools
import json
import math
import re
from collections.abc import Iterable, Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np

from tlsglass.base import io, jackknife, labels
from tlsglass.base.types import IntArray, StrPath
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


def shard_mismatch(path: StrPath, reason: str) -> ShardMismatchError:
    """Return the error that the file at ``path`` does not belong to this study."""
    return ShardMismatchError(f"{path}: foreign ({reason}); {io.repair_command(path)}")


def check_fingerprint(path: StrPath, fingerprint: str, expected: str) -> None:
    """Raise ShardMismatchError, with the first difference, unless the fingerprint of a file is the expected one."""
    if fingerprint == expected:
        return
    try:
        ours, theirs = json.loads(expected), json.loads(fingerprint)
        name = next(name for name in sorted({*ours, *theirs}) if theirs.get(name) != ours.get(name))
        reason = f"{name} is {theirs.get(name)} in it and {ours.get(name)} in this study"
    except (ValueError, AttributeError, StopIteration):
        reason = "it has no valid fingerprint"
    raise shard_mismatch(path, reason)


def check_batch_name(path: StrPath, first: int, n: int) -> None:
    """Raise ShardMismatchError if a file is named after other realizations, 00000-00099.npz, than it contains."""
    stem = Path(path).stem
    if re.fullmatch(r"\d+-\d+", stem) and stem != str(labels.Batch(first, first + n - 1)):
        raise shard_mismatch(path, f"it contains realizations {first} to {first + n - 1}")


def check_realizations(path: StrPath, firsts: Iterable[int], numbers: Iterable[int], n: int) -> None:
    """Raise ShardMismatchError unless rows of ``numbers`` realizations from ``firsts`` on cover 0 to ``n`` - 1, each once."""
    end = 0
    for first, number in zip(firsts, numbers, strict=True):
        if first != end:
            raise shard_mismatch(
                path, f"realization {min(first, end)} is {'missing' if first > end else 'counted twice'} in it"
            )
        end += number
    if end != n:
        raise shard_mismatch(path, f"it contains {end} realizations and this study has {n}")


def _read(path: StrPath, fingerprint: str, T_K: float) -> DensityOfStates:
    """Return the density in a file, or raise ShardMismatchError for another fingerprint or temperature."""
    density = DensityOfStates.load(path)
    if not math.isclose(density.T_K, T_K):
        raise shard_mismatch(path, f"its temperature is {density.T_K:g} K")
    check_fingerprint(path, density.fingerprint, fingerprint)
    return density


def read_shard(path: StrPath, fingerprint: str, T_K: float) -> DensityOfStates:
    """Return the density of one batch.

    Raises DamagedFileError, and ShardMismatchError for another fingerprint, temperature, or realizations than the file name
    says.
    """
    shard = _read(path, fingerprint, T_K)
    check_batch_name(path, int(shard.first[0]), shard.n_realizations)
    return shard


def read_merged(path: StrPath, fingerprint: str, T_K: float, n: int) -> DensityOfStates:
    """Return the density of all ``n`` realizations.

    Raises DamagedFileError, and ShardMismatchError for another fingerprint, temperature or other realizations.
    """
    merged = _read(path, fingerprint, T_K)
    check_realizations(path, merged.first.tolist(), merged.realizations.tolist(), n)
    return merged


def load_merged(
    paths: Sequence[StrPath],
    fingerprint: str,
    T_K: float,
    n: int,
    groups: int | None = None,
    ranges: Sequence[tuple[int, int]] = (),
) -> DensityOfStates:
    """Return the density of all ``n`` realizations, read by ``read_shard`` and merged by ``merge``.

    Raises ShardMismatchError also if the files do not contain realizations 0 to ``n`` - 1, each once.
    """
    merged = merge((read_shard(path, fingerprint, T_K) for path in paths), groups, ranges)
    check_realizations(paths[0], merged.first.tolist(), merged.realizations.tolist(), n)
    return merged
