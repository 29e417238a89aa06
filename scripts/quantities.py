"""Rule quantities: every number quoted of one (L, J0), with its systematic error, the choices behind that, and all curves."""

from tlsglass.analysis import quantity_tables, sizes
from tlsglass.analysis.quantity import Settings
from tlsglass.base import io
from tlsglass.dos.density_of_states import DensityOfStates
from tlsglass.dos.temperature_series import TemperatureSeries

io.start_job(snakemake)
densities = TemperatureSeries(map(DensityOfStates.load, snakemake.input.rungs), DensityOfStates.load(snakemake.input.quench))
settings = Settings(**snakemake.params.settings)
for name, table in quantity_tables.tabulate_set(densities, settings).items():
    io.write_csv(getattr(snakemake.output, name), table)
io.write_csv(snakemake.output.quoted, sizes.quoted_values(densities, settings))
io.write_csv(snakemake.output.observables, quantity_tables.tabulate_curves(densities, settings))
