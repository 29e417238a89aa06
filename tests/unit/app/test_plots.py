"""Pictures of the app: curves of the atlas, and axes under which the slider of the window lies."""

import re

import pytest

from tlsglass.app import plots


def test_the_atlas_is_drawn_wide_and_narrow():
    wide, narrow = (plots.draw_atlas("gaussian", 0.15, 0.1, 0.2, 10.0, narrow) for narrow in (False, True))
    (width, height), (narrow_width, narrow_height) = (
        map(float, re.search(r'viewBox="0 0 ([\d.]+) ([\d.]+)"', svg).groups()) for svg in (wide, narrow)
    )
    assert width > height
    assert narrow_width < narrow_height
    for svg in (wide, narrow):
        assert "E (K)" in svg


def test_the_box_is_that_of_the_axes():
    left, right, top, bottom = plots.axes_box()
    assert 0 < left < right < 100
    assert 0 < top < bottom < 100
    assert right - left == pytest.approx(100 * (3.375 - 0.62 - 0.2) / 3.375)
