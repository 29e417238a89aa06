# The page, the README, the pages in docs and the results note show the published outcome, whatever the configuration is.

MANIFEST_OF_OUTCOME = bundled_file(f"results/published/{io.MANIFEST}")


step(
    "page",
    environment="page",
    has_checksums=False,
    modules=["tlsglass.report.tables"],
    input={
        "manifest": MANIFEST_OF_OUTCOME,
        "published": lambda w: bundled_files("results/published", "*/**/*.*"),
        "paper": bundled_file(PAPER),
        "datasets": lambda w: list(map(dataset_file, sorted(DATASETS))),
        "densities": ATLAS_FILES,
        "template": bundled_file("workflow/page/index.html.j2"),
        "config": bundled_file("config/config.yaml"),
        "parts": [
            path for pattern in ("**/*.[cj]s*", "*.html.j2", "*.yaml") for path in bundled_files("workflow/page", pattern)
        ],
        "captions": bundled_files("workflow/report", "*.rst"),
    },
    output={"page": "docs/index.html"},
)


TEXTS = bundled_files("docs/templates", "*.md.j2")


step(
    "readme",
    environment="page",
    has_checksums=False,
    input={
        "manifest": MANIFEST_OF_OUTCOME,
        "published": lambda w: bundled_files("results/published", "*/**/*.[cj]s*"),
        "config": bundled_files("config", "*.csv") + list(map(bundled_file, ("config/equilibrium.yaml", "config/config.yaml"))),
        "schemas": [
            bundled_file("workflow/schemas/config.schema.yaml"),
            bundled_file("scripts/tlsglass/data/dataset.schema.yaml"),
        ],
        "measured": bundled_files("benchmarks/measured", "*.csv"),
        "templates": TEXTS,
        "library": bundled_files("scripts/tlsglass", "*/*.py"),
    },
    output={"pages": [path if path == "README.md" else f"docs/{path}" for path in (Path(text).stem for text in TEXTS)]},
    params={"L": config["paper"]["L"]},
)


step(
    "results_note",
    environment="paper",
    has_checksums=False,
    input={
        "manifest": MANIFEST_OF_OUTCOME,
        "published": lambda w: bundled_files("results/published", "*/**/*.[cj]s*"),
        "config": bundled_files("config", "*.csv"),
        "figures": [bundled_file(f"results/published/figures/{name}.svg") for name in ("figure_1", "figure_atlas_mu")],
        "template": bundled_file("paper/results_note.typ.j2"),
    },
    output={"pdf": "paper/results_note.pdf"},
    params={"L": config["paper"]["L"]},
)
