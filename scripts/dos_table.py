"""Rule dos_table: merge the shards of one (L, J0) at each of its temperatures and write n(T, E) with errors."""

import numpy as np

from tlsglass.base import io
from tlsglass.dos.load import load_merged

io.start_job(snakemake)
params = snakemake.params
paths_by_temperature = np.reshape(snakemake.input.shards, (len(params.T_K), -1)).tolist()
# All are merged before the first is written, so that a foreign shard leaves no output.
densities = [
    load_merged(paths, fingerprint, T_K, params.realizations, params.groups, params.ranges)
    for paths, fingerprint, T_K in zip(paths_by_temperature, params.fingerprints, params.T_K, strict=True)
]
for merged, counts, table in zip(densities, snakemake.output.counts, snakemake.output.tables, strict=True):
    n = merged.n
    merged.save(counts)
    columns = np.column_stack([merged.edges_K[:-1], merged.edges_K[1:], n.value, n.error, merged.total])
    with io.atomic_write(table) as part:
        np.savetxt(
            part,
            columns,
            fmt=["%.9g", "%.9g", "%.6g", "%.3g", "%d"],
            delimiter=",",
            header="E_low_K,E_high_K,n_per_K_per_site,n_err_per_K_per_site,counts",
            comments="",
        )
print(f"{params.realizations} realizations at {len(params.T_K)} temperatures")
