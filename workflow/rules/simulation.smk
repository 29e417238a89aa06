# From the configuration to shards: one job anneals one batch of realizations down the whole ladder.

from dataclasses import asdict

from tlsglass import annealing

ORIGINS = {f"L{L}_J{J0}": study.origin(L, J0) for L in SIZES for J0 in COUPLINGS}  # what the shards of a set depend on


rule anneal:
    output:
        shards=expand("results/shards/L{{L}}_J{{J0}}/T{T}/{{batch}}.npz", T=study.temperatures),
        chain="results/shards/L{L}_J{J0}/chain/{batch}.npz",
    log:
        "results/logs/anneal/L{L}_J{J0}/{batch}.log",
    benchmark:
        "results/benchmarks/anneal/L{L}_J{J0}/{batch}.tsv"
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
        chain=annealing.CHAIN_VERSION,
    script:
        "../../scripts/anneal.py"


rule chain:
    input:
        chains=lambda w: [f"results/shards/{w.set}/chain/{b}.npz" for b in study.batches(w.set[1:].split("_J")[0])],
        code=library("chain.py"),
    output:
        chain="results/chain/{set}.npz",
    log:
        "results/logs/chain/{set}.log",
    benchmark:
        "results/benchmarks/chain/{set}.tsv"
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
        annealing="results/tables/annealing.csv",
        stability="results/tables/stability.csv",
    log:
        "results/logs/annealing_table.log",
    benchmark:
        "results/benchmarks/annealing_table.tsv"
    conda:
        "../../envs/analyse.yaml"
    threads: 1
    resources:
        mem_mb=1000,
        runtime=10,
    script:
        "../../scripts/annealing_table.py"
