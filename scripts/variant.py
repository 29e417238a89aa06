"""Rule variant: anneal the first realizations of a set with one choice changed."""

from tlsglass import disorder, dos, files, simulation

files.log_to(snakemake.log[0])
protocol = dict(snakemake.params.protocol)
protocol["grid"] = dos.Grid(**protocol["grid"])
protocol = simulation.Protocol(**protocol)
model = disorder.Model(**snakemake.params.model)

counts, _ = simulation.simulate(model, protocol, 0, snakemake.params.realizations, report=print)
for T, path in zip(protocol.measured_K, snakemake.output.shards, strict=True):
    counts[T].save(path)
