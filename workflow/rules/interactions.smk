# Interactions of dipoles and strain tensors compared with normal factors, and why they differ. A run without the section
# `interactions` shows the published tables.

INTERACTION_SETS = {
    interactions_plan.set_name(model, L, J0_K): (model, interactions_plan.set_name(interactions_plan.REFERENCE, L, J0_K))
    for model, L, J0_K in interactions_plan.sets(study)
}
INTERACTION_PLANS = interactions_plan.plans(study)
INTERACTION_MODELS = {name: interaction_parameters(keys) for name, keys in interactions_plan.models(study).items()}
CELL = {"L": 8, "J0_K": config["model"]["h0_K"]} | {key: config["model"][key] for key in ("h0_K", "cutoff", "concentration")}


rule interaction_set:
    input:
        rungs=expand("<results>/interactions/{{name}}/T{T}.npz", T=study.rungs),
        reference=lambda w: [f"<results>/interactions/{INTERACTION_SETS[w.name][1]}/T{T}.npz" for T in study.rungs],
        chains=lambda w: files.shards(INTERACTION_PLANS[w.name], RECORD),
    output:
        **{name: f"<results>/quoted/interactions/{{name}}_{name}.csv" for name in ("values", "densities", "stability")},
    log:
        "<logs>/interaction_set/{name}.log",
        checksums="<checksums>/interaction_set/{name}.json",
    benchmark:
        "<benchmarks>/interaction_set/{name}.tsv"
    wildcard_constraints:
        name=any_of_pattern(INTERACTION_SETS),
    conda:
        "../../envs/analyse.yaml"
    params:
        code=library_digest("interaction_set.py"),
        model=lambda w: INTERACTION_SETS[w.name][0],
        fingerprint=lambda w: INTERACTION_PLANS[w.name].record_fingerprint,
        settings=ANALYSIS,
        section={key: value for key, value in (study.interactions or {}).items() if key in ("mu_windows_K", "ratio_edges_K")},
    script:
        "../../scripts/interaction_set.py"


TABLE_RULES["interaction_theory"] = {
    "function": "tlsglass.analysis.interaction_tables.tabulate_theory",
    "input": {"values": expand("<results>/quoted/interactions/{name}_values.csv", name=INTERACTION_SETS)},
    "output": {
        "constants": "<results>/interactions/constants.csv",
        "predictions": "<results>/interactions/predictions.csv",
        "chi2": "<results>/interactions/chi2.csv",
    },
    "settings": {"models": INTERACTION_MODELS, "cell": CELL, "reference": interactions_plan.REFERENCE},
    "resources": {"runtime": 60, "mem_mb": 2000},
}


# Sets of several interactions that are annealed and tempered: {name: what tables call the interaction}.
TEMPERED_MODELS = equilibrium_plan.model_names(study) if len(SETS_OF_STUDY) < len(EQUILIBRIUM_SETS) else {}


rule interaction_equilibrium:
    input:
        **{
            f"{name}_{method}": paths
            for name in TEMPERED_MODELS
            for method, paths in zip(("tempered", "annealed"), files.densities_of_equilibrium_set(name).values())
        },
        certificates=expand("<results>/equilibrium/{set}_certificates.csv", set=TEMPERED_MODELS),
        excess=EXCESS,
    output:
        equilibrium="<results>/interactions/equilibrium.csv",
        certificates="<results>/interactions/certificates.csv",
    log:
        "<logs>/interaction_equilibrium.log",
        checksums="<checksums>/interaction_equilibrium.json",
    benchmark:
        "<benchmarks>/interaction_equilibrium.tsv"
    conda:
        "../../envs/analyse.yaml"
    params:
        code=library_digest("interaction_equilibrium.py"),
        models=TEMPERED_MODELS,
        h0_K=config["model"]["h0_K"],
    script:
        "../../scripts/interaction_equilibrium.py"


INTERACTION_PARTS = {
    **{
        f"interaction_{table}": expand(f"<results>/quoted/interactions/{{name}}_{table}.csv", name=INTERACTION_SETS)
        for table in ("values", "densities", "stability")
    },
    **{
        f"interaction_{table}": [f"<results>/interactions/{table}.csv"] if INTERACTION_SETS else []
        for table in ("constants", "predictions", "chi2")
    },
    **{
        f"interaction_{table}": [f"<results>/interactions/{table}.csv"] if TEMPERED_MODELS else []
        for table in ("equilibrium", "certificates")
    },
}


TABLE_RULES["interaction_tables"] = {
    "function": "tlsglass.report.load_inputs.concatenate",
    "input": {
        table: INTERACTION_PARTS[table] or [bundled_file(f"config/interactions/{table}.csv")]
        for table in catalogue.INTERACTION_TABLES
    },
    "output": {name: f"<results>/tables/{name}.csv" for name in catalogue.INTERACTION_TABLES},
    "digits": 6,
}
