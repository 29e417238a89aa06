"""Every number that is quoted from the simulation, once. Tables, pulls, variants and sizes loop over ``QUANTITIES``.

To quote another number, add one entry.
"""

from functools import partial

import numpy as np

from tlsglass.density import power_law
from tlsglass.paper import estimators
from tlsglass.paper.quantity import Place, Quantity
from tlsglass.physics import eq3

BIN_K = 1.0  # of the bins of an unweighted fit


# ---- choices: {name: estimator}, the first quoted --------------------------------------------------------------------


def _eq3(name):
    """B or µ of Eq. (3), fields of power_law.Eq3."""

    def choices(settings):
        window_T = settings.fits["eq3_window_T"]
        return {
            "quoted": lambda counts: getattr(power_law.fit_eq3(counts, window_T), name),
            "bins 4 times as wide": lambda counts: getattr(power_law.fit_eq3(counts.coarsen_by(4), window_T), name),
            "unweighted least squares": lambda counts: getattr(power_law.fit_eq3_unweighted(counts, window_T), name),
        }

    return choices


def _exponents(settings):
    return {
        f"{low:g} < E < {high:g} K": lambda counts, low=low, high=high: power_law.fit_exponent(counts, low, high).mu
        for low, high in settings.fits["zero_temperature_windows_K"]
    }


def _gaussians(settings):
    lines = {
        f"E > {low:g} K": lambda counts, low=low: power_law.fit_gaussian(counts, low).E0_K
        for low in settings.fits["gaussian_above_K"]
    }
    return lines | {
        "rms of E": power_law.rms_energy,
        "unweighted least squares": lambda counts: power_law.gaussian_unweighted(counts, BIN_K),
    }


def _one(estimate):
    """``estimate(densities, s)`` alone."""
    return lambda settings: {"quoted": lambda densities: estimate(densities, settings.observables)}


def _windows(key, estimate):
    """``estimate(densities, s, window)`` for every window of ``key``."""

    def choices(settings):
        s = settings.observables
        return {f"{low:g} to {high:g} K": partial(estimate, s=s, window=(low, high)) for low, high in s[key]}

    return choices


def _slope_ratios(settings):
    s = settings.observables

    def ratio(densities, **windows):
        return estimators.slopes(densities, s, **windows).ratio

    return {"quoted": ratio} | {
        f"{side}: {low:g} to {high:g} K": partial(ratio, **{side: (low, high)})
        for side in ("below", "above")
        for low, high in s[f"slope_{side}_K"][1:]
    }


def _constant_mus(settings):
    s = settings.observables

    def mu(densities, **choice):
        return estimators.constant_mu(densities, s, **choice).mu

    windows = {f"{low:g} to {high:g} K": partial(mu, window=(low, high)) for low, high in s["sound_velocity_K"]}
    return windows | {
        f"ω = {omega / 1e3:g} kHz, A = {A / 1e6:g} MHz/K³": partial(mu, probed=(omega, A)) for omega, A in s["other_probes"]
    }


# ---- what synthetic samples are drawn from: the quoted fit -----------------------------------------------------------


def _from_eq3(name):
    def drawn_from(counts, settings):
        fit = estimators.eq3(counts, settings.fits)
        return lambda E: eq3.density(E, counts.T_K, fit.B.value, fit.mu.value), getattr(fit, name).value

    return drawn_from


def _from_exponent(counts, settings):
    fit = estimators.exponent(counts, settings.fits)
    return lambda E: fit.prefactor.value * E**fit.mu.value, fit.mu.value


def _from_gaussian(counts, settings):
    fit = estimators.gaussian(counts, settings.fits)
    return lambda E: fit.prefactor.value * np.exp(-(E**2) / (2 * fit.E0_K.value**2)), fit.E0_K.value


# ---- the entries -----------------------------------------------------------------------------------------------------

_law = partial(Quantity, sizes=Place.SET)

