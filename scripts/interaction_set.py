"""Rule interaction_set: every number, n(E) and the stability of one interaction at one (L, J0)."""

from tlsglass.analysis import interaction_tables
from tlsglass.base import io
from tlsglass.dos.density_of_states import DensityOfStates
from tlsglass.montecarlo import methods
from tlsglass.montecarlo.protocol import ANNEALING

io.start_job(snakemake)
params = snakemake.params
rungs, reference = (
    [DensityOfStates.load(path) for path in paths] for paths in (snakemake.input.rungs, snakemake.input.reference)
)
tables = interaction_tables.tabulate_set(rungs, reference, params.model, params.settings, params.section)
records = (methods.read_record(path, params.fingerprint, ANNEALING) for path in snakemake.input.chains)
tables["stability"] = interaction_tables.tabulate_stability(records, params.model)
for name, path in snakemake.output.items():
    io.write_csv(path, tables[name])
