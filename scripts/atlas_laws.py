"""Rule atlas_laws: dependence of µ, B, exponents, slopes and the gap of n on J0/h0."""

from tlsglass.analysis import atlas_laws
from tlsglass.atlas.annealing_excess import AnnealingExcess
from tlsglass.atlas.table import Atlas
from tlsglass.base import io

io.start_job(snakemake)
params, output = snakemake.params, snakemake.output
settings, window_J0 = params.atlas, params.window_J0
atlas = Atlas.load(snakemake.input.atlas, AnnealingExcess.load(snakemake.input.excess))
io.write_csv(output.couplings, atlas_laws.laws_from_counts(atlas, settings["gaussian_bin_K"], window_J0))
curves = atlas_laws.laws_from_spline(atlas, params.observables, settings["plotted_T_over_h0"], window_J0)
io.write_csv(output.curves, curves, digits=6)
io.write_csv(output.collapse, atlas_laws.collapse(atlas, settings["plotted_J0_over_h0"], window_J0), digits=6)
