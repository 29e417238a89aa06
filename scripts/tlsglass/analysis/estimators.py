"""Estimators of the quoted quantities: from one density of states, or from the densities of a set at all temperatures.

``s`` is the section ``observables`` of the configuration, and a window is (low, high) in kelvin. Quoted windows are the first
ones in the configuration.
"""

from collections.abc import Callable, Mapping
from functools import lru_cache
from typing import Any, NamedTuple, TypeAlias

import numpy as np

from tlsglass.base import jackknife
from tlsglass.base.jackknife import JackknifeEstimate
from tlsglass.base.types import FloatArray
from tlsglass.dos import fits
from tlsglass.dos.density_of_states import DensityOfStates
from tlsglass.dos.temperature_series import TemperatureSeries
from tlsglass.physics import functionals, temperature_fits

Section: TypeAlias = Mapping[str, Any]
Window: TypeAlias = tuple[float, float]

# ---- curves: estimates (t,), a value for each temperature; computed once for the quantities that share them ----------


@lru_cache(maxsize=128)
def curve(densities: TemperatureSeries, functional: Callable[..., JackknifeEstimate], *arguments: float) -> JackknifeEstimate:
    """Return ``functional(counts, *arguments)`` at every temperature (t,)."""
    return jackknife.stack(functional(counts, *arguments) for counts in densities.rungs)


def specific_heat(densities: TemperatureSeries) -> JackknifeEstimate:
    """Return the specific heat C(T)."""
    return curve(densities, functionals.specific_heat)


def kappa(densities: TemperatureSeries, s: Section) -> JackknifeEstimate:
    """Return the thermal conductivity κ(T)."""
    return curve(densities, functionals.thermal_conductivity, s["least_counts"])


def kappa_A1(densities: TemperatureSeries, s: Section) -> JackknifeEstimate:
    """Return κ(T) with n as n(Δ)."""
    return curve(densities, functionals.thermal_conductivity_A1, s["least_counts"])


def velocity(densities: TemperatureSeries, T0_K: float) -> JackknifeEstimate:
    """Return δv/v. It depends on ω and A only through the crossover temperature T0 = (ω/A)^(1/3)."""
    return curve(densities, functionals.resonant) + curve(densities, functionals.relaxation, T0_K**3, 1.0)


def velocity_at_coldest(densities: TemperatureSeries, s: Section, crossover: str = "matched_to_fig_3") -> JackknifeEstimate:
    """Return δv/v () at the coldest temperature of the quoted window."""
    coldest = np.argmax(temperature_fits.select_window(densities.T_K, *s["sound_velocity_windows_K"][0]))
    return velocity(densities, s["crossover_K"][crossover])[coldest]


def relative_velocity(densities: TemperatureSeries, s: Section, crossover: str = "matched_to_fig_3") -> JackknifeEstimate:
    """Return δv/v relative to its value at the coldest temperature of the quoted window, as in the figures."""
    return velocity(densities, s["crossover_K"][crossover]) - velocity_at_coldest(densities, s, crossover)


def relative_velocity_A2(densities: TemperatureSeries, s: Section) -> JackknifeEstimate:
    """Return δv/v with n as n(Δ), relative to the same value as ``relative_velocity``."""
    shift = curve(densities, functionals.resonant) + _at_matching_crossover(densities, s, functionals.relaxation_A2)
    return shift - velocity_at_coldest(densities, s)


def _at_matching_crossover(
    densities: TemperatureSeries, s: Section, functional: Callable[..., JackknifeEstimate]
) -> JackknifeEstimate:
    """Return a functional of relaxing TLSs with the T0 that matches the paper."""
    return curve(densities, functional, s["crossover_K"]["matched_to_fig_3"] ** 3, 1.0)


def curves(densities: TemperatureSeries, s: Section) -> dict[str, JackknifeEstimate]:
    """Return every curve that the figures draw, {name: estimate (t,)}."""
    return {
        "kappa_eq5": kappa(densities, s),
        "kappa_eqA1": kappa_A1(densities, s),
        "specific_heat": specific_heat(densities),
        "alpha_local": ALPHA.local(densities, s),
        "beta_local": BETA.local(densities, s),
        "dv_resonant": curve(densities, functionals.resonant),
        "dv_relaxation": _at_matching_crossover(densities, s, functionals.relaxation),
        "dv_relaxation_eqA2": _at_matching_crossover(densities, s, functionals.relaxation_A2),
        "internal_friction": _at_matching_crossover(densities, s, functionals.internal_friction),
        "dv_relative": relative_velocity(densities, s),
        "dv_relative_eqA2": relative_velocity_A2(densities, s),
        "dv_relative_5a": relative_velocity(densities, s, "fig5a"),
    }


