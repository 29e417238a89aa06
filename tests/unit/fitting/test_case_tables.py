"""Tables that fits once got wrong: states and values of what is right, and further tables of the same kinds."""

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from shared import EXPERIMENTS
from tlsglass import fit
from tlsglass.fitting import synthetic
from tlsglass.fitting.comparison import compare, fit_models
from tlsglass.fitting.conclusion import Reason, State
from tlsglass.fitting.problem import AtlasModel, FitProblem
from tlsglass.models.registry import get_observable
from tlsglass.models.resonator import DrivenProbe

CASES = Path(__file__).parents[2] / "data/cases"
KAPPA = "thermal_conductivity"


def column(name, *columns, skip=0, **where):
    table = pd.read_csv(CASES / name, skiprows=skip)
    for key, value in where.items():
        table = table[table[key] == value]
    return [table[c].to_numpy(float) if isinstance(c, str) else table.iloc[:, c].to_numpy(float) for c in columns]


def claims(report):
    """Return the parameters of interest that a report states with an interval or limit."""
    return {row["name"] for row in report.fit["parameters"] if row["state"] not in (State.NOT_DESCRIBED, State.NOT_CONSTRAINED)}


@pytest.mark.parametrize(
    ("name", "skip", "window"),
    [
        ("olson1993_stycast2850.csv", 0, (0.05, 0.5)),
        ("crowley2022_cfrp_clearwater_0p1K.csv", 0, (0.1, 0.5)),
        ("kappa_cuni_olson.csv", 1, None),
        ("kappa_graphite_poco_woodcraft.csv", 1, None),
    ],
)
def test_what_is_no_glass_has_no_J0_over_h0(name, skip, window):
    T, kappa = column(name, 0, 1, skip=skip)
    report = fit(T, kappa, KAPPA, window=window, scan=False)
    assert report.fit["conclusion"]["state"] == State.NOT_DESCRIBED
    assert report.J0_over_h0 is None
    assert not claims(report) & {"J0_over_h0", "mu"} or report.fit["conclusion"]["mu"] != State.NOT_DESCRIBED
    assert "J0_over_h0" not in claims(report)


@pytest.mark.parametrize("power", [1.0, 3.0, 2.7])
def test_a_power_law_of_a_metal_or_of_boundaries_is_no_glass(power):
    T = np.geomspace(0.05, 1, 25)
    kappa = 0.1 * T**power * (1 + 0.02 * np.random.default_rng(3).standard_normal(25))
    report = fit(T, kappa, KAPPA, scan=False)
    assert report.fit["conclusion"]["state"] == State.NOT_DESCRIBED
    assert 2 - report.fit["mu_free"]["values"]["mu"] == pytest.approx(power, abs=0.05)


def test_errors_that_are_correct_show_that_no_J0_over_h0_describes_points():
    T, kappa, error = column("silent_truth.csv", 0, 1, 2)
    report = fit(T, kappa, KAPPA, error=error, scan=False)
    assert report.fit["conclusion"]["state"] == State.NOT_DESCRIBED
    assert report.fit["extra_scatter"] is None


def test_repeated_rows_change_no_conclusion():
    reports = [fit(*column(name, 0, 1), KAPPA) for name in ("repeated_rows.csv", "repeated_rows_control.csv")]
    for report in reports:
        assert report.fit["conclusion"]["state"] == State.INTERVAL
        assert report.J0_over_h0[0] == pytest.approx(0.09, abs=0.02)  # two errors: the atlas itself moves with its simulations
    assert reports[0].J0_over_h0[0] == pytest.approx(reports[1].J0_over_h0[0], abs=0.005)


