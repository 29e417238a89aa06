"""Give the counts of before a stamp apart from their numbers: every count is left as it is, bit for bit. Used once.

Until now a file of counts kept its origin among its numbers, under one digest, and the origin named options that the
numbers do not depend on (`measured_K`). Now the numbers have a digest of their own, and shards lie in a folder for each
origin. Nothing is written that was not checked first: the digest of each file, and what results/published/MANIFEST.json
of before says of it.

    python scripts/migrate_stamps.py shards OLD [--configfile FILE ...]
        shards of a run of the old code in the folder OLD, called with these overlays (as seen from OLD), go to
        results/shards. Where the manifest in OLD/results/published lists a shard, its digest must be the listed one, with
        the `measured_K` of the manifest in the place of that of the run; how many it lists is said. Files of variants,
        which held all realizations, are split into batches. What is there already is left.

    python scripts/migrate_stamps.py published
        counts and chains in results/published get their stamp (once), and the manifest lists the digests of their
        numbers and of those of all shards of the published study that lie in results/shards.
"""

import argparse
import json
import sys
from collections import Counter
from dataclasses import replace
from pathlib import Path

import numpy as np
from snakemake.utils import update_config

from tlsglass.base import files, names, validation
from tlsglass.chain import protocol as annealing
from tlsglass.chain import simulation
from tlsglass.density.counts import Counts
from tlsglass.density.grid import Grid
from tlsglass.model.parameters import Model
from tlsglass.study import publication
from tlsglass.study.axes import Study

SHARDS = Path("results/shards")
PUBLISHED = Path("results/published")


def read_old(path):
    """Return the arrays of a file of before, after its digest was checked."""
    with np.load(path, allow_pickle=False) as stored:
        arrays = {name: stored[name] for name in stored}
    if str(arrays.pop("sha256", "")) != files.digest(arrays):
        sys.exit(f"{path}: its content and its digest differ")
    return arrays


def origin_in(arrays):
    """Return the origin that a file of before tells, as a dict."""
    text = json.loads(str(arrays["scalars"]))["origin"] if "scalars" in arrays else str(arrays["origin"])
    return json.loads(text)


def settings(old):
    """Return the Model and the Protocol of an origin of before, every number as its label says it."""
    if old["chain_version"] != annealing.CHAIN_VERSION:
        sys.exit(f"made by chain version {old['chain_version']}; this is {annealing.CHAIN_VERSION}")
    model = Model(**{name: value if name == "L" else names.rounded(value) for name, value in old.items() if name in MODEL})
    told = {name: value for name, value in old.items() if name not in (*MODEL, "chain_version")}
    for name in ("ladder_K", "measured_K"):
        told[name] = tuple(map(names.rounded, told[name]))
    told |= {"quench_K": names.rounded(told["quench_K"]), "grid": Grid(**told["grid"])}
    return model, annealing.Protocol(**told)


MODEL = ("L", "h0_K", "J0_K", "cutoff", "concentration")


def renewed(arrays):
    """Return what the arrays of a file of before are now: Counts, simulation.Chain or simulation.ChainSummary."""
    model, protocol = settings(origin_in(arrays))
    if "scalars" in arrays:
        stamp = json.loads(str(arrays["scalars"]))
        rung = next(rung for rung in protocol.counted if rung.T_K == names.rounded(stamp["T_K"]))
        numbers = {name: array for name, array in arrays.items() if name != "scalars"}
        numbers["counts"] = numbers["counts"].astype(np.int64)
        return Counts(**stamp | {"origin": annealing.origin(model, protocol, rung)}, **numbers)
    numbers = {name: array[()] for name, array in arrays.items() if name != "origin"}
    kind = simulation.Chain if "first" in numbers else simulation.ChainSummary
    return kind(annealing.annealing_origin(model, protocol), **numbers)


def write(path, new, old):
    """Write a file with its new stamp, and hold its numbers against those of before."""
    new.save(path)
    numbers, _ = files.read_arrays(path)
    for name, array in numbers.items():
        if old[name].dtype != array.dtype or not np.array_equal(old[name], array):
            sys.exit(f"{path}: {name} would change")


def as_listed(arrays, measured_K):
    """Return the digest that the arrays of a shard had in a run that counted at ``measured_K``."""
    origin = json.dumps(origin_in(arrays) | {"measured_K": measured_K}, sort_keys=True)
    if "scalars" in arrays:
        told = {"scalars": json.dumps(json.loads(str(arrays["scalars"])) | {"origin": origin}, sort_keys=True)}
    else:
        told = {"origin": origin}
    return files.digest(arrays | {name: np.asarray(text) for name, text in told.items()})


