"""The command, from Python and as it is typed: the numbers are those of the workflow, and bad input is one line."""

import json
from pathlib import Path

import numpy as np
import pytest
import yaml

from shared import EXPERIMENTS
from tlsglass import __version__, cli, fit
from tlsglass.base import validation
from tlsglass.commands import fit_command
from tlsglass.data.dataset import load_dataset
from tlsglass.fitting.result import fit_dataset

STYCAST = EXPERIMENTS / "stycast1266_thermal_conductivity"


@pytest.fixture(autouse=True)
def here(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)


def test_a_dataset_gives_the_numbers_of_the_workflow(capsys):
    assert cli.main(["fit", "--dataset", str(STYCAST), "--out", "found"]) == 0
    record = json.loads(Path("found/fit.json").read_text(encoding="utf-8"))
    assert record == json.loads(json.dumps(fit_dataset(load_dataset(STYCAST)).fit))
    assert capsys.readouterr().out.splitlines() == [record["conclusion"]["text"], *record["lines"]]
    assert {path.name for path in Path("found").iterdir()} >= {"fit.json", "fit.md", "figure.svg", "figure.png", "figure.csv"}
    assert "J0/h0" in Path("found/fit.md").read_text(encoding="utf-8")


def test_columns_and_units_of_a_table_are_guessed_where_that_is_safe():
    T, kappa = np.loadtxt(STYCAST / "data.csv", delimiter=",", skiprows=1, usecols=(0, 1)).T
    rows = ["Measured in spring", "Temperature (mK);kappa;run", *(f"{1e3 * a};{b};3" for a, b in zip(T, kappa, strict=True))]
    Path("mine.csv").write_text("\n".join([*rows, "100;9;4"]) + "\n", encoding="utf-8")
    arguments = ["fit", "mine.csv", "--observable", "thermal_conductivity", "--where", "run=3", "--value", "kappa"]
    arguments += [
        "--temperature",
        "Temperature (mK)",
        "--value-unit",
        "W/(m K)",
        "--relative-error",
        "0.01",
        "--window",
        "0",
        "0.45",
    ]
    assert cli.main([*arguments, "--write-dataset", "mine", "--out", "found"]) == 0
    record = json.loads(Path("found/fit.json").read_text(encoding="utf-8"))
    info = yaml.safe_load(Path("config/experiments/mine/dataset.yaml").read_text(encoding="utf-8"))
    again = fit_dataset(load_dataset(Path("config/experiments/mine")), scan=False).fit
    shipped = fit_dataset(load_dataset(STYCAST), scan=False).fit
    assert info["data"]["temperature"] == {"column": "Temperature (mK)", "unit": "mK"}
    for second in (again, shipped):
        assert record["mu_free"]["values"]["mu"] == pytest.approx(second["mu_free"]["values"]["mu"], abs=1e-5)
        assert record["atlas"]["model"]["values"]["J0_over_h0"] == pytest.approx(
            second["atlas"]["model"]["values"]["J0_over_h0"], abs=1e-5
        )


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["fit"], "give a table or --dataset FOLDER"),
        (["fit", "no.csv", "--observable", "specific_heat"], "no.csv: No such file"),
        (["fit", "y.csv"], "--observable: missing; one of thermal_conductivity"),
        (["fit", "t.csv", "--observable", "heat"], "--observable heat: must be one of"),
        (["fit", "t.csv", "--observable", "sound_velocity"], "--frequency: missing"),
        (
            ["fit", "t.csv", "--observable", "sound_velocity", "--frequency", "fast"],
            "--frequency fast: must be a frequency like",
        ),
        (["fit", "t.csv", "--observable", "specific_heat"], "--value-unit UNIT: the unit of c is not clear; specify it, for"),
        (["fit", "t.csv", "--observable", "specific_heat", "--temperature", "T"], "column T: missing; the columns"),
        (["fit", "t.csv", "--observable", "specific_heat", "--where", "x"], "--where x: must be COLUMN=VALUE"),
        (["fit", "u.csv", "--observable", "specific_heat"], "--value COLUMN: which column contains what was measured?"),
        (
            ["fit", "v.csv", "--observable", "thermal_conductivity"],
            "v.csv: --value COLUMN: which column contains what was measured?; also --temperature-unit UNIT: the unit of T is"
            " not clear; specify it, for example K or mK; also --value-unit UNIT: its unit, like W/(m K); the columns are T, a,"
            " b",
        ),
        (["fit", "y.csv"], "qubit_relaxation, resonator"),
        (
            ["fit", "t.csv", "--observable", "sound_velocity", "--frequency", "5.6199"],
            "--frequency 5.6199: must be a frequency like 5.6GHz, 90kHz or 428.8e6Hz, with its unit",
        ),
        (
            ["fit", "t.csv", "--observable", "specific_heat", "--frequency", "1kHz"],
            "--frequency: specific_heat has no use for it",
        ),
        (
            ["fit", "t.csv", "--observable", "specific_heat", "--error", "c", "--relative-error", "1%"],
            "--relative-error: --error names a column of errors already",
        ),
        *(
            (
                ["fit", "t.csv", "--observable", "specific_heat", "--relative-error", wrong],
                f"--relative-error {wrong}: must be a fraction of the value like 1% or 0.01",
            )
            for wrong in ("0", "-0.1", "100%", "1", "x", "1 K")
        ),
        (
            ["fit", "t.csv", "--observable", "specific_heat", "--h0", "ten"],
            "tlsglass fit: argument --h0: invalid number value: 'ten'",
        ),
        (["fit", "t.csv", "--observable", "specific_heat", "--power", "P"], "--power: only with --observable resonator"),
        (["fit", "--dataset", str(STYCAST), "--window", "0", "1", "--h0", "0"], "--window, --h0: no use for it with --dataset"),
        (
            ["fit", "t.csv", "--observable", "resonator", "--frequency", "1GHz", "--relative-error", "1%"],
            "--relative-error: no use for it with --observable resonator",
        ),
        (
            ["fit", "t.csv", "--observable", "specific_heat", "--value-unit", "J/(kg K)", "--window", "50", "450"],
            "0 points in the window 50 to 450 K are too few for 3 free parameters: need 5; the points lie at 0.1 to 0.5 K,"
            " and a window is in kelvin",
        ),
        (["fit", "w.csv", "--observable", "thermal_conductivity"], "column kappa_W_per_m_K, row 2: x must be a finite number"),
        (["fit", "w.csv", "--observable", "thermal_conductivity"], "; line 6 of the file"),
        (["fit", "--dataset", "nowhere"], "nowhere/dataset.yaml"),
    ],
)
def test_what_is_not_clear_is_asked_for_in_one_line(arguments, message, capsys):
    Path("t.csv").write_text("T_K,c\n0.1,1\n0.2,2\n0.3,3\n0.4,4\n0.5,5\n", encoding="utf-8")
    Path("y.csv").write_text("T_K,y\n0.1,1\n0.2,2\n0.3,3\n0.4,4\n0.5,5\n", encoding="utf-8")
    Path("u.csv").write_text("T_K,a,b\n0.1,1,2\n", encoding="utf-8")
    Path("v.csv").write_text("T,a,b\n0.1,1,2\n", encoding="utf-8")
    Path("w.csv").write_text("# of May\n\nT_K,kappa_W_per_m_K\n0.1,1\n\n0.2,x\n", encoding="utf-8")
    assert cli.main(arguments) == 2
    out = capsys.readouterr()
    assert out.out == ""
    assert message in out.err
    assert len(out.err.splitlines()) == 1


