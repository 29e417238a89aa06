"""Panels of measured data: contours held against χ² itself, and what stands out is what it says."""

import json
from functools import cache
from itertools import combinations

import numpy as np
import pandas as pd
import pytest
from matplotlib import pyplot as plt
from matplotlib.colors import to_hex
from matplotlib.legend import Legend
from scipy import special

from shared import DATASET_SCHEMA, PUBLISHED, ROOT
from tlsglass.data.dataset import load_dataset
from tlsglass.fitting.problem import FitProblem
from tlsglass.fitting.result import fit_dataset
from tlsglass.plotting import data_panel, style, window_panel
from tlsglass.report import fit_report


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
    offset = window_panel._ellipse(fit, "a", 2.30, n=401) - [[0.05], [3.0]]
    np.testing.assert_allclose(np.sum(offset * np.linalg.solve(covariance, offset), axis=0), 2.30)
    np.testing.assert_allclose(np.ptp(offset, axis=1), 2 * np.sqrt(2.30) * np.array([0.02, 0.5]), rtol=1e-3)  # all of it


def test_the_ellipses_contain_what_their_labels_state():
    """Of normal numbers with this covariance, 68.3 % and 95 % lie within them."""
    fit = {"observable": "thermal_conductivity", "rejected": False, "bounds": {}}
    free = {"values": {"mu": 0.05, "kappa_1K": 0.03}, "errors_scaled": {"mu": 0.02, "kappa_1K": 0.001}, "at_bounds": []}
    fit["mu_free"] = free | {
        "correlations": {"mu": {"kappa_1K": 0.9}},
        "states": {"mu": "interval"},
        "intervals_scaled": {"mu": (0.03, 0.07)},
    }
    figure = style.Figure()
    window_panel.draw_correlation(figure.panels[0], fit)
    record = pd.DataFrame(figure.record, columns=["panel", "series", "kind", "x", "y", "y_err"])
    for percent, probability in ((68, 0.6827), (95, 0.95)):
        drawn = record[record["series"] == f"kappa_1K: {percent} % of the covariance"]
        offset = np.array([drawn["x"] - 0.05, drawn["y"] - 0.03]) / [[0.02], [0.001]]
        chi2 = np.sum(offset * np.linalg.solve([[1, 0.9], [0.9, 1]], offset), axis=0)
        np.testing.assert_allclose(chi2, special.chdtri(2, 1 - probability), rtol=1e-3)


def test_the_ellipse_of_a_fit_is_where_its_chi2_has_risen():
    loaded = load_dataset(ROOT / "config/experiments/stycast1266_thermal_conductivity", DATASET_SCHEMA)
    fit = FitProblem.from_dataset(loaded).fit()
    points = loaded.points
    rise = 2.30 * fit.scale**2
    for mu, kappa in window_panel._ellipse(vars(fit), "kappa_1K", 2.30, n=20).T:
        model = loaded.model(points.T_K, {"mu": mu, "kappa_1K": kappa})
        chi2 = np.sum(((model - points.value) / points.error) ** 2)
        assert chi2 - fit.chi2 == pytest.approx(rise, rel=0.05)


def test_the_scan_fills_the_window_of_the_fit_and_no_other():
    windows = pd.DataFrame(
        [(T_min, T_max, 8, 0.1, 0.01, 0.02, 1.0) for T_min in (0.05, 0.1) for T_max in (0.3, 0.4, 0.5)],
        columns=["T_min_K", "T_max_K", "n_points", "mu", "mu_err", "mu_err_scaled", "misfit"],
    )
    windows["mu"] += 0.01 * np.arange(6)
    figure = style.Figure()
    window_panel.draw_window_scan(figure.panels[0], {"fitted_K": [0.1, 0.4]}, windows)
    drawn = {}
    for container in figure.panels[0].axes.containers:
        face = container.lines[0].get_markerfacecolor()
        drawn |= {(float(x), round(float(y), 6)): face for x, y in zip(*container.lines[0].get_data(), strict=True)}
    assert len(drawn) == 6
    filled = {point: to_hex(face).upper() for point, face in drawn.items() if face != "white"}
    assert filled == {(0.4, 0.14): style.PALETTE[1]}
    assert [row[1:4] for row in figure.record if "the fit" in row[1]] == [("from 0.1 K: the fit", "points", 0.4)]


