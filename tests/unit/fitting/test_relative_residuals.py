"""Errors from the residuals that are a share of each value, against closed forms, assumed errors, and known noise."""

from dataclasses import replace

import numpy as np
import pytest
import yaml
from scipy import stats

from shared import ROOT
from tlsglass import fit
from tlsglass.base import validation
from tlsglass.data.dataset import Points, load_dataset
from tlsglass.fitting.comparison import compare
from tlsglass.fitting.problem import FitProblem
from tlsglass.models.observable import J0_OVER_H0

STYCAST = ROOT / "config/experiments/stycast1266_thermal_conductivity"


def loaded(folder, error, **changes):
    """The epoxy with other errors."""
    info = yaml.safe_load((STYCAST / "dataset.yaml").read_text(encoding="utf-8"))
    info["data"]["error"] = error
    folder.mkdir()
    (folder / "dataset.yaml").write_text(yaml.safe_dump(info | changes), encoding="utf-8")
    (folder / "data.csv").write_bytes((STYCAST / "data.csv").read_bytes())
    return load_dataset(folder)


@pytest.fixture
def epoxy(tmp_path):
    return loaded(tmp_path / "one", {"from_residuals": "relative"})


def test_an_amplitude_alone_is_that_of_the_normal_equations(epoxy):
    """µ = 0 held: a of y = a T² with σ = s y has a = Σ(T²/y)/Σ(T²/y)², s² = Σ(1 - a T²/y)²/(n - 1), σ(a) = s/√Σ(T²/y)²."""
    result, points = FitProblem.from_dataset(epoxy).with_fixed(mu=0.0).fit(), epoxy.points
    x = points.T_K**2 / points.value
    a = x.sum() / (x @ x)
    residual = 1 - a * x
    s = np.sqrt(residual @ residual / (len(x) - 1))
    assert result.values["kappa_1K"] == pytest.approx(a)
    assert result.misfit == pytest.approx(s)
    assert result.errors["kappa_1K"] == pytest.approx(s / np.sqrt(x @ x))
    most_likely = np.sqrt(residual @ residual / len(x)) * points.value
    lnL = stats.norm.logpdf(points.value, a * points.T_K**2, most_likely).sum()
    constant = len(x) * (np.log(2 * np.pi) + 1)  # which an AIC leaves out
    assert result.deviance == pytest.approx(-2 * lnL - constant)


def test_values_and_errors_are_those_of_an_assumed_share_scaled_by_its_misfit(epoxy, tmp_path):
    assumed = loaded(tmp_path / "two", {"assumed_relative": 1e-3})
    estimated, scaled = compare(FitProblem.from_dataset(epoxy)), compare(FitProblem.from_dataset(assumed))
    assert estimated.free.values == pytest.approx(scaled.free.values, rel=1e-6)
    assert estimated.free.errors == pytest.approx(scaled.free.errors_scaled, rel=1e-6)
    assert estimated.free.misfit == pytest.approx(1e-3 * scaled.free.misfit)
    without = {"from_residuals": True}
    assert (
        FitProblem.from_dataset(loaded(tmp_path / "three", without)).fit().values["mu"] > estimated.free.values["mu"] + 0.03
    )  # the largest κ rules
    coupled = FitProblem.from_dataset(epoxy).on_atlas().fit()
    assumed = loaded(tmp_path / "four", {"assumed_relative": coupled.misfit})  # the errors of the atlas weigh against these
    same = FitProblem.from_dataset(assumed).on_atlas().fit()
    assert coupled.values[J0_OVER_H0] == pytest.approx(same.values[J0_OVER_H0], abs=0.05 * same.errors[J0_OVER_H0])
    assert coupled.errors[J0_OVER_H0] == pytest.approx(same.errors_scaled[J0_OVER_H0], rel=0.05)


def test_intervals_hold_the_truth_as_often_as_they_say(epoxy):
    """κ over two decades with noise of 3 %: 68 % of 150 intervals; the scatter is told within its own error."""
    rng, T = np.random.default_rng(11), np.geomspace(0.05, 0.5, 9)
    n_covered, scatter = 0, []
    for _ in range(150):
        value = 0.04 * T**1.9 * (1 + 0.03 * rng.standard_normal(9))
        points = Points(T, value, None, None, weight=value)
        result = FitProblem.from_dataset(replace(epoxy, points=points, all_points=points)).fit(intervals="interest")
        low, high = result.intervals_scaled["mu"]
        n_covered += low <= 0.1 <= high
        scatter.append(result.misfit**2)
    assert abs(n_covered / 150 - 0.683) < 4 * np.sqrt(0.683 * 0.317 / 150)
    assert np.mean(scatter) == pytest.approx(0.03**2, rel=4 * np.sqrt(2 / 7 / 150))


def test_the_report_says_so_and_finds_the_exponent_in_its_window():
    T, kappa = np.loadtxt(STYCAST / "data.csv", delimiter=",", skiprows=1, usecols=(0, 1)).T
    result = fit(T, kappa, "thermal_conductivity", window=(0.05, 0.45))
    slope = np.polyfit(np.log(T[:8]), np.log(kappa[:8]), 1)[0]
    assert result.mu[0] == pytest.approx(2 - slope, abs=0.002)
    assert result.fit["drifts"] == {"mu": None, "J0_over_h0": None}
    assert not result.fit["rejected"]
    assert result.fit["errors_relative"]
    assert f"Eq. (3) residuals {100 * result.fit['mu_free']['misfit']:.2g} %" in str(result)
    np.testing.assert_allclose(result.result.points["error"], result.fit["mu_free"]["misfit"] * kappa)


def test_a_share_of_zero_is_refused(tmp_path):
    changes = {"observable": "sound_velocity", "omega_Hz": 9e4, "window_K": [0.05, 1]}
    changes |= {"parameters": {"mu": {"start": 0}, "tls_strength": {"start": 1e-4}, "A_Hz_per_K3": {"start": 1e6}}}
    data = yaml.safe_load((STYCAST / "dataset.yaml").read_text(encoding="utf-8"))["data"]
    data |= {"value": data["value"] | {"unit": "dimensionless"}, "error": {"from_residuals": "relative"}}
    folder = tmp_path / "one"
    loaded(folder, {"from_residuals": "relative"})
    info = yaml.safe_load((folder / "dataset.yaml").read_text(encoding="utf-8")) | changes | {"data": data}
    (folder / "dataset.yaml").write_text(yaml.safe_dump(info), encoding="utf-8")
    rows = "".join(f"0.{k},{0.001 * (k - 1)}\n" for k in range(1, 9))
    (folder / "data.csv").write_text(f"T_K,kappa_W_per_m_K\n{rows}", encoding="utf-8")
    with pytest.raises(validation.InputError, match=r"data\.error\.from_residuals: value 1 is 0, so that its relative error"):
        load_dataset(folder)
