"""How every figure looks, and the record of what it shows.

A figure is drawn through ``Figure``: what a panel draws is also written to the CSV beside the picture.
"""

import io

import matplotlib

matplotlib.use("Agg")

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
from matplotlib import ticker, transforms

from tlsglass.base.io import atomic_write, write_csv, write_text
from tlsglass.plotting import svg_minify

WIDTH = {"single": 3.375, "double": 7.0}  # inches: one and two columns of Physical Review
BLUE, VERMILION, GREEN, PURPLE, ORANGE = "#0072B2", "#D55E00", "#009E73", "#CC79A7", "#E69F00"
GREY = "#888888"
PALETTE = (BLUE, VERMILION, GREEN, PURPLE, ORANGE)  # Okabe and Ito: told apart by the colour-blind
MARKERS = ("o", "s", "^", "D", "v")
OTHER_STYLES = ((GREEN, "^"), (PURPLE, "D"), (ORANGE, "v"))  # of what is no (L, J0): colours and markers that no coupling has

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
    "svg.fonttype": "none",  # text is text in the file: it can be searched, read aloud, and set anew by a journal
    "savefig.dpi": 300,
}


def format_plain(value):
    """Write the number of a tick: 0.05, 300, 2·10⁻⁵; with a true minus sign."""
    if value == 0 or 1e-4 < abs(value) < 1e5:
        return f"{value:g}".replace("-", "\N{MINUS SIGN}")
    mantissa, power = f"{value:.0e}".split("e")
    mantissa = "" if mantissa == "1" else f"{mantissa}·".replace("-", "\N{MINUS SIGN}")
    return f"{mantissa}$10^{{{int(power)}}}$"


def _enough(low, high):
    """Return the fewest ticks of a decade that give three numbers between ``low`` and ``high``, on a logarithmic axis."""
    for subs in ((1,), (1, 3), (1, 2, 5), (1, 1.5, 2, 3, 5, 7), range(1, 10), np.arange(10, 100, 2) / 10):
        decades = 10.0 ** np.arange(np.floor(np.log10(low)), np.ceil(np.log10(high)) + 1)
        if np.sum([(low <= s * decades) & (s * decades <= high) for s in subs]) >= 3:
            return subs
    return np.arange(10, 100) / 10


def series_style(L, J0, couplings, sizes):
    """Return the colour and marker of a set: J0 has the colour and the shape, the largest lattice is filled."""
    index = list(couplings).index(J0)
    colour = PALETTE[index % len(PALETTE)]
    fill = colour if L == max(sizes) else "white"
    return {"color": colour, "marker": MARKERS[index % len(MARKERS)], "markerfacecolor": fill}


