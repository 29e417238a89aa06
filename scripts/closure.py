"""Rule closure: fits of synthetic datasets of one observable hold what their errors promise."""

from tlsglass.base import files
from tlsglass.experiment import synthetic

files.log_to(snakemake.log[0], snakemake.config["rebuild"])
table = synthetic.closure(snakemake.wildcards.observable, snakemake.params.datasets, snakemake.params.seed)
files.write_csv(snakemake.output.table, table)
