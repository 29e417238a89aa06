"""The pages for users of other packages: their examples run as printed and print what the pages show."""

import contextlib
import io
import re
import shlex

import numpy as np
import pandas as pd
import pytest

import observables
from shared import EXPERIMENTS, ROOT
from tlsglass import cli
from tlsglass.commands import fit_command
from tlsglass.data.read_table import read_table
from tlsglass.models import registry
from tlsglass.models.resonator import DrivenProbe

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


def test_observables_print_what_the_page_shows():
    page = blocks("observables")
    assert printed_by_python(page) == "".join(text for kind, text in page if kind == "text")


def test_a_joint_fit_prints_what_the_page_shows():
    page = (ROOT / "docs/fit-your-data.md").read_text(encoding="utf-8").partition("### In Python")[2].partition("\n## ")[0]
    joint = BLOCKS.findall(page)
    assert printed_by_python(joint) == "".join(text for kind, text in joint if kind == "text")


HEADERS = {  # of tables of the observables
    "thermal_conductivity": "T_K,kappa_W_per_m_K",
    "specific_heat": "T_K,C",
    "mean_free_path": "T_K,mfp (m)",
    "heat_release": "T_K,Qdot",
    "sound_velocity": "T_K,dv/v",
    "dielectric_constant": "T_K,deps/eps",
    "internal_friction": "T_K,internal friction",
    "resonator_frequency": "T_K,df/f",
    "resonator_loss": "T_K,1/Qi",
    "line_width": "T_K,linewidth (Hz)",
    "frequency_noise": "T_K,S_y",
    "qubit_relaxation": "T_K,rate (1/s)",
}


def synthetic_table(entry):
    """Return a table of the parameters of an observable's recipe, with errors of 1 %."""
    T = np.geomspace(*entry.recipe.temperatures_K, 20)
    probe = entry.recipe.times_s[0] if entry.recipe.times_s else entry.recipe.probe
    value = entry.curve(T, entry.recipe.parameters, DrivenProbe(probe) if entry.driven else probe)
    table = pd.DataFrame(dict(zip(HEADERS[entry.name].split(","), (T, value), strict=True)))
    table["error (%)" if entry.positive else "error"] = 1.0 if entry.positive else 0.01 * np.ptp(value)
    return table.assign(time_s=probe) if entry.recipe.times_s else table


def test_each_observable_has_a_section_with_a_picture_and_a_command_that_reads_its_table(tmp_path):
    page = (ROOT / "docs/observables.md").read_text(encoding="utf-8")
    for name in registry.observable_names():
        title = name.replace("_", " ").capitalize()
        section = page.partition(f"## {title}\n")[2].partition("\n## ")[0]
        assert "| parameter | unit | meaning |" in section, title
        (command,) = (text for kind, text in BLOCKS.findall(section) if kind == "sh")
        program, fit, _, *options = shlex.split(command)
        assert (program, fit) == ("tlsglass", "fit")
        path = tmp_path / "table.csv"
        synthetic_table(registry.get_observable(name)).to_csv(path, index=False)
        if name == "resonator_frequency":  # its command reads f in hertz
            options += ["--frequency", "8GHz"]
        args = fit_command.parse([str(path), *options])
        dataset = fit_command.prepare(args, [read_table(path)]).dataset
        assert dataset.observable.name == name
        fixed = {key for key, value in dataset.info["parameters"].items() if value.get("fixed")}
        assert fixed == {entry.partition("=")[0] for entry in args.fix or ()}


def test_each_observable_has_a_picture_that_the_tool_draws(tmp_path):
    pictures = {path.stem: path for path in (ROOT / "docs/observables").glob("*.svg")}
    assert set(pictures) == {*registry.observable_names(), "chip"}
    page = (ROOT / "docs/observables.md").read_text(encoding="utf-8")
    assert set(re.findall(r"\(observables/(\w+)\.svg\)", page)) == set(pictures)
    assert max(path.stat().st_size for path in pictures.values()) < 40_000
    for name, figure in (("line_width", observables.draw("line_width")), ("chip", observables.draw_chip())):
        figure.save_picture(tmp_path / "new.svg")
        new, shown = (re.findall(r">([^<>]+)<", path.read_text()) for path in (tmp_path / "new.svg", pictures[name]))
        assert new == shown


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