KAPPA = ["fit", "k.csv", "--observable", "thermal_conductivity"]


def told_of(header, *arguments, capsys, name="k.csv"):
    """What the command says on a table of the epoxy with ``header``: lines of stdout, lines of stderr."""
    T, kappa = np.loadtxt(STYCAST / "data.csv", delimiter=",", skiprows=1, usecols=(0, 1)).T
    rows = [header, *(f"{a};{b};{0.02 * b};3" for a, b in zip(T, kappa, strict=True))]
    Path(name).parent.mkdir(exist_ok=True)
    Path(name).write_text("\n".join(rows) + "\n", encoding="utf-8")
    assert cli.main(["fit", name, *KAPPA[2:], *arguments]) == 0
    out = capsys.readouterr()
    return out.out.splitlines(), out.err.splitlines()


def test_it_says_what_was_read(capsys):
    header = "T_K;kappa_W_per_m_K;err;run"
    value = ("--value", "kappa_W_per_m_K", "--window", "0.05", "0.45")
    _, message = told_of(header, *value, "--where", "run=3", capsys=capsys)
    begins = "read: T = T_K, κ = kappa_W_per_m_K, "
    assert message[0] == begins + "error = err, rows with run = 3, 8 of 13 points, 0.0609 to 0.434 K"
    assert message[-1] == "written: fit-k-run_3/fit.json, fit.md, figure.svg"
    _, message = told_of(header, *value, "--relative-error", "1%", capsys=capsys)
    assert message[0] == begins + "error = 1 % of κ, assumed (not from err), 8 of 13 points, 0.0609 to 0.434 K"
    assert message[-1] == "written: fit-k/fit.json, fit.md, figure.svg"
    _, message = told_of(header, *value, "--relative-error", "1%", capsys=capsys)
    assert message[-1] == "written: fit-k/fit.json, fit.md, figure.svg; those of an earlier fit are replaced"
    fitted = json.loads(Path("fit-k/fit.json").read_text(encoding="utf-8"))
    assert fitted["mu_free"]["chi2"] == pytest.approx(fit_dataset(load_dataset(STYCAST), scan=False).fit["mu_free"]["chi2"])


