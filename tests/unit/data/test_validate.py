"""Datasets: what is read, and what is refused with which line."""

import shutil
import subprocess
import sys
import time

import numpy as np
import pandas as pd
import pytest
import yaml

from shared import DATASET_SCHEMA, ROOT
from tlsglass.base import validation
from tlsglass.data import validate
from tlsglass.data.dataset import load_dataset

STYCAST = ROOT / "config/experiments/stycast1266_thermal_conductivity"


def dataset(tmp_path, info=(), rows=None):
    """Copy Stycast 1266 with keys of its dataset.yaml changed and its CSV replaced."""
    folder = tmp_path / "mine"
    shutil.copytree(STYCAST, folder)
    content = yaml.safe_load((folder / "dataset.yaml").read_text(encoding="utf-8"))
    for keys, value in info:
        place = content
        for key in keys[:-1]:
            place = place[key]
        if value is None:
            del place[keys[-1]]
        else:
            place[keys[-1]] = value
    (folder / "dataset.yaml").write_text(yaml.safe_dump(content), encoding="utf-8")
    if rows is not None:
        (folder / "data.csv").write_text("T_K,kappa_W_per_m_K\n" + "\n".join(rows) + "\n", encoding="utf-8")
    return folder


GOOD = ["0.1,1e-3", "0.2,2e-3", "0.3,3e-3", "0.4,4e-3"]
SILICA = ROOT / "config/experiments/fig5a_silica_sound_velocity"


@pytest.mark.parametrize(
    ("info", "rows", "message"),
    [
        (
            [(("data", "value", "column"), "kappa")],
            None,
            r"data\.csv: column kappa: missing; the columns, split at commas, are",
        ),
        ([], [*GOOD[:2], "0.3,nan", GOOD[3]], r"data\.csv: column kappa_W_per_m_K, row 3: nan must be a finite number"),
        ([], [*GOOD[:2], "0.3,inf", GOOD[3]], r"data\.csv: column kappa_W_per_m_K, row 3: inf must be a finite number"),
        ([], [*GOOD[:2], "0.3,", GOOD[3]], r"data\.csv: column kappa_W_per_m_K, row 3: an empty field must be a finite number"),
        ([], [*GOOD[:2], "0.3,-3e-3", GOOD[3]], r"data\.csv: column kappa_W_per_m_K, row 3: -3e-3 must be a finite number > 0"),
        ([], [*GOOD[:2], "0,3,3e-3", GOOD[3]], r"data\.csv: column T_K, row 3: 3 fields in place of 2"),  # decimal comma
        ([], ["0,1e-3", *GOOD], r"data\.csv: column T_K, row 1: 0 must be a finite number > 0"),
        ([], ["-0.1,1e-3", *GOOD], r"data\.csv: column T_K, row 1: -0.1 must be a finite number > 0"),
        ([], ["0.1,1e-3"], r"data\.csv: 1 points in the window"),
        ([], ["0.1,1e-3", "0.2,2e-3", "0.3,3e-3"], r"3 points in the window .* are too few for 2 free parameters: need 4"),
        ([(("window_K",), [5, 6])], None, r"data\.csv: 0 points in the window 5 to 6 K"),
        ([(("window_K",), [0.4, 0.1])], None, r"dataset\.yaml: window_K = \[0\.4, 0\.1\]: must ascend"),
        (
            [(("window_K",), None)],
            [f"{100 * k},1e-3" for k in range(1, 9)],
            r"column T_K: 100 K cannot be: must be 0\.0005 to 20 K",
        ),
        (
            [(("data", "temperature", "unit"), "uK"), (("window_K",), None)],
            GOOD,
            r"column T_K: 1e-07 K cannot be: must be 0\.0005 to 20 K",
        ),
        (
            [(("data", "temperature", "unit"), "degC")],
            None,
            r"data\.temperature\.unit = 'degC': must be a unit that converts to K",
        ),
        ([(("data", "temperature", "unit"), "kelvinz")], None, r"data\.temperature\.unit = 'kelvinz': must be a unit"),
        ([(("data", "value", "unit"), "W/(m")], None, r"data\.value\.unit = 'W/\(m': must be a unit"),
        ([(("data", "value", "unit"), "W/furlong")], None, r"dataset\.yaml: data\.value\.unit = 'W/furlong': must be a unit"),
        ([(("observable",), "heat")], None, r"dataset\.yaml: observable = 'heat': must be one of"),
        ([(("colour",), "red")], None, r"dataset\.yaml: colour = 'red': unknown key"),
        ([(("doi",), "doi.org/10.1103/x")], None, r"dataset\.yaml: doi = 'doi\.org/10\.1103/x': must look like 10\.1103/Phys"),
        ([(("parameters", "A"), {"start": 1})], None, r"parameters\.A = .*: no parameter of thermal_conductivity"),
        ([(("parameters", "kappa_1K"), None)], None, r"parameters\.kappa_1K: missing"),
        ([(("parameters", "mu", "start"), 7)], None, r"parameters\.mu\.start = 7: must lie in its bounds"),
        (
            [(("parameters", name, "fixed"), True) for name in ("mu", "kappa_1K")],
            None,
            r"parameters = \['kappa_1K', 'mu'\]: at least one must be free",
        ),
        ([(("omega_Hz",), 1000)], None, r"dataset\.yaml: omega_Hz = 1000: thermal_conductivity has no use for it"),
        (
            [(("observable",), "resonator_frequency"), (("frequency_Hz",), 6.27e18)],  # hertz under a header in GHz
            None,
            r"dataset\.yaml: frequency_Hz = 6\.27e\+18: must be <= 1e\+13",
        ),
        ([(("provenance",), "reconstructed")], None, r"provenance = 'reconstructed': goes with a section"),
        ([(("data", "file"), "none.csv")], None, r"none\.csv: No such file"),
        (
            [(("data", "temperature", "error"), {"absolute_K": 1e-3}), (("data", "error"), {"from_residuals": True})],
            None,
            r"data\.error = .*: temperature errors need errors of the value",
        ),
    ],
)
def test_what_is_wrong_is_said_in_one_line(tmp_path, info, rows, message):
    with pytest.raises(validation.InputError, match=message) as caught:
        load_dataset(dataset(tmp_path, info, rows), DATASET_SCHEMA)
    assert "\n" not in str(caught.value)


