"""J0/h0 from points: that of the density they are made of, controls that must not claim one, and closure."""

import itertools
import json
from dataclasses import replace

import numpy as np
import pytest
import yaml
from scipy.integrate import quad

from shared import EXPERIMENTS
from tlsglass.atlas import api, observables
from tlsglass.atlas.table import shipped_atlas
from tlsglass.data.dataset import Dataset, Points, load_dataset
from tlsglass.fitting import closure
from tlsglass.fitting.conclusion import State
from tlsglass.fitting.fit import Covariance, ParameterState
from tlsglass.fitting.problem import FitProblem
from tlsglass.fitting.result import fit_dataset, round_to_error

CONTROLS = [
    path.parent.name
    for path in sorted(EXPERIMENTS.glob("*/dataset.yaml"))
    if yaml.safe_load(path.read_text(encoding="utf-8")).get("is_control")
]


def sound(T, value, error):
    """A dataset of sound velocities at 90 kHz."""
    points = Points(T, value, error, None)
    info = {"observable": "sound_velocity", "omega_Hz": 90e3, "parameters": {}, "data": {"error": {"column": "e"}}}
    info["parameters"] = {"mu": {"start": 0.0}, "tls_strength": {"start": 1e-4, "low": 0}, "A_Hz_per_K3": {"start": 1e7}}
    return Dataset("made", info, "dimensionless", points, points)


@pytest.mark.parametrize("ratio", [0.2, 0.3])
def test_delta_v_of_both_couplings_of_the_paper_gives_them_back(ratio):
    """δv/v of J0 = 2 and 3 K by physics.atlas, with noise: J0/h0 within 2 σ."""
    T = np.geomspace(0.02, 2, 30)
    curve = api.sound_velocity(T, 10 * ratio, 90e3, 9.4e6) / api.density_estimate(2**-0.5, 2**-0.5, 10 * ratio)
    value, sigma = 3.2e-4 * curve.value, np.full(30, 3.2e-6)
    noise = np.random.default_rng(11).standard_normal(30)
    fit = FitProblem.from_dataset(sound(T, value + sigma * noise, sigma)).on_atlas().fit()
    assert abs(fit.values["J0_over_h0"] - ratio) < 2 * fit.errors["J0_over_h0"]
    assert fit.states["J0_over_h0"] == "interval"
    assert fit.misfit < 1.5
    assert 0 < fit.atlas_error < fit.errors["J0_over_h0"]


def test_curves_are_those_of_the_atlas_and_so_are_their_errors():
    T, g = np.array([0.05, 0.3, 1.5]), 0.27
    curves = observables.AtlasObservables(T)
    reference = api.density(2**-0.5, 2**-0.5, 10 * g)[0]
    np.testing.assert_allclose(
        curves.specific_heat(g), (api.specific_heat(T, 10 * g) / api.specific_heat(1.0, 10 * g)).value, rtol=1e-5
    )
    kappa = api.thermal_conductivity(T, 10 * g) / api.thermal_conductivity(1.0, 10 * g)
    np.testing.assert_allclose(curves.thermal_conductivity(g), kappa.value, rtol=1e-6)
    rows = curves.thermal_conductivity(g, jackknife=True)
    np.testing.assert_allclose(np.sqrt((len(rows) - 2) * np.var(rows[1:], axis=0)), kappa.error, rtol=1e-3)
    velocity = api.sound_velocity(T, 10 * g, 90e3, 9.4e6).value / reference
    np.testing.assert_allclose(curves.sound_velocity(g, 90e3, 9.4e6), velocity, rtol=1e-5)
    friction = api.internal_friction(T, 10 * g, 90e3, 9.4e6).value / reference
    np.testing.assert_allclose(curves.internal_friction(g, 90e3, 9.4e6), friction, rtol=1e-5)


def test_the_principal_value_is_that_of_quadrature():
    T, g, quantum = 0.1, 0.2, 0.3839
    frequency = quantum / 4.799243073e-11  # h/k

    def smooth(E):
        return api.density(E, T, 10 * g)[0] * np.tanh(E / 2 / T) * E / (E + quantum)

    value = quad(smooth, 1e-9, 2 * quantum, weight="cauchy", wvar=quantum, epsabs=1e-12)[0]
    ends = np.geomspace(2 * quantum, 250, 12)
    value += sum(quad(lambda E: smooth(E) / (E - quantum), a, b, epsrel=1e-8)[0] for a, b in itertools.pairwise(ends))
    principal_value = observables.AtlasObservables(np.array([T])).resonant_at_frequency(g, frequency)[0]
    assert principal_value == pytest.approx(-value / api.density(2**-0.5, 2**-0.5, 10 * g)[0], rel=1e-4)