# ---- power laws in temperature ---------------------------------------------------------------------------------------


class LocalTest(NamedTuple):
    """The goodness of a power law on the quoted window, and the range of local values there of a number that it fixes."""

    goodness: temperature_fits.Goodness
    low: float
    high: float


class TemperatureExponent(NamedTuple):
    """An exponent of a power law in temperature, and tests of this law.

    Attributes
    ----------
    curve
        A function (densities, s) that returns the curve (t,).
    exponent
        The exponent for a power of T.
    """

    curve: Callable[[TemperatureSeries, Section], JackknifeEstimate]
    exponent: Callable[[JackknifeEstimate], JackknifeEstimate]

    def law(self, densities: TemperatureSeries, s: Section, window: Window | None = None) -> temperature_fits.PowerLaw:
        """Fit the power law on a window, by default the quoted one."""
        ends = window or s["exponent_windows_K"][0]
        return temperature_fits.fit_power_law(densities.T_K, self.curve(densities, s), *ends)

    def on_window(self, densities: TemperatureSeries, s: Section, window: Window | None = None) -> JackknifeEstimate:
        """Return the exponent on a window, by default the quoted one."""
        return self.exponent(self.law(densities, s, window).power)

    def local(self, densities: TemperatureSeries, s: Section) -> JackknifeEstimate:
        """Return the exponent at every temperature (t,)."""
        return self.exponent(temperature_fits.local_exponents(densities.T_K, self.curve(densities, s)))

    def generalized(self, densities: TemperatureSeries, s: Section) -> JackknifeEstimate:
        """Return the exponent on the quoted window by generalized least squares, with the covariance of the temperatures."""
        return self.exponent(temperature_fits.generalized_slope(*self._logarithms(densities, s)))

    def prefactor(self, densities: TemperatureSeries, s: Section) -> JackknifeEstimate:
        """Return the curve of the power law at 1 K."""
        return self.law(densities, s).prefactor

    def law_test(self, densities: TemperatureSeries, s: Section) -> LocalTest:
        """Return the test of the power law, with the local exponents."""
        return self._test(densities, s, self.local(densities, s))

    def prefactor_test(self, densities: TemperatureSeries, s: Section) -> LocalTest:
        """Return the test of the power law, with the local prefactors."""
        power = self.law(densities, s).power.value
        return self._test(densities, s, self.curve(densities, s) / densities.T_K**power)

    def _logarithms(self, densities: TemperatureSeries, s: Section) -> tuple[FloatArray, JackknifeEstimate]:
        """Return ln T and ln of the curve on the quoted window."""
        inside = temperature_fits.select_window(densities.T_K, *s["exponent_windows_K"][0])
        return np.log(densities.T_K[inside]), np.log(self.curve(densities, s)[inside])

    def _test(self, densities: TemperatureSeries, s: Section, local: JackknifeEstimate) -> LocalTest:
        """Return the test of the power law, with the local values (t,) of a number."""
        values = local.value[temperature_fits.select_window(densities.T_K, *s["exponent_windows_K"][0])]
        goodness = temperature_fits.goodness_of_line(*self._logarithms(densities, s))
        return LocalTest(goodness, values.min(), values.max())


ALPHA = TemperatureExponent(lambda densities, s: specific_heat(densities), lambda power: power - 1)  # of C ∝ T^(1+α)
BETA = TemperatureExponent(kappa, lambda power: 2 - power)  # of κ ∝ T^(2-β)


def alpha_gain(densities: TemperatureSeries, s: Section, time: str) -> JackknifeEstimate:
    """Return by how much α of C(T, t) exceeds α of the specific heat of all TLSs, for a time of ``heat_pulse: times_s``."""
    pulse = s["heat_pulse"]
    C = curve(densities, functionals.dynamic_specific_heat, pulse["times_s"][time], pulse["rate_per_s_K3"])
    window = s["exponent_windows_K"][0]
    return temperature_fits.fit_power_law(densities.T_K, C, *window).power - 1 - ALPHA.on_window(densities, s, window)


