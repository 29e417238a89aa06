"""Panels of measured data: contours held against χ² itself, and what stands out is what it says."""

from functools import cache
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
import yaml
from matplotlib import pyplot as plt
from matplotlib.colors import to_hex

from tlsglass.experiment import fits, measured, outcome
from tlsglass.show import fit_panels, panels, style

ROOT = Path(__file__).parents[3]
SCHEMA = yaml.safe_load((ROOT / "workflow/schemas/dataset.schema.yaml").read_text(encoding="utf-8"))


@pytest.fixture(autouse=True)
def closed():
    yield
    plt.close("all")


@pytest.mark.parametrize("rho", [0.94, -0.6, 0.0])
def test_the_ellipse_is_where_the_covariance_says_that_chi2_has_risen(rho):
    fit = {
        "values": {"mu": 0.05, "a": 3.0},
        "errors_scaled": {"mu": 0.02, "a": 0.5},
        "correlations": {"mu": {"a": rho}},
    }
    covariance = np.array([[0.02**2, rho * 0.02 * 0.5], [rho * 0.02 * 0.5, 0.5**2]])
    away = fit_panels._ellipse(fit, "a", 2.30, n=401) - [[0.05], [3.0]]
    np.testing.assert_allclose(np.sum(away * np.linalg.solve(covariance, away), axis=0), 2.30)
    np.testing.assert_allclose(np.ptp(away, axis=1), 2 * np.sqrt(2.30) * np.array([0.02, 0.5]), rtol=1e-3)  # all of it


def test_the_ellipse_of_a_fit_is_where_its_chi2_has_risen():
    loaded = measured.load(ROOT / "config/experiments/stycast1266_thermal_conductivity", SCHEMA)
    found = fits.fit(loaded)
    points = loaded.points
    rise = 2.30 * found.scale**2
    for mu, kappa in fit_panels._ellipse(vars(found), "kappa_1K", 2.30, n=20).T:
        model = loaded.model(points.T_K, {"mu": mu, "kappa_1K": kappa})
        chi2 = np.sum(((model - points.value) / points.error) ** 2)
        assert chi2 - found.chi2 == pytest.approx(rise, rel=0.05)


def test_the_scan_fills_the_window_of_the_fit_and_no_other():
    windows = pd.DataFrame(
        [(T_min, T_max, 8, 0.1, 0.01, 0.02, 1.0) for T_min in (0.05, 0.1) for T_max in (0.3, 0.4, 0.5)],
        columns=["T_min_K", "T_max_K", "n_points", "mu", "mu_err", "mu_err_scaled", "misfit"],
    )
    windows["mu"] += 0.01 * np.arange(6)
    figure = style.Figure()
    fit_panels.window_scan(figure.panels[0], {"fitted_K": [0.1, 0.4]}, windows)
    drawn = {}
    for container in figure.panels[0].axes.containers:
        face = container.lines[0].get_markerfacecolor()
        drawn |= {(float(x), round(float(y), 6)): face for x, y in zip(*container.lines[0].get_data(), strict=True)}
    assert len(drawn) == 6
    filled = {point: to_hex(face).upper() for point, face in drawn.items() if face != "white"}
    assert filled == {(0.4, 0.14): style.PALETTE[1]}
    assert [row[1:4] for row in figure.record if "the fit" in row[1]] == [("from 0.1 K: the fit", "points", 0.4)]


def result(name):
    """The fit of a dataset, with two points and a curve that are easily recalculated."""
    fit = fitted(name)
    points = pd.DataFrame({"T_K": [0.1, 0.2], "value": [3e-4, 5e-4], "error": [1e-5, 2e-5], "fitted": [True, False]})
    curves = {"mu_free": [4e-4, 5e-4], "stm": [3e-4, 2e-4], "atlas": [3e-4, 4e-4]}
    return fit, points, pd.DataFrame({"T_K": [0.1, 0.2]} | curves)


@cache
def fitted(name):
    return outcome.of(measured.load(ROOT / "config/experiments" / name, SCHEMA), scan=False).fit


@pytest.mark.parametrize(
    ("name", "alone", "axis", "label", "y", "error"),
    [
        ("fig4_silica_thermal_conductivity", True, "linear", "κ/T² (W/(m K)/K²)", [0.03, 0.0125], [1e-3, 5e-4]),
        ("fig4_silica_thermal_conductivity", False, "log", "κ (W/(m K))", [3e-4, 5e-4], [1e-5, 2e-5]),
        ("fig5a_silica_sound_velocity", True, "linear", "δv/v + constant ($10^{-4}$)", [0, 2], [0.1, 0.2]),
        ("fig5b_silica_dielectric_constant", False, "linear", "δε/ε + constant ($10^{-4}$)", [0, 2], [0.1, 0.2]),
    ],
)
def test_an_observable_is_drawn_as_its_entry_says(name, alone, axis, label, y, error):
    figure = style.Figure()
    panels.data_and_fits(figure.panels[0], [result(name)], alone)
    axes = figure.panels[0].axes
    assert axes.get_yscale() == axis
    assert axes.get_ylabel() == label
    record = pd.DataFrame(figure.record, columns=["panel", "series", "kind", "x", "y", "y_err"])
    points = record[record["kind"] == "points"]
    assert list(points["series"]) == [f"{name}: points", f"{name}: points outside the window"]
    np.testing.assert_allclose(points["y"], y, atol=1e-12)
    np.testing.assert_allclose(points["y_err"], error)
    low, high = axes.get_ylim()
    if axis == "linear":  # no legend takes room from the points
        drawn = np.concatenate([y, record[record["series"].str.contains("µ free")]["y"]])
        assert high - low < 1.35 * np.ptp(drawn)
        assert (low >= 0) == ("κ" in label)
