"""Thermal conductivity and specific heat."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from tlsglass.models.observable import J0_OVER_H0, MU, Observable, Parameter, PlotOptions, SyntheticRecipe

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


def _specific_heat(T_K: FloatArray, p: Mapping[str, float], _: None) -> dict[str, FloatArray]:
    """Return the shapes of Eq. (6) with Eq. (3), which is exactly C(1 K) T^(1+µ), and of phonons."""
    return {"C_tls_1K": T_K ** (1 + p["mu"]), "phonons_1K": T_K**3}


def _specific_heat_on_atlas(
    observables: AtlasObservables, T_K: FloatArray, p: Mapping[str, float], _: None, jackknife: bool = False
) -> dict[str, FloatArray]:
    return {"C_tls_1K": observables.specific_heat(p[J0_OVER_H0], jackknife), "phonons_1K": T_K**3}


SPECIFIC_HEAT = Observable(
    "specific_heat",
    symbol="C",
    units=("J/(kg K)", "J/(mol K)", "J/(m^3 K)"),
    parameters={
        "mu": MU,
        "C_tls_1K": Parameter("C of TLSs at 1 K", low=0.0, physical_bounds=True),
        "phonons_1K": Parameter("C of phonons at 1 K", low=0.0, freeze_in_scan=True, physical_bounds=True),
    },
    shapes=_specific_heat,
    atlas_shapes=_specific_heat_on_atlas,
    positive=True,
    recipe=SyntheticRecipe({"mu": 0.1, "C_tls_1K": 1e-3, "phonons_1K": 2e-3}, (0.03, 1), 25, 0.02, stream=1),
    plot_options=PlotOptions("log", reduced=(1, "C/T ({}/K)"), legend="upper left"),
)

OBSERVABLES = (THERMAL_CONDUCTIVITY, SPECIFIC_HEAT)
