# Densities of states n(T, E) from the shards, and what is quoted of them.

# the choices of the analysis: paper.quantity.Settings
ANALYSIS = {"fits": config["fits"], "observables": config["observables"], "warm_K": config["figures"]["dos_K"][1]}


rule dos_table:
    input:
        shards=lambda w: [path for T in study.temperatures for path in counts_of(w.set, study.rung(T), f"dos/{w.set}/T{T}.npz")],
        code=library("dos_table.py"),
    output:
        counts=expand("<results>/dos/{{set}}/T{T}.npz", T=study.temperatures),
        tables=expand("<results>/dos/{{set}}/T{T}.csv", T=study.temperatures),
    log:
        "<logs>/dos_table/{set}.log",
    benchmark:
        "<benchmarks>/dos_table/{set}.tsv"
    conda:
        "../../envs/analyse.yaml"
    threads: 1
    resources:
        mem_mb=500,
        runtime=30,
    params:
        groups=config["fits"]["jackknife_groups"],
        spans=lambda w: study.spans(w.set),
        origins=lambda w: [SIMULATED[w.set].origin_at(study.rung(T)) for T in study.temperatures],
        T_K=list(study.temperatures.values()),
        realizations=lambda w: SIMULATED[w.set].realizations,
    script:
        "../../scripts/dos_table.py"


use rule dos_table as variant_dos with:
    input:
        shards=lambda w: [
            path
            for T, rung in study.variant(w.variant).rungs.items()
            for path in counts_of(f"variants/{w.variant}", rung, f"variants/{w.variant}/T{T}.npz")
        ],
        code=library("dos_table.py"),
    output:
        counts=expand("<results>/variants/{{variant}}/T{T}.npz", T=study.labels(config["figures"]["dos_K"])),
        tables=expand("<results>/variants/{{variant}}/T{T}.csv", T=study.labels(config["figures"]["dos_K"])),
    log:
        "<logs>/variant_dos/{variant}.log",
    benchmark:
        "<benchmarks>/variant_dos/{variant}.tsv"
    params:
        groups=config["fits"]["jackknife_groups"],
        spans=[],  # its rows are single blocks
        origins=lambda w: [
            study.variant(w.variant).simulated.origin_at(rung) for rung in study.variant(w.variant).rungs.values()
        ],
        T_K=lambda w: [rung.T_K for rung in study.variant(w.variant).rungs.values()],
        realizations=lambda w: SIMULATED[f"variants/{w.variant}"].realizations,


rule quantities:
    input:
        rungs=expand("<results>/dos/{{set}}/T{T}.npz", T=study.rungs),
        quench=f"<results>/dos/{{set}}/T{study.quench}.npz",
        code=library("quantities.py"),
    output:
        eq3="<results>/fits/{set}/eq3.csv",
        exponents="<results>/fits/{set}/exponents.csv",
        gaussian="<results>/fits/{set}/gaussian.csv",
        laws="<results>/laws/{set}.csv",
        choices="<results>/choices/{set}.csv",
    log:
        "<logs>/quantities/{set}.log",
    benchmark:
        "<benchmarks>/quantities/{set}.tsv"
    conda:
        "../../envs/analyse.yaml"
    threads: 1
    resources:
        mem_mb=1000,
        runtime=10,
    params:
        settings=ANALYSIS,
    script:
        "../../scripts/quantities.py"


rule quantity_tables:
    input:
        eq3=expand("<results>/fits/{set}/eq3.csv", set=SETS),
        exponents=expand("<results>/fits/{set}/exponents.csv", set=SETS),
        gaussian=expand("<results>/fits/{set}/gaussian.csv", set=SETS),
        laws=expand("<results>/laws/{set}.csv", set=SETS),
        choices=expand("<results>/choices/{set}.csv", set=SETS),
        code=library("quantity_tables.py"),
    output:
        laws="<results>/tables/laws.csv",
        choices="<results>/tables/choices.csv",
        sizes="<results>/tables/size_dependence.csv",
    log:
        "<logs>/quantity_tables.log",
    benchmark:
        "<benchmarks>/quantity_tables.tsv"
    conda:
        "../../envs/analyse.yaml"
    threads: 1
    resources:
        mem_mb=500,
        runtime=5,
    params:
        warm_K=ANALYSIS["warm_K"],
    script:
        "../../scripts/quantity_tables.py"


rule gather_fits:
    input:
        eq3=expand("<results>/fits/{set}/eq3.csv", set=SETS),
        exponents=expand("<results>/fits/{set}/exponents.csv", set=SETS),
        gaussian=expand("<results>/fits/{set}/gaussian.csv", set=SETS),
        code=library("gather.py"),
    output:
        eq3="<results>/tables/table_2.csv",
        exponents="<results>/tables/zero_temperature.csv",
        gaussian="<results>/tables/gaussian_limit.csv",
    log:
        "<logs>/gather_fits.log",
    benchmark:
        "<benchmarks>/gather_fits.tsv"
    conda:
        "../../envs/analyse.yaml"
    threads: 1
    resources:
        mem_mb=500,
        runtime=5,
    script:
        "../../scripts/gather.py"
