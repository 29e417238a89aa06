"""Rule observables: κ, C and δv/v of one (L, J0) at every rung."""

from tlsglass.analysis import quantity_tables
from tlsglass.analysis.quantity import Settings
from tlsglass.base import io
from tlsglass.dos.density_of_states import DensityOfStates
from tlsglass.dos.temperature_series import TemperatureSeries

io.start_job(snakemake)
densities = TemperatureSeries(map(DensityOfStates.load, snakemake.input.rungs))
io.write_csv(snakemake.output.observables, quantity_tables.tabulate_curves(densities, Settings(**snakemake.params.settings)))
