"""Rule closure_table: pulls and coverage of all observables."""

import pandas as pd

from tlsglass.base import files
from tlsglass.show import tables

files.log_to(snakemake.log[0], snakemake.config["rebuild"])
files.write_csv(snakemake.output.table, pd.concat([tables.read(path) for path in snakemake.input.tables]))
