"""Style of all figures, and a record of the numbers that they show.

Panels of a ``Figure`` record each series that they draw; the record is saved as a CSV file with the picture.
"""

import contextlib
import io
import textwrap
from collections.abc import Iterator, Sequence
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import matplotlib

matplotlib.use("Agg")

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
from matplotlib import ticker, transforms
from matplotlib.artist import Artist
from matplotlib.axes import Axes
from matplotlib.backends.backend_svg import FigureCanvasSVG
from matplotlib.gridspec import SubplotSpec
from matplotlib.legend import Legend

from tlsglass.base.io import atomic_write, write_csv, write_text
from tlsglass.base.types import StrPath
from tlsglass.plotting import svg_minify

WIDTH = {"single": 3.375, "double": 7.0}  # inches: one and two columns of Physical Review
NARROW = 3.1  # inches: on a phone 390 pixels wide, letters of 7 points are then 11 pixels high
GAP = 1.4  # inches between the stacked parts of the figure of a fit, for a label and a legend
LETTER_INCHES = 0.42  # from the axes to the letter that is left of a legend
BLUE, VERMILION, GREEN, PURPLE, ORANGE = "#0072B2", "#D55E00", "#009E73", "#CC79A7", "#E69F00"
GREY = "#888888"
PALETTE = (BLUE, VERMILION, GREEN, PURPLE, ORANGE)  # of Okabe and Ito, for color-blind readers
MARKERS = ("o", "s", "^", "D", "v")
OTHER_STYLES = ((GREEN, "^"), (PURPLE, "D"), (ORANGE, "v"))  # of series other than sets (L, J0)

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
    "svg.hashsalt": "tlsglass",  # makes the files reproducible
    "svg.fonttype": "none",  # text remains text, which can be searched, read aloud, and edited
    "savefig.dpi": 300,
}

POINT_STYLE = {"marker": "o", "linestyle": "none", "elinewidth": 0.6, "capsize": 1.2, "capthick": 0.6, "markeredgewidth": 0.7}
PLAIN_POWER = 2  # numbers from 10^-2 to 10^3 are short without a power of ten in the unit


def format_plain(value: float) -> str:
    """Return the label of a tick, such as 0.05, 300 or 2·10⁻⁵, with a true minus sign."""
    if value == 0 or 1e-4 < abs(value) < 1e5:
        return f"{value:g}".replace("-", "\N{MINUS SIGN}")
    mantissa, power = f"{value:.0e}".split("e")
    mantissa = "" if mantissa == "1" else f"{mantissa}·".replace("-", "\N{MINUS SIGN}")
    return f"{mantissa}$10^{{{int(power)}}}$"


def power_of_ten(largest: float, plain: int = 0) -> int:
    """Return the power of ten of ``largest`` for the unit of an axis; 0 within 10^±``plain``, where numbers are short."""
    power = int(np.floor(np.log10(largest))) if largest > 0 else 0
    return power if abs(power) > plain else 0


def label_axis(quantity: str, unit: str, power: int = 0) -> str:
    """Return the label of an axis with a quantity in units of a power of ten; ``unit`` is empty for a pure number."""
    units = " ".join([f"$10^{{{power}}}$"] * (power != 0) + [unit] * bool(unit))
    return f"{quantity} ({units})" if units else quantity


def _fewest_ticks(low: float, high: float) -> Any:
    """Return the fewest ticks per decade of a logarithmic axis that label three numbers between ``low`` and ``high``."""
    for subs in ((1,), (1, 3), (1, 2, 5), (1, 1.5, 2, 3, 5, 7), range(1, 10), np.arange(10, 100, 2) / 10):
        decades = 10.0 ** np.arange(np.floor(np.log10(low)), np.ceil(np.log10(high)) + 1)
        if np.sum([(low <= s * decades) & (s * decades <= high) for s in subs]) >= 3:
            return subs
    return np.arange(10, 100) / 10


def series_style(L: int, J0: float, J0_values: Sequence[float], sizes: Sequence[int]) -> dict[str, Any]:
    """Return color and marker of a set (L, J0): one color and shape for each J0, filled for the largest lattice."""
    index = list(J0_values).index(J0)
    color = PALETTE[index % len(PALETTE)]
    fill = color if L == max(sizes) else "white"
    return {"color": color, "marker": MARKERS[index % len(MARKERS)], "markerfacecolor": fill}


