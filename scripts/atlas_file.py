"""Rule atlas_file: the atlas from the shards of all its sets."""

from tlsglass.base import files, provenance
from tlsglass.density import atlas, shards
from tlsglass.model import lattice
from tlsglass.study.axes import Study

files.log_to(snakemake.log[0], snakemake.config["rebuild"])
given, paths, sets = snakemake.params.atlas, list(snakemake.input.shards), []
for kind, found in Study(snakemake.config).atlas().items():
    for one in found.values():
        counts = []
        for rung in one.rungs:
            own, paths = paths[: len(one.batches)], paths[len(one.batches) :]
            of = one.origin_at(rung), rung.T_K, one.realizations
            counts.append(atlas.compact(shards.gather(own, *of, given["jackknife_groups"], [(0, one.realizations)])))
        sets.append((kind, sorted(counts, key=lambda one: one.T_K)))
spread = lattice.coupling_spread(given["grid"]["L"], snakemake.params.model["cutoff"], snakemake.params.model["concentration"])
atlas.build(sets, snakemake.params.model["h0_K"], spread, {"commit": provenance.commit()}).save(snakemake.output.atlas)
