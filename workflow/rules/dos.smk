# Densities of states n(T, E) from the shards, and what is quoted of them.

# the choices of the analysis: paper.quantity.Settings
ANALYSIS = {"fits": config["fits"], "observables": config["observables"], "warm_K": config["figures"]["fig_1_temperatures_K"][1]}


for kind in COUNTED:

    rule:  # dos_table of the sets, variants_dos, sizes_dos, weak_coupling_dos
        name:
            rule_of(kind)
        input:
            shards=lambda w, kind=kind: all_counts_of(kind, w.name),
        output:
            counts=expand(f"<results>/{kind}/{{{{name}}}}/T{{T}}.npz", T=labels_of(kind)),
            tables=expand(f"<results>/{kind}/{{{{name}}}}/T{{T}}.csv", T=labels_of(kind)),
        log:
            f"<logs>/{rule_of(kind)}/{{name}}.log",
            checksums=f"<checksums>/{rule_of(kind)}/{{name}}.json",
        benchmark:
            f"<benchmarks>/{rule_of(kind)}/{{name}}.tsv"
        wildcard_constraints:
            name=one_of(COUNTED[kind]),
        conda:
            "../../envs/analyse.yaml"
        threads: 1
        resources:
            mem_mb=500,
            runtime=30,
        params:
            code=library("dos_table.py"),
            groups=study.groups(kind),
            spans=lambda w, kind=kind: study.spans(kind, w.name),
            origins=lambda w, kind=kind: origins_of(kind, w.name),
            T_K=lambda w, kind=kind: [rung.T_K for rung in COUNTED[kind][w.name].rungs.values()],
            realizations=lambda w, kind=kind: COUNTED[kind][w.name].simulated.realizations,
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
    threads: 1
    resources:
        mem_mb=1000,
        runtime=10,
    params:
        code=library("quantities.py"),
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
    threads: 1
    resources:
        mem_mb=500,
        runtime=5,
    params:
        code=library("concat_tables.py"),
    script:
        "../../scripts/concat_tables.py"
