"""Rule joint_tables: tables of all joint fits, their parameters, and the sweeps that were left out."""

import json
from pathlib import Path

import pandas as pd

from tlsglass.base import io
from tlsglass.fitting import joint_result

io.start_job(snakemake)
fits = [json.loads(Path(path).read_text(encoding="utf-8")) for path in snakemake.input.fits]
empty = pd.DataFrame(columns=["fit"])  # of a study without joint fits
io.write_csv(snakemake.output.fits, joint_result.joint_fit_table(fits) if fits else empty)
for name in ("parameters", "left_out"):
    tables = [pd.read_csv(path).assign(fit=fit["dataset"]) for path, fit in zip(snakemake.input[name], fits, strict=True)]
    io.write_csv(snakemake.output[name], pd.concat(tables, ignore_index=True) if fits else empty)
