"""How the quoted quantities are estimated: from one density, or from the densities of a set at all rungs.

``s`` is the section ``observables`` of the configuration, a window is (low, high) in kelvin.
"""

from functools import lru_cache

import numpy as np

from tlsglass.base import samples
from tlsglass.density import power_law
from tlsglass.physics import functionals, laws

# ---- curves: Samples (t,), a value for each rung; computed once for the quantities that share them -------------------


@lru_cache(maxsize=128)
def curve(densities, functional, *arguments):
    """Return ``functional(counts, *arguments)`` at every rung, Samples (t,)."""
    return samples.stack(functional(counts, *arguments) for counts in densities.rungs)


def heat(densities):
    """C(T) of Eq. (6)."""
    return curve(densities, functionals.specific_heat)


def kappa(densities, s):
    """κ(T) of Eq. (5)."""
    return curve(densities, functionals.thermal_conductivity, s["least_counts"])


def kappa_A1(densities, s):
    """κ(T) of Eq. (A1)."""
    return curve(densities, functionals.thermal_conductivity_A1, s["least_counts"])


def velocity(densities, omega, A):
    """δv/v of Eqs. (7) + (8)."""
    return curve(densities, functionals.resonant) + curve(densities, functionals.relaxation, omega, A)


def relative(densities, s, of=None):
    """δv/v, or another curve ``of``, relative to δv/v at the coldest temperature of the quoted window: as it is drawn."""
    return (velocity(densities, *probe(s)) if of is None else of) - reference(densities, s)


def reference(densities, s):
    """δv/v at the coldest temperature of the quoted window, Samples ()."""
    coldest = np.argmax(laws.select(densities.T_K, *s["sound_velocity_K"][0]))
    return velocity(densities, *probe(s))[coldest]


def relative_A2(densities, s):
    """``relative`` with n read as n(Δ): Eq. (A2) in the place of Eq. (8), relative to the same value."""
    shift = curve(densities, functionals.resonant) + curve(densities, functionals.relaxation_A2, *probe(s))
    return relative(densities, s, shift)


def probe(s):
    """ω and A of Eq. (8)."""
    return s["omega_Hz"], s["A_Hz_per_K3"]


def curves(densities, s):
    """Return every curve that the figures draw, {name: Samples (t,)}."""
    return {
        "kappa_eq5": kappa(densities, s),
        "kappa_eqA1": kappa_A1(densities, s),
        "specific_heat": heat(densities),
        "dv_resonant": curve(densities, functionals.resonant),
        "dv_relaxation": curve(densities, functionals.relaxation, *probe(s)),
        "dv_relaxation_eqA2": curve(densities, functionals.relaxation_A2, *probe(s)),
        "internal_friction": curve(densities, functionals.internal_friction, *probe(s)),
        "dv_relative": relative(densities, s),
        "dv_relative_eqA2": relative_A2(densities, s),
    }


# ---- laws in temperature ---------------------------------------------------------------------------------------------


def heat_law(densities, s, window=None):
    """C ∝ T^(1+α) on a window, the quoted one by default."""
    return laws.exponent(densities.T_K, heat(densities), *(window or s["exponents_K"][0]))


def kappa_law(densities, s, window=None):
    """κ ∝ T^(2-β) on a window, the quoted one by default."""
    return laws.exponent(densities.T_K, kappa(densities, s), *(window or s["exponents_K"][0]))


def alpha(densities, s, window=None):
    """α of C ∝ T^(1+α)."""
    return heat_law(densities, s, window).power - 1


def beta(densities, s, window=None):
    """β of κ ∝ T^(2-β)."""
    return 2 - kappa_law(densities, s, window).power


def slopes(densities, s, below=None, above=None):
    """Logarithmic slopes of δv/v on two windows, the quoted ones by default, and its maximum."""
    inside = laws.select(densities.T_K, *s["sound_velocity_K"][0])
    shift = velocity(densities, *probe(s))[inside]
    return laws.slopes(densities.T_K[inside], shift, below or s["slope_below_K"][0], above or s["slope_above_K"][0])


def constant_mu(densities, s, probed=None):
    """The constant-µ fit of Fig. 3 on the quoted window, with (ω, A), the quoted ones by default."""
    return _constant_mu(densities, *(probed or probe(s)), *s["sound_velocity_K"][0])


@lru_cache(maxsize=128)
def _constant_mu(densities, omega, A, low_K, high_K):
    inside = laws.select(densities.T_K, low_K, high_K)
    return laws.constant_mu(densities.T_K[inside], velocity(densities, omega, A)[inside], omega, A)


def constant_mu_on(densities, s, window):
    """The constant-µ fit of Fig. 3 on another window, of δv/v as it is drawn: the offset takes up any constant."""
    inside = laws.select(densities.T_K, *window)
    return laws.constant_mu(densities.T_K[inside], relative(densities, s)[inside], *probe(s))


def constant_mu_offset(densities, s):
    """The offset of the quoted constant-µ fit, of δv/v as it is drawn."""
    return constant_mu(densities, s).offset - reference(densities, s)


# ---- Appendix A: how much reading n as n(Δ) changes the shape of the curves; a common factor or offset is not seen ---


def kappa_A1_exponent(densities, s):
    """β with Eq. (A1) minus β with Eq. (5)."""
    changed = laws.exponent(densities.T_K, kappa_A1(densities, s), *s["exponents_K"][0])
    return kappa_law(densities, s).power - changed.power


def kappa_A1_spread(densities, s):
    """Relative spread over temperature of κ by Eq. (A1) over κ by Eq. (5)."""
    ratio = kappa_A1(densities, s) / kappa(densities, s)
    return ratio.reduce(np.std) / ratio.reduce(np.mean)


def velocity_A2_spread(densities, s):
    """Spread over temperature of what Eq. (A2) changes of δv/v, in units of the span of δv/v."""
    inside = laws.select(densities.T_K, *s["sound_velocity_K"][0])
    shift, change = relative(densities, s), relative_A2(densities, s) - relative(densities, s)
    return change[inside].reduce(np.std) / shift[inside].reduce(np.ptp)


# ---- fits of one density ---------------------------------------------------------------------------------------------


def eq3(counts, fits):
    """The quoted fit of Eq. (3); ``fits`` is that section of the configuration."""
    return power_law.fit_eq3(counts, fits["eq3_window_T"])


def exponent(counts, fits):
    """The quoted fit of n ∝ E^µ."""
    return power_law.fit_exponent(counts, *fits["zero_temperature_windows_K"][0])


def gaussian(counts, fits):
    """The quoted fit of a Gaussian n(E)."""
    return power_law.fit_gaussian(counts, fits["gaussian_above_K"][0])
