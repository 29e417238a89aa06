"""Interacting tunneling two-level systems (TLSs) in glasses: simulation, density of states, observables, fits."""

__version__ = "0.1.0"
