"""Thermal conductivity and specific heat."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import TYPE_CHECKING

from tlsglass.models.observable import (
    J0_OVER_H0,
    MU,
    PHONON_DIMENSION,
    RELAXATION_RATE,
    TIME,
    Geometric,
    Observable,
    Parameter,
    PlotOptions,
    SyntheticRecipe,
    option,
    phonon_dimension,
)

if TYPE_CHECKING:
    from tlsglass.atlas.observables import AtlasObservables
    from tlsglass.base.types import FloatArray

# ASSUME: the recipes have parameters of the order of silica's (Figs. 4 and 5), and the noise of a good experiment.


# The mean free path of phonons of E = 1 K that TLSs scatter, at T = 0, in units of the Casimir length of the sample.
BOUNDARY = Parameter(
    "ℓ(1 K)/L$_C$",
    start_grid=Geometric(1e-4, 10, 6),
    default=0.0,
    low=0.0,
    high=1e4,
    is_option=True,
    physical_bounds=True,
    in_table=False,
)


def _thermal_conductivity(T_K: FloatArray, p: Mapping[str, float], _: None) -> dict[str, FloatArray]:
    """Return the shape of κ with Eq. (3), which is exactly κ(1 K) T^(2-µ) without scattering at boundaries.

    κ(1 K) is that without it.
    """
    boundary = option(p, "boundary", BOUNDARY)
    if boundary == 0:
        return {"kappa_1K": T_K ** (2 - p["mu"])}
    from tlsglass.physics import eq3

    kappa = eq3.thermal_conductivity(T_K, p["mu"], boundary)
    return {"kappa_1K": kappa / eq3.thermal_conductivity(1.0, p["mu"])}


def _thermal_conductivity_on_atlas(
    observables: AtlasObservables, T_K: FloatArray, p: Mapping[str, float], _: None, jackknife: bool = False
) -> dict[str, FloatArray]:
    boundary = option(p, "boundary", BOUNDARY)
    return {"kappa_1K": observables.thermal_conductivity(p[J0_OVER_H0], jackknife, boundary)}


THERMAL_CONDUCTIVITY = Observable(
    "thermal_conductivity",
    symbol="κ",
    units=("W/(m K)",),
    parameters={"mu": MU, "boundary": BOUNDARY, "kappa_1K": Parameter("κ(1 K)", "W/(m K)", low=0.0, physical_bounds=True)},
    shapes=_thermal_conductivity,
    atlas_shapes=_thermal_conductivity_on_atlas,
    positive=True,
    possible_range=(1e-10, 1e4),
    recipe=SyntheticRecipe({"mu": 0.1, "kappa_1K": 0.03}, (0.03, 1), 25, 0.01, stream=0),
    plot_options=PlotOptions("log", reduced=(2, "κ/T² ({}/K²)"), legend="upper left"),  # constant in the STM
)


# Of phonons: 3κ/(C v) with the Debye specific heat C ∝ T³.
MEAN_FREE_PATH = replace(
    THERMAL_CONDUCTIVITY,
    name="mean_free_path",
    symbol="ℓ",
    units=("m",),
    parameters={
        "mu": MU,
        "boundary": BOUNDARY,
        "path_1K": Parameter("ℓ at 1 K", "m", low=0.0, in_table=False, physical_bounds=True),
    },
    shapes=lambda T_K, p, _: {"path_1K": _thermal_conductivity(T_K, p, None)["kappa_1K"] / T_K**3},
    atlas_shapes=lambda observables, T_K, p, _, jackknife=False: {
        "path_1K": _thermal_conductivity_on_atlas(observables, T_K, p, None, jackknife)["kappa_1K"] / T_K**3
    },
    possible_range=(1e-10, 10.0),
    column_pattern="(phonon)?meanfreepath|mfp|ell|l(ph|phonon|mfp)",
    recipe=SyntheticRecipe({"mu": 0.1, "path_1K": 1e-4}, (0.03, 1), 25, 0.01),
    plot_options=PlotOptions("log", legend="lower left"),
)


REFERENCE_TIME_S = 1.0  # the amplitude of C(T, t) is C of the TLSs at 1 K after this time
# ASSUME: the rate of silica (Fig. 5), in 1/s per K³. C depends on its logarithm; a dataset may name another.
SLOW_RELAXATION_RATE = replace(
    RELAXATION_RATE, start_grid=Geometric(1e5, 1e10, 6), default=9.4e6, is_option=True, in_table=False
)


def _specific_heat(T_K: FloatArray, p: Mapping[str, float], time_s: FloatArray | float | None) -> dict[str, FloatArray]:
    """Return the shapes of the specific heat with Eq. (3), and of phonons.

    Without a time this is exactly C(1 K) T^(1+µ); else only TLSs that relax within ``time_s`` contribute.
    """
    if time_s is None:
        shape = T_K ** (1 + p["mu"])
    else:
        from tlsglass.physics import eq3

        rate = _rate(p)
        shape = eq3.dynamic_specific_heat(T_K, p["mu"], time_s, *rate)
        shape = shape / eq3.dynamic_specific_heat(1.0, p["mu"], REFERENCE_TIME_S, *rate)
    return {"C_tls_1K": shape, "phonons_1K": T_K**3}


def _specific_heat_on_atlas(
    observables: AtlasObservables,
    T_K: FloatArray,
    p: Mapping[str, float],
    time_s: FloatArray | float | None,
    jackknife: bool = False,
) -> dict[str, FloatArray]:
    if time_s is None:
        shape = observables.specific_heat(p[J0_OVER_H0], jackknife)
    else:
        times = _hashable(time_s)
        shape = observables.dynamic_specific_heat(p[J0_OVER_H0], times, REFERENCE_TIME_S, *_rate(p), jackknife)
    return {"C_tls_1K": shape, "phonons_1K": T_K**3}


def _rate(p: Mapping[str, float]) -> tuple[float, float]:
    """Return A and d of the relaxation rate."""
    return option(p, "A_Hz_per_K3", SLOW_RELAXATION_RATE), phonon_dimension(p)


def _hashable(time_s: FloatArray | float) -> tuple[float, ...] | float:
    """Return times as an argument of functions with a cache."""
    return time_s if isinstance(time_s, float | int) else tuple(time_s.tolist())


SPECIFIC_HEAT = Observable(
    "specific_heat",
    symbol="C",
    units=("J/(kg K)", "J/(mol K)", "J/(m^3 K)"),
    parameters={
        "mu": MU,
        "A_Hz_per_K3": SLOW_RELAXATION_RATE,
        "phonon_dimension": PHONON_DIMENSION,
        "C_tls_1K": Parameter("C of TLSs at 1 K", low=0.0, physical_bounds=True),
        "phonons_1K": Parameter("C of phonons at 1 K", low=0.0, freeze_in_scan=True, physical_bounds=True),
    },
    shapes=_specific_heat,
    atlas_shapes=_specific_heat_on_atlas,
    positive=True,
    possible_range=(1e-12, 1e6),
    probe=TIME,
    probe_is_optional=True,
    recipe=SyntheticRecipe({"mu": 0.1, "C_tls_1K": 1e-3, "phonons_1K": 2e-3}, (0.03, 1), 25, 0.02, stream=1),
    atlas_recipe=SyntheticRecipe({"mu": 0.1, "C_tls_1K": 1e-3, "phonons_1K": 2e-3}, (0.02, 2), 40, 0.005),
    plot_options=PlotOptions("log", reduced=(1, "C/T ({}/K)"), legend="upper left"),
)

FINAL_TEMPERATURE = Parameter("T$_0$", "K", start_grid=(0.0,), default=0.0, low=0.0, high=20.0, is_option=True, in_table=False)


def _heat_release(T1_K: FloatArray, p: Mapping[str, float], time_s: FloatArray | float) -> dict[str, FloatArray]:
    """Return the shape of the power at ``time_s`` after cooling from ``T1_K`` with Eq. (3), (T1² - T0²)/t in the STM."""
    from tlsglass.physics import eq3

    final_K = option(p, "final_temperature_K", FINAL_TEMPERATURE)
    return {"release_1K": eq3.heat_release(T1_K, p["mu"], final_K, time_s, *_rate(p))}


def _heat_release_on_atlas(
    observables: AtlasObservables, T1_K: FloatArray, p: Mapping[str, float], time_s: FloatArray | float, jackknife: bool = False
) -> dict[str, FloatArray]:
    final_K = option(p, "final_temperature_K", FINAL_TEMPERATURE)
    return {"release_1K": observables.heat_release(p[J0_OVER_H0], final_K, _hashable(time_s), *_rate(p), jackknife)}


HEAT_RELEASE = Observable(
    "heat_release",
    symbol="dQ/dt",
    units=("W", "W/kg", "W/mol", "W/m^3"),
    parameters={
        "mu": MU,
        "final_temperature_K": FINAL_TEMPERATURE,
        "A_Hz_per_K3": SLOW_RELAXATION_RATE,
        "phonon_dimension": PHONON_DIMENSION,
        "release_1K": Parameter("t dQ/dt at 1 K", low=0.0, in_table=False, physical_bounds=True),
    },
    shapes=_heat_release,
    atlas_shapes=_heat_release_on_atlas,
    positive=True,
    probe=TIME,
    column_pattern="(heat)?release(d)?(power|heat)?|q(dot|punkt)|dq(over)?dt|waermefreisetzung",
    recipe=SyntheticRecipe(
        {"mu": 0.1, "final_temperature_K": 0.05, "release_1K": 1e-6}, (0.2, 2), 8, 0.02, times_s=(600.0, 3600.0, 36000.0)
    ),
    plot_options=PlotOptions("log", legend="upper left"),
)

OBSERVABLES = (THERMAL_CONDUCTIVITY, SPECIFIC_HEAT, MEAN_FREE_PATH, HEAT_RELEASE)