# ---- sound velocity --------------------------------------------------------------------------------------------------


def slopes(
    densities: TemperatureSeries,
    s: Section,
    T0_K: float,
    below: float | None = None,
    above: float | None = None,
    window: Window | None = None,
) -> temperature_fits.Slopes:
    """Fit the logarithmic slopes of δv/v, and its maximum, on a window.

    The slopes are fitted below ``below`` T0 and above ``above`` T0: their windows follow the maximum, and end where ``window``
    does. By default window and factors are the quoted ones.
    """
    low, high = window or s["sound_velocity_windows_K"][0]
    below, above = below or s["slope_below_T0"][0], above or s["slope_above_T0"][0]
    inside = temperature_fits.select_window(densities.T_K, low, high)
    shift = velocity(densities, T0_K)[inside]
    return temperature_fits.logarithmic_slopes(densities.T_K[inside], shift, (low, below * T0_K), (above * T0_K, high))


@lru_cache(maxsize=128)
def _constant_mu(densities: TemperatureSeries, T0_K: float, low_K: float, high_K: float) -> temperature_fits.ConstantMu:
    """Fit δv/v with constant µ from ``low_K`` to ``high_K``."""
    inside = temperature_fits.select_window(densities.T_K, low_K, high_K)
    return temperature_fits.fit_constant_mu(densities.T_K[inside], velocity(densities, T0_K)[inside], T0_K)


def constant_mu(
    densities: TemperatureSeries, s: Section, T0_K: float, window: Window | None = None
) -> temperature_fits.ConstantMu:
    """Fit δv/v of Fig. 3 with constant µ on a window, by default the quoted one."""
    return _constant_mu(densities, T0_K, *(window or s["sound_velocity_windows_K"][0]))


def constant_mu_offset(densities: TemperatureSeries, s: Section, crossover: str) -> JackknifeEstimate:
    """Return the offset of the constant-µ fit on the quoted window, relative to δv/v at its coldest temperature."""
    fit = constant_mu(densities, s, s["crossover_K"][crossover])
    return fit.offset - velocity_at_coldest(densities, s, crossover)


# ---- Appendix A: how much n as n(Δ) changes the shape of the curves, apart from a common factor or offset ------------


def kappa_A1_exponent(densities: TemperatureSeries, s: Section) -> JackknifeEstimate:
    """Return β with n as n(Δ) minus β with n as n(E)."""
    changed = temperature_fits.fit_power_law(densities.T_K, kappa_A1(densities, s), *s["exponent_windows_K"][0])
    return BETA.law(densities, s).power - changed.power


def kappa_A1_spread(densities: TemperatureSeries, s: Section, window: Window | None = None) -> JackknifeEstimate:
    """Return the relative spread over temperature of κ with n as n(Δ) over κ, by default on the quoted window."""
    inside = temperature_fits.select_window(densities.T_K, *(window or s["exponent_windows_K"][0]))
    ratio = (kappa_A1(densities, s) / kappa(densities, s))[inside]
    return ratio.reduce(np.std) / ratio.reduce(np.mean)


def velocity_A2_spread(densities: TemperatureSeries, s: Section) -> JackknifeEstimate:
    """Return the spread over temperature of the change of δv/v with n as n(Δ), in units of the range of δv/v."""
    inside = temperature_fits.select_window(densities.T_K, *s["sound_velocity_windows_K"][0])
    shift = relative_velocity(densities, s)
    change = relative_velocity_A2(densities, s) - shift
    return change[inside].reduce(np.std) / shift[inside].reduce(np.ptp)


# ---- quoted fits of one density; ``section`` is the section ``fits`` of the configuration ----------------------------


def fit_eq3(counts: DensityOfStates, section: Section) -> fits.Eq3Fit:
    """Fit Eq. (3) on the quoted window."""
    return fits.fit_eq3(counts, section["eq3_window_T"])


def fit_exponent(counts: DensityOfStates, section: Section) -> fits.Exponent:
    """Fit n ∝ E^µ on the quoted window."""
    return fits.fit_exponent(counts, *section["zero_temperature_windows_K"][0])


def fit_gaussian(counts: DensityOfStates, section: Section) -> fits.GaussianLimit:
    """Fit a Gaussian n(E) on the quoted range and bins."""
    return fits.fit_gaussian(counts, section["gaussian_above_J0"][0] * counts.J0_K, section["gaussian_bins_K"][0])
