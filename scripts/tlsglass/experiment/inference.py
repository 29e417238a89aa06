"""Models of measured data on a simulated density of states, in the place of Eq. (3): no µ is left to fit."""

from dataclasses import replace

import numpy as np
from scipy.interpolate import PchipInterpolator

from tlsglass.experiment import observables
from tlsglass.physics import eq3, functionals


class Simulated:
    """n(T, E) of ``densities`` (counts.Counts of several temperatures, (t,)) as the models of ``observables`` need it.

    n is counted in units of the one that gives the STM the specific heat of the highest temperature: that is what the
    amplitudes belong to. ``least_counts`` is that of the bins of κ.
    """

    def __init__(self, densities, least_counts):
        self.densities = sorted(densities, key=lambda counts: counts.T_K)
        self.least_counts = least_counts
        self.T_K = np.array([counts.T_K for counts in self.densities])
        self.heat = self.estimate(functionals.specific_heat) / eq3.specific_heat(self.T_K, 0.0)
        self.n = self.heat[-1]

    def estimate(self, functional, *arguments):
        """Return ``functional(counts, *arguments)`` of each density without its error, (t,)."""
        return np.array([functional(counts, *arguments).value for counts in self.densities])

    def between(self, values):
        """Return the function of T (n,) that interpolates ``values`` (t,) in ln T."""
        curve = PchipInterpolator(np.log(self.T_K), values)
        return lambda T: curve(np.log(T))

    def require_finite(self, values, why):
        """Raise ValueError unless all of ``values`` (t,) are finite."""
        if not np.isfinite(values).all():
            raise ValueError(f"{why} at one of the temperatures")


def observable(name, densities, least_counts):
    """Return the Observable ``name`` on the n(T, E) of ``densities`` (counts.Counts of several temperatures).

    Raises ValueError for one that has no such model, or too few counts for κ.
    """
    entry = observables.named(name)
    if entry.simulated is None:
        raise ValueError(f"{name} has no model on a simulated density of states")
    parameters = {key: parameter for key, parameter in entry.parameters.items() if key != "mu"}
    return replace(entry, shapes=entry.simulated(Simulated(densities, least_counts)), parameters=parameters)


def on_simulation(dataset, densities, least_counts):
    """Return the dataset cut to the simulated temperatures, twice: as it is, and with the model on ``densities``."""
    T = [counts.T_K for counts in densities]
    cut = replace(dataset, points=dataset.points.within(min(T), max(T)))
    info = cut.info | {"parameters": {key: value for key, value in cut.info["parameters"].items() if key != "mu"}}
    return cut, replace(cut, info=info, model_of=observable(cut.info["observable"], densities, least_counts))
