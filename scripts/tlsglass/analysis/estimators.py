"""How the quoted quantities are estimated: from one density, or from the densities of a set at all rungs.

``s`` is the section ``observables`` of the configuration, a window is (low, high) in kelvin.
"""

from functools import lru_cache
from typing import NamedTuple

import numpy as np

from tlsglass.base import jackknife
from tlsglass.dos.fits import fit_eq3, fit_exponent, fit_gaussian
from tlsglass.physics import functionals, temperature_fits

# ---- curves: Samples (t,), a value for each rung; computed once for the quantities that share them -------------------


@lru_cache(maxsize=128)
def curve(densities, functional, *arguments):
    """Return ``functional(counts, *arguments)`` at every rung, Samples (t,)."""
    return jackknife.stack(functional(counts, *arguments) for counts in densities.rungs)


def heat(densities):
    """C(T) of Eq. (6)."""
    return curve(densities, functionals.specific_heat)


def kappa(densities, s):
    """κ(T) of Eq. (5)."""
    return curve(densities, functionals.thermal_conductivity, s["least_counts"])


def kappa_A1(densities, s):
    """κ(T) of Eq. (A1)."""
    return curve(densities, functionals.thermal_conductivity_A1, s["least_counts"])


def velocity(densities, T0_K):
    """δv/v of Eqs. (7) + (8) with the crossover temperature T0 = (ω/A)^(1/3), the only way in which ω and A count."""
    return curve(densities, functionals.resonant) + curve(densities, functionals.relaxation, T0_K**3, 1.0)


def relative(densities, s, of=None, crossover="matched_to_fig_3"):
    """δv/v, or another curve ``of``, relative to δv/v at the coldest temperature of the quoted window: as it is drawn."""
    shift = velocity(densities, s["crossover_K"][crossover]) if of is None else of
    return shift - reference(densities, s, crossover)


def reference(densities, s, crossover="matched_to_fig_3"):
    """δv/v at the coldest temperature of the quoted window, Samples ()."""
    coldest = np.argmax(temperature_fits.select_window(densities.T_K, *s["sound_velocity_windows_K"][0]))
    return velocity(densities, s["crossover_K"][crossover])[coldest]


def relative_A2(densities, s):
    """``relative`` with n read as n(Δ): Eq. (A2) in the place of Eq. (8), relative to the same value."""
    return relative(densities, s, curve(densities, functionals.resonant) + _relaxation(densities, s, functionals.relaxation_A2))


def _relaxation(densities, s, functional):
    """A functional of relaxing TLSs with the T0 that matches the paper."""
    return curve(densities, functional, s["crossover_K"]["matched_to_fig_3"] ** 3, 1.0)


def curves(densities, s):
    """Return every curve that the figures draw, {name: Samples (t,)}."""
    return {
        "kappa_eq5": kappa(densities, s),
        "kappa_eqA1": kappa_A1(densities, s),
        "specific_heat": heat(densities),
        "alpha_local": local_alpha(densities),
        "beta_local": local_beta(densities, s),
        "dv_resonant": curve(densities, functionals.resonant),
        "dv_relaxation": _relaxation(densities, s, functionals.relaxation),
        "dv_relaxation_eqA2": _relaxation(densities, s, functionals.relaxation_A2),
        "internal_friction": _relaxation(densities, s, functionals.internal_friction),
        "dv_relative": relative(densities, s),
        "dv_relative_eqA2": relative_A2(densities, s),
        "dv_relative_5a": relative(densities, s, crossover="fig5a"),
    }


# ---- laws in temperature ---------------------------------------------------------------------------------------------


def heat_law(densities, s, window=None):
    """C ∝ T^(1+α) on a window, the quoted one by default."""
    return temperature_fits.fit_power_law(densities.T_K, heat(densities), *(window or s["exponent_windows_K"][0]))


def kappa_law(densities, s, window=None):
    """κ ∝ T^(2-β) on a window, the quoted one by default."""
    return temperature_fits.fit_power_law(densities.T_K, kappa(densities, s), *(window or s["exponent_windows_K"][0]))


def alpha(densities, s, window=None):
    """α of C ∝ T^(1+α)."""
    return heat_law(densities, s, window).power - 1


def beta(densities, s, window=None):
    """β of κ ∝ T^(2-β)."""
    return 2 - kappa_law(densities, s, window).power


def local_alpha(densities):
    """α of C ∝ T^(1+α) at every rung."""
    return temperature_fits.local_exponents(densities.T_K, heat(densities)) - 1


def local_beta(densities, s):
    """β of κ ∝ T^(2-β) at every rung."""
    return 2 - temperature_fits.local_exponents(densities.T_K, kappa(densities, s))


class Local(NamedTuple):
    """How well a power law holds on the quoted window, and the least and the largest local value there of what it fixes."""

    goodness: temperature_fits.Goodness
    low: float
    high: float


