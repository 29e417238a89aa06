"""Rule verify_files: name each shard, density and table that is not what was written, or is missing, with what mends it."""

import shlex
from functools import partial
from pathlib import Path

from tlsglass.base import io
from tlsglass.study import inventory
from tlsglass.study.configured_study import Study


def left_over(path):
    raise io.UserError(f"{path}: left by another configuration of this run; remove it with: rm {shlex.quote(str(path))}")


io.redirect_output_to_log(snakemake.log[0], snakemake.config["rebuild"])
settings, study = snakemake.params, Study(snakemake.config)
run = Path(settings.run)

checks = [(run / name, check) for name, check in inventory.of_merged(study)]
if settings.published:
    checks += [(Path(settings.published) / name, check) for name, check in inventory.of_merged(study)]
else:
    checks += [(Path(settings.shards) / name, check) for name, check in inventory.of_shards(study)]
told = {}
for log in sorted((run / "logs").rglob("*.log")):
    told |= io.digests_in_log(log)
for path in sorted(run.rglob("*")):
    if path.suffix in io.TABLES:
        checks.append((path, partial(io.verify_digest, digest=told.get(str(path)))))

for path in sorted((run / "figures").glob("*")):
    if path.stem not in settings.figures:
        checks.append((path, left_over))

found = [(path, check) for path, check in checks if path.exists()]
if lines := io.failed_checks(found):
    raise io.UserError("\n".join(lines))
print(f"{len(found)} files are what was written")
