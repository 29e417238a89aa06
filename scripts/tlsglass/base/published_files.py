"""The list of the published files: MANIFEST.json has the SHA-256 of each, which is verified before they are used."""

from __future__ import annotations

import hashlib
import json
import shlex
from collections.abc import Iterable
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from tlsglass.base import io

if TYPE_CHECKING:
    from tlsglass.base.types import StrPath

FILES, DIGEST = "files", "digest"  # keys of the manifest: {file: SHA-256}, and the SHA-256 of all of its other content
MAX_LINES = 5


def read_manifest(folder: StrPath) -> dict[str, Any]:
    """Return the manifest of the published results in ``folder``. Raises DamagedFileError if it is not what was written."""
    path = Path(folder, io.MANIFEST)
    try:
        manifest = json.loads(path.read_text(encoding="utf-8"))
        digest, files = manifest[DIGEST], manifest[FILES]
    except OSError as error:
        raise io.UserError(f"{path}: {error.strerror}; {_restore_command(path)}") from None
    except (ValueError, KeyError, TypeError, RecursionError):
        raise io.UserError(f"{path}: damaged (not the manifest of published results); {_restore_command(path)}") from None
    if path.is_symlink():
        raise io.UserError(f"{path}: damaged (a link is in its place); {_restore_command(path)}")
    if digest != _digest(manifest) or not isinstance(files, dict):
        raise io.UserError(f"{path}: damaged (its content does not match its checksum); {_restore_command(path)}")
    return dict(manifest)


def write_manifest(folder: StrPath, manifest: dict[str, Any]) -> None:
    """Write ``manifest`` with the list of all files in ``folder``, and with its own digest."""
    folder = Path(folder)
    manifest = {key: value for key, value in manifest.items() if key != DIGEST}
    manifest[FILES] = {name: io.sha256(folder / name) for name in _names(folder)}
    io.write_json(folder / io.MANIFEST, manifest | {DIGEST: _digest(manifest)})


def failed_files(folder: StrPath, names: Iterable[str] | None = None) -> list[str]:
    """Return one line for each published file, or each of ``names``, that is missing, altered, or not in the manifest.

    Raises UserError if the manifest itself is damaged.
    """
    folder = Path(folder)
    files = read_manifest(folder)[FILES]
    lines = []
    for name in sorted({*files, *_names(folder)} if names is None else {*names} - {io.MANIFEST}):
        path = folder / name
        if name not in files:
            lines.append(f"{path}: not a published file; remove it with: rm -- {shlex.quote(str(path))}")
        elif not path.is_file():
            lines.append(f"{path}: missing; {io.repair_command(path)}")
        else:
            lines += io.failed_checks([(path, partial(io.verify_digest, digest=files[name]))])
    return lines


def verify(folder: StrPath) -> dict[str, Any]:
    """Return the manifest; raise UserError with a line for each file of ``folder`` that is not what was published."""
    if lines := failed_files(folder):
        more = [f"and {len(lines) - MAX_LINES} more"] if len(lines) > MAX_LINES else []
        raise io.UserError("\n".join([*lines[:MAX_LINES], *more]))
    return read_manifest(folder)


def _names(folder: Path) -> list[str]:
    """Return the names of all files below ``folder`` but the manifest, sorted."""
    paths = (path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_symlink() or path.is_file())
    return sorted({*paths} - {io.MANIFEST})


def _digest(manifest: dict[str, Any]) -> str:
    """Return the SHA-256 of the content of a manifest without its digest."""
    content = {key: value for key, value in manifest.items() if key != DIGEST}
    return hashlib.sha256(json.dumps(content, sort_keys=True).encode()).hexdigest()


def _restore_command(path: Path) -> str:
    """Return the command that restores the manifest, phrased as the end of an error message."""
    folder = path.parent
    if not folder.is_dir():
        return f"restore it with: git -C {shlex.quote(str(folder.parent))} checkout -- {shlex.quote(folder.name)}"
    return f"restore it with: git -C {shlex.quote(str(folder))} checkout -- {path.name}"
