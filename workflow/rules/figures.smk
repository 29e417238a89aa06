# Figures 1-7, Eq. (9) beside the simulation, and the checks. Each is an SVG, a PNG, and a CSV with the numbers it shows.

# datasets of each panel of the figures that show measured data; a panel without its datasets is left out
PAPER_PANELS = {
    "figure_4": [["fig4_silica_thermal_conductivity"]],
    "figure_5": [
        ["fig5a_silica_sound_velocity"],
        ["fig5b_silica_dielectric_constant"],
        ["fig5c_coverglass_sound_velocity"],
    ],
    "figure_6": [
        ["fig6a_x017_sound_velocity", "fig6a_x032_sound_velocity"],
        ["fig6b_x004_sound_velocity", "fig6b_x007_sound_velocity"],
    ],
}
COMPLETE_PANELS = {figure: [p for p in panels if set(p) <= set(DATASETS)] for figure, panels in PAPER_PANELS.items()}
EXPERIMENT_PANELS = {figure: panels for figure, panels in COMPLETE_PANELS.items() if panels}

# figures of measurements that are no part of the paper
MEASUREMENTS = {
    "fig_r1": "stycast1266_thermal_conductivity",
    "fig_r2": "niobium_resonator_frequency",
    "fig_r3": "argonne_resonator_frequency",
}
MEASURED_FIGURES = [figure for figure, dataset in MEASUREMENTS.items() if dataset in DATASETS]

FIGURES = ["figure_1", "figure_2", "figure_3", *EXPERIMENT_PANELS, "figure_7", "figure_dipolar_gap", *MEASURED_FIGURES]
FIGURES += ["figure_choices", "figure_pulls", "figure_stability", *(["figure_variants"] if study.variants else [])]


rule figure_1:
    input:
        counts=expand("<results>/dos/L{L}_J{J0}/T{T}.npz", L=LARGEST, J0=COUPLINGS, T=study.labels(config["figures"]["dos_K"])),
        eq3="<results>/tables/table_2.csv",
        exponents="<results>/tables/zero_temperature.csv",
        gaussian="<results>/tables/gaussian_limit.csv",
        code=library("figure_1.py"),
    output:
        svg=shown("<results>/figures/figure_1.svg", "figure_1"),
        png="<results>/figures/figure_1.png",
        csv="<results>/figures/figure_1.csv",
    log:
        "<logs>/figure_1.log",
    benchmark:
        "<benchmarks>/figure_1.tsv"
    conda:
        "../../envs/plot.yaml"
    threads: 1
    resources:
        mem_mb=800,
        runtime=5,
    params:
        window_T=config["fits"]["eq3_window_T"],
        dos_K=config["figures"]["dos_K"],
    script:
        "../../scripts/figure_1.py"


rule figure_2:
    input:
        observables=expand("<results>/observables/{set}.csv", set=SETS),
        laws="<results>/tables/laws.csv",
        code=library("figure_2.py"),
    output:
        svg=shown("<results>/figures/figure_2.svg", "figure_2"),
        png="<results>/figures/figure_2.png",
        csv="<results>/figures/figure_2.csv",
    log:
        "<logs>/figure_2.log",
    benchmark:
        "<benchmarks>/figure_2.tsv"
    conda:
        "../../envs/plot.yaml"
    threads: 1
    resources:
        mem_mb=500,
        runtime=5,
    params:
        window_K=config["observables"]["exponents_K"][0],
    script:
        "../../scripts/figure_2.py"


rule figure_3:
    input:
        observables=expand("<results>/observables/L{L}_J{J0}.csv", L=LARGEST, J0=COUPLINGS),
        laws="<results>/tables/laws.csv",
        code=library("figure_3.py"),
    output:
        svg=shown("<results>/figures/figure_3.svg", "figure_3"),
        png="<results>/figures/figure_3.png",
        csv="<results>/figures/figure_3.csv",
    log:
        "<logs>/figure_3.log",
    benchmark:
        "<benchmarks>/figure_3.tsv"
    conda:
        "../../envs/plot.yaml"
    threads: 1
    resources:
        mem_mb=500,
        runtime=5,
    params:
        observables=config["observables"],
    script:
        "../../scripts/figure_3.py"


rule figure_of_experiments:
    input:
        fits=lambda w: expand("<results>/experiments/{d}/fit.json", d=sum(EXPERIMENT_PANELS[w.figure], [])),
        points=lambda w: expand("<results>/experiments/{d}/points.csv", d=sum(EXPERIMENT_PANELS[w.figure], [])),
        curves=lambda w: expand("<results>/experiments/{d}/curves.csv", d=sum(EXPERIMENT_PANELS[w.figure], [])),
        code=library("figure_experiment.py"),
    output:
        svg=shown("<results>/figures/{figure}.svg", "{figure}"),
        png="<results>/figures/{figure}.png",
        csv="<results>/figures/{figure}.csv",
    log:
        "<logs>/{figure}.log",
    benchmark:
        "<benchmarks>/{figure}.tsv"
    wildcard_constraints:
        figure=one_of(EXPERIMENT_PANELS),
    conda:
        "../../envs/plot.yaml"
    threads: 1
    resources:
        mem_mb=500,
        runtime=5,
    params:
        panels=lambda w: [len(panel) for panel in EXPERIMENT_PANELS[w.figure]],
    script:
        "../../scripts/figure_experiment.py"


