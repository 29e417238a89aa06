# The comparison with the paper, claim by claim, and the provenance of the results.

VARIANTS = study.variants
COMPARED_T = study.temperature_keys(config["checks"]["variant_temperatures_K"])
SCORECARD_TABLES = catalogue.claim_tables(bundled_file(PAPER))


tabulate(
    "variant_table",
    "tlsglass.analysis.quantity_tables.tabulate_variants",
    input={
        "changed": expand("<results>/variants/{variant}/T{T}.npz", variant=VARIANTS, T=COMPARED_T),
        "published": [f"<results>/dos/L{L}_J{J0}/T{T}.npz" for L, J0 in map(study.reference_set, VARIANTS) for T in COMPARED_T],
    },
    output={"table": "<results>/tables/variants.csv"},
    settings={"variants": {name: config["checks"]["variants"][name] for name in VARIANTS}, "settings": ANALYSIS},
)


tabulate(
    "pulls",
    "tlsglass.analysis.pulls.tabulate_pulls_of_set",
    job="{set}",
    input={"rungs": expand("<results>/dos/{{set}}/T{T}.npz", T=study.rungs)},
    output={"pulls": "<results>/pulls/{set}.csv"},
    settings={"settings": ANALYSIS, **config["checks"]["pulls"]},
    runtime=20,
)


tabulate(
    "pull_table",
    "tlsglass.analysis.pulls.tabulate_pulls",
    input={"pulls_of_sets": expand("<results>/pulls/{set}.csv", set=SETS)},
    output={"table": "<results>/tables/pulls.csv"},
)


tabulate(
    "scorecard_table",
    "tlsglass.analysis.scorecard.tabulate_scorecard",
    input={
        "paper": bundled_file(PAPER),
        "tables": expand("<results>/tables/{table}.csv", table=SCORECARD_TABLES),
    },
    output={"card": "<results>/checks/scorecard.csv"},
    settings={"names": SCORECARD_TABLES, "L": config["paper"]["L"]},
)


step(
    "provenance",
    input={
        "tables": expand("<results>/tables/{table}.csv", table=sorted({*SCORECARD_TABLES, *catalogue.DATA_TABLES})),
        "markdown": [f"<results>/{item.folder}/{item.name}.md" for item in TABLES],
        "counts": files.all_densities(),
        "chains": expand("<results>/chain/{set}.npz", set=SETS),
        "experiments": expand("<results>/experiments/{dataset}/fit.json", dataset=DATASETS),
        "figures": [f"<results>/figures/{item.name}.csv" for item in FIGURES],
        "narrow": [f"<results>/narrow/{item.name}.svg" for item in FIGURES],
        "card": "<results>/checks/scorecard.csv",
    },
    output={"manifest": "<results>/checks/provenance.json"},
    params={
        "config": {key: value for key, value in config.items() if key != "rebuild"},
        "run": lambda w, output: str(Path(output.manifest).parents[1]),
    },
)
