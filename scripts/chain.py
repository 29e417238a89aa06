"""Rule chain: gather what the batches of one (L, J0) say of their annealing, or take what was published of it."""

from tlsglass.base import io
from tlsglass.montecarlo import annealing

io.redirect_output_to_log(snakemake.log[0], snakemake.config["rebuild"])
settings, paths = snakemake.params, snakemake.input.chains
if settings.merged:
    summary = annealing.read_summary(paths, settings.origin, settings.realizations)
else:
    summary = annealing.summarize(annealing.read_chain(path, settings.origin) for path in paths)
summary.save(snakemake.output.chain)
