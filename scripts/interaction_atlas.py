"""Rule interaction_atlas: fit the difference of an interaction from the atlas of normal factors to its shards."""

from tlsglass.atlas import fit_interaction
from tlsglass.atlas.table import Atlas
from tlsglass.base import io, provenance
from tlsglass.study.atlas_counts import load_counts, sum_cpu_time
from tlsglass.study.configured_study import Study

io.start_job(snakemake)
interaction, groups = snakemake.wildcards.interaction, snakemake.params.atlas["jackknife_groups"]
plans, shards = Study(snakemake.config).interaction_atlas_plans()[interaction], iter(snakemake.input.shards)
sets = [load_counts(plan, shards, groups) for plan in plans.values()]
model = next(iter(plans.values())).model
cpu_time = sum_cpu_time(plans.values(), snakemake.params.benchmarks)
atlas, metadata = Atlas.load(snakemake.input.atlas), {"commit": provenance.commit(), "simulation": cpu_time}
fit_interaction.build(interaction, model, sets, atlas, metadata).save(snakemake.output.ratio)
