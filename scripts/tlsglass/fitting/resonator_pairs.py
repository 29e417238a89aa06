"""Synthetic resonators: f, and 1/Q_i at five powers, for the closure test of joint fits.

ASSUME: a resonator has the parameters and the noise of the recipes of ``resonator_frequency`` and ``resonator_loss``, and a
random calibration error that all of its 1/Q_i have in common.
"""

from collections.abc import Callable, Mapping
from dataclasses import replace

import numpy as np

from tlsglass.data.dataset import Dataset, Points
from tlsglass.fitting import atlas_model, synthetic
from tlsglass.fitting.likelihood import Shapes, Values
from tlsglass.models import registry
from tlsglass.models.observable import CALIBRATION, J0_OVER_H0
from tlsglass.models.resonator import SHARED_PARAMETERS

FREQUENCY, LOSS = "resonator_frequency", "resonator_loss"
CALIBRATION_SIGMA = 0.02  # standard deviation of the calibration error of 1/Q_i


def draw_parameters(rng: np.random.Generator) -> Values:
    """Return the parameters of a resonator: those of both recipes, with a random calibration error."""
    parameters: Values = {
        **registry.get_observable(FREQUENCY).recipe.parameters,
        **registry.get_observable(LOSS).recipe.parameters,
    }
    return parameters | {CALIBRATION: CALIBRATION_SIGMA * rng.standard_normal()}


def sample_pair(
    rng: np.random.Generator, parameters: Values, shapes: Mapping[str, Callable[..., Shapes]] | None = None
) -> tuple[Dataset, Dataset]:
    """Return datasets (1/Q_i, f) with Gaussian noise; ``shapes`` {observable: function} replace the models with Eq. (3)."""
    shapes = shapes or {name: registry.get_observable(name).shapes for name in (LOSS, FREQUENCY)}
    return _dataset(LOSS, rng, parameters, shapes[LOSS]), _dataset(FREQUENCY, rng, parameters, shapes[FREQUENCY])


def _dataset(name: str, rng: np.random.Generator, parameters: Values, shapes: Callable[..., Shapes]) -> Dataset:
    """Return one of the two datasets."""
    observable = registry.get_observable(name)
    recipe = observable.recipe
    T_K, photons = synthetic.sweeps(recipe)
    probe = synthetic.recipe_probe(recipe, photons)
    own_values = {
        key: value for key, value in parameters.items() if key in observable.parameters or key not in SHARED_PARAMETERS
    }
    curve = np.asarray(sum(own_values[key] * shape for key, shape in shapes(T_K, own_values, probe).items()))
    noise = observable.noise(curve, own_values, recipe.noise)
    points = Points(T_K, curve + noise * rng.standard_normal(len(T_K)), noise, None, photons, photons)
    info = synthetic.dataset_info(observable)
    if observable.driven:
        info["systematic"] = {"correlated": CALIBRATION_SIGMA}
    return Dataset(name, info, observable.units[0], points, points)


def sample_pair_on_atlas(rng: np.random.Generator) -> tuple[tuple[Dataset, Dataset], Values]:
    """Return datasets as ``sample_pair`` with the density of states of the atlas, and their true parameters.

    J0/h0 is uniform in ``synthetic.J0_OVER_H0_RANGE``. The true density of states deviates from the atlas by one realization of
    its errors, which is the same for 1/Q_i and f.
    """
    parameters = draw_parameters(rng)
    del parameters["mu"]
    parameters[J0_OVER_H0] = synthetic.draw_J0_over_h0(rng)
    shapes = {name: atlas_model.AtlasModel(registry.get_observable(name)).shapes for name in (LOSS, FREQUENCY)}
    pair = sample_pair(rng, parameters, shapes)
    deviations = [atlas_model.model_deviations(atlas_model.with_atlas_model(dataset), parameters) for dataset in pair]
    weights = rng.standard_normal(len(deviations[0]))
    loss, frequency = (
        replace(dataset, points=points, all_points=points)
        for dataset, deviation in zip(pair, deviations, strict=True)
        for points in [replace(dataset.points, value=dataset.points.value + weights @ deviation)]
    )
    return (loss, frequency), parameters
