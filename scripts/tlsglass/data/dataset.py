"""A measured dataset as fits take it: its points as arrays, and its model."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, fields, replace
from pathlib import Path
from typing import Any, Final

import numpy as np
import numpy.typing as npt

from tlsglass.base.types import BoolArray, FloatArray
from tlsglass.data import drive_section, validate
from tlsglass.data.convert import RELATIVE, TableReading
from tlsglass.model.interaction import GAUSSIAN
from tlsglass.model.parameters import H0_K
from tlsglass.models import registry
from tlsglass.models.observable import TIME, Observable
from tlsglass.models.resonator import DrivenProbe

MAX_ROWS = 1000  # of a temperature sweep that are fitted one by one
BINS = 300


@dataclass(frozen=True)
class Points:
    """Measured points, arrays (n,).

    Temperatures ascend, within each sweep if there are several. ``error`` is None if it is estimated from the residuals: then
    it is the same for all points, or in proportion to ``weight``. Points of a driven resonator have photon numbers, and those
    of a table with a column of times have times. Both have the sweep that each belongs to, given by a number like its power.
    """

    T_K: FloatArray
    value: FloatArray
    error: FloatArray | None
    T_error_K: FloatArray | None
    photons: FloatArray | None = None
    sweep: FloatArray | None = None
    weight: FloatArray | None = None
    time_s: FloatArray | None = None

    @property
    def T_range_K(self) -> tuple[float, float]:
        """The lowest and the highest temperature."""
        return float(self.T_K.min()), float(self.T_K.max())

    @property
    def abscissa(self) -> FloatArray:
        """What varies within a sweep: the temperatures, or the times if each sweep is that of one temperature."""
        if self.time_s is None or self.sweep is None or not np.array_equal(self.sweep, self.T_K):
            return self.T_K
        return self.time_s

    @property
    def given_error(self) -> FloatArray:
        """``error`` of points that have errors."""
        assert self.error is not None
        return self.error

    def in_window(self, low_K: float, high_K: float) -> Points:
        """Return the points with temperatures from ``low_K`` to ``high_K``."""
        return self.select((self.T_K >= low_K) & (self.T_K <= high_K))

    def select(self, mask: BoolArray | npt.NDArray[np.signedinteger[Any]]) -> Points:
        """Return the points where the mask (n,) is true; an array of indices selects and orders them."""
        arrays = {entry.name: getattr(self, entry.name) for entry in fields(self)}
        return replace(self, **{name: array[mask] for name, array in arrays.items() if array is not None})

    def sweeps(self) -> list[tuple[float, Points]]:
        """Return [(number, Points)] of each temperature sweep; the number is NaN for points without sweeps."""
        if self.sweep is None:
            return [(np.nan, self)]
        return [(float(number), self.select(self.sweep == number)) for number in np.unique(self.sweep)]

    def interpolated_grids(self, n: int) -> list[tuple[float, Points]]:
        """Return [(number, Points)] of each sweep with ``n`` abscissas in geometric progression, without values.

        Temperatures, photon numbers and times between two points follow a power of the abscissa.
        """
        grids = []
        for number, points in self.sweeps():
            ln_x = np.log(points.abscissa)
            ln_grid = np.linspace(ln_x.min(), ln_x.max(), n)
            T, photons, time_s = (
                None if x is None else np.exp(np.interp(ln_grid, ln_x, np.log(x)))
                for x in (points.T_K, points.photons, points.time_s)
            )
            assert T is not None
            sweep = None if points.sweep is None else np.full(n, number)
            grids.append((number, Points(T, np.full(n, np.nan), None, None, photons, sweep, time_s=time_s)))
        return grids

    def at_temperatures(self, T_K: FloatArray) -> Points:
        """Return points without values at ``T_K`` (n,), with the geometric mean of the times."""
        time_s = None if self.time_s is None else np.full(len(T_K), np.exp(np.mean(np.log(self.time_s))))
        return Points(T_K, np.full(len(T_K), np.nan), None, None, time_s=time_s)


class SelectionReason:
    """Codes of the reasons why f of a resonator is taken from one of several powers, or from all of them."""

    ALL: Final = "all"
    POOLED: Final = "pooled"
    CHOSEN: Final = "chosen"
    SMALLEST_ERRORS: Final = "smallest_errors"
    EQUAL_ERRORS: Final = "equal_errors"


@dataclass(frozen=True)
class Dataset:
    """A valid dataset in kelvin and in the unit of its observable."""

    name: str
    info: dict[str, Any]  # the content of dataset.yaml
    unit: str
    points: Points  # those in the window
    all_points: Points
    model_override: Observable | None = None  # replaces the model with Eq. (3)
    reading: TableReading = field(default_factory=TableReading)
    n_rows: int = 0  # of the table, before they are averaged
    n_rows_in_window: int = 0
    averaged: dict[str, int] | None = None  # {"rows", "bins"} in the window, where rows are averaged in bins of temperature
    lines_left_out: tuple[int, ...] = ()  # of the table: rows without a number
    selection: Mapping[str, Any] | None = None  # of f from several powers: ``resonator_table``

    @property
    def observable(self) -> Observable:
        return self.model_override or registry.get_observable(self.info["observable"])

    @property
    def h0_K(self) -> float:
        """The typical random field, which sets the scale of temperatures on the atlas: that of the dataset, or the paper's."""
        return float(self.info.get("h0_K", H0_K))

    @property
    def interaction(self) -> str:
        """The interaction whose atlas is fitted."""
        return str(self.info.get("interaction", GAUSSIAN))

    @property
    def probe(self) -> DrivenProbe | FloatArray | float | None:
        """The probe of ``observable.shapes`` at the points."""
        if self.points.time_s is not None:
            return self.points.time_s
        key = self.observable.probe
        probe: float | None = self.info.get(key) if key else None
        if self.points.photons is None:
            return probe
        assert probe is not None
        return DrivenProbe(probe, self.points.photons)

    @property
    def sweep_label(self) -> str | None:
        """The quantity that distinguishes the sweeps, with its unit; None for points without sweeps."""
        if self.points.time_s is not None and self.points.sweep is not None:
            return "T (K)" if self.points.abscissa is self.points.time_s else "time (s)"
        drive = self.info["data"].get("drive")
        if drive is None:
            return None
        return drive.get("sweep") or (f"power ({drive['power']['unit']})" if "power" in drive else "photon number")

    def model(self, T_K: FloatArray, parameters: dict[str, float]) -> FloatArray:
        """Return the curve (n,) of ``parameters`` at ``T_K`` (n,)."""
        return self.observable.curve(T_K, parameters, self.probe)

    def describe_reading(self) -> dict[str, Any]:
        """Return what was read of a table: {"text": one line, "columns", "units", "forms", "rows", "left_out"}."""
        info, data = self.info, self.info["data"]
        symbol = registry.get_observable(info["observable"]).symbol.replace("$", "").replace("_", "")
        facts = [self._describe_column("T", data["temperature"]), self._describe_column(symbol, data["value"])]
        facts.append(self._describe_error(symbol))
        if "error" in data["temperature"]:
            T_error = data["temperature"]["error"]
            parts = [f"{1e3 * T_error['absolute_K']:g} mK"] if "absolute_K" in T_error else []
            parts += [f"{100 * T_error['relative']:g} %"] if "relative" in T_error else []
            facts.append(f"error of T = {T_error.get('column') or ' + '.join(parts)}")
        facts += [f"{info[key]:g} {'s' if key == TIME else 'Hz'}" for key in registry.probe_keys() if key in info]
        facts += [self._describe_column("t", data["time"])] if "time" in data else []
        if "drive" in data:
            facts.append(_describe_drive(data["drive"]))
            unused = ", ".join(self.reading.unused_drive_errors)
            facts += [f"{unused} not used: the photon number is taken as exact"] if unused else []
        facts += [f"rows with {name} = {value}" for name, value in data.get("where", {}).items()]
        facts += [describe_selection(self.selection)] if self.selection else []
        low, high = self.points.T_range_K
        n_fitted = self.n_rows_in_window or len(self.points.T_K)
        n_points = self.n_rows or len(self.all_points.T_K)
        span = f"{low:.3g} to {high:.3g} K"
        whole = f"all {n_points} points, {span}: no --window"
        facts.append(f"{n_fitted} of {n_points} points, {span}" if "window_K" in info else whole)
        if self.averaged:
            facts.append(f"averaged in {self.averaged['bins']} bins of temperature")
        if self.lines_left_out:
            lines = self.lines_left_out
            shown = ", ".join(map(str, lines[:6])) + (", ..." if len(lines) > 6 else "")
            facts.append(f"{len(lines)} row{'s' if len(lines) > 1 else ''} without a number left out (line {shown})")
        sections = {"temperature": data["temperature"], "value": data["value"], "error": data["error"]}
        return {
            "text": "read: " + ", ".join(facts),
            "columns": {key: section["column"] for key, section in sections.items() if "column" in section},
            "units": {key: section["unit"] for key, section in sections.items() if "unit" in section},
            "forms": {key: _form_text(section) for key, section in sections.items() if _form_text(section)},
            "rows": {"all": n_points, "fitted": n_fitted, "averaged": self.averaged, "left_out": self.lines_left_out},
        }

    def _name_with_unit(self, section: Mapping[str, Any]) -> str:
        """Return the name of a column with its unit, unless the name contains it: "kappa (mW/(m K))"."""
        column, unit = section["column"], section.get("unit", "dimensionless")
        return column if unit == "dimensionless" or column in self.reading.names_with_unit else f"{column} ({unit})"

    def _describe_column(self, symbol: str, section: Mapping[str, Any]) -> str:
        """Return "κ = kappa (mW/(m K))", or with the form of the column: "κ from κ/T^2 = ...", "1/Qi = Q_int inverted"."""
        form, shown = _form_text(section), self._name_with_unit(section)
        shown += f" × {section['factor']:g}" if "factor" in section else ""
        if form == "1/value":
            return f"{symbol} = {shown} inverted"
        inverse = symbol.removeprefix("1/") if symbol.startswith("1/") else f"1/{symbol}"
        form = form.replace("1/value", inverse).replace("value", symbol)
        return f"{symbol} from {form} = {shown}" if form else f"{symbol} = {shown}"

    def _describe_error(self, symbol: str) -> str:
        """Return the source of the errors, and the columns that look like errors and are not used."""
        data = self.info["data"]
        section = data["error"]
        if "column" in section:
            kind = "variance" if section.get("variance") else "relative error" if section.get("relative") else "error"
            factor = f" × {section['factor']:.3g}" if "factor" in section else ""
            return f"{kind} = {self._name_with_unit(section)}{factor}"
        if "assumed" in section:
            return f"error = {section['assumed']:g} {data['value']['unit']}, assumed"
        if "assumed_relative" in section:
            text = f"error = {100 * section['assumed_relative']:g} % of {symbol}, assumed"
        else:
            text = "error from the residuals" + (f", a share of {symbol}" if section["from_residuals"] == RELATIVE else "")
        unused = ", ".join(self.reading.unused_errors)
        return text + (f" (not from {unused})" if unused else "")


