"""Rule scorecard_table: every number that the paper states, compared with ours, with a verdict."""

from pathlib import Path

import pandas as pd

from tlsglass.analysis import scorecard
from tlsglass.base import io

io.start_job(snakemake)
tables = {Path(path).stem: pd.read_csv(path) for path in snakemake.input.tables}
claims = pd.read_csv(snakemake.input.paper).to_dict("records")
card = pd.DataFrame([scorecard.judge(claim, tables.get(claim["table"]), snakemake.params.L) for claim in claims])
io.write_csv(snakemake.output.card, card[["id", "paper", "paper_err", "ours", "ours_err", "ours_sys", "z", "verdict", "note"]])
