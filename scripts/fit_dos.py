"""Rule fit_dos: Eq. (3) at every rung of one (L, J0), the zero-temperature exponent, the Gaussian limit.

The first entry of each list of windows is quoted; the others, and other ways to fit, give the systematic error.
"""

import numpy as np
import pandas as pd

from tlsglass.base import files
from tlsglass.density import dos, power_law
from tlsglass.paper import systematics

files.log_to(snakemake.log[0])
settings = snakemake.params.fits
groups, window_T = settings["jackknife_groups"], settings["eq3_window_T"]
windows, above = settings["zero_temperature_windows_K"], settings["gaussian_above_K"]
BIN_K = 1.0  # of the bins of an unweighted fit
densities = {counts.T_K: counts for counts in map(dos.Counts.load, snakemake.input.counts)}
coldest = densities[min(snakemake.params.rungs_K)]
quenched = densities[min(densities)]
studied = []


def row(counts, **values):
    return {"L": counts.L, "J0_K": counts.J0_K, "T_K": counts.T_K} | values | {"n_realizations": counts.n_realizations}


def systematic(counts, quantity, quoted, alternatives):
    """Record the choices and return the systematic error that follows."""
    found = systematics.rows(quantity, quoted, alternatives)
    studied.extend({"L": counts.L, "J0_K": counts.J0_K, "T_K": counts.T_K} | line for line in found)
    return systematics.systematic(found)


def eq3(counts):
    fit = power_law.fit_eq3(counts, window_T, groups)
    line = power_law.eq3_line(counts, window_T, groups)
    wide = power_law.eq3_line(dos.coarsen_by(counts, 4), window_T, groups)
    B, mu = power_law.eq3_unweighted(counts, window_T, groups)
    wider, unweighted = "bins 4 times as wide", "unweighted least squares"
    B_sys = systematic(counts, "B", np.exp(line.intercept), {wider: np.exp(wide.intercept), unweighted: B})
    mu_sys = systematic(counts, "mu", line.slope, {wider: wide.slope, unweighted: mu})
    return row(counts, **fit._asdict(), B_sys=B_sys, mu_sys=mu_sys)


def zero_temperature(counts):
    quoted, *others = [power_law.exponent_line(counts, low, high, groups).slope for low, high in windows]
    names = [f"{low:g} < E < {high:g} K" for low, high in windows[1:]]
    mu_sys = systematic(counts, "mu_zero_temperature", quoted, dict(zip(names, others, strict=True)))
    return row(counts, **power_law.fit_exponent(counts, *windows[0], groups)._asdict(), mu_sys=mu_sys)


def gaussian(counts):
    quoted, *others = [power_law.gaussian_line(counts, low, groups).slope ** -0.5 for low in above]
    alternatives = dict(zip([f"E > {low:g} K" for low in above[1:]], others, strict=True))
    alternatives["rms of E"] = power_law.rms_energy(counts, groups)
    alternatives["unweighted least squares"] = power_law.gaussian_unweighted(counts, BIN_K, groups)
    fit = power_law.fit_gaussian(counts, above[0], groups)
    return row(counts, E_above_K=above[0], **fit._asdict(), E0_K_sys=systematic(counts, "E0_K", quoted, alternatives))


files.write_csv(snakemake.output.eq3, pd.DataFrame([eq3(densities[T]) for T in snakemake.params.rungs_K]))
files.write_csv(snakemake.output.exponents, pd.DataFrame([zero_temperature(coldest), zero_temperature(quenched)]))
files.write_csv(snakemake.output.gaussian, pd.DataFrame([gaussian(coldest)]))
files.write_csv(snakemake.output.choices, pd.DataFrame(studied))
