"""Rule annealing_table: energy per spin and acceptance at every rung; stability of the states after the quench."""

import json

import pandas as pd

from tlsglass.base import io
from tlsglass.montecarlo.annealing import AnnealingSummary

io.start_job(snakemake)
annealing, stability = [], []
for summary in map(AnnealingSummary.load, snakemake.input.chains):
    model = json.loads(str(summary.fingerprint))
    head = {"L": model["L"], "J0_K": model["J0_K"]}
    values = {"energy_per_spin_K": summary.energy_K, "energy_per_spin_K_err": summary.energy_K_err}
    values |= {"acceptance": summary.acceptance, "acceptance_err": summary.acceptance_err}
    annealing.append(pd.DataFrame(head | {"T_K": summary.rungs_K} | values))
    stability.append(head | {"n_realizations": int(summary.n_realizations)} | summary.stability_columns())
io.write_csv(snakemake.output.annealing, pd.concat(annealing))
io.write_csv(snakemake.output.stability, pd.DataFrame(stability))