@pytest.mark.parametrize("name", ["stm_not_minimum_18.csv", "stm_not_minimum_46.csv", "resonator_two_level.csv"])
def test_no_refit_from_another_optimum_is_better(name):
    T, value = column(name, 0, 1)
    report = fit(T, value, "resonator_frequency", frequency=5e9, scan=False)
    fits = report.result.fits
    starts = [fits.comparison.free.values, fits.comparison.stm.values, {**fits.atlas.values, "mu": 0.1}]
    for problem, best in ((fits.problem, fits.comparison.free), (fits.problem.with_fixed(mu=0.0), fits.comparison.stm)):
        likelihood = problem.likelihood()
        lowest = likelihood.at(best.values).objective
        for start in starts:
            assert likelihood.maximize(start).objective > lowest * (1 - 1e-3 / likelihood.dof)
    assert fits.comparison.free.deviance <= fits.comparison.stm.deviance + 1e-6
    fraction = fits.comparison.free.values["kinetic_inductance_fraction"]
    assert 0 <= fraction <= 1


def test_two_levels_of_a_resonator_constrain_nothing():
    report = fit(*column("resonator_two_level.csv", 0, 1), "resonator_frequency", frequency=5e9, scan=False)
    assert report.fit["conclusion"]["state"] == State.NOT_CONSTRAINED
    assert report.fit["conclusion"]["mu"] == State.NOT_CONSTRAINED
    gain = report.fit["stm"]["deviance"] - report.fit["mu_free"]["deviance"]
    assert gain - 2 == pytest.approx(-2, abs=1)  # ΔAIC, of which ΔAICc is the form for small samples


def test_a_null_test_gives_no_limit():
    T, f, error = column("nyu_al_inp_resonator.csv", "T_K", "f0_Hz", "f0_sigma_Hz")
    report = fit(T, f, "resonator_frequency", error=error, frequency=7.718e9, scan=False)
    assert report.fit["conclusion"]["state"] == State.NOT_CONSTRAINED
    assert report.fit["conclusion"]["mu"] == State.NOT_CONSTRAINED


def test_two_starts_on_one_bound_end_in_a_fit():
    T_mK, f = column("biqute2526_3dqubit_f_vs_T.csv", 0, 1)
    report = fit(T_mK * 1e-3, f, "resonator_frequency", frequency=7.492e9, scan=False)
    assert report.fit["conclusion"]["state"] == State.NOT_CONSTRAINED


def test_a_profile_does_not_continue_searches_from_a_worse_maximum():
    """R1 of docs/observables.md: its first search ends at the bound of µ, whose profile meets a better maximum."""
    table = pd.read_csv(EXPERIMENTS / "biqute_resonator_1_frequency/data.csv").query("T_K <= 0.22")
    T, f, error = (table[name].to_numpy() for name in ("T_K", "f0_Hz", "f0_sigma_Hz"))

    def fitted(**mu):
        options = {"frequency": 5.34568715e9, "parameters": {"mu": {"start": 0.0, "low": -2.5, "high": 2.5} | mu}}
        return fit(T, f, "resonator_frequency", error=error, scan=False, **options).fit["mu_free"]

    best = fitted()
    for ends, quantile in ((best["intervals_scaled"], 1.0), (best["intervals_95_scaled"], 3.841)):
        at_end = fitted(start=ends["mu"][0], fixed=True)
        assert at_end["chi2"] - best["chi2"] == pytest.approx(quantile * best["chi2"] / best["dof"], rel=0.05)


def test_errors_far_below_the_scatter_get_an_extra_scatter():
    """RES-1 at -30 dBm: F tan δ and the gap of docs/resonators.md, with errors that mean something."""
    T, f, error = column("argonne_res1.csv", "T_K", "f0_Hz", "f0_sigma_Hz", power_dBm=-30)
    report = fit(T, f, "resonator_frequency", error=error, frequency=8.17e9, scan=False)
    assert report.fit["extra_scatter"] == pytest.approx(1.1e-6, rel=0.3)
    rows = report.parameters.query("model == 'Eq. (3)'").set_index("name")
    assert rows.loc["F_tan_delta", "value"] == pytest.approx(5.89e-4, abs=0.06e-4)
    assert 0.5e-6 < rows.loc["F_tan_delta", "error"] < 10e-6
    assert rows.loc["gap_K", "value"] == pytest.approx(16.2, abs=0.6)
    assert report.fit["rms_residual_of_span"]["stm"] < 0.012
    (warning,) = (warning["text"] for warning in report.fit["warnings"] if warning["code"] == "extra_scatter")
    assert "--temperature-error" in warning


