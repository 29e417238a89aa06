"""Joint fits from Python: the numbers of the command, and one line for each wrong argument."""

import json
import re

import numpy as np
import pandas as pd
import pytest

import tlsglass
from tlsglass import cli
from tlsglass.base.validation import InputError
from tlsglass.fitting import report_text, synthetic
from tlsglass.fitting.fit import ParameterState
from tlsglass.models import registry

T = np.geomspace(0.05, 0.5, 12)
KAPPA = {"T": T, "value": 0.03 * T**1.9, "observable": "thermal_conductivity", "relative_error": 0.01}
HEAT = {"T": T, "value": 1e-3 * T**1.1, "observable": "specific_heat", "relative_error": 0.01, "name": "C"}


def test_the_command_and_python_give_the_same_numbers(tmp_path, capsys):
    rng = np.random.default_rng(7)
    loss, f = (dataset.points for dataset in synthetic.sample_resonator(rng, synthetic.draw_resonator_parameters(rng)))
    some = (np.unique(loss.photons, return_inverse=True)[1] % 2 == 0) & (np.arange(len(loss.T_K)) % 2 == 0)
    loss = loss.select(some)
    pd.DataFrame({"T_K": f.T_K, "df_f": f.value, "df_f_err": f.error}).to_csv(tmp_path / "f.csv", index=False)
    columns = {"T_K": loss.T_K, "inv_Qi": loss.value, "inv_Qi_err": loss.error, "photons": loss.photons}
    pd.DataFrame(columns).to_csv(tmp_path / "loss.csv", index=False)
    options = ["--frequency", "8GHz", "--photons", "photons", "--coupling-geometry", "notch", "--systematic", "0.01", "0.02"]
    tables = [str(tmp_path / name) for name in ("f.csv", "loss.csv")]
    assert cli.main(["fit", *tables, "--observable", "resonator", *options, "--out", str(tmp_path / "out")]) == 0
    command = json.loads((tmp_path / "out/joint.json").read_text())
    report = tlsglass.fit_joint(
        [
            {"T": loss.T_K, "value": loss.value, "error": loss.error, "observable": "resonator_loss", "name": "loss"}
            | {"frequency": 8e9, "photons": loss.photons, "systematic": {"uncorrelated": 0.01, "correlated": 0.02}},
            {
                "T": f.T_K,
                "value": f.value,
                "error": f.error,
                "observable": "resonator_frequency",
                "frequency": 8e9,
                "name": "f",
            },
        ]
    )
    assert report.fit["shared"] == command["shared"]
    assert report.fit["conclusion"]["state"] == command["conclusion"]["state"]
    assert report.fit["delta_aicc"] == pytest.approx(command["delta_aicc"], abs=1e-6)
    for model in ("mu_free", "stm"):
        assert list(report.fit[model]["values"].values()) == pytest.approx(list(command[model]["values"].values()), rel=1e-6)
    assert set(report.parameters["name"]) >= {"mu", "F_tan_delta"}
    report.save(tmp_path / "python")
    assert {path.name for path in (tmp_path / "python").iterdir()} == {path.name for path in (tmp_path / "out").iterdir()}


def test_two_observables_share_the_exponent():
    report = tlsglass.fit_joint([KAPPA, HEAT])
    assert report.fit["shared"] == [["mu"]]
    assert report.fit["mu_free"]["values"]["mu"] == pytest.approx(0.1, abs=1e-6)
    assert str(report).splitlines()[0] == report.conclusion
    panels = report.plot().figure.axes
    assert [panel.get_ylabel() for panel in panels] == ["κ (W/(m K))", "C (J/(kg K))"]
    for panel, table in zip(panels, (KAPPA, HEAT), strict=True):
        np.testing.assert_allclose(np.asarray(panel.lines[0].get_ydata(), dtype=float), table["value"])


def test_an_exponent_above_the_atlas_is_not_described_by_it():
    """µ = 1 of both κ ∝ T^(2-µ) and C ∝ T^(1+µ)."""
    kappa, heat = KAPPA | {"value": 0.03 * T}, HEAT | {"value": 1e-3 * T**2}
    conclusion = tlsglass.fit_joint([kappa, heat]).conclusion
    why = "with h0 = 10 K (a metal? boundary scattering?)"
    assert conclusion.startswith(f"No J0/h0 of the atlas describes these points {why}; µ = 1.0")
    assert "is larger than that of any J0/h0 of the atlas" in conclusion


def test_values_that_the_points_do_not_determine_are_not_printed_as_numbers():
    """Cold points of a resonator: nothing is seen of quasiparticles."""
    rng, T_K = np.random.default_rng(5), np.geomspace(0.02, 0.12, 12)
    f = registry.get_observable("resonator_frequency")
    shared = {"mu": 0.0, "gap_K": 15.0, "F_tan_delta": 1e-5, "kinetic_inductance_fraction": 0.01}
    table = {"T": T_K, "observable": "resonator_frequency", "frequency": 6e9, "error": np.full(12, 3e-8)}
    tables = [
        table | {"value": f.curve(T_K, shared | {"offset": 0.0}, 6e9) + 3e-8 * rng.normal(size=12), "name": name}
        for name in ("cooldown-1", "cooldown-2")
    ]
    lines = str(tlsglass.fit_joint(tables)).splitlines()
    (fraction,) = [line for line in lines if line.startswith("kinetic_inductance_fraction")]
    assert "(cooldown-1)" in fraction
    assert "not determined" in fraction or "at its bound" in fraction
    assert not re.search(r"\(\d+\)e\+|: \d+ jointly", "".join(lines))


