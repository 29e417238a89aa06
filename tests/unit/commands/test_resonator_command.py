"""The command for a resonator: what is missing is asked for in one line; one table makes two datasets."""

import numpy as np
import pandas as pd
import pytest

from shared import ROOT
from tlsglass import cli
from tlsglass.atlas.table import shipped_atlas
from tlsglass.base import validation
from tlsglass.commands import fit_command
from tlsglass.data import chip_table, infer_dataset, resonator_table
from tlsglass.data.read_table import read_table
from tlsglass.fitting import synthetic
from tlsglass.fitting.problem import AtlasModel, FitProblem
from tlsglass.models import registry
from tlsglass.models.observable import J0_OVER_H0
from tlsglass.models.resonator import SHARED_PARAMETERS, DrivenProbe

TABLE = str(ROOT / "config/experiments/argonne_resonator_loss/data.csv")
REQUIRED = {"--attenuation": "0", "--coupling-geometry": "notch"}


@pytest.mark.parametrize("missing", list(REQUIRED))
def test_what_cannot_be_inferred_is_asked_for_in_one_line(missing, capsys, tmp_path):
    arguments = [word for name, value in REQUIRED.items() if name != missing for word in (name, value)]
    assert cli.main(["fit", TABLE, "--observable", "resonator", *arguments, "--out", str(tmp_path)]) == 2
    line = capsys.readouterr().err.strip()
    assert missing in line
    assert "\n" not in line


def build(table, **options):
    known = {"attenuation_dB": 0.0, "coupling_geometry": "notch"}
    return resonator_table.build_resonator_datasets([read_table(table)], resonator_table.ResonatorOptions(**known | options))


def test_one_table_makes_two_datasets_that_share():
    window = infer_dataset.ReadingOptions(window_K=[0.05, 1.6])
    loss, (shift,) = build(TABLE, frequency=window)
    assert len(loss.points.T_K) == 195
    assert len(set(loss.points.sweep)) == 5
    assert loss.info["data"]["value"] == {"column": "inv_Qi", "unit": "dimensionless"}
    assert loss.info["data"]["error"] == {"column": "inv_Qi_sigma"}
    assert loss.info["data"]["drive"]["Qc"] == {"column": "inv_Qc", "inverse": True}
    assert loss.info["data"]["drive"]["Ql"] == {"column": "Ql"}
    assert shift.name == "f at power_dBm = -10"
    assert shift.info["frequency_Hz"] == loss.info["frequency_Hz"] == pytest.approx(8.17499e9, rel=1e-3)
    assert len(shift.points.T_K) == 39
    assert loss.info["joint"] == [{"dataset": shift.name, "shared": list(SHARED_PARAMETERS)}]


def test_f_may_have_another_power_and_the_loss_another_window():
    options = {"frequency": infer_dataset.ReadingOptions(window_K=[0.09, 2.5]), "loss_window_K": [0.1, 1.0]}
    loss, (shift,) = build(TABLE, frequency_power="-30", **options)
    assert shift.info["data"]["where"] == {"power_dBm": "-30"}
    assert shift.points.T_range_K[1] > 2.4
    assert loss.points.T_range_K[1] < 1.0


def choose_f(table, **options):
    loss, partners = build(table, frequency=infer_dataset.ReadingOptions(**options.pop("reading", {})), **options)
    return loss, partners, partners[0].selection


def test_the_power_at_which_f_is_fitted_is_stated_with_the_reason(tmp_path):
    loss, partners, selection = choose_f(TABLE)
    powers = ["-50", "-40", "-30", "-20", "-10"]
    assert selection == {"column": "power_dBm", "values": ["-10"], "of": powers, "reason": "smallest_errors", "tied": []}
    assert "smallest errors of f" in resonator_table.describe_reading(loss, partners)
    _, _, selection = choose_f(TABLE, frequency_power="-30.0")
    assert (selection["values"], selection["reason"]) == (["-30"], "chosen")
    table = pd.read_csv(TABLE)
    table.loc[table["power_dBm"] == -40, "f0_sigma_Hz"] = 1.03 * table.loc[table["power_dBm"] == -10, "f0_sigma_Hz"].median()
    table.to_csv(tmp_path / "tie.csv", index=False)
    loss, partners, selection = choose_f(tmp_path / "tie.csv")
    assert (selection["values"], selection["tied"], selection["reason"]) == (["-10"], ["-40", "-10"], "equal_errors")
    assert "nearly as small at the power -40: --f-power selects" in resonator_table.describe_reading(loss, partners)


