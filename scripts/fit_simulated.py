"""Rule fit_simulated: one dataset with the simulated n(T, E) of one set, beside Eq. (3) and the STM on the same points."""

from dataclasses import replace
from pathlib import Path

from tlsglass.base import files, validation
from tlsglass.density.counts import Counts
from tlsglass.experiment import datasets, fits, inference

files.log_to(snakemake.log[0])
dataset = datasets.load(Path(snakemake.input.info).parent, validation.read_yaml(snakemake.input.schema))
densities = list(map(Counts.load, snakemake.input.counts))
eq3, simulation = inference.on_simulation(dataset, densities, snakemake.params.least_counts)
eq3 = fits.with_temperature_errors(eq3)
simulation = replace(simulation, points=eq3.points)
found, fit = fits.compare(eq3), fits.fit(simulation)
files.write_json(
    snakemake.output.fit,
    {
        "dataset": dataset.name,
        "set": snakemake.wildcards.set,
        "provenance": dataset.info["provenance"],
        "fitted_K": [float(eq3.points.T_K[0]), float(eq3.points.T_K[-1])],
        "n_points": len(eq3.points.T_K),
        "simulated": vars(fit) | {"misfit": fit.misfit},
        "mu_free": vars(found.free) | {"misfit": found.free.misfit},
        "stm": vars(found.stm) | {"misfit": found.stm.misfit},
        "delta_aic": found.stm.aic - fit.aic,
    },
)