def load_dataset(folder: Path | str, schema: dict[str, Any] | None = None) -> Dataset:
    """Return the dataset in ``folder``.

    Raises
    ------
    InputError
        One line for each problem.
    """
    return dataset_from_validated(validate.validate_folder(folder, schema or validate.schema()))


def dataset_from_validated(validated: validate.ValidatedDataset) -> Dataset:
    """Return the dataset as arrays, with its points in the order of their temperatures, averaged where they are many."""
    data, measured = validated.info["data"], validated.points
    T_K, value = np.array(measured.T_K), np.array(measured.value)
    error = None if measured.error is None else np.array(measured.error)
    uncorrelated = validated.info.get("systematic", {}).get("uncorrelated")
    if error is not None and uncorrelated is not None:
        error = np.hypot(error, uncorrelated * np.abs(value))
    T_error = None if measured.T_error_K is None else np.array(measured.T_error_K)
    photons = sweep = None
    if "drive" in data:
        photons = drive_section.photon_numbers(validated.info, measured.drive, value)
        sweep = drive_section.sweep_numbers(validated.info, measured.drive, measured.T_K)
    time_s = None if measured.time_s is None else np.array(measured.time_s)
    if time_s is not None:
        sweep = min(time_s, T_K, key=lambda x: len(np.unique(x)))  # lines of a figure: the fewer, at equal numbers of the times
        sweep = sweep if len(np.unique(sweep)) <= drive_section.MAX_SWEEPS else None
    weight = np.abs(value) if data["error"].get("from_residuals") == RELATIVE else None
    rows = Points(T_K, value, error, T_error, photons, sweep, weight, time_s).select(
        np.lexsort((T_K * 0 if time_s is None else time_s, T_K))
    )
    low, high = validated.info.get("window_K", (0.0, np.inf))
    points = average(rows.in_window(low, high))
    in_window = (rows.T_K >= low) & (rows.T_K <= high)
    parts = [average(rows.select(rows.T_K < low)), points, average(rows.select(rows.T_K > high))]
    n_rows, n_in_window = len(T_K), int(in_window.sum())
    averaged = {"rows": n_in_window, "bins": len(points.T_K)} if len(points.T_K) < n_in_window else None
    return Dataset(
        validated.name,
        validated.info,
        measured.unit,
        points,
        concatenate([part for part in parts if len(part.T_K)]),
        reading=validated.reading,
        n_rows=n_rows,
        n_rows_in_window=n_in_window,
        averaged=averaged,
        lines_left_out=tuple(measured.lines_left_out),
    )