def test_without_a_window_or_errors_nothing_is_decided_and_that_is_said_first(capsys):
    header = "T (K);κ [W/(m K)];residue;run"
    out, message = told_of(header, "--value", "κ [W/(m K)]", capsys=capsys, name="epoxy/data.csv")
    assert message[0] == (
        "read: T = T (K), κ = κ [W/(m K)], error from the residuals, a share of κ, all 13 points, 0.0609 to 1.79 K: no --window"
    )
    record = json.loads(Path("fit-epoxy/fit.json").read_text(encoding="utf-8"))
    assert out[0] == record["conclusion"]["text"]
    assert record["conclusion"]["state"] in ("not described", "not constrained")
    assert record["conclusion"]["mu"] in ("not described", "not constrained")
    assert message[-1].startswith("written: fit-epoxy/fit.json")
    assert "- fitted: 13 points, 0.0609 to 1.79 K, all" in Path("fit-epoxy/fit.md").read_text(encoding="utf-8")


def test_errors_that_are_larger_than_the_scatter_are_warned_of():
    T = np.geomspace(0.05, 0.5, 20)
    kappa = 0.04 * T**1.9 * (1 + 0.001 * np.random.default_rng(2).standard_normal(20))
    warned = "the errors are larger than the scatter of the points (χ²/dof = 0."
    assert warned in str(fit(T, kappa, "thermal_conductivity", relative_error=0.01, scan=False))
    assert warned not in str(fit(T, kappa, "thermal_conductivity", relative_error=0.001, scan=False))


def test_a_relative_error_is_that_share_of_each_value():
    T = np.geomspace(0.05, 0.5, 9)
    kappa = 0.04 * T**1.9 * (1 + 0.02 * np.random.default_rng(3).standard_normal(9))
    first, second = (
        fit(T, kappa, "thermal_conductivity", scan=False, **error)
        for error in ({"relative_error": 0.02}, {"error": 0.02 * kappa})
    )
    assert first.mu == pytest.approx(second.mu)
    for wrong, message in (
        ({"relative_error": 0}, "relative_error 0: must be above 0 and below 1"),
        ({"relative_error": 0.1, "error": 1e-4}, "relative_error: error is given already"),
        ({"frequency": 1e9}, "frequency: thermal_conductivity has no use for it"),
    ):
        with pytest.raises(validation.InputError, match=message):
            fit(T, kappa, "thermal_conductivity", **wrong)


def test_the_help_has_an_example_and_says_what_is_fitted(capsys):
    with pytest.raises(SystemExit):
        cli.main(["fit", "--help"])
    message = " ".join(capsys.readouterr().out.split())
    assert "example: tlsglass fit kappa.csv --observable thermal_conductivity" in message
    assert "Without --window all points are fitted" in message


def test_arrays_give_a_report_that_prints_and_plots():
    T = np.geomspace(0.05, 0.5, 12)[::-1]
    report = fit(T, 0.04 * T**1.9, "thermal_conductivity", error=0.0004 * T**1.9, scan=False)
    value, low, high = report.mu
    assert value == pytest.approx(0.1, abs=1e-6)
    assert low < 0.1 < high
    assert str(report).splitlines() == [report.conclusion, *report.fit["lines"]]
    assert 0 < report.J0_over_h0[0] < 0.3
    assert len(report.plot().figure.axes) > 2


def test_arrays_that_cannot_be_fitted_are_refused():
    with pytest.raises(validation.InputError, match="data: 3 temperatures and 2 values"):
        fit([0.1, 0.2, 0.3], [1, 2], "specific_heat")
    with pytest.raises(validation.InputError, match="data: column value, row 2: nan must be a finite number"):
        fit([0.1, 0.2, 0.3], [1, np.nan, 2], "specific_heat")