def test_an_outlier_is_no_claim():
    T = np.geomspace(0.05, 0.5, 15)
    kappa = 0.03 * T**2 * (1 + 0.01 * np.random.default_rng(5).standard_normal(15))
    kappa[-1] *= 0.85
    report = fit(T, kappa, KAPPA, relative_error=0.01, scan=False)
    assert report.fit["conclusion"]["mu"] != State.FAVORED
    assert report.fit["conclusion"]["state"] != State.INTERVAL


def test_dataset_and_python_give_the_same_numbers():
    T, kappa = column("repeated_rows_control.csv", 0, 1)
    report = fit(T, kappa, KAPPA, scan=False)
    dataset = report.result.fits.problem.datasets[0]
    comparison = compare(FitProblem.from_dataset(dataset))
    assert comparison.delta_aicc == pytest.approx(report.fit["delta_aicc"], abs=1e-9)
    assert fit_models(FitProblem.from_dataset(dataset)).atlas.values == report.result.fits.atlas.values


def test_results_that_people_use():
    T, kappa = column("repeated_rows_control.csv", 0, 1)
    report = fit(T, kappa, KAPPA, scan=False)
    assert {"model", "name", "value", "error", "low_68", "high_95", "state"} <= set(report.parameters.columns)
    covariance = report.covariance
    errors = report.fit["mu_free"]["errors_scaled"]
    np.testing.assert_allclose(np.sqrt(np.diag(covariance)), [errors[name] for name in covariance.index])
    curve = report.predict(np.geomspace(0.02, 3, 50), "Eq. (3)")
    assert (curve["low"] < curve["value"]).all()
    values = report.fit["mu_free"]["values"]
    np.testing.assert_allclose(curve["value"], values["kappa_1K"] * curve["T_K"] ** (2 - values["mu"]))
    assert np.isnan(report.predict([10.0], "atlas")["value"][0])


@pytest.mark.parametrize("temperature_error", [None, "0.3mK+0.1%"])
def test_errors_of_the_temperature_are_asked_for_where_they_are_missing(temperature_error):
    """f of a niobium resonator to 4 K, with temperatures rounded to 1 mK: where f is steep, this exceeds the errors of f."""
    T = np.linspace(0.05, 4.0, 60)
    values = {"mu": 0.0, "F_tan_delta": 2e-5, "gap_K": 16.5, "kinetic_inductance_fraction": 0.03, "offset": 0.0}
    shift = get_observable("resonator_frequency").curve(T, values, 7.1e9) + 3e-8 * np.random.default_rng(1).standard_normal(60)
    options = {"error": 3e-8, "frequency": 7.1e9, "temperature_error": temperature_error, "scan": False}
    report = fit(np.round(T, 3), shift, "resonator_frequency", **options)
    codes = [warning["code"] for warning in report.fit["warnings"]]
    assert ("no_temperature_errors" in codes) == (temperature_error is None)
    rows = report.parameters.query("model == 'STM'").set_index("name")
    for name in ("F_tan_delta", "gap_K"):  # reported in any case, since the models follow the points closely
        assert rows.loc[name, "value"] == pytest.approx(values[name], rel=0.02)