def test_errors_that_are_the_same_at_all_powers_are_a_tie():
    _, _, selection = choose_f(TABLE, reading={"error": "50Hz"})
    assert (selection["values"], selection["tied"]) == (["-50"], selection["of"])
    assert len(selection["of"]) == 5


def test_f_of_all_powers_has_an_offset_for_each_and_shares_the_rest():
    loss, partners, selection = choose_f(TABLE, frequency_power="all")
    assert [partner.name for partner in partners] == [f"f at power_dBm = {power}" for power in selection["of"]]
    assert sum(len(partner.points.T_K) for partner in partners) == len(pd.read_csv(TABLE))
    assert len({partner.info["frequency_Hz"] for partner in partners}) == 1
    problem = FitProblem((loss, *partners), tuple(tuple(entry["shared"]) for entry in loss.info["joint"]))
    members = problem.members()
    assert all(len(members[name]) == 6 for name in SHARED_PARAMETERS)
    assert len([name for name in problem.free if name.startswith("offset")]) == 5


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"frequency_power": "-35"}, r"--f-power -35: must be all or one of -50, -40, -30, -20, -10"),
        ({"frequency_power": "-30", "reading": {"where": {"power_dBm": "-10"}}}, r"--f-power -30: needs a column of 2 to 30"),
    ],
)
def test_a_power_that_f_does_not_have_is_refused(options, message):
    with pytest.raises(validation.InputError, match=message):
        choose_f(TABLE, **options)


def test_f_of_all_powers_is_refused_for_several_devices():
    options = resonator_table.ResonatorOptions(frequency_power="all")
    with pytest.raises(validation.InputError, match="--f-power all cannot be used with --group"):
        chip_table.build_resonators([read_table(TABLE)], options, "power_dBm")


def test_a_power_with_too_few_temperatures_is_named(tmp_path):
    table = pd.read_csv(TABLE)
    table[(table["power_dBm"] != -40) | (table["T_K"] > 2.3)].to_csv(tmp_path / "few.csv", index=False)
    with pytest.raises(validation.InputError, match=r"\Af at power_dBm = -40: .* too few"):
        choose_f(tmp_path / "few.csv", frequency_power="all")


@pytest.mark.parametrize("rename", [{"f0_Hz": "f_r (GHz)", "f0_sigma_Hz": "f_r_err (kHz)", "T_K": "Temp (mK)"}])
def test_units_of_headers_are_obeyed(rename, tmp_path):
    table = pd.read_csv(TABLE)
    scales = {"f0_Hz": 1e-9, "f0_sigma_Hz": 1e-3, "T_K": 1e3}
    for name, scale in scales.items():
        table[name] = table[name] * scale
    table.rename(columns=rename).to_csv(tmp_path / "g.csv", index=False, float_format="%.14g")
    expected, (expected_shift,) = build(TABLE)
    loss, (shift,) = build(tmp_path / "g.csv")
    np.testing.assert_allclose(shift.points.value, expected_shift.points.value, atol=1e-11)
    np.testing.assert_allclose(shift.points.error, expected_shift.points.error, rtol=1e-9)
    np.testing.assert_allclose(loss.points.T_K, expected.points.T_K, rtol=1e-9)


def test_a_column_of_Q_is_inverted_with_its_error(tmp_path):
    table = pd.read_csv(TABLE)
    table["Q_int_err"], table["Q_int"] = table["inv_Qi_sigma"] / table["inv_Qi"] ** 2, 1 / table["inv_Qi"]
    table.drop(columns=["inv_Qi", "inv_Qi_sigma"]).to_csv(tmp_path / "q.csv", index=False)
    expected, _ = build(TABLE)
    loss, _ = build(tmp_path / "q.csv")
    np.testing.assert_allclose(loss.points.value, expected.points.value, rtol=1e-9)
    np.testing.assert_allclose(loss.points.error, expected.points.error, rtol=1e-9)


