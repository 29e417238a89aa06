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


rule annealing_table:
    input:
        chain=[f"results/shards/L{L}_J{J0}/chain/{b}.npz" for L in SIZES for J0 in COUPLINGS for b in study.batches(L)],
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
    params:
        origins=ORIGINS,
    script:
        "../../scripts/annealing_table.py"
