"""From the columns of a table to points in kelvin and in the unit of the observable: units, forms, errors, missing numbers.

The Snakefile imports this module: no numpy.
"""

from __future__ import annotations

import itertools
import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from tlsglass.base import validation
from tlsglass.base.validation import Problems
from tlsglass.data import drive_section, units
from tlsglass.data.columns import Form, may_be_error, parse_form
from tlsglass.data.read_table import ERROR_IN_CELL, Table
from tlsglass.models.observable import Observable

TEMPERATURES_K = (5e-4, 20.0)  # ASSUME: TLSs dominate between these; a millikelvin read as a kelvin lies outside
RELATIVE = "relative"  # errors from the residuals are in proportion to the value
MAX_LOG = {"log10": 30.0, "ln": 69.0}
# A division by 1000 makes 2760 mK the number 2.76, which the end of a window may be; the factor 0.001 does not.
DIVISORS = {1 / divisor: divisor for divisor in (10, 100, 10**3, 10**6, 10**9)}


@dataclass(frozen=True)
class Conversion:
    """How a column becomes the quantity: its logarithm is undone, it is multiplied by ``factor``, and its form is undone.

    Where the unit is that of the quantity itself in spite of the form, as W/(m K) for κ/T², the result is multiplied by it.
    """

    form: Form
    factor: float
    result_factor: float
    target: str

    @property
    def is_plain(self) -> bool:
        return self.form == Form()

    def value(self, x: float, T_K: float) -> float:
        """Return the quantity for a number of the column, NaN where there is none."""
        if self.form.log:
            if not abs(x) <= MAX_LOG[self.form.log]:
                return math.nan
            x = 10.0**x if self.form.log == "log10" else math.exp(x)
        divisor = DIVISORS.get(self.factor)
        x = x / divisor if divisor else x * self.factor
        if self.form.over_T:
            x *= T_K**self.form.over_T
        if self.form.power != 1:
            if not x > 0:
                return math.nan
            x = 1 / x if self.form.power == -1 else x ** (1 / self.form.power)
        return x * self.result_factor

    def error(self, s: float, x: float, value: float) -> float:
        """Return the error of the quantity ``value`` for the error ``s`` of the number ``x`` of the column."""
        if self.form.log:
            relative = s * (math.log(10) if self.form.log == "log10" else 1.0)
        elif x:
            relative = s / abs(x)
        else:
            return math.nan
        return relative / abs(self.form.power) * abs(value)


@dataclass
class MeasuredPoints:
    """The points of a table in the order of its rows, as plain numbers."""

    unit: str = ""
    T_K: list[float] = field(default_factory=list)
    value: list[float] = field(default_factory=list)
    error: list[float] | None = None  # None where errors are estimated from the residuals
    T_error_K: list[float] | None = None
    time_s: list[float] | None = None  # None where there is no column of times
    drive: dict[str, list[float]] = field(default_factory=dict)  # columns that the section `drive` needs
    rows: list[int] = field(default_factory=list)  # their positions in the table
    lines_left_out: list[int] = field(default_factory=list)  # of rows without a number, where these are skipped


@dataclass(frozen=True)
class TableReading:
    """Facts about the columns that reports mention, determined when the table is converted."""

    names_with_unit: frozenset[str] = frozenset()  # of columns whose name contains the unit in which they are read
    unused_errors: tuple[str, ...] = ()  # columns that look like errors but are not used as such
    unused_drive_errors: tuple[str, ...] = ()  # columns of errors of powers, photon numbers, Q_c and Q_l


def describe_names(info: Mapping[str, Any], header: Sequence[str]) -> TableReading:
    """Return what the names in the header of a table say about how a dataset with the content ``info`` is read."""
    data = info["data"]
    sections = [data[key] for key in ("temperature", "value", "error", "time") if "column" in data.get(key, {})]
    used = {section["column"] for section in sections} | {data["temperature"].get("error", {}).get("column")}
    with_units = [(section["column"], section["unit"]) for section in sections if "unit" in section]
    return TableReading(
        frozenset(name for name, unit in with_units if unit in units.normalize_superscripts(name)),
        tuple(name for name in header if name not in used and may_be_error(name)),
        tuple(drive_section.error_columns(info, header)),
    )


