"""Rule pulls: pulls of the quoted numbers of one (L, J0), from splits of its realizations and from synthetic samples."""

from tlsglass.analysis import pulls
from tlsglass.analysis.quantity import Settings
from tlsglass.base import io
from tlsglass.dos.density_of_states import DensityOfStates
from tlsglass.dos.temperature_series import TemperatureSeries

io.start_job(snakemake)
densities = TemperatureSeries(map(DensityOfStates.load, snakemake.input.rungs))
table = pulls.pulls_of_set(densities, Settings(**snakemake.params.settings), **snakemake.params.pulls, report=print)
io.write_csv(snakemake.output.pulls, table)
