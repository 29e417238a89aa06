"""Rule readme: the README and the pages in docs, from their templates and the published outcome."""

from pathlib import Path

from tlsglass.base import files
from tlsglass.show import readme

files.log_to(snakemake.log[0], snakemake.config["rebuild"])
root = Path(snakemake.input.manifest).parents[2]
for template, page in zip(snakemake.input.templates, snakemake.output, strict=True):
    files.write_text(page, readme.render(template, root, snakemake.params.L))
