"""Rule equilibrium_tables: certificates of all tempered sets, and what annealing costs, each in one table."""

import pandas as pd

from tlsglass.base import files
from tlsglass.show import tables

files.log_to(snakemake.log[0], snakemake.config["rebuild"])
for name, path in snakemake.output.items():
    files.write_csv(path, pd.concat([tables.read(part) for part in snakemake.input[name]], ignore_index=True), digits=6)
