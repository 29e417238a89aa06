"""Rule observables: κ, C and δv/v of one (L, J0) at every rung, and the laws they follow in temperature."""

import numpy as np
import pandas as pd

from tlsglass.base import files
from tlsglass.base import samples as statistics
from tlsglass.density import dos
from tlsglass.paper import systematics
from tlsglass.physics import functionals, laws

files.log_to(snakemake.log[0])
settings = snakemake.params.observables
groups = snakemake.params.groups
omega, A = settings["omega_Hz"], settings["A_Hz_per_K3"]
densities = sorted(map(dos.Counts.load, snakemake.input.counts), key=lambda counts: counts.T_K)
T = np.array([counts.T_K for counts in densities])

# sample sets (1 + g, t): a column per temperature
kappa, kappa_A1 = (
    np.transpose(x)
    for x in zip(*(functionals.thermal_conductivity(c, settings["least_counts"], groups) for c in densities), strict=True)
)
heat = np.transpose([functionals.specific_heat(c, groups) for c in densities])
resonant, relaxation = (
    np.transpose(x) for x in zip(*(functionals.sound_velocity(c, omega, A, groups) for c in densities), strict=True)
)
relaxation_A2 = np.transpose([functionals.relaxation_A2(c, omega, A, groups) for c in densities])
velocity = resonant + relaxation
velocity_A2 = resonant + relaxation_A2
exponents_K, velocity_K = settings["exponents_K"], settings["sound_velocity_K"]  # the first window of each is quoted
below_K, above_K = settings["slope_below_K"], settings["slope_above_K"]
inside = laws.select(T, *velocity_K[0])
reference = np.argmax(inside)  # δv/v is drawn and fitted relative to its value at the lowest temperature of the window
relative = velocity - velocity[:, [reference]]
relative_A2 = velocity_A2 - velocity[:, [reference]]

columns = {
    "kappa_eq5": kappa,
    "kappa_eqA1": kappa_A1,
    "specific_heat": heat,
    "dv_resonant": resonant,
    "dv_relaxation": relaxation,
    "dv_relaxation_eqA2": relaxation_A2,
    "dv_relative": relative,
    "dv_relative_eqA2": relative_A2,
}
table = {"L": densities[0].L, "J0_K": densities[0].J0_K, "T_K": T}
for name, samples in columns.items():
    table |= {name: samples[0], f"{name}_err": statistics.error(samples)}
files.write_csv(snakemake.output.observables, pd.DataFrame(table))

two_minus_beta, kappa_prefactor = laws.exponent(T, kappa, *exponents_K[0])
two_minus_beta_A1, _ = laws.exponent(T, kappa_A1, *exponents_K[0])
one_plus_alpha, heat_prefactor = laws.exponent(T, heat, *exponents_K[0])
slopes = laws.slopes(T[inside], velocity[:, inside], below_K[0], above_K[0])
constant = laws.constant_mu(T[inside], relative[:, inside], omega, A)
kappa_ratio = kappa_A1 / kappa
velocity_shift = (relative_A2 - relative)[:, inside]
quantities = {
    "alpha": one_plus_alpha - 1,
    "beta": 2 - two_minus_beta,
    "kappa_prefactor": kappa_prefactor,
    "specific_heat_prefactor": heat_prefactor,
    "slope_below": slopes.below,
    "slope_above": slopes.above,
    "slope_ratio": slopes.ratio,
    "maximum_K": slopes.maximum_K,
    "mu_constant": constant.mu,
    "mu_constant_amplitude": constant.amplitude,
    "mu_constant_offset": constant.offset,
    # Appendix A: how much reading n as n(Δ) changes the shape of the curves; a common factor or offset is not seen
    "beta_eqA1_minus_eq5": two_minus_beta - two_minus_beta_A1,
    "kappa_eqA1_spread": np.std(kappa_ratio, axis=1) / np.mean(kappa_ratio, axis=1),
    "dv_eqA2_spread": np.std(velocity_shift, axis=1) / np.ptp(relative[:, inside], axis=1),
}


def window(low, high):
    return f"{low:g} to {high:g} K"


def constant_mu(low, high):
    mask = laws.select(T, low, high)
    return laws.constant_mu(T[mask], relative[:, mask], omega, A).mu


def constant_mu_of_probe(omega, A):
    shift = np.transpose([np.sum(functionals.sound_velocity(c, omega, A, groups), axis=0) for c in densities])
    return laws.constant_mu(T[inside], shift[:, inside], omega, A).mu


alternatives = {
    "alpha": {window(*w): laws.exponent(T, heat, *w)[0] - 1 for w in exponents_K[1:]},
    "beta": {window(*w): 2 - laws.exponent(T, kappa, *w)[0] for w in exponents_K[1:]},
    "slope_ratio": {
        **{f"below: {window(*w)}": laws.slopes(T, velocity, w, above_K[0]).ratio for w in below_K[1:]},
        **{f"above: {window(*w)}": laws.slopes(T, velocity, below_K[0], w).ratio for w in above_K[1:]},
    },
    "mu_constant": {
        **{window(*w): constant_mu(*w) for w in velocity_K[1:]},
        **{f"ω = {w / 1e3:g} kHz, A = {a / 1e6:g} MHz/K³": constant_mu_of_probe(w, a) for w, a in settings["other_probes"]},
    },
}

head = {"L": densities[0].L, "J0_K": densities[0].J0_K}
rows, studied = [], []
for name, samples in quantities.items():
    found = systematics.rows(name, samples, alternatives.get(name, {}))
    systematic = systematics.systematic(found)
    values = {"value": samples[0], "value_err": statistics.error(samples), "value_sys": systematic}
    rows.append(head | {"quantity": name} | values | {"n_realizations": densities[0].n_realizations})
    if name in alternatives:
        studied.extend(head | {"T_K": np.nan} | row for row in found)
files.write_csv(snakemake.output.laws, pd.DataFrame(rows))
files.write_csv(snakemake.output.choices, pd.DataFrame(studied))