@pytest.mark.parametrize(("observable", "seed"), [("dielectric_constant", 2), ("specific_heat", 1)])
def test_what_is_a_curve_of_the_atlas_is_described_by_it_alone(observable, seed):
    """Eq. (3) misses ε of the atlas, and has for C a µ above those of the atlas in this window."""
    sample, truth = synthetic.sample_on_atlas(observable, np.random.default_rng([seed, 77]))
    T, value, error = sample.points.T_K, sample.points.value, sample.points.error
    report = fit(T, value, observable, error, frequency=1e3 if observable == "dielectric_constant" else None, scan=False)
    assert report.fit["conclusion"]["state"] == State.INTERVAL
    low, high = report.fit["atlas"]["model"]["intervals_95_scaled"]["J0_over_h0"]
    assert low < truth["J0_over_h0"] < high
    assert "no_temperature_errors" not in [warning["code"] for warning in report.fit["warnings"]]


def test_an_amplitude_that_the_STM_shows_is_a_signal():
    """On the atlas F tan δ has a larger error, since J0/h0 is free: this does not mean that there are no TLSs."""
    T, sigma = np.linspace(0.015, 0.36, 40), 4.5e-7
    values = {"mu": 0.25, "F_tan_delta": 1.8e-5, "gap_K": 2.117, "kinetic_inductance_fraction": 0.00136, "offset": 0.0}
    shift = get_observable("resonator_frequency").curve(T, values, 5.4e9) + sigma * np.random.default_rng(0).standard_normal(40)
    report = fit(T, shift, "resonator_frequency", error=sigma, frequency=5.4e9, scan=False)
    stm, atlas = report.fit["stm"], report.fit["atlas"]["model"]
    assert stm["values"]["F_tan_delta"] > 3 * stm["errors_scaled"]["F_tan_delta"]
    assert atlas["values"]["F_tan_delta"] < 3 * atlas["errors_scaled"]["F_tan_delta"]
    assert Reason.NO_TLS_SIGNAL not in report.fit["conclusion"]["reasons"]
    assert report.fit["conclusion"]["state"] == State.NOT_CONSTRAINED


def test_points_without_noise_are_described_within_the_accuracy_of_the_integrals():
    T = np.geomspace(0.06, 0.95, 18)
    report = fit(T, np.round(T**2, 8), "heat_release", time=3600.0)
    assert report.fit["mu_free"]["acceptable"]
    assert report.fit["mu_free"]["values"]["mu"] == pytest.approx(0.0, abs=1e-4)


def test_residuals_of_averaged_points_are_a_share_only_where_their_errors_are():
    rng = np.random.default_rng(1)
    T = np.sort(rng.uniform(0.05, 0.5, 1100))
    report = fit(T, 1e-5 * np.log(T) + 1e-7 * rng.standard_normal(1100), "sound_velocity", frequency=1e3, scan=False)
    assert not report.fit["errors_relative"]
    assert report.fit["stm"]["misfit"] == pytest.approx(1e-7, rel=0.15)


def test_a_loss_that_a_drive_saturates_is_not_described():
    """At one power; the warning names the drive rather than the temperature."""
    observable, T = get_observable("resonator_loss"), np.linspace(0.02, 0.34, 33)
    values = {"mu": 0.0, "F_tan_delta": 1e-5, "gap_K": 2.1, "kinetic_inductance_fraction": 0.02, "background": 1e-7}
    values |= {"log10_nc": 2.0, "beta1": 1.0, "beta2": 0.9}
    loss = observable.curve(T, observable.defaults | values, DrivenProbe(5.1e9, np.full(33, 1e3)))
    report = fit(T, loss, "resonator_loss", relative_error=0.01, frequency=5.1e9, scan=False)
    assert report.fit["conclusion"]["state"] == report.fit["conclusion"]["mu"] == State.NOT_DESCRIBED
    codes = [warning["code"] for warning in report.fit["warnings"]]
    assert "saturation_unknown" in codes
    assert "no_temperature_errors" not in codes


def noisy(observable, T, values, frequency, relative=0.0, absolute=0.0, seed=0):
    """Return a curve of Eq. (3) with noise, and its errors."""
    curve = get_observable(observable).curve(T, values, frequency)
    error = relative * np.abs(curve) + absolute
    return curve + error * np.random.default_rng(seed).standard_normal(len(T)), error


