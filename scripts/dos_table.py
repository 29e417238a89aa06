"""Rule dos_table: merge the shards of (L, J0), or of several, at each temperature and write n(T, E) with errors."""

import numpy as np

from tlsglass.base import io
from tlsglass.dos.load import load_merged

io.start_job(snakemake)
params = snakemake.params
paths_by_temperature = np.reshape(snakemake.input.shards, (len(params.contents), -1)).tolist()
# All are merged before the first is written, so that a foreign shard leaves no output.
densities = [
    load_merged(paths, groups=params.groups, **content)
    for paths, content in zip(paths_by_temperature, params.contents, strict=True)
]
for merged, counts, table in zip(densities, snakemake.output.counts, snakemake.output.tables, strict=True):
    merged.save(counts)
    merged.save_table(table)
realizations = sorted({content["n"] for content in params.contents})
print(f"{', '.join(map(str, realizations))} realizations at {len(densities)} temperatures")
