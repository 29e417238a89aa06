"""Rule evidence: what tempering and annealing of one set tell of equilibrium, from all batches."""

from tlsglass.base import files
from tlsglass.chain import batch, evidence
from tlsglass.chain.protocol import ANNEALING, TEMPERING, TWICE

files.log_to(snakemake.log[0], snakemake.config["rebuild"])
settings = snakemake.params


def read(name, method):
    return [batch.read(path, settings.origins[name], method) for path in snakemake.input[name]]


annealed = {sweeps: read(f"annealed_{sweeps}", ANNEALING) for sweeps in settings.sweeps}
found = evidence.gather(read("tempered", TEMPERING), annealed, read("twice", TWICE), settings.groups)
found.save(snakemake.output.evidence)
