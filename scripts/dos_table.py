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
    merged.save(counts)
    merged.save_table(table)
print(f"{params.realizations} realizations at {len(params.T_K)} temperatures")
