"""Outputs that are written whole or not at all, and arrays that are read as they were written or not at all."""

import errno
import hashlib
import json
import os
import shlex
import sys
import traceback
import zipfile
import zlib
from contextlib import contextmanager
from pathlib import Path

import numpy as np

DIGEST = "sha256"
SIGNATURES = ".sha256"  # folder of the digests of the tables beside it
TABLES = (".csv", ".md", ".json")

# how this run would be repeated for one file; the workflow adds its configuration files
REBUILD = "TLSGLASS_REBUILD"


class Failure(Exception):
    """An end that its one line explains: it is shown without a traceback."""


class DamagedFile(Failure):
    """A file that is not what was written."""

    def __init__(self, path, why):
        super().__init__(f"{path}: damaged ({why}); {remedy(path)}")


def remedy(path):
    """Return the command that makes a file of the workflow anew, as the end of a message."""
    command, _, options = os.environ.get(REBUILD, "snakemake --cores 1 --force {}").partition("{}")
    return f"make it anew with: {command}{shlex.quote(str(path))}{options}"


@contextmanager
def whole(path):
    """Yield a temporary path beside ``path``, moved there when the block ends and removed when it fails.

    The SHA-256 of a table is kept beside it, for ``verify``; arrays hold their own digest.
    """
    path = Path(path)
    path.parent.mkdir(parents=True, exist_ok=True)
    part = path.with_name(f".part-{os.getpid()}-{path.name}")
    try:
        yield part
        if path.suffix in TABLES:
            with whole(signature_of(path)) as signature:
                signature.write_text(f"{sha256(part)}\n", encoding="utf-8")
        os.replace(part, path)
    finally:
        part.unlink(missing_ok=True)


def signature_of(path):
    """Return where the SHA-256 of the table at ``path`` is kept."""
    return path.parent / SIGNATURES / f"{path.name}.{DIGEST}"


def sha256(path):
    """Return the SHA-256 of a file as hexadecimal digits."""
    with open(path, "rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()


def verify(path):
    """Raise DamagedFile when a table is not what was written. One that this project did not write is not looked at."""
    signature = signature_of(Path(path))
    if signature.is_file() and signature.read_text(encoding="utf-8") != f"{sha256(path)}\n":
        raise DamagedFile(path, "its content and its digest differ")


def write_text(path, text):
    with whole(path) as part:
        part.write_text(text, encoding="utf-8")


def write_csv(path, table):
    """Write a pandas table without its index, floats with nine digits: what processors round differently lies beyond them."""
    with whole(path) as part:
        table.to_csv(part, index=False, float_format="%.9g")


def write_json(path, value):
    write_text(path, json.dumps(value, indent=2, allow_nan=False) + "\n")


def digest(arrays):
    """Return the SHA-256 of named arrays: their names, types, shapes and values, however they are compressed."""
    total = hashlib.sha256()
    for name in sorted(arrays):
        array = np.ascontiguousarray(arrays[name])
        total.update(f"{name} {array.dtype.str} {array.shape}".encode())
        total.update(array.tobytes())
    return total.hexdigest()


def write_arrays(path, arrays):
    """Write named arrays as npz, with their digest."""
    arrays = {name: np.asarray(array) for name, array in arrays.items()}
    with whole(path) as part, open(part, "wb") as stream:
        np.savez_compressed(stream, **arrays, **{DIGEST: digest(arrays)})


def read_arrays(path):
    """Return the named arrays of ``write_arrays``. Raises DamagedFile when they are not what was written."""
    try:
        with np.load(path, allow_pickle=False) as stored:
            arrays = {name: stored[name] for name in stored}
        said = str(arrays.pop(DIGEST))
    except (zipfile.BadZipFile, zlib.error, ValueError, EOFError, KeyError, NotImplementedError, AttributeError) as error:
        raise DamagedFile(path, f"not a whole npz file with a digest: {error}".rstrip(": ")) from error
    if said != digest(arrays):
        raise DamagedFile(path, "its content and its digest differ")
    return arrays


def log_to(path):
    """Send what this process prints, and the error that it may end with, to the log file of its job, line by line.

    A Failure and a full disk end in one line, anything else in a traceback. What the log cannot take, as on a full disk,
    goes to the standard error.
    """
    sys.stdout = sys.stderr = open(path, "w", buffering=1, encoding="utf-8")  # noqa: SIM115 - open until the end
    sys.excepthook = _last_words


def _last_words(kind, error, trace):
    if isinstance(error, Failure):
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
