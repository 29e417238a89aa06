"""Pictures of the app as SVG, drawn by the library."""

from __future__ import annotations

import contextlib
import threading
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
from matplotlib import pyplot

from tlsglass.atlas import api
from tlsglass.base import escape
from tlsglass.commands import atlas_commands
from tlsglass.plotting import data_panel, style

if TYPE_CHECKING:
    from tlsglass.commands.fit_command import PreparedFit
    from tlsglass.data.dataset import Dataset
    from tlsglass.report.fit_report import FitReport, Report

drawing = threading.RLock()  # matplotlib's figures are drawn by one thread at a time
MARGIN = 1.12  # of the axis of T beyond the points, a factor, as in ``data_panel``
MAX_TITLE = 60
MAX_NAMES = 6  # of devices in a legend
HEIGHT = 3.4  # of the picture of the points, in inches
POINTS_TOP = 12.5  # percent of that height above the axes, before a fit: room for three lines of a legend
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
    """Return the picture of the points of a dataset, or of all devices; of a resonator, of f and below it of the loss."""
    with drawing:
        figure = style.Figure.for_fit(height=HEIGHT)
        quantities = prepared.quantities
        panels = _both_panels(figure)
        for panel, datasets in zip(panels, quantities, strict=False):
            _draw_datasets(panel, datasets)
        upper, lower = (panel.axes.get_position() for panel in panels)
        bottom = lower.y0 if len(quantities) == 1 else upper.y0
        panels[0].axes.set_position((upper.x0, bottom, upper.width, 1 - POINTS_TOP / 100 - bottom))
        if len(quantities) == 1:
            panels[1].axes.set_visible(False)
            panels[0].axes.tick_params(labelbottom=True)
        panels[len(quantities) - 1].axes.set_xlabel("$T$ (K)")
        return _svg(figure)


def draw_fit(report: FitReport) -> str:
    """Return the picture of the points, the curves of the three models, and the residuals."""
    with drawing:
        figure = style.Figure.for_fit(height=HEIGHT)
        result = report.result
        data_panel.draw_data_and_fits(figure.panels[0], [(report.fit, result.points, result.curves)], alone=True)
        return _svg(figure)


def draw_report(report: Report, narrow: bool) -> str:
    """Return the figure of a report, in the form for narrow screens where ``narrow``."""
    with drawing:
        with style.Figure.for_narrow_screens() if narrow else contextlib.nullcontext():
            figure = report.plot()
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
        n, error = density["n"], density["n_err"]
        first.band(density["E_K"], n, n - error, n + error, "n", style.BLUE)
        first.axes.set_xlabel("E (K)")
        first.axes.set_ylabel("n(T, E) (1/K per lattice site)")
        first.axes.set_ylim(0, 1.1 * (n + error).max())
        for panel, (name, (label, color)) in zip(others, PANELS.items(), strict=True):
            T0 = T0_K if name in atlas_commands.ACOUSTIC else None
            table = atlas_commands.prediction_table(name, [J0_over_h0], temperatures, h0_K, T0, interaction=interaction)
            panel.band(temperatures, table[name], table["low"], table["high"], name, color)
            panel.axes.axvline(T_K, color=style.GREY, linewidth=0.7, linestyle=":")
            panel.axes.set_xlabel("T (K)")
            panel.axes.set_ylabel(label)
            panel.logarithmic("x")
            if name != "sound_velocity":
                panel.axes.set_yscale("log")
        for panel in figure.panels:
            panel.letter_at()
        return _svg(figure)


def _both_panels(figure: style.Figure) -> list[style.Panel]:
    """Return the panel of the data and the one below it."""
    panel = figure.panels[0]
    assert panel.residual_panel is not None
    return [panel, panel.residual_panel]


def _draw_datasets(panel: style.Panel, datasets: Sequence[Dataset]) -> None:
    """Draw all points of a quantity against temperature, with the names of several devices."""
    first, all_points = datasets[0], [dataset.all_points for dataset in datasets]
    is_logarithmic = first.observable.plot_options.scale == "log" and min(points.value.min() for points in all_points) > 0
    power = style.power_of_ten(max(np.abs(points.value).max() for points in all_points), style.PLAIN_POWER)
    looks = style.OTHER_STYLES if len(datasets) == 1 else tuple(zip(style.PALETTE, style.MARKERS, strict=True))
    for k, (dataset, points) in enumerate(zip(datasets, all_points, strict=True)):
        color, marker = looks[k % len(looks)]
        name = escape.to_mathtext(dataset.name, MAX_TITLE) if 1 < len(datasets) <= MAX_NAMES else "" if k else "points"
        look: dict[str, Any] = {"color": color, "marker": marker, "markerfacecolor": "white"}
        error = None if points.error is None else points.error / 10.0**power
        panel.points(points.T_K, points.value / 10.0**power, error, dataset.name, label=name, **look)
    low, high = (choose(float(choose(points.T_K)) for points in all_points) for choose in (min, max))
    panel.axes.set_xlim(low / MARGIN, high * MARGIN)
    panel.logarithmic("x", ticks=None)
    if is_logarithmic:
        panel.axes.set_yscale("log")  # which sets the limits
        panel.logarithmic("y", ticks=None)
    unit = "" if first.unit == "dimensionless" else first.unit
    panel.axes.set_ylabel(style.label_axis(first.observable.symbol, unit, power))
    if panel.residual_panel:
        several = f"{len(datasets)} {'powers' if first.selection else 'devices'}"
        title = first.info["title"] if len(datasets) == 1 else several
        panel.legend_above(title=escape.to_mathtext(title, MAX_TITLE), ncols=min(len(datasets), 3))


def _svg(figure: style.Figure) -> str:
    try:
        return figure.to_svg()
    finally:
        pyplot.close(figure.figure)
