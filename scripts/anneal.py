"""Rules anneal, temper, anneal_twice: one batch of realizations of one origin; a shard for each rung at which energies are
counted, and one that tells of its chains."""

from pathlib import Path

from tlsglass.base import io, labels
from tlsglass.montecarlo import checkpoint
from tlsglass.montecarlo.methods import simulate
from tlsglass.montecarlo.protocol import parse_fingerprint

io.start_job(snakemake)
origin = snakemake.params.origin
rungs = {path: labels.Rung.parse(Path(path).parent.name) for path in snakemake.output.shards}
quench_K = parse_fingerprint(origin)[1].quench_K
measured_K = tuple(rung.T_K for rung in rungs.values() if rung.T_K != quench_K)
batch = labels.Batch.parse(snakemake.wildcards.batch)
first_path = Path(snakemake.output[0])
kept = first_path.parents[1] / "checkpoint" / first_path.name

with checkpoint.Checkpoint(kept, f"{origin} {measured_K}") as keeper:
    counts, chain = simulate(*parse_fingerprint(origin, measured_K), batch.first, batch.n, print, keeper)
    for path, rung in rungs.items():
        counts[rung.T_K].save(path)
    for path in snakemake.output.chain:
        chain.save(path)
