"""Rules of the catalogue's figures: load the inputs, draw, save the picture, also for narrow screens, and its numbers."""

import importlib

from tlsglass.base import io
from tlsglass.plotting import style
from tlsglass.report import load_inputs

io.start_job(snakemake)
draw = importlib.import_module(snakemake.params.module).draw
inputs = load_inputs.load_inputs(snakemake.input.items()) | snakemake.params.settings
figure = draw(**inputs)
if not figure.is_narrow:
    with style.Figure.for_narrow_screens():
        narrow = draw(**inputs)
else:
    narrow = figure
narrow.save_svg(snakemake.output.narrow)
figure.save(snakemake.output)
