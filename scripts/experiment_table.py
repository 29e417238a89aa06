"""Rule experiment_table: tables of all fitted parameters, of J0/h0 of all materials, and of differences of pairs."""

import json
from pathlib import Path

from tlsglass.analysis import materials
from tlsglass.base import io
from tlsglass.fitting.result import fit_table

io.start_job(snakemake)
fits = [json.loads(Path(path).read_text(encoding="utf-8")) for path in snakemake.input.fits]
io.write_csv(snakemake.output.table, fit_table(fits))
table = materials.tabulate(fits)
io.write_csv(snakemake.output.materials, table)
io.write_csv(snakemake.output.differences, materials.differences(table))
