# Fits of measured data: one folder in config/experiments/ is one dataset, one fit, one figure.


rule fit_experiment:
    input:
        info="config/experiments/{dataset}/dataset.yaml",
        data=lambda w: f"config/experiments/{w.dataset}/{DATASETS[w.dataset]['data']['file']}",
        schema="workflow/schemas/dataset.schema.yaml",
        code=library("fit_experiment.py"),
    output:
        fit="results/experiments/{dataset}/fit.json",
        points="results/experiments/{dataset}/points.csv",
        curves="results/experiments/{dataset}/curves.csv",
    log:
        "results/logs/fit_experiment/{dataset}.log",
    benchmark:
        "results/benchmarks/fit_experiment/{dataset}.tsv"
    conda:
        "../../envs/analyse.yaml"
    threads: 1
    resources:
        mem_mb=500,
        runtime=5,
    script:
        "../../scripts/fit_experiment.py"


rule experiment_table:
    input:
        fits=expand("results/experiments/{dataset}/fit.json", dataset=DATASETS),
        code=library("experiment_table.py"),
    output:
        table="results/tables/experiments.csv",
        markdown="results/tables/experiments.md",
    log:
        "results/logs/experiment_table.log",
    benchmark:
        "results/benchmarks/experiment_table.tsv"
    conda:
        "../../envs/analyse.yaml"
    threads: 1
    resources:
        mem_mb=500,
        runtime=5,
    script:
        "../../scripts/experiment_table.py"


rule figure_experiment:
    input:
        fits=["results/experiments/{dataset}/fit.json"],
        points=["results/experiments/{dataset}/points.csv"],
        curves=["results/experiments/{dataset}/curves.csv"],
        code=library("figure_experiment.py"),
    output:
        svg="results/experiments/{dataset}/figure.svg",
        png="results/experiments/{dataset}/figure.png",
        csv="results/experiments/{dataset}/figure.csv",
    log:
        "results/logs/figure_experiment/{dataset}.log",
    benchmark:
        "results/benchmarks/figure_experiment/{dataset}.tsv"
    conda:
        "../../envs/plot.yaml"
    threads: 1
    resources:
        mem_mb=500,
        runtime=5,
    params:
        panels=[1],
    script:
        "../../scripts/figure_experiment.py"
