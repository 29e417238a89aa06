"""Rule readme: the README and the pages in docs, from their templates and the published outcome."""

from pathlib import Path

from tlsglass.base import io
from tlsglass.report import docs_pages

io.start_job(snakemake)
root = Path(snakemake.input.manifest).parents[2]
for template, page in zip(snakemake.input.templates, snakemake.output, strict=True):
    io.write_text(page, docs_pages.render_page(template, root, snakemake.params.L))
