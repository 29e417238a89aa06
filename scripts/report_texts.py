"""Rule report_texts: captions with the numbers of this run, and tables as HTML, for Snakemake's report."""

from pathlib import Path

from tlsglass.base import files
from tlsglass.show import captions, page

files.log_to(snakemake.log[0])
card = captions.read_card(snakemake.input.card, snakemake.input.paper)
texts = {}
for template, output in zip(snakemake.input.templates, snakemake.output.captions, strict=True):
    texts[Path(output).stem] = captions.render(Path(template).read_text(encoding="utf-8"), card)
    files.write_text(output, texts[Path(output).stem])
files.write_text(snakemake.output.by_wildcard, captions.by_wildcard(texts))
found = {Path(path).stem: page.read_markdown(path) for path in snakemake.input.tables} | {
    "scorecard": page.scorecard_table(card)
}
for output in snakemake.output.tables:
    files.write_text(output, page.render_table(found[Path(output).stem], snakemake.input.table))
