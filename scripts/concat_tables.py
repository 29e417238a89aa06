"""Rules concat_fits, equilibrium_tables and closure_table: concatenate the tables under each name of the outputs."""

import pandas as pd

from tlsglass.base import io

io.start_job(snakemake)
for name, path in snakemake.output.items():
    table = pd.concat([pd.read_csv(part) for part in snakemake.input[name]], ignore_index=True)
    io.write_csv(path, table, snakemake.params.get("digits", 9))
