# Annealing compared with exchange Monte Carlo: tests of equilibration, and the cost of annealing. A run without sets for
# tempering shows the published tables.

EQUILIBRIUM_SETS = equilibrium_plan.sets(study)  # names of sets like L8_J10
SETS_OF_STUDY = equilibrium_plan.of_study(
    study
)  # those with the interaction of the study; interactions.smk compares the others
ANNEALED_SWEEPS = {name: equilibrium_plan.annealed_sweeps(study, name) for name in EQUILIBRIUM_SETS}


rule equilibration_data:
    input:
        unpack(lambda w: files.records_of_equilibrium_set(w.set)),
    output:
        evidence="<results>/equilibrium/{set}_evidence.npz",
    log:
        "<logs>/equilibration_data/{set}.log",
        checksums="<checksums>/equilibration_data/{set}.json",
    benchmark:
        "<benchmarks>/equilibration_data/{set}.tsv"
    wildcard_constraints:
        set=any_of_pattern(EQUILIBRIUM_SETS),
    conda:
        "../../envs/analyse.yaml"
    resources:
        mem_mb=2000,
    params:
        code=library_digest("equilibration_data.py"),
        fingerprints=lambda w: equilibrium_plan.fingerprints(study, w.set),
        realizations=lambda w: EQUILIBRIUM_SETS[w.set]["realizations"],
        sweeps=lambda w: ANNEALED_SWEEPS[w.set],
        groups=study.jackknife_groups("equilibrium") if EQUILIBRIUM_SETS else None,
    script:
        "../../scripts/equilibration_data.py"


rule equilibrium:
    input:
        unpack(lambda w: files.densities_of_equilibrium_set(w.set)),
        evidence="<results>/equilibrium/{set}_evidence.npz",
    output:
        **{name: f"<results>/equilibrium/{{set}}_{name}.csv" for name in catalogue.EQUILIBRIUM_TABLES},
    log:
        "<logs>/equilibrium/{set}.log",
        checksums="<checksums>/equilibrium/{set}.json",
    benchmark:
        "<benchmarks>/equilibrium/{set}.tsv"
    wildcard_constraints:
        set=any_of_pattern(EQUILIBRIUM_SETS),
    conda:
        "../../envs/analyse.yaml"
    params:
        code=library_digest("equilibrium.py"),
        sweeps=lambda w: ANNEALED_SWEEPS[w.set],
        settings=ANALYSIS,
    script:
        "../../scripts/equilibrium.py"


TABLE_RULES["equilibrium_tables"] = {
    "function": "tlsglass.report.load_inputs.concatenate",
    "input": {
        **{
            table: expand(f"<results>/equilibrium/{{set}}_{table}.csv", set=SETS_OF_STUDY)
            or [bundled_file(f"config/equilibrium/{table}.csv")]
            for table in catalogue.EQUILIBRIUM_TABLES
        },
        **{
            table: [
                (
                    "<results>/equilibrium/annealing_excess.csv"
                    if SETS_OF_STUDY
                    else bundled_file(f"config/equilibrium/{table}.csv")
                )
            ]
            for table in catalogue.EXCESS_TABLES
        },
    },
    "output": {name: f"<results>/tables/{name}.csv" for name in (*catalogue.EQUILIBRIUM_TABLES, *catalogue.EXCESS_TABLES)},
    "digits": 6,
}


EXCESS_INPUT = {
    f"{name}_{method}": paths
    for name in SETS_OF_STUDY
    for method, paths in list(files.densities_of_equilibrium_set(name).items())[:2]
}
EXCESS_SETTINGS = {
    "sets": SETS_OF_STUDY,
    "fitted": equilibrium_plan.fitted_sets(study),
    "sweeps": study.equilibrium["annealed_sweeps"][0] if EQUILIBRIUM_SETS else None,
    "h0_K": config["model"]["h0_K"],
}


rule annealing_excess_table:
    input:
        **EXCESS_INPUT,
        certificates=expand("<results>/equilibrium/{set}_certificates.csv", set=SETS_OF_STUDY),
    output:
        table="<results>/equilibrium/annealing_excess.csv",
    log:
        "<logs>/annealing_excess_table.log",
        checksums="<checksums>/annealing_excess_table.json",
    benchmark:
        "<benchmarks>/annealing_excess_table.tsv"
    conda:
        "../../envs/analyse.yaml"
    params:
        **EXCESS_SETTINGS,
        code=library_digest("annealing_excess.py"),
    script:
        "../../scripts/annealing_excess.py"


rule annealing_excess:
    input:
        **EXCESS_INPUT,
        certificates=expand("<results>/equilibrium/{set}_certificates.csv", set=SETS_OF_STUDY),
    output:
        excess="<results>/equilibrium/annealing.npz",
    log:
        "<logs>/annealing_excess.log",
        checksums="<checksums>/annealing_excess.json",
    benchmark:
        "<benchmarks>/annealing_excess.tsv"
    conda:
        "../../envs/analyse.yaml"
    params:
        **EXCESS_SETTINGS,
        benchmarks=resolve_pathvar("benchmarks"),
        code=library_digest("annealing_excess.py"),
    script:
        "../../scripts/annealing_excess.py"
