# Damaged files. Before its first job, a run verifies the checksums of the existing tables, and of the published files, that it is
# about to read; `snakemake verify_files` verifies all files of a run, and its shards or the published files.


onstart:
    if workflow.local_exec and hasattr(workflow.scheduler, "job_rate_limiter"):
        # The limit on jobs per second is for clusters. With it, Snakemake 9 looks for jobs once more in each second after each job
        # that has ended, so ever more often, and also after the last one, for which it waits.
        workflow.scheduler.job_rate_limiter = None
    io.set_rebuild_command(config["rebuild"])
    jobs = list(workflow.dag.needrun_jobs())
    if lines := workflow_helpers.modified_published_files(jobs, PUBLISHED_FOLDER):
        sys.exit("\n".join(lines))
    if lines := workflow_helpers.modified_tables(jobs, workflow.dag.dependencies):
        sys.exit("\n".join(lines))


rule verify_files:  # without a benchmark, which would be an output: then it would be done once and never again
    log:
        "<logs>/verify_files.log",
    conda:
        "../../envs/analyse.yaml"
    resources:
        runtime=60,
    params:
        run=resolve_pathvar("results"),
        checksums=resolve_pathvar("checksums"),
        unverified=[Path(resolve_pathvar(name)).name for name in ("logs", "checksums", "benchmarks")],
        figures=[item.name for item in FIGURES],
        shards=resolve_pathvar("shards"),
        published=PUBLISHED_FOLDER if PUBLISHED else None,
    script:
        "../../scripts/verify_files.py"
