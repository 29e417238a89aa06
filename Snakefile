# Interacting tunneling two-level systems in glasses: every figure and table of Phys. Rev. B 103, 054202 (2021), re-simulated.
#
#   snakemake --cores all                                        the study as published, in results/runs/paper
#   snakemake --cores all --configfile config/quick.yaml         the same with fewer realizations, in results/runs/quick
#   snakemake results/runs/paper/dos/L8_J2/T0.5.csv --cores 1    one table alone


include: "workflow/rules/common.smk"  # checks the version of Snakemake, the configuration and the datasets
include: "workflow/rules/folders.smk"  # of results, shards and logs
include: "workflow/rules/steps.smk"  # how the files below declare their rules


report: str(Path(resolve_pathvar("results"), "report/study.rst").resolve())


include: "workflow/rules/simulation.smk"  # anneal: shards of each (origin, T, batch)
include: "workflow/rules/dos.smk"  # n(T, E) of each (L, J0, T), what is quoted of them
include: "workflow/rules/equilibrium.smk"  # annealing compared with exchange Monte Carlo
include: "workflow/rules/sizes.smk"  # other sizes, the limit L → ∞, a weak coupling
include: "workflow/rules/atlas.smk"  # n(T, E) over J0/h0
include: "workflow/rules/interactions.smk"  # dipoles and strain tensors instead of normal factors
include: "workflow/rules/observables.smk"  # Eqs. (5)-(8), two-TLS model, Table I, Appendix C
include: "workflow/rules/experiments.smk"  # fits of measured data
include: "workflow/rules/joint.smk"  # datasets that share parameters, fitted together
include: "workflow/rules/figures.smk"  # figures and tables to read, from the catalogue
include: "workflow/rules/checks.smk"  # paper against reproduction
include: "workflow/rules/verify_files.smk"  # damage: of tables at the start of a run, of all files when asked for by name
include: "workflow/rules/report.smk"  # captions of the report
include: "workflow/rules/page.smk"  # docs/index.html, from the published outcome


TARGETS = [
    *[f"<results>/figures/{item.name}.svg" for item in FIGURES],
    *expand("<results>/experiments/{dataset}/figure.svg", dataset=DATASETS),
    *[f"<results>/{item.folder}/{item.name}.md" for item in TABLES],
    *expand("<results>/tables/{name}.csv", name=catalogue.DATA_TABLES),
    "<results>/checks/provenance.json",
    *rules.report_texts.output,
]


if BROKEN:

    rule broken_datasets:  # fails when all else has been made: as long as a dataset is broken, the study is not complete
        input:
            TARGETS,
        output:
            "<results>/checks/datasets",
        log:
            "<logs>/broken_datasets.log",
        localrule: True
        conda:
            "envs/analyse.yaml"
        params:
            lines=workflow_helpers.left_out_lines(BROKEN),
        shell:
            "printf '%s\\n' {params.lines:q} | tee {log} >&2; exit 1"


rule all:
    default_target: True
    input:
        TARGETS,
        rules.broken_datasets.output if BROKEN else [],