SOUND = {"mu": 0.0, "tls_strength": 3e-4, "A_Hz_per_K3": 9.4e6, "offset": 0.0}


@pytest.mark.parametrize("seed", [4, 9])
def test_an_interval_contains_mu_0_where_the_stm_is_as_good_as_its_ends(seed):
    """δv/v below its maximum has a minimum of χ² with a very different rate, which the search from the best one misses."""
    T = np.geomspace(0.01, 0.05, 10)
    value, error = noisy("sound_velocity", T, SOUND, 90e3, absolute=3e-6, seed=seed)
    report = fit(T, value, "sound_velocity", error, frequency=90e3, scan=False)
    free, stm = report.fit["mu_free"], report.fit["stm"]
    assert stm["chi2"] - free["chi2"] < 3
    low, high = free["intervals_95_scaled"]["mu"]
    assert low < 0 < high
    assert report.fit["conclusion"]["mu"] in (State.CONSISTENT, State.NOT_CONSTRAINED)


def test_J0_over_h0_that_moves_with_the_window_is_not_constrained_where_eq3_fails_as_well():
    """A line width with an activated term, which is not fitted; J0/h0 is about 0.1."""
    T = np.geomspace(0.3, 10, 20)
    values = {"mu": 0.1, "width_1K": 1e8, "constant": 1e6, "activated": 5e9, "activation_K": 15.0}
    value, error = noisy("line_width", T, values, None, relative=0.03, seed=2)
    report = fit(T, value, "line_width", error)
    assert report.fit["conclusion"]["state"] in (State.NOT_CONSTRAINED, State.NOT_DESCRIBED)
    assert not claims(report) & {"J0_over_h0", "mu"}


def test_J0_over_h0_is_a_limit_where_the_stm_describes_the_same_points_as_well():
    """A sample that stays above 15 mK: Eq. (3) fails at points below the atlas, and says nothing about those on it."""
    T = np.geomspace(0.005, 1, 25)
    value, error = noisy("sound_velocity", (T**4 + 0.015**4) ** 0.25, SOUND, 90e3, absolute=3e-6, seed=2)
    report = fit(T, value, "sound_velocity", error, frequency=90e3, scan=False)
    atlas = report.fit["atlas"]
    assert atlas["left_out"] == 7
    assert report.fit["conclusion"]["mu"] == State.NOT_DESCRIBED
    assert 0 < atlas["delta_aicc"]["stm"] < 6
    assert report.fit["conclusion"]["state"] == State.LIMIT
    assert atlas["model"]["intervals_95_scaled"]["J0_over_h0"][0] == 0


def test_a_wrong_sign_is_asked_about():
    T = np.geomspace(0.02, 2, 20)
    value, error = noisy("sound_velocity", T, SOUND | {"mu": 0.1}, 90e3, absolute=3e-6)
    for sign in (1, -1):
        report = fit(T, sign * value, "sound_velocity", error, frequency=90e3, scan=False)
        codes = [warning["code"] for warning in report.fit["warnings"]]
        assert ("opposite_sign" in codes) == (sign < 0)


@pytest.mark.parametrize("errors_given", [True, False])
@pytest.mark.parametrize("index", [0, 3])
def test_a_point_that_noise_does_not_explain_is_named(index, errors_given):
    T = np.geomspace(0.04, 0.6, 15)
    value, error = noisy(KAPPA, T, {"mu": 0.0, "kappa_1K": 0.03}, None, relative=0.01)
    for factor in (1.0, 1.12):
        changed = value * np.where(np.arange(15) == index, factor, 1.0)
        warnings = fit(T, changed, KAPPA, error if errors_given else None, scan=False).fit["warnings"]
        texts = [warning["text"] for warning in warnings if warning["code"] == "outlier"]
        assert bool(texts) == (factor > 1)
        assert all(f"{T[index]:.3g} K" in text for text in texts)


