"""Rule atlas_file: the atlas from the shards of all its sets."""

from tlsglass.atlas import table
from tlsglass.base import io, provenance
from tlsglass.dos.load import load_merged
from tlsglass.model import lattice
from tlsglass.study.configured_study import Study

io.start_job(snakemake)
given, paths, sets = snakemake.params.atlas, list(snakemake.input.shards), []
for kind, found in Study(snakemake.config).atlas().items():
    for one in found.values():
        counts = []
        for rung in one.rungs:
            own, paths = paths[: len(one.batches)], paths[len(one.batches) :]
            of = one.origin_at(rung), rung.T_K, one.realizations
            counts.append(table.compact(load_merged(own, *of, given["jackknife_groups"], [(0, one.realizations)])))
        sets.append((kind, sorted(counts, key=lambda one: one.T_K)))
spread = lattice.local_field_variance(
    given["training"]["L"], snakemake.params.model["cutoff"], snakemake.params.model["concentration"]
)
table.build(sets, snakemake.params.model["h0_K"], spread, {"commit": provenance.commit()}).save(snakemake.output.atlas)
