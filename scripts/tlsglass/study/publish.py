"""The published outcome of the full run: what is kept of it, and its manifest.

``results/published`` holds the merged counts of every (L, J0, T) and beside them, the chains' summaries, tables, figures, the
scorecard, and MANIFEST.json: configuration, versions, machine, time, and the digest of the numbers in each shard that was
merged and in each file of merged counts.
"""

import json
import os
import shutil
from pathlib import Path

import numpy as np
import pandas as pd

from tlsglass.base import io, provenance
from tlsglass.montecarlo import protocol
from tlsglass.study import inventory
from tlsglass.study.configured_study import Study

OUTCOME = {  # folder of a run -> the files of it that are published
    "tables": ("*.csv", "*.md"),
    "figures": ("*.svg", "*.csv"),
    "experiments": ("*/fit.json",),
    "checks": ("scorecard.csv", "scorecard.md"),
}


def incomplete(run):
    """Return a line for each file of a run, a folder, that is missing or not what its provenance tells."""
    try:
        told = json.loads((run / "checks/provenance.json").read_text(encoding="utf-8"))["sha256"]
    except (OSError, ValueError, KeyError):
        return [f"{run}/checks/provenance.json: missing or damaged: the run is not finished"]
    lines = []
    for name, digest in told.items():
        path = run / name
        if not path.is_file():
            lines.append(f"{path}: missing")
        elif io.sha256(path) != digest:
            lines.append(f"{path}: not what checks/provenance.json tells of it")
    return lines


def wrong_counts(study, folder):
    """Return a line for each file of merged counts in ``folder`` that is missing or not what ``study`` asks for."""
    return io.failed_checks((folder / name, check) for name, check in inventory.of_merged(study))


def digests(study, folder, shards):
    """Return the digests of the numbers in all merged counts in ``folder``, and in all shards that there are.

    Those of shards go by the name of what they are of, rung and batch, and not by the folder of their origin.
    """
    counts = {name: io.read_digest(folder / name) for name, _ in inventory.of_merged(study)}
    found = {}
    for name, simulated in study.all_simulated().items():
        kinds = {str(rung): simulated.shards(rung) for rung in simulated.rungs}
        if simulated.told:
            kinds["chain"] = simulated.chains
        for kind, places in kinds.items():
            there = [shards / place for place in places if (shards / place).is_file()]
            found[f"{name}/{kind}"] = {path.stem: io.read_digest(path) for path in there}
    return {"counts": counts, "shards": found}


def effort(run):
    """Return how long the simulation took, from the benchmark files of its jobs and the times of their ends."""
    jobs = [
        (path.stat().st_mtime, float(pd.read_csv(path, sep="\t")["s"].iloc[-1]))
        for verb in protocol.JOB_NAMES.values()
        for path in run.glob(f"benchmarks/{verb}/**/*.tsv")
    ]
    if not jobs:
        return {"jobs": 0}
    ends, seconds = np.array(jobs).T
    return {
        "jobs": len(jobs),
        "job_seconds": round(float(seconds.sum())),
        "wall_s": round(float(max(ends) - min(ends - seconds))),
    }


def publish(run, shards, published, config):
    """Copy the counts and chains of a finished run to ``published`` and write the manifest; then the outcome.

    Raises files.Failure, before anything is written, when a shard of the run is missing or not what it should be.
    """
    study = Study(config)
    if wrong := io.failed_checks((shards / name, check) for name, check in inventory.of_shards(study)):
        raise io.UserError("\n".join(wrong[:5]))
    about = provenance.manifest(config, run, [], protocol.CHAIN_VERSION) | digests(study, run, shards)
    del about["sha256"]
    about["realizations"] = sum(study.simulated(*axes).realizations for axes in study.sets)
    about |= {"machine": {"processor": provenance.processor(), "cores": os.cpu_count()}, "effort": effort(run)}
    for folder in {Path(name).parts[0] for name, _ in inventory.of_merged(study)}:
        shutil.rmtree(published / folder, ignore_errors=True)
    for name, _ in inventory.of_merged(study):
        _copy(run / name, published / name)
    io.write_json(published / io.MANIFEST, about)
    publish_outcome(run, published)


def publish_outcome(run, published):
    """Copy tables, figures and the scorecard to ``published``: those that the provenance of the run tells of."""
    told = json.loads((run / "checks/provenance.json").read_text(encoding="utf-8"))["sha256"]
    made = {Path(name).with_suffix("") for name in told}
    for folder, patterns in OUTCOME.items():
        shutil.rmtree(published / folder, ignore_errors=True)
        for path in sorted(path for pattern in patterns for path in (run / folder).glob(pattern)):
            if path.relative_to(run).with_suffix("") in made:
                _copy(path, published / path.relative_to(run))


def _copy(source, target):
    target.parent.mkdir(parents=True, exist_ok=True)
    shutil.copyfile(source, target)
