"""Rule interaction_atlas_validation: predictions of the atlas of each interaction compared with simulations, in one table."""

import pandas as pd

from tlsglass.analysis import interaction_atlas
from tlsglass.atlas.annealing_excess import AnnealingExcess
from tlsglass.atlas.interaction_ratio import InteractionRatio
from tlsglass.atlas.table import Atlas
from tlsglass.base import io

io.start_job(snakemake)
atlas = Atlas.load(snakemake.input.atlas, AnnealingExcess.load(snakemake.input.excess))
ratios = [InteractionRatio.load(path) for path in snakemake.input.ratios]
table = interaction_atlas.tabulate(atlas, ratios, pd.read_csv(snakemake.input.densities))
io.write_csv(snakemake.output.table, table, digits=6)
