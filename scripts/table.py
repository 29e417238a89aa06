"""Rules of the catalogue's tables to read: load the inputs by their kind, word the table, write it as Markdown and HTML."""

from tlsglass.base import io
from tlsglass.report import load_inputs, tables, templating

io.start_job(snakemake)
table = getattr(tables, snakemake.params.name)(**load_inputs.load_inputs(snakemake.input.items()), **snakemake.params.settings)
io.write_text(snakemake.output.markdown, templating.to_markdown(table))
io.write_text(snakemake.output.html, templating.to_html(table, snakemake.input.template))
