"""The published outcome of the full run: what is kept of it, and its manifest.

``results/published`` holds the merged counts of every (L, J0, T) and variant, the chains' summaries, tables, figures, the
scorecard, and MANIFEST.json: configuration, versions, machine, time, and the digest of every shard that was merged.
"""

import json
import os
import shutil
from pathlib import Path

import numpy as np
import pandas as pd

from tlsglass.base import files, provenance, validation
from tlsglass.chain import metropolis

# what the published densities depend on; the rest of the configuration is analysis and may change
SIMULATED = ("seed", "model", "lattices", "annealing", "density_of_states", "checks.variants", "figures.dos_K")
FREE = {"density_of_states": ("source",), "lattices": ("batch",)}  # but for these keys

OUTCOME = {  # folder of results/ -> the files of it that are published
    "tables": ("*.csv", "*.md"),
    "figures": ("*.svg", "*.png", "*.csv"),
    "experiments": ("*/fit.json",),
    "checks": ("scorecard.csv", "scorecard.md"),
}


def simulated(config):
    """Return the part of a configuration that the shards depend on, as a dict from the dotted key to its value."""
    found = {}
    for key in SIMULATED:
        value = config
        for name in key.split("."):
            value = value[name]
        for free in FREE.get(key, ()):
            value = [_without(v, free) for v in value] if isinstance(value, list) else _without(value, free)
        found[key] = value
    return found


def _without(mapping, key):
    return {k: v for k, v in mapping.items() if k != key}


def check(config, manifest, where):
    """Raise validation.InputError when the published densities were not made with ``config``."""
    try:
        published = simulated(json.loads(Path(manifest).read_text(encoding="utf-8"))["config"])
    except (OSError, KeyError, ValueError) as error:
        raise validation.InputError(f"{manifest}: not the manifest of published results: {error}") from None
    for key, value in simulated(config).items():
        if value != published[key]:
            allowed = f"must be what the published densities were made with, {published[key]!r}; or simulate"
            raise validation.refuse(where, key.split("."), value, allowed)


def shard_digests(results):
    """Return the digest of every shard under ``results``/shards: folder -> file -> SHA-256 of its content."""
    found = {}
    for path in sorted(results.glob("shards/**/*.npz")):
        place = path.relative_to(results / "shards")
        found.setdefault(str(place.parent), {})[path.name] = files.digest(files.read_arrays(path))
    return found


def effort(results):
    """Return how long the simulation took, from the benchmark files of its jobs and the times of their ends."""
    jobs = []
    for path in results.glob("benchmarks/*/**/*.tsv"):
        if path.relative_to(results / "benchmarks").parts[0] in ("anneal", "variant"):
            jobs.append((path.stat().st_mtime, float(pd.read_csv(path, sep="\t")["s"].iloc[-1])))
    ends, seconds = np.array(jobs).T
    return {
        "jobs": len(jobs),
        "job_seconds": round(float(seconds.sum())),
        "wall_s": round(float(max(ends) - min(ends - seconds))),
    }


def publish(results, published, config):
    """Copy the counts and chains of a finished run to ``published`` and write the manifest; then the outcome."""
    for source, target in (("dos", "dos"), ("chain", "chain"), ("shards/variants", "variants")):
        shutil.rmtree(published / target, ignore_errors=True)
        for path in sorted((results / source).glob("**/*.npz")):
            copy = published / target / path.relative_to(results / source)
            copy.parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(path, copy)
    about = provenance.manifest(config, sorted(published.glob("*/**/*.npz")), metropolis.CHAIN_VERSION)
    about["sha256"] = {str(Path(path).relative_to(published)): digest for path, digest in about["sha256"].items()}
    realizations = len(config["model"]["J0_K"]) * sum(lattice["realizations"] for lattice in config["lattices"])
    about |= {"realizations": realizations, "machine": {"processor": provenance.processor(), "cores": os.cpu_count()}}
    about |= {"effort": effort(results), "shards": shard_digests(results)}
    files.write_json(published / "MANIFEST.json", about)
    publish_outcome(results, published)


def publish_outcome(results, published):
    """Copy tables, figures and the scorecard to ``published``."""
    for folder, patterns in OUTCOME.items():
        shutil.rmtree(published / folder, ignore_errors=True)
        for path in sorted(path for pattern in patterns for path in (results / folder).glob(pattern)):
            copy = published / folder / path.relative_to(results / folder)
            copy.parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(path, copy)
