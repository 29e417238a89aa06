"""Rule observables: κ, C and δv/v of one (L, J0) at every rung."""

from tlsglass.base import files
from tlsglass.density.counts import Counts
from tlsglass.density.densities import Densities
from tlsglass.paper import quoted
from tlsglass.paper.quantity import Settings

files.log_to(snakemake.log[0], snakemake.config["rebuild"])
densities = Densities(map(Counts.load, snakemake.input.rungs))
files.write_csv(snakemake.output.observables, quoted.of_curves(densities, Settings(**snakemake.params.settings)))
