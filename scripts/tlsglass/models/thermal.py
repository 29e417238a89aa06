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
)

if TYPE_CHECKING:
    from tlsglass.atlas.observables import AtlasObservables
    from tlsglass.base.types import FloatArray

# ASSUME: the recipes have parameters of the order of silica's (Figs. 4 and 5), and the noise of a good experiment.


def _thermal_conductivity(T_K: FloatArray, p: Mapping[str, float], _: None) -> dict[str, FloatArray]:
    """Return the shape of Eq. (5) with Eq. (3), which is exactly κ(1 K) T^(2-µ)."""
    return {"kappa_1K": T_K ** (2 - p["mu"])}


def _thermal_conductivity_on_atlas(
    observables: AtlasObservables, T_K: FloatArray, p: Mapping[str, float], _: None, jackknife: bool = False
) -> dict[str, FloatArray]:
    return {"kappa_1K": observables.thermal_conductivity(p[J0_OVER_H0], jackknife)}


THERMAL_CONDUCTIVITY = Observable(
    "thermal_conductivity",
    symbol="κ",
    units=("W/(m K)",),
    parameters={"mu": MU, "kappa_1K": Parameter("κ(1 K)", "W/(m K)", low=0.0, physical_bounds=True)},
    shapes=_thermal_conductivity,
    atlas_shapes=_thermal_conductivity_on_atlas,
    positive=True,
    recipe=SyntheticRecipe({"mu": 0.1, "kappa_1K": 0.03}, (0.03, 1), 25, 0.01, stream=0),
    plot_options=PlotOptions("log", reduced=(2, "κ/T² ({}/K²)"), legend="upper left"),  # constant in the STM
)


REFERENCE_TIME_S = 1.0  # the amplitude of C(T, t) is C of the TLSs at 1 K after this time
# ASSUME: the rate of silica (Fig. 5), in 1/s per K³. C depends on its logarithm; a dataset may name another.
SLOW_RELAXATION_RATE = replace(
    RELAXATION_RATE, start_grid=Geometric(1e5, 1e10, 6), default=9.4e6, off_by_default=True, in_table=False
)


def _specific_heat(T_K: FloatArray, p: Mapping[str, float], time_s: FloatArray | float | None) -> dict[str, FloatArray]:
    """Return the shapes of the specific heat with Eq. (3), and of phonons.

    Without a time this is Eq. (6), which is exactly C(1 K) T^(1+µ); else only TLSs that relax within ``time_s`` contribute.
    """
    if time_s is None:
        shape = T_K ** (1 + p["mu"])
    else:
        from tlsglass.physics import eq3

        rate = p["A_Hz_per_K3"], p["phonon_dimension"]
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
        times, rate = _hashable(time_s), (p["A_Hz_per_K3"], p["phonon_dimension"])
        shape = observables.dynamic_specific_heat(p[J0_OVER_H0], times, REFERENCE_TIME_S, *rate, jackknife)
    return {"C_tls_1K": shape, "phonons_1K": T_K**3}


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
    probe=TIME,
    probe_is_optional=True,
    recipe=SyntheticRecipe(
        {"mu": 0.1, "A_Hz_per_K3": 9.4e6, "phonon_dimension": 3.0, "C_tls_1K": 1e-3, "phonons_1K": 2e-3},
        (0.03, 1),
        25,
        0.02,
        stream=1,
    ),
    plot_options=PlotOptions("log", reduced=(1, "C/T ({}/K)"), legend="upper left"),
)

OBSERVABLES = (THERMAL_CONDUCTIVITY, SPECIFIC_HEAT)
