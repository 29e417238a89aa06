"""Rule closure: fits of synthetic datasets of one observable hold what their errors promise."""

import pandas as pd

from tlsglass.base import files
from tlsglass.experiment import observables, synthetic

files.log_to(snakemake.log[0], snakemake.config["rebuild"])
arguments = snakemake.wildcards.observable, snakemake.params.datasets, snakemake.params.seed
tables = [synthetic.closure(*arguments)]
entry = observables.named(snakemake.wildcards.observable)
if entry.on_atlas and not entry.driven:  # a driven one is closed with its frequency, in joint_closure
    tables.append(synthetic.closure_on_atlas(*arguments))
files.write_csv(snakemake.output.table, pd.concat(tables))
