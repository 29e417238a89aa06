"""The state of the app without a browser: its results are those of the command that it shows."""

import json
import shlex
from pathlib import Path

import numpy as np
import pytest

from shared import EXPERIMENTS, ROOT
from tlsglass import cli
from tlsglass.app import plots
from tlsglass.app.session import FLAG, MAIN, MORE, OF_RESONATOR, WORDS, FitSession
from tlsglass.base import validation
from tlsglass.commands import fit_command

CASES = ROOT / "tests/data/cases"
HOSTILE = "-<img>$(id);`id`'\"|x"  # without a blank, it would be taken for an option


def load(path, raw=None, **choices):
    session = FitSession()
    session.load(path.name, raw or path.read_bytes())
    session.choices |= {option.replace("_", "-"): text for option, text in choices.items()}
    return session


RESONATOR = {"observable": "resonator", "temperature_unit": "K", "value_unit": "Hz"}
TABLES = {  # table, step between its fitted rows, choices, window; tests/browser/test_app.py does the same for five tables
    "C": ("C_over_T.csv", 1, {}, None),
    "f and Q": ("joint_one_power.csv", 3, RESONATOR, (0.1, 0.8)),
}


@pytest.mark.parametrize("name", list(TABLES))
def test_all_files_are_those_of_the_command_that_is_shown(name, tmp_path, monkeypatch, capsys):
    file_name, step, choices, window = TABLES[name]
    header, *rows = (CASES / file_name).read_bytes().splitlines(keepends=True)
    session = load(CASES / file_name, b"".join([header, *rows[::step]]), **choices)
    assert session.read().problems == ()
    if window:
        session.set_window(*window)
        assert session.window_K == window
    monkeypatch.chdir(tmp_path)
    assert {"fit.json", "joint.json"} & set(files_of_the_command(session, capsys))


def files_of_the_command(session, capsys):
    """Return the files that the command of a session writes in the present folder, which are those of the session's fit."""
    outcome = session.fit()
    Path(session.file_name).write_bytes(session.raw)
    program, *words = shlex.split(session.command)
    assert program == "tlsglass"
    assert cli.main([*words, "--out", "o"]) == 0
    assert capsys.readouterr().out.splitlines() == [outcome.conclusion, *outcome.lines]
    written = {file.name: file.read_bytes() for file in Path("o").iterdir()}
    assert outcome.files == written
    return written


def chip():
    """Return a table of κ of two devices."""
    rng = np.random.default_rng(1)
    rows = [
        f"D{k},{T:.4g},{0.02 * k * T**1.9 * (1 + 0.01 * rng.standard_normal()):.5g}"
        for k in (1, 2)
        for T in np.geomspace(0.05 * k, 0.5, 9)
    ]
    return "\n".join(["device,T_K,kappa (W/(m K))", *rows]).encode()


def test_a_chip_is_fitted_as_the_command_does(tmp_path, monkeypatch, capsys):
    session = load(Path("chip.csv"), chip(), group="device", error="2%")
    reading = session.read()
    assert reading.problems == ()
    assert reading.roles["device"] == "device"
    assert session.span_K == (0.05, 0.5)
    assert [len(datasets) for datasets in reading.prepared.quantities] == [2]
    picture = plots.draw_points(reading.prepared)
    assert all(f">{name}<" in picture for name in ("D1", "D2", "2 devices"))
    monkeypatch.chdir(tmp_path)
    assert "chip.json" in files_of_the_command(session, capsys)


def test_options_of_several_words_and_repeated_ones_become_words():
    path = EXPERIMENTS / "argonne_resonator_loss/data.csv"
    choices = {"observable": "resonator", "coupling_geometry": "notch", "attenuation": "0", "temperature_error": "0.3mK+0.1%"}
    choices |= {"f_power": "-30", "loss_window": "50mK 1.6", "systematic": "0.03 0.02", "relaxation": "yes"}
    session = load(path, **choices, fix="beta1=1; beta2=0.8", inverse="yes")
    words = session.words()
    assert words[words.index("--loss-window") :][:3] == ["--loss-window", "50mK", "1.6"]
    assert words[words.index("--systematic") :][:3] == ["--systematic", "0.03", "0.02"]
    assert [words[k + 1] for k, word in enumerate(words) if word == "--fix"] == ["beta1=1", "beta2=0.8"]
    assert {"--relaxation", "--f-power=-30"} <= set(words)
    assert "--inverse" not in words  # Q has a menu of its own
    prepared = session.read().prepared
    assert [dataset.name for (dataset,) in prepared.quantities] == ["f at power_dBm = -30", "1/Q"]
    assert prepared.dataset.info["systematic"] == {"uncorrelated": 0.03, "correlated": 0.02}
    assert prepared.dataset.info["window_K"] == [0.05, 1.6]
    assert prepared.dataset.info["parameters"]["beta2"] == {"start": 0.8, "fixed": True}
    session.choices["systematic"] = "0.03"
    assert "expected 2 arguments" in session.read().problems[0]


