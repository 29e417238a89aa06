"""Rule dos_table: merge the shards of one (L, J0) at each of its temperatures and write n(T, E) with errors."""

import numpy as np

from tlsglass.base import io
from tlsglass.dos.load import load_merged

io.start_job(snakemake)
settings = snakemake.params
of_temperatures = np.reshape(snakemake.input.shards, (len(settings.T_K), -1)).tolist()
# all are merged before the first is written: a run that meets a foreign shard has only that to say
densities = [
    load_merged(paths, origin, T_K, settings.realizations, settings.groups, settings.spans)
    for paths, origin, T_K in zip(of_temperatures, settings.origins, settings.T_K, strict=True)
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
print(f"{settings.realizations} realizations at {len(settings.T_K)} temperatures")
