"""Cost of exchange: a sweep of a replica compared with a sweep of annealing at the same temperature; seconds to equilibrium.

    make bench

Both start from the same states and run one after the other on one core. Times are processor seconds. Prints a table and writes
it to results/benchmarks/tempering.csv.
"""

import argparse
import time
from pathlib import Path

import numpy as np
import pandas as pd
import yaml

from tlsglass.base import io
from tlsglass.model import disorder
from tlsglass.montecarlo import metropolis, tempering
from tlsglass.study import equilibrium_plan
from tlsglass.study.configured_study import Study

ROOT = Path(__file__).parents[1]


def seconds(run):
    start = time.process_time()
    run()
    return time.process_time() - start


def time_realization(study, entry, realization, sweeps):
    """Return processor seconds of ``sweeps`` sweeps of all replicas with exchange, and of annealing at all rungs."""
    model, ladder = equilibrium_plan.model(study, entry), equilibrium_plan.ladder(study, entry)
    system = disorder.build(model, disorder.draw(model, study.config["seed"], realization))
    record = tempering.run(system, ladder, 1024, 0, [None] * len(ladder), 1.0)  # compiles, and gives states of each rung
    exchanged = seconds(lambda: tempering.run(system, ladder, sweeps, 1, [None] * len(ladder), 1.0))
    annealed = 0.0
    for k, T_K in enumerate(ladder):
        system.spins[: system.n] = 2 * (record.spin_bits[k] >> np.uint64(63)).astype(np.int16) - 1
        disorder.recompute_fields(system.couplings, system.random_fields, system.spins, system.fields, system.field_steps)
        chain = metropolis.MarkovChain(system)
        chain.sweep(T_K, 1)
        annealed += seconds(lambda chain=chain, T_K=T_K: chain.sweep(T_K, sweeps))
    return exchanged, annealed


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--sweeps", type=int, default=4096)
    parser.add_argument("--repeats", type=int, default=3, help="realizations of each set; medians are reported")
    options = parser.parse_args()
    config, sets = (
        yaml.safe_load((ROOT / f"config/{name}.yaml").read_text(encoding="utf-8")) for name in ("config", "equilibrium")
    )
    config["checks"] |= sets["checks"]
    study = Study(config)
    rows = []
    for name, entry in equilibrium_plan.sets(study).items():
        rungs = len(equilibrium_plan.ladder(study, entry))
        times = [time_realization(study, entry, r, options.sweeps) for r in range(options.repeats)]
        exchanged, annealed = np.median(times, axis=0)
        rows.append(
            {
                "set": name,
                "rungs": rungs,
                "us_per_replica_sweep": 1e6 * exchanged / options.sweeps / rungs,
                "us_per_annealing_sweep": 1e6 * annealed / options.sweeps / rungs,
                "ratio": exchanged / annealed,
                "seconds_to_equilibrium": 2 * exchanged * entry["sweeps"] / options.sweeps,  # both copies
            }
        )
        print("  ".join(f"{key} {value:.3g}" if key != "set" else f"{value:8s}" for key, value in rows[-1].items()), flush=True)
    io.write_csv(ROOT / "results/benchmarks/tempering.csv", pd.DataFrame(rows))


if __name__ == "__main__":
    main()
