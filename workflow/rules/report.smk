# Captions of the report, with the numbers of this run.

workflow_helpers.restrict_docutils(ROOT / "workflow/report/docutils.conf")

CAPTIONS = ["study", *(item.name for item in SHOWN.entries)]


step(
    "report_texts",
    environment="page",
    input={
        "card": "<results>/checks/scorecard.csv",
        "made": "<results>/checks/provenance.json",
        "paper": bundled_file(PAPER),
        "tables": expand(
            "<results>/tables/{table}.csv", table=sorted({*SCORECARD_TABLES, *catalogue.DATA_TABLES, "materials"})
        ),
        "templates": [bundled_file(f"workflow/report/{name}.rst") for name in CAPTIONS],
    },
    output={"captions": expand("<results>/report/{name}.rst", name=CAPTIONS)},
)
