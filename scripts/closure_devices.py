"""Rule closure_devices: joint fits of synthetic resonators hold what their errors promise."""

import pandas as pd

from tlsglass.base import files
from tlsglass.experiment import devices

files.log_to(snakemake.log[0], snakemake.config["rebuild"])
arguments = 0, snakemake.params.devices, snakemake.params.seed
rows = pd.concat([devices.closure(*arguments), devices.closure_on_atlas(*arguments)])
files.write_csv(snakemake.output.table, devices.summary(rows))
