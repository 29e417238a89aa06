"""Rules of the catalogue's figures: load the inputs, draw, save the pictures, also for narrow screens, and their numbers."""

import importlib
from types import SimpleNamespace

from tlsglass.base import io
from tlsglass.plotting import style
from tlsglass.report import load_inputs

io.start_job(snakemake)
params, output = snakemake.params, snakemake.output
inputs = load_inputs.load_inputs_of_entries(snakemake.input.items())
for k, (name, module) in enumerate(params.modules.items()):
    draw = importlib.import_module(module).draw
    arguments = inputs[name] | params.settings[name]
    figure = draw(**arguments)
    if not figure.is_narrow:
        with style.Figure.for_narrow_screens():
            narrow = draw(**arguments)
    else:
        narrow = figure
    narrow.save_svg(output.narrow[k])
    figure.save(SimpleNamespace(svg=output.svg[k], png=output.png[k], csv=output.csv[k]))
    narrow.close()