def messy(folder, raw, **changes):
    """A dataset with ``raw`` bytes as its points."""
    folder.mkdir()
    info = yaml.safe_load((STYCAST / "dataset.yaml").read_text(encoding="utf-8")) | changes
    (folder / "dataset.yaml").write_text(yaml.safe_dump(info), encoding="utf-8")
    (folder / info["data"]["file"]).write_bytes(raw)
    return folder


@pytest.mark.parametrize(
    ("raw", "kind"),
    [(b"\x89HDF\r\n", "HDF5"), (b"\xd0\xcf\x11\xe0", "old Excel"), (b"\x93NUMPY", "NumPy"), (b"a\0b,c\n1,2\n", "null bytes")],
)
def test_what_is_no_text_is_named_by_its_kind(raw, kind, tmp_path):
    with pytest.raises(validation.InputError, match=kind):
        load_dataset(messy(tmp_path / "one", raw))


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16", "latin-1"])
def test_encodings_of_text_are_recognized(encoding, tmp_path):
    text = "# gemessen in Köln\n" + (STYCAST / "data.csv").read_text(encoding="utf-8")
    loaded = load_dataset(messy(tmp_path / "one", text.encode(encoding)))
    np.testing.assert_array_equal(loaded.points.value, load_dataset(STYCAST).points.value)


def test_order_and_repeated_temperatures_are_forgiven(tmp_path):
    shipped = (STYCAST / "data.csv").read_text(encoding="utf-8").splitlines()
    backwards = messy(tmp_path / "back", "\n".join([shipped[0], *shipped[:0:-1], shipped[2]]).encode())
    loaded = load_dataset(backwards)
    assert (np.diff(loaded.all_points.T_K) >= 0).all()
    assert len(loaded.all_points.T_K) == len(shipped)


def test_a_misspelt_dataset_yaml_is_told(tmp_path):
    folder = messy(tmp_path / "one", b"")
    (folder / "dataset.yaml").rename(folder / "dataset.yml")
    with pytest.raises(validation.InputError, match=r"one/dataset\.yaml: missing; the folder contains data\.csv, dataset\.yml"):
        load_dataset(folder)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"parameters": {"mu": {"start": 2, "low": 4, "high": 1}, "kappa_1K": {"start": 1}}}, "low must be below high"),
        ({"frequency_Hz": "428.8e6"}, "frequency_Hz = 428800000.0: thermal_conductivity has no use for it"),
    ],
)
def test_bounds_the_wrong_way_round_and_numbers_without_a_sign(change, message, tmp_path):
    with pytest.raises(validation.InputError, match=message):
        load_dataset(messy(tmp_path / "one", (STYCAST / "data.csv").read_bytes(), **change))


def test_an_absolute_path_and_a_long_name_are_refused(tmp_path):
    info = yaml.safe_load((STYCAST / "dataset.yaml").read_text(encoding="utf-8"))
    folder = messy(tmp_path / "one", b"")
    info["data"]["file"] = "/tmp/data.csv"
    (folder / "dataset.yaml").write_text(yaml.safe_dump(info), encoding="utf-8")
    with pytest.raises(validation.InputError, match=r"'/tmp/data\.csv': must be a file in the same folder"):
        load_dataset(folder)
    with pytest.raises(validation.InputError, match=r"the name of a dataset must have .* at most 100"):
        load_dataset(tmp_path / ("x" * 120))


def test_a_relative_error_of_nothing_is_refused(tmp_path):
    changes = {"observable": "sound_velocity", "omega_Hz": 9e4, "window_K": [0.01, 1]}
    changes |= {"parameters": {"mu": {"start": 0}, "tls_strength": {"start": 1e-4}, "A_Hz_per_K3": {"start": 1e6}}}
    data = yaml.safe_load((STYCAST / "dataset.yaml").read_text(encoding="utf-8"))["data"]
    changes["data"] = data | {"value": data["value"] | {"unit": "dimensionless"}, "error": {"assumed_relative": 0.01}}
    rows = "\n".join(
        [f"{data['temperature']['column']},{data['value']['column']}", *(f"0.{k},{0.001 * (k - 1)}" for k in range(1, 9))]
    )
    with pytest.raises(validation.InputError, match="assumed_relative: value 1 is 0, so that its relative error is undefined"):
        load_dataset(messy(tmp_path / "one", rows.encode(), **changes))


def table_of(name, header, *columns):
    Path(name).write_text(
        "\n".join([header, *(",".join(map(repr, map(float, row))) for row in zip(*columns, strict=True))]), "utf-8"
    )


