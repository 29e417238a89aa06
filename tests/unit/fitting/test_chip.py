"""Devices of one chip: alone, together, and whether one value describes them all."""

import json

import numpy as np
import pandas as pd
import pytest

from tlsglass import cli
from tlsglass.base.validation import InputError
from tlsglass.data import chip_table
from tlsglass.data.infer_dataset import ReadingOptions
from tlsglass.data.read_table import Table
from tlsglass.fitting.chip import fit_chip
from tlsglass.fitting.conclusion import State
from tlsglass.fitting.likelihood_ratio import heterogeneity
from tlsglass.fitting.problem import FitProblem
from tlsglass.models.registry import get_observable
from tlsglass.physics import microwave

T_K = np.geomspace(0.05, 0.8, 16)


def table(mus, seed=0, scatter=0.01):
    """Return κ of devices with these µ and different amplitudes, and errors of 1 %."""
    rng = np.random.default_rng(seed)
    rows = [
        (f"D{k}", T, (0.02 + 0.01 * k) * T ** (2 - mu) * (1 + scatter * rng.standard_normal()))
        for k, mu in enumerate(mus)
        for T in T_K
    ]
    devices, T, kappa = zip(*rows, strict=True)
    return pd.DataFrame({"device": devices, "T (K)": T, "kappa (W/(m K))": kappa})


def datasets(frame, **options):
    options = {"relative_error": 0.01} | options
    arrays = {name: frame[name].to_numpy() for name in frame if name != "device"}
    header = Table.from_arrays("chip", arrays | {"device": frame["device"].str[1:].to_numpy(dtype=float)})
    return chip_table.build_datasets(header, ReadingOptions(observable="thermal_conductivity", **options), "device")


def test_devices_with_one_mu_share_it_and_keep_their_amplitudes():
    result = fit_chip(datasets(table([0.12, 0.12, 0.12])))
    model, devices = result.fit["mu_free"], result.devices
    assert abs(model["values"]["mu"] - 0.12) < 4 * model["errors_scaled"]["mu"]
    assert model["errors_scaled"]["mu"] < 0.8 * (devices["mu_high"] - devices["mu_low"]).max() / 2
    np.testing.assert_allclose(devices["kappa_1K_joint"], [0.02, 0.03, 0.04], rtol=0.03)
    assert result.fit["heterogeneity"]["mu"]["p_value"] > 1e-3
    assert result.fit["heterogeneity"]["mu"]["dof"] == 2
    assert result.fit["heterogeneity"]["kappa_1K"]["p_value"] < 1e-20
    assert len(result.fit["lines"]) == 3 + len(result.fit["heterogeneity"])


def test_a_fixed_mu_is_not_tested_but_the_amplitude_is():
    result = fit_chip(datasets(table([0.0, 0.0]), fixed={"mu": 0.0}))
    assert result.fit["mu_free"]["values"]["mu"] == 0.0
    tests = result.fit["heterogeneity"]
    assert "mu" not in tests
    assert tests["kappa_1K"]["dof"] == 1
    difference, error = np.log(0.03 / 0.02), 0.01 * np.sqrt(2 / len(T_K))
    assert tests["kappa_1K"]["chi2"] == pytest.approx((difference / error) ** 2, rel=0.2)
    assert result.fit["lines"][2].startswith("one kappa_1K does not describe all devices")


def test_many_devices_with_a_parameter_each_have_enough_temperatures():
    """Parameters are counted against the temperatures of all devices, not against those that differ."""
    frame = table([0.12] * 7)
    fit = fit_chip(datasets(frame[frame["T (K)"].isin(T_K[::2])])).fit
    assert len(fit["mu_free"]["values"]) == len(T_K[::2])
    assert fit["conclusion"]["mu"] == State.FAVORED
    assert fit["conclusion"]["state"] == State.INTERVAL


def test_a_device_whose_mu_no_coupling_has_gets_no_coupling():
    """Without interactions on the atlas to describe them, J0/h0 of these devices would be a limit of a model that fails."""
    result = fit_chip(datasets(table([0.9, 0.9])))
    assert result.fit["conclusion"]["state"] == State.NOT_DESCRIBED
    assert result.devices["J0_over_h0"].isna().all()
    assert not [line for line in result.fit["lines"] if "J0/h0" in line]


