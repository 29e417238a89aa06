"""Rule readme: the README, from its template and the published outcome."""

from pathlib import Path

from tlsglass.base import files
from tlsglass.show import readme

files.log_to(snakemake.log[0], snakemake.config["rebuild"])
given = snakemake.input
files.write_text(
    snakemake.output.readme, readme.render(given.template, Path(given.manifest).parent, given.paper, snakemake.params.L)
)
