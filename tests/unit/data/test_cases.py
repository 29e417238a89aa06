"""Tables that were once read wrongly, and further ones of each kind: right numbers, or a question that names its answer."""

import re
import shutil
import sys
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import yaml

from tlsglass.base import validation
from tlsglass.data import chip_table, columns, drive_section, infer_dataset, resonator_table, units
from tlsglass.data.dataset import load_dataset
from tlsglass.data.infer_dataset import ReadingOptions
from tlsglass.data.read_table import join_tables, read_table

ROOT = Path(__file__).parents[3]
CASES = ROOT / "tests/data/cases"
T = np.geomspace(0.1, 1.5, 14)
KAPPA = 0.03 * T**1.9
KAPPA_OPTIONS = {"observable": "thermal_conductivity"}
LOSS_OPTIONS = {"observable": "resonator_loss", "frequency_Hz": 5e9}
F_OPTIONS = {"observable": "resonator_frequency", "frequency_Hz": 5e9}
WEAK, SHIFT = 1e-5 * (1 + T), 1e-5 * np.log(T)


def load(file, **options):
    """Return the dataset of a case, or of a table as text."""
    path = CASES / file if isinstance(file, str) else file
    table = read_table(path, options.get("decimal"))
    return infer_dataset.build_dataset(table, infer_dataset.infer_info(table, ReadingOptions(**options)))


def write(tmp_path, header, *columns, separator=","):
    file = tmp_path / "t.csv"
    rows = [separator.join(x if isinstance(x, str) else f"{x:.12g}" for x in row) for row in zip(*columns, strict=True)]
    file.write_text("\n".join([header, *rows]) + "\n", encoding="utf-8")
    return file


def question(file, **options):
    with pytest.raises(validation.Question) as caught:
        load(file, **options)
    assert str(caught.value).endswith(f"; to fit it all the same, add --confirm {caught.value.code}")
    assert "\n" not in str(caught.value)
    load(file, **options | {"confirm": (caught.value.code,)})
    return caught.value.code


def refusal(file, **options):
    with pytest.raises(validation.InputError) as caught:
        load(file, **options)
    assert not isinstance(caught.value, validation.Question)
    assert len(caught.value.lines) == 1
    return str(caught.value)


# ---- forms of the value -------------------------------------------------------------------------------------------------


def test_Q_is_inverted_where_a_loss_is_due(tmp_path):
    dataset = load("Qi_taken_as_loss.csv", **LOSS_OPTIONS, value_unit="dimensionless")
    assert dataset.info["data"]["value"]["inverse"] is True
    assert dataset.points.value[0] == pytest.approx(1 / 1.64e6)
    for header, options in (("T_K,Q_int", {}), ("T_K,R1", {}), ("T_K,x", {"inverse": True, "value_unit": "dimensionless"})):
        dataset = load(write(tmp_path, header, T, 1 / WEAK), **LOSS_OPTIONS, **options)
        np.testing.assert_allclose(dataset.points.value, WEAK, rtol=1e-10)
        assert "inverted" in dataset.describe_reading()["text"]
    assert question(write(tmp_path, "T_K,Qi", T, WEAK), **LOSS_OPTIONS) == "Q_below_1"
    np.testing.assert_allclose(load(tmp_path / "t.csv", **LOSS_OPTIONS, form="value").points.value, WEAK)
    assert question(write(tmp_path, "T_K,loss", T, 1 / WEAK), **LOSS_OPTIONS) == "loss_above_1"


def test_a_loss_is_preferred_to_the_Q_beside_it(tmp_path):
    dataset = load(write(tmp_path, "T_K,Qi,1/Qi,Qi_err,1/Qi err", T, 1 / WEAK, WEAK, 1 / WEAK, 0.02 * WEAK), **LOSS_OPTIONS)
    np.testing.assert_allclose(dataset.points.error, 0.02 * WEAK)


def test_errors_of_Q_become_those_of_the_loss(tmp_path):
    dataset = load(write(tmp_path, "T_K,Q_i,Q_i_err", T, 1 / WEAK, 0.02 / WEAK), **LOSS_OPTIONS)
    np.testing.assert_allclose(dataset.points.error, 0.02 * WEAK, rtol=1e-9)


@pytest.mark.parametrize(
    ("header", "column", "options"),
    [
        ("T_K,kappa/T (W/m/K^2)", KAPPA / T, {}),
        ("T_K,kappa/T^2 (mW/(m K^3))", 1e3 * KAPPA / T**2, {}),
        ("T_K,κ/T² (W/(m K))", KAPPA / T**2, {}),
        ("T_K,koT", KAPPA / T, {"value_unit": "W/m/K^2"}),
        ("T_K,kappa_over_T3", KAPPA / T**3, {"value_unit": "W/m/K^4"}),
        ("T_K,1/kappa (m K/W)", 1 / KAPPA, {}),
        ("T_K,log10_kappa_W_per_m_K", np.log10(KAPPA), {}),
        ("T_K,ln(kappa) (W/(m K))", np.log(KAPPA), {}),
        ("T_K,kappa (10^-5 W/m/K)", 1e5 * KAPPA, {}),
        ("T_K,x", np.log10(KAPPA), {"form": "log10", "value_unit": "W/(m K)"}),
        ("T^2_K,kappa_W_per_m_K", KAPPA, {}),
        ("T² (K²),kappa_W_per_m_K", KAPPA, {}),
        ("1/T (1/K),kappa_W_per_m_K", KAPPA, {}),
        ("log10(T) (K),kappa_W_per_m_K", KAPPA, {}),
    ],
)
def test_forms_of_kappa_and_of_the_temperature_are_converted_and_reported(tmp_path, header, column, options):
    first = header.split(",")[0]
    of_T = {"T^2_K": T**2, "T² (K²)": T**2, "1/T (1/K)": 1 / T, "log10(T) (K)": np.log10(T)}.get(first, T)
    dataset = load(write(tmp_path, header, of_T, column), **KAPPA_OPTIONS, **options)
    np.testing.assert_allclose(dataset.points.T_K, T, rtol=1e-9)
    np.testing.assert_allclose(dataset.points.value, KAPPA, rtol=1e-9)
    assert dataset.describe_reading()["forms"] or "10^-5" in header


@pytest.mark.parametrize(
    ("header", "column"),
    [
        ("1000/T (1/K)", 1000 / T),
        ("100/T (1/K)", 100 / T),
        ("10^3/T (1/mK)", 1 / T),
        ("10^3 T (K)", 1e3 * T),
        ("T/1000 (K)", T / 1e3),
    ],
)
def test_multiples_of_the_temperature_and_of_its_inverse(tmp_path, header, column):
    dataset = load(write(tmp_path, f"{header},kappa (W/m/K)", column, KAPPA), **KAPPA_OPTIONS)
    np.testing.assert_allclose(dataset.points.T_K, T, rtol=1e-9)


def test_the_temperature_itself_is_preferred_to_its_forms(tmp_path):
    file = write(tmp_path, "1/T (1/K),T (K),T^2 (K^2),kappa (W/m/K)", 1 / T, T, T**2, KAPPA)
    assert load(file, **KAPPA_OPTIONS).info["data"]["temperature"]["column"] == "T (K)"


@pytest.mark.parametrize("name", ["T mK", "T (mKelvin)", "Temp millikelvin", "Temperatur in mK", "T / mK", "$T$ ($10^{-3}$ K)"])
def test_units_of_the_temperature_without_brackets_and_as_words(tmp_path, name):
    file = write(tmp_path, f"{name};kappa mW/(m K)", 1e3 * T, 1e3 * KAPPA, separator=";")
    points = load(file, **KAPPA_OPTIONS).points
    np.testing.assert_allclose(points.T_K, T)
    np.testing.assert_allclose(points.value, KAPPA)


def test_a_unit_below_the_name_may_not_contradict_that_in_the_name(tmp_path):
    file = write(tmp_path, "T (K),kappa (W/m/K)\nmK,W/(m K)", T, KAPPA)
    assert "--temperature-unit UNIT: the unit of T (K) is not clear" in refusal(file, **KAPPA_OPTIONS)
    np.testing.assert_allclose(load(file, **KAPPA_OPTIONS, temperature_unit="K").points.T_K, T)
    file = write(tmp_path, "T (K),kappa (W/m/K)\nkelvin,-", T, KAPPA)
    np.testing.assert_allclose(load(file, **KAPPA_OPTIONS).points.value, KAPPA)


@pytest.mark.parametrize(
    ("header", "units_below", "option"),
    [
        (
            "T (mK),kappa (W/m/K),err (W/m/K)",
            "K,W/(m K),W/(m K)",
            "--temperature-unit UNIT: the unit of T (mK) is not clear (mK or K)",
        ),
        (
            "T (K),kappa (W/m/K),err (W/m/K)",
            "K,mW/(m K),W/(m K)",
            "--value-unit UNIT: the unit of kappa (W/m/K) is not clear (W/m/K or mW/(m K))",
        ),
        (
            "T (K),kappa (W/m/K),err (%)",
            "K,W/(m K),W/(m K)",
            "--error-unit UNIT: the unit of err (%) is not clear (% or W/(m K))",
        ),
        (
            "T (K),kappa (W/m/K),sigma (mW/m/K)",
            "K,W/(m K),%",
            "--error-unit UNIT: the unit of sigma (mW/m/K) is not clear (mW/m/K or %)",
        ),
    ],
)
def test_a_column_with_two_units_has_none(tmp_path, header, units_below, option):
    """Neither unit is taken, nor that of another column; the column is known by its name."""
    reason = "the header and the row below it state different units"
    file = write(tmp_path, f"{header}\n{units_below}", T, KAPPA, 0.02 * KAPPA)
    assert f": {option}: {reason}; specify it, for example " in refusal(file, **KAPPA_OPTIONS)
    column = next(c for c in columns.describe_columns(read_table(file)).values() if c.possible_units)
    assert (column.unit, column.has_no_unit, column.relative) == (None, False, False)
    options = {"temperature_unit": "K", "value_unit": "W/(m K)", "error_unit": "W/(m K)"}
    name = option.removeprefix("--").split(" ")[0].replace("-", "_")
    points = load(file, **KAPPA_OPTIONS, **{name: options[name]}).points
    np.testing.assert_allclose([points.T_K, points.value, points.error], [T, KAPPA, 0.02 * KAPPA])


def test_an_error_of_the_temperature_with_two_units_is_refused(tmp_path):
    file = write(tmp_path, "T (K),kappa (W/m/K),err (%),sigma_T (mK)\nK,W/m/K,%,K", T, KAPPA, 1 + 0 * T, 0.3 + 0 * T)
    line = (
        "the unit of sigma_T (mK) is not clear (mK or K): the header and the row below it state different units; correct one of"
        " them, or give --temperature-error 0.1% instead"
    )
    assert line in refusal(file, **KAPPA_OPTIONS)


