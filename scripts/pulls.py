"""Rule pulls: pulls of the numbers quoted for one (L, J0), from parts of its realizations and from synthetic samples."""

from tlsglass.base import files
from tlsglass.density.counts import Counts
from tlsglass.density.densities import Densities
from tlsglass.paper import pulls
from tlsglass.paper.quantity import Settings

files.log_to(snakemake.log[0], snakemake.config["rebuild"])
densities = Densities(map(Counts.load, snakemake.input.rungs))
found = pulls.of_set(densities, Settings(**snakemake.params.settings), **snakemake.params.pulls, report=print)
files.write_csv(snakemake.output.pulls, found)
