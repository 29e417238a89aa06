"""Rule closure_devices: pulls and coverage of joint fits of synthetic resonators."""

import pandas as pd

from tlsglass.base import io
from tlsglass.fitting import resonator_pairs

io.start_job(snakemake)
arguments = 0, snakemake.params.devices, snakemake.params.seed
rows = pd.concat([resonator_pairs.closure(*arguments), resonator_pairs.closure_on_atlas(*arguments)])
io.write_csv(snakemake.output.table, resonator_pairs.summary(rows))
