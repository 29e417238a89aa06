"""Synthetic points of known parameters: those of the paper's panels, and the closure tests of the fits."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import numpy as np
import pandas as pd

from tlsglass.base.types import FloatArray
from tlsglass.data.dataset import Dataset, Points
from tlsglass.fitting import atlas_model
from tlsglass.fitting.fit import Ends, Fit
from tlsglass.fitting.likelihood import Values
from tlsglass.fitting.problem import FitProblem
from tlsglass.models import registry
from tlsglass.models.observable import J0_OVER_H0, Observable, SyntheticRecipe
from tlsglass.models.resonator import DrivenProbe

J0_OVER_H0_RANGE = (0.05, 0.8)  # of closure tests on the atlas, relative to the largest J0/h0 of the atlas


def reconstruct(info: Mapping[str, Any]) -> pd.DataFrame:
    """Return the points of a dataset with provenance ``reconstructed``: the paper's curve with Gaussian noise.

    The standard deviation ``noise`` is in the units of ``Observable.noise_amplitude``.
    """
    recipe = info["reconstruction"]
    low, high = recipe["temperatures_K"]
    T_K: FloatArray = np.asarray(np.round(np.geomspace(low, high, recipe["points"]), 5), dtype=float)
    observable = registry.get_observable(info["observable"])
    parameters = observable.defaults | recipe["parameters"]
    probe = None if observable.probe is None else info.get(observable.probe)
    curve = observable.curve(T_K, parameters, probe)
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


def sample(name: str, rng: np.random.Generator, errors_given: bool = True, recipe: SyntheticRecipe | None = None) -> Dataset:
    """Return a dataset of the observable ``name`` with points of ``recipe``, by default its own, and Gaussian noise."""
    observable = registry.get_observable(name)
    recipe = recipe or observable.recipe
    T_K, sweep = sweeps(recipe)
    curve = observable.curve(T_K, recipe.parameters, recipe_probe(recipe, sweep))
    sigma = observable.noise(curve, recipe.parameters, recipe.noise)
    noisy = curve + sigma * rng.standard_normal(len(T_K))
    points = replace(points_of_recipe(recipe), value=noisy, error=sigma if errors_given else None)
    return Dataset("synthetic", dataset_info(observable, recipe_values(observable)), observable.units[0], points, points)


def dataset_info(observable: Observable, starts: Mapping[str, float]) -> dict[str, Any]:
    """Return the content of dataset.yaml of a synthetic dataset."""
    info: dict[str, Any] = {"observable": observable.name}
    info["parameters"] = {name: {"start": value} for name, value in starts.items()}
    for name, value in observable.recipe.parameters.items():
        if observable.parameters[name].is_option:
            info["parameters"][name] = {"start": value, "fixed": True}
    return info | ({observable.probe: observable.recipe.probe} if observable.probe and observable.recipe.probe else {})


def sweeps(recipe: SyntheticRecipe) -> tuple[FloatArray, FloatArray | None]:
    """Return temperatures and photon numbers or times (n,) of a recipe, with a sweep for each of these; None without them."""
    T_K, values = np.geomspace(*recipe.temperatures_K, recipe.points), recipe.photons or recipe.times_s
    if not values:
        return T_K, None
    return np.repeat(T_K, len(values)), np.tile(np.array(values), len(T_K))


def recipe_probe(recipe: SyntheticRecipe, sweep: FloatArray | None) -> DrivenProbe | FloatArray | float | None:
    """Return the probe of ``Observable.shapes`` at the points of a recipe with the photon numbers or times of ``sweeps``."""
    if sweep is None:
        return recipe.probe
    if recipe.times_s:
        return sweep
    assert recipe.probe is not None
    return DrivenProbe(recipe.probe, sweep)


def points_of_recipe(recipe: SyntheticRecipe) -> Points:
    """Return the points of a recipe, with values of 0 and errors of 1."""
    T_K, sweep = sweeps(recipe)
    photons, time_s = (sweep if values else None for values in (recipe.photons, recipe.times_s))
    return Points(T_K, np.zeros_like(T_K), np.ones_like(T_K), None, photons, sweep, None, time_s)


def recipe_values(observable: Observable) -> Values:
    """Return {parameter: value in the recipe} of the parameters that a fit of synthetic points must recover."""
    return {
        name: value
        for name, value in observable.recipe.parameters.items()
        if not (observable.parameters[name].off_by_default or observable.parameters[name].is_option)
    }


def pull(fit: Fit, name: str, truth: float) -> float:
    """Return (fitted - true)/σ."""
    error = fit.errors[name]
    assert error is not None
    return (fit.values[name] - truth) / error


def contains(ends: Ends, value: float) -> bool:
    """Return whether an interval contains ``value``; an end that was not found is open."""
    low, high = ends
    return (low is None or low <= value) and (high is None or value <= high)


def closure(name: str, n: int, seed: int, errors_given: bool = True) -> pd.DataFrame:
    """Fit ``n`` synthetic datasets of the observable ``name``: return a row for each parameter with its pulls and coverage.

    For correct errors, the mean of the pulls is 0 ± 1/sqrt(n), and their standard deviation, ``pull_width``, is 1 ± 1/sqrt(2n).
    ``coverage`` is the fraction of 68.3 % intervals that contain the true value, and ``coverage_95`` that of 95 % intervals,
    which parameters of interest have.
    """
    observable = registry.get_observable(name)
    truth = recipe_values(observable)
    fits = []
    for child in np.random.SeedSequence(seed, spawn_key=(observable.stream,)).spawn(n):
        dataset = sample(name, np.random.default_rng(child), errors_given)
        fits.append(FitProblem.from_dataset(dataset).fit([dict(observable.recipe.parameters)]))
    pulls = {key: [pull(fit, key, value) for fit in fits] for key, value in truth.items()}
    return pd.DataFrame(
        {
            "observable": name,
            "errors": "given" if errors_given else "from residuals",
            "parameter": list(truth),
            "n_datasets": n,
            "pull_mean": [np.mean(pulls[key]) for key in truth],
            "pull_width": [np.std(pulls[key], ddof=1) for key in truth],
            "coverage": [np.mean([contains(fit.intervals_scaled[key], value) for fit in fits]) for key, value in truth.items()],
            "coverage_95": [
                np.mean([contains(fit.intervals_95_scaled[key], value) for fit in fits])
                if key in observable.of_interest
                else None
                for key, value in truth.items()
            ],
        }
    )


def sample_on_atlas(name: str, rng: np.random.Generator) -> tuple[FitProblem, Values]:
    """Return a problem on the atlas and its true parameters.

    J0/h0 is uniform in ``J0_OVER_H0_RANGE``. The true density of states deviates from the atlas by one realization of its
    errors. Temperatures are those of the recipe that are on the atlas.
    """
    observable = registry.get_observable(name)
    recipe = observable.recipe
    starts = {key: value for key, value in recipe_values(observable).items() if key != "mu"}
    no_values = points_of_recipe(recipe)
    dataset = Dataset("synthetic", dataset_info(observable, starts), observable.units[0], no_values, no_values)
    dataset = atlas_model.with_atlas_model(dataset)
    J0_over_h0 = float(rng.uniform(*J0_OVER_H0_RANGE) * atlas_model.J0_over_h0_parameter().high)
    truth = {key: value for key, value in recipe.parameters.items() if key != "mu"} | {J0_OVER_H0: J0_over_h0}
    curve = dataset.model(dataset.points.T_K, truth)
    deviations = atlas_model.model_deviations(dataset, truth)
    atlas_errors = rng.standard_normal(len(deviations)) @ deviations
    sigma = observable.noise(curve, truth, recipe.noise)
    value = curve + atlas_errors + sigma * rng.standard_normal(len(curve))
    points = replace(dataset.points, value=value, error=sigma)
    return FitProblem.from_dataset(replace(dataset, points=points, all_points=points)), truth


def closure_on_atlas(name: str, n: int, seed: int) -> pd.DataFrame:
    """Fit ``n`` problems of ``sample_on_atlas``: return one row, for J0/h0, as ``closure``, with ``coverage_95``."""
    fits: list[tuple[Fit, float]] = []
    for child in np.random.SeedSequence(seed, spawn_key=(registry.get_observable(name).stream, 1)).spawn(n):
        problem, truth = sample_on_atlas(name, np.random.default_rng(child))
        fits.append((problem.fit([truth], "interest"), truth[J0_OVER_H0]))
    pulls = [pull(fit, J0_OVER_H0, value) for fit, value in fits if fit.errors[J0_OVER_H0]]
    return pd.DataFrame(
        {
            "observable": [name],
            "errors": "given, and those of the atlas",
            "parameter": J0_OVER_H0,
            "n_datasets": n,
            "pull_mean": np.mean(pulls),
            "pull_width": np.std(pulls, ddof=1),
            "coverage": np.mean([contains(fit.intervals_scaled[J0_OVER_H0], value) for fit, value in fits]),
            "coverage_95": np.mean([contains(fit.intervals_95_scaled[J0_OVER_H0], value) for fit, value in fits]),
        }
    )


def tabulate_closure(observable: str, datasets: int, seed: int) -> pd.DataFrame:
    """Return pulls and coverage of the fits of one observable: of Eq. (3) and, where it has no frequency, on the atlas."""
    tables = [closure(observable, datasets, seed)]
    entry = registry.get_observable(observable)
    if entry.atlas_shapes and not entry.driven:  # a driven one is closed with its frequency, in resonator_pairs
        tables.append(closure_on_atlas(observable, datasets, seed))
    return pd.concat(tables)
