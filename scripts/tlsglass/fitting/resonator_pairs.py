"""Synthetic resonators, f and 1/Q_i at five powers, and the closure of the joint fit: does it return what they were made of?

ASSUME: a device has the parameters and the noise of the recipes of ``resonator_frequency`` and ``resonator_loss``, and a
fraction by which all of its 1/Q_i are wrong together, drawn anew for each.
"""

from dataclasses import replace

import numpy as np
import pandas as pd

from tlsglass.data.dataset import Dataset, Points
from tlsglass.fitting import atlas_fit, joint_fit, problem, synthetic
from tlsglass.models import registry, resonator
from tlsglass.models.observable import CALIBRATION, J0_OVER_H0

FREQUENCY, LOSS = "resonator_frequency", "resonator_loss"
SHARED = ("mu", "F_tan_delta", "gap_K", "kinetic_inductance_fraction")  # what the closure judges
COMMON = 0.02  # the fraction that 1/Q_i is known to: its standard deviation
SPAWN = 1601  # of the random stream
ROWS = ["device", "parameter", "true", "fitted", "pull", "covered"]


def draw_parameters(rng):
    """Return {parameter: value} of a device; those of both recipes are one."""
    found = dict(registry.get_observable(FREQUENCY).recipe.parameters)
    return found | registry.get_observable(LOSS).recipe.parameters | {CALIBRATION: COMMON * rng.standard_normal()}


def sample_pair(rng, parameters, shapes=None):
    """Return the Datasets (1/Q_i, f) of a device with Gaussian noise. ``shapes`` {observable: function} are models in the place
    of those with Eq. (3)."""
    return tuple(_dataset(name, rng, parameters, (shapes or {}).get(name)) for name in (LOSS, FREQUENCY))


def _dataset(name, rng, parameters, shapes):
    observable = registry.get_observable(name)
    recipe = observable.recipe
    T_K, photons = synthetic.sweeps(recipe)
    probe = recipe.probe if photons is None else resonator.DrivenProbe(recipe.probe, photons)
    own = {key: value for key, value in parameters.items() if key in observable.parameters or key not in SHARED}
    curve = sum(own[key] * shape for key, shape in (shapes or observable.shapes)(T_K, own, probe).items())
    noise = observable.noise(curve, own, recipe.noise)
    points = Points(T_K, curve + noise * rng.standard_normal(len(T_K)), noise, None, photons, photons)
    info = {
        "observable": name,
        observable.probe: recipe.probe,
        "parameters": {key: {"start": value} for key, value in synthetic.fitted(observable).items()},
    }
    if observable.driven:
        info["systematic"] = {"correlated": COMMON}
    return Dataset(name, info, observable.units[0], points, points)


def fit(datasets, start):
    """Return the joint Fit of a device, sought from ``start`` {parameter: value}."""
    pair = joint_fit.JointFit(datasets, (SHARED,), (1.0, 1.0))
    values = {name: start[name.split(" [")[0]] for name in pair.all_names()}
    return problem.maximize(joint_fit.joint_likelihood(pair), values, of_interest=pair.of_interest)


def closure(first, n, seed):
    """Fit the devices ``first`` to ``first + n - 1``: a row for each and each parameter of SHARED, with its pull, which is
    (fitted - true)/σ, and whether its 68 % interval holds the truth."""
    rows = []
    for device in range(first, first + n):
        rng = np.random.default_rng(np.random.SeedSequence(seed, spawn_key=(SPAWN, device)))
        parameters = draw_parameters(rng)
        found = fit(sample_pair(rng, parameters), parameters)
        for name in SHARED:
            low, high = found.intervals[name]
            pull = (found.values[name] - parameters[name]) / found.errors[name]
            rows.append((device, name, parameters[name], found.values[name], pull, low <= parameters[name] <= high))
    return pd.DataFrame(rows, columns=ROWS)


def sample_on_atlas(rng):
    """Return (joint.Group on the atlas, its parameters): a device with n of the atlas, which is wrong by its own errors.

    J0/h0 is uniform between synthetic.COUPLINGS; one draw of the errors of the atlas is in 1/Q_i and f.
    """
    parameters = draw_parameters(rng)
    del parameters["mu"]
    parameters[J0_OVER_H0] = float(rng.uniform(*synthetic.COUPLINGS) * atlas_fit.J0_over_h0_parameter().high)
    atlas = atlas_fit.shipped_atlas()
    shapes = {
        name: atlas_fit.AtlasModel(registry.get_observable(name), atlas_fit.H0_K, atlas).shapes for name in (LOSS, FREQUENCY)
    }
    exact = joint_fit.joint_with_atlas_model(joint_fit.JointFit(sample_pair(rng, parameters, shapes), (SHARED,), (1.0, 1.0)))
    away = [atlas_fit.deviations(dataset, parameters) for dataset in exact.datasets]
    draw = rng.standard_normal(len(away[0]))
    members = []
    for dataset, off in zip(exact.datasets, away, strict=True):
        points = replace(dataset.points, value=dataset.points.value + draw @ off)
        members.append(replace(dataset, points=points, all_points=points))
    return replace(exact, datasets=tuple(members)), parameters


def closure_on_atlas(first, n, seed):
    """Fit devices of ``sample_on_atlas`` with J0/h0 free: rows as ``closure`` has them, of J0/h0 alone."""
    rows = []
    for device in range(first, first + n):
        rng = np.random.default_rng(np.random.SeedSequence(seed, spawn_key=(SPAWN, device, 1)))
        group, parameters = sample_on_atlas(rng)
        found = joint_fit.fit_joint_on_atlas(group, parameters, intervals="interest")
        value, (low, high) = parameters[J0_OVER_H0], found.intervals[J0_OVER_H0]
        pull = (found.values[J0_OVER_H0] - value) / found.errors[J0_OVER_H0]
        covered = (low is None or low <= value) and (high is None or value <= high)
        rows.append((device, J0_OVER_H0, value, found.values[J0_OVER_H0], pull, covered))
    return pd.DataFrame(rows, columns=ROWS)


def summary(rows):
    """Return a row for each parameter: mean and width of the pulls, and the share of 68 % intervals that hold the truth."""
    grouped = rows.groupby("parameter", sort=False)
    found = grouped["pull"].agg(n_devices="size", pull_mean="mean", pull_width="std").reset_index()
    return found.assign(coverage=list(grouped["covered"].mean()))
