"""Rule quantities: every number quoted of one (L, J0), with its systematic error, and the choices behind that."""

from tlsglass.base import files
from tlsglass.density.counts import Counts
from tlsglass.density.densities import Densities
from tlsglass.paper import quoted, sizes
from tlsglass.paper.quantity import Settings

files.log_to(snakemake.log[0], snakemake.config["rebuild"])
densities = Densities(map(Counts.load, snakemake.input.rungs), Counts.load(snakemake.input.quench))
settings = Settings(**snakemake.params.settings)
for name, table in quoted.of_set(densities, settings).items():
    files.write_csv(getattr(snakemake.output, name), table)
files.write_csv(snakemake.output.quoted, sizes.of_set(densities, settings))
