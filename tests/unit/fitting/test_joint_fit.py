"""Datasets that share parameters: against fits alone, and what the closure of synthetic devices says."""

import numpy as np
import pytest

from shared import DATASET_SCHEMA, ROOT
from tlsglass.atlas.observables import AtlasObservables
from tlsglass.data.dataset import Dataset, Points
from tlsglass.fitting import closure, joint_result, synthetic
from tlsglass.fitting.comparison import compare
from tlsglass.fitting.conclusion import State
from tlsglass.fitting.problem import FitProblem
from tlsglass.models import registry
from tlsglass.models.resonator import SHARED_PARAMETERS
from tlsglass.report.fit_report import fit_joint


def points_of(name, parameters, rng, noise):
    """A dataset of an observable at its recipe's temperatures."""
    observable = registry.get_observable(name)
    recipe = observable.recipe
    T = np.geomspace(*recipe.temperatures_K, 25)
    curve = observable.curve(T, parameters, recipe.probe)
    sigma = observable.noise(curve, parameters, noise)
    points = Points(T, curve + sigma * rng.standard_normal(len(T)), sigma, None)
    info = {"observable": name, "parameters": {key: {"start": value} for key, value in parameters.items()}}
    if observable.probe:
        info[observable.probe] = recipe.probe
    return Dataset(name, info, observable.units[0], points, points)


def glass(rng, mu=0.15):
    kappa = points_of("thermal_conductivity", {"mu": mu, "kappa_1K": 0.03}, rng, 0.01)
    return kappa, points_of("specific_heat", {"mu": mu, "C_tls_1K": 1e-3, "phonons_1K": 2e-3}, rng, 0.02)


def test_kappa_and_C_of_one_glass_share_mu():
    """The joint µ is the mean of the two, weighed with their errors: both models are nearly linear in it."""
    pair, separate = joint_result.joint_problem(glass(np.random.default_rng(3)), [["mu"]])
    joint = compare(pair, starts=joint_result.joint_starts(pair, separate))
    each = np.array([fit.values["mu"] for fit in separate.free])
    weights = 1 / np.array([fit.errors["mu"] for fit in separate.free]) ** 2
    assert joint.free.values["mu"] == pytest.approx(np.average(each, weights=weights), abs=0.1 * weights.sum() ** -0.5)
    assert joint.free.errors["mu"] == pytest.approx(weights.sum() ** -0.5, rel=0.02)
    assert joint.delta_aicc > 10
    assert set(joint.free.values) == {"mu", "kappa_1K", "C_tls_1K [specific_heat]", "phonons_1K [specific_heat]"}


def test_what_is_not_shared_is_fitted_apart():
    """With nothing in common the joint fit is the fits alone."""
    kappa, heat = glass(np.random.default_rng(4))
    pair, separate = joint_result.joint_problem([kappa, heat], [[]])
    joint = compare(pair, False, joint_result.joint_starts(pair, separate)).free
    assert joint.values["mu"] == pytest.approx(separate.free[0].values["mu"], abs=1e-5)
    assert joint.values["mu [specific_heat]"] == pytest.approx(separate.free[1].values["mu"], abs=1e-5)
    assert joint.chi2 == pytest.approx(sum(fit.chi2 for fit in separate.free))


def test_two_values_that_disagree_are_told_in_sigma():
    rng = np.random.default_rng(5)
    kappa, _ = glass(rng, 0.1)
    _, heat = glass(rng, 0.4)
    pair, separate = joint_result.joint_problem([kappa, heat], [["mu"]])
    sigmas = joint_result.difference_sigmas(pair, separate.free)
    values, errors = zip(*((fit.values["mu"], fit.errors_scaled["mu"]) for fit in separate.free), strict=True)
    assert sigmas == {"mu": pytest.approx(abs(values[0] - values[1]) / np.hypot(*errors))}
    assert sigmas["mu"] > 10


def cold_resonator(rng, n=16):
    """Return the tables of f and 1/Q near hf/k, where f alone has two minima: µ and F tan δ are both small, or both large."""
    T, f = np.linspace(0.02, 0.32, n), 5.1e9
    values = {"mu": 0.0, "F_tan_delta": 1e-5, "gap_K": 2.1, "kinetic_inductance_fraction": 0.02}
    for name in ("resonator_loss", "resonator_frequency"):
        observable = registry.get_observable(name)
        curve = observable.curve(T, observable.defaults | values, f)
        sigma = 0.02 * curve if observable.positive else np.full_like(curve, 2e-8)
        noisy = curve + sigma * rng.standard_normal(n)
        yield {"T": T, "value": noisy, "error": sigma, "observable": name, "frequency": f, "name": name}


