# Paper against reproduction, claim by claim; what the results were made from.

VARIANTS = study.variants

# the tables that config/paper_values.csv draws on
SCORECARD_TABLES = [
    "table_1",
    "table_2",
    "zero_temperature",
    "gaussian_limit",
    "laws",
    "size_dependence",
    "stability",
    "appendix_c",
    "closed_forms",
    "experiments",
    "variants",
]


wildcard_constraints:
    variant=one_of(VARIANTS),


rule variant:
    output:
        shards=expand("<shards>/variants/{{variant}}/T{T}.npz", T=study.labels(config["figures"]["dos_K"])),
    log:
        "<logs>/variant/{variant}.log",
    benchmark:
        "<benchmarks>/variant/{variant}.tsv"
    priority: 1  # a variant is one long job: it is begun first
    conda:
        "../../envs/simulate.yaml"
    threads: 1
    resources:
        mem_mb=600,
        runtime=120,
    params:
        model=lambda w: asdict(study.variant(w.variant).model),
        protocol=lambda w: asdict(study.variant(w.variant).protocol),
        realizations=lambda w: study.variant(w.variant).realizations,
        chain=metropolis.CHAIN_VERSION,
    script:
        "../../scripts/variant.py"


rule variant_table:
    input:
        variants=expand(
            f"{VARIANT_COUNTS}/{{variant}}/T{{T}}.npz", variant=VARIANTS, T=study.labels(config["figures"]["dos_K"])
        ),
        published=published_counts,
        code=library("variant_table.py"),
    output:
        table="<results>/tables/variants.csv",
    log:
        "<logs>/variant_table.log",
    benchmark:
        "<benchmarks>/variant_table.tsv"
    conda:
        "../../envs/analyse.yaml"
    threads: 1
    resources:
        mem_mb=500,
        runtime=5,
    params:
        settings={name: config["checks"]["variants"][name] for name in VARIANTS},
        fits=config["fits"],
    script:
        "../../scripts/variant_table.py"


rule choices_table:
    input:
        choices=expand("<results>/choices/{set}/{kind}.csv", set=SETS, kind=["fits", "laws"]),
        code=library("choices_table.py"),
    output:
        table="<results>/tables/choices.csv",
    log:
        "<logs>/choices_table.log",
    benchmark:
        "<benchmarks>/choices_table.tsv"
    conda:
        "../../envs/analyse.yaml"
    threads: 1
    resources:
        mem_mb=500,
        runtime=5,
    script:
        "../../scripts/choices_table.py"


rule pulls:
    input:
        counts=expand("<results>/dos/{{set}}/T{T}.npz", T=study.rungs),
        code=library("pulls.py"),
    output:
        pulls="<results>/pulls/{set}.csv",
    log:
        "<logs>/pulls/{set}.log",
    benchmark:
        "<benchmarks>/pulls/{set}.tsv"
    conda:
        "../../envs/analyse.yaml"
    threads: 1
    resources:
        mem_mb=1000,
        runtime=20,
    params:
        pulls=config["checks"]["pulls"],
        warm_K=config["figures"]["dos_K"][1],
        fits=config["fits"],
        observables=config["observables"],
    script:
        "../../scripts/pulls.py"


rule pull_table:
    input:
        pulls=expand("<results>/pulls/{set}.csv", set=SETS),
        code=library("pull_table.py"),
    output:
        table="<results>/tables/pulls.csv",
    log:
        "<logs>/pull_table.log",
    benchmark:
        "<benchmarks>/pull_table.tsv"
    conda:
        "../../envs/analyse.yaml"
    threads: 1
    resources:
        mem_mb=500,
        runtime=5,
    script:
        "../../scripts/pull_table.py"


rule verdicts:
    input:
        paper=PAPER,
        tables=expand("<results>/tables/{table}.csv", table=SCORECARD_TABLES),
        code=library("verdicts.py"),
    output:
        card="<results>/checks/scorecard.csv",
    log:
        "<logs>/verdicts.log",
    benchmark:
        "<benchmarks>/verdicts.tsv"
    conda:
        "../../envs/analyse.yaml"
    threads: 1
    resources:
        mem_mb=500,
        runtime=5,
    params:
        L=config["paper"]["L"],
    script:
        "../../scripts/verdicts.py"


rule provenance:
    input:
        tables=rules.verdicts.input.tables,
        markdown=[f"<results>/{item.folder}/{item.name}.md" for item in TABLES],
        annealing="<results>/tables/annealing.csv",
        counts=[f"<results>/dos/{s}/T{T}.npz" for s in SETS for T in study.temperatures],
        figures=[f"<results>/figures/{item.name}.csv" for item in FIGURES],
        card="<results>/checks/scorecard.csv",
        code=library("provenance.py"),
    output:
        manifest="<results>/checks/provenance.json",
    log:
        "<logs>/provenance.log",
    benchmark:
        "<benchmarks>/provenance.tsv"
    conda:
        "../../envs/analyse.yaml"
    threads: 1
    resources:
        mem_mb=500,
        runtime=5,
    params:
        config=config,
    script:
        "../../scripts/provenance.py"
