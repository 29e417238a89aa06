"""Pictures of the app as SVG, drawn by the library."""

from __future__ import annotations

import contextlib
import threading
from typing import TYPE_CHECKING, Any

import numpy as np
from matplotlib import pyplot

from tlsglass.atlas import api
from tlsglass.base import escape
from tlsglass.plotting import data_panel, style
from tlsglass.report import atlas_commands

if TYPE_CHECKING:
    from tlsglass.data.dataset import Dataset
    from tlsglass.report.fit_command import PreparedFit
    from tlsglass.report.fit_report import FitReport
    from tlsglass.report.joint_report import JointReport

drawing = threading.RLock()  # matplotlib's figures are drawn by one thread at a time
MARGIN = 1.12  # of the axis of T beyond the points, a factor, as in ``data_panel``
MAX_TITLE = 60
HEIGHT = 3.4  # of the picture of the points, in inches
N_TEMPERATURES, N_ENERGIES = 41, 61
PANELS = {  # of the atlas
    "specific_heat": ("C (k$_B$ per lattice site)", style.VERMILION),
    "thermal_conductivity": ("κ (arb. units)", style.GREEN),
    "sound_velocity": ("δv/v (γ²/(L$_0$ ρv²))", style.PURPLE),
}


def axes_box() -> tuple[float, float, float, float]:
    """Return left, right, top and bottom of the axes of the data in per cent of the picture, from its upper left corner."""
    with drawing:
        figure = style.Figure.for_fit(height=HEIGHT)
        upper, lower = (panel.axes.get_position() for panel in _both_panels(figure))
        pyplot.close(figure.figure)
    return 100 * upper.x0, 100 * upper.x1, 100 * (1 - upper.y1), 100 * (1 - lower.y0)


def draw_points(prepared: PreparedFit) -> str:
    """Return the picture of the points of a dataset; of a resonator, of f and below it of the loss."""
    with drawing:
        figure = style.Figure.for_fit(height=HEIGHT)
        datasets = [*prepared.partners, prepared.dataset]
        panels = _both_panels(figure)
        for panel, dataset in zip(panels, datasets, strict=False):
            _draw_dataset(panel, dataset)
        if len(datasets) == 1:
            panels[1].axes.set_visible(False)
            upper, lower = (panel.axes.get_position() for panel in panels)
            panels[0].axes.set_position((upper.x0, lower.y0, upper.width, upper.y1 - lower.y0))
            panels[0].axes.tick_params(labelbottom=True)
        panels[len(datasets) - 1].axes.set_xlabel("$T$ (K)")
        return _svg(figure)


def draw_fit(report: FitReport) -> str:
    """Return the picture of the points, the curves of the three models, and the residuals."""
    with drawing:
        figure = style.Figure.for_fit(height=HEIGHT)
        result = report.result
        data_panel.draw_data_and_fits(figure.panels[0], [(report.fit, result.points, result.curves)], alone=True)
        return _svg(figure)


def draw_report(report: FitReport | JointReport, narrow: bool) -> str:
    """Return the figure of a report, in the form for narrow screens where ``narrow``."""
    with drawing:
        with style.Figure.for_narrow_screens() if narrow else contextlib.nullcontext():
            figure = report.plot()
        assert isinstance(figure, style.Figure)
        return _svg(figure)


def draw_atlas(interaction: str, J0_over_h0: float, T_K: float, T0_K: float, h0_K: float, narrow: bool = False) -> str:
    """Return the picture of n(T, E) at a temperature, and of C, κ and δv/v against T, with one standard error of the atlas."""
    (coldest, warmest), _ = api.limits(h0_K, interaction=interaction).values()
    temperatures = np.geomspace(coldest * (1 + 1e-9), warmest * (1 - 1e-9), N_TEMPERATURES)
    energies = np.linspace(0, atlas_commands.MAX_E_T * T_K, N_ENERGIES)
    density = atlas_commands.density_table(J0_over_h0, T_K, energies, h0_K, interaction)
    with drawing:
        with style.Figure.for_narrow_screens() if narrow else contextlib.nullcontext():
            figure = style.Figure(4, "double", 4.6, 2)
        first, *others = figure.panels
        _band(first, density["E_K"], density["n"], density["n"] - density["n_err"], density["n"] + density["n_err"], style.BLUE)
        first.axes.set_xlabel("E (K)")
        first.axes.set_ylabel("n(T, E) (1/K per lattice site)")
        first.axes.set_ylim(0, 1.1 * (density["n"] + density["n_err"]).max())
        for panel, (name, (label, color)) in zip(others, PANELS.items(), strict=True):
            T0 = T0_K if name in atlas_commands.ACOUSTIC else None
            table = atlas_commands.prediction_table(name, [J0_over_h0], temperatures, h0_K, T0, interaction=interaction)
            _band(panel, temperatures, table[name], table["low"], table["high"], color)
            panel.axes.axvline(T_K, color=style.GREY, linewidth=0.7, linestyle=":")
            panel.axes.set_xlabel("T (K)")
            panel.axes.set_ylabel(label)
            panel.logarithmic("x")
            if name != "sound_velocity":
                panel.axes.set_yscale("log")
        return _svg(figure)


def _both_panels(figure: style.Figure) -> list[style.Panel]:
    """Return the panel of the data and the one below it."""
    panel = figure.panels[0]
    assert panel.residual_panel is not None
    return [panel, panel.residual_panel]


def _draw_dataset(panel: style.Panel, dataset: Dataset) -> None:
    """Draw all points of a dataset against temperature."""
    points, options = dataset.all_points, dataset.observable.plot_options
    look: dict[str, Any] = {"color": style.OTHER_STYLES[0][0], "marker": style.OTHER_STYLES[0][1], "markerfacecolor": "white"}
    panel.points(points.T_K, points.value, points.error, "points", label="points", **look)
    panel.axes.set_xlim(points.T_K.min() / MARGIN, points.T_K.max() * MARGIN)
    panel.logarithmic("x", ticks=None)
    if options.scale == "log" and points.value.min() > 0:
        panel.axes.set_yscale("log")
    unit = "" if dataset.unit == "dimensionless" else f" ({dataset.unit})"
    panel.axes.set_ylabel(f"{dataset.observable.symbol}{unit}")
    if panel.residual_panel:
        panel.legend_above(title=escape.to_mathtext(dataset.info["title"], MAX_TITLE))


def _band(panel: style.Panel, x: Any, y: Any, low: Any, high: Any, color: str) -> None:
    """Draw a curve with its band."""
    panel.axes.fill_between(x, low, high, color=color, alpha=0.25, linewidth=0)
    panel.line(x, y, panel.letter, color=color)
    panel.letter_at()


def _svg(figure: style.Figure) -> str:
    try:
        return figure.to_svg()
    finally:
        pyplot.close(figure.figure)