@pytest.mark.parametrize("seed", [1, 3])
def test_a_second_minimum_of_one_dataset_is_no_contradiction(seed):
    """Alone, f may have its best χ² at the other minimum: the one near the joint fit is compared with Q."""
    result = fit_joint(list(cold_resonator(np.random.default_rng(seed)))).result
    table = result.parameters.set_index(["parameter", "dataset"])
    alone = table.loc[("F_tan_delta", "resonator_frequency")]
    assert abs(alone["separate"] - 1e-5) < 5 * alone["separate_err"] < 5e-6
    assert (result.parameters["difference_sigma"].dropna() < 4).all()
    assert not [warning for warning in result.fit["warnings"] if warning["code"] == "contradiction"]
    assert result.fit["conclusion"]["mu"] == State.CONSISTENT  # with 16 temperatures in each dataset


def test_a_loss_at_one_power_may_be_saturated():
    """f and Q then contradict each other; the warning says why, and n_c is not among the parameters."""
    loss, shift = cold_resonator(np.random.default_rng(1))
    loss["value"] = loss["value"] * (1 + 0.1 / loss["T"]) ** -0.5
    fit = fit_joint([loss, shift]).fit
    assert fit["conclusion"]["state"] == State.NOT_DESCRIBED
    assert "saturation_unknown" in [warning["code"] for warning in fit["warnings"]]


def test_a_contradiction_is_not_hidden_by_the_misfit_that_it_causes():
    """κ(1 K) of one sample is twice that of the other, each known within 1 %."""
    rng, T = np.random.default_rng(1), np.geomspace(0.05, 0.5, 20)
    common = {"T": T, "observable": "thermal_conductivity"}
    curves = {name: factor * T**2 for name, factor in (("a", 0.03), ("b", 0.06))}
    tables = [
        common | {"value": curve * (1 + 0.01 * rng.standard_normal(20)), "error": 0.01 * curve, "name": name}
        for name, curve in curves.items()
    ]
    result = fit_joint(tables).result
    row = result.parameters.set_index(["parameter", "dataset"]).loc[("kappa_1K", "a")]
    assert row["separate"] == pytest.approx(0.03, rel=0.03)
    assert row["difference_sigma"] > 20
    assert "contradiction" in [warning["code"] for warning in result.fit["warnings"]]


def test_sound_velocity_and_internal_friction_of_one_oscillator():
    """δv/v and Q⁻¹ share P0γ²/ρv², µ and A, and together hold them better than each alone."""
    rng, shared = np.random.default_rng(6), {"mu": 0.1, "A_Hz_per_K3": 9.4e6, "tls_strength": 3.2e-4}
    velocity = points_of("sound_velocity", shared | {"offset": 0.0}, rng, 0.01)
    friction = points_of("internal_friction", shared | {"background": 2e-5}, rng, 0.005)
    pair, separate = joint_result.joint_problem([velocity, friction], [list(shared)])
    joint = compare(pair, False, joint_result.joint_starts(pair, separate)).free
    for name, truth in shared.items():
        assert abs(joint.values[name] - truth) < 3 * joint.errors[name], name
        assert joint.errors[name] < min(fit.errors[name] for fit in separate.free), name


def test_the_narrower_bounds_hold():
    kappa, heat = glass(np.random.default_rng(7))
    for dataset, low, high in ((kappa, 0.0, 0.5), (heat, 0.05, 0.9)):
        dataset.info["parameters"]["mu"] |= {"low": low, "high": high}
    pair = FitProblem((kappa, heat), (("mu",),))
    term = pair.parameters()["mu"]
    assert (term.low, term.high) == (0.05, 0.5)


def test_the_calibration_is_known_to_what_is_stated():
    """F tan δ of 1/Q_i alone is no better than the fraction by which all values may be wrong together."""
    parameters = synthetic.draw_resonator_parameters(np.random.default_rng(8))
    loss, _ = synthetic.sample_resonator(np.random.default_rng(9), parameters)
    joint = FitProblem.from_dataset(loss).fit([parameters], False)
    free = FitProblem.from_dataset(_without(loss)).fit([parameters], False)
    expected = np.hypot(free.errors["F_tan_delta"] / free.values["F_tan_delta"], synthetic.CALIBRATION_SIGMA)
    assert joint.errors["F_tan_delta"] / joint.values["F_tan_delta"] == pytest.approx(expected, rel=0.02)


def _without(dataset):
    info = {key: value for key, value in dataset.info.items() if key != "systematic"}
    return Dataset(dataset.name, info, dataset.unit, dataset.points, dataset.all_points)


def test_devices_close():
    """Six devices: pulls of F tan δ, µ, gap and kinetic fraction within 4 σ of 0, and no wider than chance makes them."""
    table = closure.pair_study().table(6, 20210203)
    assert list(table["parameter"]) == list(SHARED_PARAMETERS)
    assert (abs(table["pull_mean"]) < 4 / np.sqrt(6)).all()
    assert table["pull_width"].between(0.1, 1 + 4 / np.sqrt(12)).all()
    assert (table["coverage"] > 0.3).all()


