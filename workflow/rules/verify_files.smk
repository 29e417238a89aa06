# Damage. Tables that a run is about to read are held against the digests that the logs of their jobs tell, before its first
# job; `snakemake verify_files` looks at all files of a run, and at its shards.


onstart:
    if lines := altered(workflow.dag):
        sys.exit("\n".join(lines))


rule verify_files:  # without a benchmark, which would be an output: then it would be done once and never again
    log:
        "<logs>/verify_files.log",
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
        "../../scripts/verify_files.py"
