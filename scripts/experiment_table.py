"""Rule experiment_table: the fitted parameters of all datasets; J0/h0 of all materials, and how pairs of them differ."""

import json
from pathlib import Path

from tlsglass.base import files
from tlsglass.experiment import materials, outcome

files.log_to(snakemake.log[0], snakemake.config["rebuild"])
fits = [json.loads(Path(path).read_text(encoding="utf-8")) for path in snakemake.input.fits]
files.write_csv(snakemake.output.table, outcome.table(fits))
found = materials.table(fits)
files.write_csv(snakemake.output.materials, found)
files.write_csv(snakemake.output.differences, materials.differences(found))
