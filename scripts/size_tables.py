"""Rule size_tables: every quoted number at every size, the differences of sizes, and the limit L → ∞."""

import pandas as pd

from tlsglass.base import files
from tlsglass.paper import sizes
from tlsglass.show import tables

files.log_to(snakemake.log[0], snakemake.config["rebuild"])
values = pd.concat([tables.read(path) for path in snakemake.input.quoted], ignore_index=True)
files.write_csv(snakemake.output.sizes, values)
files.write_csv(snakemake.output.pairs, sizes.pairs(values))
files.write_csv(snakemake.output.limits, sizes.limits(values, snakemake.params.L))
