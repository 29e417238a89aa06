"""Milliseconds of CPU time per realization of each interaction: drawing its factors, building its integers, and annealing it.

    python benchmarks/interactions.py

Realizations of all interactions alternate, so that a change of the machine's speed affects all of them. Medians are printed and
written to results/benchmarks/interactions.csv. All sweeps are the same code; their ratio to normal factors depends on how many
spins flip.
"""

import argparse
import time
from pathlib import Path

import numpy as np
import pandas as pd

from tlsglass.base import io
from tlsglass.model import disorder
from tlsglass.model.interaction import GAUSSIAN, INTERACTIONS
from tlsglass.model.parameters import ModelParameters
from tlsglass.montecarlo import metropolis

ROOT = Path(__file__).parents[1]
LADDER_K, SWEEPS = (12.0, 6.0, 3.0, 1.0, 0.3, 0.1), 100


def seconds(model, realization):
    start = time.process_time()
    draws = disorder.draw(model, 1, realization)
    drawn = time.process_time()
    chain = metropolis.MarkovChain(disorder.build(model, draws))
    built = time.process_time()
    for T_K in LADDER_K:
        chain.sweep(T_K, SWEEPS)
    return drawn - start, built - drawn, time.process_time() - built


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--sizes", type=int, nargs="+", default=[8, 12])
    parser.add_argument("--repeats", type=int, default=15)
    options = parser.parse_args()
    rows = []
    for L in options.sizes:
        models = {
            name: ModelParameters(L, 10.0, 3.0, 1.0, 0.5, interaction=name, fields=entry.fields[-1])
            for name, entry in INTERACTIONS.items()
        }
        times = {name: [] for name in models}
        for realization in range(-1, options.repeats):  # the first is for compilation
            for name, model in models.items():
                times[name].append(seconds(model, max(realization, 0)))
        medians = {name: 1e3 * np.median(values[1:], axis=0) for name, values in times.items()}
        for name, (draw, build, anneal) in medians.items():
            ratio = anneal / medians[GAUSSIAN][2]
            rows.append({"L": L, "interaction": name, "draw_ms": draw, "build_ms": build, "anneal_ms": anneal, "ratio": ratio})
            print(f"L = {L:2d}  {name:18s} draw {draw:6.2f} ms  build {build:5.2f} ms  anneal {anneal:7.2f} ms ({ratio:.2f})")
    io.write_csv(ROOT / "results/benchmarks/interactions.csv", pd.DataFrame(rows))


if __name__ == "__main__":
    main()