def test_a_point_far_from_a_model_that_fails_is_no_outlier():
    """The other points follow a smooth curve that is not Eq. (3): the distance of a point from it means nothing."""
    T = np.geomspace(0.04, 0.6, 40)
    value, _ = noisy(KAPPA, T, {"mu": 0.0, "kappa_1K": 0.03}, None, relative=0.001)
    value *= 1 + 0.1 * np.sin(4 * np.log(T))
    changed = value * np.where(np.arange(40) == 20, 1.6, 1.0)
    assert not fit(T, value, KAPPA, None, scan=False).fit["mu_free"]["acceptable"]
    assert "outlier" not in [warning["code"] for warning in fit(T, changed, KAPPA, None, scan=False).fit["warnings"]]


def test_many_errors_that_are_too_small_are_no_outlier():
    T = np.geomspace(0.04, 0.6, 15)
    value, error = noisy(KAPPA, T, {"mu": 0.0, "kappa_1K": 0.03}, None, relative=0.02)
    codes = [warning["code"] for warning in fit(T, value, KAPPA, error / 5, scan=False).fit["warnings"]]
    assert "outlier" not in codes
    assert "extra_scatter" in codes


def test_a_slightly_negative_mu_of_a_curve_of_the_atlas_is_no_failure_of_it():
    """At small J0/h0 and T near h0/4, n depends on T because h0 is finite: Eq. (3) has µ < 0, the atlas is better."""
    T, frequency = np.geomspace(0.08, 2.4, 40), 8e9
    observable = get_observable("resonator_frequency")
    values = {"J0_over_h0": 0.01, "F_tan_delta": 6e-4, "gap_K": 15.0, "kinetic_inductance_fraction": 0.1, "offset": 0.0}
    shapes = AtlasModel(observable).shapes(T, values, frequency)
    value = sum(values[name] * shape for name, shape in shapes.items()) + 1e-7 * np.random.default_rng(3).standard_normal(40)
    report = fit(T, value, "resonator_frequency", 1e-7, frequency=frequency, scan=False)
    assert report.fit["mu_free"]["intervals_95_scaled"]["mu"][1] < 0
    assert report.fit["atlas"]["delta_aicc"]["mu_free"] > 6
    assert report.fit["conclusion"]["state"] != State.NOT_DESCRIBED
    assert Reason.MU_NEGATIVE not in report.fit["conclusion"]["reasons"]
    low, high = report.fit["atlas"]["model"]["intervals_95_scaled"]["J0_over_h0"]
    assert low <= 0.01 <= high


def test_errors_are_too_large_if_they_are_about_any_model():
    """Eq. (3) is not quite a curve of the atlas; 5 times too large errors are seen about the atlas."""
    T, observable = np.geomspace(0.04, 0.6, 15), get_observable(KAPPA)
    curve = 0.03 * AtlasModel(observable).shapes(T, {"J0_over_h0": 0.1}, None)["kappa_1K"]
    kappa = curve * (1 + 0.004 * np.random.default_rng(0).standard_normal(15))
    codes = [warning["code"] for warning in fit(T, kappa, KAPPA, 0.02 * curve, scan=False).fit["warnings"]]
    assert "errors_too_large" in codes


def test_an_unknown_time_that_matters_is_a_condition_of_the_first_line():
    """C of the STM after 10 s has µ ≈ 0.2 if all TLSs contribute, and µ ≈ 0 if the time is stated."""
    T, values = np.geomspace(0.05, 1, 20), {"mu": 0.0, "C_tls_1K": 1e-3, "phonons_1K": 2e-3}
    value, error = noisy("specific_heat", T, values, 10.0, relative=0.01)
    unknown, known = (fit(T, value, "specific_heat", error, time=time, scan=False) for time in (None, 10.0))
    assert unknown.fit["mu_free"]["values"]["mu"] > 0.15
    assert unknown.conclusion.startswith("If all TLSs contribute")
    assert known.fit["conclusion"]["mu"] == State.CONSISTENT
    assert known.conclusion.startswith("J0/h0 <")
