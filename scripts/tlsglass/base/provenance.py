"""What made these results: version, commit, configuration, packages, and the digest of every file. Same run, same text."""

import platform
import subprocess
from importlib import metadata
from pathlib import Path

import tlsglass
from tlsglass.base import io

PACKAGES = ("snakemake", "numpy", "scipy", "numba", "pandas", "matplotlib", "pint")


def processor():
    """Return the name that the processor gives itself, where the system tells it."""
    try:
        lines = Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines()
        return next(line.split(":")[1].strip() for line in lines if line.startswith("model name"))
    except (OSError, StopIteration):
        return platform.processor() or platform.machine()


def commit():
    """Return the commit that the library is of, with "-dirty" where files differ from it; "unknown" without a repository."""
    told = subprocess.run(
        ["git", "-C", str(Path(__file__).parent), "describe", "--always", "--dirty", "--abbrev=40", "--exclude=*"],
        capture_output=True,
        text=True,
        check=False,
    )
    return told.stdout.strip() or "unknown"


def manifest(config, run, paths, chain_version):
    """Return a JSON-able account of a run: what computed it, from which configuration, and the digests of ``paths``.

    Paths are told as they are seen from the folder ``run``, wherever a job without a shared file system has its copies.
    """
    return {
        "tlsglass": tlsglass.__version__,
        "commit": commit(),
        "chain_version": chain_version,
        "python": platform.python_version(),
        "packages": {name: metadata.version(name) for name in PACKAGES},
        "config": config,
        "sha256": {path.partition(f"{run}/")[2]: io.sha256(path) for path in sorted(map(str, paths))},
    }
