"""Rule anneal: one batch of realizations of one (L, J0), annealed; a shard for each measured temperature."""

from tlsglass import disorder, dos, files, simulation

files.log_to(snakemake.log[0])
protocol = dict(snakemake.params.protocol)
protocol["grid"] = dos.Grid(**protocol["grid"])
first, last = map(int, snakemake.wildcards.batch.split("-"))

counts, chain = simulation.simulate(
    disorder.Model(**snakemake.params.model), simulation.Protocol(**protocol), first, last - first + 1, report=print
)

for T, path in zip(snakemake.params.temperatures, snakemake.output.shards, strict=True):
    counts[T].save(path)
chain.save(snakemake.output.chain)