def column_conversion(problems: Problems, key: str, section: Mapping[str, Any], targets: tuple[str, ...]) -> Conversion | None:
    """Return the conversion of the column of ``data: key``; None, and a problem, where its form or unit is not possible."""
    form = parse_form(section["form"]) if "form" in section else Form()
    if form is None or (form != Form() and "inverse" in section):
        allowed = "must be like value/T^2, log10, 1/value or T^2, and without `inverse`"
        problems.refuse(["data", key, "form"], section["form"], allowed)
        return None
    if section.get("inverse", False):
        form = Form(power=-1)
    factor = section.get("factor", 1.0)
    unit = section["unit"]
    converted = units.convert_unit(unit, targets, form.power, form.over_T)
    if converted:
        return Conversion(form, factor * converted[0], 1.0, converted[1])
    converted = units.convert_unit(unit, targets) if form != Form() else None
    if converted:
        return Conversion(form, factor, converted[0], converted[1])
    of_form = f", or of the form {form}" if form != Form() else ""
    problems.refuse(["data", key, "unit"], unit, f"must be a unit that converts to {' or '.join(targets)}{of_form}")
    return None


def settle_decimal(table: Table, T_column: str, kelvin: float, decimal: str | None = None) -> Table:
    """Return the table with its decimal mark known.

    Where all cells can be read both ways, that reading is taken in which alone temperatures are possible and ascend.

    Raises InputError.
    """
    if decimal or table.decimal:
        return replace(table, decimal=decimal or table.decimal)
    possible = []
    for mark in ("point", "comma"):
        candidate = replace(table, decimal=mark)
        T = [x * kelvin for x in candidate.numbers(T_column) if math.isfinite(x)]
        steps = [b - a for a, b in itertools.pairwise(T)]
        ordered = all(step >= 0 for step in steps) or all(step <= 0 for step in steps)
        if T and TEMPERATURES_K[0] <= min(T) and max(T) <= TEMPERATURES_K[1]:
            possible.append((ordered, candidate))
    best = [candidate for ordered, candidate in possible if ordered] or [candidate for _, candidate in possible]
    if len(best) != 1:
        cell = next(str(cell) for row in table.rows for cell in row if "," in str(cell))
        raise validation.InputError(
            f"{table.source}: {cell} may be a number with a decimal comma or with a thousands separator: add --decimal comma or"
            " --decimal point"
        )
    return best[0]


