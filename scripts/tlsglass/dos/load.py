"""Load counts, and refuse files with another fingerprint, temperature or range of realizations than expected."""

import json
import math
import re
from collections.abc import Iterable, Sequence
from pathlib import Path

from tlsglass.base import io, labels
from tlsglass.base.types import StrPath
from tlsglass.dos.density_of_states import DensityOfStates
from tlsglass.dos.merge import ShardMismatchError, merge


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
    """Return the density of all ``n`` realizations, read by ``read_shard`` and merged by ``merge.merge``.

    Raises ShardMismatchError also if the files do not contain realizations 0 to ``n`` - 1, each once.
    """
    merged = merge((read_shard(path, fingerprint, T_K) for path in paths), groups, ranges)
    check_realizations(paths[0], merged.first.tolist(), merged.realizations.tolist(), n)
    return merged
