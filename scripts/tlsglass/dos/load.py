"""Counts from the files of a study: of the fingerprint, temperature and realizations that it asks for, or not at all."""

import json
import math
import re
from pathlib import Path

from tlsglass.base import io, labels
from tlsglass.dos.density_of_states import DensityOfStates
from tlsglass.dos.merge import ShardMismatchError, merge


def shard_mismatch(path, why):
    """Return the ForeignShard that tells why the file at ``path`` is none of this study."""
    return ShardMismatchError(f"{path}: foreign ({why}); {io.repair_command(path)}")


def check_fingerprint(path, fingerprint, expected):
    """Raise ForeignShard, naming the first difference, when the file at ``path`` is not of the ``expected`` fingerprint."""
    if fingerprint == expected:
        return
    try:
        ours, theirs = json.loads(expected), json.loads(fingerprint)
        name = next(name for name in sorted({*ours, *theirs}) if theirs.get(name) != ours.get(name))
        why = f"{name} is {theirs.get(name)} in it and {ours.get(name)} in this study"
    except (ValueError, AttributeError, StopIteration):
        why = "it does not say what made it"
    raise shard_mismatch(path, why)


def check_batch_name(path, first, n):
    """Raise ForeignShard when a file that is named after realizations, 00000-00099.npz, holds others."""
    stem = Path(path).stem
    if re.fullmatch(r"\d+-\d+", stem) and stem != str(labels.Batch(first, first + n - 1)):
        raise shard_mismatch(path, f"it holds realizations {first} to {first + n - 1}")


def check_realizations(path, firsts, numbers, n):
    """Raise ForeignShard unless rows of ``numbers`` realizations from ``firsts`` on, growing, are those from 0 to ``n`` - 1."""
    end = 0
    for first, number in zip(firsts, numbers, strict=True):
        if first != end:
            raise shard_mismatch(
                path, f"realization {min(first, end)} is {'missing' if first > end else 'counted twice'} in it"
            )
        end += number
    if end != n:
        raise shard_mismatch(path, f"it holds {end} realizations and this study has {n}")


def read(path, fingerprint, T_K):
    """Return the counts in a file. Raises files.DamagedFile, and ForeignShard for another fingerprint or temperature."""
    found = DensityOfStates.load(path)
    if not math.isclose(found.T_K, T_K):
        raise shard_mismatch(path, f"its temperature is {found.T_K:g} K")
    check_fingerprint(path, found.fingerprint, fingerprint)
    return found


def read_shard(path, fingerprint, T_K):
    """Return the counts of a batch as ``read`` does. Raises ForeignShard also for other realizations than those that its
    name says: so none is counted twice."""
    part = read(path, fingerprint, T_K)
    check_batch_name(path, int(part.first[0]), part.n_realizations)
    return part


def read_merged(path, fingerprint, T_K, n):
    """Return the counts of all ``n`` realizations as ``read`` does. Raises ForeignShard also for other realizations."""
    merged = read(path, fingerprint, T_K)
    check_realizations(path, *_held(merged), n)
    return merged


def load_merged(paths, fingerprint, T_K, n, groups=None, spans=()):
    """Return the counts in all files, each read as ``read_shard`` does, merged as ``merge.merge`` does.

    Raises ForeignShard also when they are not those of realizations 0 to ``n`` - 1.
    """
    gathered = merge((read_shard(path, fingerprint, T_K) for path in paths), groups, spans)
    check_realizations(paths[0], *_held(gathered), n)
    return gathered


def _held(counts):
    """Return the first realization and the number of realizations of each row of counts, as lists."""
    return counts.first.tolist(), counts.realizations.tolist()
