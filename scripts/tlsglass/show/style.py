"""How every figure looks, and the record of what it shows.

A figure is drawn through ``Figure``: what a panel draws is also written to the CSV beside the picture.
"""

import matplotlib

matplotlib.use("Agg")

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
from matplotlib import ticker

from tlsglass.base import files

WIDTH = {"single": 3.375, "double": 7.0}  # inches: one and two columns of Physical Review
BLUE, VERMILION, GREEN, PURPLE, ORANGE = "#0072B2", "#D55E00", "#009E73", "#CC79A7", "#E69F00"
GREY = "#888888"
PALETTE = (BLUE, VERMILION, GREEN, PURPLE, ORANGE)  # Okabe and Ito: told apart by the colour-blind
MARKERS = ("o", "s", "^", "D", "v")
OTHERS = ((GREEN, "^"), (PURPLE, "D"), (ORANGE, "v"))  # of what is no (L, J0): colours and markers that no coupling has

RC = {
    "font.family": "sans-serif",
    "font.sans-serif": ["DejaVu Sans"],
    "font.size": 8,
    "axes.labelsize": 8,
    "axes.linewidth": 0.6,
    "xtick.labelsize": 7,
    "ytick.labelsize": 7,
    "xtick.direction": "in",
    "ytick.direction": "in",
    "xtick.top": True,
    "ytick.right": True,
    "xtick.major.width": 0.6,
    "ytick.major.width": 0.6,
    "xtick.minor.width": 0.4,
    "ytick.minor.width": 0.4,
    "legend.fontsize": 7,
    "legend.frameon": False,
    "legend.handlelength": 1.6,
    "legend.labelspacing": 0.3,
    "lines.linewidth": 1.0,
    "lines.markersize": 3.2,
    "mathtext.fontset": "dejavusans",
    "svg.hashsalt": "tlsglass",  # the same figure gives the same file
    "svg.fonttype": "path",  # glyphs are outlines in the file: the same letters wherever it is opened
    "savefig.dpi": 300,
}


def of_set(L, J0, couplings, sizes):
    """Return the colour and marker of a set: J0 has the colour and the shape, the largest lattice is filled."""
    index = list(couplings).index(J0)
    colour = PALETTE[index % len(PALETTE)]
    fill = colour if L == max(sizes) else "white"
    return {"color": colour, "marker": MARKERS[index % len(MARKERS)], "markerfacecolor": fill}


class Panel:
    """One set of axes; ``points`` and ``line`` draw a series and record it under the panel's letter."""

    def __init__(self, letter, axes, record):
        self.letter, self.axes, self.record = letter, axes, record

    def points(self, x, y, error, series, **style):
        style = {"linestyle": "none", "elinewidth": 0.6, "capsize": 1.2, "capthick": 0.6, "markeredgewidth": 0.7} | style
        self.axes.errorbar(x, y, yerr=error, **style)
        self._record(series, "points", x, y, error)

    def bars(self, x, y, error, series, **style):
        """Draw points with horizontal error bars at the heights ``y``; the record holds (position, value, error)."""
        style = {"linestyle": "none", "elinewidth": 0.6, "capsize": 1.2, "capthick": 0.6, "markeredgewidth": 0.7} | style
        self.axes.errorbar(x, y, xerr=error, **style)
        self._record(series, "points", y, x, error)

    def rows(self, names):
        """Name the heights 0, 1, ... from the top down."""
        self.axes.set_yticks(range(len(names)), names)
        self.axes.set_ylim(len(names) - 0.4, -0.6)
        self.axes.tick_params(axis="y", length=0)

    def line(self, x, y, series, **style):
        self.axes.plot(x, y, **style)
        self._record(series, "line", x, y, np.full(np.shape(x), np.nan))

    def logarithmic(self, *axes, ticks=(1, 2, 5)):
        """Make ``axes`` ("x", "y") logarithmic, with ``ticks`` of each decade written as plain numbers."""
        for name in axes:
            getattr(self.axes, f"set_{name}scale")("log")
            axis = getattr(self.axes, f"{name}axis")
            axis.set_major_locator(ticker.LogLocator(subs=ticks))
            axis.set_major_formatter(ticker.FuncFormatter(lambda value, _: f"{value:g}"))
            axis.set_minor_locator(ticker.LogLocator(subs=range(1, 10)))
            axis.set_minor_formatter(ticker.NullFormatter())

    def letter_at(self, x=0.03, y=0.97, **style):
        place = {"transform": self.axes.transAxes, "va": "top", "ha": "left", "weight": "bold"} | style
        self.axes.text(x, y, f"({self.letter})", **place)

    def inset(self, letter, bounds):
        """Return an inset panel at ``bounds`` (x, y, width, height) of this one's axes."""
        axes = self.axes.inset_axes(bounds)
        axes.tick_params(pad=1.5)
        return Panel(letter, axes, self.record)

    def _record(self, series, kind, x, y, error):
        error = np.broadcast_to(np.nan if error is None else error, np.shape(x))
        rows = zip(np.asarray(x, float), np.asarray(y, float), np.asarray(error, float), strict=True)
        self.record.extend((self.letter, series, kind, *row) for row in rows)


class Figure:
    """Rows of panels lettered a, b, ... at journal column width."""

    def __init__(self, panels=1, width="single", height=2.5, rows=1, **subplots):
        plt.rcParams.update(RC)
        self.record = []
        size = {"figsize": (WIDTH[width], height), "layout": "constrained", "squeeze": False}
        self.figure, axes = plt.subplots(rows, panels // rows, **size, **subplots)
        self.panels = [Panel("abcdef"[k], ax, self.record) for k, ax in enumerate(axes.flat)]

    def save(self, outputs):
        """Write ``outputs.svg``, ``outputs.png`` and, with the numbers, ``outputs.csv``; each whole or not at all."""
        with files.whole(outputs.svg) as part:
            self.figure.savefig(part, format="svg", metadata={"Date": None})
        with files.whole(outputs.png) as part:
            self.figure.savefig(part, format="png", metadata={"Software": None})
        columns = ["panel", "series", "kind", "x", "y", "y_err"]
        files.write_csv(outputs.csv, pd.DataFrame(self.record, columns=columns))
        plt.close(self.figure)
