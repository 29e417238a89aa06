"""Datasets: what is refused, with which line; fits that recover what the points were made from."""

import shutil
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
import yaml

from tlsglass import checked, experiments

ROOT = Path(__file__).parents[2]
SHIPPED = sorted((ROOT / "config/experiments").iterdir())
SCHEMA = yaml.safe_load((ROOT / "workflow/schemas/dataset.schema.yaml").read_text(encoding="utf-8"))
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


@pytest.mark.parametrize(
    ("info", "rows", "said"),
    [
        (
            [(("data", "value", "column"), "kappa")],
            None,
            r"data\.csv: column kappa: missing; the columns, split at",
        ),
        ([], [*GOOD[:2], "0.3,nan", GOOD[3]], r"data\.csv: column kappa_W_per_m_K, row 3: nan must be a finite number"),
        ([], [*GOOD[:2], "0.3,", GOOD[3]], r"data\.csv: column kappa_W_per_m_K, row 3: an empty field must be a finite number"),
        ([], [*GOOD[:2], "0.3,-3e-3", GOOD[3]], r"data\.csv: column kappa_W_per_m_K, row 3: -3e-3 must be a finite number > 0"),
        ([], [*GOOD[:2], "0.3,3e-3,7", GOOD[3]], r"data\.csv: not a CSV table"),
        ([(("data", "temperature", "unit"), "degC")], None, r"data\.temperature\.unit = 'degC': must be a multiple of K"),
        ([(("data", "value", "unit"), "W/(m")], None, r"data\.value\.unit = 'W/\(m': must be a unit"),
        ([], ["0,1e-3", *GOOD], r"data\.csv: column T_K, row 1: 0 must be a finite number > 0"),
        ([], ["-0.1,1e-3", *GOOD], r"data\.csv: column T_K, row 1: -0.1 must be a finite number > 0"),
        ([], [*GOOD, "0.3,9e-3"], r"data\.csv: column T_K, row 5: 0.3 must be above the row before it"),
        ([], [*GOOD, "0.4,9e-3"], r"data\.csv: column T_K, row 5: 0.4 must be above the row before it"),
        ([], ["0.1,1e-3", "0.2,2e-3"], r"data\.csv: 2 points in the window"),
        (
            [(("data", "value", "unit"), "W/furlong")],
            None,
            r"dataset\.yaml: data\.value\.unit = 'W/furlong': must be a unit",
        ),
        (
            [(("data", "temperature", "unit"), "kelvinz")],
            None,
            r"data\.temperature\.unit = 'kelvinz': must be a unit",
        ),
        ([(("observable",), "heat")], None, r"dataset\.yaml: observable = 'heat': must be one of"),
        ([(("colour",), "red")], None, r"dataset\.yaml: colour = 'red': unknown key"),
        ([(("parameters", "A"), {"start": 1})], None, r"parameters\.A = .*: no parameter of thermal_conductivity"),
        ([(("parameters", "kappa_1K"), None)], None, r"parameters\.kappa_1K: missing"),
        ([(("parameters", "mu", "start"), 7)], None, r"parameters\.mu\.start = 7: must lie in its bounds"),
        ([(("observable",), "sound_velocity")], None, r"parameters\.kappa_1K = .*: no parameter of sound_velocity"),
        ([(("provenance",), "reconstructed")], None, r"provenance = 'reconstructed': goes with a section"),
        ([(("data", "file"), "none.csv")], None, r"none\.csv: No such file"),
    ],
)
def test_what_is_wrong_is_said_in_one_line(tmp_path, info, rows, said):
    with pytest.raises(checked.InputError, match=said) as caught:
        experiments.load(dataset(tmp_path, info, rows), SCHEMA)
    assert "\n" not in str(caught.value)


def test_units_are_converted(tmp_path):
    rows = [f"{float(T) * 1e3},{float(k) / 100}" for T, k in (row.split(",") for row in GOOD)]
    info = [(("data", "temperature", "unit"), "mK"), (("data", "value", "unit"), "W/(cm K)")]
    loaded = experiments.load(dataset(tmp_path, info, rows), SCHEMA)
    np.testing.assert_allclose(loaded.T_K, [0.1, 0.2, 0.3, 0.4])
    np.testing.assert_allclose(loaded.value, [1e-3, 2e-3, 3e-3, 4e-3])
    np.testing.assert_allclose(loaded.error, 0.01 * loaded.value)