def test_devices_close_on_the_atlas():
    """Three devices with J0/h0 free: the same; and errors of the atlas that 1/Q_i and f have in common."""
    study = closure.pair_study(on_atlas=True)
    rows = study.rows(range(3), 20210203)
    (table,) = study.summary(rows).itertuples()
    assert rows["true"].between(0.05, 0.97).all()
    assert abs(table.pull_mean) < 4 / np.sqrt(3)
    assert 0.1 < table.pull_width < 1 + 4 / np.sqrt(6)
    assert table.coverage > 0.3


def test_res_1_is_described_together_and_a_power_that_was_left_out_is_predicted():
    """The median residual of 1/Q_i is within the stated 3 %, that of a power that was left out within 7 %."""
    dataset, partners = joint_result.load_partners(ROOT / "config/experiments/argonne_resonator_loss", DATASET_SCHEMA)
    pair, separate = joint_result.joint_problem([dataset, *partners], [partner["shared"] for partner in dataset.info["joint"]])
    joint = compare(pair, False, joint_result.joint_starts(pair, separate))
    deviation = pair.curve(0, joint.free.values) / dataset.points.value - 1
    assert np.median(np.abs(deviation)) < dataset.info["systematic"]["uncorrelated"]
    assert (joint_result.leave_out(pair, separate)["median_error"] < 0.07).all()
    F = [fit.values["F_tan_delta"] for fit in separate.free]
    assert F[1] > 1.1 * F[0]  # f alone and 1/Q_i alone do not agree


@pytest.mark.parametrize(("beta1", "is_described"), [(1.2, True), (1.0, False)])
def test_a_wrong_value_of_a_fixed_parameter_is_not_hidden_by_larger_errors(beta1, is_described):
    """Q is not described alone then, and no conclusion is drawn from f and Q together, whose errors are scaled."""
    rng = np.random.default_rng(1)
    loss, f = (dataset.points for dataset in synthetic.sample_resonator(rng, synthetic.draw_resonator_parameters(rng)))
    loss = loss.select(np.arange(len(loss.T_K)) % 2 == 0)
    tables = [
        {"T": x.T_K, "value": x.value, "error": x.error, "observable": name, "frequency": 8e9, "name": name}
        for name, x in ((synthetic.LOSS, loss), (synthetic.FREQUENCY, f))
    ]
    tables[0] |= {"photons": loss.photons, "systematic": {"correlated": synthetic.CALIBRATION_SIGMA}}
    tables[0] |= {"parameters": {"beta1": {"start": beta1, "fixed": True}}}
    fit = fit_joint(tables).fit
    of_loss, of_f = fit["members"]
    assert (of_loss["described_alone"], of_f["described_alone"]) == (is_described, True)
    assert (of_loss["errors_scaled_by"] == 1.0) == is_described
    assert of_loss["fixed"] == {"beta1": beta1}
    codes = {warning["code"] for warning in fit["warnings"]}
    if is_described:
        assert (fit["conclusion"]["state"], fit["conclusion"]["mu"]) == (State.INTERVAL, State.FAVORED)
        assert abs(fit["mu_free"]["values"]["mu"] - 0.1) < 3 * fit["mu_free"]["errors_scaled"]["mu"]
    else:
        assert (fit["conclusion"]["state"], fit["conclusion"]["mu"]) == (State.NOT_DESCRIBED, State.NOT_DESCRIBED)
        assert not any(fit[model]["acceptable"] for model in ("mu_free", "stm"))
        assert "fixed_parameters" in codes


def test_a_dataset_that_only_the_atlas_describes_is_described_by_it():
    """µ is fixed at 0: Eq. (3) describes neither κ nor C of these TLSs, but a J0/h0 describes both."""
    rng, T_K = np.random.default_rng(2), np.geomspace(0.05, 1.0, 25)
    observables, tables = AtlasObservables(T_K), []
    for name, values in (("thermal_conductivity", observables.thermal_conductivity(0.2)), ("specific_heat", None)):
        values = 5.0 * observables.specific_heat(0.2) if values is None else values
        noise = 0.01 * rng.standard_normal(len(T_K))
        table = {"T": T_K, "value": 1e-2 * values / values[0] * (1 + noise), "relative_error": 0.01, "observable": name}
        tables.append(table | {"parameters": {"mu": {"start": 0.0, "fixed": True}}, "name": name})
    fit = fit_joint(tables).fit
    assert not any(member["described_alone"] for member in fit["members"])
    assert not fit["mu_free"]["acceptable"]
    assert fit["atlas"]["model"]["acceptable"]
    assert fit["atlas"]["model"]["values"]["J0_over_h0"] == pytest.approx(0.2, abs=0.03)
