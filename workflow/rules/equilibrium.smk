# Annealing compared with exchange Monte Carlo: tests of equilibration, and the cost of annealing. A run without sets for
# tempering shows the published tables.

EQUILIBRIUM_SETS = equilibrium_plan.sets(study)  # names of sets like L8_J10
SETS_OF_STUDY = equilibrium_plan.of_study(study)  # those with its interaction; interactions.smk compares the others with them
ANNEALED_SWEEPS = {name: equilibrium_plan.annealed_sweeps(study, name) for name in EQUILIBRIUM_SETS}


step(
    "equilibration_data",
    job="{set}",
    constraints={"set": any_of_pattern(EQUILIBRIUM_SETS)},
    unpacked=[unpack(lambda w: files.records_of_equilibrium_set(w.set))],
    output={"evidence": "<results>/equilibrium/{set}_evidence.npz"},
    params={
        "fingerprints": lambda w: equilibrium_plan.fingerprints(study, w.set),
        "realizations": lambda w: EQUILIBRIUM_SETS[w.set]["realizations"],
        "sweeps": lambda w: ANNEALED_SWEEPS[w.set],
        "groups": study.jackknife_groups("equilibrium") if EQUILIBRIUM_SETS else None,
    },
    mem_mb=2000,
)


step(
    "equilibrium",
    job="{set}",
    constraints={"set": any_of_pattern(EQUILIBRIUM_SETS)},
    unpacked=[unpack(lambda w: files.densities_of_equilibrium_set(w.set))],
    input={"evidence": "<results>/equilibrium/{set}_evidence.npz"},
    output={name: f"<results>/equilibrium/{{set}}_{name}.csv" for name in catalogue.EQUILIBRIUM_TABLES},
    params={"sweeps": lambda w: ANNEALED_SWEEPS[w.set], "settings": ANALYSIS},
)


# {table: files that it is made of, none in a run without such sets}
EQUILIBRIUM_PARTS = {
    **{name: expand(f"<results>/equilibrium/{{set}}_{name}.csv", set=SETS_OF_STUDY) for name in catalogue.EQUILIBRIUM_TABLES},
    **{name: ["<results>/equilibrium/annealing_excess.csv"] if SETS_OF_STUDY else [] for name in catalogue.EXCESS_TABLES},
}
concatenate("equilibrium_tables", EQUILIBRIUM_PARTS, published="config/equilibrium", digits=6)


excess_step = partial(
    step,
    driver="annealing_excess.py",
    input=files.pairs_of_equilibrium_sets(SETS_OF_STUDY)
    | {"certificates": expand("<results>/equilibrium/{set}_certificates.csv", set=SETS_OF_STUDY)},
)
EXCESS_SETTINGS = {
    "sets": SETS_OF_STUDY,
    "fitted": equilibrium_plan.fitted_sets(study),
    "sweeps": study.equilibrium["annealed_sweeps"][0] if EQUILIBRIUM_SETS else None,
    "h0_K": config["model"]["h0_K"],
}
excess_step("annealing_excess_table", output={"table": "<results>/equilibrium/annealing_excess.csv"}, params=EXCESS_SETTINGS)
excess_step(
    "annealing_excess",
    output={"excess": "<results>/equilibrium/annealing.npz"},
    params=EXCESS_SETTINGS | {"benchmarks": resolve_pathvar("benchmarks")},
)