def test_with_one_power_no_saturation_is_fitted(tmp_path):
    table = pd.read_csv(TABLE)
    table[table["power_dBm"] == -50].to_csv(tmp_path / "one.csv", index=False)
    loss, partners = build(tmp_path / "one.csv", coupling_geometry=None, attenuation_dB=None)
    assert "drive" not in loss.info["data"]
    assert loss.points.photons is None
    assert "no saturation" in resonator_table.describe_reading(loss, partners)


def test_photon_numbers_need_no_coupling(tmp_path):
    """Not even where they differ at all temperatures; f is then that of all rows, and a column of powers names the sweeps."""
    table = pd.read_csv(TABLE)
    table["navg"] = 1e3 * 10 ** (table["power_dBm"] / 10) * (1 + table["T_K"])
    table.drop(columns=["inv_Qc", "Ql"]).to_csv(tmp_path / "n.csv", index=False)
    none = {"attenuation_dB": None, "coupling_geometry": None}
    loss, (shift,) = build(tmp_path / "n.csv", photons="navg", **none)
    assert len(set(loss.points.sweep)) == 5
    assert len(shift.points.T_K) == 51
    assert shift.selection["values"] == ["-10"]
    table.drop(columns=["power_dBm", "inv_Qc", "Ql"]).to_csv(tmp_path / "n.csv", index=False)
    ranked, (shift,) = build(tmp_path / "n.csv", **none)
    np.testing.assert_allclose(np.sort(ranked.points.photons), np.sort(loss.points.photons))
    assert len(set(ranked.points.sweep)) == 5
    assert len(shift.points.T_K) == len(table)
    assert (shift.selection["reason"], shift.selection["values"]) == ("pooled", [])


def test_the_loss_alone_has_a_saturation_too(tmp_path):
    table = pd.read_csv(TABLE)
    table["n"] = 1e3 * 10 ** (table["power_dBm"] / 10)
    table[["T_K", "n", "inv_Qi", "inv_Qi_sigma"]].to_csv(tmp_path / "n.csv", index=False)
    words = [str(tmp_path / "n.csv"), "--observable", "resonator_loss", "--frequency", "8.17GHz"]
    tables = [read_table(tmp_path / "n.csv")]
    prepared = fit_command.prepare(fit_command.parse([*words, "--photons", "n"]), tables)
    assert len(set(prepared.dataset.points.sweep)) == 5
    assert "photon number = n" in prepared.reading
    assert {"log10_nc", "beta1", "beta2"} <= set(FitProblem.from_dataset(prepared.dataset).free)
    with pytest.raises(validation.Question, match="--photons n"):
        fit_command.prepare(fit_command.parse(words), tables)
    with pytest.raises(validation.InputError, match="n has one value"):
        fit_command.prepare(fit_command.parse([*words, "--photons", "n", "--where", f"n={table['n'][0]}"]), tables)
    with pytest.raises(validation.InputError, match="--f-power: only with --observable resonator"):
        fit_command.prepare(fit_command.parse([*words, "--photons", "n", "--f-power", "-30"]), tables)


def test_f_and_loss_may_be_in_two_files_with_different_rows(tmp_path):
    table = pd.read_csv(TABLE)
    table = table[table["power_dBm"] == -30]
    table[["T_K", "f0_Hz"]].to_csv(tmp_path / "f.csv", index=False)
    table[["T_K", "inv_Qi"]][3:].to_csv(tmp_path / "q.csv", index=False)
    tables = [read_table(tmp_path / name) for name in ("q.csv", "f.csv")]
    missing = resonator_table.ResonatorOptions()
    with pytest.raises(validation.InputError, match=r"--error COLUMN: .*--loss-error COLUMN: "):
        resonator_table.build_resonator_datasets(tables, missing)
    options = resonator_table.ResonatorOptions(infer_dataset.ReadingOptions(error="200Hz"), loss_error="3%")
    loss, (shift,) = resonator_table.build_resonator_datasets(tables, options)
    assert len(shift.points.T_K) == len(loss.points.T_K) + 3
    np.testing.assert_allclose(shift.points.error, 200 / shift.info["frequency_Hz"])
    np.testing.assert_allclose(loss.points.error, 0.03 * loss.points.value)


