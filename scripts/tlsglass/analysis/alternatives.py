"""Alternative choices of the analysis for a quoted quantity: {name: estimator}, the quoted one first.

The paper leaves windows and weights open; the alternatives give the systematic error. Every public function returns, or is, a
``Choices``: a function of the settings that returns such a mapping. The functions at the end return toy densities.
"""

from collections.abc import Callable
from functools import partial
from typing import Any

import numpy as np

from tlsglass.analysis import estimators
from tlsglass.analysis.quantity import Choices, Estimator, Settings
from tlsglass.base.jackknife import JackknifeEstimate
from tlsglass.base.types import FloatArray
from tlsglass.dos.density_of_states import DensityOfStates
from tlsglass.dos.fits import fit_eq3, fit_eq3_unweighted, fit_exponent, fit_gaussian, fit_gaussian_poisson, rms_energy
from tlsglass.dos.temperature_series import TemperatureSeries
from tlsglass.physics import eq3, temperature_fits

ToyDensity = tuple[Callable[[FloatArray], FloatArray], float]


def eq3_choices(name: str) -> Choices:
    """Return the choices of B or µ of Eq. (3), fields of dos.fits.Eq3Fit."""

    def choices(settings: Settings) -> dict[str, Estimator]:
        window_T = settings.fits["eq3_window_T"]
        return {
            "quoted": lambda counts: getattr(fit_eq3(counts, window_T), name),
            "bins 4 times as wide": lambda counts: getattr(fit_eq3(counts.coarsen_by(4), window_T), name),
            "unweighted least squares": lambda counts: getattr(fit_eq3_unweighted(counts, window_T), name),
        }

    return choices


def exponents(settings: Settings) -> dict[str, Estimator]:
    """Return µ of n ∝ E^µ on every window."""
    return {
        f"{low:g} < E < {high:g} K": lambda counts, low=low, high=high: fit_exponent(counts, low, high).mu
        for low, high in settings.fits["zero_temperature_windows_K"]
    }


def gaussians(settings: Settings) -> dict[str, Estimator]:
    """Return E0 of a Gaussian n(E) on other ranges, on other bins, and with other weights."""
    bins_K, (quoted_J0, *lower_ends_J0) = settings.fits["gaussian_bins_K"], settings.fits["gaussian_above_J0"]

    def E0(counts: DensityOfStates, low_J0: float = quoted_J0, bin_K: float = bins_K[0]) -> JackknifeEstimate:
        return fit_gaussian(counts, low_J0 * counts.J0_K, bin_K).E0_K

    ranges = {("E > 0" if low == 0 else f"E > {low:g} J0"): partial(E0, low_J0=low) for low in lower_ends_J0}
    bins = {f"bins of {width:g} K": partial(E0, bin_K=width) for width in bins_K[1:]}
    weights = {
        "Poisson likelihood": lambda counts: fit_gaussian_poisson(counts, quoted_J0 * counts.J0_K),
        "rms of E": rms_energy,
    }
    return {"quoted": E0} | ranges | bins | weights


def quoted_only(estimate: Callable[..., JackknifeEstimate]) -> Choices:
    """Return ``estimate(densities, s)`` as the only choice."""
    return lambda settings: {"quoted": lambda densities: estimate(densities, settings.observables)}


def windows(estimate: Callable[..., JackknifeEstimate]) -> Choices:
    """Return ``estimate(densities, s, window)`` for every window of the power laws."""

    def choices(settings: Settings) -> dict[str, Estimator]:
        s = settings.observables
        return {f"{low:g} to {high:g} K": partial(estimate, s=s, window=(low, high)) for low, high in s["exponent_windows_K"]}

    return choices


def law_exponents(exponent: estimators.TemperatureExponent) -> Choices:
    """Return an exponent on every window of the power law, and by generalized least squares."""
    on_windows = windows(exponent.on_window)
    return lambda settings: on_windows(settings) | {"with covariance": partial(exponent.generalized, s=settings.observables)}


def fig3_field(name: str, crossover: str) -> Choices:
    """Return a field of temperature_fits.Slopes or ConstantMu, with the T0 of that name, as the only choice."""
    fit = estimators.slopes if name in temperature_fits.Slopes._fields else estimators.constant_mu
    return quoted_only(lambda densities, s: getattr(fit(densities, s, s["crossover_K"][crossover]), name))


def slope_ratios(crossover: str) -> Choices:
    """Return the ratio of the slopes of δv/v with one factor, one end of the window or T0 changed at a time."""

    def choices(settings: Settings) -> dict[str, Estimator]:
        s = settings.observables

        def ratio(densities: TemperatureSeries, T0_K: float = s["crossover_K"][crossover], **changed: Any) -> JackknifeEstimate:
            return estimators.slopes(densities, s, T0_K, **changed).ratio

        factors = {
            f"T {sign} {factor:g} T0": partial(ratio, **{side: factor})
            for side, sign in (("below", "<"), ("above", ">"))
            for factor in s[f"slope_{side}_T0"][1:]
        }
        return {"quoted": ratio} | factors | _other_windows_and_T0(s, crossover, ratio)

    return choices


def constant_mus(crossover: str) -> Choices:
    """Return the constant µ of Fig. 3 with one end of the window or T0 changed at a time."""

    def choices(settings: Settings) -> dict[str, Estimator]:
        s = settings.observables

        def mu(densities: TemperatureSeries, T0_K: float = s["crossover_K"][crossover], **changed: Any) -> JackknifeEstimate:
            return estimators.constant_mu(densities, s, T0_K, **changed).mu

        return {"quoted": mu} | _other_windows_and_T0(s, crossover, mu)

    return choices


def _other_windows_and_T0(s: estimators.Section, crossover: str, estimate: Estimator) -> dict[str, Estimator]:
    """Return ``estimate`` on every other window of Fig. 3, and with every other T0."""
    on_windows = {
        f"{low:g} to {high:g} K": partial(estimate, window=(low, high)) for low, high in s["sound_velocity_windows_K"][1:]
    }
    with_T0 = {
        f"T0 = {T0_K:.3g} K": partial(estimate, T0_K=T0_K) for name, T0_K in s["crossover_K"].items() if name != crossover
    }
    return on_windows | with_T0


# ---- toy densities: (n(E), quoted value) of the quoted fit to one density, to draw synthetic samples from ------------


def toy_eq3(name: str) -> Callable[[DensityOfStates, Settings], ToyDensity]:
    """Return the function that fits Eq. (3), for its B or µ."""

    def toy_density(counts: DensityOfStates, settings: Settings) -> ToyDensity:
        fit = estimators.fit_eq3(counts, settings.fits)
        return lambda E: eq3.density(E, counts.T_K, fit.B.value, fit.mu.value), getattr(fit, name).value

    return toy_density


def toy_exponent(counts: DensityOfStates, settings: Settings) -> ToyDensity:
    """Return n ∝ E^µ, and µ."""
    fit = estimators.fit_exponent(counts, settings.fits)
    return lambda E: fit.prefactor.value * E**fit.mu.value, fit.mu.value


def toy_gaussian(counts: DensityOfStates, settings: Settings) -> ToyDensity:
    """Return a Gaussian n(E), and E0."""
    fit = estimators.fit_gaussian(counts, settings.fits)
    return lambda E: fit.prefactor.value * np.exp(-(E**2) / (2 * fit.E0_K.value**2)), fit.E0_K.value
