# The page that shows the published outcome: results/published alone goes into it, whatever the configuration is.


rule page:
    input:
        manifest=shipped(f"results/published/{files.MANIFEST}"),
        published=lambda w: shipped_files("results/published", "*/**/*.*"),
        paper=shipped(PAPER),
        datasets=shipped_files("config/experiments", "*/dataset.yaml"),
        template=shipped("workflow/page/index.html.j2"),
        config=shipped("config/config.yaml"),
        parts=shipped_files("workflow/page", "**/*.[cj]s*"),
        captions=shipped_files("workflow/report", "*.rst"),
        code=library("page.py", "tlsglass.show.listings"),
    output:
        page="docs/index.html",
    log:
        "<logs>/page.log",
    benchmark:
        "<benchmarks>/page.tsv"
    conda:
        "../../envs/page.yaml"
    threads: 1
    resources:
        mem_mb=500,
        runtime=5,
    script:
        "../../scripts/page.py"
