"""Error rate and power of the tests of equilibration, on sets that are simulated for this purpose.

    PYTHONPATH=scripts python benchmarks/equilibration.py

Many sets of a small lattice and a moderate coupling, which their sweeps equilibrate, show the error rate: they must fail any
statistical test with the probability ``equilibration_tests.FAMILY_ERROR_RATE``. Sets of ``config/equilibrium.yaml`` that are
stopped too early, at an eighth of their sweeps and far earlier, show the power: of the statistical tests alone, and of all ten.
The many small sets have a short ladder, for which the other four tests mean little.
Prints a table, and writes it to benchmarks/measured/equilibration.csv.
"""

import argparse
import math
from dataclasses import replace
from pathlib import Path
from typing import NamedTuple

import numpy as np
import pandas as pd
import yaml

from tlsglass.base import io
from tlsglass.dos import load
from tlsglass.dos.grid import Grid
from tlsglass.dos.temperature_series import TemperatureSeries
from tlsglass.model.parameters import ModelParameters
from tlsglass.montecarlo import equilibration_data, equilibration_tests, ladders, methods
from tlsglass.montecarlo.protocol import ANNEALING, TEMPERING, Protocol

ROOT = Path(__file__).resolve().parent.parent
MODEL = ModelParameters(L=4, h0_K=10.0, J0_K=10.0, cutoff=1.0, concentration=0.5)
GROUPS = 20


class Run(NamedTuple):
    """Sets of one kind, and how they are simulated."""

    L: int
    J0_K: float
    sweeps: int
    sets: int
    realizations: int
    highest_K: float
    measured_K: tuple[float, ...]


def planned_runs() -> list[Run]:
    """Return the sets to be simulated; those that are stopped too early have the temperatures of the study."""
    measured_K = tuple(yaml.safe_load((ROOT / "config/config.yaml").read_text())["density_of_states"]["temperatures_K"])
    return [
        Run(4, 3.0, 512, 300, 500, 10.0, (0.5, 1.0, 2.0)),
        Run(8, 6.0, 2048, 3, 300, 8.0, measured_K),
        Run(8, 10.0, 4096, 2, 300, 10.0, measured_K),
        Run(8, 10.0, 512, 3, 300, 10.0, measured_K),
        Run(12, 2.0, 512, 1, 400, 5.0, measured_K),
    ]


def run_set(run: Run, seed: int) -> list[equilibration_tests.EquilibrationTest]:
    """Simulate one set, and return the results of its tests."""
    model = replace(MODEL, L=run.L, J0_K=run.J0_K)
    ladder = ladders.exchange_ladder(model.n_spins, model.h0_K, run.measured_K, run.highest_K, 0.2)
    protocol = Protocol(ladder, "metropolis", run.sweeps, 1e-6, run.measured_K, block=10, seed=seed, grid=Grid(20, 8, 1.04))
    annealed_ladder = (run.highest_K, *sorted(set(run.measured_K) - {run.highest_K}, reverse=True))
    annealing = replace(protocol, method=ANNEALING, sweeps=8, ladder_K=annealed_ladder)
    counts, record = methods.simulate(model, replace(protocol, method=TEMPERING), 0, run.realizations)
    _, annealed = methods.simulate(model, annealing, 0, run.realizations)
    data = equilibration_data.aggregate([record], {8: [annealed]}, [], GROUPS)
    densities = TemperatureSeries(load.merge([counts[T]], GROUPS) for T in run.measured_K)
    return equilibration_tests.run_tests(data, densities)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--scale", type=float, default=1.0, help="factor of the numbers of sets")
    options = parser.parse_args()
    rows = []
    for position, run in enumerate(planned_runs()):
        seeds = range(max(1, round(options.scale * run.sets)))
        results = [run_set(run, 1000 * position + seed) for seed in seeds]
        statistical = [test.name.endswith("σ") for test in results[0]]
        failed = np.array([[not test.passed for test in tests] for tests in results])
        row = {"L": run.L, "J0_over_h0": run.J0_K / MODEL.h0_K, "sweeps": run.sweeps, "sets": len(seeds)}
        row |= {"realizations": run.realizations, "failed_statistical": failed[:, statistical].any(axis=1).mean()}
        row |= {"failed_any": failed.any(axis=1).mean() if run.L > MODEL.L else math.nan}
        rows.append(row | {test.name: share for test, share in zip(results[0], failed.mean(axis=0), strict=True)})
        print(pd.DataFrame(rows).to_string(index=False), flush=True)
    io.write_csv(ROOT / "benchmarks/measured/equilibration.csv", pd.DataFrame(rows), digits=4)


if __name__ == "__main__":
    main()
