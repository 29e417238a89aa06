"""Rule readme: the README, docs/reproduction.md and docs/atlas.md, from their templates and the published outcome."""

from pathlib import Path

from tlsglass.base import files
from tlsglass.show import readme

files.log_to(snakemake.log[0], snakemake.config["rebuild"])
given = snakemake.input
published = Path(given.manifest).parent
for template, page in zip(given.templates, snakemake.output, strict=True):
    files.write_text(page, readme.render(template, published, given.paper, given.before, snakemake.params.L))
