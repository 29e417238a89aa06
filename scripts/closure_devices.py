"""Rule closure_devices: joint fits of synthetic resonators hold what their errors promise."""

from tlsglass.base import files
from tlsglass.experiment import devices

files.log_to(snakemake.log[0], snakemake.config["rebuild"])
rows = devices.closure(0, snakemake.params.devices, snakemake.params.seed)
files.write_csv(snakemake.output.table, devices.summary(rows))