rule figure_of_measurement:
    input:
        fit=lambda w: f"<results>/experiments/{MEASUREMENTS[w.figure]}/fit.json",
        points=lambda w: f"<results>/experiments/{MEASUREMENTS[w.figure]}/points.csv",
        curves=lambda w: f"<results>/experiments/{MEASUREMENTS[w.figure]}/curves.csv",
        windows=lambda w: f"<results>/experiments/{MEASUREMENTS[w.figure]}/windows.csv",
        code=library("figure_dataset.py"),
    output:
        svg=shown("<results>/figures/{figure}.svg", "{figure}"),
        png="<results>/figures/{figure}.png",
        csv="<results>/figures/{figure}.csv",
    log:
        "<logs>/{figure}.log",
    benchmark:
        "<benchmarks>/{figure}.tsv"
    wildcard_constraints:
        figure=one_of(MEASUREMENTS),
    conda:
        "../../envs/plot.yaml"
    threads: 1
    resources:
        mem_mb=500,
        runtime=5,
    script:
        "../../scripts/figure_dataset.py"


rule figure_7:
    input:
        observables=expand("<results>/observables/L{L}_J{J0}.csv", L=LARGEST, J0=COUPLINGS),
        code=library("figure_7.py"),
    output:
        svg=shown("<results>/figures/figure_7.svg", "figure_7"),
        png="<results>/figures/figure_7.png",
        csv="<results>/figures/figure_7.csv",
    log:
        "<logs>/figure_7.log",
    benchmark:
        "<benchmarks>/figure_7.tsv"
    conda:
        "../../envs/plot.yaml"
    threads: 1
    resources:
        mem_mb=500,
        runtime=5,
    params:
        window_K=config["observables"]["sound_velocity_K"][0],
    script:
        "../../scripts/figure_7.py"


rule figure_dipolar_gap:
    input:
        counts=expand("<results>/dos/L{L}_J{J0}/T{T}.npz", L=LARGEST, J0=COUPLINGS, T=study.quench),
        code=library("figure_dipolar_gap.py"),
    output:
        svg=shown("<results>/figures/figure_dipolar_gap.svg", "figure_dipolar_gap"),
        png="<results>/figures/figure_dipolar_gap.png",
        csv="<results>/figures/figure_dipolar_gap.csv",
    log:
        "<logs>/figure_dipolar_gap.log",
    benchmark:
        "<benchmarks>/figure_dipolar_gap.tsv"
    conda:
        "../../envs/plot.yaml"
    threads: 1
    resources:
        mem_mb=800,
        runtime=5,
    params:
        h0_K=config["model"]["h0_K"],
    script:
        "../../scripts/figure_dipolar_gap.py"


rule figure_choices:
    input:
        choices="<results>/tables/choices.csv",
        paper=shipped("config/paper_values.csv"),
        code=library("figure_choices.py"),
    output:
        svg=shown("<results>/figures/figure_choices.svg", "figure_choices"),
        png="<results>/figures/figure_choices.png",
        csv="<results>/figures/figure_choices.csv",
    log:
        "<logs>/figure_choices.log",
    benchmark:
        "<benchmarks>/figure_choices.tsv"
    conda:
        "../../envs/plot.yaml"
    threads: 1
    resources:
        mem_mb=500,
        runtime=5,
    script:
        "../../scripts/figure_choices.py"


rule figure_pulls:
    input:
        pulls="<results>/tables/pulls.csv",
        code=library("figure_pulls.py"),
    output:
        svg=shown("<results>/figures/figure_pulls.svg", "figure_pulls"),
        png="<results>/figures/figure_pulls.png",
        csv="<results>/figures/figure_pulls.csv",
    log:
        "<logs>/figure_pulls.log",
    benchmark:
        "<benchmarks>/figure_pulls.tsv"
    conda:
        "../../envs/plot.yaml"
    threads: 1
    resources:
        mem_mb=500,
        runtime=5,
    script:
        "../../scripts/figure_pulls.py"


rule figure_variants:
    input:
        variants="<results>/tables/variants.csv",
        code=library("figure_variants.py"),
    output:
        svg=shown("<results>/figures/figure_variants.svg", "figure_variants"),
        png="<results>/figures/figure_variants.png",
        csv="<results>/figures/figure_variants.csv",
    log:
        "<logs>/figure_variants.log",
    benchmark:
        "<benchmarks>/figure_variants.tsv"
    conda:
        "../../envs/plot.yaml"
    threads: 1
    resources:
        mem_mb=500,
        runtime=5,
    params:
        settings={name: config["checks"]["variants"][name] for name in study.variants},
        couplings=list(study.couplings.values()),
        sizes=[int(L) for L in SIZES],
        warm_K=config["figures"]["dos_K"][1],
    script:
        "../../scripts/figure_variants.py"


rule figure_stability:
    input:
        stability="<results>/tables/stability.csv",
        code=library("figure_stability.py"),
    output:
        svg=shown("<results>/figures/figure_stability.svg", "figure_stability"),
        png="<results>/figures/figure_stability.png",
        csv="<results>/figures/figure_stability.csv",
    log:
        "<logs>/figure_stability.log",
    benchmark:
        "<benchmarks>/figure_stability.tsv"
    conda:
        "../../envs/plot.yaml"
    threads: 1
    resources:
        mem_mb=500,
        runtime=5,
    params:
        quench_K=config["annealing"]["quench_K"],
    script:
        "../../scripts/figure_stability.py"