@pytest.mark.parametrize(
    ("header", "factor", "options"),
    [
        ("damping ratio", 0.5, {"observable": "internal_friction"}),
        ("ζ", 0.5, {"observable": "internal_friction"}),
        ("2Δf/f", 2, {"observable": "sound_velocity"}),
        ("ΔE/E (ppm)", 2e6, {"observable": "sound_velocity"}),
    ],
)
def test_quantities_that_are_multiples_of_the_observable(tmp_path, header, factor, options):
    truth = SHIFT if options["observable"] == "sound_velocity" else WEAK
    file = write(tmp_path, f"T_K,{header},err {header}", T, factor * truth, 0.01 * factor * np.abs(truth))
    points = load(file, frequency_Hz=1e4, **options).points
    np.testing.assert_allclose(points.value, truth, rtol=1e-9)


def test_quantities_as_functions_of_the_temperature(tmp_path):
    points = load(write(tmp_path, "T_K,Q_i(T),σ", T, 1 / WEAK, 0.02 / WEAK), **LOSS_OPTIONS).points
    np.testing.assert_allclose(points.error, 0.02 * WEAK, rtol=1e-9)
    points = load(write(tmp_path, "T_K,f(T) [GHz],σ_f [kHz]", T, 5 * (1 + SHIFT), 0.05 + 0 * T), **F_OPTIONS).points
    np.testing.assert_allclose(points.error, 1e-8)
    points = load(write(tmp_path, "log10(T) (K),κ(T) [W/m/K],σ(T) (mK)", np.log10(T), KAPPA, 1 + T), **KAPPA_OPTIONS).points
    np.testing.assert_allclose(points.T_K, T)


def test_Q_in_thousands(tmp_path):
    for header, factor in (("Qi (k)", 1e-3), ("Qi (M)", 1e-6), ("Qi / k", 1e-3)):
        file = write(tmp_path, f"T_K,{header},err {header}", T, factor / WEAK, 0.02 * factor / WEAK)
        points = load(file, **LOSS_OPTIONS).points
        np.testing.assert_allclose(points.value, WEAK)
        np.testing.assert_allclose(points.error, 0.02 * WEAK)


@pytest.mark.parametrize("header", ["Qi_k", "Q_int_k", "Q_i_M"])
def test_a_Q_that_may_be_in_thousands_is_asked_about(tmp_path, header):
    file = write(tmp_path, f"T_K,{header}", T, 1e-3 / WEAK)
    multiple = {"k": "10^3", "M": "10^6"}[header[-1]]
    assert f"--value-unit UNIT: the unit of {header} is not clear ({multiple} or dimensionless)" in refusal(
        file, **LOSS_OPTIONS
    )
    np.testing.assert_allclose(load(file, **LOSS_OPTIONS, value_unit="10^3").points.value, WEAK)


def test_ratios_are_no_losses(tmp_path):
    file = write(tmp_path, "T_K,Qi/Qi0", T, 1 / (1 + T))
    assert "is Qi/Qi0 a ratio?" in refusal(file, **LOSS_OPTIONS)


def test_the_resonator_Q_is_a_loaded_one(tmp_path):
    assert "(not Qr: 1/Q_i = 1/Q_l − 1/Q_c)" in refusal(write(tmp_path, "T_K,Qr", T, 1 / WEAK), **LOSS_OPTIONS)


def test_what_is_named_is_not_inverted_by_its_unit(tmp_path):
    file = write(tmp_path, "T_K,S_f (Hz^2/Hz)", T, 1e3 / T)
    assert "--value-unit UNIT: the unit of S_f (Hz^2/Hz)" in refusal(file, observable="frequency_noise")
    file = write(tmp_path, "T_K,Γ1/2π (kHz)", T, 1 + T)
    assert "a rate divided by 2π" in refusal(file, **QUBIT_OPTIONS)


def test_errors_follow_the_form_of_their_column(tmp_path):
    for error in ("σ(1/Qi)", "u(inv_Qi)", "err(1/Q_i)"):
        file = write(tmp_path, f"T_K,1/Qi,{error}", T, WEAK, 0.02 * WEAK)
        np.testing.assert_allclose(load(file, **LOSS_OPTIONS).points.error, 0.02 * WEAK)
    for header, column, error in (
        ("T_K,kappa/T^2 (W/m/K^3),error", KAPPA / T**2, 0.02 * KAPPA / T**2),
        ("T_K,kappa/T^2 (W/m/K^3),err (W/m/K)", KAPPA / T**2, 0.02 * KAPPA),
        ("T_K,log10_kappa_W_per_m_K,log10_kappa_err", np.log10(KAPPA), 0.02 / np.log(10) + 0 * T),
        ("T_K,1/kappa (m K/W),1/kappa err", 1 / KAPPA, 0.02 / KAPPA),
    ):
        dataset = load(write(tmp_path, header, T, column, error), **KAPPA_OPTIONS)
        np.testing.assert_allclose(dataset.points.error, 0.02 * KAPPA, rtol=1e-9)


def test_C_over_T_is_a_form_of_C(tmp_path):
    dataset = load("C_over_T.csv", observable="specific_heat")
    assert dataset.points.value[0] == pytest.approx(0.05 * 6.63636e-07)
    assert dataset.unit == "J/(mol K)"
    C = 1e-3 * T**1.1
    for header, column in (("T_K,C (mJ/mol/K^2)", 1e3 * C / T), ("T_K,Cp/T (J/(kg K²))", C / T)):
        np.testing.assert_allclose(load(write(tmp_path, header, T, column), observable="specific_heat").points.value, C)


def test_a_logarithm_of_which_base_is_asked_for(tmp_path):
    for header in ("log kappa (W/m/K)", "10^3 log kappa (W/m/K)"):
        file = write(tmp_path, f"T_K,{header}", T, np.log10(KAPPA))
        assert "--form log10 or --form ln" in refusal(file, **KAPPA_OPTIONS)


@pytest.mark.parametrize(
    ("header", "column"),
    [
        ("T_K,Q⁻¹ × 10⁴", 1e4 * WEAK),
        ("T_K,1/Qi (x1e-5)", 1e5 * WEAK),
        ("T_K,1/Qi (×10⁵)", 1e5 * WEAK),
        ("T_K,10^6 Q^-1", 1e6 * WEAK),
        ("T_K,Q-1 (10-6)", 1e6 * WEAK),
        ("T_K,Qi-1", WEAK),
    ],
)
def test_powers_of_ten_in_a_name_are_read_the_possible_way(tmp_path, header, column):
    np.testing.assert_allclose(load(write(tmp_path, header, T, column), **LOSS_OPTIONS).points.value, WEAK, rtol=1e-9)


@pytest.mark.parametrize(
    ("header", "factor"), [("df/f (ppm)", 1e6), ("df/f × 10⁶", 1e6), ("δf/f (10⁻⁶)", 1e6), ("df_over_f", 1)]
)
def test_relative_shifts(tmp_path, header, factor):
    np.testing.assert_allclose(load(write(tmp_path, f"T_K,{header}", T, factor * SHIFT), **F_OPTIONS).points.value, SHIFT)


def test_a_change_of_the_frequency_in_hertz_is_divided_by_it(tmp_path):
    file = write(tmp_path, "T_K,df (kHz),df err (kHz)", T, 5e6 * SHIFT, 0.05 + 0 * T)
    points = load(file, **F_OPTIONS).points
    np.testing.assert_allclose(points.value, SHIFT)
    np.testing.assert_allclose(points.error, 1e-8)
    assert "--frequency" in refusal(file, observable="resonator_frequency")


def test_units_within_a_logarithm(tmp_path):
    file = write(tmp_path, "log10(T/mK),lg(k [mW/m/K])", np.log10(1e3 * T), np.log10(1e3 * KAPPA))
    points = load(file, **KAPPA_OPTIONS).points
    np.testing.assert_allclose(points.T_K, T)
    np.testing.assert_allclose(points.value, KAPPA)


# ---- units of errors ----------------------------------------------------------------------------------------------------


def test_silent_errors_are_those_of_the_truth():
    truth = load("silent_truth.csv", **KAPPA_OPTIONS).points
    for name in ("percent_error_kappa_in_mW", "relative_error_fraction", "error_W_beside_kappa_mW"):
        points = load(f"silent_{name}.csv", **KAPPA_OPTIONS).points
        np.testing.assert_allclose(points.value, truth.value, rtol=1e-12)
        np.testing.assert_allclose(points.error, truth.error, rtol=1e-2)  # as many digits as the table has
    points = load("silent_f_kHz_error_Hz_col.csv", **F_OPTIONS).points
    np.testing.assert_allclose(points.error, 500 / 5e9)
    dataset = load("silent_error_of_T_taken_for_that_of_kappa.csv", **KAPPA_OPTIONS)
    assert dataset.points.error is None
    assert "not from sigma_T_K" in dataset.describe_reading()["text"]


@pytest.mark.parametrize(
    ("header", "column", "options"),
    [
        ("err (%)", 2 + 0 * T, {}),
        ("err_percent", 2 + 0 * T, {}),
        ("rel_err", 0.02 + 0 * T, {}),
        ("relative error (%)", 2 + 0 * T, {}),
        ("error (mW/m/K)", 20 * KAPPA, {}),
        ("kappa_sigma", 0.02 * KAPPA, {}),
        ("σ_κ", 0.02 * KAPPA, {}),
        ("±", 0.02 * KAPPA, {}),
        ("Fehler", 0.02 * KAPPA, {}),
        ("variance", (0.02 * KAPPA) ** 2, {}),
        ("σ²", (0.02 * KAPPA) ** 2, {}),
        ("RelError", 0.02 + 0 * T, {}),
        ("kappa_relerr", 0.02 + 0 * T, {}),
        ("KappaRelErr", 0.02 + 0 * T, {}),
        ("err (‰)", 20 + 0 * T, {}),
        ("err (ppm)", 2e4 + 0 * T, {}),
        ("err (dex)", 0.02 / np.log(10) + 0 * T, {}),
        ("err log10 kappa", 0.02 / np.log(10) + 0 * T, {}),
        ("err ln(kappa)", 0.02 + 0 * T, {}),
        ("s.d.", 0.02 * KAPPA, {}),
        ("SE", 0.02 * KAPPA, {}),
        ("error bar (mW/m/K)", 20 * KAPPA, {}),
        ("abs. error", 0.02 * KAPPA, {}),
        ("standard deviation", 0.02 * KAPPA, {}),
        ("Messunsicherheit", 0.02 * KAPPA, {}),
        ("Standardabweichung", 0.02 * KAPPA, {}),
        ("écart-type", 0.02 * KAPPA, {}),
        ("incertidumbre", 0.02 * KAPPA, {}),
        ("errKappa", 0.02 * KAPPA, {}),
        ("σκ", 0.02 * KAPPA, {}),
        ("std^2", (0.02 * KAPPA) ** 2, {}),
        ("err (90% CL)", 1.645 * 0.02 * KAPPA, {}),
        ("u95", 1.96 * 0.02 * KAPPA, {"error": "u95"}),
        ("error", 20 * KAPPA, {"error_unit": "mW/(m K)"}),
        ("error", 2 + 0 * T, {"error_unit": "%"}),
        ("error", 0.02 + 0 * T, {"error_unit": "relative"}),
        ("x", 0.02 * KAPPA, {"error": "x"}),
    ],
)
def test_units_of_errors(tmp_path, header, column, options):
    file = write(tmp_path, f"T_K,kappa (W/m/K),{header}", T, KAPPA, column)
    np.testing.assert_allclose(load(file, **KAPPA_OPTIONS, **options).points.error, 0.02 * KAPPA, rtol=1e-9)


