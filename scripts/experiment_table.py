"""Rule experiment_table: the fitted parameters of all datasets."""

import json
from pathlib import Path

from tlsglass.base import files
from tlsglass.experiment import outcome

files.log_to(snakemake.log[0], snakemake.config["rebuild"])
fits = [json.loads(Path(path).read_text(encoding="utf-8")) for path in snakemake.input.fits]
files.write_csv(snakemake.output.table, outcome.table(fits))
