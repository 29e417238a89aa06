"""Rule experiment_table: the fitted parameters of all datasets."""

import json
from pathlib import Path

import pandas as pd

from tlsglass.base import files

files.log_to(snakemake.log[0])
fits = [json.loads(Path(path).read_text(encoding="utf-8")) for path in snakemake.input.fits]
PARAMETERS = (
    "mu",
    "kappa_1K",
    "tls_1K",
    "phonons_1K",
    "coupling",
    "A_Hz_per_K3",
    "loss",
    "gap_K",
    "kinetic_fraction",
)
rows = []
for fit in fits:
    free = fit["mu_free"]
    values, errors = free["values"], free["errors"]
    row = {"dataset": fit["dataset"], "provenance": fit["provenance"], "observable": fit["observable"]}
    for name in PARAMETERS:
        row |= {name: values.get(name), f"{name}_err": errors.get(name)}
    low, high = free["intervals"].get("mu", (None, None))
    row |= {"mu_low": low, "mu_high": high}
    if "kappa_1K" in values:
        row |= {"exponent": 2 - values["mu"], "exponent_err": errors["mu"]}  # κ ~ T^(2-µ)
    row |= {
        "chi2": free["chi2"],
        "dof": free["dof"],
        "stm_chi2": fit["stm"]["chi2"],
        "delta_aic": fit["delta_aic"],
        "p_value": fit["p_value"],
    }
    rows.append(row)
files.write_csv(snakemake.output.table, pd.DataFrame(rows))