@pytest.fixture
def read_only(monkeypatch):
    """The datasets and folders that the command would fit and write."""
    calls = []
    monkeypatch.setattr(fit_command, "_report", lambda prepared, folder, _: calls.append((prepared.dataset, str(folder))))
    return calls


def test_each_column_and_selection_has_its_own_folder(read_only):
    T = np.linspace(0.1, 0.5, 12)
    table_of(
        "k.csv", "T_K,P1 (W/m/K),P2 (W/m/K),run", np.tile(T, 2), np.tile(T**2, 2), np.tile(2 * T**2, 2), np.repeat([1, 2], 12)
    )
    arguments = ["fit", "k.csv", "--observable", "thermal_conductivity", "--where", "run=1"]
    assert cli.main([*arguments, "--value", "P1 (W/m/K)", "P2 (W/m/K)"]) == 0
    assert cli.main([*arguments[:-1], "run=2", "--value", "P1 (W/m/K)"]) == 0
    assert cli.main([*arguments, "--value", "P1 (W/m/K)", "P2 (W/m/K)", "--out", "o"]) == 0
    folders = [folder for _, folder in read_only]
    assert len(set(folders)) == 5
    assert read_only[1][0].points.value[0] == pytest.approx(0.02)


def test_columns_by_number(read_only, capsys):
    T = np.linspace(0.1, 0.5, 12)
    table_of("k.csv", "", 1e3 * T, T**2, 0.01 * T**2)
    units = ["--temperature-unit", "mK", "--value-unit", "W/m/K"]
    arguments = ["fit", "k.csv", "--observable", "thermal_conductivity", *units, "--columns"]
    assert cli.main([*arguments, "T=1", "value=2", "error=3"]) == 0
    np.testing.assert_allclose(read_only[0][0].points.error, 0.01 * T**2)
    for wrong in ("T=0", "T=4", "T=x", "x=1", "T"):
        assert cli.main([*arguments, wrong]) == 2
        assert f"--columns {wrong}: must be" in capsys.readouterr().err


def test_a_written_dataset_says_where_and_is_read_alike(read_only, capsys, monkeypatch):
    table_of("my table.dat", "T^2 (K^2),kappa/T (mW/m/K^2),err (%)", T2 := np.linspace(0.1, 0.5, 12), T2, 0 * T2 + 2)
    arguments = ["fit", "my table.dat", "--write-dataset"]
    assert cli.main([*arguments, "mine"]) == 0
    assert "written: config/experiments/mine/dataset.yaml" in capsys.readouterr().err
    loaded = load_dataset(Path("config/experiments/mine"))
    for name in ("T_K", "value", "error"):
        np.testing.assert_array_equal(getattr(loaded.points, name), getattr(read_only[0][0].points, name))
    for name in ("mine", "../x", "/tmp/x", "{x}", "-x", ""):
        before = set(Path("config/experiments").iterdir())
        assert cli.main([*arguments, name]) == (0 if name == "" else 2)
        assert set(Path("config/experiments").iterdir()) == before


@pytest.mark.parametrize(
    ("error", "code", "line"),
    [
        (KeyboardInterrupt(), 130, "interrupted"),
        (OSError(28, "No space left on device"), 2, "output: No space left on device"),
        (PermissionError(13, "Permission denied", "a\x1b[31mb"), 2, "a\\x1b[31mb: Permission denied"),
    ],
)
def test_interruptions_and_full_disks_are_one_line(monkeypatch, capsys, error, code, line):
    def fail(*_):
        raise error

    monkeypatch.setattr(fit_command, "_report", fail)
    assert cli.main(["fit", "--dataset", str(STYCAST)]) == code
    assert capsys.readouterr().err.startswith(line)


def test_control_characters_never_reach_the_terminal(capsys):
    Path("x.csv").write_text("T_K,a\x1b[31m\u202e,b" + "x" * 5000 + "\n0.1,1,2\n0.2,3,4\n", encoding="utf-8")
    assert cli.main(["fit", "x.csv", "--observable", "specific_heat"]) == 2
    (line,) = capsys.readouterr().err.splitlines()
    assert line.isprintable()
    assert len(line) < 700


def test_the_version_is_that_of_the_package(capsys):
    with pytest.raises(SystemExit) as ended:
        cli.main(["--version"])
    assert ended.value.code == 0
    name, version = capsys.readouterr().out.split(maxsplit=1)
    assert name == "tlsglass"
    assert version.strip() in (__version__, "of this folder")
