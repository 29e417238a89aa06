"""What made these results: version, configuration, packages, and the digest of every file. The same run, the same text."""

import hashlib
import platform
from importlib import metadata
from pathlib import Path

import tlsglass
from tlsglass import annealing

PACKAGES = ("snakemake", "numpy", "scipy", "numba", "pandas", "matplotlib", "lmfit", "pint")


def sha256(path):
    """Return the SHA-256 of a file as hexadecimal digits."""
    return hashlib.sha256(Path(path).read_bytes()).hexdigest()


def manifest(config, paths):
    """Return a JSON-able account of a run: what computed it, from which configuration, and the digests of ``paths``."""
    return {
        "tlsglass": tlsglass.__version__,
        "chain_version": annealing.CHAIN_VERSION,
        "python": platform.python_version(),
        "packages": {name: metadata.version(name) for name in PACKAGES},
        "config": config,
        "sha256": {str(path): sha256(path) for path in sorted(map(str, paths))},
    }
