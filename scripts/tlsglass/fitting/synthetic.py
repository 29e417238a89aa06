"""Synthetic points of known parameters: those of the paper's panels, and those of the closure tests of the fits."""

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any

import numpy as np
import pandas as pd

from tlsglass.base.types import FloatArray
from tlsglass.data.dataset import Dataset, Points
from tlsglass.fitting.likelihood import Shapes, Values
from tlsglass.fitting.problem import AtlasModel, J0_over_h0_parameter, model_deviations, with_atlas_model
from tlsglass.models import registry
from tlsglass.models.observable import CALIBRATION, J0_OVER_H0, Observable, SyntheticRecipe
from tlsglass.models.resonator import SHARED_PARAMETERS, DrivenProbe

FREQUENCY, LOSS = "resonator_frequency", "resonator_loss"
CALIBRATION_SIGMA = 0.02  # standard deviation of the calibration error of 1/Q_i
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
    return Dataset("synthetic", dataset_info(observable), observable.units[0], points, points)


def sample_on_atlas(name: str, rng: np.random.Generator, recipe: SyntheticRecipe | None = None) -> tuple[Dataset, Values]:
    """Return a dataset like that of ``sample``, but with the density of states of the atlas, and its true parameters.

    Without ``recipe`` it is the ``atlas_recipe`` of the observable, if it has one. J0/h0 is uniform in ``J0_OVER_H0_RANGE``.
    The true density of states deviates from the atlas by one realization of its errors. Temperatures are those of the recipe
    that are on the atlas.
    """
    observable = registry.get_observable(name)
    recipe = recipe or observable.atlas_recipe or observable.recipe
    truth = dict(recipe.parameters) | {J0_OVER_H0: draw_J0_over_h0(rng)}
    del truth["mu"]
    no_values = points_of_recipe(recipe)
    dataset = Dataset("synthetic", dataset_info(observable), observable.units[0], no_values, no_values)
    on_atlas = with_atlas_model(dataset)
    curve = on_atlas.model(on_atlas.points.T_K, truth)
    deviations = model_deviations(on_atlas, truth)
    atlas_errors = rng.standard_normal(len(deviations)) @ deviations
    sigma = observable.noise(curve, truth, recipe.noise)
    value = curve + atlas_errors + sigma * rng.standard_normal(len(curve))
    points = replace(on_atlas.points, value=value, error=sigma)
    return replace(dataset, points=points, all_points=points), truth


def draw_J0_over_h0(rng: np.random.Generator) -> float:
    """Return a random J0/h0 within ``J0_OVER_H0_RANGE``."""
    return float(rng.uniform(*J0_OVER_H0_RANGE) * J0_over_h0_parameter().high)


def dataset_info(observable: Observable) -> dict[str, Any]:
    """Return the content of dataset.yaml of a synthetic dataset, with the starts that ``tlsglass fit`` has for a table."""
    info: dict[str, Any] = {"observable": observable.name}
    info["parameters"] = {name: observable.parameters[name].suggestion() for name in recipe_values(observable)}
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


# ---- resonators: f, and 1/Q_i at five powers, for the closure test of joint fits ---------------------------------------
#
# ASSUME: a resonator has the parameters and the noise of the recipes of ``resonator_frequency`` and ``resonator_loss``, and a
# random calibration error that all of its 1/Q_i have in common.


def draw_resonator_parameters(rng: np.random.Generator) -> Values:
    """Return the parameters of a resonator: those of both recipes, with a random calibration error."""
    parameters: Values = {
        **registry.get_observable(FREQUENCY).recipe.parameters,
        **registry.get_observable(LOSS).recipe.parameters,
    }
    return parameters | {CALIBRATION: CALIBRATION_SIGMA * rng.standard_normal()}


def sample_resonator(
    rng: np.random.Generator, parameters: Values, shapes: Mapping[str, Callable[..., Shapes]] | None = None
) -> tuple[Dataset, Dataset]:
    """Return datasets (1/Q_i, f) with Gaussian noise; ``shapes`` {observable: function} replace the models with Eq. (3)."""
    shapes = shapes or {name: registry.get_observable(name).shapes for name in (LOSS, FREQUENCY)}
    loss, frequency = (_resonator_dataset(name, rng, parameters, shapes[name]) for name in (LOSS, FREQUENCY))
    return loss, frequency


def _resonator_dataset(name: str, rng: np.random.Generator, parameters: Values, shapes: Callable[..., Shapes]) -> Dataset:
    """Return one of the two datasets."""
    observable = registry.get_observable(name)
    recipe = observable.recipe
    T_K, photons = sweeps(recipe)
    probe = recipe_probe(recipe, photons)
    own_values = {
        key: value for key, value in parameters.items() if key in observable.parameters or key not in SHARED_PARAMETERS
    }
    curve = np.asarray(sum(own_values[key] * shape for key, shape in shapes(T_K, own_values, probe).items()))
    noise = observable.noise(curve, own_values, recipe.noise)
    points = Points(T_K, curve + noise * rng.standard_normal(len(T_K)), noise, None, photons, photons)
    info = dataset_info(observable)
    if observable.driven:
        info["systematic"] = {"correlated": CALIBRATION_SIGMA}
    return Dataset(name, info, observable.units[0], points, points)


def sample_resonator_on_atlas(rng: np.random.Generator) -> tuple[tuple[Dataset, Dataset], Values]:
    """Return datasets as ``sample_resonator`` with the density of states of the atlas, and their true parameters.

    J0/h0 is uniform in ``J0_OVER_H0_RANGE``. The true density of states deviates from the atlas by one realization of its
    errors, which is the same for 1/Q_i and f.
    """
    parameters = draw_resonator_parameters(rng)
    del parameters["mu"]
    parameters[J0_OVER_H0] = draw_J0_over_h0(rng)
    shapes = {name: AtlasModel(registry.get_observable(name)).shapes for name in (LOSS, FREQUENCY)}
    pair = sample_resonator(rng, parameters, shapes)
    deviations = [model_deviations(with_atlas_model(dataset), parameters) for dataset in pair]
    weights = rng.standard_normal(len(deviations[0]))
    loss, frequency = (
        replace(dataset, points=points, all_points=points)
        for dataset, deviation in zip(pair, deviations, strict=True)
        for points in [replace(dataset.points, value=dataset.points.value + weights @ deviation)]
    )
    return (loss, frequency), parameters
