"""Where the panels of a figure lie in its SVG, so that a narrow screen can show them one below the other."""

import itertools
import re
from pathlib import Path
from typing import NamedTuple
from urllib.parse import quote

from markupsafe import Markup

LEAST_GAP = 24.0  # points: panels that are closer share an axis, and stay together
ASCENT = 8.0  # of turned words, to the left of where they stand
OVERHANG = 10.0  # the last tick label reaches so far beyond its axes
HEAD = 12.0  # what stands above axes: a title, or half a tick label
LEGEND = 28.0  # points above the highest panel: more is a legend of the whole figure
LAST_WORDS = 48.0  # so far its last words reach

AXES = re.compile(
    r'<g id="axes_\d+">\s*(?:<g id="patch_\d+">\s*)?<path d="M ?([\d.]+) ([\d.]+)\s*L ?([\d.]+) [\d.]+\s*L ?[\d.]+ ([\d.]+)'
)
OUTLINED = re.compile(r"translate\(([\d.]+) ([\d.]+)\)( rotate\(-90\))?")  # words as outlines, or with mathematics
WRITTEN = re.compile(
    r'<text style="[^"]*?([\d.]+)px[^"]*?(?:anchor: (\w+))?" x="([\d.]+)" y="([\d.]+)"'
    r'(?: transform="rotate\(-(\d+) [^>]*)?>([^<]*)'
)
LETTER = 0.6  # width of a letter in its height


class Box(NamedTuple):
    """A part of a picture, in points from its upper left."""

    x: float
    y: float
    width: float
    height: float


def data_uri(svg):
    """Return an SVG (text) as the address of a picture, to stand between double quotes: a quarter shorter than base64."""
    flat = " ".join(svg.split())
    if "'" not in flat:
        flat = flat.replace('"', "'")
    return Markup("data:image/svg+xml," + quote(flat, safe=" !$'()*+,-./:;=?@_~<>"))


def size(svg):
    """Return width and height of an SVG of matplotlib in points."""
    box = svg[:2000].split('viewBox="', 1)[1].split('"', 1)[0].split()
    return float(box[2]), float(box[3])


def read(path):
    return Path(path).read_text(encoding="utf-8")


def words(svg):
    """Return [(left end, baseline)] of all words in points; of turned ones, where they reach to the left."""
    found = [(float(x) - (ASCENT if turned else 1.0), float(y)) for x, y, turned in OUTLINED.findall(svg)]
    for height, anchor, x, y, turned, text in WRITTEN.findall(svg):
        share = {"end": 1.0, "middle": 0.5}.get(anchor, 0.0)
        found.append((float(x) - (ASCENT if turned == "90" else 1.0 + share * LETTER * float(height) * len(text)), float(y)))
    return [(x, y) for x, y in found if y > 2]  # at 0 to 2: glyphs within a word


def panels(svg):
    """Return the Box of every panel with its labels, in the order of reading; one Box for a figure that is not to be cut."""
    width, height = size(svg)
    axes = _without_insets([(x0, y1, x1, y0) for x0, y0, x1, y1 in (map(float, found) for found in AXES.findall(svg))])
    said = words(svg)
    rows = _cuts([(top, bottom) for _, top, _, bottom in axes], height, lambda one, two: two[0] - HEAD)

    def before_words(one, two):
        """Return where the labels of the right panel begin."""
        return max(one[1], min([one[1] + OVERHANG, *(x for x, _ in said if one[1] < x < two[0])]))

    columns = _cuts([(left, right) for left, _, right, _ in axes], width, before_words)
    whole = [Box(0.0, 0.0, width, height)]
    if len(columns) < 2:
        return whole
    above = min(top for _, top, _, _ in axes)
    if above < LEGEND:
        return [Box(x0, y0, x1 - x0, y1 - y0) for y0, y1 in rows for x0, x1 in columns]
    head = above - 13.0
    legend = [x for x, y in said if y < head]
    if not legend:
        return whole
    left, right = max(min(legend) - 30.0, 0.0), min(max(legend) + LAST_WORDS, width)
    rows[0] = (head, rows[0][1])
    return [Box(left, 0.0, right - left, head), *(Box(x0, y0, x1 - x0, y1 - y0) for y0, y1 in rows for x0, x1 in columns)]


def _without_insets(axes):
    def inside(a, b):
        return a != b and b[0] <= a[0] and b[1] <= a[1] and a[2] <= b[2] and a[3] <= b[3]

    return [a for a in dict.fromkeys(axes) if not any(inside(a, b) for b in axes)]


def _cuts(spans, end, cut):
    """Return the parts (low, high) of 0 to ``end`` that hold ``spans``; those closer than LEAST_GAP are in one.

    ``cut`` of two neighbours is where the first part ends.
    """
    parts = []
    for low, high in sorted(set(spans)):
        if parts and low - parts[-1][1] < LEAST_GAP:
            parts[-1] = (parts[-1][0], max(high, parts[-1][1]))
        else:
            parts.append((low, high))
    edges = [0.0, *(cut(one, two) for one, two in itertools.pairwise(parts)), end]
    return list(itertools.pairwise(edges))
