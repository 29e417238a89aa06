# Interacting tunneling two-level systems in glasses: every figure and table of Phys. Rev. B 103, 054202 (2021), re-simulated.
#
#   snakemake --cores all                                        the study as published, in results/runs/paper
#   snakemake --cores all --configfile config/quick.yaml         the same with fewer realizations, in results/runs/quick
#   snakemake results/runs/paper/dos/L8_J2/T0.5.csv --cores 1    one table alone

from snakemake.utils import min_version

min_version("9.12")


include: "workflow/rules/common.smk"  # checks the configuration and the datasets


pathvars:
    results=f"results/runs/{config['run']}",  # of this run; no other run touches them
    shards="results/shards",  # of all runs
    logs="<results>/logs",
    benchmarks="<results>/benchmarks",


report: str(Path(folder("results"), "report/study.rst").resolve())


include: "workflow/rules/simulation.smk"  # anneal: shards of each (origin, T, batch)
include: "workflow/rules/dos.smk"  # n(T, E) of each (L, J0, T), its fits, Table II
include: "workflow/rules/observables.smk"  # Eqs. (5)-(8), two-TLS model, Table I, Appendix C
include: "workflow/rules/experiments.smk"  # fits of measured data
include: "workflow/rules/figures.smk"  # Figs. 1-7
include: "workflow/rules/checks.smk"  # paper against reproduction
include: "workflow/rules/intact.smk"  # damage: of tables at the start of a run, of all files when asked for by name
include: "workflow/rules/report.smk"  # captions and tables of the report
include: "workflow/rules/page.smk"  # docs/index.html, from the published outcome


rule all:
    default_target: True
    input:
        expand("<results>/figures/{figure}.svg", figure=FIGURES),
        expand("<results>/experiments/{dataset}/figure.svg", dataset=DATASETS),
        "<results>/tables/table_1.md",
        "<results>/tables/table_2.md",
        "<results>/tables/appendix_c.md",
        "<results>/tables/zero_temperature.csv",
        "<results>/tables/gaussian_limit.csv",
        "<results>/tables/laws.csv",
        "<results>/tables/annealing.csv",
        "<results>/tables/choices.csv",
        "<results>/tables/pulls.csv",
        "<results>/tables/stability.csv",
        "<results>/tables/experiments.md",
        "<results>/checks/scorecard.md",
        "<results>/checks/provenance.json",
        rules.report_texts.output,
