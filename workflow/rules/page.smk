# The page, the README and docs/reproduction.md, which show the published outcome: no other results go into them, whatever the configuration is.


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


rule readme:
    input:
        manifest=shipped(f"results/published/{files.MANIFEST}"),
        published=lambda w: shipped_files("results/published", "*/*.csv"),
        paper=shipped(PAPER),
        before=shipped("config/verdicts_before.csv"),
        templates=[shipped(f"workflow/page/{name}.md.j2") for name in ("README", "reproduction", "atlas", "resonators")],
        code=library("readme.py"),
    output:
        readme="README.md",
        reproduction="docs/reproduction.md",
        atlas="docs/atlas.md",
        resonators="docs/resonators.md",
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
        L=config["paper"]["L"],
    script:
        "../../scripts/readme.py"
