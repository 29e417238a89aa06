"""Rule intact: name each shard, density and table that is not what was written, with the command that makes it anew."""

from pathlib import Path

from tlsglass.base import files
from tlsglass.chain import simulation
from tlsglass.density import merge
from tlsglass.density.counts import Counts

files.log_to(snakemake.log[0])
results = Path("results")
study = snakemake.params


def shard(origin, T_K):
    return lambda path: merge.read_shard(path, origin, T_K)


def chain(origin):
    return lambda path: simulation.read_chain(path, origin)


checks = []
for name, origin in study.origins.items():
    for batch in study.batches[name]:
        checks.append((results / f"shards/{name}/chain/{batch}.npz", chain(origin)))
        checks += [(results / f"shards/{name}/T{T}/{batch}.npz", shard(origin, T_K)) for T, T_K in study.temperatures.items()]
checks += [(path, Counts.load) for path in sorted([*results.glob("dos/*/*.npz"), *results.glob("shards/variants/*/T*.npz")])]
checks += [(path.parent.parent / path.stem, files.verify) for path in sorted(results.rglob(f"{files.SIGNATURES}/*"))]

found = [(path, check) for path, check in checks if path.exists()]
wrong = []
for path, check in found:
    try:
        check(path)
    except files.Failure as failure:
        wrong.append(str(failure))
if wrong:
    raise files.Failure("\n".join(wrong))
print(f"{len(found)} files are what was written")
