"""Rule pulls: pulls of the numbers quoted for one (L, J0), from parts of its realizations and from synthetic samples."""

import numpy as np
import pandas as pd

from tlsglass.base import files
from tlsglass.density import dos, power_law
from tlsglass.paper import pulls
from tlsglass.physics import functionals, laws

files.log_to(snakemake.log[0])
fits, settings, checks = snakemake.params.fits, snakemake.params.observables, snakemake.params.pulls
groups, window_T = fits["jackknife_groups"], fits["eq3_window_T"]
omega, A = settings["omega_Hz"], settings["A_Hz_per_K3"]
exponents_K, velocity_K = settings["exponents_K"][0], settings["sound_velocity_K"][0]
densities = {counts.T_K: counts for counts in sorted(map(dos.Counts.load, snakemake.input.counts), key=lambda c: c.T_K)}
coldest, warm = min(densities), snakemake.params.warm_K
rng = np.random.default_rng(checks["seed"])


def between(found, low, high):
    """Return the temperatures of a window and their densities."""
    T = np.array(sorted(found))
    T = T[laws.select(T, low, high)]
    return T, [found[t] for t in T]


def alpha(found):
    T, inside = between(found, *exponents_K)
    return laws.exponent(T, np.transpose([functionals.specific_heat(c, groups) for c in inside]), *exponents_K)[0] - 1


def beta(found):
    T, inside = between(found, *exponents_K)
    kappa = np.transpose([functionals.thermal_conductivity(c, settings["least_counts"], groups)[0] for c in inside])
    return 2 - laws.exponent(T, kappa, *exponents_K)[0]


def velocity(found):
    T, inside = between(found, *velocity_K)
    return T, np.transpose([np.sum(functionals.sound_velocity(c, omega, A, groups)[:2], axis=0) for c in inside])


def slope_ratio(found):
    return laws.slopes(*velocity(found), settings["slope_below_K"][0], settings["slope_above_K"][0]).ratio


def mu_constant(found):
    return laws.constant_mu(*velocity(found), omega, A).mu


def eq3(found):
    return power_law.eq3_line(found[warm], window_T, groups)


estimators = {
    "B": lambda found: np.exp(eq3(found).intercept),
    "mu": lambda found: eq3(found).slope,
    "mu_zero_temperature": lambda found: (
        power_law.exponent_line(found[coldest], *fits["zero_temperature_windows_K"][0], groups).slope
    ),
    "E0_K": lambda found: power_law.gaussian_line(found[coldest], fits["gaussian_above_K"][0], groups).slope ** -0.5,
    "alpha": alpha,
    "beta": beta,
    "slope_ratio": slope_ratio,
    "mu_constant": mu_constant,
}
L, J0_K = densities[coldest].L, densities[coldest].J0_K
rows = []
for quantity, estimate in estimators.items():
    found = {"parts": pulls.of_parts(densities, estimate, checks["parts"]), "halves": [pulls.of_halves(densities, estimate)]}
    rows += [{"sample": s, "quantity": quantity, "L": L, "J0_K": J0_K, "pull": z} for s, many in found.items() for z in many]
    print(quantity, flush=True)

fit = power_law.fit_eq3(densities[warm], window_T, groups)
power = power_law.fit_exponent(densities[coldest], *fits["zero_temperature_windows_K"][0], groups)
limit = power_law.fit_gaussian(densities[coldest], fits["gaussian_above_K"][0], groups)
for quantity, counts, density, truth in (
    ("B", densities[warm], lambda E: fit.B * (warm**2 + E**2) ** (fit.mu / 2), fit.B),
    ("mu", densities[warm], lambda E: fit.B * (warm**2 + E**2) ** (fit.mu / 2), fit.mu),
    ("mu_zero_temperature", densities[coldest], lambda E: power.prefactor * E**power.mu, power.mu),
    ("E0_K", densities[coldest], lambda E: limit.prefactor * np.exp(-(E**2) / (2 * limit.E0_K**2)), limit.E0_K),
):
    for z in pulls.of_synthetic(counts, density, truth, estimators[quantity], checks["synthetic"], rng):
        rows.append({"sample": "synthetic", "quantity": quantity, "L": L, "J0_K": J0_K, "pull": z})
files.write_csv(snakemake.output.pulls, pd.DataFrame(rows))
