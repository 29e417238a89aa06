"""Rule closure_table: pulls and coverage of all observables."""

import pandas as pd

from tlsglass.base import io
from tlsglass.report import tables

io.start_job(snakemake)
io.write_csv(snakemake.output.table, pd.concat([tables.read_table_file(path) for path in snakemake.input.tables]))
