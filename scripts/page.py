"""Rule page: the study on one page, from the published outcome."""

from pathlib import Path

from tlsglass.base import files, validation
from tlsglass.show import page

files.log_to(snakemake.log[0], snakemake.config["rebuild"])
given = snakemake.input
text = page.render(
    Path(given.manifest).parent,
    validation.read_yaml(given.config),
    given.paper,
    given.datasets,
    Path(given.template).parent,
    Path(given.captions[0]).parent,
)
files.write_text(snakemake.output.page, text)
