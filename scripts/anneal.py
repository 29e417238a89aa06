"""Rules anneal, temper and anneal_twice: simulate one batch of realizations, and write its counts and its record."""

from pathlib import Path

from tlsglass.base import io, labels
from tlsglass.montecarlo import checkpoint
from tlsglass.montecarlo.methods import simulate
from tlsglass.montecarlo.protocol import parse_fingerprint

io.start_job(snakemake)
fingerprint = snakemake.params.fingerprint
rungs = {path: labels.Rung.parse(Path(path).parent.name) for path in snakemake.output.shards}
quench_K = parse_fingerprint(fingerprint)[1].quench_K
measured_K = tuple(rung.T_K for rung in rungs.values() if rung.T_K != quench_K)
batch = labels.Batch.parse(snakemake.wildcards.batch)
first_path = Path(snakemake.output[0])
checkpoint_path = first_path.parents[1] / "checkpoint" / first_path.name

with checkpoint.Checkpoint(checkpoint_path, f"{fingerprint} {measured_K}") as keeper:
    counts, record = simulate(*parse_fingerprint(fingerprint, measured_K), batch.first, batch.n, print, keeper)
    for path, rung in rungs.items():
        counts[rung.T_K].save(path)
    for path in snakemake.output.chain:
        record.save(path)