def test_where_two_couplings_have_the_same_exponent_the_interval_holds_both():
    """Annealed, β of κ is largest near J0/h0 = 0.5: 0.42 and 0.6 are hardly told apart."""
    T, annealed = np.geomspace(0.05, 1, 20), shipped_atlas().annealed()
    kappa = 0.03 * observables.AtlasObservables(T, atlas=annealed).thermal_conductivity(0.42)
    info = {"observable": "thermal_conductivity", "parameters": {"mu": {"start": 0.0}, "kappa_1K": {"start": 0.03}}}
    points = Points(T, kappa, 0.04 * kappa, None)
    problem = FitProblem.from_dataset(Dataset("made", info, "W/(m K)", points, points))
    fit = problem.on_atlas(atlas=annealed).fit()
    low, high = fit.intervals_scaled["J0_over_h0"]
    assert low < 0.42
    assert high > 0.55


def test_points_outside_of_the_atlas_are_left_out_and_said_to_be():
    record = fit_dataset(load_dataset(EXPERIMENTS / "fig5b_silica_dielectric_constant"), scan=False).fit
    assert record["atlas"]["left_out"] > 0
    assert "outside_of_atlas" in {warning["code"] for warning in record["warnings"]}
    assert record["atlas"]["same_points"]["mu_free"]["dof"] == record["atlas"]["model"]["dof"]


@pytest.mark.parametrize("name", CONTROLS)
def test_a_control_claims_nothing(name):
    """A control that ends with µ ≠ 0 favoured and a good fit is a failed test."""
    record = fit_dataset(load_dataset(EXPERIMENTS / name), scan=False).fit
    assert record["conclusion"]["mu"] != State.FAVORED
    assert record["conclusion"]["state"] in (State.NOT_DESCRIBED, State.NOT_CONSTRAINED)
    assert "J0_over_h0" not in {row["name"] for row in record["parameters"] if row["state"] in ParameterState.DETERMINED}
    assert json.dumps(record, allow_nan=False)


def test_a_control_of_a_glass_would_fail():
    record = fit_dataset(load_dataset(EXPERIMENTS / "stycast1266_thermal_conductivity"), scan=False).fit
    assert record["conclusion"]["mu"] == State.FAVORED
    assert record["conclusion"]["state"] == State.INTERVAL


def test_the_null_test_is_not_constrained():
    record = fit_dataset(load_dataset(EXPERIMENTS / "nyu_resonator_frequency"), scan=False).fit
    assert record["mu_free"]["states"]["mu"] == "not constrained"
    assert "µ not constrained" in record["lines"][0]
    ((low, high),) = record["mu_free"]["excluded_95_scaled"]["mu"]  # between two minima
    assert low < 0.2 < 1.0 < high
    assert f"{high:.2g} is excluded" in record["lines"][0]
    assert f"the points exclude {low:.2g} to {high:.2g}" in record["conclusion"]["text"]


def test_the_window_of_the_fit_is_the_fit_itself():
    """And what a shorter window holds is named; nothing leaves the bounds."""
    result = fit_dataset(load_dataset(EXPERIMENTS / "niobium_resonator_frequency"))
    row = result.windows.dropna(subset=["mu"]).iloc[-1]
    assert row["mu_err"] == pytest.approx(result.fit["mu_free"]["errors"]["mu"])
    assert row["fixed"] == ""
    assert result.windows.dropna(subset=["mu"]).iloc[0]["fixed"] == "gap_K, kinetic_inductance_fraction"
    assert result.windows["mu"].min() > -0.9


def test_few_datasets_close():
    """40 of κ: within 4 standard errors of 68 and 95 %; the table of closure has 500 of each observable."""
    row = closure.atlas_study("thermal_conductivity").table(40, 5).iloc[0]
    assert abs(row["coverage"] - 0.683) < 4 * np.sqrt(0.683 * 0.317 / 40)
    assert row["coverage_95"] > 0.95 - 4 * np.sqrt(0.95 * 0.05 / 40)
    assert abs(row["pull_mean"]) < 4 / np.sqrt(40)
    assert abs(row["pull_width"] - 1) < 4 / np.sqrt(80)


def test_h0_moves_the_answer_and_a_given_one_is_used():
    loaded = load_dataset(EXPERIMENTS / "stycast1266_thermal_conductivity")
    at_20 = replace(loaded, info=loaded.info | {"h0_K": 20})
    record, moved = (fits_of(dataset) for dataset in (loaded, at_20))
    assert record["h0"]["20"] == pytest.approx(moved["model"]["values"]["J0_over_h0"], abs=1e-4)


def fits_of(dataset):
    return fit_dataset(dataset, scan=False).fit["atlas"]


def test_the_share_of_the_atlas_is_in_the_error():
    problem = FitProblem.from_dataset(load_dataset(EXPERIMENTS / "stycast1266_thermal_conductivity")).on_atlas()
    fit = problem.fit(intervals=False)
    plain = Covariance(problem.likelihood(atlas_errors=False).at(fit.values)).error("J0_over_h0")
    assert np.hypot(plain, fit.atlas_error) == pytest.approx(fit.errors["J0_over_h0"], rel=0.01)
    assert fit.atlas_error > 0


def test_a_table_holds_the_digits_that_an_error_carries():
    assert round_to_error(0.0052047336, 0.951) == 0.0052
    assert round_to_error(-12345.678, 250.0) == -12345.68
    assert [round_to_error(*pair) for pair in ((None, 0.1), (1.23456789, None), (0.5, 0.0))] == [None, 1.23456789, 0.5]
