# Observables from the densities of states, the laws they follow, and what the two-TLS model says in closed form.


rule observables:
    input:
        counts=expand("<results>/dos/{{set}}/T{T}.npz", T=study.rungs),
        code=library("observables.py"),
    output:
        observables="<results>/observables/{set}.csv",
        laws="<results>/laws/{set}.csv",
        choices="<results>/choices/{set}/laws.csv",
    log:
        "<logs>/observables/{set}.log",
    benchmark:
        "<benchmarks>/observables/{set}.tsv"
    conda:
        "../../envs/analyse.yaml"
    threads: 1
    resources:
        mem_mb=1000,
        runtime=10,
    params:
        observables=config["observables"],
        groups=config["fits"]["jackknife_groups"],
    script:
        "../../scripts/observables.py"


rule law_table:
    input:
        laws=expand("<results>/laws/{set}.csv", set=SETS),
        eq3="<results>/tables/table_2.csv",
        exponents="<results>/tables/zero_temperature.csv",
        code=library("law_table.py"),
    output:
        laws="<results>/tables/laws.csv",
        sizes="<results>/tables/size_dependence.csv",
    log:
        "<logs>/law_table.log",
    benchmark:
        "<benchmarks>/law_table.tsv"
    conda:
        "../../envs/analyse.yaml"
    threads: 1
    resources:
        mem_mb=500,
        runtime=5,
    script:
        "../../scripts/law_table.py"


rule two_tls:
    input:
        code=library("two_tls.py"),
    output:
        table_1="<results>/tables/table_1.csv",
        appendix_c="<results>/tables/appendix_c.csv",
        closed_forms="<results>/tables/closed_forms.csv",
    log:
        "<logs>/two_tls.log",
    benchmark:
        "<benchmarks>/two_tls.tsv"
    conda:
        "../../envs/analyse.yaml"
    threads: 1
    resources:
        mem_mb=500,
        runtime=5,
    params:
        two_tls=config["two_tls"],
        h0_K=config["model"]["h0_K"],
    script:
        "../../scripts/two_tls.py"