def test_errors_of_the_temperature_of_a_driven_loss_in_a_window():
    options = infer_dataset.ReadingOptions(window_K=[0.09, 1.6], temperature_error="0.3mK+0.1%")
    loss, _ = build(TABLE, frequency=options)
    (weighted,) = FitProblem.from_dataset(loss).with_temperature_errors().datasets
    assert len(weighted.all_points.T_K) > len(weighted.points.T_K)
    assert (weighted.points.error >= loss.points.error).all()
    assert weighted.points.error[-1] > 1.01 * loss.points.error[-1]


def test_J0_over_h0_of_f_and_Q_is_that_of_the_chosen_h0_and_interaction(tmp_path):
    """Points of the atlas of strain tensors with h0 = 5 K: the command passes both on, and J0/h0 is recovered."""
    rng, h0_K, ratio, T_K = np.random.default_rng(4), 5.0, 0.3, np.geomspace(0.03, 0.9, 14)
    shared = {J0_OVER_H0: ratio, "F_tan_delta": 1e-5, "gap_K": 14.0, "kinetic_inductance_fraction": 0.0, "offset": 0.0}
    shared |= {"log10_nc": 0.0, "beta1": 0.0, "beta2": 1.0, "A_Hz_per_K3": 0.0, "background": 0.0, "calibration": 0.0}
    columns = {"T_K": T_K}
    for name, column, error in (("resonator_frequency", "df_f", 3e-9), ("resonator_loss", "inv_Qi", 3e-9)):
        model = AtlasModel(registry.get_observable(name), h0_K, shipped_atlas("two_tls"))
        curve = sum(shared[key] * shape for key, shape in model.shapes(T_K, shared, 5e9).items())
        columns |= {column: curve + error * rng.standard_normal(len(T_K)), f"{column}_err": np.full(len(T_K), error)}
    pd.DataFrame(columns).to_csv(tmp_path / "r.csv", index=False)
    words = [str(tmp_path / "r.csv"), "--observable", "resonator", "--frequency", "5GHz", "--fix", "gap_K=14", "--fix"]
    words += ["kinetic_inductance_fraction=0", "--fix", "background=0", "--h0", "5", "--interaction", "two_tls"]
    prepared = fit_command.prepare(fit_command.parse(words), [read_table(tmp_path / "r.csv")])
    assert {(part.h0_K, part.interaction) for part in (prepared.dataset, *prepared.partners)} == {(5.0, "two_tls")}
    fit = prepared.make_report().fit
    assert (fit["atlas"]["h0_K"], fit["atlas"]["interaction"]) == (5.0, "two_tls")
    low, high = fit["atlas"]["model"]["intervals_95_scaled"][J0_OVER_H0]
    assert 0 < low < ratio < high < 2 * ratio


def with_error_of_the_photon_number(tmp_path, columns, **options):
    table = pd.read_csv(TABLE).drop(columns="inv_Qc_sigma")
    table["Qc"] = 1 / table["inv_Qc"]
    errors = {name: error(table) for name, error in columns.items()}
    table.drop(columns="inv_Qc").assign(**errors).to_csv(tmp_path / "q.csv", index=False)
    return build(tmp_path / "q.csv", **options)


