"""The atlas: the density of states n(T, E) as a smooth function of J0/h0, and the observables that follow from it.

The functions of ``atlas.api`` are available in this namespace; importing the package does not load the atlas. Energies and
temperatures are in kelvin (k_B = 1).
"""

import importlib
from typing import Any

__all__ = [
    "alpha",
    "annealed",
    "beta",
    "density",
    "density_estimate",
    "dynamic_specific_heat",
    "eq3",
    "interactions",
    "internal_friction",
    "limits",
    "slopes",
    "sound_velocity",
    "specific_heat",
    "thermal_conductivity",
]


def __getattr__(name: str) -> Any:
    if name not in __all__:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(importlib.import_module(f"{__name__}.api"), name)


def __dir__() -> list[str]:
    return __all__
