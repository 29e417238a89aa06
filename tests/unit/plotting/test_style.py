"""The one look of all figures: what colour, shape and filling say, and the record of what a figure shows."""

from types import SimpleNamespace

import numpy as np
import pandas as pd
import pytest
from matplotlib import colors

from tlsglass.plotting import style


@pytest.mark.parametrize(("L", "filled"), [(12, True), (8, False), (6, False)])
def test_the_largest_lattice_alone_is_filled_with_the_colour_of_its_coupling(L, filled):
    look = style.series_style(L, 3.0, [2.0, 3.0], [6, 8, 12])
    assert look["color"] == style.PALETTE[1]
    assert look["marker"] == style.MARKERS[1]
    assert look["markerfacecolor"] == (style.PALETTE[1] if filled else "white")


@pytest.mark.parametrize(("L", "filled"), [(12, True), (8, False)])
def test_a_marker_is_drawn_as_its_set_says(L, filled):
    figure = style.Figure()
    figure.panels[0].points([1.0], [1.0], [0.1], "one", **style.series_style(L, 2.0, [2.0], [8, 12]))
    (marker,) = [line for line in figure.panels[0].axes.lines if line.get_marker() == style.MARKERS[0]]
    assert colors.same_color(marker.get_markerfacecolor(), style.BLUE if filled else "white")


def test_points_without_a_marker_of_their_own_are_drawn():
    figure = style.Figure()
    figure.panels[0].points([1.0], [1.0], None, "points")
    assert [line.get_marker() for line in figure.panels[0].axes.lines] == ["o"]


def test_couplings_are_told_apart_by_colour_and_by_shape():
    looks = [style.series_style(8, J0, [1.0, 2.0, 3.0], [8]) for J0 in (1.0, 2.0, 3.0)]
    assert len({look["color"] for look in looks}) == len({look["marker"] for look in looks}) == 3


def test_what_is_drawn_is_saved_beside_the_picture(tmp_path):
    figure = style.Figure(2)
    first, second = figure.panels
    first.points([1.0, 2.0], np.array([3.0, 4.0]), [0.1, 0.2], "measured")
    second.line([1.0, 2.0], [5.0, 6.0], "law")
    second.bars([7.0], [0.0], [0.5], "bar")
    outputs = SimpleNamespace(**{kind: tmp_path / f"f.{kind}" for kind in ("svg", "png", "csv")})
    figure.save(outputs)
    saved = pd.read_csv(outputs.csv)
    assert list(saved["panel"]) == ["a", "a", "b", "b", "b"]
    assert list(saved["kind"]) == ["points", "points", "line", "line", "points"]
    assert list(saved["y"]) == [3.0, 4.0, 5.0, 6.0, 7.0]
    assert saved["y_err"].isna().tolist() == [False, False, True, True, False]
    assert outputs.svg.read_text(encoding="utf-8").startswith("<?xml")
    assert outputs.png.read_bytes().startswith(b"\x89PNG")


@pytest.mark.parametrize(
    ("largest", "power", "label"),
    [(3.2e-4, -4, "κ ($10^{-4}$ W)"), (0.05, 0, "κ (W)"), (200.0, 0, "κ (W)"), (1e3, 3, "κ ($10^{3}$ W)"), (0.0, 0, "κ (W)")],
)
def test_numbers_on_an_axis_are_short(largest, power, label):
    assert style.power_of_ten(largest, plain=2) == power
    assert style.label_axis("κ", "W", power) == label
    assert style.label_axis("κ", "", power) == label.replace(" W)", ")").replace(" (W)", "")
