"""Rule closure: fits of synthetic datasets of one observable hold what their errors promise."""

import pandas as pd

from tlsglass.base import files
from tlsglass.experiment import observables, synthetic

files.log_to(snakemake.log[0], snakemake.config["rebuild"])
arguments = snakemake.wildcards.observable, snakemake.params.datasets, snakemake.params.seed
tables = [synthetic.closure(*arguments)]
if observables.named(snakemake.wildcards.observable).on_atlas:
    tables.append(synthetic.closure_on_atlas(*arguments))
files.write_csv(snakemake.output.table, pd.concat(tables))
