"""Rule atlas_validation: what the atlas predicts beside what was simulated, and both in few numbers."""

from tlsglass.base import files
from tlsglass.density.annealing import Excess
from tlsglass.density.atlas import Atlas
from tlsglass.density.counts import Counts
from tlsglass.paper import atlas_validation

files.log_to(snakemake.log[0], snakemake.config["rebuild"])
published = [Counts.load(path) for path in snakemake.input.published]
found = atlas_validation.validate(Atlas.load(snakemake.input.atlas), published)
for name, table in found._asdict().items():
    files.write_csv(getattr(snakemake.output, name), table, digits=7)
files.write_csv(snakemake.output.summary, atlas_validation.summary(found, Excess.load(snakemake.input.excess)))
