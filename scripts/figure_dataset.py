"""Rules figure_dataset and figure_of_measurement: one dataset, its fits, µ against the window, the parameter tied to µ."""

import json
from pathlib import Path

from tlsglass.base import files
from tlsglass.show import panels, style, tables

files.log_to(snakemake.log[0])
fit = json.loads(Path(snakemake.input.fit).read_text(encoding="utf-8"))
windows = tables.read(snakemake.input.windows)
correlated = bool(fit["mu_free"]["correlations"].get("mu")) and None not in fit["mu_free"]["intervals"]["mu"]
figure = style.Figure(1 + (len(windows) > 0) + correlated, width="double", height=2.3)
remaining = iter(figure.panels)
panels.data_and_fits(
    next(remaining), [(fit, tables.read(snakemake.input.points), tables.read(snakemake.input.curves))], alone=True
)
if len(windows):
    panels.window_scan(next(remaining), fit, windows)
if correlated:
    panels.correlated(next(remaining), fit)
for panel in figure.panels:
    panel.letter_at()
figure.save(snakemake.output)