ROW = ["T_min_K", "T_max_K", "n_points", "mu", "mu_err", "mu_err_scaled", "misfit", "fixed"]


def scanned(rows, bounds=(-0.9, 1.5), **fit):
    """Return what ``window_scan`` draws of windows (upper end, µ, its error, misfit): its axes, its record, and what is due."""
    windows = pd.DataFrame([(0.05, T, 10, mu, error, error, misfit, "") for T, mu, error, misfit in rows], columns=ROW)
    figure = style.Figure()
    fit = {"fitted_K": [0.05, 9.0], "bounds": {"mu": list(bounds)}} | fit
    notes = window_panel.draw_window_scan(figure.panels[0], fit, windows)
    return figure.panels[0].axes, pd.DataFrame(figure.record, columns=["panel", "series", "kind", "x", "y", "y_err"]), notes


def test_a_window_that_ends_on_a_bound_is_a_limit_and_one_that_ends_on_both_is_not_constrained():
    axes, record, notes = scanned([(0.3, 0.2, 0.1, 1), (0.4, -0.6, 0.4, 1), (0.5, 0.3, 2.0, 1)])
    assert notes == {"limit", "not constrained"}
    assert dict(zip(record["x"], zip(record["series"], record["y"], strict=True), strict=True)) == {
        0.3: ("from 0.05 K", 0.2),
        0.4: ("from 0.05 K, upper limit", pytest.approx(-0.6 + 1.96 * 0.4)),
    }
    (arrow,) = axes.texts
    assert (arrow.xy, arrow.xyann) == ((0.4, axes.get_ylim()[0]), (0.4, pytest.approx(0.184)))  # -0.9 is outside of the panel
    dotted = [(lines.get_segments()[0], lines.get_linestyle()) for lines in axes.collections if lines.get_linestyle()[0][1]]
    assert [segment[0, 0] for segment, _ in dotted] == [0.5]
    np.testing.assert_allclose(dotted[0][0][:, 1], axes.get_ylim())  # all that the panel shows


def test_windows_have_no_limit_where_the_fit_has_none():
    fit = {"errors_given": False, "mu_free": {"states": {"mu": "not constrained"}, "errors": {"mu": 0.4}}}
    fit["mu_free"] |= {"intervals_scaled": {}, "intervals_95_scaled": {}}
    _, record, notes = scanned([(0.3, 0.2, 0.1, 1), (0.4, -0.6, 0.4, 1)], **fit)
    assert notes == {"not constrained"}
    assert list(record["x"]) == [0.3]


def test_what_lies_far_outside_of_what_is_known_well_is_a_bar_and_stretches_no_axis():
    well = [(0.1 * k, 0.1, 0.01, 1) for k in range(3, 9)]
    axes, record, notes = scanned([(0.2, 0.8, 0.3, 1), *well])
    assert notes == {"outside"}
    assert axes.get_ylim()[1] < 0.15
    assert list(record["x"]) == [T for T, *_ in well]


@pytest.mark.parametrize("ends", [(0.3, 0.35, 0.4), (0.3, 0.9, 3.0), (0.3,)])
def test_all_windows_lie_within_the_panel(ends):
    axes, record, _ = scanned([(T, 0.2, 0.1, 1) for T in ends])
    low, high = axes.get_xlim()
    assert all(low < T < high for T in ends)
    assert high - low < 1.5 * (max(ends) - min(ends)) or len(ends) == 1
    assert list(record["x"]) == list(ends)


