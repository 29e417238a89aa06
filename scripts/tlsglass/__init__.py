"""Interacting tunneling two-level systems (TLSs) in glasses: simulation, density of states, observables, fits.

The names below are the public face; each is imported when it is first used. What else there is stands in the nine wings,
from ``base`` up to ``study``: see docs/architecture.md. Energies and temperatures in kelvin (k_B = 1).
"""

import importlib

__version__ = "0.2.0"

_FACE = {
    "Model": "model.parameters",  # the parameters of Eq. (2)
    "Chain": "chain.metropolis",  # one realization, annealed by hand
    "Grid": "density.grid",  # energy bins
    "Protocol": "chain.protocol",  # how realizations are annealed and counted ...
    "simulate": "chain.simulation",  # ... and that of a batch of them
    "load_density": "density.counts",  # n(T, E) from a file
    "fit_eq3": "density.power_law",  # B and µ of Eq. (3)
    "thermal_conductivity": "physics.functionals",  # Eq. (5)
    "specific_heat": "physics.functionals",  # Eq. (6)
    "sound_velocity": "physics.functionals",  # Eqs. (7) + (8)
    "internal_friction": "physics.functionals",  # what belongs to Eq. (8)
    "fit": "show.fitting",  # measured arrays to µ and J0/h0: a report that prints and draws itself
    "atlas": "physics.atlas",  # a room as a whole: n(T, E) and what follows from it at any J0/h0
}

__all__ = ["__version__", *_FACE]


def __getattr__(name):
    if name not in _FACE:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    room = importlib.import_module(f"{__name__}.{_FACE[name]}")
    return room if _FACE[name].endswith(f".{name}") else getattr(room, name)


def __dir__():
    return __all__
