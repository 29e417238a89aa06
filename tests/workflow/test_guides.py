"""The pages for users of other packages: their examples run as printed and print what the pages show."""

import contextlib
import io
import re
import shlex

import pandas as pd
import pytest

from shared import EXPERIMENTS, ROOT
from tlsglass import cli

BLOCKS = re.compile(r"```(python|sh|text)\n(.*?)```", re.DOTALL)


def blocks(page):
    return BLOCKS.findall((ROOT / f"docs/{page}.md").read_text(encoding="utf-8"))


def test_simulations_print_what_the_page_shows(tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    (program, *arguments), *_ = (shlex.split(text) for kind, text in blocks("simulate") if kind == "sh")
    expected = next(text for kind, text in blocks("simulate") if kind == "text")
    assert program == "tlsglass"
    assert cli.main(arguments) == 0
    shown, printed = (pd.read_csv(io.StringIO(text), comment="#") for text in (expected, capsys.readouterr().out))
    pd.testing.assert_frame_equal(printed, shown, rtol=1e-3)  # fits end within their tolerance
    assert {path.name for path in (tmp_path / "my-simulation").iterdir()} == {
        *("T0.02.csv", "T0.5.csv", "T2e-06.csv", "T0.02.npz", "T0.5.npz", "T2e-06.npz", "simulation.json", "shards")
    }
    assert (tmp_path / "n.svg").exists()
    page = (ROOT / "docs/simulate.md").read_text(encoding="utf-8").partition("## In Python")[2]
    assert printed_by_python(BLOCKS.findall(page)) == "".join(text for kind, text in BLOCKS.findall(page) if kind == "text")


def test_chains_print_what_the_page_shows():
    page = blocks("reproducible-chains")
    assert printed_by_python(page) == "".join(text for kind, text in page if kind == "text")


def printed_by_python(blocks_of_page):
    """Return what the Python of a page prints."""
    namespace, printed = {}, io.StringIO()
    for kind, text in blocks_of_page:
        if kind == "python":
            with contextlib.redirect_stdout(printed):
                exec(text, namespace)
    return printed.getvalue()


@pytest.fixture
def power_sweeps(tmp_path, monkeypatch):
    """A folder with one file for each temperature and the columns of scresonators, from the resonator of the study."""
    measured = pd.read_csv(EXPERIMENTS / "argonne_resonator_loss/data.csv")
    temperatures = sorted(measured["T_K"].unique())[::3]
    for T_K, rows in measured[measured["T_K"].isin(temperatures)].groupby("T_K"):
        Qi, Qc = 1 / rows["inv_Qi"], 1 / rows["inv_Qc"]
        columns = {
            "Power [dBm]": rows["power_dBm"],
            "navg": 1.0,
            "fc [GHz]": rows["f0_Hz"] / 1e9,
            "Qi": Qi,
            "Qc": Qc,
            "Q": rows["Ql"],
            "error": rows["residual_rms_rel"],
            "Qi error": 1.96 * rows["inv_Qi_sigma"] * Qi**2,
            "Qc error": 1.96 * rows["inv_Qc_sigma"] * Qc**2,
            "fc error": 1.96 * rows["f0_sigma_Hz"] / 1e9,
        }
        sweep = pd.DataFrame(columns).reset_index(drop=True)
        sweep.to_csv(tmp_path / f"qiqcfc_vs_power_{1000 * T_K:.0f}mK.csv")
    monkeypatch.chdir(tmp_path)
    return measured[measured["T_K"].isin(temperatures)]


def test_a_table_of_scresonators_is_fitted(power_sweeps, tmp_path, capsys):
    (conversion,) = (text for kind, text in blocks("from-scresonators") if kind == "python")
    (command,) = (text for kind, text in blocks("from-scresonators") if kind == "sh")
    exec(conversion, {})
    table = pd.read_csv(tmp_path / "my_resonator.csv")
    assert table["Qi"].sum() == pytest.approx((1 / power_sweeps["inv_Qi"]).sum())
    assert (table["Qi error"] / table["Qi"] ** 2).sum() == pytest.approx(power_sweeps["inv_Qi_sigma"].sum())
    assert (table["f0 error (GHz)"] * 1e9).sum() == pytest.approx(power_sweeps["f0_sigma_Hz"].sum())
    program, *arguments = shlex.split(command)
    assert program == "tlsglass"
    assert cli.main(arguments) == 0
    read = next(line for line in capsys.readouterr().err.splitlines() if line.startswith("read: "))
    assert read.startswith("read: T = T_K, δf/f = f0 (GHz), error = f0 error (GHz)")
    assert "1/Qi = Qi inverted, error = Qi error" in read
    assert "rows with Power [dBm] = -30" in read
    parameters = pd.read_csv(tmp_path / "fit-my_resonator/joint_parameters.csv")
    names = {"F_tan_delta", "log10_nc", "beta1", "beta2", "background", "gap_K", "kinetic_inductance_fraction", "mu"}
    assert names <= set(parameters["parameter"])
