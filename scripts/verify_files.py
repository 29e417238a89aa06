"""Rule verify_files: report every shard, density and table that is damaged or foreign, with the command that repairs it."""

import shlex
from functools import partial
from pathlib import Path

from tlsglass.base import io
from tlsglass.study import inventory
from tlsglass.study.configured_study import Study


def stale_figure(path):
    raise io.UserError(f"{path}: left by another configuration of this run; remove it with: rm {shlex.quote(str(path))}")


io.start_job(snakemake)
params, study = snakemake.params, Study(snakemake.config)
run = Path(params.run)
records = sorted(Path(params.checksums).rglob("*.json"))

checks = [(run / name, check) for name, check in inventory.merged_checks(study)]
if params.published:
    checks += [(Path(params.published) / name, check) for name, check in inventory.merged_checks(study)]
else:
    checks += [(Path(params.shards) / name, check) for name, check in inventory.shard_checks(study)]
checksums = {path: digest for record in records for path, digest in io.read_checksums(record).items()}
checks += [
    (path, partial(io.verify_digest, digest=checksums.get(str(path))))
    for path in sorted(set(run.rglob("*")).difference(records))
    if path.suffix in io.TABLES
]
checks += [(path, stale_figure) for path in sorted((run / "figures").glob("*")) if path.stem not in params.figures]

existing = [(path, check) for path, check in checks if path.exists()]
if lines := io.failed_checks(existing):
    raise io.UserError("\n".join(lines))
print(f"{len(existing)} files are what was written")