QUANTITIES = (
    Quantity(
        name="B",
        symbol="$B$({T} K)",
        label="B({T} K)",
        unit="1/K",
        choices=_eq3("B"),
        table="eq3",
        column="B",
        studied=True,
        pulls=Place.WARM,
        drawn_from=_from_eq3("B"),
        variants=Place.WARM,
        sizes=Place.WARMEST,
        claims="table2_B_J",
    ),
    Quantity(
        name="mu",
        symbol="$µ$({T} K)",
        label="µ({T} K)",
        choices=_eq3("mu"),
        table="eq3",
        column="mu",
        studied=True,
        pulls=Place.WARM,
        drawn_from=_from_eq3("mu"),
        variants=Place.WARM,
        claims="table2_mu_J",
    ),
    Quantity(
        name="mu_zero_temperature",
        symbol="$µ(T → 0)$",
        label="µ(T → 0)",
        axis="$µ$ ($T$ = {T} K)",
        choices=_exponents,
        table="exponents",
        column="mu",
        studied=True,
        pulls=Place.COLDEST,
        drawn_from=_from_exponent,
        variants=Place.COLDEST,
        sizes=Place.COLDEST,
        claims="mu_zero_temperature_J",
    ),
    Quantity(
        name="E0_K",
        symbol="$E_0$",
        label="E0",
        axis="$E_0$ (K)",
        unit="K",
        choices=_gaussians,
        table="gaussian",
        column="E0_K",
        studied=True,
        pulls=Place.COLDEST,
        drawn_from=_from_gaussian,
        claims="gaussian_E0",
    ),
    _law(
        name="alpha",
        symbol="$α$",
        label="α",
        axis="$α$ of $C \\propto T^{1+α}$",
        choices=_windows("exponents_K", lambda densities, s, window: estimators.heat_law(densities, s, window).power - 1),
        studied=True,
        pulls=Place.SET,
        claims="alpha_L12_J",
    ),
    _law(
        name="beta",
        symbol="$β$",
        label="β",
        axis="$β$ of $κ \\propto T^{2-β}$",
        choices=_windows("exponents_K", lambda densities, s, window: 2 - estimators.kappa_law(densities, s, window).power),
        studied=True,
        pulls=Place.SET,
        claims="beta_L12_J",
    ),
    _law(
        name="kappa_prefactor",
        symbol="$κ$(1 K)",
        label="κ(1 K)",
        unit="prefactor of Eq. (5)",
        choices=_one(lambda densities, s: estimators.kappa_law(densities, s).prefactor),
    ),
    _law(
        name="specific_heat_prefactor",
        symbol="$C$(1 K)",
        label="C(1 K)",
        unit="k_B per lattice site",
        choices=_one(lambda densities, s: estimators.heat_law(densities, s).prefactor),
    ),
    _law(
        name="slope_below",
        symbol="slope of $δv/v$ below its maximum",
        label="slope of δv/v below its maximum",
        unit="γ²/(L0 ρv²)",
        choices=_one(lambda densities, s: estimators.slopes(densities, s).below),
    ),
    _law(
        name="slope_above",
        symbol="slope of $δv/v$ above its maximum",
        label="slope of δv/v above its maximum",
        unit="γ²/(L0 ρv²)",
        choices=_one(lambda densities, s: estimators.slopes(densities, s).above),
    ),
    _law(
        name="slope_ratio",
        symbol="slope ratio",
        label="slope ratio",
        axis="slope ratio of $δv/v$",
        choices=_slope_ratios,
        studied=True,
        pulls=Place.SET,
        claims="fig3_slope_J",
    ),
    _law(
        name="maximum_K",
        symbol="maximum of $δv/v$",
        label="maximum of δv/v",
        unit="K",
        choices=_one(lambda densities, s: estimators.slopes(densities, s).maximum_K),
    ),
    _law(
        name="mu_constant",
        symbol="constant $µ$",
        label="constant µ",
        axis="constant $µ$ of Fig. 3",
        choices=_constant_mus,
        studied=True,
        pulls=Place.SET,
        claims="fig3_mu_J",
    ),
    _law(
        name="mu_constant_amplitude",
        symbol="amplitude at constant $µ$",
        label="amplitude at constant µ",
        unit="γ²/(L0 ρv²)",
        choices=_one(lambda densities, s: estimators.constant_mu(densities, s).amplitude),
    ),
    _law(
        name="mu_constant_offset",
        symbol="offset at constant $µ$",
        label="offset at constant µ",
        unit="γ²/(L0 ρv²)",
        choices=_one(estimators.constant_mu_offset),
    ),
    _law(
        name="beta_eqA1_minus_eq5",
        symbol="$β$ of Eq. (A1) − Eq. (5)",
        label="β of Eq. (A1) minus Eq. (5)",
        choices=_one(estimators.kappa_A1_exponent),
    ),
    _law(
        name="kappa_eqA1_spread",
        symbol="spread of $κ$(A1)/$κ$(5)",
        label="spread of κ(A1)/κ(5)",
        choices=_one(estimators.kappa_A1_spread),
        claims="appendix_A_kappa_J",
    ),
    _law(
        name="dv_eqA2_spread",
        symbol="spread of $δv/v$, (A2) − (8)",
        label="spread of δv/v, (A2) minus (8)",
        choices=_one(estimators.velocity_A2_spread),
        claims="appendix_A_dv_J",
    ),
)


def find(name):
    """Return the entry of that name. Raises KeyError."""
    return {quantity.name: quantity for quantity in QUANTITIES}[name]


def entries(use):
    """Return the entries, in their order, of one use: "studied", "pulls", "variants" or "sizes"."""
    return [quantity for quantity in QUANTITIES if getattr(quantity, use)]
