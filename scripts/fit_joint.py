"""Rule fit_joint: fit a dataset and its partners together; each alone beside it, and what fits without a sweep say of it."""

from pathlib import Path

from tlsglass.base import files, validation
from tlsglass.experiment import joint, together

files.log_to(snakemake.log[0], snakemake.config["rebuild"])
found = together.fit(*joint.load(Path(snakemake.input.info).parent, validation.read_yaml(snakemake.input.schema)))
files.write_csv(snakemake.output.points, found.points)
files.write_csv(snakemake.output.curves, found.curves)
files.write_csv(snakemake.output.parameters, found.parameters)
files.write_csv(snakemake.output.left_out, found.left_out)
files.write_csv(snakemake.output.powers, found.powers)
files.write_json(snakemake.output.fit, found.fit)
