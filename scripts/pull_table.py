"""Rule pull_table: mean and width of the pulls of every tested number, over all (L, J0)."""

import pandas as pd

from tlsglass.analysis import pulls
from tlsglass.base import io

io.start_job(snakemake)
table = pd.concat([pd.read_csv(path) for path in snakemake.input.pulls])
io.write_csv(snakemake.output.table, pulls.summarize(table))
