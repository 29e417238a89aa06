"""Rule weak_coupling: µ of n ∝ E^µ of one weak coupling after the quench."""

import pandas as pd

from tlsglass.analysis import quantity_tables
from tlsglass.base import io
from tlsglass.dos.density_of_states import DensityOfStates

io.start_job(snakemake)
rows = [
    quantity_tables.weak_coupling_row(DensityOfStates.load(path), snakemake.params.windows_J0)
    for path in snakemake.input.counts
]
io.write_csv(snakemake.output.table, pd.DataFrame(rows, columns=quantity_tables.WEAK_COUPLING))
