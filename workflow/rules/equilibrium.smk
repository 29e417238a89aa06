# Annealing held against exchange Monte Carlo: certificates, and what annealing costs. A run without such sets of its own
# shows the tables that were published of them.

PAIRED = equilibrium_plan.sets(study)  # names of sets like L8_J10
METHODS = equilibrium_plan.methods(study) if PAIRED else []


rule equilibration_data:
    input:
        unpack(chains_of_pair),
    output:
        evidence="<results>/equilibrium/{pair}_evidence.npz",
    log:
        "<logs>/equilibration_data/{pair}.log",
    benchmark:
        "<benchmarks>/equilibration_data/{pair}.tsv"
    wildcard_constraints:
        pair=one_of(PAIRED),
    conda:
        "../../envs/analyse.yaml"
    threads: 1
    resources:
        mem_mb=2000,
        runtime=10,
    params:
        code=library("equilibration_data.py"),
        origins=lambda w: equilibrium_plan.origins(study, w.pair),
        realizations=lambda w: PAIRED[w.pair]["realizations"],
        sweeps=study.equilibrium["annealed_sweeps"] if PAIRED else [],
        groups=study.groups("equilibrium") if PAIRED else None,
    script:
        "../../scripts/equilibration_data.py"


rule equilibrium:
    input:
        **{
            method: expand(f"<results>/equilibrium/{{{{pair}}}}_{method}/T{{T}}.npz", T=labels_of("equilibrium"))
            for method in METHODS
        },
        evidence="<results>/equilibrium/{pair}_evidence.npz",
    output:
        **{name: f"<results>/equilibrium/{{pair}}_{name}.csv" for name in catalogue.EQUILIBRIUM_TABLES},
    log:
        "<logs>/equilibrium/{pair}.log",
        checksums="<checksums>/equilibrium/{pair}.json",
    benchmark:
        "<benchmarks>/equilibrium/{pair}.tsv"
    wildcard_constraints:
        pair=one_of(PAIRED),
    conda:
        "../../envs/analyse.yaml"
    threads: 1
    resources:
        mem_mb=1000,
        runtime=10,
    params:
        code=library("equilibrium.py"),
        sweeps=study.equilibrium["annealed_sweeps"] if PAIRED else [],
        settings=ANALYSIS,
    script:
        "../../scripts/equilibrium.py"


rule equilibrium_tables:
    input:
        **{
            name: (
                [f"<results>/equilibrium/{pair}_{name}.csv" for pair in PAIRED] or [shipped(f"config/equilibrium/{name}.csv")]
            )
            for name in catalogue.EQUILIBRIUM_TABLES
        },
    output:
        **{name: f"<results>/tables/{name}.csv" for name in catalogue.EQUILIBRIUM_TABLES},
    log:
        "<logs>/equilibrium_tables.log",
        checksums="<checksums>/equilibrium_tables.json",
    benchmark:
        "<benchmarks>/equilibrium_tables.tsv"
    conda:
        "../../envs/analyse.yaml"
    threads: 1
    resources:
        mem_mb=500,
        runtime=5,
    params:
        code=library("concat_tables.py"),
        digits=6,
    script:
        "../../scripts/concat_tables.py"


rule annealing_excess:
    input:
        **{
            f"{pair}_{method}": expand(f"<results>/equilibrium/{pair}_{method}/T{{T}}.npz", T=labels_of("equilibrium"))
            for pair in PAIRED
            for method in METHODS[:2]
        },
        certificates=expand("<results>/equilibrium/{pair}_certificates.csv", pair=PAIRED),
    output:
        excess="<results>/equilibrium/annealing.npz",
    log:
        "<logs>/annealing_excess.log",
    benchmark:
        "<benchmarks>/annealing_excess.tsv"
    conda:
        "../../envs/analyse.yaml"
    threads: 1
    resources:
        mem_mb=1000,
        runtime=10,
    params:
        code=library("annealing_excess.py"),
        sets=list(PAIRED),
        sweeps=study.equilibrium["annealed_sweeps"][0] if PAIRED else None,
        h0_K=config["model"]["h0_K"],
    script:
        "../../scripts/annealing_excess.py"
