"""Rule verdicts: every number that the paper states beside ours, with a verdict."""

from pathlib import Path

import pandas as pd

from tlsglass.analysis import scorecard
from tlsglass.base import io
from tlsglass.report import tables

io.start_job(snakemake)
found = {Path(path).stem: tables.read_table_file(path) for path in snakemake.input.tables}
claims = pd.read_csv(snakemake.input.paper).to_dict("records")
card = pd.DataFrame([scorecard.judge(claim, found.get(claim["table"]), snakemake.params.L) for claim in claims])
io.write_csv(snakemake.output.card, card[["id", "paper", "paper_err", "ours", "ours_err", "ours_sys", "z", "verdict", "note"]])
