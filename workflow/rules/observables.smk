# The choices that reproduce Fig. 3, and closed forms of the two-TLS model.


rule crossover_map:
    input:
        rungs=[f"<results>/dos/L{config['figures']['L']}_J{J0}/T{T}.npz" for J0 in study.J0_values for T in study.rungs],
        paper=bundled_file(PAPER),
    output:
        table="<results>/tables/crossover_map.csv",
    log:
        "<logs>/crossover_map.log",
        checksums="<checksums>/crossover_map.json",
    benchmark:
        "<benchmarks>/crossover_map.tsv"
    conda:
        "../../envs/analyse.yaml"
    params:
        **tabulated_by("tlsglass.analysis.crossover_map.tabulate_crossover"),
        settings={"observables": config["observables"]},
    script:
        "../../scripts/make_tables.py"


rule closed_form_tables:
    input:
        paper=bundled_file(PAPER),
    output:
        table_1="<results>/tables/table_1.csv",
        appendix_c="<results>/tables/appendix_c.csv",
        closed_forms="<results>/tables/closed_forms.csv",
    log:
        "<logs>/closed_form_tables.log",
        checksums="<checksums>/closed_form_tables.json",
    benchmark:
        "<benchmarks>/closed_form_tables.tsv"
    conda:
        "../../envs/analyse.yaml"
    params:
        **tabulated_by("tlsglass.analysis.two_tls_tables.tabulate_closed_forms"),
        settings={
            "two_tls": config["two_tls"],
            "model": {name: config["model"][name] for name in ("h0_K", "concentration")},
            "window_J0": config["fits"]["power_law_windows_J0"][0],
        },
    script:
        "../../scripts/make_tables.py"
