"""Atomic writes, and reads that verify a checksum.

A file of arrays contains the SHA-256 of its arrays and, separately, that of its metadata, so that new metadata leaves the
checksum of the arrays unchanged. The SHA-256 of each file is written to a record of the job that made it.
"""

from __future__ import annotations

import contextlib
import ctypes
import errno
import hashlib
import json
import os
import re
import shlex
import shutil
import sys
import traceback
import zipfile
import zlib
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:  # parsing the Snakefile must not import numpy and pandas
    from types import TracebackType

    import pandas as pd
    from numpy.typing import ArrayLike

    from tlsglass.base.types import AnyArray, StrPath

DIGEST, METADATA, METADATA_DIGEST = "sha256", "stamp", "stamp_sha256"  # keys in npz files
TABLES = (".csv", ".md", ".json")
RECORDED = (*TABLES, ".npz", ".svg", ".png", ".html", ".rst")  # suffixes of the files whose checksum a job records
MANIFEST = "MANIFEST.json"  # in the folder of published results


class UserError(Exception):
    """An error that is reported as one line, without a traceback."""


class DamagedFileError(UserError):
    """A file whose content is not what was written."""

    def __init__(self, path: StrPath, reason: str) -> None:
        super().__init__(f"{path}: damaged ({reason}); {repair_command(path)}")


class _JobState:
    """Process-wide settings of the current Snakemake job."""

    rebuild_command: str | None = None
    checksum_record: Path | None = None
    checksums: dict[str, str]


def set_rebuild_command(command: str | None) -> None:
    """Set the command, with {} in place of a file, that error messages recommend for making a file of the run again."""
    _JobState.rebuild_command = command


def repair_command(path: StrPath) -> str:
    """Return the command that repairs a file, phrased as the end of an error message."""
    if published := next((folder for folder in Path(path).parents if (folder / MANIFEST).is_file()), None):
        name = shlex.quote(str(Path(path).relative_to(published)))
        return f"restore it with: git -C {shlex.quote(str(published))} checkout -- {name}"
    if _JobState.rebuild_command is None:
        return "`snakemake --cores 1 verify_files`, called as the run was, prints the command that rebuilds it"
    return f"rebuild it with: {rebuild_command([path])}"


def rebuild_command(paths: Iterable[StrPath]) -> str:
    """Return the command that makes files of the run again."""
    return str(_JobState.rebuild_command).replace("{}", shlex.join(map(str, paths)), 1)


@contextmanager
def atomic_write(path: StrPath) -> Iterator[Path]:
    """Yield a temporary path next to ``path``; move it to ``path`` at the end of the block, or remove it after an error.

    Within a job, the SHA-256 of the file is added to the checksum record of the job.
    """
    path = Path(path)
    path.parent.mkdir(parents=True, exist_ok=True)
    temporary = _temporary_path(path)
    try:
        yield temporary
        if _JobState.checksum_record and path.suffix in RECORDED and path != _JobState.checksum_record:
            _record_checksum(_JobState.checksum_record, path, sha256(temporary))
        os.replace(temporary, path)
    except OSError as error:
        if str(error.filename) == str(temporary):
            error.filename = str(path)  # the name that the user knows
        raise
    finally:
        temporary.unlink(missing_ok=True)


def _temporary_path(path: Path) -> Path:
    """Return the path next to ``path`` at which this process writes it."""
    return path.with_name(f".part-{os.getpid()}-{path.name}")


def leftover_paths(folder: Path) -> list[Path]:
    """Return the temporary files and folders in ``folder``, and below it, of processes of this machine that have ended."""
    paths = []
    for path in sorted(folder.rglob(".part-*")):
        match = re.match(r"\.part-(\d+)-", path.name)
        if match and not Path(f"/proc/{match[1]}").exists():
            paths.append(path)
    return paths


@contextmanager
def replace_together(folder: StrPath, earlier: Collection[str] = ()) -> Iterator[Path]:
    """Yield an empty temporary folder; at the end of the block, move its files into ``folder`` as one set.

    The files that they replace, and those named ``earlier``, are removed before the first is moved. An interruption can
    therefore leave a part of the new set, but never new files beside old ones. Other files in ``folder`` are kept.
    """
    folder = Path(folder)
    folder.mkdir(parents=True, exist_ok=True)
    for leftover in leftover_paths(folder):
        if leftover.parent == folder:
            _remove(leftover)
    temporary = _temporary_path(folder / "set")
    temporary.mkdir()
    try:
        yield temporary
        names = sorted(path.name for path in temporary.iterdir())
        for name in {*names, *earlier}:
            (folder / name).unlink(missing_ok=True)
        for name in names:
            os.replace(temporary / name, folder / name)
    finally:
        _remove(temporary)


