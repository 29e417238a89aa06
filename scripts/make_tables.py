"""Rules that make tables: call the function that the rule names on its loaded inputs, and write what it returns."""

import importlib

from tlsglass.base import io
from tlsglass.report.load_inputs import load_inputs

io.start_job(snakemake)
module, _, function = snakemake.params.function.rpartition(".")
tabulate = getattr(importlib.import_module(module), function)
tables = tabulate(**load_inputs(snakemake.input.items()), **snakemake.params.settings)
for name, path in snakemake.output.items():
    io.write_csv(path, tables[name] if isinstance(tables, dict) else tables, snakemake.params.get("digits", 9))
