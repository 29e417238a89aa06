"""Rule results_note: what is new, as a PDF, from its template and the published outcome."""

import tempfile
from pathlib import Path

import typst

from tlsglass.base import escape, io
from tlsglass.report import docs_pages

io.start_job(snakemake)
root = Path(snakemake.input.manifest).parents[2]
text = docs_pages.render_page(snakemake.input.template, root, snakemake.params.L, escape.to_typst)
with tempfile.TemporaryDirectory() as folder:
    source = Path(folder, "results_note.typ")
    source.write_text(text, encoding="utf-8")
    for figure in snakemake.input.figures:
        Path(folder, Path(figure).name).write_bytes(Path(figure).read_bytes())
    pdf = typst.compile(source)
with io.atomic_write(snakemake.output.pdf) as temporary:
    Path(temporary).write_bytes(pdf)
