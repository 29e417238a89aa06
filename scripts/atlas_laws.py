"""Rule atlas_laws: how µ, B, exponents, slopes and the gap of n depend on J0/h0."""

from tlsglass.analysis import atlas_laws
from tlsglass.atlas.annealing_excess import AnnealingExcess
from tlsglass.atlas.table import Atlas
from tlsglass.base import io

io.start_job(snakemake)
atlas, given = Atlas.load(snakemake.input.atlas, AnnealingExcess.load(snakemake.input.excess)), snakemake.params.atlas
io.write_csv(snakemake.output.couplings, atlas_laws.laws_from_counts(atlas, given["gaussian_bin_K"]))
curves = atlas_laws.laws_from_spline(atlas, snakemake.params.observables, given["plotted_T_over_h0"])
io.write_csv(snakemake.output.curves, curves)
io.write_csv(snakemake.output.collapse, atlas_laws.collapse(atlas, given["plotted_J0_over_h0"]))
