"""Rule equilibration_data: sums over tempered and annealed realizations of one set, from all batches."""

from tlsglass.base import io
from tlsglass.montecarlo import equilibration_data, methods
from tlsglass.montecarlo.protocol import ANNEALING, PAIRED_ANNEALING, TEMPERING

io.start_job(snakemake)
settings = snakemake.params


def read(name, method):
    return [methods.read_record(path, settings.fingerprints[name], method) for path in snakemake.input[name]]


annealed = {sweeps: read(f"annealed_{sweeps}", ANNEALING) for sweeps in settings.sweeps}
found = equilibration_data.aggregate(read("tempered", TEMPERING), annealed, read("twice", PAIRED_ANNEALING), settings.groups)
found.save(snakemake.output.evidence)
