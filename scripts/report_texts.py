"""Rule report_texts: captions with the numbers of this run, for Snakemake's report."""

import json
from pathlib import Path

from tlsglass.base import files
from tlsglass.show import captions

files.log_to(snakemake.log[0], snakemake.config["rebuild"])
card = captions.read_card(snakemake.input.card, snakemake.input.paper)
folder = Path(snakemake.input.tables[0]).parent
made = captions.made_by(json.loads(Path(snakemake.input.made).read_text(encoding="utf-8")))
for template, output in zip(snakemake.input.templates, snakemake.output.captions, strict=True):
    files.write_text(output, captions.render(Path(template).read_text(encoding="utf-8"), card, folder, made=made))