@pytest.mark.parametrize(("misfit", "faint"), [(1.2, False), (3.0, True)])
def test_a_window_whose_fit_misses_the_points_is_faint(misfit, faint):
    model = {"errors": {"mu": 0.1, "a": 0.1}, "intervals_scaled": {}, "intervals_95_scaled": {}, "acceptable": False}
    model |= {"max_reduced_chi2": 20.0}  # which counts only if the model describes the points of the fit
    axes, record, notes = scanned([(0.3, 0.2, 0.1, misfit), (0.4, 0.2, 0.1, 1)], mu_free=model, errors_given=True)
    assert notes == ({"rejected"} if faint else set())
    drawn = {float(bar.lines[0].get_xdata()[0]): bar.lines[0].get_alpha() for bar in axes.containers}
    assert drawn[0.3] == (window_panel.FAINT_ALPHA if faint else 1.0)
    assert drawn.get(0.4, 1.0) == 1.0
    assert sum("void" in series for series in record["series"]) == faint


@pytest.mark.parametrize(("misfit", "windows"), [(1.2, [0.3, 0.4]), (3.0, [0.3])])
def test_a_window_whose_fit_misses_the_points_has_no_limit(misfit, windows):
    """The interval of the second window contains the lower bound of the fit."""
    model = {"errors": {"mu": 0.1, "a": 0.1}, "intervals_scaled": {}, "intervals_95_scaled": {}, "acceptable": False}
    model |= {"max_reduced_chi2": 20.0}  # which counts only if the model describes the points of the fit
    rows = [(0.3, 0.2, 0.1, 1), (0.4, -0.3, 0.25, misfit)]
    _, record, notes = scanned(rows, bounds=(-0.5, 0.5), mu_free=model, errors_given=True)
    assert sorted(record["x"]) == windows
    assert notes == ({"limit"} if len(windows) == 2 else set())


def test_the_limit_of_a_fit_that_describes_the_points_is_drawn_whatever_its_chi2():
    """Errors that are somewhat too small, as neighboring points show, reject neither the fit nor a window like it."""
    ends = {"intervals_scaled": {"mu": [-0.5, -0.05]}, "intervals_95_scaled": {"mu": [-0.5, 0.2]}}
    model = ends | {"errors": {"mu": 0.1, "a": 0.1}, "acceptable": True, "max_reduced_chi2": 4.0}
    rows = [(0.3, 0.2, 0.1, 1), (0.4, -0.3, 0.25, 1.9), (0.5, -0.3, 0.25, 2.5), (9.0, -0.3, 0.25, 2.1)]
    _, record, notes = scanned(rows, bounds=(-0.5, 0.5), mu_free=model, errors_given=True)
    assert sorted(record["x"]) == [0.3, 0.4, 9.0]
    assert notes == {"limit"}


def test_the_window_of_the_fit_has_the_interval_of_the_fit():
    ends = {"intervals_scaled": {"mu": [0.05, 0.6]}, "intervals_95_scaled": {"mu": [-0.1, 0.9]}}
    axes, *_ = scanned([(0.3, 0.2, 0.1, 1), (9.0, 0.2, 0.1, 1)], mu_free={"errors": {}} | ends, errors_given=False)
    bars = {}
    for bar in axes.containers:
        bars |= {float(path[0, 0]): path[:, 1] for path in bar.lines[2][0].get_segments()}
    np.testing.assert_allclose(bars[0.3], [0.1, 0.3])
    np.testing.assert_allclose(bars[9.0], [0.05, 0.6])


def test_of_a_model_that_misses_the_points_the_legend_says_just_that_and_no_ellipse_is_drawn():
    fit = fitted("stycast2850_thermal_conductivity")
    assert fit["rejected"]
    assert window_panel.most_correlated_parameter(fit) is None
    figure = style.Figure()
    _, points, curves = result("stycast1266_thermal_conductivity")
    data_panel.draw_data_and_fits(figure.panels[0], [(fit, points, curves)], alone=True)
    legend = figure.panels[0].axes.get_legend()
    labels = [text.get_text() for text in legend.get_texts()]
    assert [text.split(" (χ")[0] for text in labels[:3]] == [
        f"{name}: misses the points" for name in ("Eq. (3)", "STM", "atlas")
    ]
    assert labels[3] == "measured points, errors assumed"
    assert "(control)" in legend.get_title().get_text()


