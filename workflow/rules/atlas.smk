# The atlas, n(T, E; J0/h0): its file, its comparison with independent simulations, and the tables that follow from it.

ATLAS_PLANS = study.atlas_plans()  # nothing where the published file is used
ATLAS = "<results>/atlas/atlas.npz" if ATLAS_PLANS else bundled_file("scripts/tlsglass/atlas/atlas.npz")
INTERACTION_ATLAS_PLANS = study.interaction_atlas_plans()  # further interactions than normal factors
EXCESS = bundled_file("scripts/tlsglass/atlas/annealing.npz")  # excess of n after annealing
LONG = {"mem_mb": 2000, "runtime": 60}


if ATLAS_PLANS:

    step(
        "atlas_file",
        input={
            "shards": [path for plans in ATLAS_PLANS.values() for path in files.shards_of_all(plans)],
            "sizes": bundled_files("results/published/sizes", "L*_J*/T*.npz"),
        },
        output={"atlas": ATLAS},
        params={"benchmarks": resolve_pathvar("benchmarks"), "atlas": config["atlas"], "model": config["model"]},
        **LONG,
    )


if INTERACTION_ATLAS_PLANS:

    step(
        "interaction_atlas",
        job="{interaction}",
        constraints={"interaction": any_of_pattern(INTERACTION_ATLAS_PLANS)},
        input={"shards": lambda w: files.shards_of_all(INTERACTION_ATLAS_PLANS[w.interaction]), "atlas": ATLAS},
        output={"ratio": "<results>/atlas/interaction_{interaction}.npz"},
        params={"benchmarks": resolve_pathvar("benchmarks"), "atlas": config["atlas"]},
        **LONG,
    )

    step(
        "interaction_atlas_validation",
        input={
            "ratios": expand("<results>/atlas/interaction_{interaction}.npz", interaction=INTERACTION_ATLAS_PLANS),
            "atlas": ATLAS,
            "excess": EXCESS,
            "densities": bundled_file("config/interactions/interaction_densities.csv"),
        },
        output={"table": "<results>/tables/interaction_atlas.csv"},
        **LONG,
    )


step(
    "atlas_validation",
    input={
        "atlas": ATLAS,
        "excess": EXCESS,
        "published": [path for path in bundled_files("results/published/dos", "L12_*/T*.npz") if "e-" not in path],
    },
    output={
        "means": "<results>/tables/atlas_validation.csv",
        "pulls": "<results>/tables/atlas_pulls.csv",
        "fits": "<results>/tables/atlas_fits.csv",
        "summary": "<results>/tables/atlas_summary.csv",
    },
    params={"eq3_window_T": config["fits"]["eq3_window_T"]},
    **LONG,
)


step(
    "atlas_laws",
    input={"atlas": ATLAS, "excess": EXCESS},
    output={name: f"<results>/tables/atlas_{name}.csv" for name in ("couplings", "curves", "collapse")},
    params={
        "atlas": config["atlas"],
        "observables": config["observables"],
        "window_J0": config["fits"]["power_law_windows_J0"][0],
    },
    runtime=30,
)
