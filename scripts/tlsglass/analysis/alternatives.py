"""What could as well be chosen for a quoted quantity: {name: estimator}, the quoted one first.

The paper leaves windows and weights open; the other choices give the systematic error. Every function here returns, or
is, a function of quantity.Settings that returns such a mapping.
"""

from functools import partial

import numpy as np

from tlsglass.analysis import estimators
from tlsglass.dos.fits import fit_eq3, fit_eq3_unweighted, fit_exponent, fit_gaussian, fit_gaussian_poisson, rms_energy
from tlsglass.physics import eq3, temperature_fits


def eq3_choices(name):
    """B or µ of Eq. (3), fields of power_law.Eq3."""

    def choices(settings):
        window_T = settings.fits["eq3_window_T"]
        return {
            "quoted": lambda counts: getattr(fit_eq3(counts, window_T), name),
            "bins 4 times as wide": lambda counts: getattr(fit_eq3(counts.coarsen_by(4), window_T), name),
            "unweighted least squares": lambda counts: getattr(fit_eq3_unweighted(counts, window_T), name),
        }

    return choices


def exponents(settings):
    """µ of n ∝ E^µ on every window."""
    return {
        f"{low:g} < E < {high:g} K": lambda counts, low=low, high=high: fit_exponent(counts, low, high).mu
        for low, high in settings.fits["zero_temperature_windows_K"]
    }


def gaussians(settings):
    """E0 of a Gaussian n(E), on other ranges, on other bins, and by other weights."""
    bins_K, (first, *others) = settings.fits["gaussian_bins_K"], settings.fits["gaussian_above_J0"]

    def E0(counts, low_J0=first, bin_K=bins_K[0]):
        return fit_gaussian(counts, low_J0 * counts.J0_K, bin_K).E0_K

    ranges = {("E > 0" if low == 0 else f"E > {low:g} J0"): partial(E0, low_J0=low) for low in others}
    bins = {f"bins of {width:g} K": partial(E0, bin_K=width) for width in bins_K[1:]}
    return (
        {"quoted": E0}
        | ranges
        | bins
        | {
            "Poisson likelihood": lambda counts: fit_gaussian_poisson(counts, first * counts.J0_K),
            "rms of E": rms_energy,
        }
    )


def one(estimate):
    """``estimate(densities, s)`` alone."""
    return lambda settings: {"quoted": lambda densities: estimate(densities, settings.observables)}


def windows(key, estimate):
    """``estimate(densities, s, window)`` for every window of ``key``."""

    def choices(settings):
        s = settings.observables
        return {f"{low:g} to {high:g} K": partial(estimate, s=s, window=(low, high)) for low, high in s[key]}

    return choices


def exponents_of(estimate, generalised):
    """``estimate(densities, s, window)`` for every window of a power law, and with the covariance of the temperatures."""

    def choices(settings):
        return windows("exponent_windows_K", estimate)(settings) | {
            "with covariance": partial(generalised, s=settings.observables)
        }

    return choices


def of_crossover(name, crossover):
    """A field of laws.Slopes or laws.ConstantMu with the T0 of that name, alone."""
    fit = estimators.slopes if name in temperature_fits.Slopes._fields else estimators.constant_mu
    return one(lambda densities, s: getattr(fit(densities, s, s["crossover_K"][crossover]), name))


def slope_ratios(crossover):
    """Slopes of δv/v above over below its maximum: one factor, one end of the window or T0 changed at a time."""

    def choices(settings):
        s = settings.observables

        def ratio(densities, T0_K=s["crossover_K"][crossover], **changed):
            return estimators.slopes(densities, s, T0_K, **changed).ratio

        factors = {
            f"T {sign} {factor:g} T0": partial(ratio, **{side: factor})
            for side, sign in (("below", "<"), ("above", ">"))
            for factor in s[f"slope_{side}_T0"][1:]
        }
        return {"quoted": ratio} | factors | _changed_fits(s, crossover, ratio)

    return choices


def constant_mus(crossover):
    """The constant µ of Fig. 3: one end of the window or T0 changed at a time."""

    def choices(settings):
        s = settings.observables

        def mu(densities, T0_K=s["crossover_K"][crossover], **changed):
            return estimators.constant_mu(densities, s, T0_K, **changed).mu

        return {"quoted": mu} | _changed_fits(s, crossover, mu)

    return choices


def _changed_fits(s, crossover, estimate):
    """``estimate`` on every other window of Fig. 3, and with every other T0."""
    windows = {
        f"{low:g} to {high:g} K": partial(estimate, window=(low, high)) for low, high in s["sound_velocity_windows_K"][1:]
    }
    others = {
        f"T0 = {T0_K:.3g} K": partial(estimate, T0_K=T0_K) for name, T0_K in s["crossover_K"].items() if name != crossover
    }
    return windows | others


# ---- what synthetic samples are drawn from: (n(E), the quoted value) of the quoted fit to one density ----------------


def from_eq3(name):
    def toy_density(counts, settings):
        fit = estimators.eq3(counts, settings.fits)
        return lambda E: eq3.density(E, counts.T_K, fit.B.value, fit.mu.value), getattr(fit, name).value

    return toy_density


def from_exponent(counts, settings):
    fit = estimators.exponent(counts, settings.fits)
    return lambda E: fit.prefactor.value * E**fit.mu.value, fit.mu.value


def from_gaussian(counts, settings):
    fit = estimators.gaussian(counts, settings.fits)
    return lambda E: fit.prefactor.value * np.exp(-(E**2) / (2 * fit.E0_K.value**2)), fit.E0_K.value