def test_all_that_is_wrong_is_said_together_a_line_each(tmp_path):
    info = [
        (("observable",), "sound_velocity"),
        (("doi",), "none"),
        (("window_K",), [0.4, 0.1]),
        (("data", "temperature", "unit"), "degC"),
    ]
    folder = dataset(tmp_path, info, ["0.1,1e-3", "0.1,x", "0.1,y"])
    with pytest.raises(validation.InputError) as caught:
        load_dataset(folder, DATASET_SCHEMA)
    assert str(caught.value).replace(f"{folder}/", "").splitlines() == [
        "dataset.yaml: parameters.kappa_1K = {'low': 0, 'start': 0.04}: no parameter of sound_velocity; allowed: mu,"
        " tls_strength, A_Hz_per_K3, phonon_dimension, offset, J0_over_h0",
        "dataset.yaml: parameters.tls_strength: missing",
        "dataset.yaml: parameters.A_Hz_per_K3: missing",
        "dataset.yaml: doi = 'none': must look like 10.1103/PhysRevB.103.054202, without the address of a resolver",
        "dataset.yaml: window_K = [0.4, 0.1]: must ascend",
        "dataset.yaml: omega_Hz: missing; sound_velocity needs the probing frequency",
        "dataset.yaml: data.temperature.unit = 'degC': must be a unit that converts to K",
        "dataset.yaml: data.value.unit = 'W/(m K)': must be a unit that converts to dimensionless",
    ]


def test_all_datasets_are_checked_together(tmp_path):
    first = dataset(tmp_path / "1", [(("colour",), "red"), (("age",), 3)])
    second = dataset(tmp_path / "2", [(("doi",), "none")])
    third = dataset(tmp_path / "3")
    second, third = second.rename(second.parent / "second"), third.rename(third.parent / "third")
    infos, broken = validate.validate_each([first, second, third], DATASET_SCHEMA)
    assert set(infos) == {"third"}
    assert {name: [line.split(" = ")[0] for line in lines] for name, lines in broken.items()} == {
        "mine": [f"{first}/dataset.yaml: age", f"{first}/dataset.yaml: colour"],
        "second": [f"{second}/dataset.yaml: doi"],
    }


@pytest.mark.parametrize(
    ("content", "message", "lines"),
    [
        (b"", "data.csv: not a table: it contains only comments or nothing", 1),
        (b"# T_K,kappa_W_per_m_K\n\n", "data.csv: not a table: it contains only comments or nothing", 1),
        (b"T_K,kappa_W_per_m_K\n0.1,1e-3\n0.2,2e-3,7\n", "data.csv: column T_K, row 2: 3 fields in place of 2", 1),
        (b"0.1,1e-3\n0.2,2e-3\n", "data.csv: column T_K: missing; the columns, split at commas, are 1, 2", 1),
        (b"T_K,kappa_W_per_m_K\n0.1,\xff\n", "data.csv: column kappa_W_per_m_K, row 1: ÿ must be a finite number", 1),
        (b"T_K kappa_W_per_m_K\n0.1 1e-3\n", "data.csv: 1 points in the window", 1),
        (b"T_K,kappa_W_per_m_K\n0.1,1_0\n", "column kappa_W_per_m_K, row 1: 1_0 must be a finite number", 1),
        (b"T_K,kappa_W_per_m_K\n0.1\n", "data.csv: not a table of numbers", 1),
    ],
)
def test_a_file_that_is_no_table_is_said_in_one_line_for_each_column(tmp_path, content, message, lines):
    folder = dataset(tmp_path)
    (folder / "data.csv").write_bytes(content)
    with pytest.raises(validation.InputError, match=message) as caught:
        load_dataset(folder, DATASET_SCHEMA)
    assert len(str(caught.value).splitlines()) == lines


