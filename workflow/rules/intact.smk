# Asked for by name: is everything that lies in results/ what was written, and of this study?


rule intact:
    log:
        "<logs>/intact.log",
    benchmark:
        "<benchmarks>/intact.tsv"
    conda:
        "../../envs/analyse.yaml"
    threads: 1
    resources:
        mem_mb=500,
        runtime=60,
    params:
        origins=ORIGINS,
        batches={f"L{L}_J{J0}": study.batches(L) for L in SIZES for J0 in COUPLINGS},
        temperatures=study.temperatures,
    script:
        "../../scripts/intact.py"
