"""Rule annealing_table: energy per spin and acceptance at every rung; stability of the states after the quench."""

import json
from pathlib import Path

import numpy as np
import pandas as pd

from tlsglass import files, simulation, statistics

files.log_to(snakemake.log[0])
STABILITY = ("unstable_spins", "unstable_pairs", "unstable_after")
origins = snakemake.params.origins
moments = dict.fromkeys(origins, statistics.NONE)
for path in snakemake.input.chain:
    name = Path(path).parts[-3]
    chain = simulation.read_chain(path, origins[name])
    unstable = np.column_stack([getattr(chain, kind) for kind in STABILITY]) > 0
    moments[name] = moments[name].add(np.column_stack([chain.energy_K, chain.acceptance, unstable]))

annealing, stability = [], []
for name, total in moments.items():
    model = json.loads(origins[name])
    rungs_K = [*model["ladder_K"], model["quench_K"]]
    energy, acceptance, share = np.split(total.mean, [len(rungs_K), 2 * len(rungs_K)])
    energy_err, acceptance_err, share_err = np.split(total.error, [len(rungs_K), 2 * len(rungs_K)])
    annealing.append(
        pd.DataFrame(
            {
                "L": model["L"],
                "J0_K": model["J0_K"],
                "T_K": rungs_K,
                "energy_per_spin_K": energy,
                "energy_per_spin_err_K": energy_err,
                "acceptance": acceptance,
                "acceptance_err": acceptance_err,
            }
        )
    )
    row = {"L": model["L"], "J0_K": model["J0_K"], "n_realizations": total.n}
    for kind, value, error in zip(STABILITY, share, share_err, strict=True):
        row |= {f"share_{kind}": value, f"share_{kind}_err": error}
    stability.append(row)
files.write_csv(snakemake.output.annealing, pd.concat(annealing))
files.write_csv(snakemake.output.stability, pd.DataFrame(stability))
