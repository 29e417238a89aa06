# Densities of states n(T, E) from the shards, the quantities that are quoted, and the observables of Eqs. (5)-(8).

# the choices of the analysis: analysis.quantity.Settings
ANALYSIS = {
    "fits": config["fits"],
    "observables": config["observables"],
    "warm_K": config["figures"]["fig_1_temperatures_K"][1],
}


for kind in COUNTS:
    name_of_rule = "dos_table" if kind == "dos" else f"{kind}_dos"
    names = files.names_in_job(kind)
    wildcard = re.search(r"J?\{\w+\}", names[0])
    step(
        name_of_rule,
        driver="dos_table.py",
        job=wildcard[0] if wildcard else "published",
        constraints={
            "name": any_of_pattern(COUNTS[kind]),
            "J0": any_of_pattern({name.rpartition("_J")[2] for name in COUNTS[kind]}),
        },
        input={
            "shards": lambda w, kind=kind, names=names: [
                path for name in names for path in files.counts(kind, name.format_map(w))
            ],
        },
        output={
            "counts": expand(f"<results>/{kind}/{{name}}/T{{T}}.npz", name=names, T=files.temperature_keys(kind)),
            "tables": expand(f"<results>/{kind}/{{name}}/T{{T}}.csv", name=names, T=files.temperature_keys(kind)),
        },
        params={
            "groups": study.jackknife_groups(kind),
            "contents": lambda w, kind=kind, names=names: [files.content(kind, name.format_map(w)) for name in names],
        },
        runtime=30,
    )


tabulate(
    "quantities",
    "tlsglass.analysis.sizes.tabulate_quantities",
    job="{set}",
    input={
        "rungs": expand("<results>/dos/{{set}}/T{T}.npz", T=study.rungs),
        "quench": f"<results>/dos/{{set}}/T{study.quench}.npz",
    },
    output={
        **{name: f"<results>/quoted/{{set}}/{name}.csv" for name in catalogue.QUOTED_TABLES},
        "quoted": "<results>/quoted/{set}.csv",
        "observables": "<results>/observables/{set}.csv",
    },
    settings={"settings": ANALYSIS},
)


concatenate("concat_fits", {name: [f"<results>/quoted/{key}/{name}.csv" for key in SETS] for name in catalogue.QUOTED_TABLES})
