# The atlas, n(T, E; J0/h0): its file, its comparison with independent simulations, and the tables that follow from it.

ATLAS_PLANS = study.atlas_plans()  # nothing where the published file is used
ATLAS = "<results>/atlas/atlas.npz" if ATLAS_PLANS else bundled_file("scripts/tlsglass/atlas/atlas.npz")
INTERACTION_ATLAS_PLANS = study.interaction_atlas_plans()  # further interactions than normal factors
EXCESS = bundled_file("scripts/tlsglass/atlas/annealing.npz")  # what annealing leaves of n


if ATLAS_PLANS:

    rule atlas_file:
        input:
            shards=[
                path
                for plans in ATLAS_PLANS.values()
                for plan in plans.values()
                for rung in plan.rungs
                for path in files.shards(plan, rung)
            ],
            sizes=bundled_files("results/published/sizes", "L*_J*/T*.npz"),
        output:
            atlas="<results>/atlas/atlas.npz",
        log:
            "<logs>/atlas_file.log",
            checksums="<checksums>/atlas_file.json",
        benchmark:
            "<benchmarks>/atlas_file.tsv"
        conda:
            "../../envs/analyse.yaml"
        resources:
            mem_mb=2000,
            runtime=60,
        params:
            code=library_digest("atlas_file.py"),
            benchmarks=resolve_pathvar("benchmarks"),
            atlas=config["atlas"],
            model=config["model"],
        script:
            "../../scripts/atlas_file.py"


if INTERACTION_ATLAS_PLANS:

    rule interaction_atlas:
        input:
            shards=lambda w: [
                path
                for plan in INTERACTION_ATLAS_PLANS[w.interaction].values()
                for rung in plan.rungs
                for path in files.shards(plan, rung)
            ],
            atlas=ATLAS,
        output:
            ratio="<results>/atlas/interaction_{interaction}.npz",
        log:
            "<logs>/interaction_atlas/{interaction}.log",
            checksums="<checksums>/interaction_atlas/{interaction}.json",
        benchmark:
            "<benchmarks>/interaction_atlas/{interaction}.tsv"
        wildcard_constraints:
            interaction=any_of_pattern(INTERACTION_ATLAS_PLANS),
        conda:
            "../../envs/analyse.yaml"
        resources:
            mem_mb=2000,
            runtime=60,
        params:
            code=library_digest("interaction_atlas.py"),
            benchmarks=resolve_pathvar("benchmarks"),
            atlas=config["atlas"],
        script:
            "../../scripts/interaction_atlas.py"

    rule interaction_atlas_validation:
        input:
            ratios=expand("<results>/atlas/interaction_{interaction}.npz", interaction=INTERACTION_ATLAS_PLANS),
            atlas=ATLAS,
            excess=EXCESS,
            densities=bundled_file("config/interactions/interaction_densities.csv"),
        output:
            table="<results>/tables/interaction_atlas.csv",
        log:
            "<logs>/interaction_atlas_validation.log",
            checksums="<checksums>/interaction_atlas_validation.json",
        benchmark:
            "<benchmarks>/interaction_atlas_validation.tsv"
        conda:
            "../../envs/analyse.yaml"
        resources:
            mem_mb=2000,
            runtime=60,
        params:
            code=library_digest("interaction_atlas_validation.py"),
        script:
            "../../scripts/interaction_atlas_validation.py"


rule atlas_validation:
    input:
        atlas=ATLAS,
        excess=EXCESS,
        published=[path for path in bundled_files("results/published/dos", "L12_*/T*.npz") if "e-" not in path],
    output:
        means="<results>/tables/atlas_validation.csv",
        pulls="<results>/tables/atlas_pulls.csv",
        fits="<results>/tables/atlas_fits.csv",
        summary="<results>/tables/atlas_summary.csv",
    log:
        "<logs>/atlas_validation.log",
        checksums="<checksums>/atlas_validation.json",
    benchmark:
        "<benchmarks>/atlas_validation.tsv"
    conda:
        "../../envs/analyse.yaml"
    resources:
        mem_mb=2000,
        runtime=60,
    params:
        code=library_digest("atlas_validation.py"),
        eq3_window_T=config["fits"]["eq3_window_T"],
    script:
        "../../scripts/atlas_validation.py"


rule atlas_laws:
    input:
        atlas=ATLAS,
        excess=EXCESS,
    output:
        couplings="<results>/tables/atlas_couplings.csv",
        curves="<results>/tables/atlas_curves.csv",
        collapse="<results>/tables/atlas_collapse.csv",
    log:
        "<logs>/atlas_laws.log",
        checksums="<checksums>/atlas_laws.json",
    benchmark:
        "<benchmarks>/atlas_laws.tsv"
    conda:
        "../../envs/analyse.yaml"
    resources:
        runtime=30,
    params:
        code=library_digest("atlas_laws.py"),
        atlas=config["atlas"],
        observables=config["observables"],
        window_J0=config["fits"]["power_law_windows_J0"][0],
    script:
        "../../scripts/atlas_laws.py"
