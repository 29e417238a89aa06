"""Rule annealing_excess: what annealing leaves of n beyond equilibrium, from all certified sets."""

from tlsglass.base import files, provenance
from tlsglass.density import annealing
from tlsglass.density.counts import Counts
from tlsglass.show import tables
from tlsglass.study.equilibrium import TEMPERED

files.log_to(snakemake.log[0], snakemake.config["rebuild"])
settings = snakemake.params
tests = dict(zip(settings.sets, map(tables.read, snakemake.input.certificates), strict=True))
certified = [name for name, table in tests.items() if table["passed"].all()]
if not certified:
    raise files.Failure("no set is certified: what annealing leaves is not known")


def pairs():
    """Yield the annealed and the tempered Counts of each certified set at each rung."""
    for name in certified:
        both = (snakemake.input[f"{name}_{method}"] for method in (f"annealed_{settings.sweeps}", TEMPERED))
        yield from (tuple(map(Counts.load, paths)) for paths in zip(*both, strict=True))


about = {"sets": certified, "sweeps": settings.sweeps, "commit": provenance.commit()}
found = annealing.fit(pairs(), settings.h0_K, about)
found.save(snakemake.output.excess)
print(f"{found.told['bins']} ratios of {', '.join(certified)}: χ² = {found.told['chi2']:.0f}")
