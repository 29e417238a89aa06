"""Rule atlas_file: build the atlas from the shards of all its sets."""

from tlsglass.atlas import table
from tlsglass.base import io, provenance
from tlsglass.dos.density_of_states import DensityOfStates
from tlsglass.dos.load import load_merged
from tlsglass.model import lattice
from tlsglass.study.configured_study import Study

io.start_job(snakemake)
settings, model = snakemake.params.atlas, snakemake.params.model
shards, sets = iter(snakemake.input.shards), []
for kind, plans in Study(snakemake.config).atlas_plans().items():
    for plan in plans.values():
        counts = []
        for rung in plan.rungs:
            paths = [next(shards) for _ in plan.batches]
            ranges = [(0, plan.realizations)]
            merged = load_merged(
                paths, plan.fingerprint_at(rung), rung.T_K, plan.realizations, settings["jackknife_groups"], ranges
            )
            counts.append(table.compact(merged))
        sets.append((kind, sorted(counts, key=lambda density: density.T_K)))
variance = lattice.local_field_variance(settings["training"]["L"], model["cutoff"], model["concentration"])
parameters = next(iter(plans.values())).model
pairs = table.pair_sizes(map(DensityOfStates.load, snakemake.input.sizes), parameters, settings["jackknife_groups"])
table.build(sets, model["h0_K"], variance, {"commit": provenance.commit()}, pairs).save(snakemake.output.atlas)
