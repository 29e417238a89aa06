"""Rule scorecard: every number that the paper states beside ours, with a verdict."""

from pathlib import Path

import pandas as pd

from tlsglass.base import files
from tlsglass.paper import scorecard
from tlsglass.show import tables

files.log_to(snakemake.log[0])
found = {Path(path).stem: tables.read(path) for path in snakemake.input.tables}
claims = pd.read_csv(snakemake.input.paper)
card = pd.DataFrame([scorecard.judge(claim, found.get(claim["table"])) for claim in claims.to_dict("records")])
files.write_csv(
    snakemake.output.card, card[["id", "paper", "paper_err", "ours", "ours_err", "ours_sys", "z", "verdict", "note"]]
)

MARKS = {
    "agrees": "✓",
    "open choice": "±",
    "differs": "✗",
    "not enough statistics": "?",
    "reconstructed": "=",
    "not reproduced": "–",
}
shown = pd.DataFrame(
    {
        "where": card["where"],
        "claim": card["claim"],
        "paper": card["paper"].map(lambda x: x if isinstance(x, str) else f"{x:g}"),
        "ours": [tables.shorthand(value, error) for value, error in zip(card["ours"], card["ours_err"], strict=True)],
        "systematic": card["ours_sys"].map(lambda x: f"± {x:.1g}" if x > 0 else ""),
        "unit": card["unit"].fillna(""),
        "z": card["z"].map(lambda z: "" if pd.isna(z) else f"{z:.1f}"),
        "verdict": card["verdict"].map(lambda verdict: f"{MARKS[verdict]} {verdict}"),
        "note": card["note"],
    }
)
counts = ", ".join(f"{number} {verdict}" for verdict, number in scorecard.summary(card).items())
chi2 = "; ".join(f"{name}: χ² = {value:.1f} for {n}" for name, (value, n) in scorecard.table_2_chi2(card).items())
tables.write_markdown(
    snakemake.output.markdown,
    f"Scorecard: {counts}",
    shown,
    f"{scorecard.table_2_line(card)} ({chi2}; values at neighbouring temperatures are correlated.) z is the deviation in"
    " standard errors: ours, and the paper's, which is the rounding of its last digit and, for what it simulated, the"
    f" statistical error of {scorecard.REALIZATIONS} realizations. Beyond {scorecard.SIGMAS:g} a claim differs, unless a choice"
    " of the analysis that the paper leaves open moves our number by what is missing (systematic: the largest such move, where"
    " it exceeds the statistical error; tables/choices.csv). A claim is not judged while"
    f" {scorecard.SIGMAS:g} of our standard errors exceed the difference that it is about.",
)
