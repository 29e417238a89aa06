"""Rule pull_table: mean and width of the pulls of every tested number, over all (L, J0)."""

import pandas as pd

from tlsglass.analysis import pulls
from tlsglass.base import io
from tlsglass.report import tables

io.start_job(snakemake)
found = pd.concat([tables.read_table_file(path) for path in snakemake.input.pulls])
io.write_csv(snakemake.output.table, pulls.table(found))
