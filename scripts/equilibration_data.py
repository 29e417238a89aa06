"""Rule equilibration_data: sums over tempered and annealed realizations of one set, from all batches."""

from tlsglass.base import io
from tlsglass.montecarlo import equilibration_data, methods
from tlsglass.montecarlo.protocol import ANNEALING, PAIRED_ANNEALING, TEMPERING

io.start_job(snakemake)
params = snakemake.params


def read_records(name, method):
    return [methods.read_record(path, params.fingerprints[name], method) for path in snakemake.input[name]]


tempered = read_records("tempered", TEMPERING)
paired = read_records("twice", PAIRED_ANNEALING) if "twice" in params.fingerprints else []
annealed = {sweeps: read_records(f"annealed_{sweeps}", ANNEALING) for sweeps in params.sweeps}
equilibration_data.aggregate(tempered, annealed, paired, params.groups).save(snakemake.output.evidence)
