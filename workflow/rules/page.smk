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
        "atlas_files": ATLAS_FILES,
        "template": bundled_file("workflow/page/index.html.j2"),
        "config": bundled_file("config/config.yaml"),
        "parts": [
            path for pattern in ("**/*.[cj]s*", "*.html.j2", "*.yaml") for path in bundled_files("workflow/page", pattern)
        ],
        "captions": bundled_files("workflow/report", "*.rst"),
    },
    output={"page": "docs/index.html"},
)


# sources of what docs_pages.render_page inserts into a template
INPUTS_OF_TEMPLATES = {
    "manifest": MANIFEST_OF_OUTCOME,
    "published": lambda w: bundled_files("results/published", "*/**/*.[cj]s*"),
    "tables": [path for part in ("", "equilibrium", "interactions") for path in bundled_files(f"config/{part}", "*.csv")],
    "config": list(map(bundled_file, ("config/equilibrium.yaml", "config/config.yaml"))),
    "schemas": [bundled_file("workflow/schemas/config.schema.yaml"), SCHEMA],
    "measured": bundled_files("benchmarks/measured", "*.csv"),
    "atlas_files": ATLAS_FILES,
}
TEXTS = bundled_files("docs/templates", "*.md.j2")


step(
    "readme",
    environment="page",
    has_checksums=False,
    input=INPUTS_OF_TEMPLATES | {"templates": TEXTS, "library": bundled_files("scripts/tlsglass", "*/*.py")},
    output={"pages": [path if path == "README.md" else f"docs/{path}" for path in (Path(text).stem for text in TEXTS)]},
    params={"L": config["paper"]["L"]},
)


step(
    "results_note",
    environment="paper",
    has_checksums=False,
    input=INPUTS_OF_TEMPLATES
    | {
        "figures": [bundled_file(f"results/published/figures/{name}.svg") for name in ("figure_1", "figure_atlas_mu")],
        "template": bundled_file("paper/results_note.typ.j2"),
    },
    output={"pdf": "paper/results_note.pdf"},
    params={"L": config["paper"]["L"]},
)
