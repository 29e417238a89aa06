"""Rule report_texts: captions with the numbers of this run, for the report of Snakemake."""

import json
from pathlib import Path

from tlsglass.base import io
from tlsglass.report import prose

io.start_job(snakemake)
card = prose.read_card(snakemake.input.card, snakemake.input.paper)
folder = Path(snakemake.input.tables[0]).parent
provenance = json.loads(Path(snakemake.input.made).read_text(encoding="utf-8"))
names = {"made": prose.format_provenance(provenance), "config": provenance["config"]}
for template, output in zip(snakemake.input.templates, snakemake.output.captions, strict=True):
    io.write_text(output, prose.render_caption(Path(template).read_text(encoding="utf-8"), card, folder, **names))