@contextmanager
def replace_folder(folder: StrPath) -> Iterator[Path]:
    """Yield a copy of ``folder``, which may be missing; at the end of the block the copy takes its place in one step."""
    folder = Path(folder)
    folder.parent.mkdir(parents=True, exist_ok=True)
    for leftover in folder.parent.glob(f".part-*-{folder.name}"):
        _remove(leftover)
    temporary = _temporary_path(folder)
    try:
        if folder.exists():
            shutil.copytree(folder, temporary, symlinks=True)
        else:
            temporary.mkdir()
        yield temporary
        if folder.exists():
            _exchange(temporary, folder)
        else:
            os.replace(temporary, folder)
    finally:
        _remove(temporary)


def _exchange(first: Path, second: Path) -> None:
    """Exchange two folders in one step where the system can (Linux), and else in three."""
    with contextlib.suppress(OSError, AttributeError):
        at_cwd, exchange = -100, 2  # AT_FDCWD and RENAME_EXCHANGE of renameat2(2)
        if ctypes.CDLL(None).renameat2(at_cwd, os.fsencode(first), at_cwd, os.fsencode(second), exchange) == 0:
            return
    aside = first.with_name(f"{first.name}-aside")
    os.replace(second, aside)
    os.replace(first, second)
    os.replace(aside, first)


def _remove(path: Path) -> None:
    """Remove a file or a folder, if it exists."""
    if path.is_dir() and not path.is_symlink():
        shutil.rmtree(path, ignore_errors=True)
    else:
        path.unlink(missing_ok=True)


def _record_checksum(record: Path, path: Path, digest: str) -> None:
    """Add the checksum of a file to the record of this job; paths are relative to the folder of the record."""
    _JobState.checksums[os.path.relpath(path, record.parent)] = digest
    write_json(record, dict(sorted(_JobState.checksums.items())))


def read_checksums(record: StrPath) -> dict[str, str]:
    """Return {path: SHA-256} of the files in a checksum record. A missing or damaged record contains none."""
    try:
        checksums = json.loads(Path(record).read_text(encoding="utf-8"))
        return {os.path.normpath(Path(record).parent / name): str(digest) for name, digest in checksums.items()}
    except (OSError, ValueError, AttributeError):
        return {}


