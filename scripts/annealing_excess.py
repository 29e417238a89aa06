"""Rules annealing_excess and annealing_excess_table: how far annealing leaves n above equilibrium, from certified sets."""

import pandas as pd

from tlsglass.analysis import annealing_cost
from tlsglass.atlas import annealing_excess
from tlsglass.atlas.table import compact
from tlsglass.base import io, provenance
from tlsglass.dos.density_of_states import DensityOfStates
from tlsglass.study import equilibrium_plan
from tlsglass.study.atlas_counts import sum_cpu_time
from tlsglass.study.configured_study import Study

io.start_job(snakemake)
settings = snakemake.params
tests = dict(zip(settings.sets, map(pd.read_csv, snakemake.input.certificates), strict=True))
certified = [name for name, table in tests.items() if table["passed"].all()]
fitted = [name for name in certified if name in settings.fitted]


def pairs(name):
    """Return the annealed and the tempered density of states of a set at each temperature."""
    paths_of_pairs = zip(snakemake.input[f"{name}_annealed"], snakemake.input[f"{name}_tempered"], strict=True)
    return [tuple(map(DensityOfStates.load, paths)) for paths in paths_of_pairs]


if snakemake.rule == "annealing_excess_table":
    table = annealing_cost.tabulate_excess({name: pairs(name) for name in settings.sets}, certified, fitted, settings.h0_K)
    io.write_csv(snakemake.output.table, table, digits=6)
else:
    if not fitted:
        raise io.UserError("no set passed all equilibration tests: the annealing excess cannot be fitted")
    study = Study(snakemake.config)
    plans = [plan for name in settings.sets for plan in equilibrium_plan.plans_of_set(study, name).values()]
    cpu_time = sum_cpu_time(plans, settings.benchmarks)
    metadata = {"fitted_sets": fitted, "sweeps": settings.sweeps, "commit": provenance.commit(), "simulation": cpu_time}
    pairs_of_sets = (pair for name in fitted for pair in pairs(name))
    unfitted = [[compact(tempered) for _, tempered in pairs(name)] for name in certified if name not in fitted]
    excess = annealing_excess.fit_excess(pairs_of_sets, settings.h0_K, metadata, unfitted)
    excess.save(snakemake.output.excess)
    print(f"simulations: {cpu_time['cpu_hours']:.3g} CPU hours in {cpu_time['measured_jobs']} of {cpu_time['jobs']} jobs")
    print(f"{excess.metadata['bins']} ratios of {', '.join(fitted)}: χ² = {excess.metadata['chi2']:.0f}")
