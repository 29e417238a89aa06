"""Rule crossover_map: the region in which all printed statements about Fig. 3 are true."""

import pandas as pd

from tlsglass.analysis import crossover_map
from tlsglass.base import io
from tlsglass.dos.density_of_states import DensityOfStates
from tlsglass.dos.temperature_series import TemperatureSeries

io.start_job(snakemake)
claims = pd.read_csv(snakemake.input.paper).set_index("id")
counts = [DensityOfStates.load(path) for path in snakemake.input.rungs]
sets = [TemperatureSeries(c for c in counts if c.J0_K == J0) for J0 in sorted({c.J0_K for c in counts})]
maps = [crossover_map.map_crossover(densities, snakemake.params.observables, claims) for densities in sets]
io.write_csv(snakemake.output.table, pd.concat(maps, ignore_index=True))
