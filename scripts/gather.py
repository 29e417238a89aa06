"""Rules that gather: the tables under each name of the inputs, one below the other, into the output of that name."""

import pandas as pd

from tlsglass.base import files
from tlsglass.show import tables

files.log_to(snakemake.log[0], snakemake.config["rebuild"])
for name, path in snakemake.output.items():
    gathered = pd.concat([tables.read(part) for part in snakemake.input[name]], ignore_index=True)
    files.write_csv(path, gathered)
