"""Rule pull_table: mean and width of the pulls of every quoted number, over all (L, J0)."""

import pandas as pd

from tlsglass.base import files
from tlsglass.paper import pulls
from tlsglass.show import tables

files.log_to(snakemake.log[0])
found = pd.concat([tables.read(path) for path in snakemake.input.pulls])
rows = [
    {"sample": sample, "quantity": quantity} | pulls.summary(group["pull"].to_numpy())
    for (sample, quantity), group in found.groupby(["sample", "quantity"], sort=False)
]
files.write_csv(snakemake.output.table, pd.DataFrame(rows))
