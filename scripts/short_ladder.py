"""Rule short_ladder: how far the short ladder moves every quoted number, realization by realization."""

import pandas as pd

from tlsglass.base import files
from tlsglass.density.counts import Counts
from tlsglass.density.densities import Densities
from tlsglass.paper import sizes
from tlsglass.paper.quantity import Settings

files.log_to(snakemake.log[0], snakemake.config["rebuild"])
settings = Settings(**snakemake.params.settings)
short, whole = ({} for _ in range(2))
for found, paths in ((short, snakemake.input.short), (whole, snakemake.input.whole)):
    for path in paths:
        counts = Counts.load(path, snakemake.params.groups)
        found.setdefault((counts.L, counts.J0_K), []).append(counts)
tables = [pd.DataFrame(columns=sizes.LADDERS)]
for name, rungs in short.items():
    densities = Densities(rungs)
    tables.append(sizes.of_ladders(densities, Densities(whole[name]).between(0, densities.n_realizations), settings))
files.write_csv(snakemake.output.table, pd.concat(tables[1:] or tables))
