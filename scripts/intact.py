"""Rule intact: name each shard, density and table that is not what was written, or is missing, with what mends it."""

import shlex
from functools import partial
from pathlib import Path

from tlsglass.base import files
from tlsglass.study import holdings
from tlsglass.study.axes import Study


def left_over(path):
    raise files.Failure(f"{path}: left by another configuration of this run; remove it with: rm {shlex.quote(str(path))}")


files.log_to(snakemake.log[0], snakemake.config["rebuild"])
settings, study = snakemake.params, Study(snakemake.config)
run = Path(settings.run)

checks = [(run / name, check) for name, check in holdings.of_merged(study)]
if settings.published:
    checks += [(Path(settings.published) / name, check) for name, check in holdings.of_merged(study)]
else:
    checks += [(Path(settings.shards) / name, check) for name, check in holdings.of_shards(study)]
told = {}
for log in sorted((run / "logs").rglob("*.log")):
    told |= files.told(log)
for path in sorted(run.rglob("*")):
    if path.suffix in files.TABLES:
        checks.append((path, partial(files.verify, digest=told.get(str(path)))))

for path in sorted((run / "figures").glob("*")):
    if path.stem not in settings.figures:
        checks.append((path, left_over))

found = [(path, check) for path, check in checks if path.exists()]
if lines := files.wrong(found):
    raise files.Failure("\n".join(lines))
print(f"{len(found)} files are what was written")
