"""Sound velocity, dielectric constant and internal friction, with resonant and relaxing TLSs."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import TYPE_CHECKING

from tlsglass.models.observable import (
    J0_OVER_H0,
    MAX_RELATIVE_CHANGE,
    MU,
    OFFSET,
    PHONON_DIMENSION,
    RELAXATION_RATE,
    TLS_STRENGTH,
    Observable,
    Parameter,
    PlotOptions,
    SyntheticRecipe,
    phonon_dimension,
)

if TYPE_CHECKING:
    from tlsglass.atlas.observables import AtlasObservables
    from tlsglass.base.types import FloatArray

# ASSUME: the recipes have parameters of the order of silica's (Figs. 4 and 5), and the noise of a good experiment.


def _sound_velocity(T_K: FloatArray, p: Mapping[str, float], omega_Hz: float) -> dict[str, FloatArray]:
    """Return the shapes of δv/v with Eq. (3): P0γ²/ρv² · shape + offset."""
    from tlsglass.physics import eq3

    shape = eq3.sound_velocity(T_K, p["mu"], omega_Hz, p["A_Hz_per_K3"], phonon_dimension(p))
    return {"tls_strength": shape, "offset": T_K**0}


def _sound_velocity_on_atlas(
    observables: AtlasObservables, T_K: FloatArray, p: Mapping[str, float], omega_Hz: float, jackknife: bool = False
) -> dict[str, FloatArray]:
    shape = observables.sound_velocity(p[J0_OVER_H0], omega_Hz, p["A_Hz_per_K3"], jackknife, phonon_dimension(p))
    return {"tls_strength": shape, "offset": T_K**0}


PARAMETERS = {"mu": MU, "tls_strength": TLS_STRENGTH, "A_Hz_per_K3": RELAXATION_RATE, "phonon_dimension": PHONON_DIMENSION}

SOUND_VELOCITY = Observable(
    "sound_velocity",
    symbol="δv/v",
    units=("dimensionless",),
    parameters=PARAMETERS | {"offset": OFFSET},
    shapes=_sound_velocity,
    atlas_shapes=_sound_velocity_on_atlas,
    probe="omega_Hz",
    max_change=MAX_RELATIVE_CHANGE,
    noise_amplitude="tls_strength",
    recipe=SyntheticRecipe(
        {"mu": 0.1, "A_Hz_per_K3": 9.4e6, "tls_strength": 3.2e-4, "offset": 0.0}, (0.02, 2), 30, 0.01, probe=90e3, stream=2
    ),
    plot_options=PlotOptions(subtract_minimum=True, legend="below"),  # the curve has a maximum
)


def _dielectric(shapes: dict[str, FloatArray]) -> dict[str, FloatArray]:
    """Return the shapes of δε/ε = -2 δv/v with the strength C_dip in place of P0γ²/ρv².

    C_dip, as in Appendix C, is defined by the slope: δε/ε = -2 C_dip ln T + constant far below the minimum, at µ = 0.
    ASSUME: the factor and the sign are those of the literature; the paper prints neither.
    """
    return shapes | {"tls_strength": -2 * shapes["tls_strength"]}


DIELECTRIC_CONSTANT = replace(
    SOUND_VELOCITY,
    name="dielectric_constant",
    symbol="δε/ε",
    parameters={**SOUND_VELOCITY.parameters, "tls_strength": Parameter(r"C$_{\mathrm{dip}}$", low=0.0, physical_bounds=True)},
    shapes=lambda *arguments: _dielectric(_sound_velocity(*arguments)),
    atlas_shapes=lambda *arguments: _dielectric(_sound_velocity_on_atlas(*arguments)),
    recipe=SyntheticRecipe(
        {"mu": 0.1, "A_Hz_per_K3": 7.9e6, "tls_strength": 8e-4, "offset": 0.0}, (0.005, 1), 30, 0.01, probe=1e3, stream=3
    ),
    plot_options=PlotOptions(subtract_minimum=True, legend="above"),  # the curve has a minimum
)


def _internal_friction(T_K: FloatArray, p: Mapping[str, float], omega_Hz: float) -> dict[str, FloatArray]:
    """Return the shapes of Q⁻¹: relaxing TLSs with Eq. (3), P0γ²/ρv² · shape, and a loss that does not depend on T."""
    from tlsglass.physics import eq3

    shape = eq3.internal_friction(T_K, p["mu"], omega_Hz, p["A_Hz_per_K3"], phonon_dimension(p))
    return {"tls_strength": shape, "background": T_K**0}


def _internal_friction_on_atlas(
    observables: AtlasObservables, T_K: FloatArray, p: Mapping[str, float], omega_Hz: float, jackknife: bool = False
) -> dict[str, FloatArray]:
    shape = observables.internal_friction(p[J0_OVER_H0], omega_Hz, p["A_Hz_per_K3"], jackknife, phonon_dimension(p))
    return {"tls_strength": shape, "background": T_K**0}


INTERNAL_FRICTION = Observable(
    "internal_friction",
    symbol="Q⁻¹",
    units=("dimensionless",),
    parameters=PARAMETERS | {"background": Parameter("background", default=0.0, low=0.0, in_table=False, physical_bounds=True)},
    shapes=_internal_friction,
    atlas_shapes=_internal_friction_on_atlas,
    positive=True,
    possible_range=(1e-12, 1.0),
    probe="omega_Hz",
    recipe=SyntheticRecipe(
        {"mu": 0.1, "A_Hz_per_K3": 9.4e6, "tls_strength": 3.2e-4, "background": 2e-5}, (0.01, 2), 40, 0.005, probe=90e3
    ),
    plot_options=PlotOptions("log", legend="lower right"),  # a steep rise, then a plateau
)

OBSERVABLES = (SOUND_VELOCITY, DIELECTRIC_CONSTANT, INTERNAL_FRICTION)