def sha256(path: StrPath) -> str:
    """Return the SHA-256 of a file as hexadecimal digits."""
    with open(path, "rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()


def verify_digest(path: StrPath, digest: str | None) -> None:
    """Raise DamagedFileError unless the file at ``path`` has this SHA-256; None means that none was recorded."""
    if Path(path).is_symlink():
        raise DamagedFileError(path, "a link is in its place")
    if digest is None:
        raise DamagedFileError(path, "its checksum was not recorded")
    if digest != sha256(path):
        raise DamagedFileError(path, "its content does not match its checksum")


def unrecorded_lines(paths: Iterable[StrPath]) -> list[str]:
    """Return the error message for files whose checksum was not recorded, if there are any: one command rebuilds them all."""
    paths = list(paths)
    if len(paths) <= 1:
        return failed_checks((path, lambda path: verify_digest(path, None)) for path in paths)
    return [
        f"{paths[0]} and {len(paths) - 1} more: their checksums are not recorded; rebuild them with: {rebuild_command(paths)}"
    ]


def write_text(path: StrPath, text: str) -> None:
    """Write a UTF-8 text file atomically."""
    with atomic_write(path) as temporary:
        temporary.write_text(text, encoding="utf-8")


def write_csv(path: StrPath, table: pd.DataFrame, digits: int = 9) -> None:
    """Write a pandas table without its index; further digits of floats may differ between processors."""
    with atomic_write(path) as temporary:
        table.to_csv(temporary, index=False, float_format=f"%.{digits}g")


def write_json(path: StrPath, value: Any) -> None:
    """Write a JSON file atomically. Raises ValueError for NaN and infinity."""
    write_text(path, json.dumps(value, indent=1, allow_nan=False) + "\n")


def failed_checks(checks: Iterable[tuple[StrPath, Callable[[StrPath], object]]]) -> list[str]:
    """Return one error message for each pair (path, check) whose check raises UserError, or whose file is missing."""
    lines = []
    for path, check in checks:
        try:
            check(path)
        except UserError as error:
            lines.append(str(error))
        except FileNotFoundError:
            lines.append(f"{path}: missing; {repair_command(path)}")
    return lines


def array_digest(arrays: Mapping[str, ArrayLike]) -> str:
    """Return the SHA-256 of named arrays: of their names, types, shapes and values, independent of compression."""
    import numpy as np

    total = hashlib.sha256()
    for name in sorted(arrays):
        array = np.ascontiguousarray(arrays[name])
        total.update(f"{name} {array.dtype.str} {array.shape}".encode())
        total.update(array.tobytes())
    return total.hexdigest()


def write_arrays(path: StrPath, arrays: Mapping[str, ArrayLike], metadata: Mapping[str, Any]) -> None:
    """Write named arrays and a JSON-serializable dict of metadata to an npz file, each with its SHA-256."""
    import numpy as np

    arrays = {name: np.asarray(array) for name, array in arrays.items()}
    text = json.dumps(metadata, sort_keys=True)
    labels = {DIGEST: array_digest(arrays), METADATA: text, METADATA_DIGEST: array_digest({METADATA: text})}
    with atomic_write(path) as temporary, open(temporary, "wb") as stream:
        np.savez_compressed(stream, **arrays, **labels)  # type: ignore[arg-type]  # the stub takes a name for allow_pickle


def read_arrays(path: StrPath) -> tuple[dict[str, AnyArray], dict[str, Any]]:
    """Return the arrays and the metadata that ``write_arrays`` wrote. Raises DamagedFileError if a checksum differs."""
    return _read(path)[:2]


def read_digest(path: StrPath) -> str:
    """Return the SHA-256 of the arrays in a file. Raises DamagedFileError as ``read_arrays`` does."""
    return _read(path)[2]


def _read(path: StrPath) -> tuple[dict[str, AnyArray], dict[str, Any], str]:
    """Return the arrays, the metadata and the SHA-256 of the arrays."""
    import numpy as np

    try:
        with open(path, "rb") as stream, np.load(stream, allow_pickle=False) as stored:
            arrays = {name: stored[name] for name in stored}
        if DIGEST in arrays and METADATA not in arrays:
            raise DamagedFileError(path, "it was written by an older version, without metadata")
        digest, metadata, metadata_digest = (str(arrays.pop(name)) for name in (DIGEST, METADATA, METADATA_DIGEST))
    except (zipfile.BadZipFile, zlib.error, ValueError, EOFError, KeyError, NotImplementedError, AttributeError) as error:
        raise DamagedFileError(path, f"not a complete npz file with a checksum: {error}".rstrip(": ")) from error
    if digest != array_digest(arrays) or metadata_digest != array_digest({METADATA: metadata}):
        raise DamagedFileError(path, "its content does not match its checksum")
    return arrays, json.loads(metadata), digest


def start_job(job: Any) -> None:
    """Send the output and the final error of this process to the log file of its job, the ``snakemake`` object of a script.

    The log named ``checksums``, if the rule has one, becomes the record of the SHA-256 of each file that the job writes:
    a file of its own for each job, so that jobs in parallel and jobs without a shared file system can write it. A UserError
    and a full disk are reported as one line, any other error with its traceback; what cannot be written to the log, as on a
    full disk, goes to the standard error.
    """
    sys.stdout = sys.stderr = open(job.log[0], "w", buffering=1, encoding="utf-8")  # noqa: SIM115 - open until exit
    sys.excepthook = _excepthook
    set_rebuild_command(job.config["rebuild"])
    if record := job.log.get("checksums"):
        _JobState.checksum_record, _JobState.checksums = Path(record), {}
        write_json(record, {})


def _excepthook(kind: type[BaseException], error: BaseException, trace: TracebackType | None) -> None:
    """Report the error that ends this process."""
    if isinstance(error, UserError):
        text = f"{error}\n"
    elif isinstance(error, OSError) and error.errno in (errno.ENOSPC, errno.EDQUOT):
        text = f"{error.filename or sys.stderr.name}: {error.strerror}; make room and run again: what is finished is kept\n"
    else:
        text = "".join(traceback.format_exception(kind, error, trace))
    try:
        sys.stderr.write(text)
        sys.stderr.flush()
    except OSError:
        assert sys.__stderr__ is not None
        sys.__stderr__.write(text)
        sys.stdout = sys.stderr = sys.__stderr__  # otherwise the interpreter would flush the log once more
