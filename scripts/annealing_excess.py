"""Rules annealing_excess and annealing_excess_table: how far annealing leaves n above equilibrium, from all certified sets."""

import pandas as pd

from tlsglass.analysis import annealing_cost
from tlsglass.atlas import annealing_excess
from tlsglass.base import io, provenance
from tlsglass.dos.density_of_states import DensityOfStates
from tlsglass.study.equilibrium_plan import TEMPERED

io.start_job(snakemake)
settings = snakemake.params
tests = dict(zip(settings.sets, map(pd.read_csv, snakemake.input.certificates), strict=True))
certified = [name for name, table in tests.items() if table["passed"].all()]


def pairs(name):
    """Return the annealed and the tempered density of states of a set at each temperature."""
    annealed, tempered = (snakemake.input[f"{name}_{method}"] for method in (f"annealed_{settings.sweeps}", TEMPERED))
    return [tuple(map(DensityOfStates.load, paths)) for paths in zip(annealed, tempered, strict=True)]


if snakemake.rule == "annealing_excess_table":
    table = annealing_cost.tabulate_excess({name: pairs(name) for name in settings.sets}, certified, settings.h0_K)
    io.write_csv(snakemake.output.table, table, digits=6)
else:
    if not certified:
        raise io.UserError("no set passed all equilibration tests: the annealing excess cannot be fitted")
    metadata = {"sets": certified, "sweeps": settings.sweeps, "commit": provenance.commit()}
    pairs_of_sets = (pair for name in certified for pair in pairs(name))
    excess = annealing_excess.fit_excess(pairs_of_sets, settings.h0_K, metadata)
    excess.save(snakemake.output.excess)
    print(f"{excess.metadata['bins']} ratios of {', '.join(certified)}: χ² = {excess.metadata['chi2']:.0f}")