def check_listed(manifest, place, path, arrays, variant):
    """Return whether the manifest of before lists a shard. Exits when it does with other numbers."""
    listed = manifest["shards"].get(place, {}).get(path.name)
    measured_K = sorted(map(float, manifest["config"]["density_of_states"]["measured_K"]))
    if listed and as_listed(arrays, origin_in(arrays)["measured_K"] if variant else measured_K) != listed:
        sys.exit(f"{path}: not the numbers that the manifest lists")
    return bool(listed)


def migrate_shard(path, arrays):
    """Write a shard of before in the folder of its origin."""
    new = renewed(arrays)
    model, protocol = settings(origin_in(arrays))
    kind = "chain" if isinstance(new, simulation.Chain) else names.Rung(new.T_K)
    target = SHARDS / annealing.key(model, annealing.origin(model, protocol)) / str(kind) / path.name
    if not target.exists():
        write(target, new, arrays)


def migrate_variant(path, arrays, simulated):
    """Write the shards of the batches that the old file of a variant holds together."""
    counts = renewed(arrays)
    rung = next(rung for rung in simulated.rungs if rung.T_K == names.rounded(counts.T_K))
    if counts.origin != simulated.origin_at(rung) or counts.n_realizations != simulated.realizations:
        sys.exit(f"{path}: not of this configuration")
    for batch, name in zip(simulated.batches, simulated.shards(rung), strict=True):
        rows = (counts.first >= batch.first) & (counts.first <= batch.last)
        part = replace(counts, T_K=rung.T_K, first=counts.first[rows], counts=counts.counts[rows])
        if not (SHARDS / name).exists():
            write(SHARDS / name, part, arrays | {"first": arrays["first"][rows], "counts": arrays["counts"][rows]})


def migrate_shards(old, overlays):
    """Write the shards of a run of the old code anew, and say how many of them the manifest lists."""
    config = validation.read_yaml(old / "config/config.yaml")
    for overlay in overlays:
        update_config(config, validation.read_yaml(old / overlay))
    variants = Study(config).all_simulated()
    manifest = json.loads((old / "results/published/MANIFEST.json").read_text(encoding="utf-8"))
    found = Counter()
    for path in sorted((old / "results/shards").glob("**/*.npz")):
        place = path.relative_to(old / "results/shards").parts
        variant = place[0] == "variants"
        if "checkpoint" in path.parts or path.name == "checkpoint.npz" or path.name.startswith("."):
            continue
        arrays = read_old(path)
        found["listed" if check_listed(manifest, "/".join(place[:-1]), path, arrays, variant) else "not listed"] += 1
        if variant:
            migrate_variant(path, arrays, variants["/".join(place[:-1])])
        else:
            migrate_shard(path, arrays)
    print(f"{found['listed']} files are those of the manifest; {found['not listed']} are not in it")


def migrate_published():
    """Write the published counts with their new stamp, and the manifest with the digests of all numbers."""
    path = PUBLISHED / files.MANIFEST
    manifest = json.loads(path.read_text(encoding="utf-8"))
    for name, digest in manifest.pop("sha256", {}).items():
        if files.sha256(PUBLISHED / name) != digest:
            sys.exit(f"{PUBLISHED / name}: not what the manifest lists")
        arrays = read_old(PUBLISHED / name)
        write(PUBLISHED / name, renewed(arrays), arrays)
    study = Study(manifest["config"])
    wrong = publication.wrong_counts(study, PUBLISHED)
    if wrong:
        sys.exit("\n".join(wrong))
    effort = {name: manifest.pop(name) for name in ("realizations", "machine", "effort")}
    manifest = {name: value for name, value in manifest.items() if name not in ("counts", "shards")} | effort
    digests = publication.digests(study, PUBLISHED, SHARDS)
    files.write_json(path, manifest | digests)
    print(f"{len(digests['counts'])} published files, {sum(map(len, digests['shards'].values()))} shards")


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    kinds = parser.add_subparsers(dest="kind", required=True)
    shards = kinds.add_parser("shards", help="shards of a run of the old code")
    shards.add_argument("old", type=Path, help="its folder")
    shards.add_argument("--configfile", nargs="*", default=[], help="overlays that it was called with")
    kinds.add_parser("published", help="results/published")
    options = parser.parse_args()
    if options.kind == "shards":
        migrate_shards(options.old, options.configfile)
    else:
        migrate_published()


if __name__ == "__main__":
    main()
