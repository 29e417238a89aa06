# Densities of states n(T, E) from the shards, and their fits.


rule dos_table:
    input:
        shards=batch_shards,
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
        block=config["density_of_states"]["block"],
        spans=lambda w: study.spans(w.L, w.J0),
        origin=lambda w: ORIGINS[f"L{w.L}_J{w.J0}"],
        T_K=lambda w: study.temperatures[w.T],
    script:
        "../../scripts/dos_table.py"


rule fit_dos:
    input:
        counts=expand("<results>/dos/{{set}}/T{T}.npz", T=study.temperatures),
        code=library("fit_dos.py"),
    output:
        eq3="<results>/fits/{set}/eq3.csv",
        exponents="<results>/fits/{set}/exponents.csv",
        gaussian="<results>/fits/{set}/gaussian.csv",
        choices="<results>/choices/{set}/fits.csv",
    log:
        "<logs>/fit_dos/{set}.log",
    benchmark:
        "<benchmarks>/fit_dos/{set}.tsv"
    conda:
        "../../envs/analyse.yaml"
    threads: 1
    resources:
        mem_mb=1000,
        runtime=10,
    params:
        fits=config["fits"],
        rungs_K=list(study.rungs.values()),
    script:
        "../../scripts/fit_dos.py"


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
