# Figures, and tables to read: the entries of the catalogue, scripts/tlsglass/report/catalogue.py. Each has a rule, so that asking
# for one simulates what that one needs. A run from published densities has all inputs within seconds: there the figures of a
# section share a job, and all tables do, which saves starting Python for each.

from tlsglass.report.catalogue_entry import CatalogueError, RunContents, check_catalogue, inputs_of_job

RUN = RunContents(
    J0_values=study.J0_values,
    sizes=list(study.sizes),
    all_sizes=study.all_sizes,
    L=study.temperature_keys([config["figures"]["L"]])[0],
    dos_K=study.temperature_keys(config["figures"]["fig_1_temperatures_K"]),
    quench=study.quench,
    datasets=list(DATASETS),
    joint_datasets=list(JOINT),
    variants=study.variants,
    paper=bundled_file(PAPER),
)
try:
    check_catalogue(catalogue.ENTRIES, ROOT / "workflow/report")
    ENTRY_INPUTS = {item.name: item.input_paths(RUN) for item in catalogue.ENTRIES}
    ENTRY_SETTINGS = {item.name: item.settings_from(config, RUN) for item in catalogue.ENTRIES}
except CatalogueError as error:
    sys.exit(str(error))

ENTRIES = [item for item in catalogue.ENTRIES if ENTRY_INPUTS[item.name] is not None]  # those that this run can show
FIGURES = [item for item in ENTRIES if item.kind == "figure"]
TABLES = [item for item in ENTRIES if item.kind == "table"]
CATEGORIES = {section: f"{k}. {section}" for k, (section, _) in enumerate(catalogue.sections(), 1)}
TITLES = {item.name: f"{k}. {item.title}" for _, part in catalogue.sections() for k, item in enumerate(part, 1)}


def report_output(path, item):
    """Mark an output for the report, under the section and title of its entry."""
    return report(
        path,
        caption=str(Path(resolve_pathvar("results"), "report", f"{item.name}.rst").resolve()),
        category=CATEGORIES[item.section],
        labels={"result": TITLES[item.name]},
    )


def entries_by_job(items, name_of_shared_job):
    """Return {name of the rule: its entries}."""
    jobs = {}
    for item in items:
        jobs.setdefault(name_of_shared_job(item) if PUBLISHED else item.name, []).append(item)
    return jobs


def inputs_of_entries(items):
    return inputs_of_job({item.name: ENTRY_INPUTS[item.name] for item in items})


def settings_of_entries(items):
    return {item.name: ENTRY_SETTINGS[item.name] for item in items}


FIGURE_JOBS = entries_by_job(FIGURES, lambda item: f"figures_of_section_{CATEGORIES[item.section].partition('.')[0]}")
TABLE_JOBS = entries_by_job(TABLES, lambda item: "tables_to_read")


for job, items in FIGURE_JOBS.items():
    step(
        job,
        driver="figure.py",
        modules=sorted({item.module for item in items}),
        environment="plot",
        group=items[0].group,
        input=inputs_of_entries(items),
        output={
            "svg": [report_output(f"<results>/figures/{item.name}.svg", item) for item in items],
            "png": [f"<results>/figures/{item.name}.png" for item in items],
            "csv": [f"<results>/figures/{item.name}.csv" for item in items],
            "narrow": [f"<results>/narrow/{item.name}.svg" for item in items],
        },
        params={"modules": {item.name: item.module for item in items}, "settings": settings_of_entries(items)},
        mem_mb=max(item.mem_mb for item in items),
    )


for job, items in TABLE_JOBS.items():
    step(
        job,
        driver="table.py",
        environment="page",
        group=items[0].group,
        input=inputs_of_entries(items) | {"template": bundled_file("workflow/page/table.html.j2")},
        output={
            "markdown": [f"<results>/{item.folder}/{item.name}.md" for item in items],
            "html": [report_output(f"<results>/report/{item.name}.html", item) for item in items],
        },
        params={"settings": settings_of_entries(items)},
        mem_mb=max(item.mem_mb for item in items),
    )
