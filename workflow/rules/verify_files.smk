# Damaged files. Before its first job, a run verifies the checksums of the existing tables that it is about to read;
# `snakemake verify_files` verifies all files of a run, and its shards.


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
        checksums=folder("checksums"),
        figures=[item.name for item in FIGURES],
        shards=folder("shards"),
        published=PUBLISHED_FOLDER if PUBLISHED else None,
    script:
        "../../scripts/verify_files.py"
