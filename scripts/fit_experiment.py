"""Rule fit_experiment: fit one dataset with µ free and with µ = 0 (STM); parameters, curves, µ against the window."""

from pathlib import Path

import numpy as np
import pandas as pd

from tlsglass.base import files, validation
from tlsglass.experiment import datasets, fits

files.log_to(snakemake.log[0])
dataset = datasets.load(Path(snakemake.input.info).parent, validation.read_yaml(snakemake.input.schema))
points, whole = dataset.points, dataset.whole
weighed = fits.with_temperature_errors(dataset)
found = fits.compare(weighed)

T = np.geomspace(whole.T_K[0], whole.T_K[-1], 300)
curves = {"mu_free": dataset.model(T, found.free.values), "stm": dataset.model(T, found.stm.values)}
files.write_csv(snakemake.output.curves, pd.DataFrame({"T_K": T} | curves))
inside = np.isin(whole.T_K, points.T_K)
error = np.full_like(whole.value, found.free.misfit) if whole.error is None else whole.error
T_error = np.zeros_like(error) if whole.T_error_K is None else whole.T_error_K
files.write_csv(
    snakemake.output.points,
    pd.DataFrame({"T_K": whole.T_K, "value": whole.value, "error": error, "T_error_K": T_error, "fitted": inside}),
)
files.write_csv(snakemake.output.windows, fits.scan(dataset))

described = {
    key: dataset.info.get(key) for key in ("title", "label", "reference", "doi", "material", "observable", "provenance", "note")
}
errors = next(iter(dataset.info["data"]["error"]))
if points.error is None:
    errors = "no errors given: σ estimated from the residuals"
if points.T_error_K is not None:
    errors += ", with the errors of the temperature (effective variance)"
files.write_json(
    snakemake.output.fit,
    {"dataset": dataset.name}
    | described
    | {
        "unit": dataset.unit,
        "symbol": dataset.observable.symbol,
        "window_K": dataset.info.get("window_K"),
        "fitted_K": [float(points.T_K[0]), float(points.T_K[-1])],
        "n_points": len(points.T_K),
        "errors": errors,
        "errors_given": points.error is not None,
        "mu_free": vars(found.free) | {"misfit": found.free.misfit},
        "stm": vars(found.stm) | {"misfit": found.stm.misfit},
        "delta_aic": found.delta_aic,
        "p_value": found.p_value,
    },
)
