"""Provenance of results: version, commit, configuration, packages, and the SHA-256 of every file; no times or host names."""

import contextlib
import platform
import subprocess
from collections.abc import Iterable, Iterator, Mapping
from importlib import metadata
from pathlib import Path
from typing import Any

import tlsglass
from tlsglass.base import io

PACKAGES = ("snakemake", "numpy", "scipy", "numba", "pandas", "matplotlib")


def processor() -> str:
    """Return the model name of the processor, if the system provides it."""
    try:
        lines = Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines()
        return next(line.split(":")[1].strip() for line in lines if line.startswith("model name"))
    except (OSError, StopIteration):
        return platform.processor() or platform.machine()


def commit() -> str:
    """Return the commit of the library, with "-dirty" if files were modified; "unknown" without a repository."""
    # an installed copy may lie within the repository of something else, which does not track it
    with contextlib.suppress(OSError, subprocess.CalledProcessError):
        _git("ls-files", "--error-unmatch", Path(__file__).name)
        return _git("describe", "--always", "--dirty", "--abbrev=40", "--exclude=*")
    return "unknown"


def _git(*arguments: str) -> str:
    """Return the output of git in the folder of this file. Raises OSError and CalledProcessError."""
    command = ["git", "-C", str(Path(__file__).parent), *arguments]
    return subprocess.run(command, capture_output=True, text=True, check=True).stdout.strip()


def software(chain_version: int) -> dict[str, Any]:
    """Return, for JSON, the versions of the library and of the packages that are installed."""
    return {
        "tlsglass": tlsglass.__version__,
        "commit": commit(),
        "chain_version": chain_version,
        "python": platform.python_version(),
        "packages": dict(_installed_packages()),
    }


def _installed_packages() -> Iterator[tuple[str, str]]:
    for name in PACKAGES:
        with contextlib.suppress(metadata.PackageNotFoundError):
            yield name, metadata.version(name)


def manifest(config: Mapping[str, Any], run: str, paths: Iterable[str | Path], chain_version: int) -> dict[str, Any]:
    """Return, for JSON, the software and the configuration of a run, and the SHA-256 of ``paths``.

    Paths are relative to the folder ``run``, also for copies in a job without a shared file system.
    """
    return {
        **software(chain_version),
        "config": config,
        "sha256": {path.partition(f"{run}/")[2]: io.sha256(path) for path in sorted(map(str, paths))},
    }
