"""Counts read from the files of a study: of the origin, the temperature and the realizations that it asks for, or not at all."""

import json
import math
import re
from pathlib import Path

from tlsglass.base import files, names
from tlsglass.density import dos


def foreign(path, why):
    """Return the ForeignShard that tells why the file at ``path`` is none of this study."""
    return dos.ForeignShard(f"{path}: foreign ({why}); {files.remedy(path)}")


def check_origin(path, origin, expected):
    """Raise dos.ForeignShard, naming the first difference, when the file at ``path`` is not of the ``expected`` origin."""
    if origin == expected:
        return
    try:
        ours, theirs = json.loads(expected), json.loads(origin)
        name = next(name for name in sorted({*ours, *theirs}) if theirs.get(name) != ours.get(name))
        why = f"{name} is {theirs.get(name)} in it and {ours.get(name)} in this study"
    except (ValueError, AttributeError, StopIteration):
        why = "it does not say what made it"
    raise foreign(path, why)


def check_batch(path, first, n):
    """Raise dos.ForeignShard when a file that is named after realizations, 00000-00099.npz, holds others."""
    stem = Path(path).stem
    if re.fullmatch(r"\d+-\d+", stem) and stem != str(names.Batch(first, first + n - 1)):
        raise foreign(path, f"it holds realizations {first} to {first + n - 1}")


def check_realizations(path, covered, n):
    """Raise dos.ForeignShard unless ``covered``, pairs (first, number) in ascending order, are realizations 0 to ``n`` - 1."""
    end = 0
    for first, number in covered:
        if first != end:
            raise foreign(path, f"realization {min(first, end)} is {'missing' if first > end else 'counted twice'} in it")
        end += number
    if end != n:
        raise foreign(path, f"it holds {end} realizations and this study has {n}")


def read(path, origin, T_K):
    """Return the counts in a file. Raises files.DamagedFile, and dos.ForeignShard for another origin or temperature."""
    found = dos.Counts.load(path)
    if not math.isclose(found.T_K, T_K):
        raise foreign(path, f"its temperature is {found.T_K:g} K")
    check_origin(path, found.origin, origin)
    return found


def read_shard(path, origin, T_K):
    """Return the counts of a batch as ``read`` does. Raises dos.ForeignShard also for other realizations than those that its
    name says: so none is counted twice."""
    part = read(path, origin, T_K)
    check_batch(path, int(part.first[0]), part.n_realizations)
    return part


def read_merged(path, origin, T_K, n):
    """Return the counts of all ``n`` realizations as ``read`` does. Raises dos.ForeignShard also for other realizations."""
    return merge([path], origin, T_K, n)


def merge(paths, origin, T_K, n, starts=None):
    """Return the counts in all files, each read as ``read_shard`` does, merged as ``dos.merge`` does.

    Raises dos.ForeignShard also when they are not those of realizations 0 to ``n`` - 1.
    """
    merged = dos.merge((read_shard(path, origin, T_K) for path in paths), starts)
    check_realizations(paths[0], zip(merged.first.tolist(), merged.realizations.tolist(), strict=True), n)
    return merged
