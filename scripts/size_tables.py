"""Rule size_tables: every quoted number at every size, the differences of sizes, and the limit L → ∞."""

import pandas as pd

from tlsglass.analysis import sizes
from tlsglass.base import io

io.start_job(snakemake)
values = pd.concat([pd.read_csv(path) for path in snakemake.input.quoted], ignore_index=True)
io.write_csv(snakemake.output.sizes, values)
io.write_csv(snakemake.output.pairs, sizes.size_differences(values))
io.write_csv(snakemake.output.limits, sizes.limits(values, snakemake.params.L))
