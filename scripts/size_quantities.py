"""Rule size_quantities: every number quoted of one (L, J0) on the short ladder."""

from tlsglass.base import files
from tlsglass.density.counts import Counts
from tlsglass.density.densities import Densities
from tlsglass.paper import sizes
from tlsglass.paper.quantity import Settings

files.log_to(snakemake.log[0], snakemake.config["rebuild"])
densities = Densities(map(Counts.load, snakemake.input.rungs))
files.write_csv(snakemake.output.quoted, sizes.of_set(densities, Settings(**snakemake.params.settings)))