@pytest.mark.parametrize("folder", SHIPPED, ids=lambda path: path.name)
def test_reconstructed_points_are_those_of_their_recipe_and_the_fit_recovers_it(folder):
    loaded = experiments.load(folder, SCHEMA)
    fit, stm = experiments.fit(loaded), experiments.fit(loaded, mu=0.0)
    assert fit.chi2 < stm.chi2
    if loaded.info["provenance"] == "measured":
        assert "reconstruction" not in loaded.info
        return
    pd.testing.assert_frame_equal(experiments.reconstruct(loaded.info), pd.read_csv(folder / "data.csv"))
    for name, truth in loaded.info["reconstruction"]["parameters"].items():
        assert abs(fit.values[name] - truth) < 4 * fit.errors[name], name
    assert abs(fit.chi2 / fit.dof - 1) < 4 * np.sqrt(2 / fit.dof)


def test_stycast_has_the_exponent_of_a_straight_line():
    loaded = experiments.load(STYCAST, SCHEMA)
    slope = np.polyfit(np.log(loaded.T_K), np.log(loaded.value), 1)[0]
    fit = experiments.fit(loaded)
    assert 2 - fit.values["mu"] == pytest.approx(slope, abs=0.002)
    assert 2 - fit.values["mu"] == pytest.approx(1.944, abs=0.007)


def test_errors_left_to_the_residuals_are_their_scatter(tmp_path):
    """Points with a relative scatter that the dataset does not state: σ(µ) must follow the scatter."""
    rng = np.random.default_rng(1)
    T = np.geomspace(0.05, 0.4, 200)
    info = [(("data", "error"), {"from_residuals": True}), (("window_K",), None)]
    found = []
    for scatter in (1e-6, 4e-6):
        kappa = 0.04 * T**1.9 + scatter * rng.standard_normal(200)
        folder = dataset(tmp_path / str(scatter), info, [f"{t},{k}" for t, k in zip(T, kappa, strict=True)])
        fit = experiments.fit(experiments.load(folder, SCHEMA))
        assert abs(fit.values["mu"] - 0.1) < 4 * fit.errors["mu"]
        found.append(fit.errors["mu"])
    assert found[1] / found[0] == pytest.approx(4, rel=0.3)


def test_a_fixed_parameter_stays_and_has_no_error(tmp_path):
    info = [(("parameters", "kappa_1K"), {"start": 0.045, "fixed": True})]
    fit = experiments.fit(experiments.load(dataset(tmp_path, info), SCHEMA))
    assert fit.values["kappa_1K"] == 0.045
    assert fit.errors["kappa_1K"] == 0


@pytest.mark.parametrize(
    ("name", "starts"),
    [
        ("fig5a_silica_sound_velocity", {"coupling": 1e-9}),
        ("fig5a_silica_sound_velocity", {"A_Hz_per_K3": 1e3}),
        ("fig5b_silica_dielectric_constant", {"A_Hz_per_K3": 1e10, "mu": 0.9}),
        ("fig4_silica_thermal_conductivity", {"kappa_1K": 0.0, "mu": -0.5}),
    ],
)
def test_a_start_far_from_the_data_ends_in_the_same_minimum(tmp_path, name, starts):
    folder = tmp_path / name
    shutil.copytree(ROOT / "config/experiments" / name, folder)
    content = yaml.safe_load((folder / "dataset.yaml").read_text(encoding="utf-8"))
    near, _ = experiments.compare(experiments.load(folder, SCHEMA))
    for parameter, start in starts.items():
        content["parameters"][parameter]["start"] = start
    (folder / "dataset.yaml").write_text(yaml.safe_dump(content), encoding="utf-8")
    far, stm = experiments.compare(experiments.load(folder, SCHEMA))
    assert far.chi2 == pytest.approx(near.chi2, rel=1e-5)
    assert far.values["mu"] == pytest.approx(near.values["mu"], abs=1e-4)
    assert stm.chi2 > far.chi2
    assert not far.at_bounds


def test_a_parameter_that_ends_on_its_bound_is_named(tmp_path):
    info = [(("parameters", "mu"), {"start": 0.3, "low": 0.2, "high": 1})]
    assert experiments.fit(experiments.load(dataset(tmp_path, info), SCHEMA)).at_bounds == ["mu"]
