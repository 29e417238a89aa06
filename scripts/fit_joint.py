"""Rule fit_joint: fit a dataset and its partners together and separately, and predict each sweep from all others."""

from pathlib import Path

from tlsglass.base import io, validation
from tlsglass.fitting import joint_result

io.start_job(snakemake)
dataset, partners = joint_result.load_partners(Path(snakemake.input.info).parent, validation.read_yaml(snakemake.input.schema))
for name, content in joint_result.fit_joint(dataset, partners)._asdict().items():
    write = io.write_json if name == "fit" else io.write_csv
    write(snakemake.output[name], content)