class Panel:
    """One set of axes; ``points`` and ``line`` draw a series and record it under the panel's letter."""

    def __init__(self, letter, axes, record):
        self.letter, self.axes, self.record = letter, axes, record
        self.residual_panel = None  # the panel of its residuals, if there is one

    def points(self, x, y, error, series, ends=None, **style):
        """Draw and record points; their error bars reach to ``ends`` (low, high) where these are given."""
        style = {"linestyle": "none", "elinewidth": 0.6, "capsize": 1.2, "capthick": 0.6, "markeredgewidth": 0.7} | style
        shown = error if ends is None else np.abs(np.asarray(ends, dtype=float) - np.asarray(y, dtype=float))
        self.axes.errorbar(x, y, yerr=shown, **style)
        self._record(series, "points", x, y, error)

    def limit(self, x, end, bound, series, color, alpha=1.0, linewidth=0.7, zorder=2, transform=None):
        """Draw and record a limit: what is sought lies between ``end``, a bar, and ``bound``, to which an arrow points."""
        arrow = {"arrowstyle": "->", "mutation_scale": 5, "shrinkA": 0, "shrinkB": 0, "linewidth": linewidth}
        look = {"color": color, "alpha": alpha, "zorder": zorder}
        place = transform or self.axes.transData
        self.axes.annotate("", (x, bound), (x, end), xycoords=place, textcoords=place, arrowprops=arrow | look)
        self.axes.plot([x], [end], marker="_", markersize=5, transform=place, **look)
        self._record(series, "points", [x], [end], None)

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
        """Make ``axes`` ("x", "y") logarithmic, with ``ticks`` of each decade written as plain numbers.

        With ``ticks`` None there are as many as the limits, which must be set, need for three numbers.
        """
        for name in axes:
            getattr(self.axes, f"set_{name}scale")("log")
            axis = getattr(self.axes, f"{name}axis")
            axis.set_major_locator(ticker.LogLocator(subs=ticks or _enough(*getattr(self.axes, f"get_{name}lim")())))
            axis.set_major_formatter(ticker.FuncFormatter(lambda value, _: format_plain(value)))
            axis.set_minor_locator(ticker.LogLocator(subs=range(1, 10)))
            axis.set_minor_formatter(ticker.NullFormatter())

    def letter_at(self, x=0.03, y=0.97, **style):
        place = {"transform": self.axes.transAxes, "va": "top", "ha": "left", "weight": "bold"} | style
        self.axes.text(x, y, f"({self.letter})", **place)

    def legend_above(self, ncols=1, **options):
        """Put the legend above the axes: it covers no point, and stretches no axis."""
        look = {"loc": "lower left", "bbox_to_anchor": (-0.03, 1.0), "borderaxespad": 0.1, "columnspacing": 1.0}
        look |= {"title_fontsize": 7, "alignment": "left", "labelspacing": 0.15, "handlelength": 1.5, "handletextpad": 0.5}
        return self.axes.legend(ncols=ncols, **look | options)

    def letter_left_of_legend(self, inches=0.42):
        """Put the letter beside the legend above the axes, left of these and above their highest tick label."""
        height = self.axes.get_position().height * self.axes.figure.get_figheight()
        self.letter_at(-inches / self.width_inches, 1.0 + 0.04 / height, va="bottom")

    @property
    def width_inches(self):
        """The width of the axes."""
        return self.axes.get_position().width * self.axes.figure.get_figwidth()

    def shifted_right(self, points):
        """Return the transform of the axes moved to the right by so many points: what would lie on each other stands beside."""
        return self.axes.transData + transforms.ScaledTranslation(points / 72, 0, self.axes.figure.dpi_scale_trans)

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

    @classmethod
    def for_fit(cls, scans=0, tied=False, height=3.6):
        """Return a row of columns: a panel with another for its residuals (``below``), ``scans`` stacked, and one if ``tied``.

        Places are fixed, with room for seven lines above: a long legend changes nothing of the axes.
        """
        figure = cls.__new__(cls)
        plt.rcParams.update(RC)
        figure.record = []
        columns = 1 + (scans > 0) + tied
        width = WIDTH["double" if columns > 1 else "single"]
        figure.figure = plt.figure(figsize=(width, height))
        edges = {"left": 0.62 / width, "right": 1 - 0.2 / width, "bottom": 0.4 / height, "top": 1 - 1.0 / height}
        grid = figure.figure.add_gridspec(1, columns, width_ratios=[1.7, *[1] * (columns - 1)], wspace=0.4, **edges)
        first, below = _stacked(figure.figure, grid[0], [1, 0.4], 0.06)
        others = _stacked(figure.figure, grid[1], [1] * scans, 0.22) if scans else []
        for column in ([first, below], others):
            figure.figure.align_ylabels(column)
        others += [figure.figure.add_subplot(grid[columns - 1])] if tied else []
        figure.panels = [Panel("abcdef"[k], axes, figure.record) for k, axes in enumerate([first, *others])]
        figure.panels[0].residual_panel = Panel("a", below, figure.record)
        return figure

    def save(self, outputs):
        """Write ``outputs.svg``, ``outputs.png`` and, with the numbers, ``outputs.csv``; each whole or not at all."""
        drawn = io.StringIO()
        self.figure.savefig(drawn, format="svg", metadata={"Date": None})
        write_text(outputs.svg, svg_minify.minify_svg(drawn.getvalue()))
        with atomic_write(outputs.png) as part:
            self.figure.savefig(part, format="png", metadata={"Software": None})
        columns = ["panel", "series", "kind", "x", "y", "y_err"]
        write_csv(outputs.csv, pd.DataFrame(self.record, columns=columns))
        plt.close(self.figure)


def _stacked(figure, cell, heights, gap):
    """Return axes above each other that share their abscissa, labelled at the lowest, ``gap`` of a height apart."""
    grid = cell.subgridspec(len(heights), 1, height_ratios=heights, hspace=gap)
    axes = [figure.add_subplot(grid[0])]
    axes += [figure.add_subplot(grid[k], sharex=axes[0]) for k in range(1, len(heights))]
    for one in axes[:-1]:
        one.tick_params(labelbottom=False)
    return axes
