"""Rule choices_table: how far each choice of the analysis moves each number, for all (L, J0)."""

import pandas as pd

from tlsglass.base import files
from tlsglass.show import tables

files.log_to(snakemake.log[0])
found = pd.concat([tables.read(path) for path in snakemake.input.choices], ignore_index=True)
files.write_csv(snakemake.output.table, found)