def test_devices_are_listed_at_the_minimum_near_that_of_the_chip():
    """Near hf/k, f of one resonator has another minimum with a large µ, which the other resonators exclude."""
    rng, T, columns = np.random.default_rng(2), np.linspace(0.02, 0.32, 16), {}
    f0 = {1.0: 4.1e9, 2.0: 6.7e9}
    values = {"mu": 0.2, "F_tan_delta": 1e-5, "gap_K": 2.1, "kinetic_inductance_fraction": 0.02, "offset": 0.0}
    curve = [get_observable("resonator_frequency").curve(T, values, f) + 2e-8 * rng.standard_normal(16) for f in f0.values()]
    columns = {"resonator": np.repeat(list(f0), 16), "T_K": np.tile(T, 2), "error_Hz": np.repeat(list(f0.values()), 16) * 2e-8}
    columns["f0_Hz"] = np.repeat(list(f0.values()), 16) * (1 + np.concatenate(curve))
    options = ReadingOptions(observable="resonator_frequency", error="error_Hz", value="f0_Hz")
    devices = fit_chip(chip_table.build_datasets(Table.from_arrays("chip", columns), options, "resonator")).devices
    assert (abs(devices["F_tan_delta"] - 1e-5) < 4 * devices["F_tan_delta_err"]).all()
    assert (devices["mu"] < 0.5).all()
    assert (devices["mu_high"] > 1).any()  # the interval contains both minima


def test_a_further_device_is_predicted_with_the_scatter_of_the_devices(tmp_path, capsys):
    """f of four resonators, whose F tan δ differ by more than their errors: the last one is predicted from the others."""
    rng, T, f0 = np.random.default_rng(5), np.geomspace(0.06, 1.2, 14), np.array([5e9, 6e9, 7e9, 6.5e9])
    names, strengths = ["A", "B", "C", "D"], 1e-4 * np.array([1.0, 1.2, 0.9, 1.1])
    values = {"mu": 0.0, "gap_K": 8.0, "kinetic_inductance_fraction": 0.1, "offset": 0.0}
    curve = get_observable("resonator_frequency").curve
    shifts = [curve(T, values | {"F_tan_delta": x}, f) for x, f in zip(strengths, f0, strict=True)]
    rows = [
        (name, t, f * (1 + shift + 1e-7 * rng.standard_normal()))
        for name, f, own in zip(names[:3], f0, shifts, strict=False)
        for t, shift in zip(T, own, strict=True)
    ]
    pd.DataFrame(rows, columns=["device", "T (K)", "f0 (Hz)"]).to_csv(tmp_path / "chip.csv", index=False)
    words = ["fit", str(tmp_path / "chip.csv"), "--observable", "resonator_frequency", "--group", "device", "--error", "600Hz"]
    assert cli.main([*words, "--predict", "6.5GHz", "--out", str(tmp_path / "out")]) == 0, capsys.readouterr().err
    table = pd.read_csv(tmp_path / "out/chip_prediction.csv")
    assert set(table["frequency_Hz"]) == {6.5e9}
    expected = curve(table["T_K"].to_numpy(), values | {"F_tan_delta": strengths[3]}, f0[3])
    expected -= expected[0]
    sigma = (table["high"] - table["low"]) / 2
    assert (abs(table["value"] - expected) < 2 * sigma + 1e-7).all()
    middle = np.argmin(abs(table["T_K"] - 0.5))
    spread = np.std(strengths[:3], ddof=1) / np.mean(strengths[:3])  # times 1.32, the quantile of t(2), and √(1 + 1/3)
    assert sigma[middle] / table["value"][middle] == pytest.approx(1.32 * np.sqrt(4 / 3) * spread, rel=0.15)
    assert cli.main([*words[:4], "--predict", "6.5GHz"]) == 2
    assert "--predict: only with --group" in capsys.readouterr().err


