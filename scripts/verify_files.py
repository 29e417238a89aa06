"""Rule verify_files: report every file of a run that is damaged or foreign, with the command that repairs it.

Verified are the shards or the published files, the merged counts, checkpoints, and all files whose checksum a job records.
"""

import shlex
from functools import partial
from pathlib import Path

from tlsglass.base import io, published_files
from tlsglass.study import inventory
from tlsglass.study.configured_study import Study


def refuse(path, reason):
    raise io.UserError(f"{path}: {reason}; remove it with: rm -- {shlex.quote(str(path))}")


def read_checkpoint(path, fingerprint):
    """A run ignores what is not the checkpoint of its batch, and simulates the realizations again."""
    try:
        arrays, metadata = io.read_arrays(path)
    except io.DamagedFileError:
        refuse(path, "damaged checkpoint, which is not used")
    foreign = not str(metadata.get("fingerprint")).startswith(fingerprint) or "done" not in arrays
    if path.is_symlink() or foreign or metadata.get("batch") != path.stem:
        refuse(path, "checkpoint of another simulation or batch, which is not used")


def is_temporary(path):
    return any(part.startswith(".part-") for part in path.parts)


io.start_job(snakemake)
params, study = snakemake.params, Study(snakemake.config)
run, shards = Path(params.run), Path(params.shards)
records = sorted(Path(params.checksums).rglob("*.json"))
checksums = {path: digest for record in records for path, digest in io.read_checksums(record).items()}

drawn = sorted(path for folder in ("figures", "narrow") for path in (run / folder).glob("*"))
figures = [path for path in drawn if path.stem not in params.figures and not is_temporary(path)]
checks = [(path, partial(refuse, reason="left by another configuration of this run")) for path in figures]
checks += [(run / name, check) for name, check in inventory.merged_checks(study)]
if not params.published:
    checks += [(shards / name, check) for name, check in inventory.shard_checks(study)]
    for name, folder in study.shard_folders().items():
        check = partial(read_checkpoint, fingerprint=folder.fingerprint)
        checks += [(path, check) for path in sorted((shards / name / "checkpoint").glob("[0-9]*.npz"))]

folders = [path for path in run.glob("*/") if path.name not in params.unverified]
results = sorted(path for folder in folders for path in folder.rglob("*") if path.suffix in io.RECORDED)
unrecorded = []
for path in results:
    if path in figures or is_temporary(path):
        continue
    if str(path) in checksums:
        checks.append((path, partial(io.verify_digest, digest=checksums[str(path)])))
    elif path.suffix == ".npz":  # it contains its digest
        checks.append((path, io.read_digest))
    else:
        unrecorded.append(path)

failures, verified = {}, set()
for path, check in checks:
    if path not in failures and (path.exists() or path.is_symlink()):
        verified.add(path)
        if lines := io.failed_checks([(path, check)]):
            failures[path] = lines[0]
lines = [*failures.values(), *io.unrecorded_lines(unrecorded)]
if params.published:
    try:
        lines += published_files.failed_files(params.published)
    except io.UserError as error:
        lines.append(str(error))
rebuilt = [path for path, line in failures.items() if "rebuild it with: " in line]
if len(rebuilt + unrecorded) > 1:
    lines.append(f"all that can be rebuilt: {io.rebuild_command(sorted(rebuilt + unrecorded))}")
if leftovers := [path for folder in (run, shards) for path in io.leftover_paths(folder)]:
    removal = shlex.join(["rm", "-r", "--", *map(str, leftovers)])
    print(f"{len(leftovers)} temporary files of interrupted jobs, which are not used; remove them with: {removal}")
if lines:
    raise io.UserError("\n".join(lines))
print(f"{len(verified)} files are what was written")
