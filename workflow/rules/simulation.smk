# Simulations: one job anneals, or tempers, one batch of realizations.
#
# Shards are kept in one folder for each fingerprint of everything that their numbers depend on, such as L8_J2-3f9c1a2b. What
# several sets, variants or runs share is simulated once, and another configuration never overwrites these shards.

SHARD_FOLDERS = study.shard_folders()
RULES_BY_OUTPUT = workflow_helpers.rules_by_output(study)


for number, ((job, rungs, with_record), folders) in enumerate(RULES_BY_OUTPUT.items(), 1):

    rule:
        name:
            job if number == 1 else f"{job}_{number}"
        output:
            shards=expand("<shards>/{{folder}}/{rung}/{{batch}}.npz", rung=rungs),
            chain=["<shards>/{folder}/chain/{batch}.npz"] if with_record else [],
        log:
            f"<logs>/{job}/{{folder}}/{{batch}}.log",
        benchmark:
            f"<benchmarks>/{job}/{{folder}}/{{batch}}.tsv"
        wildcard_constraints:
            folder=any_of_pattern(folders),
        conda:
            "../../envs/simulate.yaml"
        resources:
            runtime=120,
        params:
            fingerprint=lambda w: SHARD_FOLDERS[w.folder].fingerprint,
        script:
            "../../scripts/anneal.py"


step(
    "summarize_chains",
    job="published" if PUBLISHED else "{set}",
    input={"chains": lambda w: [path for name in files.sets_in_job(w.get("set")) for path in files.records(name)]},
    output={"chain": expand("<results>/chain/{set}.npz", set=files.sets_in_job("{set}"))},
    params={
        "fingerprints": lambda w: [SIMULATIONS[name].record_fingerprint for name in files.sets_in_job(w.get("set"))],
        "realizations": lambda w: [SIMULATIONS[name].realizations for name in files.sets_in_job(w.get("set"))],
        "merged": PUBLISHED,
    },
)


step(
    "annealing_table",
    input={"chains": expand("<results>/chain/{set}.npz", set=SETS)},
    output={table: f"<results>/tables/{table}.csv" for table in ("annealing", "stability")},
)
