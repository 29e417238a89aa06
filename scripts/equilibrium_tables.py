"""Rule equilibrium_tables: certificates of all tempered sets, and what annealing costs, each in one table."""

import pandas as pd

from tlsglass.base import files
from tlsglass.paper import equilibrium
from tlsglass.show import tables

files.log_to(snakemake.log[0], snakemake.config["rebuild"])
for name, columns in equilibrium.TABLES.items():
    parts = [tables.read(path) for path in snakemake.input.get(name, [])]
    files.write_csv(snakemake.output[name], pd.concat(parts, ignore_index=True) if parts else pd.DataFrame(columns=columns))
