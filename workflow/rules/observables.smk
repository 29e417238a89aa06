# The choices that reproduce Fig. 3, and closed forms of the two-TLS model.


tabulate(
    "crossover_map",
    "tlsglass.analysis.crossover_map.tabulate_crossover",
    input={
        "rungs": [f"<results>/dos/L{config['figures']['L']}_J{J0}/T{T}.npz" for J0 in study.J0_values for T in study.rungs],
        "paper": bundled_file(PAPER),
    },
    output={"table": "<results>/tables/crossover_map.csv"},
    settings={"observables": config["observables"]},
)


tabulate(
    "closed_form_tables",
    "tlsglass.analysis.two_tls_tables.tabulate_closed_forms",
    input={"paper": bundled_file(PAPER)},
    output={name: f"<results>/tables/{name}.csv" for name in ("table_1", "appendix_c", "closed_forms")},
    settings={
        "two_tls": config["two_tls"],
        "model": {name: config["model"][name] for name in ("h0_K", "concentration")},
        "window_J0": config["fits"]["power_law_windows_J0"][0],
    },
)
