# The folders of a run.


pathvars:
    results=f"results/runs/{config['run']}",  # of this run; no other run touches them
    shards="results/shards",  # of all runs
    logs="<results>/logs",
    checksums="<results>/checksums",  # of tables, one file for each job
    benchmarks="<results>/benchmarks",
