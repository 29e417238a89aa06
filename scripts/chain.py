"""Rule chain: gather what the batches of one (L, J0) say of their annealing, or take what was published of it."""

from tlsglass.base import files
from tlsglass.chain import simulation

files.log_to(snakemake.log[0], snakemake.config["rebuild"])
settings, paths = snakemake.params, snakemake.input.chains
if settings.merged:
    summary = simulation.read_summary(paths, settings.origin, settings.realizations)
else:
    summary = simulation.summarise(simulation.read_chain(path, settings.origin) for path in paths)
summary.save(snakemake.output.chain)
