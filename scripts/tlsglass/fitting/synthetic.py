"""Points made from known parameters: those of the paper's panels, and the closure study that holds the fits against them."""

from dataclasses import replace

import numpy as np
import pandas as pd

from tlsglass.data.dataset import Dataset, Points
from tlsglass.fitting import atlas_fit, problem
from tlsglass.models import registry
from tlsglass.models.observable import J0_OVER_H0
from tlsglass.models.resonator import DrivenProbe


def reconstruct(info):
    """Sample the curve of the paper's printed parameters: the points of a dataset with provenance ``reconstructed``.

    ``noise`` is the standard deviation of the Gaussian noise in the units of ``Observable.noise_amplitude``.
    """
    recipe = info["reconstruction"]
    low, high = recipe["temperatures_K"]
    T_K = np.round(np.geomspace(low, high, recipe["points"]), 5)
    observable = registry.get_observable(info["observable"])
    parameters = observable.defaults | recipe["parameters"]
    curve = observable.curve(T_K, parameters, info.get(observable.probe))
    sigma = observable.noise(curve, parameters, recipe["noise"])
    noisy = curve + sigma * np.random.default_rng(recipe["seed"]).standard_normal(len(T_K))
    columns = info["data"]
    return pd.DataFrame(
        {
            columns["temperature"]["column"]: T_K,
            columns["value"]["column"]: [float(f"{v:.6g}") for v in noisy],
            columns["error"]["column"]: [float(f"{s:.3g}") for s in sigma],
        }
    )


def sample(name, rng, errors_given=True):
    """Return a dataset of the observable ``name`` with points of its recipe and Gaussian noise from ``rng``."""
    observable = registry.get_observable(name)
    recipe = observable.recipe
    T_K, photons = sweeps(recipe)
    curve = observable.curve(T_K, recipe.parameters, recipe.probe if photons is None else DrivenProbe(recipe.probe, photons))
    sigma = observable.noise(curve, recipe.parameters, recipe.noise)
    noisy = curve + sigma * rng.standard_normal(len(T_K))
    points = Points(T_K, noisy, sigma if errors_given else None, None, photons, photons)
    info = {"observable": name, "parameters": {key: {"start": value} for key, value in fitted(observable).items()}}
    if observable.probe:
        info[observable.probe] = recipe.probe
    return Dataset("synthetic", info, observable.units[0], points, points)


def sweeps(recipe):
    """Return temperatures (n,) and photon numbers (n,) of a recipe, a sweep for each photon number; None without a drive."""
    T_K = np.geomspace(*recipe.temperatures_K, recipe.points)
    if not recipe.photons:
        return T_K, None
    return np.repeat(T_K, len(recipe.photons)), np.tile(np.array(recipe.photons), len(T_K))


def fitted(observable):
    """Return {parameter: its value in the recipe} of those that synthetic points are made to find again."""
    return {key: value for key, value in observable.recipe.parameters.items() if not observable.parameters[key].off_by_default}


def closure(name, n, seed, errors_given=True):
    """Fit ``n`` synthetic datasets of the observable ``name``: one row per parameter with its pulls and its coverage.

    The pull is (fitted - true)/σ: its mean is 0 ± 1/sqrt(n) and its width 1 ± 1/sqrt(2n) when errors are what they say;
    ``coverage`` is the share of 68.3 % intervals that hold the truth.
    """
    observable = registry.get_observable(name)
    truth = fitted(observable)
    pulls, covered = {key: [] for key in truth}, {key: [] for key in truth}
    for child in np.random.SeedSequence(seed, spawn_key=(observable.stream,)).spawn(n):
        dataset = sample(name, np.random.default_rng(child), errors_given)
        found = problem.fit_eq3_model(dataset, start=observable.recipe.parameters)
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


COUPLINGS = (0.05, 0.8)  # J0/h0 of the closure on the atlas, shares of its domain


def sample_on_atlas(name, rng):
    """Return (dataset on the atlas, its J0/h0): points of the recipe with n of the atlas, which is wrong by its own errors.

    J0/h0 is uniform between ``COUPLINGS``; the true density is the atlas moved by one draw from its errors, and the noise that
    of the recipe. Temperatures are those of the recipe that the atlas has.
    """
    observable = registry.get_observable(name)
    recipe = observable.recipe
    parameters = {key: {"start": value} for key, value in fitted(observable).items() if key != "mu"}
    info = {"observable": name, "parameters": parameters} | ({observable.probe: recipe.probe} if observable.probe else {})
    T_K = np.geomspace(*recipe.temperatures_K, recipe.points)
    bare = Points(T_K, np.zeros_like(T_K), np.ones_like(T_K), None)
    empty = atlas_fit.with_atlas_model(Dataset("synthetic", info, observable.units[0], bare, bare))
    coupling = float(rng.uniform(*COUPLINGS) * atlas_fit.J0_over_h0_parameter().high)
    truth = {key: value for key, value in recipe.parameters.items() if key != "mu"} | {J0_OVER_H0: coupling}
    curve = empty.model(empty.points.T_K, truth)
    wrong = rng.multivariate_normal(np.zeros_like(curve), atlas_fit.atlas_covariance(empty, truth), method="eigh")
    sigma = observable.noise(curve, truth, recipe.noise)
    points = Points(empty.points.T_K, curve + wrong + sigma * rng.standard_normal(len(curve)), sigma, None)
    return replace(empty, points=points, all_points=points), truth


def closure_on_atlas(name, n, seed):
    """Fit ``n`` datasets of ``sample_on_atlas`` with J0/h0 free: a row as ``closure`` has them, with ``coverage_95``."""
    pulls, covered, covered_95 = [], [], []
    for child in np.random.SeedSequence(seed, spawn_key=(registry.get_observable(name).stream, 1)).spawn(n):
        dataset, truth = sample_on_atlas(name, np.random.default_rng(child))
        found, _ = atlas_fit.fit_on_atlas(dataset, truth, intervals="interest")
        value = truth[J0_OVER_H0]
        if found.errors[J0_OVER_H0]:
            pulls.append((found.values[J0_OVER_H0] - value) / found.errors[J0_OVER_H0])
        covered.append(_within(found.intervals[J0_OVER_H0], value))
        covered_95.append(_within(found.intervals_95[J0_OVER_H0], value))
    return pd.DataFrame(
        {
            "observable": [name],
            "errors": "given, and those of the atlas",
            "parameter": J0_OVER_H0,
            "n_datasets": n,
            "pull_mean": np.mean(pulls),
            "pull_width": np.std(pulls, ddof=1),
            "coverage": np.mean(covered),
            "coverage_95": np.mean(covered_95),
        }
    )


def _within(ends, value):
    low, high = ends
    return (low is None or low <= value) and (high is None or value <= high)
