"""Rule atlas_validation: predictions of the atlas compared with simulations, and a summary."""

from tlsglass.analysis import atlas_validation
from tlsglass.atlas.annealing_excess import AnnealingExcess
from tlsglass.atlas.table import Atlas
from tlsglass.base import io
from tlsglass.dos.density_of_states import DensityOfStates

io.start_job(snakemake)
published = [DensityOfStates.load(path) for path in snakemake.input.published]
atlas = Atlas.load(snakemake.input.atlas)
excess = AnnealingExcess.load(snakemake.input.excess)
validation = atlas_validation.validate(atlas, excess, published, snakemake.params.eq3_window_T)
for name, table in validation._asdict().items():
    io.write_csv(getattr(snakemake.output, name), table, digits=5)
summary = atlas_validation.summarize(validation, excess, atlas.metadata["size"])
io.write_csv(snakemake.output.summary, summary)
