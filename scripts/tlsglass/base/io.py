"""Outputs that are written whole or not at all, and files that are read as they were written or not at all.

Arrays hold the digest of their numbers, and a stamp, which says what they are of, with a digest of its own: a new stamp
leaves the digest of the numbers as it is. The digest of a table stands in the log of the job that wrote it.
"""

import errno
import hashlib
import json
import os
import re
import shlex
import sys
import traceback
import zipfile
import zlib
from contextlib import contextmanager
from pathlib import Path

DIGEST, METADATA, METADATA_DIGEST = "sha256", "stamp", "stamp_sha256"
TABLES = (".csv", ".md", ".json")
MANIFEST = "MANIFEST.json"  # lies in the folder of a published outcome


class UserError(Exception):
    """An end that its one line explains: it is shown without a traceback."""


class DamagedFileError(UserError):
    """A file that is not what was written."""

    def __init__(self, path, why):
        super().__init__(f"{path}: damaged ({why}); {repair_command(path)}")


class _JobState:
    """What this process was told of the job, or run, that it is."""

    rebuild = None  # what ``rebuild_with`` was told
    log = False  # whether what is printed goes to the log of a job


def set_rebuild_command(command):
    """Take note of the command that makes one file of the run anew, with {} in the place of the file."""
    _JobState.rebuild = command


def repair_command(path):
    """Return the command that mends a file, as the end of a message."""
    if published := next((folder for folder in Path(path).parents if (folder / MANIFEST).is_file()), None):
        return f"restore it with: git -C {shlex.quote(str(published))} checkout -- {Path(path).relative_to(published)}"
    if _JobState.rebuild is None:
        return "`snakemake --cores 1 verify_files`, called as the run was, names the command that makes it anew"
    return f"make it anew with: {_JobState.rebuild.replace('{}', shlex.quote(str(path)), 1)}"


@contextmanager
def atomic_write(path):
    """Yield a temporary path beside ``path``, moved there when the block ends and removed when it fails.

    The SHA-256 of a table is told to the log of the job; arrays hold their own digest.
    """
    path = Path(path)
    path.parent.mkdir(parents=True, exist_ok=True)
    part = path.with_name(f".part-{os.getpid()}-{path.name}")
    try:
        yield part
        if _JobState.log and path.suffix in TABLES:
            print(f"{DIGEST} {sha256(part)} {path}")
        os.replace(part, path)
    finally:
        part.unlink(missing_ok=True)


def digests_in_log(log):
    """Return the SHA-256 of the tables that the job of a log file wrote, a dict by their paths."""
    try:
        text = Path(log).read_text(encoding="utf-8")
    except OSError:
        return {}
    return {path: digest for digest, path in re.findall(rf"^{DIGEST} ([0-9a-f]{{64}}) (.+)$", text, re.MULTILINE)}


def sha256(path):
    """Return the SHA-256 of a file as hexadecimal digits."""
    with open(path, "rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()


def verify_digest(path, digest):
    """Raise DamagedFile unless the table at ``path`` has this digest, or when there is none."""
    if digest is None:
        raise DamagedFileError(path, "no log tells its digest")
    if digest != sha256(path):
        raise DamagedFileError(path, "its content and its digest differ")


def write_text(path, text):
    with atomic_write(path) as part:
        part.write_text(text, encoding="utf-8")


def write_csv(path, table, digits=9):
    """Write a pandas table without its index, floats with nine digits: what processors round differently lies beyond them."""
    with atomic_write(path) as part:
        table.to_csv(part, index=False, float_format=f"%.{digits}g")


def write_json(path, value):
    write_text(path, json.dumps(value, indent=1, allow_nan=False) + "\n")


def failed_checks(checks):
    """Return the line of each of ``checks``, pairs (path, check of a path), that fails."""
    lines = []
    for path, check in checks:
        try:
            check(path)
        except UserError as failure:
            lines.append(str(failure))
        except FileNotFoundError:
            lines.append(f"{path}: missing; {repair_command(path)}")
    return lines


def array_digest(arrays):
    """Return the SHA-256 of named arrays: their names, types, shapes and values, however they are compressed."""
    import numpy as np

    total = hashlib.sha256()
    for name in sorted(arrays):
        array = np.ascontiguousarray(arrays[name])
        total.update(f"{name} {array.dtype.str} {array.shape}".encode())
        total.update(array.tobytes())
    return total.hexdigest()


def write_arrays(path, arrays, stamp):
    """Write named arrays as npz with their digest, and a dict of what they are of with another."""
    import numpy as np

    arrays = {name: np.asarray(array) for name, array in arrays.items()}
    text = json.dumps(stamp, sort_keys=True)
    told = {DIGEST: array_digest(arrays), METADATA: text, METADATA_DIGEST: array_digest({METADATA: text})}
    with atomic_write(path) as part, open(part, "wb") as stream:
        np.savez_compressed(stream, **arrays, **told)


def read_arrays(path):
    """Return the named arrays and the stamp of ``write_arrays``. Raises DamagedFile when they are not what was written."""
    return _read(path)[:2]


def read_digest(path):
    """Return the digest of the arrays in a file. Raises DamagedFile as ``read_arrays`` does."""
    return _read(path)[2]


def _read(path):
    import numpy as np

    try:
        with np.load(path, allow_pickle=False) as stored:
            arrays = {name: stored[name] for name in stored}
        if DIGEST in arrays and METADATA not in arrays:
            raise DamagedFileError(path, "it was written by an older version, without a stamp")
        said, stamp, stamp_said = (str(arrays.pop(name)) for name in (DIGEST, METADATA, METADATA_DIGEST))
    except (zipfile.BadZipFile, zlib.error, ValueError, EOFError, KeyError, NotImplementedError, AttributeError) as error:
        raise DamagedFileError(path, f"not a whole npz file with a digest: {error}".rstrip(": ")) from error
    if said != array_digest(arrays) or stamp_said != array_digest({METADATA: stamp}):
        raise DamagedFileError(path, "its content and its digest differ")
    return arrays, json.loads(stamp), said


def redirect_output_to_log(path, rebuild=None):
    """Send what this process prints, and the error that it may end with, to the log file of its job, line by line.

    ``rebuild`` is the command that makes one file of the run anew, with {} in its place. A Failure and a full disk end in
    one line, anything else in a traceback. What the log cannot take, as on a full disk, goes to the standard error.
    """
    sys.stdout = sys.stderr = open(path, "w", buffering=1, encoding="utf-8")  # noqa: SIM115 - open until the end
    sys.excepthook = _excepthook
    _JobState.log = True
    set_rebuild_command(rebuild)


def _excepthook(kind, error, trace):
    if isinstance(error, UserError):
        words = f"{error}\n"
    elif isinstance(error, OSError) and error.errno in (errno.ENOSPC, errno.EDQUOT):
        words = f"{error.filename or sys.stderr.name}: {error.strerror}; make room and run again: what is finished is kept\n"
    else:
        words = "".join(traceback.format_exception(kind, error, trace))
    try:
        sys.stderr.write(words)
        sys.stderr.flush()
    except OSError:
        sys.__stderr__.write(words)
        sys.stdout = sys.stderr = sys.__stderr__  # else the interpreter would try to flush the log once more
