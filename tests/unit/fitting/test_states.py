"""States of µ and J0/h0 in all parts of a report, what their intervals leave out, and points that are left out."""

from dataclasses import replace

import numpy as np
import pytest

from tlsglass.data.dataset import Dataset
from tlsglass.fitting import synthetic
from tlsglass.fitting.comparison import draw_conclusion, fit_models
from tlsglass.fitting.conclusion import Reason, State
from tlsglass.fitting.fit import ParameterState
from tlsglass.fitting.problem import AtlasModel, FitProblem
from tlsglass.fitting.result import fit_dataset
from tlsglass.models import registry
from tlsglass.models.observable import J0_OVER_H0

CHI2_95 = 3.841  # quantile of χ²(1)


def with_columns(dataset: Dataset) -> Dataset:
    """Return a synthetic dataset with what a report says of its columns."""
    columns = {"temperature": {"column": "T", "unit": "K"}, "value": {"column": "y", "unit": dataset.unit}}
    info = dataset.info | {"title": "synthetic", "data": columns | {"error": {"column": "s"}}}
    return replace(dataset, info=info)


def on_atlas(name: str, ratio: float, noise: float, seed: int, **parameters: float) -> Dataset:
    """Return points of an observable with J0/h0 of the atlas and ``noise`` times the noise of its recipe."""
    rng, observable = np.random.default_rng(seed), registry.get_observable(name)
    recipe = replace(observable.recipe, noise=noise * observable.recipe.noise)
    truth = {**recipe.parameters, J0_OVER_H0: ratio, **parameters}
    points = synthetic.points_of_recipe(recipe)
    shapes = AtlasModel(observable).shapes(points.T_K, truth, recipe.probe)
    curve = sum(truth[key] * shape for key, shape in shapes.items())
    error = observable.noise(curve, truth, recipe.noise)
    points = replace(points, value=curve + error * rng.standard_normal(len(curve)), error=error)
    return Dataset("synthetic", synthetic.dataset_info(observable), observable.units[0], points, points)


@pytest.mark.parametrize("noise", [0.02, 0.3])
def test_mu_has_one_state_however_large_it_is(noise):
    """µ of Eq. (3) is determined, also if it exceeds every µ of the atlas, which is a statement about J0/h0."""
    recipe = registry.get_observable("thermal_conductivity").recipe
    described = []
    for mu in (0.2, 0.3, 0.35, 0.4, 0.5, 0.7):
        parameters = dict(recipe.parameters) | {"mu": mu}
        rng = np.random.default_rng(1)
        dataset = synthetic.sample("thermal_conductivity", rng, recipe=replace(recipe, parameters=parameters, noise=noise))
        fit = fit_dataset(with_columns(dataset), scan=False).fit
        (row,) = [row for row in fit["parameters"] if row["name"] == "mu"]
        assert row["state"] == fit["mu_free"]["states"]["mu"] == ParameterState.INTERVAL
        assert row["low_95"] < mu < row["high_95"]
        assert (Reason.MU_ABOVE_ATLAS in fit["conclusion"]["reasons"]) == (fit["conclusion"]["mu"] == State.OUTSIDE)
        described.append(fit["conclusion"]["state"] != State.NOT_DESCRIBED)
    assert described == sorted(described, reverse=True)  # from some µ on, no J0/h0 has so large a one
    assert described[0]
    assert not described[-1]


@pytest.mark.parametrize(("ratio", "noise", "seed"), [(0.12, 10.0, 4), (0.1, 10.0, 1), (0.65, 3.0, 0)])
def test_ranges_of_J0_over_h0_that_the_points_exclude_are_reported(ratio, noise, seed):
    """A weak and a strong coupling have the same exponent: the interval contains both and what lies between them."""
    dataset = on_atlas("specific_heat", ratio, noise, seed)
    fits, _ = draw_conclusion(fit_models(FitProblem.from_dataset(dataset), "interest"), {})
    ((low, high),) = fits.atlas.excluded_95_scaled[J0_OVER_H0]
    first, last = fits.atlas.intervals_95_scaled[J0_OVER_H0]
    assert first < low < high < last
    unit = fits.atlas.scale**2

    def rise(value: float) -> float:
        return fits.on_atlas.rise(fits.atlas, J0_OVER_H0, value) / unit

    assert rise(0.5 * (low + high)) > CHI2_95
    assert rise(low) == pytest.approx(CHI2_95, rel=0.1)
    assert rise(0.9 * low) < CHI2_95 or fits.atlas.values[J0_OVER_H0] > high
    fit = fit_dataset(with_columns(dataset), scan=False).fit
    (row,) = [row for row in fit["parameters"] if row["name"] == J0_OVER_H0]
    np.testing.assert_allclose(row["excluded_95"], [(low, high)], rtol=0.02)
    assert f"{low:.2g} to {high:.2g}" in fit["conclusion"]["text"]
    assert f"{low:.2g} to {high:.2g}" in " ".join(fit["lines"])


def test_an_interval_with_one_minimum_has_no_gap():
    dataset = on_atlas("thermal_conductivity", 0.1, 1.0, 0)
    fits = fit_models(FitProblem.from_dataset(dataset), "interest")
    assert fits.atlas.excluded_95_scaled == fits.comparison.free.excluded_95_scaled == {}
    assert fits.atlas.states[J0_OVER_H0] == ParameterState.INTERVAL


@pytest.mark.parametrize("cold", [[0.012], [0.006, 0.012], [0.004, 0.006, 0.012]])
def test_points_that_are_not_on_the_atlas_are_named(cold):
    recipe = registry.get_observable("thermal_conductivity").recipe
    dataset = with_columns(synthetic.sample("thermal_conductivity", np.random.default_rng(0), recipe=recipe))
    T_K = dataset.points.T_K.copy()
    T_K[: len(cold)] = cold
    points = replace(dataset.points, T_K=T_K)
    fit = fit_dataset(replace(dataset, points=points, all_points=points), scan=False).fit
    assert fit["atlas"]["left_out_K"] == cold
    assert fit["atlas"]["left_out"] == len(cold)
    assert fit["atlas"]["atlas_range_K"][0] == pytest.approx(0.02)
    (text,) = [warning["text"] for warning in fit["warnings"] if warning["code"] == "outside_of_atlas"]
    assert f"{cold[0]:.3g} K" in text
    assert "0.012 K" in text
