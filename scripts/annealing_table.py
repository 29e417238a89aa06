"""Rule annealing_table: energy per spin and acceptance at every rung; stability of the states after the quench."""

import json

import numpy as np
import pandas as pd

from tlsglass import files, simulation

files.log_to(snakemake.log[0])


def mean_and_error(groups):
    return np.mean(groups, axis=0), np.std(groups, axis=0, ddof=1) / np.sqrt(len(groups))


annealing, stability = [], []
for chain in map(simulation.ChainSummary.load, snakemake.input.chains):
    model = json.loads(str(chain.origin))
    head = {"L": model["L"], "J0_K": model["J0_K"]}
    energy, energy_err = mean_and_error(chain.energy_K)
    acceptance, acceptance_err = mean_and_error(chain.acceptance)
    values = {"energy_per_spin_K": energy, "energy_per_spin_K_err": energy_err}
    values |= {"acceptance": acceptance, "acceptance_err": acceptance_err}
    annealing.append(pd.DataFrame(head | {"T_K": chain.rungs_K} | values))
    row = head | {"n_realizations": int(chain.n_realizations)}
    for name in ("share_unstable_spins", "share_unstable_pairs", "share_unstable_after"):
        row[name], row[f"{name}_err"] = mean_and_error(getattr(chain, name))
    stability.append(row)
files.write_csv(snakemake.output.annealing, pd.concat(annealing))
files.write_csv(snakemake.output.stability, pd.DataFrame(stability))
