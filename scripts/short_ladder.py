"""Rule short_ladder: how far the short ladder moves every quoted number, realization by realization."""

import pandas as pd

from tlsglass.analysis import sizes
from tlsglass.analysis.quantity import Settings
from tlsglass.base import io
from tlsglass.dos.density_of_states import DensityOfStates
from tlsglass.dos.temperature_series import TemperatureSeries

io.start_job(snakemake)
settings = Settings(**snakemake.params.settings)
short, whole = ({} for _ in range(2))
for found, paths in ((short, snakemake.input.short), (whole, snakemake.input.whole)):
    for path in paths:
        counts = DensityOfStates.load(path, snakemake.params.groups)
        found.setdefault((counts.L, counts.J0_K), []).append(counts)
tables = [pd.DataFrame(columns=sizes.LADDERS)]
for name, rungs in short.items():
    densities = TemperatureSeries(rungs)
    tables.append(
        sizes.ladder_differences(densities, TemperatureSeries(whole[name]).between(0, densities.n_realizations), settings)
    )
io.write_csv(snakemake.output.table, pd.concat(tables[1:] or tables))
