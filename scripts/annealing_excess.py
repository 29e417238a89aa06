"""Rule annealing_excess: fit how far annealing leaves n above equilibrium, from all certified sets."""

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
    raise io.UserError("no set passed all equilibration tests: the annealing excess cannot be fitted")


def pairs():
    """Yield the annealed and the tempered density of states of each certified set at each temperature."""
    for name in certified:
        annealed, tempered = (snakemake.input[f"{name}_{method}"] for method in (f"annealed_{settings.sweeps}", TEMPERED))
        for paths in zip(annealed, tempered, strict=True):
            yield tuple(map(DensityOfStates.load, paths))


metadata = {"sets": certified, "sweeps": settings.sweeps, "commit": provenance.commit()}
excess = annealing_excess.fit_excess(pairs(), settings.h0_K, metadata)
excess.save(snakemake.output.excess)
print(f"{excess.metadata['bins']} ratios of {', '.join(certified)}: χ² = {excess.metadata['chi2']:.0f}")
