# Damage. Tables that a run is about to read are held against the digests that the logs of their jobs tell, before its first
# job; `snakemake intact` looks at all files of a run, and at its shards.


def altered(dag):
    """Return a line for each table that a job is about to read, made in an earlier run, and that is not what was written."""
    files.rebuild_with(config["rebuild"])
    coming = set(dag.needrun_jobs())
    given = {
        (path, str(maker.log[0]))
        for job in coming
        for maker, made in dag.dependencies[job].items()
        if maker not in coming
        for path in map(str, made)
        if path.endswith(files.TABLES) and Path(path).is_file()
    }
    return files.wrong(
        (path, lambda path, log=log: files.verify(path, files.told(log).get(path))) for path, log in sorted(given)
    )


onstart:
    if lines := altered(workflow.dag):
        sys.exit("\n".join(lines))


rule intact:  # without a benchmark, which would be an output: then it would be done once and never again
    log:
        "<logs>/intact.log",
    conda:
        "../../envs/analyse.yaml"
    threads: 1
    resources:
        mem_mb=500,
        runtime=60,
    params:
        run=folder("results"),
        figures=[item.name for item in FIGURES],
        shards=folder("shards"),
        published=PUBLISHED_FOLDER if PUBLISHED else None,
    script:
        "../../scripts/intact.py"
