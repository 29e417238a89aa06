"""Rule equilibrium: the certificates of one tempered set, and what annealing costs there."""

from tlsglass.base import files
from tlsglass.chain.evidence import Evidence
from tlsglass.density.counts import Counts
from tlsglass.density.densities import Densities
from tlsglass.paper import equilibrium
from tlsglass.paper.quantity import Settings

files.log_to(snakemake.log[0], snakemake.config["rebuild"])
settings = snakemake.params
annealed = {sweeps: Densities(map(Counts.load, snakemake.input[f"annealed_{sweeps}"])) for sweeps in settings.sweeps}
tempered = Densities(map(Counts.load, snakemake.input.tempered))
found = equilibrium.of_set(Evidence.load(snakemake.input.evidence), tempered, annealed, Settings(**settings.settings))
for name, table in found.items():
    files.write_csv(snakemake.output[name], table)
