"""Rule closure: fits of synthetic datasets of one observable hold what their errors promise."""

import pandas as pd

from tlsglass.base import io
from tlsglass.fitting import synthetic
from tlsglass.models import registry

io.start_job(snakemake)
arguments = snakemake.wildcards.observable, snakemake.params.datasets, snakemake.params.seed
tables = [synthetic.closure(*arguments)]
entry = registry.get_observable(snakemake.wildcards.observable)
if entry.atlas_shapes and not entry.driven:  # a driven one is closed with its frequency, in joint_closure
    tables.append(synthetic.closure_on_atlas(*arguments))
io.write_csv(snakemake.output.table, pd.concat(tables))
