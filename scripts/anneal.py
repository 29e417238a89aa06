"""Rule anneal: one batch of realizations of one (L, J0), annealed; a shard for each measured temperature."""

from pathlib import Path

from tlsglass.base import files
from tlsglass.chain import checkpoint, simulation
from tlsglass.density.grid import Grid
from tlsglass.model import disorder

files.log_to(snakemake.log[0])
model = disorder.Model(**snakemake.params.model)
protocol = dict(snakemake.params.protocol)
protocol["grid"] = Grid(**protocol["grid"])
protocol = simulation.Protocol(**protocol)
first, last = map(int, snakemake.wildcards.batch.split("-"))
chain_path = Path(snakemake.output.chain)
kept = chain_path.parents[1] / "checkpoint" / chain_path.name

with checkpoint.Checkpoint(kept, simulation.origin(model, protocol)) as keeper:
    counts, chain = simulation.simulate(model, protocol, first, last - first + 1, print, keeper)
    for T, path in zip(snakemake.params.temperatures, snakemake.output.shards, strict=True):
        counts[T].save(path)
    chain.save(chain_path)
