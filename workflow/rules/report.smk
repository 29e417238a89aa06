# What the report says of figures and tables: captions with the numbers of this run.

CAPTIONS = ["study", *(item.name for item in ENTRIES)]


rule report_texts:
    input:
        card="<results>/checks/scorecard.csv",
        made="<results>/checks/provenance.json",
        paper=shipped(PAPER),
        tables=expand("<results>/tables/{table}.csv", table=sorted({*SCORECARD_TABLES, *catalogue.DATA_TABLES, "materials"})),
        templates=[shipped(f"workflow/report/{name}.rst") for name in CAPTIONS],
    output:
        captions=expand("<results>/report/{name}.rst", name=CAPTIONS),
    log:
        "<logs>/report_texts.log",
    benchmark:
        "<benchmarks>/report_texts.tsv"
    conda:
        "../../envs/page.yaml"
    threads: 1
    resources:
        mem_mb=500,
        runtime=5,
    params:
        code=library("report_texts.py"),
    script:
        "../../scripts/report_texts.py"
