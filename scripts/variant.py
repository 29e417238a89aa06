"""Rule variant: anneal the first realizations of a set with one choice changed."""

from pathlib import Path

from tlsglass.base import files
from tlsglass.chain import checkpoint, simulation
from tlsglass.density.grid import Grid
from tlsglass.model import disorder

files.log_to(snakemake.log[0])
protocol = dict(snakemake.params.protocol)
protocol["grid"] = Grid(**protocol["grid"])
protocol = simulation.Protocol(**protocol)
model = disorder.Model(**snakemake.params.model)
kept = Path(snakemake.output.shards[0]).with_name("checkpoint.npz")

with checkpoint.Checkpoint(kept, simulation.origin(model, protocol)) as keeper:
    counts, _ = simulation.simulate(model, protocol, 0, snakemake.params.realizations, print, keeper)
    for T, path in zip(protocol.measured_K, snakemake.output.shards, strict=True):
        counts[T].save(path)