def test_errors_of_a_frequency_have_their_own_unit(tmp_path):
    assert load("error_unit_kHz.csv", **F_OPTIONS | {"frequency_Hz": 8.17e9}).points.error[0] == pytest.approx(116.2 / 8.17e9)
    assert load("error_percent.csv", **KAPPA_OPTIONS).points.error[0] == pytest.approx(0.05 * 0.00011093945476923075)
    for header, error in (("f_err (Hz)", 50 + 0 * T), ("f_err (ppm)", 0.01 + 0 * T), ("err (%)", 1e-6 + 0 * T)):
        points = load(write(tmp_path, f"T_K,f (GHz),{header}", T, 5 * (1 + SHIFT), error), **F_OPTIONS).points
        np.testing.assert_allclose(points.error, 1e-8, rtol=1e-4)


def test_an_error_belongs_to_the_value_whose_name_it_shares(tmp_path):
    columns = {"value": "Frequenz [GHz]", "temperature": "Temperatur [mK]"}
    dataset = load("Qi_err_used_for_f.csv", **F_OPTIONS | {"frequency_Hz": 8.17e9}, **columns)
    assert dataset.points.error is None
    columns = (T, 5e9 * (1 + SHIFT), 50 + 0 * T, 1 / WEAK, 1e3 + 0 * T, 1e-3 + 0 * T)
    file = write(tmp_path, "T_K,f_r (Hz),f_r_err,Qi,Qi_err,Terr", *columns)
    dataset = load(file, **F_OPTIONS)
    np.testing.assert_allclose(dataset.points.error, 1e-8)
    np.testing.assert_allclose(dataset.points.T_error_K, 1e-3)
    np.testing.assert_allclose(load(file, **LOSS_OPTIONS).points.error, 1e3 * WEAK**2, rtol=1e-9)
    assert "--error COLUMN" in refusal(write(tmp_path, "T_K,kappa (W/m/K),err_of_k2", T, KAPPA, KAPPA), **KAPPA_OPTIONS)
    assert load(tmp_path / "t.csv", **KAPPA_OPTIONS, error="none").points.error is None
    message = refusal(write(tmp_path, "T_K,kappa (W/m/K),err,sigma", T, KAPPA, KAPPA, KAPPA), **KAPPA_OPTIONS)
    assert "which of err, sigma" in message


@pytest.mark.parametrize(
    "header",
    ["Δk (W/m/K)", "dk (W/m/K)", "U(k) (W/m/K)", "95% CI", "weight", "precision", "upper", "u95", "MAD", "dkappa+", "k_max"],
)
def test_what_may_be_an_error_is_asked_for(tmp_path, header):
    file = write(tmp_path, f"T_K,k (W/m/K),{header}", T, KAPPA, 0.02 * KAPPA)
    assert "--error COLUMN: are the errors" in refusal(file, **KAPPA_OPTIONS)
    assert load(file, **KAPPA_OPTIONS, error="none").points.error is None
    expected = 0.02 * KAPPA / (1.96 if "95" in header else 1)
    np.testing.assert_allclose(load(file, **KAPPA_OPTIONS, error=header).points.error, expected)


def test_small_numbers_in_the_unit_of_the_value_may_be_its_errors(tmp_path):
    file = write(tmp_path, "T (K),kappa (mW/m/K),s_kappa_tot (mW/m/K)", T, 1e3 * KAPPA, 20 * KAPPA)
    assert "--error 's_kappa_tot (mW/m/K)', or --error none" in refusal(file, **KAPPA_OPTIONS)
    load(write(tmp_path, "T (K),kappa (mW/m/K),empty cell (mW/m/K)", T, 1e3 * KAPPA, 500 * KAPPA), **KAPPA_OPTIONS)
    for first, second in (("P1 (mW/m/K)", "P2 (mW/m/K)"), ("sample A (mW/m/K)", "sample B (mW/m/K)")):
        load(write(tmp_path, f"T (K),{first},{second}", T, 1e3 * KAPPA, 20 * KAPPA), **KAPPA_OPTIONS, value=first)


def test_errors_in_dex_of_a_decimal_logarithm(tmp_path):
    file = write(tmp_path, "T_K,log10 kappa (W/m/K),err (dex)", T, np.log10(KAPPA), 0.01 + 0 * T)
    np.testing.assert_allclose(load(file, **KAPPA_OPTIONS).points.error, 0.01 * np.log(10) * KAPPA)


def test_errors_of_both_signs_are_asked_for(tmp_path):
    file = write(tmp_path, "T_K,kappa (W/m/K),kappa_err_plus,kappa_err_minus", T, KAPPA, 0.02 * KAPPA, 0.03 * KAPPA)
    assert "which of kappa_err_plus, kappa_err_minus contains the errors" in refusal(file, **KAPPA_OPTIONS)


def test_a_change_beside_a_frequency_may_be_its_error(tmp_path):
    file = write(tmp_path, "T_K,f0 (GHz),Δf (kHz)", T, 5 * (1 + SHIFT), 50 + 0 * T)
    assert "--error 'Δf (kHz)', or --error none" in refusal(file, **F_OPTIONS)


def test_columns_from_which_errors_may_follow_are_reported_as_unused(tmp_path):
    file = write(tmp_path, "T_K,kappa (W/m/K),rms,SNR,N", T, KAPPA, 0.02 * KAPPA, 50 + T, 3 + T)
    assert "a share of κ (not from rms, SNR)" in load(file, **KAPPA_OPTIONS).describe_reading()["text"]


@pytest.mark.parametrize(
    ("header", "columns_of_table", "text"),
    [
        (
            "T (mK),κ (mW m⁻¹ K⁻¹),err (µW m⁻¹ K⁻¹)",
            (1e3 * T, 1e3 * KAPPA, 1e4 * KAPPA),
            "T = T (mK), κ = κ (mW m⁻¹ K⁻¹), error = err (µW m⁻¹ K⁻¹)",
        ),
        (
            "T_K,kappa/T^2 (W/(m K^3))",
            (T, KAPPA / T**2),
            "T = T_K, κ from κ/T^2 = kappa/T^2 (W/(m K^3)), error from the residuals",
        ),
        ("T_K,kappa_W_per_m_K,rel err (%),rms", (T, KAPPA, 2 + 0 * T, KAPPA), "relative error = rel err (%), all 14 points"),
    ],
)
def test_a_reading_is_described_as_it_was_determined_when_the_table_was_read(tmp_path, header, columns_of_table, text):
    """The description parses neither names of columns nor units again."""
    dataset = load(write(tmp_path, header, *columns_of_table), **KAPPA_OPTIONS)
    files = {Path(module.__file__).name for module in (columns, drive_section, units)}
    called = set()
    sys.setprofile(lambda frame, event, _: called.add(Path(frame.f_code.co_filename).name) if event == "call" else None)
    try:
        reading = dataset.describe_reading()
    finally:
        sys.setprofile(None)
    assert "dataset.py" in called
    assert not files & called
    assert text in reading["text"]


def test_errors_of_the_temperature(tmp_path):
    file = write(tmp_path, "T (mK),kappa (W/m/K),err (%),sigma_T (mK)", 1e3 * T, KAPPA, 1 + 0 * T, 0.3 + 0 * T)
    np.testing.assert_allclose(load(file, **KAPPA_OPTIONS).points.T_error_K, 3e-4)
    expected = np.hypot(3e-4, 1e-3 * T)
    np.testing.assert_allclose(load(file, **KAPPA_OPTIONS, temperature_error="0.3mK+0.1%").points.T_error_K, expected)
    np.testing.assert_allclose(load(file, **KAPPA_OPTIONS, temperature_error="sigma_T (mK)").points.T_error_K, 3e-4)
    assert "needs errors of the value" in refusal(file, **KAPPA_OPTIONS, error="none", temperature_error="1mK")


def test_a_unit_that_contradicts_the_header_is_refused(tmp_path):
    file = write(tmp_path, "T (mK),kappa (mW/m/K),err (mW/m/K)", 1e3 * T, 1e3 * KAPPA, KAPPA)
    for option in ({"temperature_unit": "K"}, {"value_unit": "W/(m K)"}, {"error_unit": "W/(m K)"}):
        assert "contradicts" in refusal(file, **KAPPA_OPTIONS, **option)
    load(file, **KAPPA_OPTIONS, temperature_unit="mK", value_unit="mW/(m K)", error_unit="mW/m/K")


# ---- the table ----------------------------------------------------------------------------------------------------------


def test_a_table_without_header_is_asked_for_its_columns():
    assert "--columns T=1 value=2" in refusal("no_header.csv", **KAPPA_OPTIONS)
    options = {"temperature": "1", "value": "2", "temperature_unit": "K", "value_unit": "W/(m K)"}
    assert load("no_header.csv", **KAPPA_OPTIONS, **options).points.T_K[0] == pytest.approx(0.07635721944444444)


@pytest.mark.parametrize(
    ("name", "first"),
    [
        ("savetxt_default.dat", (0.07636, 1.109395e-4)),
        ("units_row.csv", (0.076357, 1.1094e-4)),
        ("page_mW.csv", (0.076357, 1.109394e-4)),
    ],
)
def test_headers_units_and_decimal_commas(name, first):
    points = load(name, **KAPPA_OPTIONS).points
    assert len(points.T_K) == 23
    assert (points.T_K[0], points.value[0]) == pytest.approx(first, rel=1e-4)


def test_rows_without_a_number(tmp_path):
    message = refusal("nan_rows.csv", **KAPPA_OPTIONS)
    assert "lines 2, 7, 12, 17" in message
    assert "--skip-bad-rows" in message
    dataset = load("nan_rows.csv", **KAPPA_OPTIONS, skip_bad_rows=True)
    assert (len(dataset.points.T_K), dataset.lines_left_out) == (18, (2, 7, 12, 17, 22))
    values = ["x" if T_K > 1 else f"{value:.6g}" for T_K, value in zip(T, KAPPA, strict=True)]
    file = write(tmp_path, "T_K,kappa (W/m/K)", T, values)
    refusal(file, **KAPPA_OPTIONS)
    assert len(load(file, **KAPPA_OPTIONS, window_K=[0.05, 0.9]).points.T_K) == 11  # outside the window nothing matters


