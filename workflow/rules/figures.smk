# Figures, and tables to read: a rule for each entry of the catalogue, scripts/tlsglass/report/catalogue.py.

from tlsglass.report.catalogue_entry import CatalogueError, RunContents, check_catalogue

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


for item in FIGURES:

    rule:
        name:
            item.name
        input:
            **ENTRY_INPUTS[item.name],
        output:
            svg=report_output(f"<results>/figures/{item.name}.svg", item),
            png=f"<results>/figures/{item.name}.png",
            csv=f"<results>/figures/{item.name}.csv",
            narrow=f"<results>/narrow/{item.name}.svg",
        log:
            f"<logs>/{item.name}.log",
            checksums=f"<checksums>/{item.name}.json",
        benchmark:
            f"<benchmarks>/{item.name}.tsv"
        group:
            item.group
        conda:
            "../../envs/plot.yaml"
        resources:
            mem_mb=item.mem_mb,
        params:
            code=library_digest("figure.py", item.module),
            module=item.module,
            settings=ENTRY_SETTINGS[item.name],
        script:
            "../../scripts/figure.py"


for item in TABLES:

    rule:
        name:
            item.name
        input:
            **ENTRY_INPUTS[item.name],
            template=bundled_file("workflow/page/table.html.j2"),
        output:
            markdown=f"<results>/{item.folder}/{item.name}.md",
            html=report_output(f"<results>/report/{item.name}.html", item),
        log:
            f"<logs>/{item.name}.log",
            checksums=f"<checksums>/{item.name}.json",
        benchmark:
            f"<benchmarks>/{item.name}.tsv"
        group:
            item.group
        conda:
            "../../envs/page.yaml"
        resources:
            mem_mb=item.mem_mb,
        params:
            code=library_digest("table.py"),
            name=item.name,
            settings=ENTRY_SETTINGS[item.name],
        script:
            "../../scripts/table.py"
