"""The report of a fit in Python: its plot in axes of one's own, and questions that it asks."""

import re

import matplotlib.pyplot as plt
import numpy as np
import pytest

import tlsglass
from shared import ROOT
from tlsglass.base.validation import Question
from tlsglass.data.dataset import load_dataset
from tlsglass.fitting.result import fit_dataset

T = np.geomspace(0.05, 0.5, 20)


def test_it_is_drawn_into_axes_of_the_user():
    report = tlsglass.fit(T, 0.03 * T**1.9, "thermal_conductivity", relative_error=0.01, scan=False)
    figure, axes = plt.subplots()
    try:
        assert report.plot(ax=axes) is axes
        points, curve = axes.lines[0], axes.lines[-1]
        np.testing.assert_allclose(points.get_xydata(), np.column_stack([T, 0.03 * T**1.9]))
        drawn = report.predict(curve.get_xdata())
        np.testing.assert_allclose(np.asarray(curve.get_ydata(), dtype=float), drawn["value"])
        assert axes.get_xlabel() == "T (K)"
        assert axes.get_ylabel() == "κ (W/(m K))"
    finally:
        plt.close(figure)


@pytest.mark.filterwarnings("error")
def test_points_of_an_exact_power_law_have_a_band_of_zero_width():
    report = tlsglass.fit(T, 0.03 * T**2, "thermal_conductivity", scan=False)
    predicted = report.predict(T)
    np.testing.assert_allclose(predicted[["value", "low", "high"]], np.column_stack(3 * [0.03 * T**2]), rtol=1e-9)


def test_a_limit_is_reported_where_mu_is_consistent_with_the_stm():
    """A µ of two standard errors: J0/h0 excludes 0 at 95 %, but the STM suffices."""
    report = tlsglass.fit(T, 0.03 * T**1.992, "thermal_conductivity", relative_error=0.01, scan=False)
    assert report.fit["conclusion"]["mu"] == "consistent with the STM"
    assert report.fit["conclusion"]["state"] == "limit"
    assert report.conclusion.startswith("J0/h0 < 0.0")
    (row,) = [row for row in report.fit["parameters"] if row["name"] == "J0_over_h0"]
    assert row["state"] == "upper limit"
    assert row["low_68"] == row["low_95"] == 0
    assert row["high_95"] > report.fit["atlas"]["model"]["values"]["J0_over_h0"]


def test_lines_of_a_report_are_short_sentences():
    report = tlsglass.fit(T, 0.03 * T**1.9, "thermal_conductivity", relative_error=0.01, scan=False)
    assert max(map(len, report.fit["lines"])) < 130
    sentences = [line.strip() for line in report.fit["lines"] if line.startswith(" ")]
    assert sentences[0] == "This J0/h0 assumes h0 = 10 K and the interaction gaussian."
    assert all(sentence.endswith(".") for sentence in sentences)


def test_a_limit_states_nothing_about_the_best_value_behind_it():
    report = tlsglass.fit(T, 0.03 * T**1.992, "thermal_conductivity", relative_error=0.01, scan=False)
    sentences = [line.strip() for line in report.fit["lines"] if line.startswith(" ")]
    assert sentences == [
        "This J0/h0 assumes h0 = 10 K and the interaction gaussian.",
        "With another h0 or interaction, the limit is another one: repeat the fit.",
    ]


@pytest.mark.parametrize(("ends", "text"), [((0.1, 0.5), "end at 0.5 K"), ((1.5, 4.0), "begin at 1.5 K"), ((0.2, 2.0), "")])
def test_an_amplitude_at_1_K_is_called_extrapolated_where_no_points_are(ends, text):
    T_K = np.geomspace(*ends, 20)
    lines = tlsglass.fit(T_K, 0.03 * T_K**1.9, "thermal_conductivity", relative_error=0.01, scan=False).fit["lines"]
    extrapolated = [line for line in lines if "extrapolated" in line]
    expected = [f"κ(1 K) is extrapolated with each model: the fitted points {text}"] if text else []
    assert extrapolated == expected


def test_temperatures_that_would_have_to_be_exact_are_named():
    """κ ∝ T²: an error of 1e-4 of κ equals one of 5e-5 of T; that of 1e-2 equals one that thermometers reach."""
    for relative, expected in ((1e-4, True), (1e-2, False)):
        report = tlsglass.fit(T, 0.03 * T**2, "thermal_conductivity", relative_error=relative, scan=False)
        equivalent = report.fit["equivalent_temperature_error"]
        assert equivalent["error_K"] / equivalent["T_K"] == pytest.approx(relative / 2, rel=0.05)
        assert any(line.startswith("temperatures are taken as exact") for line in report.fit["lines"]) == expected
    options = {"relative_error": 1e-4, "temperature_error": 1e-3 * T, "scan": False}
    report = tlsglass.fit(T, 0.03 * T**2, "thermal_conductivity", **options)
    assert report.fit["equivalent_temperature_error"] is None


def test_strongly_correlated_parameters_are_named():
    """Points near 0.1 K: κ(1 K) is an extrapolation with µ. Points around 1 K determine both."""
    for T_K, expected in ((np.geomspace(0.08, 0.12, 12), True), (np.geomspace(0.5, 2, 12), False)):
        report = tlsglass.fit(T_K, 0.03 * T_K**1.9, "thermal_conductivity", relative_error=0.01, scan=False)
        lines = [
            line for line in report.fit["lines"] if line.startswith("strongly correlated in the fit of Eq. (3): µ and κ(1 K)")
        ]
        assert bool(lines) == expected


def test_the_critical_photon_number_is_explained_where_it_is_listed():
    fit = fit_dataset(load_dataset(ROOT / "config/experiments/argonne_resonator_loss"), scan=False).fit
    lines = fit["lines"]
    assert "power = power_dBm (photon number 2 Ql²/Qc · P/(ħω²))" in fit["reading"]["text"]
    assert [line for line in lines if "log10 nc = " in line]
    assert [line for line in lines if line.startswith("nc is a photon number, not a power")]


def test_a_drift_names_the_windows():
    """A power law that changes its exponent in the middle."""
    T_K = np.geomspace(0.05, 0.5, 40)
    kappa = np.where(T_K < 0.16, 0.03 * T_K**1.95, 0.03 * 0.16**0.25 * T_K**1.7)
    text = tlsglass.fit(T_K, kappa * (1 + 0.02 * np.sin(np.arange(40) ** 2)), "thermal_conductivity").conclusion
    move = r"µ changes from .* \(window up to .* K\) to .* \(window up to 0.5 K\)"
    assert re.search(rf"no single µ of Eq. \(3\) describes all windows: {move}", text), text


def test_several_questions_name_all_their_codes():
    """Errors of 3000 % and a loss above 1: both are asked about, and both are answered at once."""
    loss, error = np.full(20, 1.5) * T**0.1, np.full(20, 40.0)
    arguments = (T, loss, "resonator_loss", error, 5e9)
    with pytest.raises(Question) as asked:
        tlsglass.fit(*arguments, scan=False)
    assert len(asked.value.codes) == len(asked.value.lines) == 2
    assert asked.value.code == asked.value.codes[0]
    for line in asked.value.lines:
        assert all(f'"{code}"' in line for code in asked.value.codes)
    assert tlsglass.fit(*arguments, scan=False, confirm=asked.value.codes).fit["n_points"] == 20
