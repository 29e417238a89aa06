# Fits of measured data: one folder in config/experiments/ is one dataset, one fit, one figure. Closure of the fits.

from tlsglass.models import registry

# {name of the rule: datasets of one job}. Where everything comes from published densities, the datasets of an observable share a
# job, which saves starting Python for each; asking for a broken dataset by its name is refused in either case.
FIT_JOBS = {"fit_experiment": ["{dataset}"]}
if PUBLISHED:
    for name, info in DATASETS.items():
        FIT_JOBS.setdefault(f"fit_{info['observable']}", []).append(name)


for job, names in FIT_JOBS.items():
    log_of_job = f"{job}/{{dataset}}" if names == ["{dataset}"] else job

    rule:
        name:
            job
        input:
            data=lambda w, names=names: [data_of_dataset(name.format(**w)) for name in names],
            info=[bundled_file(f"config/experiments/{name}/dataset.yaml") for name in names],
            schema=bundled_file("scripts/tlsglass/data/dataset.schema.yaml"),
            atlas=bundled_files("scripts/tlsglass/atlas", "*.npz"),
        output:
            fit=[f"<results>/experiments/{name}/fit.json" for name in names],
            points=[f"<results>/experiments/{name}/points.csv" for name in names],
            curves=[f"<results>/experiments/{name}/curves.csv" for name in names],
            windows=[f"<results>/experiments/{name}/windows.csv" for name in names],
            md=[f"<results>/experiments/{name}/fit.md" for name in names],
            svg=[f"<results>/experiments/{name}/figure.svg" for name in names],
            png=[f"<results>/experiments/{name}/figure.png" for name in names],
            csv=[f"<results>/experiments/{name}/figure.csv" for name in names],
        log:
            f"<logs>/{log_of_job}.log",
            checksums=f"<checksums>/{log_of_job}.json",
        benchmark:
            f"<benchmarks>/{log_of_job}.tsv"
        wildcard_constraints:
            dataset=any_of_pattern([*({} if PUBLISHED else DATASETS), *BROKEN_NAMES]),
        group:
            "experiment"
        conda:
            "../../envs/analyse.yaml"
        params:
            code=library_digest("fit_experiment.py"),
        script:
            "../../scripts/fit_experiment.py"


TABLE_RULES["experiment_table"] = {
    "function": "tlsglass.analysis.materials.tabulate_fits",
    "input": {"fits": expand("<results>/experiments/{dataset}/fit.json", dataset=DATASETS)},
    "output": {
        "table": "<results>/tables/experiments.csv",
        "materials": "<results>/tables/materials.csv",
        "differences": "<results>/tables/material_differences.csv",
    },
}


TABLE_RULES["closure"] = {
    "function": "tlsglass.fitting.closure.tabulate_closure",
    "job": "{observable}",
    "constraints": {"observable": any_of_pattern(registry.observable_names())},
    "output": {"table": "<results>/closure/{observable}.csv"},
    "settings": lambda w: {"observable": w.observable, "datasets": 500, "seed": config["seed"]},
}


TABLE_RULES["closure_table"] = {
    "function": "tlsglass.report.load_inputs.concatenate",
    "input": {"table": expand("<results>/closure/{observable}.csv", observable=registry.observable_names())},
    "output": {"table": "<results>/tables/closure.csv"},
}