def concatenate(parts: list[Points]) -> Points:
    """Return the points of several parts one after the other."""
    arrays = {entry.name: [getattr(part, entry.name) for part in parts] for entry in fields(Points)}
    return replace(parts[0], **{name: np.concatenate(array) for name, array in arrays.items() if array[0] is not None})


def average(points: Points) -> Points:
    """Return the points, those of a sweep of more than ``MAX_ROWS`` averaged in at most ``BINS`` narrow bins of temperature.

    Temperature and value of a bin are means weighted by 1/error², and its error is that of the mean. Without errors every row
    has the same weight, and the ``weight`` of a bin (relative to which its error is estimated) falls as 1/√rows.
    """
    sweeps = points.sweeps()
    if all(len(sweep.T_K) <= MAX_ROWS for _, sweep in sweeps):
        return points
    averaged = concatenate([_average_sweep(sweep) if len(sweep.T_K) > MAX_ROWS else sweep for _, sweep in sweeps])
    return averaged.select(np.argsort(averaged.T_K, kind="stable"))


def _average_sweep(points: Points) -> Points:
    """Return the bins of one sweep."""
    low, high = points.T_range_K
    edges = np.geomspace(low, high, BINS + 1)[1:-1]
    index = np.unique(np.searchsorted(edges, points.T_K, side="right"), return_inverse=True)[1]
    counts = np.bincount(index)
    weights = np.ones_like(points.T_K) if points.error is None else points.error**-2.0
    if points.error is None and points.weight is not None:
        weights = points.weight**-2.0
    total = np.bincount(index, weights)

    def mean(x: FloatArray | None) -> FloatArray | None:
        return None if x is None else np.bincount(index, weights * x) / total

    T_error: FloatArray | None = None
    if points.T_error_K is not None:
        T_error = np.sqrt(np.bincount(index, (weights * points.T_error_K) ** 2)) / total
    error: FloatArray | None = None if points.error is None else np.asarray(total**-0.5, dtype=float)
    weight = (np.ones_like(total) if points.weight is None else mean(points.weight)) if points.error is None else None
    weight = None if weight is None else weight / np.sqrt(counts)
    T_K, value = mean(points.T_K), mean(points.value)
    assert T_K is not None
    assert value is not None
    return Points(T_K, value, error, T_error, mean(points.photons), mean(points.sweep), weight, mean(points.time_s))


