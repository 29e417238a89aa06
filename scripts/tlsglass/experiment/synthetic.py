"""Points made from known parameters: those of the paper's panels, and the closure study that holds the fits against them."""

from dataclasses import dataclass

import numpy as np
import pandas as pd

from tlsglass.experiment import datasets, fits, observables


def reconstruct(info):
    """Sample the curve of the paper's printed parameters: the points of a dataset with provenance ``reconstructed``.

    ``noise`` is the standard deviation of the Gaussian noise: relative for κ, in units of the coupling for δv/v and δε/ε.
    """
    recipe = info["reconstruction"]
    low, high = recipe["temperatures_K"]
    T_K = np.round(np.geomspace(low, high, recipe["points"]), 5)
    observable = observables.OBSERVABLES[info["observable"]]
    parameters = observable.defaults | recipe["parameters"]
    curve = observable.curve(T_K, parameters, info.get(observable.probe))
    sigma = recipe["noise"] * (np.abs(curve) if info["observable"] == "thermal_conductivity" else parameters["coupling"])
    noisy = curve + sigma * np.random.default_rng(recipe["seed"]).standard_normal(len(T_K))
    columns = info["data"]
    return pd.DataFrame(
        {
            columns["temperature"]["column"]: T_K,
            columns["value"]["column"]: [float(f"{v:.6g}") for v in noisy],
            columns["error"]["column"]: [float(f"{s:.3g}") for s in sigma * np.ones_like(T_K)],
        }
    )


@dataclass(frozen=True)
class Recipe:
    """What the points of a closure study are made of. ``noise`` is relative to each value, or in units of ``noise_of``."""

    parameters: dict
    temperatures_K: tuple
    points: int
    noise: float
    noise_of: str | None = None  # an amplitude
    probe_Hz: float | None = None


# ASSUME: parameters of the order of silica's (Figs. 4 and 5) and of a microwave resonator's; the noise of a good experiment.
RECIPES = {
    "thermal_conductivity": Recipe({"mu": 0.1, "kappa_1K": 0.03}, (0.03, 1), 25, 0.01),
    "specific_heat": Recipe({"mu": 0.1, "tls_1K": 1e-3, "phonons_1K": 2e-3}, (0.03, 1), 25, 0.02),
    "sound_velocity": Recipe(
        {"mu": 0.1, "A_Hz_per_K3": 9.4e6, "coupling": 3.2e-4, "offset": 0.0}, (0.02, 2), 30, 0.01, "coupling", 90e3
    ),
    "dielectric_constant": Recipe(
        {"mu": 0.1, "A_Hz_per_K3": 7.9e6, "coupling": 8e-4, "offset": 0.0}, (0.005, 1), 30, 0.01, "coupling", 1e3
    ),
    "resonator_frequency": Recipe(
        {"mu": 0.1, "gap_K": 15.0, "loss": 6e-4, "kinetic_fraction": 0.1, "offset": 0.0}, (0.08, 2.4), 50, 0.001, "loss", 8e9
    ),
}


def sample(name, rng, errors_given=True):
    """Return a dataset of the observable ``name`` with points of its recipe and Gaussian noise from ``rng``."""
    recipe, observable = RECIPES[name], observables.OBSERVABLES[name]
    T_K = np.geomspace(*recipe.temperatures_K, recipe.points)
    curve = observable.curve(T_K, recipe.parameters, recipe.probe_Hz)
    sigma = recipe.noise * (np.abs(curve) if recipe.noise_of is None else recipe.parameters[recipe.noise_of] + 0 * curve)
    points = datasets.Points(T_K, curve + sigma * rng.standard_normal(len(T_K)), sigma if errors_given else None, None)
    info = {"observable": name, observable.probe: recipe.probe_Hz}
    info["parameters"] = {key: {"start": value} for key, value in recipe.parameters.items()}
    return datasets.Dataset("synthetic", info, observable.units[0], points, points)


def closure(name, n, seed, errors_given=True):
    """Fit ``n`` synthetic datasets of the observable ``name``: one row per parameter with its pulls and its coverage.

    The pull is (fitted - true)/σ: its mean is 0 ± 1/sqrt(n) and its width 1 ± 1/sqrt(2n) when errors are what they say;
    ``coverage`` is the share of 68.3 % intervals that hold the truth.
    """
    truth = RECIPES[name].parameters
    pulls, covered = {key: [] for key in truth}, {key: [] for key in truth}
    for child in np.random.SeedSequence(seed, spawn_key=(list(RECIPES).index(name),)).spawn(n):
        dataset = sample(name, np.random.default_rng(child), errors_given)
        found = fits.fit(dataset, start=truth)
        for key, value in truth.items():
            low, high = found.intervals[key]
            pulls[key].append((found.values[key] - value) / found.errors[key])
            covered[key].append(low <= value <= high)
    return pd.DataFrame(
        {
            "observable": name,
            "errors": "given" if errors_given else "from residuals",
            "parameter": list(truth),
            "n_datasets": n,
            "pull_mean": [np.mean(pulls[key]) for key in truth],
            "pull_width": [np.std(pulls[key], ddof=1) for key in truth],
            "coverage": [np.mean(covered[key]) for key in truth],
        }
    )
