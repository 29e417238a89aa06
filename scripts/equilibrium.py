"""Rule equilibrium: tests of equilibration of one tempered set, and the cost of annealing there."""

from tlsglass.analysis import annealing_cost
from tlsglass.analysis.quantity import Settings
from tlsglass.base import io
from tlsglass.dos.density_of_states import DensityOfStates
from tlsglass.dos.temperature_series import TemperatureSeries
from tlsglass.montecarlo.equilibration_data import EquilibrationData

io.start_job(snakemake)
params = snakemake.params
annealed = {
    sweeps: TemperatureSeries(map(DensityOfStates.load, snakemake.input[f"annealed_{sweeps}"])) for sweeps in params.sweeps
}
tempered = TemperatureSeries(map(DensityOfStates.load, snakemake.input.tempered))
tables = annealing_cost.tabulate_annealing_cost(
    EquilibrationData.load(snakemake.input.evidence), tempered, annealed, Settings(**params.settings)
)
for name, table in tables.items():
    io.write_csv(snakemake.output[name], table)