def test_a_column_of_quality_factors_is_inverted(tmp_path):
    table = "T_K,X\n" + "\n".join(f"{0.05 * k},{1e4 / k}" for k in range(1, 12))
    session = load(tmp_path / "q.csv", table.encode(), observable="internal_friction", frequency="1kHz", inverse="yes")
    assert "--inverse" in session.words()
    assert session.read().prepared.dataset.points.value[1] == pytest.approx(2e-4)


def test_a_wrong_column_is_corrected_and_what_is_missing_is_asked_by_the_names_of_the_menus(tmp_path):
    rows = [f"{0.05 * k},{3 * k},{0.01 * k**1.9}" for k in range(1, 12)]
    (tmp_path / "a.csv").write_text("\n".join(["T_K,P1 (W/m/K),P2 (W/m/K)", *rows]), encoding="utf-8")
    session = load(tmp_path / "a.csv", observable="thermal_conductivity")
    assert session.read().problems[0].startswith("“Value”:")
    session.choices["value"] = "P1 (W/m/K)"
    assert session.read().roles["P1 (W/m/K)"].startswith("value")
    session.choices["value"] = "P2 (W/m/K)"
    reading = session.read()
    assert reading.roles["P2 (W/m/K)"].startswith("value")
    assert "P1 (W/m/K)" not in reading.roles
    assert reading.prepared.dataset.points.value[0] == pytest.approx(0.01)


def test_a_question_is_answered_by_its_code():
    session = load(CASES / "silent_swapped_columns.csv", observable="thermal_conductivity")
    reading = session.read()
    assert reading.codes
    assert reading.prepared is None
    session.confirmed += reading.codes
    assert session.read().prepared is not None
    assert shlex.split(session.command)[-2:] == ["--confirm", reading.codes[-1]]


def test_only_menus_of_the_observable_become_words(tmp_path):
    session = load(CASES / "C_over_T.csv", frequency="1GHz")
    assert "--frequency" in session.words()
    session.choices["observable"] = "thermal_conductivity"
    assert "--frequency" not in session.words()
    session.choices["observable"] = "specific_heat"
    assert {"time"} <= {choice.option for choice in session.visible_choices()}


def test_hostile_names_are_words_of_their_own(tmp_path, monkeypatch):
    name = f"{HOSTILE}.csv"
    table = f'T_K,"{HOSTILE.replace(chr(34), "")}"\n' + "".join(
        f"{0.05 * k},{(0.01 + 0.0003 * (k % 3)) * k**1.9}\n" for k in range(1, 12)
    )
    session = FitSession()
    session.load(f"../../etc\\{name}", table.encode())
    assert session.file_name == name
    header = session.table.header[1]
    session.choices |= {"observable": "thermal_conductivity", "value": header, "value-unit": "W/(m K)"}
    reading = session.read()
    assert reading.problems == ()
    (tmp_path / name).write_text(table, encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    assert cli.main([*shlex.split(session.command)[1:], "--out", "o"]) == 0
    assert json.loads(Path("o/fit.json").read_text(encoding="utf-8"))["reading"]["columns"]["value"] == header


def test_bad_files_are_refused_and_the_table_before_is_kept(monkeypatch):
    session = load(CASES / "C_over_T.csv")
    for raw in (b"", b"\x89HDF....", b"PK\x03\x04broken", b"\0" * 50):
        with pytest.raises(validation.InputError):
            session.load("x.csv", raw)
    assert session.file_name == "C_over_T.csv"
    monkeypatch.setattr("tlsglass.data.read_table.MAX_BYTES", 10)
    with pytest.raises(validation.InputError, match=r"at most 1e-05 MB"):
        session.load("x.csv", b"T,x\n" * 9)


def test_a_window_over_all_points_is_none():
    session = load(CASES / "C_over_T.csv")
    session.read()
    low, high = session.span_K
    session.set_window(low / 1.12, high * 1.12)
    assert session.window_K is None
    session.set_window(low / 1.12, high / 2)
    assert session.window_K[1] == pytest.approx(high / 2, rel=5e-3)


def test_every_menu_is_an_option_of_the_command():
    session = load(CASES / "C_over_T.csv", observable="resonator")
    resonator = {choice.option for choice in session.visible_choices()}
    assert {"loss", "Qc", "coupling-geometry"} <= resonator
    for choice in (*MAIN, *MORE, *OF_RESONATOR):
        values = [] if choice.kind == FLAG else ["1", "2"] if choice.kind == WORDS else [(choice.suggestions or ("1",))[0]]
        words = [f"--{choice.option}", *values]
        fit_command.parse(["t.csv", *words])