def _local(densities, s, observed, values):
    inside = temperature_fits.select_window(densities.T_K, *s["exponent_windows_K"][0])
    values = values.value[inside]
    return Local(
        temperature_fits.goodness_of_line(np.log(densities.T_K[inside]), np.log(observed[inside])), values.min(), values.max()
    )


def alpha_law(densities, s):
    """How well C ∝ T^(1+α) holds, with the local α."""
    return _local(densities, s, heat(densities), local_alpha(densities))


def beta_law(densities, s):
    """How well κ ∝ T^(2-β) holds, with the local β."""
    return _local(densities, s, kappa(densities, s), local_beta(densities, s))


def heat_prefactor_law(densities, s):
    """How well C ∝ T^(1+α) holds, with C/T^(1+α)."""
    return _local(densities, s, heat(densities), heat(densities) / densities.T_K ** heat_law(densities, s).power.value)


def kappa_prefactor_law(densities, s):
    """How well κ ∝ T^(2-β) holds, with κ/T^(2-β)."""
    return _local(densities, s, kappa(densities, s), kappa(densities, s) / densities.T_K ** kappa_law(densities, s).power.value)


def generalised_alpha(densities, s):
    """α on the quoted window, with the covariance of the temperatures."""
    return _generalised(densities, s, heat(densities)) - 1


def generalised_beta(densities, s):
    """β on the quoted window, with the covariance of the temperatures."""
    return 2 - _generalised(densities, s, kappa(densities, s))


def _generalised(densities, s, observed):
    inside = temperature_fits.select_window(densities.T_K, *s["exponent_windows_K"][0])
    return temperature_fits.generalized_slope(np.log(densities.T_K[inside]), np.log(observed[inside]))


def slopes(densities, s, T0_K, below=None, above=None, window=None):
    """Logarithmic slopes of δv/v, and its maximum, on ``window``, the quoted one by default.

    They are fitted below ``below`` T0 and above ``above`` T0, factors, the quoted ones by default: the windows of the slopes
    follow the maximum, and end where the window does.
    """
    low, high = window or s["sound_velocity_windows_K"][0]
    below, above = below or s["slope_below_T0"][0], above or s["slope_above_T0"][0]
    inside = temperature_fits.select_window(densities.T_K, low, high)
    shift = velocity(densities, T0_K)[inside]
    return temperature_fits.logarithmic_slopes(densities.T_K[inside], shift, (low, below * T0_K), (above * T0_K, high))


@lru_cache(maxsize=128)
def _constant_mu(densities, T0_K, low_K, high_K):
    inside = temperature_fits.select_window(densities.T_K, low_K, high_K)
    return temperature_fits.fit_constant_mu(densities.T_K[inside], velocity(densities, T0_K)[inside], T0_K)


def constant_mu(densities, s, T0_K, window=None):
    """The constant-µ fit of Fig. 3 on a window, the quoted one by default."""
    return _constant_mu(densities, T0_K, *(window or s["sound_velocity_windows_K"][0]))


def constant_mu_offset(densities, s, crossover):
    """The offset of the constant-µ fit on the quoted window, of δv/v as it is drawn."""
    return constant_mu(densities, s, s["crossover_K"][crossover]).offset - reference(densities, s, crossover)


# ---- Appendix A: how much reading n as n(Δ) changes the shape of the curves; a common factor or offset is not seen ---


def kappa_A1_exponent(densities, s):
    """β with Eq. (A1) minus β with Eq. (5)."""
    changed = temperature_fits.fit_power_law(densities.T_K, kappa_A1(densities, s), *s["exponent_windows_K"][0])
    return kappa_law(densities, s).power - changed.power


def kappa_A1_spread(densities, s, window=None):
    """Relative spread of κ by Eq. (A1) over κ by Eq. (5) on the temperatures of a power law, the quoted ones by default."""
    inside = temperature_fits.select_window(densities.T_K, *(window or s["exponent_windows_K"][0]))
    ratio = (kappa_A1(densities, s) / kappa(densities, s))[inside]
    return ratio.reduce(np.std) / ratio.reduce(np.mean)


def velocity_A2_spread(densities, s):
    """Spread over temperature of what Eq. (A2) changes of δv/v, in units of the span of δv/v."""
    inside = temperature_fits.select_window(densities.T_K, *s["sound_velocity_windows_K"][0])
    shift, change = relative(densities, s), relative_A2(densities, s) - relative(densities, s)
    return change[inside].reduce(np.std) / shift[inside].reduce(np.ptp)


# ---- fits of one density ---------------------------------------------------------------------------------------------


def eq3(counts, fits):
    """The quoted fit of Eq. (3); ``fits`` is that section of the configuration."""
    return fit_eq3(counts, fits["eq3_window_T"])


def exponent(counts, fits):
    """The quoted fit of n ∝ E^µ."""
    return fit_exponent(counts, *fits["zero_temperature_windows_K"][0])


def gaussian(counts, fits):
    """The quoted fit of a Gaussian n(E)."""
    return fit_gaussian(counts, fits["gaussian_above_J0"][0] * counts.J0_K, fits["gaussian_bins_K"][0])
