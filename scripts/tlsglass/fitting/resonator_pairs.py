"""Synthetic resonators, f and 1/Q_i at five powers, and the closure test of their joint fits.

ASSUME: a resonator has the parameters and the noise of the recipes of ``resonator_frequency`` and ``resonator_loss``, and a
random calibration error that all of its 1/Q_i have in common.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace

import numpy as np
import pandas as pd

from tlsglass.data.dataset import Dataset, Points
from tlsglass.fitting import atlas_model, synthetic
from tlsglass.fitting.fit import Fit
from tlsglass.fitting.likelihood import Shapes, Values
from tlsglass.fitting.problem import FitProblem, base_name
from tlsglass.models import registry
from tlsglass.models.observable import CALIBRATION, J0_OVER_H0

FREQUENCY, LOSS = "resonator_frequency", "resonator_loss"
SHARED = ("mu", "F_tan_delta", "gap_K", "kinetic_inductance_fraction")  # parameters whose closure is tested
CALIBRATION_SIGMA = 0.02  # standard deviation of the calibration error of 1/Q_i
SEED_KEY = 1601  # of the random stream
COLUMNS = ["device", "parameter", "true", "fitted", "pull", "covered"]


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
    own_values = {key: value for key, value in parameters.items() if key in observable.parameters or key not in SHARED}
    curve = np.asarray(sum(own_values[key] * shape for key, shape in shapes(T_K, own_values, probe).items()))
    noise = observable.noise(curve, own_values, recipe.noise)
    points = Points(T_K, curve + noise * rng.standard_normal(len(T_K)), noise, None, photons, photons)
    info = synthetic.dataset_info(observable, synthetic.recipe_values(observable))
    if observable.driven:
        info["systematic"] = {"correlated": CALIBRATION_SIGMA}
    return Dataset(name, info, observable.units[0], points, points)


def _rng(seed: int, *key: int) -> np.random.Generator:
    return np.random.default_rng(np.random.SeedSequence(seed, spawn_key=(SEED_KEY, *key)))


def _rows(device: int, fit: Fit, truth: Values, names: Iterable[str]) -> list[tuple[object, ...]]:
    """Return a row of ``COLUMNS`` for each of ``names``."""
    return [
        (
            device,
            name,
            truth[name],
            fit.values[name],
            synthetic.pull(fit, name, truth[name]),
            synthetic.contains(fit.intervals_scaled[name], truth[name]),
        )
        for name in names
    ]


def closure(first: int, n: int, seed: int) -> pd.DataFrame:
    """Fit the resonators ``first`` to ``first + n - 1``: return a row for each and each parameter of ``SHARED``.

    The pull is (fitted - true)/σ; ``covered`` is whether the 68 % interval contains the true value.
    """
    rows = []
    for device in range(first, first + n):
        rng = _rng(seed, device)
        parameters = draw_parameters(rng)
        problem = FitProblem(sample_pair(rng, parameters), (SHARED,))
        fit = problem.fit([{name: parameters[base_name(name)] for name in problem.members()}])
        rows += _rows(device, fit, parameters, SHARED)
    return pd.DataFrame(rows, columns=COLUMNS)


def sample_on_atlas(rng: np.random.Generator) -> tuple[FitProblem, Values]:
    """Return a joint problem on the atlas and its true parameters.

    J0/h0 is uniform in ``synthetic.J0_OVER_H0_RANGE``. The true density of states deviates from the atlas by one realization of
    its errors, which is the same for 1/Q_i and f.
    """
    parameters = draw_parameters(rng)
    del parameters["mu"]
    fraction = rng.uniform(*synthetic.J0_OVER_H0_RANGE)
    parameters[J0_OVER_H0] = float(fraction * atlas_model.J0_over_h0_parameter().high)
    shapes = {name: atlas_model.AtlasModel(registry.get_observable(name)).shapes for name in (LOSS, FREQUENCY)}
    problem = FitProblem(sample_pair(rng, parameters, shapes), (SHARED,)).on_atlas()
    deviations = [atlas_model.model_deviations(dataset, parameters) for dataset in problem.datasets]
    weights = rng.standard_normal(len(deviations[0]))
    datasets = []
    for dataset, deviation in zip(problem.datasets, deviations, strict=True):
        points = replace(dataset.points, value=dataset.points.value + weights @ deviation)
        datasets.append(replace(dataset, points=points, all_points=points))
    return replace(problem, datasets=tuple(datasets)), parameters


def closure_on_atlas(first: int, n: int, seed: int) -> pd.DataFrame:
    """Fit resonators of ``sample_on_atlas``: return rows as ``closure``, of J0/h0."""
    rows = []
    for device in range(first, first + n):
        problem, parameters = sample_on_atlas(_rng(seed, device, 1))
        rows += _rows(device, problem.fit([parameters], "interest"), parameters, (J0_OVER_H0,))
    return pd.DataFrame(rows, columns=COLUMNS)


def summary(rows: pd.DataFrame) -> pd.DataFrame:
    """Return mean and width of the pulls, and the coverage of 68 % intervals, for each parameter."""
    groups = rows.groupby("parameter", sort=False)
    table = groups["pull"].agg(n_devices="size", pull_mean="mean", pull_width="std").reset_index()
    return table.assign(coverage=list(groups["covered"].mean()))


def tabulate_closure(devices: int, seed: int) -> pd.DataFrame:
    """Return mean and width of the pulls and the coverage of joint fits, in terms of Eq. (3) and on the atlas."""
    return summary(pd.concat([closure(0, devices, seed), closure_on_atlas(0, devices, seed)]))
