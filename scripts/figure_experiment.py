"""Rule figure_of_experiments: Figs. 4-6. ``params.panels`` gives the number of datasets in each panel."""

import json
from pathlib import Path

import numpy as np

from tlsglass.base import files
from tlsglass.show import panels, style, tables

files.log_to(snakemake.log[0])
results = [
    (json.loads(Path(fit).read_text(encoding="utf-8")), tables.read(points), tables.read(curves))
    for fit, points, curves in zip(snakemake.input.fits, snakemake.input.points, snakemake.input.curves, strict=True)
]
count = snakemake.params.panels
figure = style.Figure(len(count), width="single" if len(count) == 1 else "double", height=2.6)
for panel, end, n in zip(figure.panels, np.cumsum(count), count, strict=True):
    panels.data_and_fits(panel, results[end - n : end])
    if len(count) > 1:
        panel.letter_at()
figure.save(snakemake.output)
