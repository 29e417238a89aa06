"""``tlsglass simulate``: the numbers of ``tlsglass.simulate``, files that the library reads, and bad options in one line."""

import csv
import json
import sys

import numpy as np
import pytest

import tlsglass
from tlsglass import cli
from tlsglass.commands import simulate_command
from tlsglass.dos import fits
from tlsglass.study import simulate

SMALL = "simulate --L 4 --J0 3 --realizations 40 --temperatures 0.5 2 --sweeps 20 --cores 1"


@pytest.fixture
def run(capsys, tmp_path, monkeypatch):
    """Return a function that runs the command in an empty folder and returns its exit code and what it prints."""
    monkeypatch.chdir(tmp_path)

    def run(*arguments):
        code = cli.main(arguments)
        captured = capsys.readouterr()
        return code, captured.out, captured.err

    return run


def test_the_command_and_the_function_give_the_same(run, tmp_path):
    series = tlsglass.simulate(
        L=4, J0_K=3, realizations=40, temperatures_K=[0.5, 2], sweeps=20, interaction="elastic", vt_over_vl=0.5
    )
    code, text, _ = run(*SMALL.split(), "--interaction", "elastic", "--vt-over-vl", "0.5", "--json", "--out", "a/b")
    assert code == 0
    content = json.loads(text)
    assert [density["T_K"] for density in content["densities"]] == [0.5, 2]
    for density in content["densities"]:
        expected = series.at(density["T_K"])
        assert density["counts"] == expected.total.tolist()
        assert density["n_err"] == pytest.approx(expected.n.error)
        np.testing.assert_array_equal(tlsglass.load_density(f"a/b/T{density['T_K']:g}.npz").counts, expected.counts)
    assert content["simulation"]["fingerprint"]["vt_over_vl"] == "0.5"
    assert content["simulation"]["realizations"] == 40


def test_the_table_contains_the_fits(run, tmp_path):
    code, text, error = run(*SMALL.split(), "--figure", "n.png")
    assert code == 0
    (folder,) = tmp_path.glob("simulation-L4_J3-*")
    assert f"written: {folder.name}/T0.5.npz" in error
    rows = list(csv.DictReader(text.splitlines()[1:]))
    for row in rows:
        fit = fits.fit_eq3(tlsglass.load_density(folder / f"T{row['T_K']}.npz"), 2.0)
        assert float(row["mu"]) == pytest.approx(float(fit.mu.value), rel=1e-5)
        assert float(row["mu_err"]) == pytest.approx(float(fit.mu.error), rel=1e-5)
    assert (tmp_path / "n.png").read_bytes().startswith(b"\x89PNG")
    _, again, error = run(*SMALL.split())
    assert again == text
    assert f"40/40 realizations are in {folder.name} already" in error


def test_too_few_counts_are_empty_and_null(run):
    arguments = SMALL.replace("--temperatures 0.5 2", "--temperatures 0.001").split()
    assert run(*arguments)[1].splitlines()[-1] == "0.001,,,,"
    assert json.loads(run(*arguments, "--json")[1])["eq3"] == [
        {"T_K": 0.001, "B": None, "B_err": None, "mu": None, "mu_err": None}
    ]


def test_progress_is_one_line_on_a_terminal_and_few_elsewhere(monkeypatch, capsys):
    for on_terminal in (True, False):
        monkeypatch.setattr(sys.stderr, "isatty", lambda on_terminal=on_terminal: on_terminal)
        progress = simulate_command.ProgressLine()
        for k in range(3):
            progress.update(f"{k} of\n3")
        progress.note("done")
        shown = capsys.readouterr().err
        assert shown.splitlines()[-1] == "done"
        assert (shown.count("\n"), shown.count("\r")) == ((2, 3) if on_terminal else (4, 0))


def test_an_interruption_says_where_the_batches_are(run, monkeypatch):
    def interrupt(*_):
        raise KeyboardInterrupt

    monkeypatch.setattr(simulate, "run_batches", interrupt)
    code, text, error = run(*SMALL.split(), "--out", "here")
    assert (code, text) == (130, "")
    assert "finished batches are kept in here; the same command continues" in error


@pytest.mark.parametrize(
    ("arguments", "named"),
    [
        ("--L 2147483648", "--L 2147483648: must be a whole number from 2 to 128"),
        ("--L 12.5", "--L: 12.5: must be a whole number"),
        ("--L x", "--L: x: must be a number"),
        ("--L 1e400", "--L: 1e400: must be a number"),
        ("--realizations 1e19", "--realizations: 1e19: must be a number, at most 1e+12"),
        ("--realizations 1e12", "--realizations 1000000000000: must be a whole number from 20 to 10000000"),
        ("--realizations 55", "--realizations 55: must be a multiple of 10"),
        ("--temperatures 0", "--temperatures 0.0: must be a number from"),
        ("--temperatures -0.5", "--temperatures -0.5: must be a number from"),
        ("--temperatures 0.5 nan", "--temperatures: nan: must be a number"),
        ("--temperatures", "--temperatures: expected at least one argument"),
        ("--J0 1e-5", "--J0 1e-05: is too small compared with h0"),
        ("--h0 0", "--h0 0.0: must be a number from"),
        ("--interaction dipole", "--interaction 'dipole': must be one of gaussian"),
        ("--electric-over-elastic 1", "--electric-over-elastic 1.0: is an option of electric_elastic only"),
        ("--highest 5", "--highest 5.0: is for tempering"),
        ("--method tempering --schedule short --sweeps 128", "--schedule 'short': is for annealing"),
        ("--cores 0", "--cores 0: must be a whole number from 1"),
        ("--figure n.exe", "--figure n.exe: must be a name that ends in"),
        ("--figure .svg", "--figure .svg: must be a name that ends in"),
        ("--out=", "--out: must name a folder"),
        ("--size 4", "unrecognized arguments: --size 4"),
    ],
)
def test_bad_options_end_in_one_line(run, tmp_path, arguments, named):
    code, text, error = run(*SMALL.split(), *arguments.split())
    assert code == 2
    assert text == ""
    (line,) = error.splitlines()
    assert line.startswith("tlsglass")
    assert named in line
    assert not list(tmp_path.iterdir())


def test_a_folder_of_another_simulation_is_refused_in_one_line(run, tmp_path):
    assert run(*SMALL.split(), "--out", "x")[0] == 0
    code, _, error = run(*SMALL.split(), "--out", "x", "--seed", "5")
    assert code == 2
    assert error.splitlines()[-1] == "x: contains another simulation (seed is 20210205 in it and 5 now); choose another folder"
    (tmp_path / "file").touch()
    code, _, error = run(*SMALL.split(), "--out", "file")
    assert code == 2
    assert error.splitlines()[-1] == "file: File exists"
