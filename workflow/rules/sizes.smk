# Other sizes with a short schedule: differences, the limit L → ∞, the effect of the short schedule. One weak coupling.

SHORT = list(COUNTS.get("sizes", ()))
OTHER_SIZES = [name for name in SHORT if name not in SETS]  # the others are compared with their sets


if OTHER_SIZES:

    rule size_quantities:
        input:
            rungs=[f"<results>/sizes/{size}/T{T}.npz" for size in OTHER_SIZES for T in study.rungs],
        output:
            **{size: f"<results>/quoted/sizes/{size}.csv" for size in OTHER_SIZES},
        log:
            "<logs>/size_quantities.log",
            checksums="<checksums>/size_quantities.json",
        benchmark:
            "<benchmarks>/size_quantities.tsv"
        conda:
            "../../envs/analyse.yaml"
        params:
            **tabulated_by("tlsglass.analysis.sizes.tabulate_quoted_values"),
            settings={"settings": ANALYSIS},
        script:
            "../../scripts/make_tables.py"


rule size_tables:
    input:
        quoted=[
            *expand("<results>/quoted/{set}.csv", set=SETS),
            *expand("<results>/quoted/sizes/{size}.csv", size=OTHER_SIZES),
        ],
    output:
        sizes="<results>/tables/sizes.csv",
        pairs="<results>/tables/size_dependence.csv",
        limits="<results>/tables/size_limit.csv",
    log:
        "<logs>/size_tables.log",
        checksums="<checksums>/size_tables.json",
    benchmark:
        "<benchmarks>/size_tables.tsv"
    conda:
        "../../envs/analyse.yaml"
    params:
        **tabulated_by("tlsglass.analysis.sizes.tabulate_sizes"),
        settings={"L": config["paper"]["L"]},
    script:
        "../../scripts/make_tables.py"


rule short_ladder:
    input:
        short=[f"<results>/sizes/{name}/T{T}.npz" for name in SHORT if name in SETS for T in study.rungs],
        full=[f"<results>/dos/{name}/T{T}.npz" for name in SHORT if name in SETS for T in study.rungs],
    output:
        table="<results>/tables/short_ladder.csv",
    log:
        "<logs>/short_ladder.log",
        checksums="<checksums>/short_ladder.json",
    benchmark:
        "<benchmarks>/short_ladder.tsv"
    conda:
        "../../envs/analyse.yaml"
    params:
        **tabulated_by("tlsglass.analysis.sizes.tabulate_short_schedule"),
        settings={"settings": ANALYSIS, "groups": study.jackknife_groups("sizes") if SHORT else None},
    script:
        "../../scripts/make_tables.py"


rule weak_coupling:
    input:
        counts=expand("<results>/weak_coupling/{name}/T{T}.npz", name=COUNTS.get("weak_coupling", ()), T=study.quench),
    output:
        table="<results>/tables/weak_coupling.csv",
    log:
        "<logs>/weak_coupling.log",
        checksums="<checksums>/weak_coupling.json",
    benchmark:
        "<benchmarks>/weak_coupling.tsv"
    conda:
        "../../envs/analyse.yaml"
    params:
        **tabulated_by("tlsglass.analysis.quantity_tables.tabulate_weak_coupling"),
        settings={"windows_J0": config["fits"]["power_law_windows_J0"]},
    script:
        "../../scripts/make_tables.py"