def test_a_window_contains_its_ends_in_every_unit(tmp_path):
    """2760 times 0.001 is larger than 2.76."""
    T_mK = np.arange(1500.0, 2780.0, 20.0)
    file = write(tmp_path, "T (mK),kappa (W/m/K),err (W/m/K)", T_mK, 1e-8 * T_mK**2, 1e-10 * T_mK**2)
    for end_mK in T_mK[4:]:
        points = load(file, **KAPPA_OPTIONS, window_K=[1.5, end_mK / 1000]).points
        assert (points.T_K[0], points.T_K[-1]) == (1.5, end_mK / 1000)


def test_0_for_a_missing_value():
    options = {"observable": "resonator_frequency", "temperature_unit": "mK", "value": "P1", "value_unit": "Hz"}
    assert "0 for a missing value" in refusal("biqute2526_kid_f_vs_T_raw.csv", **options)
    dataset = load("biqute2526_kid_f_vs_T_raw.csv", **options, skip_bad_rows=True)
    assert (len(dataset.points.T_K), dataset.lines_left_out) == (12, (5,))
    assert dataset.points.error is None  # Terr is that of the temperature
    assert "row 1: 0.00E+00 must be" in refusal("kappa_peek_ca30_rod1.csv", **KAPPA_OPTIONS, temperature_unit="K")
    assert len(load("kappa_peek_ca30_rod1.csv", **KAPPA_OPTIONS, temperature_unit="K", skip_bad_rows=True).points.T_K) == 17
    assert "R5, row 4: 0.0 must be" in refusal("biqute2526_kid_Qi_vs_T_raw.csv", **LOSS_OPTIONS, value="R5")


def test_thousands_separators():
    truth = load("silent_truth.csv", **KAPPA_OPTIONS).points
    np.testing.assert_allclose(load("silent_thousands_mK_tsv.csv", **KAPPA_OPTIONS).points.T_K, truth.T_K, rtol=0.01)
    points = load("silent_thousands_semicolon_all_above_1000.csv", **KAPPA_OPTIONS).points
    assert points.T_K[:2] == pytest.approx([1.0, 1.232])


def test_thousands_that_can_be_read_both_ways(tmp_path):
    numbers = [f"{x},{y:03d}" for x, y in zip(range(1, 9), range(100, 180, 10), strict=True)]
    file = write(tmp_path, "T (mK);kappa (mW/m/K)", numbers, numbers, separator=";")
    assert "--decimal comma or --decimal point" in refusal(file, **KAPPA_OPTIONS)
    assert load(file, **KAPPA_OPTIONS, decimal="point").points.T_K[0] == pytest.approx(1.1)
    assert load(file, **KAPPA_OPTIONS, decimal="comma").points.T_K[0] == pytest.approx(1.1e-3)
    file = write(tmp_path, "T (K);kappa (W/m/K)", numbers, numbers, separator=";")
    assert load(file, **KAPPA_OPTIONS).points.T_K[0] == pytest.approx(1.1)  # 1100 K is not possible
    mixed = ["950", "975", *numbers]
    file = write(tmp_path, "T (mK);kappa (mW/m/K)", mixed, mixed, separator=";")
    assert load(file, **KAPPA_OPTIONS).points.T_K[-1] == pytest.approx(8.17)  # only then they ascend


@pytest.mark.parametrize("name", ["cell_1e308_traceback.csv", "err_1e300_traceback.csv"])
def test_numbers_are_bounded(name):
    assert "at most 1e+30" in refusal(name, **KAPPA_OPTIONS)


def test_columns_of_one_name(tmp_path):
    assert "several columns kappa_W_per_m_K" in refusal("dataset_duplicate_column.csv", **KAPPA_OPTIONS)
    folder = tmp_path / "one"
    shutil.copytree(ROOT / "config/experiments/stycast1266_thermal_conductivity", folder)
    shutil.copyfile(CASES / "dataset_duplicate_column.csv", folder / "data.csv")
    with pytest.raises(validation.InputError, match="there are several of that name"):
        load_dataset(folder)


def test_files_are_joined_unless_they_overlap(tmp_path):
    for name, rows in (("low", T < 0.4), ("high", T >= 0.4), ("all", T > 0)):
        write(tmp_path, "T_K,kappa (W/m/K)", T[rows], KAPPA[rows]).rename(tmp_path / f"{name}.csv")
    table = join_tables([read_table(tmp_path / "low.csv"), read_table(tmp_path / "high.csv")])
    dataset = infer_dataset.build_dataset(table, infer_dataset.infer_info(table, ReadingOptions()))
    np.testing.assert_allclose(dataset.points.T_K, T)
    write(tmp_path, "T_K,kappa (W/m/K)", T, 1.1 * KAPPA)
    table = join_tables([read_table(tmp_path / "all.csv"), read_table(tmp_path / "t.csv")])
    with pytest.raises(validation.Question) as caught:
        infer_dataset.build_dataset(table, infer_dataset.infer_info(table, ReadingOptions()))
    assert caught.value.code == "mixed_series"


# ---- questions ----------------------------------------------------------------------------------------------------------


def test_series_that_are_mixed(tmp_path):
    file = ROOT / "config/experiments/argonne_resonator_loss/data.csv"
    assert question(file, **F_OPTIONS | {"frequency_Hz": 8.17e9}, value="f0_Hz") == "mixed_series"
    options = F_OPTIONS | {"frequency_Hz": 8.17e9, "where": {"power_dBm": "-30"}}
    assert len(load(file, **options, value="f0_Hz").points.T_K) == 51
    interleaved = write(tmp_path, "T_K,kappa (W/m/K),run", np.repeat(T, 2), np.repeat(KAPPA, 2), np.tile([1, 2], 14))
    assert question(interleaved, **KAPPA_OPTIONS) == "mixed_series"
    named = write(tmp_path, "T_K,kappa (W/m/K),sample", np.tile(T, 2), np.tile(KAPPA, 2), ["A"] * 14 + ["B"] * 14)
    assert question(named, **KAPPA_OPTIONS) == "mixed_series"
    rms = np.round(0.0135 + 0.001 * np.random.default_rng(1).random(14), 4)
    load(write(tmp_path, "T_K,kappa (W/m/K),rms", T, KAPPA, rms), **KAPPA_OPTIONS)  # one sweep
    stages = write(tmp_path, "T_K,kappa (W/m/K),stage", T, KAPPA, [1] * 7 + [2] * 7)
    load(stages, **KAPPA_OPTIONS)  # two parts of one sweep
    load("nyu_al_inp_resonator.csv", observable="resonator_frequency", value="f0_Hz")


@pytest.mark.parametrize("header", ["Qi (x1e3)", "Qi/1000", "Q_i [10^3]", "log10(Q_int)", "lg Qi"])
def test_multiples_and_logarithms_of_Q_are_inverted(tmp_path, header):
    column, error = (1e-3 / WEAK, 2e-5 / WEAK) if "g" not in header else (-np.log10(WEAK), 0.02 / np.log(10) + 0 * T)
    for option in ({}, {"inverse": True}):
        points = load(write(tmp_path, f"T_K,{header},err {header}", T, column, error), **LOSS_OPTIONS, **option).points
        np.testing.assert_allclose(points.value, WEAK, rtol=1e-9)
        np.testing.assert_allclose(points.error, 0.02 * WEAK, rtol=1e-9)


def test_the_internal_Q_is_taken_and_no_other(tmp_path):
    points = load(write(tmp_path, "T_K,Q,Qi,Qc,n", T, 2e4 + T, 1 / WEAK, 1e5 + T, 1 + T), **LOSS_OPTIONS).points
    np.testing.assert_allclose(points.value, WEAK)
    assert "--value COLUMN" in refusal(write(tmp_path, "T_K,Q_L,Q_c", T, 2e4 + T, 1e5 + T), **LOSS_OPTIONS)
    named = {"value": "Q_L", "inverse": True, "value_unit": "dimensionless"}
    assert question(tmp_path / "t.csv", **LOSS_OPTIONS, **named) == "not_Q_internal"


QUBIT_OPTIONS = {"observable": "qubit_relaxation", "frequency_Hz": 5e9}


@pytest.mark.parametrize(
    ("header", "column"),
    [
        ("temp_mK,T1 (us),T2 (us)", lambda rate: 1e6 / rate),
        ("temp_mK,T1,T2", lambda rate: 1e6 / rate),
        ("temp_mK,T1 mean (us),T2 (us)", lambda rate: 1e6 / rate),
        ("T (mK),1/T1 (kHz),1/T2 (kHz)", lambda rate: 1e-3 * rate),
        ("T (mK),Gamma1 (1/us),T2 (us)", lambda rate: 1e-6 * rate),
        ("T (mK),log10(T1/us),T2 (us)", lambda rate: np.log10(1e6 / rate)),
    ],
)
def test_T1_of_a_qubit_is_neither_a_temperature_nor_T2(tmp_path, header, column):
    rate = 1e4 * (1 + T)
    unit = {} if "(" in header else {"value_unit": "us"}
    points = load(write(tmp_path, header, 100 * T, column(rate), 0.7 * column(rate)), **QUBIT_OPTIONS, **unit).points
    np.testing.assert_allclose(points.value, rate, rtol=1e-9)
    np.testing.assert_allclose(points.T_K, 0.1 * T)


@pytest.mark.parametrize("order", ["one after the other", "by temperature", "down and up"])
def test_series_without_a_column_that_names_them(tmp_path, order):
    """Three powers of one resonator, of which the strong ones saturate the TLSs at low temperature."""
    losses = [WEAK / (1 + power / T) * (1 + 0.02 * np.sin(9 * T)) for power in (0, 1, 10)]
    rows = [(t, loss) for part in losses for t, loss in zip(T, part, strict=True)]
    if order == "by temperature":
        rows.sort(key=lambda row: row[0])
    if order == "down and up":
        up = 1.001 * T  # other temperatures, none of which repeats
        rows = [*zip(T[::-1], losses[0][::-1], strict=True), *zip(up, 0.6 * losses[0], strict=True)]
    assert question(write(tmp_path, "T_K,loss", *zip(*rows, strict=True)), **LOSS_OPTIONS) == "pooled_series"


def test_devices_at_several_powers_are_a_question(tmp_path):
    rows = [(t, n, r, 1e-5 * (r + t)) for r in (1, 2) for n in (1, 1e3, 1e6) for t in T]
    file = write(tmp_path, "T_K,nbar,resonator,loss", *map(np.array, zip(*rows, strict=True)))
    table = read_table(file)
    options = ReadingOptions(**LOSS_OPTIONS, relative_error=0.01)
    with pytest.raises(validation.Question) as caught:
        resonator_table.build_driven_loss(table, resonator_table.ResonatorOptions(options, photons="nbar"))
    assert caught.value.code == "mixed_series"
    options = replace(options, where={"resonator": "1"})
    resonator_table.build_driven_loss(table, resonator_table.ResonatorOptions(options, photons="nbar"))


