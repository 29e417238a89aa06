"""Rule atlas_laws: how µ, B, exponents, slopes and the gap of n depend on J0/h0."""

from tlsglass.base import files
from tlsglass.density.annealing import Excess
from tlsglass.density.atlas import Atlas
from tlsglass.paper import atlas_laws

files.log_to(snakemake.log[0], snakemake.config["rebuild"])
atlas, given = Atlas.load(snakemake.input.atlas, Excess.load(snakemake.input.excess)), snakemake.params.atlas
files.write_csv(snakemake.output.couplings, atlas_laws.of_counts(atlas, given["gaussian_bin_K"]))
curves = atlas_laws.of_surface(atlas, snakemake.params.observables, given["shown_T_over_h0"])
files.write_csv(snakemake.output.curves, curves)
files.write_csv(snakemake.output.collapse, atlas_laws.collapse(atlas, given["shown_J0_over_h0"]))
