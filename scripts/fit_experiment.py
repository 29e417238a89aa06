"""Rule fit_experiment: fit one dataset with µ free and with µ = 0 (STM); parameters, curves, µ against the window."""

from pathlib import Path

from tlsglass.base import files, validation
from tlsglass.experiment import measured, outcome, windows

files.log_to(snakemake.log[0], snakemake.config["rebuild"])
dataset = measured.load(Path(snakemake.input.info).parent, validation.read_yaml(snakemake.input.schema))
fit, points, curves = outcome.with_eq3(dataset)
files.write_csv(snakemake.output.curves, curves)
files.write_csv(snakemake.output.points, points)
files.write_csv(snakemake.output.windows, windows.scan(dataset))
files.write_json(snakemake.output.fit, fit)
