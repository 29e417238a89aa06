"""Rule size_tables: every quoted number at every size, the differences of sizes, and the limit L → ∞."""

import pandas as pd

from tlsglass.analysis import sizes
from tlsglass.base import io
from tlsglass.report import tables

io.start_job(snakemake)
values = pd.concat([tables.read_table_file(path) for path in snakemake.input.quoted], ignore_index=True)
io.write_csv(snakemake.output.sizes, values)
io.write_csv(snakemake.output.pairs, sizes.pairs(values))
io.write_csv(snakemake.output.limits, sizes.limits(values, snakemake.params.L))
