"""Rule size_quantities: every number quoted of one (L, J0) on the short ladder."""

from tlsglass.analysis import sizes
from tlsglass.analysis.quantity import Settings
from tlsglass.base import io
from tlsglass.dos.density_of_states import DensityOfStates
from tlsglass.dos.temperature_series import TemperatureSeries

io.start_job(snakemake)
densities = TemperatureSeries(map(DensityOfStates.load, snakemake.input.rungs))
io.write_csv(snakemake.output.quoted, sizes.quoted_values(densities, Settings(**snakemake.params.settings)))
