"""Rules of the catalogue's tables to read: load the inputs by their kind, word the table, write it as Markdown and HTML."""

from tlsglass.base import files
from tlsglass.show import inputs, listings, templates

files.log_to(snakemake.log[0], snakemake.config["rebuild"])
table = getattr(listings, snakemake.params.name)(**inputs.load(snakemake.input.items()), **snakemake.params.settings)
files.write_text(snakemake.output.markdown, templates.markdown(table))
files.write_text(snakemake.output.html, templates.html(table, snakemake.input.template))
