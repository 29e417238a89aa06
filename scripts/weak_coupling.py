"""Rule weak_coupling: µ of n ∝ E^µ of one weak coupling after the quench."""

import pandas as pd

from tlsglass.base import files
from tlsglass.density.counts import Counts
from tlsglass.paper import quoted

files.log_to(snakemake.log[0], snakemake.config["rebuild"])
rows = [quoted.of_weak_coupling(Counts.load(path), snakemake.params.windows_J0) for path in snakemake.input.counts]
files.write_csv(snakemake.output.table, pd.DataFrame(rows, columns=quoted.WEAK_COUPLING))
