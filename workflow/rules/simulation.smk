# From the configuration to shards: one job anneals, or tempers, one batch of realizations.
#
# Shards lie in a folder for each origin, by all that their numbers depend on: L8_J2-3f9c1a2b. What two sets, variants or runs
# simulate alike is simulated once, and another configuration never writes over what was paid for.

FOLDERS = study.folders()
ALIKE = {}  # folders of one method whose counts are asked for at the same rungs: outputs of one rule
for key, (origin, rungs, told) in FOLDERS.items():
    ALIKE.setdefault((verb_of(origin), tuple(rungs), told), []).append(key)


for number, ((verb, rungs, told), keys) in enumerate(ALIKE.items(), 1):

    rule:
        name:
            verb if number == 1 else f"{verb}_{number}"
        output:
            shards=expand("<shards>/{{key}}/{rung}/{{batch}}.npz", rung=rungs),
            chain=["<shards>/{key}/chain/{batch}.npz"] if told else [],
        log:
            f"<logs>/{verb}/{{key}}/{{batch}}.log",
        benchmark:
            f"<benchmarks>/{verb}/{{key}}/{{batch}}.tsv"
        wildcard_constraints:
            key=one_of(keys),
        conda:
            "../../envs/simulate.yaml"
        threads: 1
        resources:
            mem_mb=600,
            runtime=120,
        params:
            origin=lambda w: FOLDERS[w.key][0],
        script:
            "../../scripts/anneal.py"


rule summarize_chains:
    input:
        chains=lambda w: (
            shipped(f"results/published/chain/{w.set}.npz") if PUBLISHED else shards_of(SIMULATED[w.set], "chain")
        ),
    output:
        chain="<results>/chain/{set}.npz",
    log:
        "<logs>/summarize_chains/{set}.log",
    benchmark:
        "<benchmarks>/summarize_chains/{set}.tsv"
    conda:
        "../../envs/analyse.yaml"
    threads: 1
    resources:
        mem_mb=1000,
        runtime=10,
    params:
        code=library("summarize_chains.py"),
        origin=lambda w: SIMULATED[w.set].annealing_origin,
        realizations=lambda w: SIMULATED[w.set].realizations,
        merged=PUBLISHED,
    script:
        "../../scripts/summarize_chains.py"


rule annealing_table:
    input:
        chains=expand("<results>/chain/{set}.npz", set=SETS),
    output:
        annealing="<results>/tables/annealing.csv",
        stability="<results>/tables/stability.csv",
    log:
        "<logs>/annealing_table.log",
        checksums="<checksums>/annealing_table.json",
    benchmark:
        "<benchmarks>/annealing_table.tsv"
    conda:
        "../../envs/analyse.yaml"
    threads: 1
    resources:
        mem_mb=1000,
        runtime=10,
    params:
        code=library("annealing_table.py"),
    script:
        "../../scripts/annealing_table.py"
