# The page that shows the published outcome: results/published alone goes into it, whatever the configuration is.


rule page:
    input:
        manifest="results/published/MANIFEST.json",
        published=lambda w: sorted(str(path) for path in Path("results/published").glob("*/**/*.*")),
        paper="config/paper_values.csv",
        datasets=[f"{folder}/dataset.yaml" for folder in dataset_folders()],
        template="workflow/page/index.html.j2",
        config="config/config.yaml",
        parts=sorted(str(path.relative_to(ROOT)) for path in (ROOT / "workflow/page").glob("**/*.[cj]s*")),
        captions=sorted(str(path.relative_to(ROOT)) for path in (ROOT / "workflow/report").glob("*.rst")),
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
