"""Models of measured data on a simulated density of states, in the place of Eq. (3): no µ is left to fit."""

from dataclasses import replace

import numpy as np
from scipy.interpolate import PchipInterpolator

from tlsglass.experiment import observables
from tlsglass.physics import eq3, functionals


def observable(name, densities, least_counts):
    """Return the observables.Observable ``name`` on the n(T, E) of ``densities`` (counts.Counts of several temperatures).

    Each shape is computed at the simulated temperatures and interpolated between them in ln T: κ, C and relaxation as the
    ratio to their STM; the errors of the simulation are far below those of a measurement and do not enter. n is counted in
    units of the one that gives the STM the specific heat of the highest temperature: that is what the amplitudes belong to.
    Raises ValueError for an observable that has no such model, or too few counts for κ.
    """
    densities = sorted(densities, key=lambda counts: counts.T_K)
    T_sim = np.array([counts.T_K for counts in densities])
    heat = np.array([functionals.specific_heat(c).value for c in densities]) / eq3.specific_heat(T_sim, 0.0)
    n = heat[-1]

    def between(values):
        return PchipInterpolator(np.log(T_sim), values)

    if name == "thermal_conductivity":
        kappa = np.array([functionals.thermal_conductivity(c, least_counts).value for c in densities])
        if not np.isfinite(kappa).all():
            raise ValueError(f"{name}: fewer than {least_counts} counts at one of the temperatures")
        ratio = between(n * kappa / eq3.thermal_conductivity(T_sim, 0.0))

        def shapes(T, p, _):
            return {"kappa_1K": ratio(np.log(T)) * T**2}

    elif name == "specific_heat":
        ratio = between(heat / n)

        def shapes(T, p, _):
            return {"tls_1K": ratio(np.log(T)) * T, "phonons_1K": T**3}

    elif name in ("sound_velocity", "dielectric_constant"):
        resonant = between([functionals.resonant(c).value / n for c in densities])
        sign = 1.0 if name == "sound_velocity" else -2.0

        def shapes(T, p, omega_Hz):
            A = p["A_Hz_per_K3"]
            simulated = np.array([functionals.relaxation(c, omega_Hz, A).value / n for c in densities])
            ratio = between(simulated / eq3.relaxation(T_sim, 0.0, omega_Hz, A))
            relaxation = ratio(np.log(T)) * eq3.relaxation(T, 0.0, omega_Hz, A)
            return {"coupling": sign * (resonant(np.log(T)) + relaxation), "offset": np.ones_like(T)}

    else:
        raise ValueError(f"{name} has no model on a simulated density of states")
    published = observables.OBSERVABLES[name]
    return replace(published, shapes=shapes, starts={key: v for key, v in published.starts.items() if key != "mu"})


def on_simulation(dataset, densities, least_counts):
    """Return the dataset cut to the simulated temperatures, twice: as it is, and with the model on ``densities``."""
    T = [counts.T_K for counts in densities]
    cut = replace(dataset, points=dataset.points.within(min(T), max(T)))
    info = cut.info | {"parameters": {key: value for key, value in cut.info["parameters"].items() if key != "mu"}}
    return cut, replace(cut, info=info, model_of=observable(cut.info["observable"], densities, least_counts))
