# Densities of states n(T, E) from the shards, and the quantities that are quoted.

# the choices of the analysis: paper.quantity.Settings
ANALYSIS = {
    "fits": config["fits"],
    "observables": config["observables"],
    "warm_K": config["figures"]["fig_1_temperatures_K"][1],
}


for kind in COUNTS:
    name_of_rule = "dos_table" if kind == "dos" else f"{kind}_dos"

    rule:
        name:
            name_of_rule
        input:
            shards=lambda w, kind=kind: files.counts(kind, w.name),
        output:
            counts=expand(f"<results>/{kind}/{{{{name}}}}/T{{T}}.npz", T=files.temperature_keys(kind)),
            tables=expand(f"<results>/{kind}/{{{{name}}}}/T{{T}}.csv", T=files.temperature_keys(kind)),
        log:
            f"<logs>/{name_of_rule}/{{name}}.log",
            checksums=f"<checksums>/{name_of_rule}/{{name}}.json",
        benchmark:
            f"<benchmarks>/{name_of_rule}/{{name}}.tsv"
        wildcard_constraints:
            name=any_of_pattern(COUNTS[kind]),
        conda:
            "../../envs/analyse.yaml"
        resources:
            runtime=30,
        params:
            code=library_digest("dos_table.py"),
            groups=study.jackknife_groups(kind),
            ranges=lambda w, kind=kind: study.realization_ranges(kind, w.name),
            fingerprints=lambda w, kind=kind: files.fingerprints(kind, w.name),
            T_K=lambda w, kind=kind: [rung.T_K for rung in COUNTS[kind][w.name].rungs.values()],
            realizations=lambda w, kind=kind: COUNTS[kind][w.name].simulation.realizations,
        script:
            "../../scripts/dos_table.py"


rule quantities:
    input:
        rungs=expand("<results>/dos/{{set}}/T{T}.npz", T=study.rungs),
        quench=f"<results>/dos/{{set}}/T{study.quench}.npz",
    output:
        **{name: f"<results>/quoted/{{set}}/{name}.csv" for name in catalogue.QUOTED_TABLES},
        quoted="<results>/quoted/{set}.csv",
    log:
        "<logs>/quantities/{set}.log",
        checksums="<checksums>/quantities/{set}.json",
    benchmark:
        "<benchmarks>/quantities/{set}.tsv"
    conda:
        "../../envs/analyse.yaml"
    params:
        code=library_digest("quantities.py"),
        settings=ANALYSIS,
    script:
        "../../scripts/quantities.py"


rule concat_fits:
    input:
        **{name: [f"<results>/quoted/{key}/{name}.csv" for key in SETS] for name in catalogue.QUOTED_TABLES},
    output:
        **{name: f"<results>/tables/{name}.csv" for name in catalogue.QUOTED_TABLES},
    log:
        "<logs>/concat_fits.log",
        checksums="<checksums>/concat_fits.json",
    benchmark:
        "<benchmarks>/concat_fits.tsv"
    conda:
        "../../envs/analyse.yaml"
    params:
        code=library_digest("concat_tables.py"),
    script:
        "../../scripts/concat_tables.py"
