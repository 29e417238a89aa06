"""Rule summarize_chains: the annealing records of all batches of one (L, J0) as means, or the published summary."""

from tlsglass.base import io
from tlsglass.montecarlo import annealing, methods
from tlsglass.montecarlo.protocol import ANNEALING

io.start_job(snakemake)
params, paths = snakemake.params, snakemake.input.chains
if params.merged:
    summary = annealing.read_summary(paths[0], params.fingerprint, params.realizations)
else:
    summary = annealing.summarize(methods.read_record(path, params.fingerprint, ANNEALING) for path in paths)
summary.save(snakemake.output.chain)
