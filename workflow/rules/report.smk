# What the report shows beside the figures: captions with the numbers of this run, and the tables to read.

REPORT_TABLES = ["table_1", "table_2", "experiments", "appendix_c", "scorecard"]


rule report_texts:
    input:
        card="<results>/checks/scorecard.csv",
        paper=shipped("config/paper_values.csv"),
        templates=[shipped(f"workflow/report/{name}.rst") for name in ["study", *FIGURES, *REPORT_TABLES]],
        tables=expand("<results>/tables/{name}.md", name=[name for name in REPORT_TABLES if name != "scorecard"]),
        table=shipped("workflow/page/table.html.j2"),
        code=library("report_texts.py"),
    output:
        captions=expand("<results>/report/{name}.rst", name=["study", *FIGURES, *REPORT_TABLES]),
        by_wildcard="<results>/report/figure.rst",
        tables=[shown(f"<results>/report/{name}.html", name) for name in REPORT_TABLES],
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
    script:
        "../../scripts/report_texts.py"
