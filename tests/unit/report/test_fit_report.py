"""The report of a fit in Python: its plot in axes of one's own, and questions that it asks."""

import matplotlib.pyplot as plt
import numpy as np
import pytest

import tlsglass
from tlsglass.base.validation import Question

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