def test_sweeps_of_a_driven_resonator_have_symbols_of_their_own():
    fit = json.loads((PUBLISHED / "experiments/argonne_resonator_loss/fit.json").read_text(encoding="utf-8"))
    powers = np.repeat([-50.0, -40.0, -30.0, -20.0, -10.0], 2)
    points = pd.DataFrame({"T_K": [0.1, 1.0] * 5, "value": 1e-5 * (1 + np.arange(10)), "error": 1e-7, "sweep": powers})
    curves = points[["T_K"]].assign(mu_free=1e-5, stm=2e-5, atlas=3e-5)
    figure = style.Figure()
    points["fitted"] = points["T_K"] < 0.5
    data_panel.draw_data_and_fits(figure.panels[0], [(fit | {"sweep": "power (dBm)"}, points, curves)], alone=True)
    markers = {}
    for bar in figure.panels[0].axes.containers:
        (sweep,) = points["sweep"][points["value"] == bar.lines[0].get_ydata()[0]]
        markers.setdefault(sweep, set()).add(bar.lines[0].get_marker())
    assert len(markers) == len(set.union(*markers.values())) == 5
    legend = figure.panels[0].axes.get_legend()
    assert legend.get_title().get_text() == "power (dBm)"
    assert [text.get_text() for text in legend.get_texts()] == ["−50", "−40", "−30", "−20", "−10"]


def overlaps(figure):
    """Return pairs of words of a figure that lie on each other."""
    figure.figure.canvas.draw()
    panels = [shown for panel in figure.panels for shown in (panel, panel.residual_panel) if shown]
    texts = []
    for panel in panels:
        ax = panel.axes
        tick_labels = [(label, label.get_position()[0], ax.get_xlim()) for label in ax.get_xmajorticklabels()]
        tick_labels += [(label, label.get_position()[1], ax.get_ylim()) for label in ax.get_ymajorticklabels()]
        ticks = [label for label, at, (low, high) in tick_labels if low <= at <= high]
        legends = [text for legend in ax.findobj(Legend) for text in (*legend.get_texts(), legend.get_title())]
        texts += [text for text in (*ticks, *legends, *ax.texts, ax.xaxis.label, ax.yaxis.label) if text.get_text()]
    boxes = [(text.get_text(), text.get_window_extent()) for text in texts if text.get_visible()]
    width, height = figure.figure.canvas.get_width_height()
    outside = [
        (text, "the page") for text, box in boxes if not (0 <= box.x0 and box.x1 <= width and 0 <= box.y0 <= box.y1 <= height)
    ]
    small = [(text.get_text(), "small") for text in texts if text.get_fontsize() < 7 and "$" not in text.get_text()]
    return outside + small + [(a, b) for (a, box_a), (b, box_b) in combinations(boxes, 2) if box_a.overlaps(box_b)]


@pytest.mark.parametrize(
    "name", ["stycast1266_thermal_conductivity", "stycast2850_thermal_conductivity", "nachman_cfrp_thermal_conductivity"]
)
def test_no_words_of_the_figure_of_a_fit_lie_on_each_other(name):
    loaded = load_dataset(ROOT / "config/experiments" / name, DATASET_SCHEMA)
    assert overlaps(fit_report.FitReport(fit_dataset(loaded)).plot()) == []


def result(name):
    """The fit of a dataset, with two points and a curve that are easily recalculated."""
    fit = fitted(name)
    points = pd.DataFrame({"T_K": [0.1, 0.2], "value": [3e-4, 5e-4], "error": [1e-5, 2e-5], "fitted": [True, False]})
    curves = {"mu_free": [4e-4, 5e-4], "stm": [3e-4, 2e-4], "atlas": [3e-4, 4e-4]}
    return fit, points, pd.DataFrame({"T_K": [0.1, 0.2]} | curves)


@cache
def fitted(name):
    return fit_dataset(load_dataset(ROOT / "config/experiments" / name, DATASET_SCHEMA), scan=False).fit


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
    data_panel.draw_data_and_fits(figure.panels[0], [result(name)], alone)
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
