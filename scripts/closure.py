"""Rule closure: pulls and coverage of fits of synthetic datasets of one observable."""

import pandas as pd

from tlsglass.base import io
from tlsglass.fitting import synthetic
from tlsglass.models import registry

io.start_job(snakemake)
arguments = snakemake.wildcards.observable, snakemake.params.datasets, snakemake.params.seed
tables = [synthetic.closure(*arguments)]
observable = registry.get_observable(snakemake.wildcards.observable)
if observable.atlas_shapes and not observable.driven:  # rule closure_devices tests a driven one together with its frequency
    tables.append(synthetic.closure_on_atlas(*arguments))
io.write_csv(snakemake.output.table, pd.concat(tables))