class Panel:
    """Axes with a letter; whatever is drawn through the methods is appended to ``record``.

    ``residual_panel`` is the panel below with the residuals, if there is one.
    """

    def __init__(self, letter: str, axes: Axes, record: list[tuple[Any, ...]]) -> None:
        self.letter, self.axes, self.record = letter, axes, record
        self.residual_panel: Panel | None = None

    def points(self, x: Any, y: Any, error: Any, series: str, ends: Any = None, **options: Any) -> None:
        """Draw points (n,) with errors (n,) or None; with ``ends`` (low, high), the error bars extend to these instead."""
        bars = error if ends is None else np.abs(np.asarray(ends, dtype=float) - np.asarray(y, dtype=float))
        self.axes.errorbar(x, y, yerr=bars, **POINT_STYLE | options)
        self._record(series, "points", x, y, error)

    def limit(
        self,
        x: float,
        end: float,
        bound: float,
        series: str,
        color: str,
        alpha: float = 1.0,
        linewidth: float = 0.7,
        zorder: float = 2,
        transform: transforms.Transform | None = None,
    ) -> None:
        """Draw a limit as a bar at ``end`` with an arrow to ``bound``, between which the value lies."""
        arrow = {"arrowstyle": "->", "mutation_scale": 5, "shrinkA": 0, "shrinkB": 0, "linewidth": linewidth}
        look: dict[str, Any] = {"color": color, "alpha": alpha, "zorder": zorder}
        coords = transform or self.axes.transData
        self.axes.annotate("", (x, bound), (x, end), xycoords=coords, textcoords=coords, arrowprops=arrow | look)
        self.axes.plot([x], [end], marker="_", markersize=5, transform=coords, **look)
        self._record(series, "points", [x], [end], None)

    def bars(self, x: Any, y: Any, error: Any, series: str, **options: Any) -> None:
        """Draw values ``x`` with horizontal error bars at the heights ``y``; the record contains (height, value, error)."""
        self.axes.errorbar(x, y, xerr=error, **POINT_STYLE | options)
        self._record(series, "points", y, x, error)

    def rows(self, names: Sequence[str]) -> None:
        """Label the heights 0, 1, ... from the top down, in lines of at most 22 characters for narrow screens."""
        text_style: dict[str, float] = {}
        if self.axes.figure.get_figwidth() <= NARROW:
            names = ["\n".join(textwrap.wrap(name, 22, break_long_words=False)) for name in names]
            if any("\n" in name for name in names):  # two lines fit into the height of a row
                text_style = {"fontsize": 6, "linespacing": 0.85}
        self.axes.set_yticks(range(len(names)), names, **text_style)
        self.axes.set_ylim(len(names) - 0.4, -0.6)
        self.axes.tick_params(axis="y", length=0)

    def line(self, x: Any, y: Any, series: str, **options: Any) -> None:
        """Draw a line (n,)."""
        self.axes.plot(x, y, **options)
        self._record(series, "line", x, y, np.full(np.shape(x), np.nan))

    def band(self, x: Any, y: Any, low: Any, high: Any, series: str, color: str, **options: Any) -> None:
        """Draw a line (n,) with a band from ``low`` to ``high``, which is not recorded."""
        self.axes.fill_between(x, low, high, color=color, alpha=0.25, linewidth=0)
        self.line(x, y, series, color=color, **options)

    def logarithmic(self, *axes: str, ticks: Sequence[float] | None = (1, 2, 5)) -> None:
        """Make ``axes`` ("x", "y") logarithmic, with plain numbers at ``ticks`` of each decade.

        With ``ticks`` None there are as many as needed for three numbers within the limits, which must be set before.
        """
        for name in axes:
            getattr(self.axes, f"set_{name}scale")("log")
            axis = getattr(self.axes, f"{name}axis")
            axis.set_major_locator(ticker.LogLocator(subs=ticks or _fewest_ticks(*getattr(self.axes, f"get_{name}lim")())))
            axis.set_major_formatter(ticker.FuncFormatter(lambda value, _: format_plain(value)))
            axis.set_minor_locator(ticker.LogLocator(subs=range(1, 10)))
            axis.set_minor_formatter(ticker.NullFormatter())

    def letter_at(self, x: float = 0.03, y: float = 0.97, **options: Any) -> None:
        """Write the letter of the panel at (x, y) in units of the axes."""
        defaults = {"transform": self.axes.transAxes, "va": "top", "ha": "left", "weight": "bold"}
        self.axes.text(x, y, f"({self.letter})", **defaults | options)

    def letter_above(self) -> None:
        """Write the letter of the panel above the axes, at their left end."""
        self.axes.set_title(f"({self.letter})", loc="left", fontsize=8, weight="bold", pad=3)

    def legend_above(self, ncols: int = 1, **options: Any) -> Legend:
        """Draw the legend above the axes, where it covers no points."""
        look = {"loc": "lower left", "bbox_to_anchor": (-0.03, 1.0), "borderaxespad": 0.1, "columnspacing": 1.0}
        look |= {"title_fontsize": 7, "alignment": "left", "labelspacing": 0.15, "handlelength": 1.5, "handletextpad": 0.5}
        return self.axes.legend(ncols=ncols, **look | options)

    def letter_left_of_legend(self) -> None:
        """Write the letter left of the legend above the axes, above their highest tick label."""
        height = self.axes.get_position().height * self.axes.figure.get_figheight()
        self.letter_at(-LETTER_INCHES / self.width_inches, 1.0 + 0.04 / height, va="bottom")

    @property
    def width_inches(self) -> float:
        """Width of the axes."""
        return self.axes.get_position().width * self.axes.figure.get_figwidth()

    def shifted_right(self, points: float) -> transforms.Transform:
        """Return the transform of the data shifted to the right by points of length, to separate overlapping series."""
        return self.axes.transData + transforms.ScaledTranslation(points / 72, 0, self.axes.figure.dpi_scale_trans)

    def inset(self, letter: str, bounds: tuple[float, float, float, float]) -> "Panel":
        """Return an inset panel at ``bounds`` (x, y, width, height) in units of the axes."""
        axes = self.axes.inset_axes(bounds)
        axes.tick_params(pad=1.5)
        return Panel(letter, axes, self.record)

    def _record(self, series: str, kind: str, x: Any, y: Any, error: Any) -> None:
        error = np.broadcast_to(np.nan if error is None else error, np.shape(x))
        rows = zip(np.asarray(x, float), np.asarray(y, float), np.asarray(error, float), strict=True)
        self.record.extend((self.letter, series, kind, *row) for row in rows)


