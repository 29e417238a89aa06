"""Rule fit_simulated: one dataset with the simulated n(T, E) of one set, beside Eq. (3) and the STM on the same points."""

from pathlib import Path

from tlsglass.base import files, validation
from tlsglass.density.counts import Counts
from tlsglass.experiment import measured, outcome

files.log_to(snakemake.log[0], snakemake.config["rebuild"])
dataset = measured.load(Path(snakemake.input.info).parent, validation.read_yaml(snakemake.input.schema))
densities = list(map(Counts.load, snakemake.input.counts))
found = outcome.on_simulation(dataset, densities, snakemake.params.least_counts)
files.write_json(snakemake.output.fit, {"dataset": dataset.name, "set": snakemake.wildcards.set} | found)
