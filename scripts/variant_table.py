"""Rule variant_table: how far one changed choice of model or protocol moves the quoted numbers, realization by realization."""

import itertools

import pandas as pd

from tlsglass.base import files
from tlsglass.density.counts import Counts
from tlsglass.density.densities import Densities
from tlsglass.paper import quoted
from tlsglass.paper.quantity import Settings

files.log_to(snakemake.log[0], snakemake.config["rebuild"])
settings = Settings(**snakemake.params.settings)
groups = settings.fits["jackknife_groups"]  # a variant is read as it was simulated: without groups
rows = []
pairs = zip(snakemake.input.variants, snakemake.input.published, strict=True)
for name, variant in snakemake.params.variants.items():
    changed, published = zip(*itertools.islice(pairs, snakemake.params.temperatures), strict=True)
    changed = Densities(Counts.load(path, groups).rescale(1 / variant.get("scale", 1.0)) for path in changed)
    published = Densities(map(Counts.load, published)).between(0, changed.n_realizations)
    rows += quoted.of_variant(name, changed, published, settings)
files.write_csv(snakemake.output.table, pd.DataFrame(rows, columns=quoted.VARIANTS))