def test_a_sound_velocity_and_a_dielectric_constant_have_strengths_of_their_own():
    """Both datasets of silica have the parameter tls_strength: P0γ²/ρv² of one and C_dip of the other."""
    rng, tables = np.random.default_rng(3), []
    for observable, strength in (("sound_velocity", 3e-4), ("dielectric_constant", 8e-4)):
        values = {"mu": 0.1, "A_Hz_per_K3": 9e6, "tls_strength": strength, "offset": 0.0}
        T_K = np.geomspace(0.02, 2, 30)
        y = registry.get_observable(observable).curve(T_K, values, 1e4) + 1e-6 * rng.normal(size=30)
        tables.append({"T": T_K, "value": y, "error": np.full(30, 1e-6), "observable": observable, "frequency": 1e4})
    report = tlsglass.fit_joint(tables)
    assert report.fit["shared"] == [["mu", "A_Hz_per_K3"]]
    strengths = [x for name, x in report.fit["mu_free"]["values"].items() if name.startswith("tls_strength")]
    np.testing.assert_allclose(strengths, (3e-4, 8e-4), rtol=0.03)


@pytest.mark.parametrize(
    ("tables", "shared", "message"),
    [
        ([KAPPA], None, "at least two"),
        ([KAPPA, HEAT | {"speed": 1}], None, "table 2: speed: must be among"),
        ([KAPPA, {"T": T, "observable": "specific_heat"}], None, "value: is missing"),
        ([KAPPA, HEAT | {"relative_error": None}], None, "C: error or relative_error"),
        ([KAPPA | {"name": "C"}, HEAT], None, "each table needs its own"),
        ([KAPPA, HEAT], ["gap_K"], "gap_K: table 1 and C have in common mu"),
        ([KAPPA, HEAT | {"h0": 5.0}], None, "C: h0 5.0: must be 10.0, as in table 1"),
        ([KAPPA, HEAT | {"interaction": "two_tls"}], None, "C: interaction two_tls: must be gaussian, as in table 1"),
    ],
)
def test_a_wrong_argument_is_one_line(tables, shared, message):
    with pytest.raises(InputError, match=message) as error:
        tlsglass.fit_joint(tables, shared)
    assert len(error.value.lines) == 1


def test_a_parameter_without_an_error_has_no_difference_in_sigma():
    rows = {"parameter": "mu", "dataset": ["f", "1/Q"], "shared": True, "separate": [2.5, 2.4], "separate_err": [None, 0.2]}
    table = pd.DataFrame(rows | {"joint": 2.5, "joint_err": None, "difference_sigma": np.nan})
    model = {"chi2": 11.0, "dof": 1, "acceptable": False}
    names = (("f", "frequency"), ("1/Q", "loss"))
    members = [{"name": name, "observable": f"resonator_{quantity}", "selection": None} for name, quantity in names]
    fit = {"mu_free": model, "stm": model, "atlas": None, "delta_aicc": 0.0, "warnings": [], "members": members}
    expected = "mu: at its bound 2.5 jointly; at its bound 2.5 (f), 2.4(2) (1/Q)"
    assert report_text.joint_lines(fit, table)[0] == expected


def test_the_standard_tunneling_model_has_its_own_values_where_it_describes_the_points():
    errors = {"mu": 0.0, "F_tan_delta": 5e-8, "offset [f]": 1e-9}
    stm = {"values": {"mu": 0.0, "F_tan_delta": 9.46e-6, "offset [f]": 7e-6}, "errors": errors, "errors_scaled": errors}
    stm |= {
        "states": {},
        "at_bounds": [],
        "intervals_scaled": {},
        "intervals_95_scaled": {},
        "chi2": 11.0,
        "dof": 11,
        "correlations": {},
    }
    table = pd.DataFrame({"parameter": ["gap_K"], "shared": [False], "dataset": ["f"], "joint": [2.1], "joint_err": [0.1]})
    for acceptable in (True, False):
        models = {"mu_free": stm | {"acceptable": False}, "stm": stm | {"acceptable": acceptable}, "atlas": None}
        members = [{"name": "f", "observable": "resonator_frequency", "selection": None}]
        fit = models | {"delta_aicc": 0.0, "warnings": [], "parameters": [], "members": members}
        lines = report_text.joint_lines(fit, table)
        assert ("STM, jointly: F_tan_delta = 9.46(5)e−06" in lines) is acceptable


def test_other_minima_have_their_values_where_these_differ():
    model = {"values": {"F": 2e-4, "gap": 2.1}, "errors_scaled": {"F": 3e-5, "gap": 0.1}, "states": {}}
    model["other_minima"] = [{"F": 2.7e-5, "gap": 2.0}]
    assert report_text._in_other_minima(model, "F") == " or 2.7e−05"
    assert report_text._in_other_minima(model, "gap") == ""


def test_a_limit_is_no_parameter_at_a_bound():
    model = {"acceptable": True, "other_minima": [], "at_bounds": ["J0_over_h0", "gap_K"], "states": {}}
    fit = {
        "mu_free": model | {"at_bounds": []},
        "stm": model,
        "atlas": {"model": model, "left_out": 0},
        "rejected": False,
        "members": [],
        "powers_of_f": None,
    }
    table = pd.DataFrame({"parameter": ["gap_K"], "shared": [False]})
    for state, names in ((None, "J0_over_h0, gap_K"), (ParameterState.UPPER_LIMIT, "gap_K")):
        model["states"]["J0_over_h0"] = state
        assert [warning["text"] for warning in report_text.joint_warnings(fit, table)] == [f"atlas: {names} at a bound"]
