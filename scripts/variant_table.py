"""Rule variant_table: differences of the quoted numbers with one changed choice of model or protocol, as pairs."""

import itertools

import pandas as pd

from tlsglass.analysis import quantity_tables
from tlsglass.analysis.quantity import Settings
from tlsglass.base import io
from tlsglass.dos.density_of_states import DensityOfStates
from tlsglass.dos.temperature_series import TemperatureSeries

io.start_job(snakemake)
settings = Settings(**snakemake.params.settings)
groups = settings.fits["jackknife_groups"]  # a variant is read as it was simulated: without groups
rows = []
pairs = zip(snakemake.input.variants, snakemake.input.published, strict=True)
for name, variant in snakemake.params.variants.items():
    changed, published = zip(*itertools.islice(pairs, snakemake.params.temperatures), strict=True)
    changed = TemperatureSeries(DensityOfStates.load(path, groups).rescale(1 / variant.get("scale", 1.0)) for path in changed)
    published = TemperatureSeries(map(DensityOfStates.load, published)).between(0, changed.n_realizations)
    rows += quantity_tables.variant_rows(name, changed, published, settings)
io.write_csv(snakemake.output.table, pd.DataFrame(rows, columns=quantity_tables.VARIANTS))
