# From the configuration to shards: one job anneals one batch of realizations down the whole ladder.

from dataclasses import asdict

from tlsglass.chain import metropolis

ORIGINS = {f"L{L}_J{J0}": study.origin(L, J0) for L in SIZES for J0 in COUPLINGS}  # what the shards of a set depend on


rule anneal:
    output:
        shards=expand("<shards>/L{{L}}_J{{J0}}/T{T}/{{batch}}.npz", T=study.temperatures),
        chain="<shards>/L{L}_J{J0}/chain/{batch}.npz",
    log:
        "<logs>/anneal/L{L}_J{J0}/{batch}.log",
    benchmark:
        "<benchmarks>/anneal/L{L}_J{J0}/{batch}.tsv"
    conda:
        "../../envs/simulate.yaml"
    threads: 1
    resources:
        mem_mb=600,
        runtime=120,
    params:
        model=lambda w: asdict(study.model(w.L, w.J0)),
        protocol=asdict(study.protocol()),
        temperatures=list(study.temperatures.values()),
        chain=metropolis.CHAIN_VERSION,
    script:
        "../../scripts/anneal.py"


rule chain:
    input:
        chains=lambda w: [f"<shards>/{w.set}/chain/{b}.npz" for b in study.batches(w.set[1:].split("_J")[0])],
        code=library("chain.py"),
    output:
        chain="<results>/chain/{set}.npz",
    log:
        "<logs>/chain/{set}.log",
    benchmark:
        "<benchmarks>/chain/{set}.tsv"
    conda:
        "../../envs/analyse.yaml"
    threads: 1
    resources:
        mem_mb=1000,
        runtime=10,
    params:
        origin=lambda w: ORIGINS[w.set],
    script:
        "../../scripts/chain.py"


rule annealing_table:
    input:
        chains=expand(f"{CHAINS}/{{set}}.npz", set=SETS),
        code=library("annealing_table.py"),
    output:
        annealing="<results>/tables/annealing.csv",
        stability="<results>/tables/stability.csv",
    log:
        "<logs>/annealing_table.log",
    benchmark:
        "<benchmarks>/annealing_table.tsv"
    conda:
        "../../envs/analyse.yaml"
    threads: 1
    resources:
        mem_mb=1000,
        runtime=10,
    script:
        "../../scripts/annealing_table.py"
