# The page, the README and the texts in docs show the published outcome: no other results go into them, whatever the
# configuration is.


rule page:
    input:
        manifest=shipped(f"results/published/{io.MANIFEST}"),
        published=lambda w: shipped_files("results/published", "*/**/*.*"),
        paper=shipped(PAPER),
        datasets=shipped_files("config/experiments", "*/dataset.yaml"),
        points=shipped_files("config/experiments", "*/*.csv"),
        densities=shipped_files("scripts/tlsglass/atlas", "*.npz"),
        template=shipped("workflow/page/index.html.j2"),
        config=shipped("config/config.yaml"),
        parts=shipped_files("workflow/page", "**/*.[cj]s*")
        + shipped_files("workflow/page", "*.html.j2")
        + shipped_files("workflow/page", "*.yaml"),
        captions=shipped_files("workflow/report", "*.rst"),
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
    params:
        code=library("page.py", "tlsglass.report.tables"),
    script:
        "../../scripts/page.py"


TEXTS = shipped_files("docs/templates", "*.md.j2")


rule readme:
    input:
        manifest=shipped(f"results/published/{io.MANIFEST}"),
        published=lambda w: shipped_files("results/published", "*/**/*.[cj]s*"),
        config=shipped_files("config", "*.csv") + [shipped("config/equilibrium.yaml")],
        measured=shipped_files("benchmarks/measured", "*.csv"),
        templates=TEXTS,
        rooms=shipped_files("scripts/tlsglass", "*/*.py"),
    output:
        [path if path == "README.md" else f"docs/{path}" for path in (Path(text).stem for text in TEXTS)],
    log:
        "<logs>/readme.log",
    benchmark:
        "<benchmarks>/readme.tsv"
    conda:
        "../../envs/page.yaml"
    threads: 1
    resources:
        mem_mb=500,
        runtime=5,
    params:
        code=library("readme.py"),
        L=config["paper"]["L"],
    script:
        "../../scripts/readme.py"
