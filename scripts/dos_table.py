"""Rule dos_table: merge the shards of one (L, J0, T) and write n(T, E) with errors."""

import numpy as np

from tlsglass.base import files
from tlsglass.density import shards

files.log_to(snakemake.log[0], snakemake.config["rebuild"])
settings = snakemake.params
of = settings.origin, settings.T_K, settings.realizations
merged = shards.gather(snakemake.input.shards, *of, settings.groups, settings.spans)
n = merged.n
merged.save(snakemake.output.counts)
columns = np.column_stack([merged.edges_K[:-1], merged.edges_K[1:], n.value, n.error, merged.total])
with files.whole(snakemake.output.table) as part:
    np.savetxt(
        part,
        columns,
        fmt=["%.9g", "%.9g", "%.6g", "%.3g", "%d"],
        delimiter=",",
        header="E_low_K,E_high_K,n_per_K_per_site,n_err_per_K_per_site,counts",
        comments="",
    )
print(f"{merged.n_realizations} realizations")
