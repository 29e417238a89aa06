"""Rule closure_table: pulls and coverage of all observables."""

import pandas as pd

from tlsglass import files

files.log_to(snakemake.log[0])
files.write_csv(snakemake.output.table, pd.concat([pd.read_csv(path) for path in snakemake.input.tables]))
