"""Rule fit_joint: fit a dataset and its partners together; each alone beside it, and what fits without a sweep say of it."""

from pathlib import Path

from tlsglass.base import io, validation
from tlsglass.fitting import joint_result

io.start_job(snakemake)
found = joint_result.fit_joint(
    *joint_result.load_partners(Path(snakemake.input.info).parent, validation.read_yaml(snakemake.input.schema))
)
io.write_csv(snakemake.output.points, found.points)
io.write_csv(snakemake.output.curves, found.curves)
io.write_csv(snakemake.output.parameters, found.parameters)
io.write_csv(snakemake.output.left_out, found.left_out)
io.write_csv(snakemake.output.powers, found.powers)
io.write_json(snakemake.output.fit, found.fit)
