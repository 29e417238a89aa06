"""Rules of the catalogue's tables to read: load the inputs by their kind, word the table, write it as Markdown and HTML."""

from tlsglass.base import io
from tlsglass.report import load_inputs, tables, templating

io.start_job(snakemake)
table = getattr(tables, snakemake.params.name)(**load_inputs.load(snakemake.input.items()), **snakemake.params.settings)
io.write_text(snakemake.output.markdown, templating.markdown(table))
io.write_text(snakemake.output.html, templating.html(table, snakemake.input.template))
