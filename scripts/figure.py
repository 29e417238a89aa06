"""Rules of the catalogue's figures: load the inputs by their kind, draw, save the picture and the numbers it shows."""

import importlib

from tlsglass.base import io
from tlsglass.report import load_inputs

io.start_job(snakemake)
draw = importlib.import_module(snakemake.params.module).draw
figure = draw(**load_inputs.load_inputs(snakemake.input.items()), **snakemake.params.settings)
figure.save(snakemake.output)
