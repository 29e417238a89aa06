# The page, the README, the pages in docs and the results note show the published outcome, whatever the configuration is.


rule page:
    input:
        manifest=bundled_file(f"results/published/{io.MANIFEST}"),
        published=lambda w: bundled_files("results/published", "*/**/*.*"),
        paper=bundled_file(PAPER),
        datasets=lambda w: [bundled_file(f"config/experiments/{name}/dataset.yaml") for name in sorted(DATASETS)],
        densities=bundled_files("scripts/tlsglass/atlas", "*.npz"),
        template=bundled_file("workflow/page/index.html.j2"),
        config=bundled_file("config/config.yaml"),
        parts=bundled_files("workflow/page", "**/*.[cj]s*")
        + bundled_files("workflow/page", "*.html.j2")
        + bundled_files("workflow/page", "*.yaml"),
        captions=bundled_files("workflow/report", "*.rst"),
    output:
        page="docs/index.html",
    log:
        "<logs>/page.log",
    benchmark:
        "<benchmarks>/page.tsv"
    conda:
        "../../envs/page.yaml"
    params:
        code=library_digest("page.py", "tlsglass.report.tables"),
    script:
        "../../scripts/page.py"


TEXTS = bundled_files("docs/templates", "*.md.j2")


rule readme:
    input:
        manifest=bundled_file(f"results/published/{io.MANIFEST}"),
        published=lambda w: bundled_files("results/published", "*/**/*.[cj]s*"),
        config=bundled_files("config", "*.csv") + [bundled_file("config/equilibrium.yaml"), bundled_file("config/config.yaml")],
        schemas=[
            bundled_file("workflow/schemas/config.schema.yaml"),
            bundled_file("scripts/tlsglass/data/dataset.schema.yaml"),
        ],
        measured=bundled_files("benchmarks/measured", "*.csv"),
        templates=TEXTS,
        library=bundled_files("scripts/tlsglass", "*/*.py"),
    output:
        [path if path == "README.md" else f"docs/{path}" for path in (Path(text).stem for text in TEXTS)],
    log:
        "<logs>/readme.log",
    benchmark:
        "<benchmarks>/readme.tsv"
    conda:
        "../../envs/page.yaml"
    params:
        code=library_digest("readme.py"),
        L=config["paper"]["L"],
    script:
        "../../scripts/readme.py"


rule results_note:
    input:
        manifest=bundled_file(f"results/published/{io.MANIFEST}"),
        published=lambda w: bundled_files("results/published", "*/**/*.[cj]s*"),
        config=bundled_files("config", "*.csv"),
        figures=bundled_files("results/published/figures", "figure_1.svg")
        + bundled_files("results/published/figures", "figure_atlas_mu.svg"),
        template=bundled_file("paper/results_note.typ.j2"),
    output:
        pdf="paper/results_note.pdf",
    log:
        "<logs>/results_note.log",
    benchmark:
        "<benchmarks>/results_note.tsv"
    conda:
        "../../envs/paper.yaml"
    params:
        code=library_digest("results_note.py"),
        L=config["paper"]["L"],
    script:
        "../../scripts/results_note.py"
