"""Rule observables: κ, C and δv/v of one (L, J0) at every rung, and the laws they follow in temperature."""

import numpy as np
import pandas as pd

from tlsglass import dos, files, observables, statistics
from tlsglass import temperature_dependence as laws

files.log_to(snakemake.log[0])
settings = snakemake.params.observables
groups = snakemake.params.groups
omega, A = settings["omega_Hz"], settings["A_Hz_per_K3"]
densities = sorted(map(dos.Counts.load, snakemake.input.counts), key=lambda counts: counts.T_K)
T = np.array([counts.T_K for counts in densities])

# sample sets (1 + g, t): a column per temperature
kappa, kappa_A1 = (
    np.transpose(x)
    for x in zip(*(observables.thermal_conductivity(c, settings["least_counts"], groups) for c in densities), strict=True)
)
heat = np.transpose([observables.specific_heat(c, groups) for c in densities])
resonant, relaxation, relaxation_A2 = (
    np.transpose(x) for x in zip(*(observables.sound_velocity(c, omega, A, groups) for c in densities), strict=True)
)
velocity = resonant + relaxation
velocity_A2 = resonant + relaxation_A2
inside = laws.select(T, *settings["sound_velocity_K"])
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

two_minus_beta, kappa_prefactor = laws.exponent(T, kappa, *settings["exponents_K"])
two_minus_beta_A1, _ = laws.exponent(T, kappa_A1, *settings["exponents_K"])
one_plus_alpha, heat_prefactor = laws.exponent(T, heat, *settings["exponents_K"])
slopes = laws.slopes(T[inside], velocity[:, inside], settings["slope_below_K"], settings["slope_above_K"])
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
rows = [
    {
        "L": densities[0].L,
        "J0_K": densities[0].J0_K,
        "quantity": name,
        "value": samples[0],
        "value_err": statistics.error(samples),
    }
    for name, samples in quantities.items()
]
files.write_csv(snakemake.output.laws, pd.DataFrame(rows))