def test_a_power_without_a_unit_is_in_dBm_where_it_is_negative(tmp_path):
    for header, powers in (("P", (-90, -80, -70)), ("Pdbm", (0, 10, 20)), ("P", (1, 10, 100))):
        rows = [(t, p, 1e-5 * (k + t), 1e5, 5e4) for k, p in enumerate(powers, 1) for t in T]
        table = read_table(write(tmp_path, f"T_K,{header},loss,Qc,Ql", *map(np.array, zip(*rows, strict=True))))
        options = ReadingOptions(**LOSS_OPTIONS, relative_error=0.01)
        options = resonator_table.ResonatorOptions(options, power=header, coupling_geometry="notch", attenuation_dB=0)
        if powers[0] < 0 or header == "Pdbm":
            resonator_table.build_driven_loss(table, options)
            continue
        with pytest.raises(validation.InputError, match=r"the unit of P is not clear; state it in the header, .* P \(dBm\)"):
            resonator_table.build_driven_loss(table, options)


def driven(tmp_path, header, *columns, **options):
    """Return the dataset of the loss at three powers, with ``columns`` that depend on the power."""
    rows = [(t, 1e-5 * (k + t), *(column[k] for column in columns)) for k in range(3) for t in T]
    table = read_table(write(tmp_path, f"T_K,loss,{header}", *map(np.array, zip(*rows, strict=True))))
    loss = ReadingOptions(**LOSS_OPTIONS, relative_error=0.01)
    return resonator_table.build_driven_loss(table, resonator_table.ResonatorOptions(loss, **options))


@pytest.mark.parametrize(
    ("header", "number"),
    [
        ("Qc", 1e5),
        ("Qc (10^3)", 100),
        ("Qc (k)", 100),
        ("Qc/1000", 100),
        ("1/Qc", 1e-5),
        ("1/Qc (10^-6)", 10),
        ("1/Qc (×10⁶)", 10),
    ],
)
def test_units_of_coupling_quality_factors(tmp_path, header, number):
    chip = {"coupling_geometry": "notch", "attenuation_dB": 60.0}
    powers = (-50, -40, -30)
    expected = driven(tmp_path, "P (dBm),Qc", powers, [1e5] * 3, **chip).points.photons
    points = driven(tmp_path, f"P (dBm),{header}", powers, [number] * 3, **chip).points
    np.testing.assert_allclose(points.photons, expected, rtol=1e-9)
    loaded = driven(tmp_path, f"P (dBm),{header},Ql (k)", powers, [number] * 3, [50] * 3, **chip).points
    plain = driven(tmp_path, "P (dBm),Qc,Ql", powers, [1e5] * 3, [5e4] * 3, **chip).points
    np.testing.assert_allclose(loaded.photons, plain.photons, rtol=1e-9)


@pytest.mark.parametrize(
    ("header", "numbers", "message"),
    [
        ("P (dBm),Qc", 1e-5, "Qc has numbers like 1e-05; if it contains 1/Qc, use --inv-Qc"),
        ("P (dBm),1/Qc", 1e5, "1/Qc has numbers like 1e\\+05; if it contains Qc, use --Qc"),
        ("P (dBm),log10 Qc", 5, "log10 Qc is a logarithm"),
        ("P (dBm),Qc_k", 1e5, r"--Qc COLUMN: Qc_k may be in units of 10\^3; rename it to Qc \(10\^3\) or Qc;"),
        ("P (dBm),Qc,Ql_M", 1e5, r"--Ql COLUMN: Ql_M may be in units of 10\^6; rename it to Ql \(10\^6\) or Ql;"),
        ("P (dBm),Qc (kHz)", 5, r"the unit of Qc \(kHz\) is not clear"),
        ("P (fW),Qc", 1e5, r"--attenuation applies only to a power in dBm, but P \(fW\) is in fW"),
    ],
)
def test_a_drive_that_cannot_be_is_asked_about(tmp_path, header, numbers, message):
    with pytest.raises(validation.InputError, match=message):
        driven(tmp_path, header, (1, 10, 100), [numbers] * 3, coupling_geometry="notch", attenuation_dB=60.0)


@pytest.mark.parametrize(
    ("header", "message"),
    [
        ("P (dBm),Qc\nK,-,W,-", "--power COLUMN: the unit of P (dBm) is not clear (dBm or W): {}; correct one of them;"),
        ("P,Qc (10^3)\nK,-,dBm,%", "--Qc COLUMN: the unit of Qc (10^3) is not clear (10^3 or %): {}; correct one of them;"),
        ("P (W),Qc\nK,-,dBm,-", "--power COLUMN: the unit of P (W) is not clear (W or dBm): {}; correct one of them;"),
    ],
)
def test_a_drive_with_two_units_is_asked_about(tmp_path, header, message):
    reason = "the header and the row below it state different units"
    with pytest.raises(validation.InputError, match=re.escape(message.format(reason))):
        driven(tmp_path, header, (1, 10, 100), [1e5] * 3, coupling_geometry="notch", attenuation_dB=60.0)


def test_no_unit_below_a_name_that_may_contain_one_decides(tmp_path):
    chip = {"coupling_geometry": "notch", "attenuation_dB": 60.0}
    expected = driven(tmp_path, "P (dBm),Qc", (-50, -40, -30), [1e5] * 3, **chip).points.photons
    points = driven(tmp_path, "P (dBm),Qc_k\nK,-,dBm,-", (-50, -40, -30), [1e5] * 3, **chip).points
    np.testing.assert_allclose(points.photons, expected, rtol=1e-9)


def test_a_power_in_dBm_by_the_row_of_units(tmp_path):
    chip = {"coupling_geometry": "notch", "attenuation_dB": 60.0}
    expected = driven(tmp_path, "P (dBm),Qc", (0, 10, 20), [1e5] * 3, **chip)
    dataset = driven(tmp_path, "P,Qc\nK,,dBm,", (0, 10, 20), [1e5] * 3, **chip)
    assert dataset.info["data"]["drive"]["power"]["unit"] == "dBm"
    np.testing.assert_allclose(dataset.points.photons, expected.points.photons)
    same = driven(tmp_path, "P (dBm),Qc\nK,,dBm,", (0, 10, 20), [1e5] * 3, **chip)
    np.testing.assert_allclose(same.points.photons, expected.points.photons)


def test_a_time_or_frequency_without_a_clear_unit_is_asked_about(tmp_path):
    file = write(tmp_path, "T (K),C (J/(g K)),t (s)\nK,J/(g K),ms", T, 1e-5 * T, 10 + 0 * T)
    line = "--time COLUMN: the unit of t (s) is not clear (s or ms): the header and the row below it state different units;"
    assert line in refusal(file, observable="specific_heat", relative_error=0.01, time="t (s)")
    file = write(tmp_path, "device,T (K),loss,t,f", list("12" * 7), T, WEAK, T, 5 + 0 * T)
    line = "--time COLUMN: the unit of t is not clear; state it in the header, for example t (s)"
    options = {"observable": "specific_heat", "relative_error": 0.01, "value": "loss", "value_unit": "J/(g K)"}
    assert line in refusal(file, **options, time="t")
    with pytest.raises(validation.InputError, match=r"--frequency f: the unit of f is not clear; .* for example f \(GHz\)"):
        chip_table.build_datasets(read_table(file), ReadingOptions(observable="resonator_loss"), "device", frequency="f")


def test_units_of_photon_numbers(tmp_path):
    for header, numbers in (("n_ph", (1e3, 1e4, 1e5)), ("nbar (10^3)", (1, 10, 100)), ("log10 nbar", (3, 4, 5))):
        points = driven(tmp_path, header, numbers, photons=header).points
        np.testing.assert_allclose(np.unique(points.photons), [1e3, 1e4, 1e5])


def test_a_Q_beside_a_coupling_Q_may_be_loaded(tmp_path):
    assert question(write(tmp_path, "T_K,Q,Qc", T, 1 / WEAK, 1e5 + T), **LOSS_OPTIONS) == "not_Q_internal"
    load(write(tmp_path, "T_K,Qi,Qc", T, 1 / WEAK, 1e5 + T), **LOSS_OPTIONS)


def test_noise_and_rates_that_cannot_be(tmp_path):
    assert question(write(tmp_path, "T_K,Sy (1/Hz)", T, 60 / T), observable="frequency_noise") == "value_range"
    file = write(tmp_path, "T_K,T1 (s)", 0.1 * T, 40 / (1 + T))  # in microseconds
    assert question(file, **QUBIT_OPTIONS) == "value_range"


def test_frequencies_of_traces_are_no_measured_frequencies(tmp_path):
    axis = np.linspace(4.999, 5.001, 41)
    T_rows, f = np.repeat(T[:7], 41), np.tile(axis, 7)
    file = write(tmp_path, "T_K,Frequency (GHz),|S21| (dB)", T_rows, f, -3 - np.sin(f))
    assert question(file, **F_OPTIONS) == "axis"
    rng = np.random.default_rng(1)
    load(write(tmp_path, "T_K,f0 (GHz)", T_rows, 5 * (1 + 1e-6 * rng.standard_normal(len(f)))), **F_OPTIONS)


def test_rows_that_are_contained_twice(tmp_path):
    file = write(tmp_path, "T_K,kappa (W/m/K)", np.tile(T, 2), np.tile(KAPPA, 2))
    assert question(file, **KAPPA_OPTIONS) == "repeated_rows"
    load(write(tmp_path, "T_K,kappa (W/m/K)", np.r_[T, T[:4]], np.r_[KAPPA, KAPPA[:4]]), **KAPPA_OPTIONS)


def test_repeated_points_of_one_series_are_no_question(tmp_path):
    rng = np.random.default_rng(4)
    for T_rows in (np.tile(T, 3), np.repeat(T, 3), np.concatenate([T, T[::-1]])):
        loss = 1e-5 * (1 + T_rows) * (1 + 0.2 * rng.standard_normal(len(T_rows)))
        load(write(tmp_path, "T_K,loss", T_rows, loss), **LOSS_OPTIONS)


def test_values_that_are_rounded_too_coarsely(tmp_path):
    f = 5 * (1 + SHIFT)
    rounded = np.round(f / 4e-5) * 4e-5  # GHz, where f changes by 0.14 MHz in all
    assert question(write(tmp_path, "T_K,f (GHz)", T, rounded), **F_OPTIONS) == "rounded"
    assert question(tmp_path / "t.csv", **F_OPTIONS, error="1kHz") == "rounded"
    load(tmp_path / "t.csv", **F_OPTIONS, error="30kHz")
    load(write(tmp_path, "T_K,f (GHz)", T, np.round(f, 6)), **F_OPTIONS)