def convert_points(problems: Problems, info: Mapping[str, Any], observable: Observable, table: Table) -> MeasuredPoints:
    """Return the points of a table, and add a line to ``problems`` for each thing that is wrong with them.

    A row inside the window without the numbers that it needs is a problem, unless `skip_bad_rows` is set. Rows outside the
    window are never a problem.
    """
    data = info["data"]
    points = MeasuredPoints()
    kelvin = column_conversion(problems, "temperature", data["temperature"], ("K",))
    conversion = column_conversion(problems, "value", data["value"], observable.target_units)
    if kelvin is None or conversion is None:
        return points
    is_absolute = conversion.target == observable.probe_unit
    probe_of_info = info.get(observable.probe) if observable.probe else None
    probe = probe_of_info if is_absolute else None
    if is_absolute and probe is None:  # which is a problem of the keys
        return points
    T_column, column = data["temperature"]["column"], data["value"]["column"]
    names = [data[key]["column"] for key in ("temperature", "value", "error", "time") if "column" in data.get(key, {})]
    if len(set(names)) < len(names):
        problems.append(f"{problems.path}: data: the columns {', '.join(names)} must be different ones")
        return points
    table = settle_decimal(table, T_column, kelvin.factor, data.get("decimal"))
    selected = table.select(data.get("where", {}))
    drive = drive_section.required_columns(info) | _time_column(data)
    T_numbers, numbers = table.numbers(T_column), table.numbers(column)
    drive_numbers = {name: table.numbers(name) for name in drive}
    error_of = _error_reader(problems, data, conversion, table, observable, probe, probe_of_info)
    T_error_of = _T_error_reader(problems, data, table)
    positive = observable.positive or probe is not None
    low, high = info.get("window_K", (0.0, math.inf))
    bad: dict[str, list[int]] = {}
    points.error, points.T_error_K = ([] if error_of else None), ([] if T_error_of else None)
    points.drive = {name: [] for name in drive}
    points.unit = observable.units[0] if probe is not None else conversion.target
    for k in selected:
        T = kelvin.value(T_numbers[k], 1.0)
        if not 0 < T <= validation.MAX_NUMBER:
            bad.setdefault(T_column, []).append(k)
            continue
        value = conversion.value(numbers[k], T)
        reasons = [column] if not _is_possible(value, positive) else []
        error = error_of(k, numbers[k], value) if error_of and not reasons else 0.0
        T_error = T_error_of(k, T) if T_error_of else 0.0
        if not reasons and not _is_possible(error, "column" in data["error"]):
            reasons.append(data["error"].get("column", column))
        if T_error_of and not 0 <= T_error <= validation.MAX_NUMBER:
            reasons.append(data["temperature"]["error"]["column"])
        reasons += [name for name, must in drive.items() if not _is_possible(drive_numbers[name][k], must)]
        if reasons:
            if low <= T <= high:
                for name in reasons:
                    bad.setdefault(name, []).append(k)
            continue
        points.T_K.append(T)
        points.value.append(value if probe is None else value / probe - 1)
        if points.error is not None:
            points.error.append(error)
        if points.T_error_K is not None:
            points.T_error_K.append(T_error)
        for name in drive:
            points.drive[name].append(drive_numbers[name][k])
        points.rows.append(k)
    points.time_s = _times(problems, data, points.drive)
    left_out = sorted({k for rows in bad.values() for k in rows})
    if data.get("skip_bad_rows", False):
        points.lines_left_out = [table.line_numbers[k] if table.line_numbers else k + 1 for k in left_out]
    else:
        is_positive = {name: name in (T_column, data["error"].get("column")) for name in names} | drive
        is_positive[column] = positive or conversion.form.power != 1
        how_to_skip = "set data.skip_bad_rows" if str(problems.path).endswith(".yaml") else "add --skip-bad-rows"
        problems.extend(_bad_lines(table, bad, is_positive, column, drive_section.Q_columns(info), how_to_skip))
    return points


def _time_column(data: Mapping[str, Any]) -> dict[str, bool]:
    """Return {column of times: whether it must be > 0}, empty without one."""
    return {data["time"]["column"]: True} if "time" in data else {}


def _times(problems: Problems, data: Mapping[str, Any], columns: Mapping[str, list[float]]) -> list[float] | None:
    """Return the time of each point in seconds; None without a column of times."""
    if "time" not in data:
        return None
    seconds = units.convert_unit(data["time"]["unit"], units.SECONDS)
    if seconds is None:
        problems.refuse(["data", "time", "unit"], data["time"]["unit"], "must be a unit that converts to s")
        return None
    return [x * seconds[0] for x in columns[data["time"]["column"]]]


def _is_possible(x: float, positive: bool) -> bool:
    return validation.is_in_range(x) and (x > 0 or not positive)


