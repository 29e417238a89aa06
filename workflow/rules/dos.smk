# Densities of states n(T, E) from the shards, and what is quoted of them.

# the choices of the analysis: paper.quantity.Settings
ANALYSIS = {"fits": config["fits"], "observables": config["observables"], "warm_K": config["figures"]["dos_K"][1]}


rule dos_table:
    input:
        shards=lambda w: counts_of(study.name(w.L, w.J0), study.rung(w.T), "dos/L{L}_J{J0}/T{T}.npz".format(**w)),
        code=library("dos_table.py"),
    output:
        counts="<results>/dos/L{L}_J{J0}/T{T}.npz",
        table="<results>/dos/L{L}_J{J0}/T{T}.csv",
    log:
        "<logs>/dos_table/L{L}_J{J0}/T{T}.log",
    benchmark:
        "<benchmarks>/dos_table/L{L}_J{J0}/T{T}.tsv"
    conda:
        "../../envs/analyse.yaml"
    threads: 1
    resources:
        mem_mb=500,
        runtime=5,
    params:
        groups=config["fits"]["jackknife_groups"],
        spans=lambda w: study.spans(w.L, w.J0),
        origin=lambda w: SIMULATED[study.name(w.L, w.J0)].origin_at(study.rung(w.T)),
        T_K=lambda w: study.temperatures[w.T],
        realizations=lambda w: SIMULATED[study.name(w.L, w.J0)].realizations,
    script:
        "../../scripts/dos_table.py"


use rule dos_table as variant_dos with:
    input:
        shards=lambda w: counts_of(
            f"variants/{w.variant}", study.variant(w.variant).rungs[w.T], f"variants/{w.variant}/T{w.T}.npz"
        ),
        code=library("dos_table.py"),
    output:
        counts="<results>/variants/{variant}/T{T}.npz",
        table="<results>/variants/{variant}/T{T}.csv",
    log:
        "<logs>/variant_dos/{variant}/T{T}.log",
    benchmark:
        "<benchmarks>/variant_dos/{variant}/T{T}.tsv"
    params:
        groups=config["fits"]["jackknife_groups"],
        spans=[],  # its rows are single blocks
        origin=lambda w: study.variant(w.variant).simulated.origin_at(study.variant(w.variant).rungs[w.T]),
        T_K=lambda w: study.variant(w.variant).rungs[w.T].T_K,
        realizations=lambda w: study.variant(w.variant).simulated.realizations,


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
