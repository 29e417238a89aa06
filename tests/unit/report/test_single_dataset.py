"""The figure of one dataset: each mark of it stands in the legend."""

import numpy as np
import pytest
from matplotlib import pyplot as plt

from tlsglass import fit
from tlsglass.plotting import style


def test_the_crosses_of_the_residuals_are_those_of_the_legend():
    T = np.geomspace(0.05, 0.5, 9)
    figure = fit(T, 0.04 * T**1.9, "thermal_conductivity", relative_error=0.01, scan=False).plot()
    panel = figure.panels[0]
    drawn = {line.get_marker(): line.get_color() for line in panel.residual_panel.axes.get_lines()}
    legend = panel.axes.get_legend()
    named = dict(zip([text.get_text() for text in legend.get_texts()], legend.legend_handles, strict=True))
    (stm,) = (handle for text, handle in named.items() if text.startswith("STM"))
    assert stm.get_marker() == "x"
    assert stm.get_markeredgecolor() == drawn["x"]
    plt.close("all")


def test_a_parameter_that_moves_with_the_window_is_said_to():
    T = np.geomspace(0.05, 2, 20)
    figure = fit(T, 0.04 * T**1.95 / (1 + (T / 0.8) ** 2), "thermal_conductivity").plot()
    named = [text.get_text() for text in figure.panels[0].axes.get_legend().get_texts()]
    assert any(text.startswith("Eq. (3): ") and text.endswith(", moves with the window") for text in named)
    plt.close("all")


def test_residuals_are_in_units_of_the_error_that_the_fit_uses():
    """The error of T and the extra scatter are part of it: residuals in σ then have the χ² of the fit."""
    rng = np.random.default_rng(4)
    T = np.geomspace(0.05, 0.5, 20)
    kappa = 0.03 * (T * (1 + 0.02 * rng.standard_normal(20))) ** 1.9
    for options in ({"temperature_error": "2%"}, {}):  # without the error of T, its scatter is found
        report = fit(T, kappa, "thermal_conductivity", relative_error=1e-4, scan=False, **options)
        panel = report.plot().panels[0].residual_panel
        (shown,) = (line.get_ydata() for line in panel.axes.get_lines() if line.get_marker() == style.OTHER_STYLES[0][1])
        assert np.sum(shown**2) == pytest.approx(report.fit["mu_free"]["chi2"], rel=1e-3)
        assert np.abs(shown).max() < 4
        plt.close("all")
