# Other sizes with a short schedule: differences, the limit L → ∞, the effect of the short schedule. One weak coupling.

SHORT = list(COUNTS.get("sizes", ()))
OTHER_SIZES = [name for name in SHORT if name not in SETS]  # the others are compared with their sets


if OTHER_SIZES:

    tabulate(
        "size_quantities",
        "tlsglass.analysis.sizes.tabulate_quoted_values",
        input={"rungs": [f"<results>/sizes/{size}/T{T}.npz" for size in OTHER_SIZES for T in study.rungs]},
        output={size: f"<results>/quoted/sizes/{size}.csv" for size in OTHER_SIZES},
        settings={"settings": ANALYSIS},
    )


tabulate(
    "size_tables",
    "tlsglass.analysis.sizes.tabulate_sizes",
    input={
        "quoted": [
            *expand("<results>/quoted/{set}.csv", set=SETS),
            *expand("<results>/quoted/sizes/{size}.csv", size=OTHER_SIZES),
        ],
    },
    output={
        "sizes": "<results>/tables/sizes.csv",
        "pairs": "<results>/tables/size_dependence.csv",
        "limits": "<results>/tables/size_limit.csv",
    },
    settings={"L": config["paper"]["L"]},
)


tabulate(
    "short_ladder",
    "tlsglass.analysis.sizes.tabulate_short_schedule",
    input={
        "short": [f"<results>/sizes/{name}/T{T}.npz" for name in SHORT if name in SETS for T in study.rungs],
        "full": [f"<results>/dos/{name}/T{T}.npz" for name in SHORT if name in SETS for T in study.rungs],
    },
    output={"table": "<results>/tables/short_ladder.csv"},
    settings={"settings": ANALYSIS, "groups": study.jackknife_groups("sizes") if SHORT else None},
)


tabulate(
    "weak_coupling",
    "tlsglass.analysis.quantity_tables.tabulate_weak_coupling",
    input={
        "counts": expand("<results>/weak_coupling/{name}/T{T}.npz", name=COUNTS.get("weak_coupling", ()), T=study.quench),
    },
    output={"table": "<results>/tables/weak_coupling.csv"},
    settings={"windows_J0": config["fits"]["power_law_windows_J0"]},
)
