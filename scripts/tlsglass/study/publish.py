"""Publish the outcome of a full run: copy it to results/published and write its manifest.

``results/published`` contains the merged counts of every (L, J0, T), the summaries of the chains, tables, figures, the
scorecard, and MANIFEST.json: configuration, versions, machine, time, the digest of the numbers in each shard that was
merged and in each file of merged counts, and the SHA-256 of every published file. The folder is replaced as a whole.
"""

from __future__ import annotations

import json
import os
import shutil
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from tlsglass.base import io, provenance, published_files
from tlsglass.montecarlo import protocol
from tlsglass.study import inventory
from tlsglass.study.configured_study import Study
from tlsglass.study.workflow_helpers import RECORD

PUBLISHED_FILES = {  # folder of a run: patterns of the files in it that are published
    "tables": ("*.csv", "*.md"),
    "figures": ("*.svg", "*.csv"),
    "narrow": ("*.svg",),  # figures for narrow screens
    "experiments": ("*/fit.json",),
    "checks": ("scorecard.csv", "scorecard.md"),
}


def incomplete_files(run: Path) -> list[str]:
    """Return one line for each file in the folder of a run that is missing or differs from the provenance of the run."""
    try:
        digests = _provenance_digests(run)
    except (OSError, ValueError, KeyError):
        return [f"{run}/checks/provenance.json: missing or damaged: the run is not finished"]
    lines = []
    for name, digest in digests.items():
        path = run / name
        if not path.is_file():
            lines.append(f"{path}: missing")
        elif io.sha256(path) != digest:
            lines.append(f"{path}: its SHA-256 is not that in checks/provenance.json")
    return lines


def unfitted_datasets(run: Path, experiments: Path) -> list[str]:
    """Return one line for each dataset in the folder ``experiments`` whose fit is not listed in the provenance of a run."""
    listed = _provenance_digests(run)
    names = sorted(path.name for path in experiments.iterdir() if path.is_dir())
    missing = [name for name in names if f"experiments/{name}/fit.json" not in listed]
    return [f"{experiments}/{name}: the run has no fit of this dataset, which is broken or was added later" for name in missing]


def wrong_counts(study: Study, folder: Path) -> list[str]:
    """Return one line for each file of merged counts in ``folder`` that is missing or not that of ``study``."""
    return io.failed_checks((folder / name, check) for name, check in inventory.merged_checks(study))


def digests(study: Study, folder: Path, shards: Path) -> dict[str, dict[str, Any]]:
    """Return the digests of the numbers in all merged counts in ``folder``, and in all shards that exist.

    Shards are named by their simulation, rung and batch, and not by their folder, whose name depends on the fingerprint.
    """
    counts = {name: io.read_digest(folder / name) for name, _ in inventory.merged_checks(study)}
    digests_of_shards = {}
    for name, plan in study.simulation_plans().items():
        places = {str(rung): plan.shards(rung) for rung in plan.rungs}
        if plan.wants_chain_record:
            places[RECORD] = plan.chain_records
        for rung, files in places.items():
            paths = [shards / file for file in files if (shards / file).is_file()]
            digests_of_shards[f"{name}/{rung}"] = {path.stem: io.read_digest(path) for path in paths}
    return {"counts": counts, "shards": digests_of_shards}


def effort(run: Path) -> dict[str, int]:
    """Return the duration of the simulation, from the benchmark files of its jobs and the times at which they ended."""
    jobs = [
        (path.stat().st_mtime, float(pd.read_csv(path, sep="\t")["s"].iloc[-1]))
        for name in protocol.JOB_NAMES.values()
        for path in run.glob(f"benchmarks/{name}/**/*.tsv")
    ]
    if not jobs:
        return {"jobs": 0}
    ends, seconds = np.array(jobs).T
    return {
        "jobs": len(jobs),
        "job_seconds": round(float(seconds.sum())),
        "wall_s": round(float(max(ends) - min(ends - seconds))),
    }


def publish(run: Path, shards: Path, folder: Path, config: dict[str, Any]) -> None:
    """Replace the published ``folder`` by counts, chains and outcome of a finished run, with their manifest.

    Raises
    ------
    UserError
        If a shard of the run is missing or wrong; nothing has been written then.
    """
    study = Study(config)
    if lines := io.failed_checks((shards / name, check) for name, check in inventory.shard_checks(study)):
        raise io.UserError("\n".join(lines[:5]))
    manifest = provenance.manifest(config, str(run), [], protocol.CHAIN_VERSION) | digests(study, run, shards)
    del manifest["sha256"]
    manifest["realizations"] = sum(study.set_plan(*labels).realizations for labels in study.sets)
    manifest |= {"machine": {"processor": provenance.processor(), "cores": os.cpu_count()}, "effort": effort(run)}
    names = [name for name, _ in inventory.merged_checks(study)]
    with io.replace_folder(folder) as new:
        for top in {Path(name).parts[0] for name in names}:
            shutil.rmtree(new / top, ignore_errors=True)
        for name in names:
            _copy(run / name, new / name)
        _copy_outcome(run, new)
        published_files.write_manifest(new, manifest)


def publish_outcome(run: Path, folder: Path) -> None:
    """Replace the tables, figures and scorecard in the published ``folder`` by those that the provenance of the run lists.

    Raises UserError if the manifest or a file of counts in ``folder`` is damaged; nothing has been written then.
    """
    manifest = published_files.read_manifest(folder)
    if lines := published_files.failed_files(
        folder, [name for name in manifest[published_files.FILES] if name.endswith(".npz")]
    ):
        raise io.UserError("\n".join(lines[:5]))
    with io.replace_folder(folder) as new:
        _copy_outcome(run, new)
        published_files.write_manifest(new, manifest)


def refresh_list(folder: Path) -> None:
    """List the files of the published ``folder`` anew in its manifest, as they are now."""
    manifest = json.loads((folder / io.MANIFEST).read_text(encoding="utf-8"))
    published_files.write_manifest(folder, manifest)


def _copy_outcome(run: Path, new: Path) -> None:
    """Copy the tables, figures and scorecard that the provenance of the run lists to the folder ``new``."""
    listed = {Path(name).with_suffix("") for name in _provenance_digests(run)}
    for folder, patterns in PUBLISHED_FILES.items():
        shutil.rmtree(new / folder, ignore_errors=True)
        for path in sorted(path for pattern in patterns for path in (run / folder).glob(pattern)):
            if path.relative_to(run).with_suffix("") in listed:
                _copy(path, new / path.relative_to(run))


def _provenance_digests(run: Path) -> dict[str, str]:
    """Return {file of the run: SHA-256} from its provenance."""
    digests: dict[str, str] = json.loads((run / "checks/provenance.json").read_text(encoding="utf-8"))["sha256"]
    return digests


def _copy(source: Path, target: Path) -> None:
    target.parent.mkdir(parents=True, exist_ok=True)
    shutil.copyfile(source, target)
