"""Seconds per annealed realization: this engine, public annealers, and a float64 reference, with the same h, J and schedule.

    make bench

The annealers run one after the other on one core, with the same realizations. Times are those of annealing without the set-up
of the problem. Prints a table and writes it to results/benchmarks/annealers.csv and .md.
"""

import argparse
import time
from importlib import metadata
from pathlib import Path

import numpy as np
import pandas as pd
import yaml

from tlsglass.base import io, provenance
from tlsglass.model import disorder, excitations
from tlsglass.montecarlo import float_reference, metropolis
from tlsglass.report import tables, templating

ROOT = Path(__file__).parents[1]


def this_engine(model, draws, ladder, sweeps):
    system = disorder.build(model, draws)
    start = time.perf_counter()
    chain = metropolis.MarkovChain(system)
    flips = sum(chain.sweep(T, sweeps) for T in ladder)
    return time.perf_counter() - start, flips, excitations.energy_per_spin(system)


def float64_reference(model, draws, ladder, sweeps):
    h, J = disorder.float_hamiltonian(model, draws)
    rng = np.random.default_rng(int(draws.chain_key))
    chain = float_reference.FloatChain(h, J, draws.spins)
    start = time.perf_counter()
    flips = sum(chain.sweeps(T, sweeps, rng) for T in ladder)
    return time.perf_counter() - start, flips, chain.energy() / len(h)


def dwave(model, draws, ladder, sweeps):
    import dimod
    from dwave.samplers import SimulatedAnnealingSampler

    h, J = disorder.float_hamiltonian(model, draws)
    bqm = dimod.BinaryQuadraticModel(h, np.triu(J), "SPIN")
    result = SimulatedAnnealingSampler().sample(
        bqm,
        num_reads=1,
        beta_schedule_type="custom",
        beta_schedule=[1 / T for T in ladder],
        num_sweeps_per_beta=sweeps,
        seed=int(draws.chain_key % 2**31),
    )
    return result.info["timing"]["sampling_ns"] * 1e-9, None, float(result.first.energy) / len(h)


def openjij_dense(model, draws, ladder, sweeps):
    import openjij

    h, J = disorder.float_hamiltonian(model, draws)
    bqm = openjij.BinaryQuadraticModel(dict(enumerate(h)), {}, 0.0, "SPIN", sparse=False)
    n = len(h)
    bqm.add_interactions_from({(i, j): J[i, j] for i in range(n) for j in range(i)})
    result = openjij.SASampler().sample(
        bqm, num_reads=1, schedule=[(1 / T, sweeps) for T in ladder], sparse=False, seed=int(draws.chain_key % 2**31)
    )
    return result.info["execution_time"] * 1e-6, None, float(result.first.energy) / n


ANNEALERS = {
    "this engine": this_engine,
    f"dwave-samplers {metadata.version('dwave-samplers')}": dwave,
    f"OpenJij {metadata.version('openjij')}, dense": openjij_dense,
    "float64 reference": float64_reference,
}


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--sizes", type=int, nargs="+", default=[8, 12, 16])
    parser.add_argument("--repeats", type=int, default=5, help="realizations per annealer and size; medians are reported")
    options = parser.parse_args()
    config = yaml.safe_load((ROOT / "config/config.yaml").read_text(encoding="utf-8"))
    ladder, sweeps = [float(T) for T in config["annealing"]["schedule_K"]], config["annealing"]["sweeps"]
    rows = []
    for L in options.sizes:
        model = disorder.ModelParameters(L, 10.0, 2.0, 1.0, 0.5)
        runs = {name: [] for name in ANNEALERS}
        for realization in range(-1, options.repeats):  # the first is for compilation
            draws = disorder.draw(model, config["seed"], max(realization, 0))
            for name, anneal in ANNEALERS.items():
                if realization < 0 and name != "this engine" and name != "float64 reference":
                    continue
                outcome = anneal(model, draws, ladder[:2] if realization < 0 else ladder, sweeps)
                if realization >= 0:
                    runs[name].append(outcome)
        ours = np.median([seconds for seconds, _, _ in runs["this engine"]])
        for name, outcomes in runs.items():
            seconds = np.median([outcome[0] for outcome in outcomes])
            flips = outcomes[0][1] and np.mean([outcome[1] for outcome in outcomes])
            energies = [outcome[2] for outcome in outcomes]
            attempts = len(ladder) * sweeps * model.n_spins
            rows.append(
                {
                    "L": L,
                    "N": model.n_spins,
                    "annealer": name,
                    "seconds": seconds,
                    "ns_per_attempt": seconds / attempts * 1e9,
                    "ns_per_flip": seconds / flips * 1e9 if flips else np.nan,
                    "times_this_engine": seconds / ours,
                    "energy_per_spin_K": np.mean(energies),
                }
            )
            print(f"L = {L:2d}  {name:24s} {seconds:8.4f} s  {seconds / ours:6.2f} times", flush=True)
    table = pd.DataFrame(rows)
    io.write_csv(ROOT / "results/benchmarks/annealers.csv", table)
    formatted = table.assign(
        seconds=table["seconds"].map("{:.4f}".format),
        ns_per_attempt=table["ns_per_attempt"].map("{:.1f}".format),
        ns_per_flip=table["ns_per_flip"].map(lambda x: "" if np.isnan(x) else f"{x:.1f}"),
        times_this_engine=table["times_this_engine"].map("{:.1f}".format),
        energy_per_spin_K=table["energy_per_spin_K"].map("{:.4f}".format),
    )
    headings = [
        "L",
        "N",
        "annealer",
        "s per realization",
        "ns per attempt",
        "ns per flip",
        "ratio",
        "final energy per spin (K)",
    ]
    note = f"Medians of {options.repeats} realizations, {len(ladder)} x {sweeps} sweeps, one core of {provenance.processor()}."
    table = tables.FormattedTable("Annealers", headings, formatted.astype(str).values.tolist(), note)
    io.write_text(ROOT / "results/benchmarks/annealers.md", templating.to_markdown(table))


if __name__ == "__main__":
    main()