@pytest.mark.parametrize(
    ("name", "error", "share"),
    [
        ("Qc_err", lambda t: 0.06 * t["Qc"], 0.06),
        ("Qc_err (%)", lambda t: 6.0 + 0 * t["Qc"], 0.06),
        ("inv_Qc_err", lambda t: 0.06 / t["Qc"], 0.06),
        ("Ql_sigma", lambda t: 0.03 * t["Ql"], 0.06),
        ("power_err_dB", lambda t: 0.2 + 0 * t["Ql"], 0.2 * np.log(10) / 10),
    ],
)
def test_errors_of_the_photon_number_are_questioned_where_they_matter(name, error, share, tmp_path):
    """In strong drive with β₂ = 1, the loss is proportional to n̄^(-1/2): this fit does not use such errors, and must say so."""
    with pytest.raises(validation.Question) as question:
        with_error_of_the_photon_number(tmp_path, {name: error})
    assert question.value.codes == ("photon_errors",)
    assert f"photon number, {100 * share:.2g} %, is not used" in str(question.value)
    values = synthetic.recipe_values(registry.get_observable("resonator_loss")) | {"beta2": 1.0, "background": 0.0}
    values |= {"log10_nc": 0.0, "kinetic_inductance_fraction": 0.0, "A_Hz_per_K3": 0.0, "calibration": 0.0}
    loss = registry.get_observable("resonator_loss")
    weak, strong = (loss.curve(np.array([0.1]), values, DrivenProbe(8e9, np.array([n]))) for n in (1e8, 1e8 * (1 + share)))
    change = 1 - float(strong[0] / weak[0])
    assert change == pytest.approx(share / 2, rel=0.1)
    assert f"by up to {100 * share / 2:.2g} %" in str(question.value)
    options = {"systematic": {"uncorrelated": 2.5 * change, "correlated": 0.02}}
    loss, partners = with_error_of_the_photon_number(tmp_path, {name: error}, **options)
    assert f"{name} not used" in resonator_table.describe_reading(loss, partners)


def test_small_errors_of_the_photon_number_are_only_named():
    loss, partners = build(TABLE)
    assert "inv_Qc_sigma not used" in resonator_table.describe_reading(loss, partners)


@pytest.mark.parametrize("heated_by_K", [0.0, 0.2])
def test_f_of_all_powers_determines_more_and_is_checked(heated_by_K, tmp_path):
    """Synthetic f and Q at three powers, f with another offset at each; the strongest drive may heat the TLSs of f."""
    rng = np.random.default_rng(3)
    parameters = synthetic.draw_resonator_parameters(rng)
    loss = synthetic.sample_resonator(rng, parameters)[0].points
    observable, tables = registry.get_observable("resonator_frequency"), []
    values = {name: parameters[name] for name in observable.parameters if name in parameters}
    for k, photons in enumerate((1e3, 1e7, 1e11)):
        points = loss.select(loss.photons == photons)
        T_K = np.hypot(points.T_K, heated_by_K if photons == 1e11 else 0.0)
        curve = observable.curve(T_K, values | {"offset": 1e-7 * k}, 8e9)
        error = observable.noise(curve, values, observable.recipe.noise)
        columns = {"T_K": points.T_K, "photons": photons, "inv_Qi": points.value, "inv_Qi_err": points.error}
        columns |= {"df_f": curve + error * rng.standard_normal(len(T_K)), "df_f_err": error}
        tables.append(pd.DataFrame(columns))
    pd.concat(tables).to_csv(tmp_path / "r.csv", index=False)
    words = [str(tmp_path / "r.csv"), "--observable", "resonator", "--frequency", "8GHz", "--systematic", "0.001", "0.02"]
    fits = {}
    for option in ([], ["--f-power", "all"]):
        report = fit_command.prepare(fit_command.parse([*words, *option]), [read_table(tmp_path / "r.csv")]).make_report()
        fits[" ".join(option)] = report.fit
    single, joint = fits.values()
    assert single["powers_of_f"] is None
    assert "f_power_tied" in {warning["code"] for warning in single["warnings"]}
    assert single["members"][1]["selection"]["values"] == ["1000.0"]
    assert len(joint["members"]) == 4
    assert joint["powers_of_f"]["dof"] == 8
    codes = {warning["code"] for warning in joint["warnings"]}
    assert ("f_depends_on_power" in codes) == (joint["powers_of_f"]["p_value"] < 0.01) == (heated_by_K > 0)
    if heated_by_K == 0:
        errors = [fit["mu_free"]["errors"]["mu"] for fit in (single, joint)]
        assert errors[1] < 0.9 * errors[0]
        assert abs(joint["mu_free"]["values"]["mu"] - parameters["mu"]) < 3 * errors[1]
    report.save(tmp_path / "out")
    figure = pd.read_csv(tmp_path / "out/figure.csv")
    assert {f"f: points (f at photons = {photons})" for photons in (1e3, 1e7, 1e11)} <= set(figure["series"])
