"""Datasets from arrays have the points of the same table, bit for bit, without a file; a table is parsed once."""

import builtins
import tempfile
from pathlib import Path

import numpy as np
import pytest

from shared import ROOT
from tlsglass.base import validation
from tlsglass.data import infer_dataset, read_table, resonator_table
from tlsglass.data.dataset import load_dataset
from tlsglass.data.read_table import Table
from tlsglass.fitting.problem import FitProblem

ARGONNE = ROOT / "config/experiments/argonne_resonator_loss/data.csv"
RNG = np.random.default_rng(1)
T_K, KAPPA = np.sort(RNG.uniform(0.05, 0.5, 12)), RNG.uniform(1e-3, 2e-3, 12)


def test_arrays_are_those_of_the_same_table(tmp_path):
    file = tmp_path / "k.csv"
    rows = "".join(f"{a!r},{b!r},{0.1 * b!r}\n" for a, b in zip(T_K.tolist(), KAPPA.tolist(), strict=True))
    file.write_text("T_K,kappa_W_per_m_K,err\n" + rows, encoding="utf-8")
    table = read_table.read_table(file)
    info = infer_dataset.infer_info(table, infer_dataset.ReadingOptions(observable="thermal_conductivity"))
    expected = infer_dataset.build_dataset(table, info)
    dataset = infer_dataset.dataset_from_arrays(T_K, KAPPA, "thermal_conductivity", error=0.1 * KAPPA)
    for name in ("T_K", "value", "error"):
        np.testing.assert_array_equal(getattr(dataset.points, name), getattr(expected.points, name))
    assert dataset.info["parameters"] == expected.info["parameters"]


def test_arrays_never_pass_through_a_file(monkeypatch):
    load = infer_dataset.dataset_from_arrays
    load(T_K, KAPPA, "thermal_conductivity")  # imports what it needs
    monkeypatch.setattr(tempfile, "TemporaryDirectory", None)
    monkeypatch.setattr(Path, "write_text", None)
    monkeypatch.setattr(builtins, "repr", None)
    dataset = load(T_K, KAPPA, "thermal_conductivity", relative_error=0.01)
    np.testing.assert_array_equal(dataset.points.value, KAPPA)
    np.testing.assert_array_equal(dataset.points.error, 0.01 * KAPPA)


def test_a_frequency_in_hertz_is_recognized_by_its_size():
    f = 6e9 * (1 + 1e-6 * T_K)
    dataset = infer_dataset.dataset_from_arrays(T_K, f, "resonator_frequency", error=10.0, frequency_Hz=6e9)
    np.testing.assert_array_equal(dataset.points.value, f / 6e9 - 1)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"value": KAPPA[1:]}, "data: 12 temperatures and 11 values"),
        ({"value": -KAPPA}, r"data: column value, row 1 \(and 11 more\): -0.001\d+ must be a finite number > 0\Z"),
        ({"error": 0.0}, r"data: column error, row 1 \(and 11 more\): 0.0 must be a finite number > 0\Z"),
        ({"observable": "heat"}, r"\Aobservable heat: must be one of"),
        ({"observable": "sound_velocity"}, r"\Adata: frequency: missing; sound_velocity needs"),
        ({"window_K": (5, 6)}, r"\Adata: 0 points in the window 5 to 6 K are too few"),
        ({"parameters": {"nu": {"start": 1}}}, r"\Adata: parameters\.nu = .*: no parameter of thermal_conductivity"),
    ],
)
def test_messages_name_arguments_instead_of_files_and_options(arguments, message):
    with pytest.raises(validation.InputError, match=message) as caught:
        infer_dataset.dataset_from_arrays(**{"T_K": T_K, "value": KAPPA, "observable": "thermal_conductivity"} | arguments)
    assert "--" not in str(caught.value)
    assert "\n" not in str(caught.value)


def test_a_table_is_read_once(monkeypatch):
    reads = []
    parse = read_table._parse
    monkeypatch.setattr(read_table, "_parse", lambda *arguments: reads.append(arguments[0]) or parse(*arguments))
    load_dataset(ARGONNE.parent)
    assert len(reads) == 1
    reads.clear()
    options = resonator_table.ResonatorOptions(coupling_geometry="notch", attenuation_dB=0.0)
    resonator_table.build_resonator_datasets([read_table.read_table(ARGONNE)], options)
    assert len(reads) == 1


def test_questions_about_arrays_name_the_argument_that_confirms():
    swapped = {"T_K": np.geomspace(6e-4, 0.06, 12), "value": np.geomspace(0.1, 1.1, 12), "observable": "thermal_conductivity"}
    with pytest.raises(validation.Question, match=r'give confirm=\("swapped_columns",\)\Z') as caught:
        infer_dataset.dataset_from_arrays(**swapped)
    assert caught.value.code == "swapped_columns"
    assert len(infer_dataset.dataset_from_arrays(**swapped, confirm=("swapped_columns",)).points.T_K) == 12


def test_errors_of_the_temperature_of_arrays():
    arrays = {"T_K": T_K, "value": KAPPA, "observable": "thermal_conductivity", "relative_error": 0.01}
    for error, expected in (("0.3mK+0.1%", np.hypot(3e-4, 1e-3 * T_K)), (1e-3, 1e-3), (0.01 * T_K, 0.01 * T_K)):
        dataset = infer_dataset.dataset_from_arrays(**arrays, temperature_error=error)
        np.testing.assert_allclose(dataset.points.T_error_K, expected)
    with pytest.raises(validation.InputError, match="temperature_error warm: must be like"):
        infer_dataset.dataset_from_arrays(**arrays, temperature_error="warm")
    with pytest.raises(validation.InputError, match="temperature errors need errors of the value"):
        infer_dataset.dataset_from_arrays(**arrays | {"relative_error": None}, temperature_error=1e-3)


@pytest.mark.parametrize("name", ["dk", "u_k", "ek", "k_u", "delta k", "k_e", "sk"])
def test_a_column_beside_the_value_whose_name_may_be_that_of_its_error_is_asked_about(name):
    table = Table.from_arrays("table", {"T (K)": T_K, "k (W/m/K)": KAPPA, f"{name} (W/m/K)": 0.01 * KAPPA})
    with pytest.raises(validation.InputError, match=rf"are the errors of k .* in a column\? --error '{name} "):
        infer_dataset.infer_info(table, infer_dataset.ReadingOptions(observable="thermal_conductivity"))


def test_an_optional_parameter_is_fitted_if_it_is_named():
    table = Table.from_arrays("table", {"T (K)": T_K, "k (W/m/K)": KAPPA})
    options = infer_dataset.ReadingOptions(observable="thermal_conductivity", relative_error=0.01, free=["boundary"])
    info = infer_dataset.infer_info(table, options)
    assert not info["parameters"]["boundary"].get("fixed", False)
    assert "boundary" in FitProblem.from_dataset(infer_dataset.build_dataset(table, info)).free
    with pytest.raises(validation.InputError, match="--free A: must be among mu, boundary, kappa_1K"):
        infer_dataset.infer_info(table, infer_dataset.ReadingOptions(observable="thermal_conductivity", free=["A"]))
