"""Rule quantity_tables: gather the laws and the choices of all (L, J0); the largest lattice minus each smaller one."""

import pandas as pd

from tlsglass.base import files
from tlsglass.paper import quoted
from tlsglass.show import tables

files.log_to(snakemake.log[0], snakemake.config["rebuild"])
gathered = {
    name: pd.concat([tables.read(path) for path in getattr(snakemake.input, name)], ignore_index=True)
    for name in ("eq3", "exponents", "gaussian", "laws", "choices")
}
files.write_csv(snakemake.output.laws, gathered["laws"])
files.write_csv(snakemake.output.choices, gathered["choices"])
files.write_csv(snakemake.output.sizes, quoted.of_sizes(gathered, snakemake.params.warm_K))
