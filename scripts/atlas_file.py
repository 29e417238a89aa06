"""Rule atlas_file: build the atlas from the shards of all its sets."""

from tlsglass.atlas import table
from tlsglass.base import io, provenance
from tlsglass.dos.density_of_states import DensityOfStates
from tlsglass.model import lattice
from tlsglass.study.atlas_counts import load_counts
from tlsglass.study.configured_study import Study

io.start_job(snakemake)
settings, model = snakemake.params.atlas, snakemake.params.model
shards, sets = iter(snakemake.input.shards), []
for kind, plans in Study(snakemake.config).atlas_plans().items():
    for plan in plans.values():
        sets.append((kind, load_counts(plan, shards, settings["jackknife_groups"])))
variance = lattice.local_field_variance(settings["training"]["L"], model["cutoff"], model["concentration"])
parameters = next(iter(plans.values())).model
pairs = table.pair_sizes(map(DensityOfStates.load, snakemake.input.sizes), parameters, settings["jackknife_groups"])
table.build(sets, model["h0_K"], variance, {"commit": provenance.commit()}, pairs).save(snakemake.output.atlas)
