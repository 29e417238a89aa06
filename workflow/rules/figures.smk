# Figures, and tables to read: the entries of the catalogue, scripts/tlsglass/report/catalogue.py. Each has a rule, so that asking
# for one simulates what that one needs. A run from published densities has all inputs within seconds: there the figures of a
# section share a job, and all tables do, which saves starting Python for each.

from tlsglass.report.catalogue_entry import CatalogueError

try:
    SHOWN = workflow_helpers.CatalogueOfRun(study, DATASETS, JOINT, bundled_file(PAPER), ROOT / "workflow/report")
except CatalogueError as error:
    sys.exit(str(error))

FIGURES, TABLES = SHOWN.of_kind("figure"), SHOWN.of_kind("table")


def report_output(path, item):
    """Mark an output for the report, under the section and title of its entry."""
    return report(
        path,
        caption=str(Path(resolve_pathvar("results"), "report", f"{item.name}.rst").resolve()),
        category=SHOWN.categories[item.section],
        labels={"result": SHOWN.titles[item.name]},
    )


for job, items in SHOWN.jobs("figure", shared=PUBLISHED).items():
    step(
        job,
        driver="figure.py",
        modules=sorted({item.module for item in items}),
        environment="plot",
        group=items[0].group,
        input=SHOWN.inputs(items),
        output={
            "svg": [report_output(f"<results>/figures/{item.name}.svg", item) for item in items],
            "png": [f"<results>/figures/{item.name}.png" for item in items],
            "csv": [f"<results>/figures/{item.name}.csv" for item in items],
            "narrow": [f"<results>/narrow/{item.name}.svg" for item in items],
        },
        params={"modules": {item.name: item.module for item in items}, "settings": SHOWN.settings(items)},
        mem_mb=max(item.mem_mb for item in items),
    )


for job, items in SHOWN.jobs("table", shared=PUBLISHED).items():
    step(
        job,
        driver="table.py",
        environment="page",
        group=items[0].group,
        input=SHOWN.inputs(items)
        | {"template": bundled_file("workflow/page/table.html.j2"), "style": bundled_file("workflow/page/page.css")},
        output={
            "markdown": [f"<results>/{item.folder}/{item.name}.md" for item in items],
            "html": [report_output(f"<results>/report/{item.name}.html", item) for item in items],
        },
        params={"settings": SHOWN.settings(items)},
        mem_mb=max(item.mem_mb for item in items),
    )
