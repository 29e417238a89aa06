"""The README and the pages in docs: their words are templates, their numbers and lists those of the published outcome."""

import json
from dataclasses import replace
from pathlib import Path

import pandas as pd

from tlsglass.base import files
from tlsglass.paper import scorecard
from tlsglass.show import captions, listings, outputs, tables, templates


def render(template, published, paper_values, verdicts_before, L):
    """Return the page as text, from the template at that path; Table II is that of the lattice ``L``.

    ``verdicts_before`` is the table of earlier verdicts that ``scorecard.changes`` takes, as a path.
    """
    published = Path(published)
    card = captions.read_card(published / "checks/scorecard.csv", paper_values)
    manifest = json.loads((published / files.MANIFEST).read_text(encoding="utf-8"))
    fits = tables.read(published / "tables/table_2.csv")
    table_2 = listings.table_2(fits, pd.read_csv(paper_values), L)
    printed = [row for row in table_2.rows if row[table_2.headings.index("B, paper")]]
    chi2 = scorecard.table_2_chi2(card).items()
    before = tables.read(verdicts_before)
    return captions.render(
        Path(template).read_text(encoding="utf-8"),
        card,
        published / "tables",
        config=manifest["config"],
        verdicts=scorecard.summary(card),
        verdicts_before=scorecard.summary(before),
        changes=scorecard.changes(before, card),
        chi2=", ".join(f"χ² = {value:.1f} for {n} values of {name}" for name, (value, n) in chi2),
        table_2=templates.markdown(replace(table_2, rows=printed)).removeprefix("# ").strip(),
        realizations=f"{fits.query('L == @L')['n_realizations'].max():,}",
        all_realizations=f"{manifest['realizations']:,}",
        digests=f"{sum(len(found) for found in manifest['shards'].values()):,}",
        job_minutes=round(manifest["effort"]["job_seconds"] / 60),
        wall_minutes=round(manifest["effort"]["wall_s"] / 60),
        cores=manifest["machine"]["cores"],
        outputs=outputs.outputs_table(),
    )