def test_a_frequency_below_zero_is_a_change_of_it(tmp_path):
    changes = 5e6 * SHIFT  # kHz
    points = load(write(tmp_path, "T_K,f-5GHz (kHz),err (kHz)", T, changes, 0.1 + 0 * T), **F_OPTIONS).points
    np.testing.assert_allclose(points.value, SHIFT, rtol=1e-9)
    np.testing.assert_allclose(points.error, 0.1e3 / 5e9)
    assert "--frequency" in refusal(tmp_path / "t.csv", observable="resonator_frequency")


@pytest.mark.parametrize("header", ["-Δf/f", "−df/f (ppm)", "1 - f/f0", "(f0-f)/f0", "f_0 - f (kHz)", "|Δf/f|", "abs(df/f)"])
def test_changes_with_the_opposite_sign_or_none_are_refused(tmp_path, header):
    assert "negative or the absolute value" in refusal(write(tmp_path, f"T_K,{header}", T, -SHIFT), **F_OPTIONS, value=header)


@pytest.mark.parametrize("header", ["f-f(0.1 K) (kHz)", "f_r - f_0 (kHz)", "f0-f0(T_min) (kHz)"])
def test_differences_of_frequencies_are_changes(tmp_path, header):
    shift = SHIFT - SHIFT[0]
    file = write(tmp_path, f"T_K;{header}", T, 5e6 * shift, separator=";")
    np.testing.assert_allclose(load(file, **F_OPTIONS).points.value, shift, atol=1e-18)


@pytest.mark.parametrize("header", ["loss (dB)", "loss_dB", "sqrt(loss)", "√loss"])
def test_decibels_and_roots_are_refused(tmp_path, header):
    assert "--value COLUMN" in refusal(write(tmp_path, f"T_K,{header}", T, WEAK), **LOSS_OPTIONS, value=header)


def test_rows_in_different_units(tmp_path):
    file = write(tmp_path, "T_K,kappa (W/m/K)", T, KAPPA * np.where(T > 0.5, 1e3, 1))
    assert question(file, **KAPPA_OPTIONS) == "outlier"
    sparse = np.geomspace(0.05, 5, 6)
    load(write(tmp_path, "T_K,kappa (W/m/K)", sparse, 1e-3 * sparse**4), **KAPPA_OPTIONS)


def test_columns_that_are_swapped_or_are_no_value(tmp_path):
    assert question("silent_swapped_columns.csv", **KAPPA_OPTIONS) == "swapped_columns"
    assert question("silent_log10_kappa_positive.csv", **KAPPA_OPTIONS) == "value_range"
    assert "cannot be" in refusal(write(tmp_path, "kappa_mW_per_m_K,T_mK", 1e3 * T, 1e3 * KAPPA), **KAPPA_OPTIONS)
    assert question(write(tmp_path, "T_K,kappa (W/m/K)", T, 1e7 * KAPPA), **KAPPA_OPTIONS) == "value_range"


def test_errors_that_are_larger_than_what_they_belong_to(tmp_path):
    assert question(write(tmp_path, "T_K,kappa (W/m/K),err", T, KAPPA, 5 * KAPPA), **KAPPA_OPTIONS) == "error_above_value"
    file = write(tmp_path, "T_K,f (GHz),err (MHz)", T, 5 * (1 + SHIFT), 10 + 0 * T)
    assert question(file, **F_OPTIONS) == "error_above_value"


@pytest.mark.parametrize("name", ["rel. err.", "relative error", "σκ/κ", "σ_κ/κ"])
def test_relative_errors_without_a_unit_may_be_in_percent(tmp_path, name):
    """0.5 may be 50 % or half a percent: the option or the confirmation decides. 0.02 can only be a fraction."""
    file = write(tmp_path, f"T_K,κ (W/m/K),{name}", T, KAPPA, 0.5 + 0.2 * T)
    assert question(file, **KAPPA_OPTIONS) == "large_relative_error"
    message = r"such as 0\.5\d* have no unit and are read as fractions: are they in percent\? If so, give --error-unit %"
    with pytest.raises(validation.Question, match=message):
        load(file, **KAPPA_OPTIONS)
    confirmed = load(file, **KAPPA_OPTIONS, confirm=("large_relative_error",)).points.error
    np.testing.assert_allclose(confirmed, (0.5 + 0.2 * T) * KAPPA)
    np.testing.assert_allclose(load(file, **KAPPA_OPTIONS, error_unit="%").points.error, 0.01 * (0.5 + 0.2 * T) * KAPPA)
    np.testing.assert_allclose(load(file, **KAPPA_OPTIONS, error_unit="relative").points.error, confirmed)
    above = write(tmp_path, f"T_K,κ (W/m/K),{name}", T, KAPPA, 3 + 0 * T)
    for confirm, code in (((), "large_relative_error"), (("large_relative_error",), "error_above_value")):
        with pytest.raises(validation.Question, match=code):
            load(above, **KAPPA_OPTIONS, confirm=confirm)
    np.testing.assert_allclose(
        load(write(tmp_path, f"T_K,κ (W/m/K),{name}", T, KAPPA, 0.02 + 0 * T), **KAPPA_OPTIONS).points.error, 0.02 * KAPPA
    )


@pytest.mark.parametrize(
    ("header", "errors"),
    [
        ("rel. err. (%)", 0.5 + 0 * T),  # percent
        ("err (%)", 50 + 0 * T),
        ("rel_err (1)", 0.5 + 0 * T),
        ("rel. err.", np.where(T < 0.15, 0.5, 0.02)),  # a few large ones
        ("err log10 κ", 0.2 + 0 * T),  # a logarithm, 0.46 in ln κ
        ("err (dex)", 0.2 + 0 * T),
    ],
)
def test_relative_errors_that_are_clear_are_not_asked_about(tmp_path, header, errors):
    load(write(tmp_path, f"T_K,κ (W/m/K),{header}", T, KAPPA, errors), **KAPPA_OPTIONS)


def test_frequencies_that_are_higher_than_those_of_resonators_are_asked_about(tmp_path):
    columns_of_f = T, 5e9 * (1 + SHIFT), 50 + 0 * T
    options = {"observable": "resonator_frequency"}
    assert question(write(tmp_path, "T_K,f0 (kHz),err f0 (kHz)", *columns_of_f), **options) == "frequency_range"
    with pytest.raises(validation.Question, match=r"column f0 \(kHz\) or --frequency: a frequency of 5000 GHz, unusually"):
        load(tmp_path / "t.csv", **options)
    dataset = load(write(tmp_path, "T_K,f0 (Hz),err f0 (Hz)", *columns_of_f), **options)
    assert dataset.info["frequency_Hz"] == pytest.approx(5e9)
    file = write(tmp_path, "T_K,loss", T, WEAK)
    with pytest.raises(validation.Question, match="--frequency: a frequency of 8000 GHz"):
        load(file, observable="resonator_loss", frequency_Hz=8e12)
    load(file, observable="resonator_loss", frequency_Hz=1e11)


@pytest.mark.parametrize("name", ["T+1 (K)", "T + 0.5 (K)", "T - 0.3 [K]", "(T+1) (K)"])
def test_a_temperature_plus_a_number_is_no_temperature(tmp_path, name):
    file = write(tmp_path, f"{name},κ (W/m/K)", T + 1, KAPPA)
    assert f"--temperature COLUMN: {name} is T plus or minus a number" in refusal(file, **KAPPA_OPTIONS)
    file = write(tmp_path, f"{name},T (K),κ (W/m/K)", T + 1, T, KAPPA)
    np.testing.assert_allclose(load(file, **KAPPA_OPTIONS).points.T_K, T)


def test_a_value_plus_a_number_is_not_the_value(tmp_path):
    file = write(tmp_path, "T (K),κ+1 (W/m/K)", T, KAPPA + 1)
    assert "κ+1 (W/m/K) by its name is the quantity plus or minus a number" in refusal(file, **KAPPA_OPTIONS)


@pytest.mark.parametrize("name", ["T-1 (K)", "T1 (K)", "T_2 (K)", "T - 2 (K)", "T (10^+3 mK)"])
def test_numbers_of_thermometers_are_no_sums(tmp_path, name):
    np.testing.assert_allclose(load(write(tmp_path, f"{name},κ (W/m/K)", T, KAPPA), **KAPPA_OPTIONS).points.T_K, T)


@pytest.mark.parametrize(
    ("observable", "header"), [("dielectric_constant", "tan δ"), ("sound_velocity", "Q^-1"), ("sound_velocity", "dε/ε")]
)
def test_a_column_with_the_name_of_another_observable_is_asked_about(tmp_path, observable, header):
    options = {"observable": observable, "frequency_Hz": 1e3}
    file = write(tmp_path, f"T_K,{header}", T, WEAK)
    assert f"{header} is no {observable} by its name" in refusal(file, **options)
    load(file, **options, value=header)
    load(write(tmp_path, "T_K,ΔC/C", T, SHIFT), observable="dielectric_constant", frequency_Hz=1e3)


@pytest.mark.parametrize(
    ("header", "factor", "unit", "options"),
    [
        ("1/Qi × 10⁶,err 1/Qi", 1e6, "dimensionless", LOSS_OPTIONS),
        ("1/Qi (10^-6),1/Qi_err", 1e6, "dimensionless", LOSS_OPTIONS),
        ("kappa (µW/cm/K),kappa_err", 1e4, "W/(m K)", KAPPA_OPTIONS),
    ],
)
def test_errors_that_may_not_be_in_the_unit_of_the_value(tmp_path, header, factor, unit, options):
    truth = WEAK if options is LOSS_OPTIONS else KAPPA
    file = write(tmp_path, f"T_K,{header}", T, factor * truth, 0.02 * truth)
    assert question(file, **options) == "error_far_below_value"
    np.testing.assert_allclose(load(file, **options, error_unit=unit).points.error, 0.02 * truth)
    load(write(tmp_path, f"T_K,{header}", T, factor * truth, 0.02 * factor * truth), **options)


def test_a_quantity_that_is_no_relative_change(tmp_path):
    options = {"observable": "dielectric_constant", "frequency_Hz": 1e3}
    assert question(write(tmp_path, "T_K,eps", T, 3.8 * (1 + SHIFT)), **options) == "not_a_change"
    file = write(tmp_path, "T_K,f_GHz", T, 5 * (1 + SHIFT))
    assert question(file, observable="resonator_frequency", frequency_Hz=4e9) == "not_a_change"


