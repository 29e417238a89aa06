"""Rule dos_table: merge the shards of (L, J0), or of several, at each temperature and write n(T, E) with errors."""

import numpy as np

from tlsglass.base import io
from tlsglass.dos.load import load_merged
from tlsglass.montecarlo.protocol import fingerprints_at_rungs

io.start_job(snakemake)
params = snakemake.params
n_rungs = sum(len(content["rungs"]) for content in params.contents)
paths_by_rung = iter(np.reshape(snakemake.input.shards, (n_rungs, -1)).tolist())
densities = []  # all are merged before the first is written, so that a foreign shard leaves no output
for content in params.contents:
    for rung, fingerprint in fingerprints_at_rungs(content["fingerprint"], content["rungs"]):
        paths = next(paths_by_rung)
        densities.append(load_merged(paths, fingerprint, rung.T_K, content["n"], params.groups, content["ranges"]))
for merged, counts, table in zip(densities, snakemake.output.counts, snakemake.output.tables, strict=True):
    merged.save(counts)
    merged.save_table(table)
realizations = sorted({content["n"] for content in params.contents})
print(f"{', '.join(map(str, realizations))} realizations at {len(densities)} temperatures")