def test_devices_with_different_mu_are_told_from_those_with_one():
    result = fit_chip(datasets(table([0.05, 0.12, 0.2])))
    test = result.fit["heterogeneity"]["mu"]
    weights = 1 / ((result.devices["mu_high"] - result.devices["mu_low"]) / 2) ** 2
    mean = np.average(result.devices["mu"], weights=weights)
    assert test["chi2"] == pytest.approx(np.sum(weights * (result.devices["mu"] - mean) ** 2), rel=0.15)  # Cochran's Q
    assert test["p_value"] < 1e-10
    assert result.fit["heterogeneity"]["J0_over_h0"]["p_value"] < 1e-6


def test_devices_of_one_mu_are_rarely_called_different():
    """The p-values of 24 chips of two devices: their mean within 4 standard errors of 1/2."""
    p_values = []
    for seed in range(24):
        members = [member for (member,) in datasets(table([0.1, 0.1], seed)).values()]
        alone = [FitProblem.from_dataset(member).fit(intervals=False) for member in members]
        problem = FitProblem(tuple(members), (("mu",),), (1.0, 1.0))
        values = [problem.own_values(k, problem.fit(intervals=False).values) for k in range(2)]
        p_values.append(heterogeneity(problem, values, alone, ("mu",)).p_value)
    assert abs(np.mean(p_values) - 0.5) < 4 / np.sqrt(12 * 24)
    assert np.min(p_values) > 1e-4


def test_tan_delta_of_other_frequencies_follows_from_the_fit():
    """Resonators that share µ: the prediction is n(T, hf) tanh(hf/2T), relative to that of the first device."""
    rng, T = np.random.default_rng(1), np.geomspace(0.03, 0.5, 14)
    frames = [
        pd.DataFrame(
            {
                "device": device,
                "T (K)": T,
                "f (GHz)": f / 1e9,
                "1/Qi": 1e-5 * microwave.resonant_loss_eq3(T, 0.5, f) * (1 + 0.003 * rng.standard_normal(len(T))),
            }
        )
        for device, f in ((1.0, 4e9), (2.0, 8e9))
    ]
    frame = pd.concat(frames, ignore_index=True)
    arrays = {name: frame[name].to_numpy() for name in frame}
    fixed = {"gap_K": 20.0, "kinetic_inductance_fraction": 0.0, "background": 0.0}
    options = ReadingOptions(observable="resonator_loss", relative_error=0.003, fixed=fixed, value="1/Qi")
    members = chip_table.build_datasets(Table.from_arrays("chip", arrays), options, "device", "f (GHz)")
    assert [member.info["frequency_Hz"] for (member,) in members.values()] == [4e9, 8e9]
    result = fit_chip(members)
    devices = result.frequencies[result.frequencies["is_device"]]
    row = devices.iloc[1]
    expected = [microwave.resonant_loss_eq3(row["T_K"], 0.5, f) for f in (4e9, 8e9)]
    assert row["value"] == pytest.approx(expected[1] / expected[0], rel=0.05)
    assert row["low"] <= row["value"] <= row["high"]
    assert result.fit["heterogeneity"]["F_tan_delta"]["p_value"] > 1e-3


def test_the_command_writes_a_row_and_a_mark_for_each_device(tmp_path, capsys):
    frame = table([0.1, 0.1])
    frame.to_csv(tmp_path / "chip.csv", index=False)
    arguments = [
        "fit",
        str(tmp_path / "chip.csv"),
        "--group",
        "device",
        "--relative-error",
        "1%",
        "--out",
        str(tmp_path / "out"),
    ]
    assert cli.main(arguments) == 0
    assert "D0" in capsys.readouterr().out
    assert list(pd.read_csv(tmp_path / "out/chip_devices.csv")["device"]) == ["D0", "D1"]
    assert json.loads((tmp_path / "out/chip.json").read_text(encoding="utf-8"))["devices"] == ["D0", "D1"]
    drawn = pd.read_csv(tmp_path / "out/figure.csv")
    assert {"mu, D0", "mu, D1"} <= set(drawn["series"])