def test_a_capacitance_is_no_relative_change(tmp_path):
    options = {"observable": "dielectric_constant", "frequency_Hz": 1e3}
    for header in ("C_F", "C (pF)", "C/nF", "Cap / µF", "C in fF"):
        file = write(tmp_path, f"T_K,{header}", T, 1e-11 * (1 + SHIFT))
        assert "is a capacitance by its unit" in refusal(file, **options, value=header)
    for name, values in {"C": 1e-11 * (1 + SHIFT), "x": -1e-3 * (1 + SHIFT)}.items():
        file = write(tmp_path, f"T_K,{name}", T, values)
        assert question(file, **options, value=name, value_unit="dimensionless") == "capacitance"
    load(write(tmp_path, "T_K,ΔC/C", T, 2e-4 + SHIFT), **options)


def test_temperatures_beyond_the_physics_and_too_few_are_refused(tmp_path):
    assert "is the unit right" in refusal(write(tmp_path, "T_K,kappa (W/m/K)", 1e3 * T, KAPPA), **KAPPA_OPTIONS)
    few = np.repeat(T[:3], 4)
    message = refusal(write(tmp_path, "T_K,kappa (W/m/K)", few, 0.03 * few**1.9), **KAPPA_OPTIONS)
    assert "3 different temperatures" in message


# ---- what is inferred ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("header", "column", "observable"),
    [
        ("kappa_W_per_m_K", KAPPA, "thermal_conductivity"),
        ("k (mW/(m K))", KAPPA, "thermal_conductivity"),
        ("c_p (J/(kg K))", KAPPA, "specific_heat"),
        ("C/T (mJ/mol/K^2)", KAPPA, "specific_heat"),
        ("f0_Hz", 5e9 * (1 + SHIFT), "resonator_frequency"),
        ("freq (GHz)", 5 * (1 + SHIFT), "resonator_frequency"),
    ],
)
def test_the_observable_follows_from_an_unambiguous_column(tmp_path, header, column, observable):
    dataset = load(write(tmp_path, f"T_K,{header}", T, column))
    assert dataset.info["observable"] == observable
    if observable == "resonator_frequency":
        assert dataset.info["frequency_Hz"] == pytest.approx(5e9, rel=1e-4)


def test_all_that_is_missing_is_asked_for_at_once(tmp_path):
    message = refusal(write(tmp_path, "T,a,b", T, KAPPA, KAPPA))
    for option in ("--observable", "--temperature-unit", "--value COLUMN"):
        assert option in message
    assert "--frequency" in refusal(
        write(tmp_path, "T_K,f_kHz", T, 90 * (1 + SHIFT)), observable="sound_velocity", value_unit="ppm"
    )
    assert "--observable" in refusal(write(tmp_path, "T_K,f_kHz", T, 90 * (1 + SHIFT)))  # a vibrating reed?


def test_the_plain_quantity_is_preferred_to_its_forms():
    for name in ("kappa_cuni_olson.csv", "kappa_graphite_poco_woodcraft.csv"):
        dataset = load(name, **KAPPA_OPTIONS)
        assert dataset.info["data"]["value"]["column"].startswith("k")
        assert "/T" not in dataset.info["data"]["value"]["column"]


def test_a_hostile_name_is_quoted_in_messages(tmp_path):
    file = write(tmp_path, "T_K,kappa (W/m/K),k$(touch x)", np.tile(T, 2), np.tile(KAPPA, 2), ["A"] * 14 + ["B"] * 14)
    with pytest.raises(validation.Question, match=r"--where 'k\$\(touch x\)=A'"):
        load(file, **KAPPA_OPTIONS, value="kappa (W/m/K)")


# ---- datasets -----------------------------------------------------------------------------------------------------------


def test_what_is_inferred_is_read_again_from_a_dataset(tmp_path):
    columns = (T**2, np.log10(KAPPA), 2 + 0 * T, 0.3 + 0 * T)
    file = write(tmp_path, "T^2_K,log10_kappa_W_per_m_K,err (%),sigma_T (mK)", *columns)
    expected = load(file, **KAPPA_OPTIONS)
    folder = tmp_path / "one"
    folder.mkdir()
    file.rename(folder / "t.csv")
    (folder / "dataset.yaml").write_text(yaml.safe_dump(expected.info, allow_unicode=True), encoding="utf-8")
    for name in ("T_K", "value", "error", "T_error_K"):
        np.testing.assert_array_equal(getattr(load_dataset(folder).points, name), getattr(expected.points, name))


@pytest.mark.parametrize("name", ["../t.csv", "/dev/zero", "link.csv", "loop.csv", ".", "folder", "a\0b"])
def test_a_dataset_reads_only_regular_files_of_its_folder(tmp_path, name):
    folder = tmp_path / "one"
    shutil.copytree(ROOT / "config/experiments/stycast1266_thermal_conductivity", folder)
    (tmp_path / "t.csv").write_text("secret", encoding="utf-8")
    (folder / "link.csv").symlink_to(tmp_path / "t.csv")
    (folder / "loop.csv").symlink_to(folder / "loop.csv")
    (folder / "folder").mkdir()
    info = yaml.safe_load((folder / "dataset.yaml").read_text(encoding="utf-8"))
    info["data"]["file"] = name
    (folder / "dataset.yaml").write_text(yaml.safe_dump(info), encoding="utf-8")
    with pytest.raises(validation.InputError) as caught:
        load_dataset(folder)
    assert "secret" not in str(caught.value)


@pytest.mark.parametrize("name", ["{x}", "}", "<script>", "-x", "a b", "x" * 101, "é"])
def test_names_of_datasets_are_restricted(tmp_path, name):
    folder = tmp_path / name
    shutil.copytree(ROOT / "config/experiments/stycast1266_thermal_conductivity", folder)
    with pytest.raises(validation.InputError, match="the name of a dataset must"):
        load_dataset(folder)


# ---- many rows ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("errors", [True, False])
def test_many_rows_are_averaged_with_the_same_mean(tmp_path, errors):
    rng = np.random.default_rng(1)
    many = np.sort(rng.uniform(0.05, 0.5, 20_000))
    kappa = 0.03 * many**1.9 * (1 + 0.02 * rng.standard_normal(len(many)))
    columns = (many, kappa, 0.02 * kappa) if errors else (many, kappa)
    dataset = load(write(tmp_path, "T_K,kappa (W/m/K)" + ",err" * errors, *columns))
    points = dataset.points
    assert dataset.averaged == {"rows": 20_000, "bins": len(points.T_K)}
    assert len(points.T_K) <= 300
    scatter = points.value / (0.03 * points.T_K**1.9) - 1
    relative = points.error / points.value if errors else 0.02 * points.weight / points.value
    assert np.std(scatter / relative) == pytest.approx(1.0, abs=0.15)
    assert "averaged in" in dataset.describe_reading()["text"]


def test_few_rows_are_left_alone(tmp_path):
    dataset = load(write(tmp_path, "T_K,kappa (W/m/K)", np.linspace(0.1, 0.5, 1000), 0.03 * np.linspace(0.1, 0.5, 1000) ** 1.9))
    assert dataset.averaged is None
    assert len(dataset.points.T_K) == 1000


# ---- columns of instruments ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", ["Sample Temp", "Mean temperature (mK)", "Bath Temp", "MXC temperature", "base temp (K)"])
def test_the_place_of_a_thermometer_may_precede_the_temperature(name):
    assert columns.parse_name(name).quantity == "T"


def test_a_title_and_a_row_of_units_of_an_instrument(tmp_path):
    header = "Run 14, steady state\nSample Temp,Conductivity,Cond. Std. Err.,Heater Power\nK,mW/K-m,mW/K-m,nW"
    dataset = load(write(tmp_path, header, T, 1e3 * KAPPA, 10 * KAPPA, T**2))
    np.testing.assert_allclose(dataset.points.value, KAPPA)
    np.testing.assert_allclose(dataset.points.error, 0.01 * KAPPA)


def test_a_line_width_named_kappa_is_no_conductivity(tmp_path):
    f = 5e9 * (1 + SHIFT)
    dataset = load(
        write(tmp_path, "T_MXC (mK)\tf0 (Hz)\tf0 err (Hz)\tkappa (Hz)", 1e3 * T, f, 0 * T + 50, 5e4 + T, separator="\t")
    )
    assert dataset.observable.name == "resonator_frequency"
    assert dataset.info["data"]["value"]["column"] == "f0 (Hz)"


def test_f_and_Q_in_one_table_are_asked_for_by_name(tmp_path):
    table = write(
        tmp_path,
        "T_K,Q,Qi,Qi_err,Qc,fr_GHz,fr_err_GHz",
        T,
        0 * T + 1e4,
        1 / WEAK,
        0.01 / WEAK,
        0 * T + 2e4,
        5 + SHIFT,
        0 * T + 1e-8,
    )
    assert "--observable: resonator fits f and Q together" in refusal(table)
    loss, (shift,) = resonator_table.build_resonator_datasets([read_table(table)], resonator_table.ResonatorOptions())
    assert loss.info["data"]["value"]["column"] == "Qi"
    assert (loss.name, shift.name) == ("1/Q", "f")
    np.testing.assert_allclose(loss.points.value, WEAK)


# ---- more forms of names and cells --------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("header", "column"),
    [
        ("Conductivité thermique (W.m-1.K-1)", KAPPA),
        ("kappa_W_mK", KAPPA),
        ("kappa_mW_m_K", 1e3 * KAPPA),
        ("k_mW_cmK", 10 * KAPPA),
        ("kappa T^-2 (W/m/K^3)", KAPPA / T**2),
        ("κ·T⁻² (W/(m K³))", KAPPA / T**2),
        ("thermal resistivity (m K/W)", 1 / KAPPA),
        ("kappa × 1000 (W/m/K)", 1e3 * KAPPA),
        ("x (mW/m/K);Heater (nW)", 1e3 * KAPPA),
    ],
)
def test_more_names_of_kappa(tmp_path, header, column):
    heater = [T**2] if "Heater" in header else []
    file = write(tmp_path, f"Température (K);{header}", T, column, *heater, separator=";")
    np.testing.assert_allclose(load(file, **KAPPA_OPTIONS).points.value, KAPPA, rtol=1e-9)


@pytest.mark.parametrize(
    ("observable", "header", "column", "value"),
    [
        ("specific_heat", "Samp HC (mJ/mole-K)", 1e3 * KAPPA, KAPPA),
        ("specific_heat", "C_mJ_molK", 1e3 * KAPPA, KAPPA),
        ("internal_friction", "1000/Q", 1e3 * WEAK, WEAK),
        ("internal_friction", "10^5/Q", 1e5 * WEAK, WEAK),
        ("mean_free_path", "ℓ (µm)", 1e6 * WEAK, WEAK),
        ("mean_free_path", "1/l (1/cm)", 1e-2 / WEAK, WEAK),
    ],
)
def test_more_names_of_other_quantities(tmp_path, observable, header, column, value):
    options = {"frequency_Hz": 1e3} if observable == "internal_friction" else {}
    file = write(tmp_path, f"T_K,{header}", T, column)
    np.testing.assert_allclose(load(file, observable=observable, **options).points.value, value, rtol=1e-9)


