"""Rule annealing_table: energy per spin and acceptance at every rung; stability of the states after the quench."""

import json

import numpy as np
import pandas as pd

from tlsglass import files, simulation

files.log_to(snakemake.log[0])
sets = {}
for chain in map(simulation.Chain.load, snakemake.input.chain):
    sets.setdefault(str(chain.origin), []).append(chain)


def mean_and_error(samples):
    return np.mean(samples, axis=0), np.std(samples, axis=0, ddof=1) / np.sqrt(len(samples))


annealing, stability = [], []
for origin, chains in sets.items():
    model = json.loads(origin)
    energy, energy_err = mean_and_error(np.concatenate([chain.energy_K for chain in chains]))
    acceptance, acceptance_err = mean_and_error(np.concatenate([chain.acceptance for chain in chains]))
    annealing.append(
        pd.DataFrame(
            {
                "L": model["L"],
                "J0_K": model["J0_K"],
                "T_K": chains[0].rungs_K,
                "energy_per_spin_K": energy,
                "energy_per_spin_err_K": energy_err,
                "acceptance": acceptance,
                "acceptance_err": acceptance_err,
            }
        )
    )
    row = {"L": model["L"], "J0_K": model["J0_K"], "n_realizations": sum(len(chain.energy_K) for chain in chains)}
    for name in ("unstable_spins", "unstable_pairs", "unstable_after"):
        share, error = mean_and_error(np.concatenate([getattr(chain, name) for chain in chains]) > 0)
        row |= {f"share_{name}": share, f"share_{name}_err": error}
    stability.append(row)
files.write_csv(snakemake.output.annealing, pd.concat(annealing))
files.write_csv(snakemake.output.stability, pd.DataFrame(stability))