@pytest.mark.parametrize(
    "change",
    [
        lambda text: "\ufeff" + text,
        lambda text: text.replace("\n", "\r\n"),
        lambda text: text.replace(",", ";"),
        lambda text: text.replace(",", ";").replace(".", ","),
        lambda text: text.replace(",", "\t").replace(".", ","),
        lambda text: "# measured in 2020; see the thesis\n\n" + text.replace(",", " , "),
        lambda text: text.replace("\n", " # sure, and, so on\n"),
        lambda text: "".join(f'"{a}","{b}","#, ""\n"\n' for a, b in (line.split(",") for line in text.splitlines())),
    ],
    ids=[
        "mark of byte order",
        "CRLF",
        "semicolons",
        "semicolons and decimal commas",
        "tabs and decimal commas",
        "comments",
        "comments in each line",
        "quotes",
    ],
)
def test_ways_to_write_the_same_points(tmp_path, change):
    folder = dataset(tmp_path)
    expected = load_dataset(folder, DATASET_SCHEMA)
    path = folder / "data.csv"
    path.write_bytes(change(path.read_text(encoding="utf-8")).encode())
    reloaded = load_dataset(folder, DATASET_SCHEMA)
    np.testing.assert_array_equal(reloaded.all_points.T_K, expected.all_points.T_K)
    np.testing.assert_array_equal(reloaded.all_points.value, expected.all_points.value)


def test_a_change_that_is_not_relative_is_refused(tmp_path):
    folder = tmp_path / "silica"
    shutil.copytree(SILICA, folder)
    table = pd.read_csv(folder / "data.csv")
    (table * [1, 1e6, 1e6]).to_csv(folder / "data.csv", index=False)  # ppm
    with pytest.raises(validation.InputError, match=r"column dv_over_v: changes by .* in all: a relative change must"):
        load_dataset(folder, DATASET_SCHEMA)


def test_units_are_converted(tmp_path):
    rows = [f"{float(T) * 1e3},{float(k) / 100}" for T, k in (row.split(",") for row in GOOD)]
    info = [(("data", "temperature", "unit"), "mK"), (("data", "value", "unit"), "W/(cm K)")]
    loaded = load_dataset(dataset(tmp_path, info, rows), DATASET_SCHEMA)
    np.testing.assert_allclose(loaded.points.T_K, [0.1, 0.2, 0.3, 0.4])
    np.testing.assert_allclose(loaded.points.value, [1e-3, 2e-3, 3e-3, 4e-3])
    np.testing.assert_allclose(loaded.points.error, 0.01 * loaded.points.value)


def test_a_frequency_in_hertz_becomes_its_relative_change_and_temperature_errors_add_in_quadrature():
    loaded = load_dataset(ROOT / "config/experiments/argonne_resonator_frequency", DATASET_SCHEMA)
    assert loaded.unit == "dimensionless"
    assert loaded.points.value[0] == pytest.approx(8174990725.8 / 8.17499e9 - 1, abs=1e-15)
    assert loaded.points.error[0] == pytest.approx(116.8 / 8.17499e9, rel=1e-12)
    assert loaded.points.T_error_K[-1] == pytest.approx(np.hypot(3e-4, 2.468e-3), rel=1e-12)


def test_the_window_cuts_and_the_whole_stays():
    loaded = load_dataset(STYCAST, DATASET_SCHEMA)
    assert (len(loaded.points.T_K), len(loaded.all_points.T_K)) == (8, 13)
    assert loaded.points.T_K[-1] == 0.434


LIGHT = """
import sys
from pathlib import Path
from tlsglass.base import validation
from tlsglass.data import validate
schema = validation.read_yaml("scripts/tlsglass/data/dataset.schema.yaml")
print(validate.validate_each(sorted(Path("config/experiments").iterdir()), schema)[0].keys())
print(validate.validate_folder("{folder}", schema).points.unit)
print(sorted({{"numpy", "pandas", "scipy", "openpyxl", "matplotlib", "numba"}} & {{*sys.modules}}))
"""


def light(folder):
    command = [sys.executable, "-c", LIGHT.format(folder=folder)]
    surroundings = {"cwd": ROOT, "env": {"PYTHONPATH": str(ROOT / "scripts")}, "text": True}
    return subprocess.run(command, capture_output=True, check=True, **surroundings).stdout.splitlines()


def test_datasets_are_checked_without_numpy_and_its_kin():
    """As when the Snakefile is parsed; every package named here is installed, none may be imported."""
    shipped, unit, heavy = light(STYCAST)
    assert shipped.count("fig5a_silica_sound_velocity") == 1
    assert unit == "W/(m K)"
    assert heavy == "[]"


def test_the_check_of_a_dataset_takes_milliseconds():
    taken = []
    for _ in range(5):
        start = time.process_time()
        validate.validate_folder(STYCAST, DATASET_SCHEMA)
        taken.append(time.process_time() - start)
    assert min(taken) < 0.01
