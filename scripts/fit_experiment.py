"""Rule fit_experiment: fit one dataset with µ free and with µ = 0 (STM); parameters with errors, and the curves."""

from pathlib import Path

import numpy as np
import pandas as pd

from tlsglass import checked, experiments, files

files.log_to(snakemake.log[0])
dataset = experiments.load(Path(snakemake.input.info).parent, checked.read_yaml(snakemake.input.schema))
free, stm = experiments.compare(dataset)

T = np.geomspace(dataset.T_K[0], dataset.T_K[-1], 200)
error = np.full_like(dataset.value, np.nan) if dataset.error is None else dataset.error
files.write_csv(snakemake.output.points, pd.DataFrame({"T_K": dataset.T_K, "value": dataset.value, "error": error}))
files.write_csv(
    snakemake.output.curves,
    pd.DataFrame({"T_K": T, "mu_free": dataset.model(T, free.values), "stm": dataset.model(T, stm.values)}),
)
described = {
    key: dataset.info.get(key) for key in ("title", "label", "reference", "material", "observable", "provenance", "note")
}
files.write_json(
    snakemake.output.fit,
    {"dataset": dataset.name}
    | described
    | {
        "unit": dataset.observable.unit,
        "symbol": dataset.observable.symbol,
        "window_K": dataset.info.get("window_K"),
        "fitted_K": [float(dataset.T_K[0]), float(dataset.T_K[-1])],
        "n_points": len(dataset.T_K),
        "errors": "no errors given: σ estimated from the residuals"
        if dataset.error is None
        else next(iter(dataset.info["data"]["error"])),
        "mu_free": vars(free),
        "stm": vars(stm),
        "delta_aic": stm.aic - free.aic,
    },
)