def resonators(mus, seed=0):
    """Return a table of f and 1/Q of resonators with these µ, each with a gap and an F tan δ of its own."""
    from tlsglass.models import registry

    rng, T, rows = np.random.default_rng(seed), np.geomspace(0.06, 1.2, 12), []
    for k, mu in enumerate(mus):
        values = {
            "mu": mu,
            "F_tan_delta": (1 + k) * 3e-4,
            "gap_K": 8.0 + k,
            "kinetic_inductance_fraction": 0.1,
            "background": 2e-6,
        }
        f, curves = (5 + k) * 1e9, []
        for name in ("resonator_frequency", "resonator_loss"):
            observable = registry.get_observable(name)
            curves.append(observable.curve(T, observable.defaults | values, f))
        shift, loss = curves
        df, dQ = 1e-7 * np.ones_like(T), 0.01 * loss
        noisy = shift + df * rng.standard_normal(len(T)), loss + dQ * rng.standard_normal(len(T))
        columns = {"T_K": T, "f0_Hz": f * (1 + noisy[0]), "f0_sigma_Hz": f * df, "inv_Qi": noisy[1], "inv_Qi_sigma": dQ}
        rows.append(pd.DataFrame({"resonator": f"R{k}"} | columns))
    return pd.concat(rows)


def chip_of_resonators(mus, tmp_path, capsys, *options):
    resonators(mus).to_csv(tmp_path / "chip.csv", index=False, float_format="%.13g")
    arguments = ["--observable", "resonator", "--group", "resonator", "--loss", "inv_Qi", "--out", str(tmp_path / "out")]
    assert cli.main(["fit", str(tmp_path / "chip.csv"), *arguments, *options]) == 0, capsys.readouterr().err
    return json.loads((tmp_path / "out/chip.json").read_text(encoding="utf-8")), pd.read_csv(tmp_path / "out/chip_devices.csv")


def test_f_and_Q_of_each_resonator_share_all_but_mu_with_no_other_resonator(tmp_path, capsys):
    fit, devices = chip_of_resonators([0.3, 0.3], tmp_path, capsys, "--fix", "kinetic_inductance_fraction=0.1")
    values, errors = fit["mu_free"]["values"], fit["mu_free"]["errors_scaled"]
    assert abs(values["mu"] - 0.3) < 4 * errors["mu"]
    for k, name in enumerate(("gap_K", "gap_K [R1]")):
        assert abs(values[name] - 8.0 - k) < 4 * errors[name]
    assert errors["kinetic_inductance_fraction"] == errors["kinetic_inductance_fraction [R1]"] == 0
    np.testing.assert_allclose(devices["F_tan_delta_joint"], [3e-4, 6e-4], rtol=0.05)
    for column in ("mu_resonator_frequency", "mu"):
        sigma = (devices[f"{column}_high"] - devices[f"{column}_low"]) / 2
        assert (abs(devices[column] - 0.3) < 4 * sigma).all()
    assert devices["mu_resonator_loss_state"].notna().all()
    assert fit["heterogeneity"]["mu"]["dof"] == 1
    assert fit["heterogeneity"]["mu"]["p_value"] > 1e-3
    assert fit["heterogeneity"]["F_tan_delta"]["p_value"] < 1e-10


def test_a_parameter_that_no_resonator_has_cannot_be_fixed(tmp_path, capsys):
    resonators([0.2, 0.2]).to_csv(tmp_path / "chip.csv", index=False)
    fixed = ["--fix", "kappa_1K=1"]
    assert cli.main(["fit", str(tmp_path / "chip.csv"), "--observable", "resonator", "--group", "resonator", *fixed]) == 2
    assert "--fix kappa_1K: must be among mu, F_tan_delta" in capsys.readouterr().err
    free = ["--free", "boundary"]
    assert cli.main(["fit", str(tmp_path / "chip.csv"), "--observable", "resonator", "--group", "resonator", *free]) == 2
    assert "--free boundary: must be among mu, F_tan_delta" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"device": "D1"}, "--group device: must have 2 to 200 different values; it has 1"),
        ({"relative_error": None}, "--error COLUMN or --relative-error 1%"),
        ({"window_K": [0.5, 0.8]}, "device = 0.0: .* points in the window"),
    ],
)
def test_what_is_no_chip_is_refused(change, message):
    frame = table([0.1, 0.1])
    if "device" in change:
        frame["device"] = change.pop("device")
    with pytest.raises(InputError, match=message):
        datasets(frame, **change)
