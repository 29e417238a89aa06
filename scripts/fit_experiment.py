"""Rule fit_experiment: fit one dataset with µ free, with µ = 0 (STM) and on the atlas; parameters, curves, windows, words."""

from pathlib import Path

from tlsglass.base import files, validation
from tlsglass.experiment import measured, outcome
from tlsglass.show import fitting

files.log_to(snakemake.log[0], snakemake.config["rebuild"])
dataset = measured.load(Path(snakemake.input.info).parent, validation.read_yaml(snakemake.input.schema))
fitting.Report(outcome.of(dataset)).write_tables(snakemake.output)
