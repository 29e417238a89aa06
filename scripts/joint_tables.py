"""Rule joint_tables: all fits of several datasets together, their parameters, and the sweeps that were left out."""

import json
from pathlib import Path

import pandas as pd

from tlsglass.base import files
from tlsglass.experiment import together
from tlsglass.show import tables

files.log_to(snakemake.log[0], snakemake.config["rebuild"])
fits = [json.loads(Path(path).read_text(encoding="utf-8")) for path in snakemake.input.fits]
none = pd.DataFrame(columns=["fit"])  # of a study without such datasets
files.write_csv(snakemake.output.fits, together.table(fits) if fits else none)
for name in ("parameters", "left_out"):
    every = [tables.read(path).assign(fit=fit["dataset"]) for path, fit in zip(snakemake.input[name], fits, strict=True)]
    files.write_csv(snakemake.output[name], pd.concat(every, ignore_index=True) if fits else none)
