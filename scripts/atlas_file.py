"""Rule atlas_file: build the atlas from the shards of all its sets."""

from tlsglass.atlas import table
from tlsglass.base import io, provenance
from tlsglass.dos.density_of_states import DensityOfStates
from tlsglass.model import lattice
from tlsglass.study.atlas_counts import load_counts, sum_cpu_time
from tlsglass.study.configured_study import Study

io.start_job(snakemake)
settings, model = snakemake.params.atlas, snakemake.params.model
shards, sets = iter(snakemake.input.shards), []
plans_by_kind = Study(snakemake.config).atlas_plans()
for kind, plans in plans_by_kind.items():
    for plan in plans.values():
        sets.append((kind, load_counts(plan, shards, settings["jackknife_groups"])))
variance = lattice.local_field_variance(settings["training"]["L"], model["cutoff"], model["concentration"])
parameters = next(iter(plans.values())).model
pairs = table.pair_sizes(map(DensityOfStates.load, snakemake.input.sizes), parameters, settings["jackknife_groups"])
cpu_time = sum_cpu_time((plan for plans in plans_by_kind.values() for plan in plans.values()), snakemake.params.benchmarks)
metadata = {"commit": provenance.commit(), "simulation": cpu_time}
table.build(sets, model["h0_K"], variance, metadata, pairs).save(snakemake.output.atlas)
print(f"simulations: {cpu_time['cpu_hours']:.3g} CPU hours in {cpu_time['measured_jobs']} of {cpu_time['jobs']} jobs")
