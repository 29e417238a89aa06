# Interactions of dipoles and strain tensors compared with normal factors, and why they differ. A run without the section
# `interactions` shows the published tables.

INTERACTION_SETS = interactions_plan.models_and_references(study)
INTERACTION_PLANS = interactions_plan.plans(study)
INTERACTION_MODELS = {name: interaction_parameters(keys) for name, keys in interactions_plan.models(study).items()}
CELL = {"L": 8, "J0_K": config["model"]["h0_K"]} | {key: config["model"][key] for key in ("h0_K", "cutoff", "concentration")}
TABLES_OF_SET = ("values", "densities", "stability")
TABLES_OF_THEORY = ("constants", "predictions", "chi2")
TABLES_OF_EQUILIBRIUM = ("equilibrium", "certificates")


step(
    "interaction_set",
    job="{name}",
    constraints={"name": any_of_pattern(INTERACTION_SETS)},
    input={
        "rungs": expand("<results>/interactions/{{name}}/T{T}.npz", T=study.rungs),
        "reference": lambda w: [f"<results>/interactions/{INTERACTION_SETS[w.name][1]}/T{T}.npz" for T in study.rungs],
        "chains": lambda w: files.shards(INTERACTION_PLANS[w.name], RECORD),
    },
    output={table: f"<results>/quoted/interactions/{{name}}_{table}.csv" for table in TABLES_OF_SET},
    params={
        "model": lambda w: INTERACTION_SETS[w.name][0],
        "fingerprint": lambda w: INTERACTION_PLANS[w.name].record_fingerprint,
        "settings": ANALYSIS,
        "section": interactions_plan.analysis_settings(study),
    },
)


tabulate(
    "interaction_theory",
    "tlsglass.analysis.interaction_tables.tabulate_theory",
    input={"values": expand("<results>/quoted/interactions/{name}_values.csv", name=INTERACTION_SETS)},
    output={table: f"<results>/interactions/{table}.csv" for table in TABLES_OF_THEORY},
    settings={"models": INTERACTION_MODELS, "cell": CELL, "reference": interactions_plan.REFERENCE},
    runtime=60,
    mem_mb=2000,
)


# Sets of several interactions that are annealed and tempered: {name: {name: interaction in the tables}}.
TEMPERED_MODELS = equilibrium_plan.model_names(study) if len(SETS_OF_STUDY) < len(EQUILIBRIUM_SETS) else {}


step(
    "interaction_equilibrium",
    input=files.pairs_of_equilibrium_sets(TEMPERED_MODELS)
    | {
        "certificates": expand("<results>/equilibrium/{set}_certificates.csv", set=TEMPERED_MODELS),
        "excess": EXCESS,
    },
    output={table: f"<results>/interactions/{table}.csv" for table in TABLES_OF_EQUILIBRIUM},
    params={"models": TEMPERED_MODELS, "h0_K": config["model"]["h0_K"]},
)


# {table: files that it is made of, none in a run without such sets}
INTERACTION_PARTS = {
    **{
        f"interaction_{table}": expand(f"<results>/quoted/interactions/{{name}}_{table}.csv", name=INTERACTION_SETS)
        for table in TABLES_OF_SET
    },
    **{
        f"interaction_{table}": [f"<results>/interactions/{table}.csv"] if is_simulated else []
        for tables, is_simulated in ((TABLES_OF_THEORY, INTERACTION_SETS), (TABLES_OF_EQUILIBRIUM, TEMPERED_MODELS))
        for table in tables
    },
}
concatenate("interaction_tables", INTERACTION_PARTS, published="config/interactions", digits=6)
