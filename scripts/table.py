"""Rules of the catalogue's tables to read: load the inputs by their kind, word the tables, write them as Markdown and HTML."""

from tlsglass.base import io
from tlsglass.report import load_inputs, tables, templating

io.start_job(snakemake)
outputs = zip(snakemake.output.markdown, snakemake.output.html, strict=True)
inputs = load_inputs.load_inputs_of_entries(snakemake.input.items())
for (name, settings), (markdown, html) in zip(snakemake.params.settings.items(), outputs, strict=True):
    table = getattr(tables, name)(**inputs[name], **settings)
    io.write_text(markdown, templating.to_markdown(table))
    io.write_text(html, templating.to_html(table, snakemake.input.template))
