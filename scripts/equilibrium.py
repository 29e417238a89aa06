"""Rule equilibrium: the certificates of one tempered set, and what annealing costs there."""

from tlsglass.analysis import annealing_cost
from tlsglass.analysis.quantity import Settings
from tlsglass.base import io
from tlsglass.dos.density_of_states import DensityOfStates
from tlsglass.dos.temperature_series import TemperatureSeries
from tlsglass.montecarlo.equilibration_data import EquilibrationData

io.start_job(snakemake)
settings = snakemake.params
annealed = {
    sweeps: TemperatureSeries(map(DensityOfStates.load, snakemake.input[f"annealed_{sweeps}"])) for sweeps in settings.sweeps
}
tempered = TemperatureSeries(map(DensityOfStates.load, snakemake.input.tempered))
found = annealing_cost.tabulate_annealing_cost(
    EquilibrationData.load(snakemake.input.evidence), tempered, annealed, Settings(**settings.settings)
)
for name, table in found.items():
    io.write_csv(snakemake.output[name], table)
