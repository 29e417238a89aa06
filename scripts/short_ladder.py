"""Rule short_ladder: the differences of every quoted number on the short ladder from the full one, as pairs of realizations."""

import pandas as pd

from tlsglass.analysis import sizes
from tlsglass.analysis.quantity import Settings
from tlsglass.base import io
from tlsglass.dos.density_of_states import DensityOfStates
from tlsglass.dos.temperature_series import TemperatureSeries

io.start_job(snakemake)
settings = Settings(**snakemake.params.settings)
short, full = {}, {}
for series, paths in ((short, snakemake.input.short), (full, snakemake.input.full)):
    for path in paths:
        counts = DensityOfStates.load(path, snakemake.params.groups)
        series.setdefault((counts.L, counts.J0_K), []).append(counts)
tables = [pd.DataFrame(columns=sizes.LADDERS)]
for name, rungs in short.items():
    densities = TemperatureSeries(rungs)
    reference = TemperatureSeries(full[name]).between(0, densities.n_realizations)
    tables.append(sizes.ladder_differences(densities, reference, settings))
io.write_csv(snakemake.output.table, pd.concat(tables[1:] or tables))
