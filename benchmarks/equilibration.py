"""Error rate and power of the tests of equilibration, on sets that are simulated for this purpose.

    PYTHONPATH=scripts python benchmarks/equilibration.py

Many sets of a small lattice and a moderate coupling, which their sweeps equilibrate, show the error rate: they must fail any
statistical test with the probability ``equilibration_tests.FAMILY_ERROR_RATE``. Sets of a larger lattice and a strong coupling
that are stopped too early, at an eighth of the sweeps of ``config/equilibrium.yaml`` and far earlier, show the power. Prints a
table, and writes it to benchmarks/measured/equilibration.csv.
"""

import argparse
from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd

from tlsglass.base import io
from tlsglass.dos import merge
from tlsglass.dos.grid import Grid
from tlsglass.dos.temperature_series import TemperatureSeries
from tlsglass.model.parameters import ModelParameters
from tlsglass.montecarlo import equilibration_data, equilibration_tests, ladders, methods
from tlsglass.montecarlo.protocol import ANNEALING, TEMPERING, Protocol

MODEL = ModelParameters(L=4, h0_K=10.0, J0_K=10.0, cutoff=1.0, concentration=0.5)
RUNS = [  # L, J0 in kelvin, sweeps, sets, realizations in each
    (4, 3.0, 512, 300, 500),
    (8, 10.0, 4096, 2, 300),
    (8, 10.0, 512, 3, 200),
]
MEASURED_K = (0.5, 1.0, 2.0)
HIGHEST_K = 10.0
GROUPS = 20


def run_set(model: ModelParameters, seed: int, realizations: int, sweeps: int) -> list[equilibration_tests.EquilibrationTest]:
    """Simulate one set, and return the results of its tests."""
    ladder = ladders.exchange_ladder(model.n_spins, model.h0_K, MEASURED_K, HIGHEST_K, 0.2)
    protocol = Protocol(ladder, "metropolis", sweeps, 1e-6, MEASURED_K, block=10, seed=seed, grid=Grid(20, 8, 1.04))
    annealing = replace(protocol, method=ANNEALING, sweeps=8, ladder_K=(HIGHEST_K, 3.0, *reversed(MEASURED_K)))
    counts, record = methods.simulate(model, replace(protocol, method=TEMPERING), 0, realizations)
    _, annealed = methods.simulate(model, annealing, 0, realizations)
    data = equilibration_data.aggregate([record], {8: [annealed]}, [], GROUPS)
    densities = TemperatureSeries(merge.merge([counts[T]], GROUPS) for T in MEASURED_K)
    return equilibration_tests.run_tests(data, densities)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--scale", type=float, default=1.0, help="factor of the numbers of sets")
    options = parser.parse_args()
    rows = []
    for position, (L, J0_K, sweeps, sets, realizations) in enumerate(RUNS):
        seeds = range(max(1, round(options.scale * sets)))
        model = replace(MODEL, L=L, J0_K=J0_K)
        results = [run_set(model, 1000 * position + seed, realizations, sweeps) for seed in seeds]
        statistical = [[test for test in tests if test.name.endswith("σ") or "P(-E)" in test.name] for tests in results]
        failed = np.array([[not test.passed for test in tests] for tests in statistical])
        row = {"L": L, "J0_over_h0": model.J0_K / model.h0_K, "sweeps": sweeps, "sets": len(seeds)}
        row |= {"realizations": realizations, "failed_any": failed.any(axis=1).mean()}
        rows.append(row | {test.name: share for test, share in zip(statistical[0], failed.mean(axis=0), strict=True)})
        print(pd.DataFrame(rows).to_string(index=False), flush=True)
    io.write_csv(Path(__file__).parent / "measured/equilibration.csv", pd.DataFrame(rows), digits=4)


if __name__ == "__main__":
    main()
