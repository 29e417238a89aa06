"""Rule equilibrium_tables: certificates of all tempered sets, and what annealing costs, each in one table."""

import pandas as pd

from tlsglass.base import io
from tlsglass.report import tables

io.start_job(snakemake)
for name, path in snakemake.output.items():
    io.write_csv(path, pd.concat([tables.read_table_file(part) for part in snakemake.input[name]], ignore_index=True), digits=6)
