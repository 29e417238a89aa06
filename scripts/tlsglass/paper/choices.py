"""What could as well be chosen for a quoted quantity: {name: estimator}, the quoted one first.

The paper leaves windows and weights open; the other choices give the systematic error. Every function here returns, or
is, a function of quantity.Settings that returns such a mapping.
"""

from functools import partial

import numpy as np

from tlsglass.density import power_law
from tlsglass.paper import estimators
from tlsglass.physics import eq3 as closed_form

BIN_K = 1.0  # of the bins of an unweighted fit


def eq3(name):
    """B or µ of Eq. (3), fields of power_law.Eq3."""

    def choices(settings):
        window_T = settings.fits["eq3_window_T"]
        return {
            "quoted": lambda counts: getattr(power_law.fit_eq3(counts, window_T), name),
            "bins 4 times as wide": lambda counts: getattr(power_law.fit_eq3(counts.coarsen_by(4), window_T), name),
            "unweighted least squares": lambda counts: getattr(power_law.fit_eq3_unweighted(counts, window_T), name),
        }

    return choices


def exponents(settings):
    """µ of n ∝ E^µ on every window."""
    return {
        f"{low:g} < E < {high:g} K": lambda counts, low=low, high=high: power_law.fit_exponent(counts, low, high).mu
        for low, high in settings.fits["zero_temperature_windows_K"]
    }


def gaussians(settings):
    """E0 of a Gaussian n(E), above every energy and by other weights."""
    lines = {
        f"E > {low:g} K": lambda counts, low=low: power_law.fit_gaussian(counts, low).E0_K
        for low in settings.fits["gaussian_above_K"]
    }
    return lines | {
        "rms of E": power_law.rms_energy,
        "unweighted least squares": lambda counts: power_law.gaussian_unweighted(counts, BIN_K),
    }


def one(estimate):
    """``estimate(densities, s)`` alone."""
    return lambda settings: {"quoted": lambda densities: estimate(densities, settings.observables)}


def windows(key, estimate):
    """``estimate(densities, s, window)`` for every window of ``key``."""

    def choices(settings):
        s = settings.observables
        return {f"{low:g} to {high:g} K": partial(estimate, s=s, window=(low, high)) for low, high in s[key]}

    return choices


def slope_ratios(settings):
    """Slopes of δv/v above over below its maximum, one window changed at a time."""
    s = settings.observables

    def ratio(densities, **windows):
        return estimators.slopes(densities, s, **windows).ratio

    return {"quoted": ratio} | {
        f"{side}: {low:g} to {high:g} K": partial(ratio, **{side: (low, high)})
        for side in ("below", "above")
        for low, high in s[f"slope_{side}_K"][1:]
    }


def constant_mus(settings):
    """The constant µ of Fig. 3 on every window, and with the ω and A of other probes."""
    s = settings.observables

    def mu(densities, probed=None):
        return estimators.constant_mu(densities, s, probed).mu

    def mu_on(densities, window):
        return estimators.constant_mu_on(densities, s, window).mu

    windows = {f"{low:g} to {high:g} K": partial(mu_on, window=(low, high)) for low, high in s["sound_velocity_K"][1:]}
    probes = {
        f"ω = {omega / 1e3:g} kHz, A = {A / 1e6:g} MHz/K³": partial(mu, probed=(omega, A)) for omega, A in s["other_probes"]
    }
    return {"quoted": mu} | windows | probes


# ---- what synthetic samples are drawn from: (n(E), the quoted value) of the quoted fit to one density ----------------


def from_eq3(name):
    def drawn_from(counts, settings):
        fit = estimators.eq3(counts, settings.fits)
        return lambda E: closed_form.density(E, counts.T_K, fit.B.value, fit.mu.value), getattr(fit, name).value

    return drawn_from


def from_exponent(counts, settings):
    fit = estimators.exponent(counts, settings.fits)
    return lambda E: fit.prefactor.value * E**fit.mu.value, fit.mu.value


def from_gaussian(counts, settings):
    fit = estimators.gaussian(counts, settings.fits)
    return lambda E: fit.prefactor.value * np.exp(-(E**2) / (2 * fit.E0_K.value**2)), fit.E0_K.value
