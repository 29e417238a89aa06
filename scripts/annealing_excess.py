"""Rule annealing_excess: what annealing leaves of n beyond equilibrium, from all certified sets."""

import pandas as pd

from tlsglass.atlas import annealing_excess
from tlsglass.base import io, provenance
from tlsglass.dos.density_of_states import DensityOfStates
from tlsglass.study.equilibrium_plan import TEMPERED

io.start_job(snakemake)
settings = snakemake.params
tests = dict(zip(settings.sets, map(pd.read_csv, snakemake.input.certificates), strict=True))
certified = [name for name, table in tests.items() if table["passed"].all()]
if not certified:
    raise io.UserError("no set is certified: what annealing leaves is not known")


def pairs():
    """Yield the annealed and the tempered Counts of each certified set at each rung."""
    for name in certified:
        both = (snakemake.input[f"{name}_{method}"] for method in (f"annealed_{settings.sweeps}", TEMPERED))
        yield from (tuple(map(DensityOfStates.load, paths)) for paths in zip(*both, strict=True))


about = {"sets": certified, "sweeps": settings.sweeps, "commit": provenance.commit()}
found = annealing_excess.fit_excess(pairs(), settings.h0_K, about)
found.save(snakemake.output.excess)
print(f"{found.metadata['bins']} ratios of {', '.join(certified)}: χ² = {found.metadata['chi2']:.0f}")