class Figure:
    """Rows of panels with the letters a, b, ... at the column width of a journal, or below each other for narrow screens."""

    _narrow = False  # whether new figures are for narrow screens

    def __init__(self, panels: int = 1, width: str = "single", height: float = 2.5, rows: int = 1, **subplots: Any) -> None:
        plt.rcParams.update(RC)
        self.record: list[tuple[Any, ...]] = []
        columns = panels // rows
        self.is_narrow = columns == 1 or self._narrow
        self._followed: list[tuple[str, int, int]] = []  # ("x" or "y", panel without a label, panel that has it)
        if self.is_narrow and columns > 1:
            axes = self._stack(columns, rows, height, **subplots)
        else:
            size: dict[str, Any] = {"figsize": (WIDTH[width], height), "layout": "constrained", "squeeze": False}
            self.figure, grid = plt.subplots(rows, columns, **size, **subplots)
            axes = list(grid.flat)
        self.panels = [Panel("abcdef"[k], ax, self.record) for k, ax in enumerate(axes)]

    @classmethod
    @contextlib.contextmanager
    def for_narrow_screens(cls) -> Iterator[None]:
        """Let figures that are made within this context have one column of panels."""
        cls._narrow = True
        try:
            yield
        finally:
            cls._narrow = False

    def _stack(self, columns: int, rows: int, height: float, **subplots: Any) -> list[Axes]:
        """Return one column of axes that share limits as those in rows and columns do; each has its height there."""
        sharex, sharey = subplots.get("sharex", False), subplots.get("sharey", False)
        self.figure = plt.figure(figsize=(NARROW, height * columns), layout="constrained")
        grid = self.figure.add_gridspec(rows * columns, 1)
        axes: list[Axes] = []
        for k in range(rows * columns):
            row, column = divmod(k, columns)
            shared = {}
            if sharex and k and (sharex != "col" or row):
                shared["sharex"] = axes[0 if sharex is True else column]
            if sharey and k and (sharey != "row" or column):
                shared["sharey"] = axes[0 if sharey is True else row * columns]
            axes.append(self.figure.add_subplot(grid[k], **shared))
            if sharex and row < rows - 1:
                self._followed.append(("x", k, (rows - 1) * columns + column))
            if sharey and column:
                self._followed.append(("y", k, row * columns))
        return axes

    @classmethod
    def for_fit(cls, scans: int = 0, correlation: bool = False, height: float = 3.6) -> "Figure":
        """Return a row of columns: a panel with its residual panel, ``scans`` panels stacked, and one for a ``correlation``.

        The positions are fixed, with seven lines above the axes, so that a long legend does not change the axes.
        """
        figure = cls.__new__(cls)
        plt.rcParams.update(RC)
        figure.record, figure._followed = [], []
        columns = 1 + (scans > 0) + correlation
        figure.is_narrow = columns == 1 or cls._narrow
        width = NARROW if figure.is_narrow and columns > 1 else WIDTH["double" if columns > 1 else "single"]
        heights = [height - 1.4, *([1.5 * scans] if scans else []), *([1.7] if correlation else [])]  # of the axes, in inches
        if figure.is_narrow:
            height = 1.4 + sum(heights) + GAP * (columns - 1)
        figure.figure = plt.figure(figsize=(width, height))
        edges = {"left": 0.62 / width, "right": 1 - 0.2 / width, "bottom": 0.4 / height, "top": 1 - 1.0 / height}
        if figure.is_narrow:
            gap = GAP * columns / sum(heights)  # relative to the mean height: room for a label, and for a legend
            grid = figure.figure.add_gridspec(columns, 1, height_ratios=heights, hspace=gap, **edges)
        else:
            grid = figure.figure.add_gridspec(1, columns, width_ratios=[1.7, *[1] * (columns - 1)], wspace=0.4, **edges)
        data_axes, residual_axes = _stack_axes(figure.figure, grid[0], [1, 0.4], 0.06)
        axes = _stack_axes(figure.figure, grid[1], [1] * scans, 0.22) if scans else []
        for column in ([data_axes, residual_axes], axes):
            figure.figure.align_ylabels(column)
        axes += [figure.figure.add_subplot(grid[columns - 1])] if correlation else []
        figure.panels = [Panel("abcdef"[k], ax, figure.record) for k, ax in enumerate([data_axes, *axes])]
        figure.panels[0].residual_panel = Panel("a", residual_axes, figure.record)
        return figure

    def legend_outside(self, handles: Sequence[Artist], names: Sequence[str], ncols: int) -> None:
        """Draw a legend above all panels, in half as many columns for narrow screens."""
        spacing = {"columnspacing": 1.2}
        if self.is_narrow:
            ncols, spacing = (ncols + 1) // 2, {"columnspacing": 0.5, "handlelength": 1.2, "handletextpad": 0.4}
        self.figure.legend(handles, names, loc="outside upper center", ncols=ncols, **spacing)

    def save(self, outputs: SimpleNamespace) -> None:
        """Write the paths ``outputs.svg``, ``outputs.png`` and, with the recorded numbers, ``outputs.csv`` atomically."""
        self.save_svg(outputs.svg)
        with atomic_write(outputs.png) as temporary:
            self.figure.savefig(temporary, format="png", metadata={"Software": None})
        columns = ["panel", "series", "kind", "x", "y", "y_err"]
        write_csv(outputs.csv, pd.DataFrame(self.record, columns=columns), digits=6)
        self.close()

    def close(self) -> None:
        """Release the memory of the figure, which cannot be drawn again."""
        plt.close(self.figure)

    def save_picture(self, path: StrPath) -> None:
        """Write the picture alone, in the format that the suffix of ``path`` names."""
        if Path(path).suffix == ".svg":
            self.save_svg(path)
        else:
            with atomic_write(path) as temporary:
                self.figure.savefig(temporary, format=Path(path).suffix[1:])
        plt.close(self.figure)

    def save_svg(self, path: StrPath) -> None:
        """Write the picture alone as SVG."""
        write_text(path, self.to_svg())

    def to_svg(self) -> str:
        """Return the picture as SVG."""
        for name, k, labeled in self._followed:  # what a neighbor labels in a grid has its own label in a column
            axes, source = self.panels[k].axes, self.panels[labeled].axes
            axes.tick_params(axis=name, **{f"label{'bottom' if name == 'x' else 'left'}": True})
            if not getattr(axes, f"get_{name}label")():
                getattr(axes, f"set_{name}label")(getattr(source, f"get_{name}label")())
        svg = io.StringIO()
        self._lay_out()
        self.figure.savefig(svg, format="svg", metadata={"Date": None})
        digits = 1 if self.is_narrow else 2  # 0.1 pt is finer than the pixels of a phone, and than 0.04 mm of a column
        return svg_minify.minify_svg(svg.getvalue(), digits)

    def _lay_out(self) -> None:
        """Find the layout for all pictures of this figure; while it has a layout engine, savefig draws each picture twice."""
        if engine := self.figure.get_layout_engine():
            FigureCanvasSVG(self.figure)  # whose text metrics determine the layout
            engine.execute(self.figure)
            self.figure.set_layout_engine(None)


def _stack_axes(figure: Any, cell: SubplotSpec, heights: Sequence[float], gap: float) -> list[Axes]:
    """Return stacked axes with a common abscissa, labeled at the lowest, with a ``gap`` relative to their mean height."""
    grid = cell.subgridspec(len(heights), 1, height_ratios=heights, hspace=gap)
    axes = [figure.add_subplot(grid[0])]
    axes += [figure.add_subplot(grid[k], sharex=axes[0]) for k in range(1, len(heights))]
    for ax in axes[:-1]:
        ax.tick_params(labelbottom=False)
    return axes
