"""Rule summarize_chains: the annealing records of all batches of one (L, J0) as means, or the published summaries of all."""

from tlsglass.base import io
from tlsglass.montecarlo import annealing, methods
from tlsglass.montecarlo.protocol import ANNEALING

io.start_job(snakemake)
params, paths = snakemake.params, snakemake.input.chains
if params.merged:
    expected = zip(paths, params.fingerprints, params.realizations, strict=True)
    summaries = [annealing.read_summary(path, fingerprint, n) for path, fingerprint, n in expected]
else:
    (fingerprint,) = params.fingerprints
    summaries = [annealing.summarize(methods.read_record(path, fingerprint, ANNEALING) for path in paths)]
for summary, path in zip(summaries, snakemake.output.chain, strict=True):
    summary.save(path)
