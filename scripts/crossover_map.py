"""Rule crossover_map: where what the paper prints about Fig. 3 holds, over what it does not print."""

import pandas as pd

from tlsglass.base import files
from tlsglass.density.counts import Counts
from tlsglass.density.densities import Densities
from tlsglass.paper import crossover_map

files.log_to(snakemake.log[0], snakemake.config["rebuild"])
claims = pd.read_csv(snakemake.input.paper).set_index("id")
counts = [Counts.load(path) for path in snakemake.input.rungs]
sets = [Densities(c for c in counts if c.J0_K == J0) for J0 in sorted({c.J0_K for c in counts})]
found = [crossover_map.of_set(densities, snakemake.params.observables, claims) for densities in sets]
files.write_csv(snakemake.output.table, pd.concat(found, ignore_index=True))
