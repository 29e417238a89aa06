"""What made these results: version, configuration, packages, and the digest of every file. The same run, the same text."""

import platform
from importlib import metadata

import tlsglass
from tlsglass import annealing, files

PACKAGES = ("snakemake", "numpy", "scipy", "numba", "pandas", "matplotlib", "lmfit", "pint")


def manifest(config, paths):
    """Return a JSON-able account of a run: what computed it, from which configuration, and the digests of ``paths``."""
    return {
        "tlsglass": tlsglass.__version__,
        "chain_version": annealing.CHAIN_VERSION,
        "python": platform.python_version(),
        "packages": {name: metadata.version(name) for name in PACKAGES},
        "config": config,
        "sha256": {str(path): files.sha256(path) for path in sorted(map(str, paths))},
    }
