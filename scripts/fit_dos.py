"""Rule fit_dos: Eq. (3) at every rung of one (L, J0), the zero-temperature exponent, the Gaussian limit."""

import pandas as pd

from tlsglass import dos, files, power_law

files.log_to(snakemake.log[0])
settings = snakemake.params.fits
groups = settings["jackknife_groups"]
densities = {counts.T_K: counts for counts in map(dos.Counts.load, snakemake.input.counts)}
coldest = densities[min(snakemake.params.rungs_K)]
quenched = densities[min(densities)]


def row(counts, **values):
    return {"L": counts.L, "J0_K": counts.J0_K, "T_K": counts.T_K} | values | {"n_realizations": counts.n_realizations}


eq3 = [
    row(densities[T], **power_law.fit_eq3(densities[T], settings["eq3_window_T"], groups)._asdict())
    for T in snakemake.params.rungs_K
]
exponents = [
    row(counts, window=index, **power_law.fit_exponent(counts, low, high, groups)._asdict())
    for counts in (coldest, quenched)
    for index, (low, high) in enumerate(settings["zero_temperature_windows_K"])
]
gaussian = [
    row(coldest, E_above_K=low, **power_law.fit_gaussian(coldest, low, groups)._asdict())
    for low in settings["gaussian_above_K"]
]
rms, rms_err = power_law.rms_energy(coldest, groups)
gaussian = [line | {"rms_E_K": rms, "rms_E_err_K": rms_err} for line in gaussian]

files.write_csv(snakemake.output.eq3, pd.DataFrame(eq3))
files.write_csv(snakemake.output.exponents, pd.DataFrame(exponents))
files.write_csv(snakemake.output.gaussian, pd.DataFrame(gaussian))
