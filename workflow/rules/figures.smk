# Figures, and tables to read: a rule for each entry of the catalogue, scripts/tlsglass/show/catalogue.py.

from tlsglass.show import catalogue
from tlsglass.show.entry import PAPER, Axes, CatalogueError
from tlsglass.show.entry import check as check_catalogue

AXES = Axes(
    couplings=COUPLINGS,
    sizes=SIZES,
    L=study.labels([config["figures"]["L"]])[0],
    dos_K=study.labels(config["figures"]["dos_K"]),
    quench=study.quench,
    datasets=list(DATASETS),
    variants=study.variants,
)
try:
    check_catalogue(catalogue.ENTRIES, ROOT / "workflow/report")
    INPUTS = {item.name: item.paths(AXES) for item in catalogue.ENTRIES}
    SETTINGS = {item.name: item.values(config) for item in catalogue.ENTRIES}
except CatalogueError as error:
    sys.exit(str(error))

ENTRIES = [item for item in catalogue.ENTRIES if INPUTS[item.name] is not None]  # those that this run can show
FIGURES = [item for item in ENTRIES if item.kind == "figure"]
TABLES = [item for item in ENTRIES if item.kind == "table"]
CATEGORIES = {section: f"{k}. {section}" for k, (section, _) in enumerate(catalogue.sections(), 1)}
TITLES = {item.name: f"{k}. {item.title}" for _, part in catalogue.sections() for k, item in enumerate(part, 1)}


def shown(path, item):
    """Mark an output for the report, under the section and title of its entry."""
    return report(
        path,
        caption=f"../../results/report/{item.name}.rst",
        category=CATEGORIES[item.section],
        labels={"result": TITLES[item.name]},
    )


def fits_of(item, file):
    """Return one file of the fit of each dataset that a figure of measured data shows."""
    datasets = [dataset for panel in item.complete_panels(AXES) for dataset in panel]
    return expand("<results>/experiments/{dataset}/{file}", dataset=datasets, file=file)


for item in [item for item in FIGURES if not item.panels]:

    rule:
        name:
            item.name
        input:
            **INPUTS[item.name],
            code=library("figure.py", item.module),
        output:
            svg=shown(f"<results>/figures/{item.name}.svg", item),
            png=f"<results>/figures/{item.name}.png",
            csv=f"<results>/figures/{item.name}.csv",
        log:
            f"<logs>/{item.name}.log",
        benchmark:
            f"<benchmarks>/{item.name}.tsv"
        group:
            item.group
        conda:
            "../../envs/plot.yaml"
        threads: 1
        resources:
            mem_mb=item.mem_mb,
            runtime=5,
        params:
            module=item.module,
            settings=SETTINGS[item.name],
        script:
            "../../scripts/figure.py"


for item in [item for item in FIGURES if item.section == catalogue.EXPERIMENTS]:

    rule:
        name:
            item.name
        input:
            fits=fits_of(item, "fit.json"),
            points=fits_of(item, "points.csv"),
            curves=fits_of(item, "curves.csv"),
            code=library("figure_experiment.py"),
        output:
            svg=shown(f"<results>/figures/{item.name}.svg", item),
            png=f"<results>/figures/{item.name}.png",
            csv=f"<results>/figures/{item.name}.csv",
        log:
            f"<logs>/{item.name}.log",
        benchmark:
            f"<benchmarks>/{item.name}.tsv"
        group:
            item.group
        conda:
            "../../envs/plot.yaml"
        threads: 1
        resources:
            mem_mb=item.mem_mb,
            runtime=5,
        params:
            panels=[len(panel) for panel in item.complete_panels(AXES)],
        script:
            "../../scripts/figure_experiment.py"


for item in [item for item in FIGURES if item.section == catalogue.BEYOND]:

    rule:
        name:
            item.name
        input:
            fit=fits_of(item, "fit.json")[0],
            points=fits_of(item, "points.csv")[0],
            curves=fits_of(item, "curves.csv")[0],
            windows=fits_of(item, "windows.csv")[0],
            code=library("figure_dataset.py"),
        output:
            svg=shown(f"<results>/figures/{item.name}.svg", item),
            png=f"<results>/figures/{item.name}.png",
            csv=f"<results>/figures/{item.name}.csv",
        log:
            f"<logs>/{item.name}.log",
        benchmark:
            f"<benchmarks>/{item.name}.tsv"
        group:
            item.group
        conda:
            "../../envs/plot.yaml"
        threads: 1
        resources:
            mem_mb=item.mem_mb,
            runtime=5,
        script:
            "../../scripts/figure_dataset.py"


for item in TABLES:

    rule:
        name:
            item.name
        input:
            **INPUTS[item.name],
            template="workflow/page/table.html.j2",
            code=library("table.py"),
        output:
            markdown=f"<results>/{item.folder}/{item.name}.md",
            html=shown(f"<results>/report/{item.name}.html", item),
        log:
            f"<logs>/{item.name}.log",
        benchmark:
            f"<benchmarks>/{item.name}.tsv"
        group:
            item.group
        conda:
            "../../envs/page.yaml"
        threads: 1
        resources:
            mem_mb=item.mem_mb,
            runtime=5,
        params:
            name=item.name,
            settings=SETTINGS[item.name],
        script:
            "../../scripts/table.py"
