"""Rule pull_table: mean and width of the pulls of every tested number, over all (L, J0)."""

import pandas as pd

from tlsglass.base import files
from tlsglass.paper import pulls
from tlsglass.show import tables

files.log_to(snakemake.log[0], snakemake.config["rebuild"])
found = pd.concat([tables.read(path) for path in snakemake.input.pulls])
files.write_csv(snakemake.output.table, pulls.table(found))
