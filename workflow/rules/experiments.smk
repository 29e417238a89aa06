# Fits of measured data: one folder in config/experiments/ is one dataset, one fit, one figure. Closure of the fits.

from tlsglass.models import registry

# {name of the rule: datasets of one job}. Where everything comes from published densities, the datasets of an observable share a
# job, which saves starting Python for each; asking for a broken dataset by its name is refused in either case.
FIT_JOBS = {"fit_experiment": ["{dataset}"]}
if PUBLISHED:
    for name, info in DATASETS.items():
        FIT_JOBS.setdefault(f"fit_{info['observable']}", []).append(name)
FILES_OF_FIT = {  # {output: its name}
    "fit": "fit.json",
    **{table: f"{table}.csv" for table in ("points", "curves", "windows")},
    "md": "fit.md",
    **{kind: f"figure.{kind}" for kind in ("svg", "png", "csv")},
}
SCHEMA = bundled_file("scripts/tlsglass/data/dataset.schema.yaml")
ATLAS_FILES = bundled_files("scripts/tlsglass/atlas", "*.npz")


for job, names in FIT_JOBS.items():
    step(
        job,
        driver="fit_experiment.py",
        job="{dataset}" if names == ["{dataset}"] else "",
        group="experiment",
        constraints={"dataset": any_of_pattern([*({} if PUBLISHED else DATASETS), *BROKEN_NAMES])},
        input={
            "data": lambda w, names=names: [data_of_dataset(name.format(**w)) for name in names],
            "info": list(map(dataset_file, names)),
            "schema": SCHEMA,
            "atlas_files": ATLAS_FILES,
        },
        output={kind: [f"<results>/experiments/{name}/{file}" for name in names] for kind, file in FILES_OF_FIT.items()},
    )


tabulate(
    "experiment_table",
    "tlsglass.analysis.materials.tabulate_fits",
    input={"fits": expand("<results>/experiments/{dataset}/fit.json", dataset=DATASETS)},
    output={
        "table": "<results>/tables/experiments.csv",
        "materials": "<results>/tables/materials.csv",
        "differences": "<results>/tables/material_differences.csv",
    },
)


tabulate(
    "closure",
    "tlsglass.fitting.closure.tabulate_closure",
    job="{observable}",
    constraints={"observable": any_of_pattern(registry.observable_names())},
    input={"atlas_files": ATLAS_FILES},
    output={"table": "<results>/closure/{observable}.csv"},
    settings=lambda w: {"observable": w.observable, "datasets": 500, "seed": config["seed"]},
)


concatenate("closure_table", {"closure": expand("<results>/closure/{observable}.csv", observable=registry.observable_names())})