@pytest.mark.parametrize(
    ("header", "column"),
    [
        ("Incertitude (%)", 2 + 0 * T),
        ("percent error", 2 + 0 * T),
        ("err_pct", 2 + 0 * T),
        ("%err", 2 + 0 * T),
        ("Std. dev.", 0.02 * KAPPA),
        ("u(kappa)", 0.02 * KAPPA),
        ("u_c(κ)/(mW/(m K))", 20 * KAPPA),
        ("σ(κ)", 0.02 * KAPPA),
        ("Var(kappa)", (0.02 * KAPPA) ** 2),
        ("sigma_kappa/kappa", 0.02 + 0 * T),
        ("2 sigma (W/m/K)", 0.04 * KAPPA),
        ("kappa error (2σ, mW/m/K)", 40 * KAPPA),
        ("error (k=3)", 0.06 * KAPPA),
        ("error (1σ)", 0.02 * KAPPA),
        ("kappa err × 10^4 (W/m/K)", 200 * KAPPA),
    ],
)
def test_more_names_of_errors(tmp_path, header, column):
    file = write(tmp_path, f"T_K,kappa (W/m/K),{header}", T, KAPPA, column) if "," not in header else None
    file = file or write(tmp_path, f"T_K;kappa (W/m/K);{header}", T, KAPPA, column, separator=";")
    np.testing.assert_allclose(load(file, **KAPPA_OPTIONS).points.error, 0.02 * KAPPA, rtol=1e-9)


def test_relative_changes_that_may_be_errors_are_asked_for(tmp_path):
    file = write(tmp_path, "T_K,kappa (W/m/K),δκ/κ", T, KAPPA, 0.02 + 0 * T)
    assert "--error 'δκ/κ'" in refusal(file, **KAPPA_OPTIONS)
    np.testing.assert_allclose(load(file, **KAPPA_OPTIONS, error="δκ/κ").points.error, 0.02 * KAPPA)
    for header in ("Δε", "ΔC"):
        file = write(tmp_path, f"T_K,{header}", T, SHIFT)
        assert "relative change" in refusal(file, observable="dielectric_constant", frequency_Hz=1e3)


@pytest.mark.parametrize("header", ["err,kappa_W_per_m_K,err", "x,kappa_W_per_m_K,"])
def test_errors_that_cannot_be_named_are_asked_for(tmp_path, header):
    file = write(tmp_path, f"T_K,{header}", T, 0.01 * T, KAPPA, 0.02 * KAPPA)
    assert "or --error none" in refusal(file, **KAPPA_OPTIONS, value="kappa_W_per_m_K")
    assert load(file, **KAPPA_OPTIONS, value="kappa_W_per_m_K", error="none").points.error is None


def test_times_in_minutes_and_hours(tmp_path):
    for header, time in (("time (min)", 90.0), ("t (h)", 1.5)):
        file = write(tmp_path, f"{header},T_1 (K),dQ/dt (nW)", time + 0 * T, T, T**2)
        dataset = load(file, observable="heat_release")
        np.testing.assert_allclose(dataset.points.time_s, 5400)
        np.testing.assert_allclose(dataset.points.value, 1e-9 * T**2)
    assert columns.parse_name("T_min (K)").quantity != "time"


def test_names_of_samples_below_the_header_are_no_header(tmp_path):
    header = "Temperature\tKappa\tError\nK\tW/(K m)\tW/(K m)\nPMMA\tPMMA\tPMMA"
    dataset = load(write(tmp_path, header, T, KAPPA, 0.02 * KAPPA, separator="\t"), **KAPPA_OPTIONS)
    np.testing.assert_allclose(dataset.points.error, 0.02 * KAPPA)


@pytest.mark.parametrize("form", ["{:.5g} ± {:.2g}", "{:.5f}({})"])
def test_errors_in_the_cells_of_the_values_are_refused(tmp_path, form):
    cells = [form.format(a, 20 if "(" in form else 0.02 * a) for a in KAPPA]
    message = refusal(write(tmp_path, "T_K,kappa (W/m/K)", T, cells), **KAPPA_OPTIONS)
    assert "write its error in another column" in message
    assert "--skip-bad-rows" not in message


def test_marks_for_missing_values_are_asked_for(tmp_path):
    for rows, mark in (((3,), 999.0), ((3, 4, 9), 999.0), ((0,), 9999.0), ((13,), 1e-9)):
        marked = KAPPA.copy()
        marked[list(rows)] = mark
        assert question(write(tmp_path, "T_K,kappa (W/m/K)", T, marked), **KAPPA_OPTIONS) == "outlier"
    load(write(tmp_path, "T_K,kappa (W/m/K)", T[::4], 0.1 * T[::4] ** 4), **KAPPA_OPTIONS)
    noisy = KAPPA.copy()
    noisy[3] /= 100
    load(write(tmp_path, "T_K,kappa (W/m/K),err", T, noisy, 0.3 * KAPPA), **KAPPA_OPTIONS)


def test_two_runs_whose_curves_cross_are_asked_about(tmp_path):
    rng, T = np.random.default_rng(1), np.linspace(0.02, 0.9, 25)
    runs = [factor * np.log(T) + offset + 1e-8 * rng.standard_normal(25) for factor, offset in ((1e-5, 0), (3e-5, 3e-5))]
    difference = runs[1] - runs[0]
    assert 5 < np.sum(difference > 0) < 20
    assert question(write(tmp_path, "T_K,df/f", np.tile(T, 2), np.concatenate(runs)), **F_OPTIONS) == "pooled_series"


@pytest.mark.parametrize("seed", range(20))
def test_noise_of_two_runs_is_not_asked_about(tmp_path, seed):
    rng, T = np.random.default_rng(seed), np.linspace(0.02, 0.9, 25)
    runs = [1e-5 * np.log(T) + 1e-5 * rng.standard_normal(25) for _ in range(2)]
    load(write(tmp_path, "T_K,df/f", np.tile(T, 2), np.concatenate(runs)), **F_OPTIONS)


def test_points_on_two_curves_are_asked_about(tmp_path):
    rng = np.random.default_rng(1)
    many = np.geomspace(0.05, 1.0, 20)

    def kappa(factor=1.0):
        return factor * 0.03 * many**1.9 * (1 + 0.01 * rng.standard_normal(20))

    runs = write(tmp_path, "T_K,kappa (W/m/K)", np.tile(many, 2), np.concatenate([kappa(), kappa(1.2)]))
    assert question(runs, **KAPPA_OPTIONS) == "pooled_series"
    mixed = np.where(rng.random(20) < 0.5, kappa(), kappa(1.5))
    assert question(write(tmp_path, "T_K,kappa (W/m/K)", many, mixed), **KAPPA_OPTIONS) == "pooled_series"
    shift = 1e-5 * np.log(many) + np.tile([0, 3e-6], 10) + 1e-8 * rng.standard_normal(20)
    assert question(write(tmp_path, "T_K,df/f", many, shift), **F_OPTIONS) == "pooled_series"
    load(write(tmp_path, "T_K,kappa (W/m/K)", np.tile(many, 2), np.concatenate([kappa(), kappa()])), **KAPPA_OPTIONS)
    for seed in range(20):
        noise = np.exp(0.3 * np.random.default_rng(seed).standard_normal(20))
        load(write(tmp_path, "T_K,kappa (W/m/K)", many, noise), **KAPPA_OPTIONS)


@pytest.mark.parametrize("options", [KAPPA_OPTIONS, F_OPTIONS | {"value_unit": "dimensionless"}])
def test_values_that_are_all_the_same_are_refused(tmp_path, options):
    column = 0.01 if options == KAPPA_OPTIONS else 0.0
    assert "in all rows" in refusal(write(tmp_path, "T_K,x", T, column + 0 * T), **{"value_unit": "W/(m K)"} | options)


def test_numbers_that_are_too_small_are_refused(tmp_path):
    file = write(tmp_path, "T_K,df/f,error", T, 1e-100 * SHIFT, 1e-107 + 0 * T)
    assert "at least 1e-30" in refusal(file, **F_OPTIONS)


def test_comments_may_number_the_columns(tmp_path):
    for first in (0, 1):
        names = ("T (K)", "kappa (W/m/K)", "err (%)")
        comments = "\n".join(["# Sample A", *(f"# {k}: {name}" for k, name in enumerate(names, first))])
        points = load(write(tmp_path, comments, T, KAPPA, 2 + 0 * T, separator=" "), **KAPPA_OPTIONS).points
        np.testing.assert_allclose(points.value, KAPPA)
        np.testing.assert_allclose(points.error, 0.02 * KAPPA)
    points = load(
        write(tmp_path, "# Columns: T[mK], kappa[mW/m/K]", 1e3 * T, 1e3 * KAPPA, separator=" "), **KAPPA_OPTIONS
    ).points
    np.testing.assert_allclose(points.value, KAPPA)


def test_a_row_of_column_numbers_is_asked_about(tmp_path):
    file = write(tmp_path, "T_K,kappa (W/m/K)\n1,2", T, KAPPA)
    assert question(file, **KAPPA_OPTIONS) == "outlier"


def test_a_table_with_a_column_for_each_temperature_is_refused(tmp_path):
    file = write(
        tmp_path,
        ",".join(["T (K)", *(f"{x:.4g}" for x in T)]),
        *([f"kappa (W/m/K),{k:.4g}" if i == 0 else f"{k:.4g}"] for i, k in enumerate(KAPPA)),
    )
    assert "more columns than rows" in refusal(file, **KAPPA_OPTIONS)


def test_a_logarithmic_decrement_is_a_loss_times_pi(tmp_path):
    for header in ("log decrement", "logarithmic decrement", "decrement"):
        points = load(
            write(tmp_path, f"T_K,{header}", T, np.pi * WEAK), observable="internal_friction", frequency_Hz=1e3
        ).points
        np.testing.assert_allclose(points.value, WEAK, rtol=1e-9)


def test_names_with_other_meanings(tmp_path):
    file = write(tmp_path, "T_K,kappa (W/m/K),uncertainty (relative)", T, KAPPA, 0.02 + 0 * T)
    np.testing.assert_allclose(load(file, **KAPPA_OPTIONS).points.error, 0.02 * KAPPA)
    dates = [f"{k:02d}.03.2024" for k in range(1, 15)]
    assert load(write(tmp_path, "Datum,T_K,kappa (W/m/K)", dates, T, KAPPA), **KAPPA_OPTIONS).points.error is None
    options = {"observable": "heat_release", "time": "1h"}
    np.testing.assert_allclose(load(write(tmp_path, "T1 (K),power (nW/cm^3)", T, T**2), **options).points.value, 1e-3 * T**2)
