"""Whether a parameter moves with the window, against straight lines, and what a report says of one that does."""

import re
from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from scipy import stats

from shared import ROOT
from tlsglass import fit
from tlsglass.data import infer_dataset
from tlsglass.data.read_table import read_table
from tlsglass.fitting import synthetic, window_scan
from tlsglass.fitting.conclusion import State
from tlsglass.fitting.fit import ParameterState
from tlsglass.fitting.problem import FitProblem
from tlsglass.fitting.result import fit_dataset
from tlsglass.report import fit_report

STYCAST = ROOT / "config/experiments/stycast1266_thermal_conductivity/data.csv"
T, KAPPA = np.loadtxt(STYCAST, delimiter=",", skiprows=1, usecols=(0, 1)).T
X = np.linspace(-3, 0, 20)  # ln T


def line(n, y, sigma):
    """A row of a scan of the first ``n`` points: the slope of a straight line, by least squares."""
    centred = X[:n] - X[:n].mean()
    slope = centred @ y[:n] / (centred @ centred)
    misfit = np.sqrt(np.sum((y[:n] - y[:n].mean() - slope * centred) ** 2) / (n - 2)) / (sigma or 1.0)
    error = (sigma or misfit) / np.sqrt(centred @ centred)
    scaled = error * max(1.0, misfit) if sigma else error
    return (X[0], X[n - 1], n, slope, error, scaled, misfit, "")


@pytest.mark.parametrize("sigma", [0.3, None])
def test_a_shorter_window_is_further_off_than_its_error_as_often_as_chance_has_it(sigma, monkeypatch):
    monkeypatch.setattr(window_scan, "DRIFT_SIGMA", 1.0)
    monkeypatch.setattr(window_scan, "DRIFT_MIN_SIGMA", 0.0)
    rng, drawn = np.random.default_rng(3), 1000
    n_drifts = 0
    for _ in range(drawn):
        y = 2 * X + 0.3 * rng.standard_normal(20)
        rows = pd.DataFrame([line(13, y, sigma), line(20, y, sigma)], columns=window_scan.scan_columns("mu"))
        scan = window_scan.WindowScan(None, "mu", None, rows)
        n_drifts += window_scan.drift(scan, (X[0], X[-1]), 2, sigma is not None, check_chi2=False) is not None
    share = 2 * stats.norm.sf(1)
    if sigma:  # where χ²/dof is above 1, errors are scaled, and 1 σ is that of Student's t
        misfit = np.sqrt(stats.chi2.ppf((np.arange(1000) + 0.5) / 1000, 11) / 11)
        share = np.mean(2 * stats.norm.sf(np.where(misfit > 1, stats.t.isf(share / 2, 11) * misfit, 1)))
    assert abs(n_drifts / drawn - share) < 4 * np.sqrt(share * (1 - share) / drawn)


def absolute():
    """The epoxy without errors: the same for all points, as a dataset.yaml may have it."""
    table = read_table(STYCAST)
    info = infer_dataset.infer_info(table, infer_dataset.ReadingOptions(observable="thermal_conductivity"))
    info["data"]["error"] = {"from_residuals": True}
    return fit_report.FitReport(fit_dataset(infer_dataset.build_dataset(table, info)))


@pytest.mark.parametrize(
    ("made", "least"), [(absolute, 0.6), (lambda: fit(T, KAPPA, "thermal_conductivity"), 0.2)], ids=["absolute", "relative"]
)
def test_the_epoxy_over_all_its_points_decides_nothing_without_errors(made, least):
    """µ is 0.06 up to 0.45 K; over all points it is 0.68 or 0.27: κ no longer is that of phonons that TLSs alone scatter."""
    report = made()
    record = report.fit
    assert record["conclusion"]["state"] in (State.NOT_DESCRIBED, State.NOT_CONSTRAINED)
    assert record["conclusion"]["mu"] in (State.NOT_DESCRIBED, State.NOT_CONSTRAINED)
    assert report.J0_over_h0 is None
    assert least < report.mu[0]
    assert "favored" not in str(report)
    claimed = {row["name"] for row in record["parameters"] if row["state"] in ParameterState.DETERMINED}
    assert not claimed & {"mu", "J0_over_h0"}


def test_with_errors_that_a_model_fits_a_drift_is_a_warning_alone():
    noise = 1 + 0.01 * np.random.default_rng(5).standard_normal(60)
    T = np.geomspace(0.02, 1, 60)
    steady = fit(T, 0.04 * T**1.9 * noise, "thermal_conductivity", error=4e-4 * T**1.9)
    assert steady.fit["drifts"]["mu"] is None
    bent = fit(T, 0.04 * T**1.9 * noise / (1 + 0.06 * T), "thermal_conductivity", error=4e-4 * T**1.9)
    drift = bent.fit["drifts"]["mu"] or bent.fit["drifts"]["J0_over_h0"]
    assert drift["sigma"] > 3
    assert not bent.fit["rejected"]
    assert bent.fit["conclusion"]["mu"] in (State.FAVORED, State.NOT_CONSTRAINED)
    assert bent.fit["conclusion"]["state"] == State.INTERVAL
    move = r"changes from [\d.]+\(\d+\) \(window up to 0.\d+ K\) to \1 \(window up to 1 K\)"
    assert re.match(rf"J0/h0 = (\S+) with h0 = 10 K, but it {move}; µ", bent.conclusion), bent.conclusion


@pytest.mark.parametrize("seed", [34, 42])
def test_a_side_minimum_of_a_short_window_is_no_drift(seed):
    """Q⁻¹ of Eq. (3) with noise: below its plateau a window has a second minimum, near which a parabola claims too much."""
    dataset = synthetic.sample("internal_friction", np.random.default_rng([77, seed]), errors_given=False)
    points = replace(dataset.points, weight=dataset.points.value)
    dataset = replace(dataset, points=points, all_points=points)
    best = FitProblem.from_dataset(dataset).fit(intervals=False)
    scan = window_scan.scan_windows(dataset, "mu", best)
    known = points.T_range_K, sum(error != 0 for error in best.errors.values()), False
    assert window_scan.drift(scan, *known, check_chi2=False)["value"] > 0.5
    assert window_scan.drift(scan, *known) is None
