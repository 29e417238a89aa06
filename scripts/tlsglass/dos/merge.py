"""From shards to one density: what belongs together, in the order of the realizations, in rows that the jackknife needs."""

import itertools
from dataclasses import replace

import numpy as np

from tlsglass.base import io, jackknife


class ShardMismatchError(io.UserError):
    """A shard or density that does not belong to the others, or is not what its name says."""


def merge(parts, groups=None, spans=()):
    """Merge the counts of several batches of one (L, J0, T), in the order of their realizations.

    ``groups`` are the jackknife groups that the density then has. ``spans`` are the ranges (begin, end) of realizations
    that are looked at by themselves: with them, blocks are gathered into rows as they come, a row for each group of each
    span, so that every span keeps the Samples of its single blocks. ``parts`` may be an iterator: memory then grows
    neither with the parts nor with the realizations. Raises ForeignShard when a part has another fingerprint, grid or
    (L, J0, T), when a realization is there twice, and when its blocks were gathered for other groups; ValueError for no parts,
    and for spans without groups.
    """
    if spans and groups is None:
        raise ValueError("blocks are gathered for jackknife groups: their number is missing")
    head, starts, rows, gathered, held = None, None, {}, {}, []
    for part in parts:
        if not len(part.first):
            raise ValueError("counts of no realization cannot be merged")
        if head is None:
            head, starts = part, _row_starts(part.block, groups, spans) if spans else None
        _check_same(part, head)
        held.append((int(part.first[0]), int(part.first[-1] + part.realizations[-1])))
        begin = part.first if starts is None else _begins(part, starts, groups)
        first, index = np.unique(begin, return_index=True)
        sums = np.add.reduceat(part.counts, index, axis=0, dtype=np.int64)
        blocks_of_rows = np.add.reduceat(part.realizations // head.block, index)
        for start, total, blocks in zip(first.tolist(), sums, blocks_of_rows, strict=True):
            rows[start] = rows.get(start, 0) + total
            gathered[start] = gathered.get(start, 0) + blocks
    if head is None:
        raise ValueError("there are no counts to merge")
    held.sort()
    for (_, end), (begin, _) in itertools.pairwise(held):
        if begin < end:
            raise ShardMismatchError(f"realization {begin} is counted in two shards")
    first = np.array(sorted(rows))
    return replace(
        head,
        first=first,
        counts=np.stack([rows[start] for start in first]),
        blocks_per_row=None if starts is None else np.array([gathered[start] for start in first]),
        groups=groups,
    )


def _check_same(part, head):
    """Raise ForeignShard when two parts are not of one (L, J0, T), fingerprint and grid."""
    for name in ("L", "J0_K", "T_K", "n_spins", "concentration", "block", "snapshots", "fingerprint"):
        if getattr(part, name) != getattr(head, name):
            raise ShardMismatchError(f"{name} is {getattr(part, name)!r} in one shard and {getattr(head, name)!r} in another")
    if not np.array_equal(part.edges_K, head.edges_K):
        raise ShardMismatchError("two shards count on different energy grids")


def _begins(part, starts, groups):
    """Return where the gathered row of each row of ``part`` begins, (b,). Raises ForeignShard for a row of two of them."""
    last = part.first + part.realizations - 1
    of_first, of_last = (np.searchsorted(starts, x, side="right") - 1 for x in (part.first, last))
    if np.any(of_first != of_last):
        wrong = part.first[of_first != of_last][0]
        raise ShardMismatchError(
            f"the blocks from realization {wrong} on were gathered for other jackknife groups than {groups}"
        )
    return starts[of_first]


def _row_starts(block, groups, spans):
    """Return the realizations at which gathered rows begin: the jackknife groups of each span are rows."""
    starts = [begin + block * jackknife.group_starts((end - begin) // block, groups) for begin, end in spans]
    return np.unique(np.concatenate([*starts, np.ravel(spans)]))
