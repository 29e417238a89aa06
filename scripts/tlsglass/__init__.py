"""Interacting tunneling two-level systems (TLSs) in glasses: simulation, density of states, observables, fits.

The names below are the public API; each is imported on first use. The packages are described in docs/architecture.md.
Energies and temperatures in kelvin (k_B = 1).
"""

import importlib

__version__ = "0.3.0"

_API = {
    "ModelParameters": "model.parameters",  # L, J0, h0 and everything else that defines the Hamiltonian
    "MarkovChain": "montecarlo.metropolis",  # one realization, annealed step by step
    "Grid": "dos.grid",  # energy bins
    "Protocol": "montecarlo.protocol",  # how realizations are annealed and counted
    "simulate": "study.simulate",  # n(T, E) of a model, on several cores
    "load_density": "dos.density_of_states",  # n(T, E) from a file
    "fit_eq3": "dos.fits",  # B and µ of Eq. (3)
    "thermal_conductivity": "physics.functionals",  # κ(T)
    "specific_heat": "physics.functionals",  # C(T)
    "sound_velocity": "physics.functionals",  # δv/v
    "internal_friction": "physics.functionals",  # Q⁻¹ of relaxing TLSs
    "fit": "report.fit_report",  # measured arrays to µ and J0/h0: a report that prints and draws itself
    "fit_joint": "report.fit_report",  # the same for several tables that share parameters
    "atlas": "atlas",  # a subpackage as a whole: n(T, E) and what follows from it at any J0/h0
}

__all__ = ["__version__", *_API]


def __getattr__(name: str) -> object:
    if name not in _API:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    module = importlib.import_module(f"{__name__}.{_API[name]}")
    return module if _API[name] == name else getattr(module, name)


def __dir__() -> list[str]:
    return __all__
