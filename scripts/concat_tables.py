"""Rules that gather: the tables under each name of the inputs, one below the other, into the output of that name."""

import pandas as pd

from tlsglass.base import io
from tlsglass.report import tables

io.start_job(snakemake)
for name, path in snakemake.output.items():
    gathered = pd.concat([tables.read_table_file(part) for part in snakemake.input[name]], ignore_index=True)
    io.write_csv(path, gathered)