def _bad_lines(
    table: Table,
    bad: Mapping[str, list[int]],
    positive: Mapping[str, bool],
    value_column: str,
    Q_columns: Iterable[str],
    how_to_skip: str,
) -> list[str]:
    """Return the line of each column that names its rows without a number, and how to leave them out."""
    lines = []
    for name, rows in bad.items():
        allowed = "must be a finite number" + (" > 0" if positive.get(name, False) else "")
        cell = table.column(name)[rows[0]]
        numbers = table.numbers(name)
        size = abs(numbers[rows[0]])
        if size > validation.MAX_NUMBER:
            allowed += f" and at most {validation.MAX_NUMBER:g}"
        elif 0 < size < validation.MIN_NUMBER:
            allowed += f" of at least {validation.MIN_NUMBER:g}"
        if name in Q_columns and any(numbers[k] < 0 for k in rows):
            allowed += " (the fit of the trace is at fault)"
        elif name == value_column and cell != "" and numbers[rows[0]] == 0:
            allowed += " (0 for a missing value?)"
        if ERROR_IN_CELL.search(str(cell)):
            allowed += ": write its error in another column"
        skip = f"; to leave such rows out, {how_to_skip}" if table.line_numbers and len(rows) < len(table.rows) else ""
        lines.append(table.bad_cells(name, rows, allowed) + skip)
    return lines


def _error_reader(
    problems: Problems,
    data: Mapping[str, Any],
    conversion: Conversion,
    table: Table,
    observable: Observable,
    probe: float | None,
    frequency: float | None,
) -> Any:
    """Return the function of (row, number of the column, value) that is the error of the value; None for the residuals."""
    section = data["error"]
    if "from_residuals" in section:
        return None
    if "assumed_relative" in section:
        share = section["assumed_relative"]
        if probe is None:
            return lambda k, x, value: share * abs(value)
        return lambda k, x, value: share * abs(value / probe - 1)
    numbers = None if "assumed" in section else table.numbers(section["column"])
    is_variance = section.get("variance", False)

    factor_of_column = section.get("factor", 1.0)

    def number(k: int) -> float:
        s = section["assumed"] if numbers is None else numbers[k]
        return float(factor_of_column * ((math.sqrt(s) if s > 0 else math.nan) if is_variance else s))

    if section.get("relative", False):
        converted = units.convert_unit(section.get("unit", "dimensionless"), ("dimensionless",))
        if converted is None:
            problems.refuse(["data", "error", "unit"], section["unit"], "must be dimensionless, as % is: the error is relative")
            return None
        to_share = converted[0]
        return lambda k, x, value: number(k) * to_share * (abs(value) if probe is None else abs(value) / probe)
    unit = section.get("unit", data["value"]["unit"])
    if is_variance:
        unit = section.get("unit", "") or data["value"]["unit"]
    if "unit" not in section and conversion.result_factor == 1.0:
        own: float | None = conversion.factor
    else:
        of_column = units.convert_unit(unit, (conversion.target,), conversion.form.power, conversion.form.over_T)
        own = of_column[0] if of_column else None
    to_probe = 1.0 if probe is None else 1 / probe
    if own is not None and conversion.is_plain:
        factor = own if probe is None else own / probe
        return lambda k, x, value: number(k) * factor
    if own is not None:  # in the unit of the column, whose form applies to it
        ratio = own / conversion.factor
        return lambda k, x, value: conversion.error(number(k) * ratio, x, value) * to_probe
    plain = units.convert_unit(unit, observable.target_units)
    if plain is None:
        allowed = f"must be a unit that converts to {' or '.join(observable.target_units)}"
        problems.refuse(["data", "error", "unit"], unit, allowed)
        return None
    scale = plain[0]
    if plain[1] == observable.probe_unit and frequency:
        scale /= frequency
    return lambda k, x, value: number(k) * scale


def _T_error_reader(problems: Problems, data: Mapping[str, Any], table: Table) -> Any:
    """Return the function of (row, T) that is the error of the temperature, None without one."""
    section = data["temperature"].get("error")
    if section is None:
        return None
    if "column" not in section:
        absolute, relative = section.get("absolute_K", 0.0), section.get("relative", 0.0)
        return lambda k, T: abs(complex(absolute, relative * T))  # the hypot of C and numpy
    numbers = table.numbers(section["column"])
    kelvin = units.convert_unit(section.get("unit", data["temperature"]["unit"]), ("K",))
    if kelvin is None:
        problems.refuse(["data", "temperature", "error", "unit"], section.get("unit"), "must be a unit that converts to K")
        return None
    factor = kelvin[0]
    return lambda k, T: numbers[k] * factor
