# Fits of measured data: one folder in config/experiments/ is one dataset, one fit, one figure. Closure of the fits.

from tlsglass.models import registry


rule fit_experiment:
    input:
        data=data_of_dataset,
        info=bundled_file("config/experiments/{dataset}/dataset.yaml"),
        schema=bundled_file("scripts/tlsglass/data/dataset.schema.yaml"),
        atlas=bundled_file("scripts/tlsglass/atlas/atlas.npz"),
    output:
        fit="<results>/experiments/{dataset}/fit.json",
        points="<results>/experiments/{dataset}/points.csv",
        curves="<results>/experiments/{dataset}/curves.csv",
        windows="<results>/experiments/{dataset}/windows.csv",
        md="<results>/experiments/{dataset}/fit.md",
        svg="<results>/experiments/{dataset}/figure.svg",
        png="<results>/experiments/{dataset}/figure.png",
        csv="<results>/experiments/{dataset}/figure.csv",
    log:
        "<logs>/fit_experiment/{dataset}.log",
        checksums="<checksums>/fit_experiment/{dataset}.json",
    benchmark:
        "<benchmarks>/fit_experiment/{dataset}.tsv"
    conda:
        "../../envs/analyse.yaml"
    params:
        code=library_digest("fit_experiment.py"),
    script:
        "../../scripts/fit_experiment.py"


rule experiment_table:
    input:
        fits=expand("<results>/experiments/{dataset}/fit.json", dataset=DATASETS),
    output:
        table="<results>/tables/experiments.csv",
        materials="<results>/tables/materials.csv",
        differences="<results>/tables/material_differences.csv",
    log:
        "<logs>/experiment_table.log",
        checksums="<checksums>/experiment_table.json",
    benchmark:
        "<benchmarks>/experiment_table.tsv"
    conda:
        "../../envs/analyse.yaml"
    params:
        code=library_digest("make_tables.py", "tlsglass.analysis.materials"),
        function="tlsglass.analysis.materials.tabulate_fits",
        settings={},
    script:
        "../../scripts/make_tables.py"


rule closure:
    output:
        table="<results>/closure/{observable}.csv",
    log:
        "<logs>/closure/{observable}.log",
        checksums="<checksums>/closure/{observable}.json",
    benchmark:
        "<benchmarks>/closure/{observable}.tsv"
    wildcard_constraints:
        observable=any_of_pattern(registry.observable_names()),
    conda:
        "../../envs/analyse.yaml"
    params:
        code=library_digest("make_tables.py", "tlsglass.fitting.synthetic"),
        function="tlsglass.fitting.synthetic.tabulate_closure",
        settings=lambda w: {"observable": w.observable, "datasets": 500, "seed": config["seed"]},
    script:
        "../../scripts/make_tables.py"


rule closure_table:
    input:
        table=expand("<results>/closure/{observable}.csv", observable=registry.observable_names()),
    output:
        table="<results>/tables/closure.csv",
    log:
        "<logs>/closure_table.log",
        checksums="<checksums>/closure_table.json",
    benchmark:
        "<benchmarks>/closure_table.tsv"
    conda:
        "../../envs/analyse.yaml"
    params:
        code=library_digest("concat_tables.py"),
    script:
        "../../scripts/concat_tables.py"