def _describe_drive(drive: Mapping[str, Any]) -> str:
    """Return the column of the powers or of the photon numbers."""
    if "power" in drive:
        power, attenuation = drive["power"], drive["power"].get("attenuation_dB")
        factor = {"notch": 2, "reflection": 4}[drive["coupling_geometry"]]
        text = f"power = {power['column']}" + (f" − {attenuation:g} dB" if attenuation else "")
        return f"{text} (photon number {factor} Ql²/Qc · P/(ħω²))"
    return f"{'log10 of the ' if 'form' in drive['photons'] else ''}photon number = {drive['photons']['column']}"


def describe_selection(selection: Mapping[str, Any]) -> str:
    """Return why f is taken from one of several powers, or from all."""
    n = len(selection["of"])
    others = [power for power in selection["tied"] if power not in selection["values"]]
    at_others = f"at the power{'s' if len(others) > 1 else ''} {', '.join(others)}"
    return {
        SelectionReason.ALL: "f at every power, each with its own offset",
        SelectionReason.POOLED: "f of all photon numbers together",
        SelectionReason.CHOSEN: f"selected from {n} powers",
        SelectionReason.SMALLEST_ERRORS: (
            f"the power with the smallest errors of f among {n} powers (--f-power selects another, or all)"
        ),
        SelectionReason.EQUAL_ERRORS: (
            f"the errors of f are nearly as small {at_others}: --f-power selects another power, or all"
        ),
    }[str(selection["reason"])]


def _form_text(section: Mapping[str, Any]) -> str:
    """Return how the numbers of a column follow from the quantity; nothing where they are the quantity itself."""
    form = "1/value" if section.get("inverse") else str(section.get("form", ""))
    return "" if form == "value" else form
