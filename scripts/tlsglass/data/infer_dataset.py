"""Datasets from a table or from arrays, without a dataset.yaml: columns and units are inferred where that is unambiguous."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from tlsglass.base import validation
from tlsglass.data import validate
from tlsglass.data.dataset import Dataset, dataset_from_validated
from tlsglass.data.read_table import Table, parse_number
from tlsglass.data.units import TEMPERATURES, is_convertible, normalize_unit, suggest_unit, unit_in_header
from tlsglass.models import registry
from tlsglass.models.observable import MAX_RELATIVE_CHANGE, Observable

TEMPERATURE_COLUMN = re.compile(r"^(t|temp|temperature)(?![a-z])", re.IGNORECASE)
ERROR_COLUMN = re.compile(r"(err|error|sigma|std|stdev|unc|uncertainty|σ|±|\+/-)", re.IGNORECASE)


def infer_info(
    table: Table,
    observable: str,
    columns: Mapping[str, str | None],
    units: Mapping[str, str | None],
    relative_error: float | None = None,
    probe: float | None = None,
    window_K: Sequence[float] | None = None,
    where: Mapping[str, str] | None = None,
    h0_K: float | None = None,
    name: str = "data",
) -> dict[str, Any]:
    """Return the content of a dataset.yaml for a table.

    Parameters
    ----------
    table
        The table.
    observable
        Name of an observable.
    columns
        Names of the columns "temperature", "value" and "error"; None to infer them.
    units
        Units of "temperature" and "value"; None to infer them.
    relative_error
        Relative error of all values. Without it and without a column of errors, errors are estimated from the residuals: in
        proportion to the value if that is positive, else the same for all points.
    probe
        Probing frequency in Hz.
    window_K
        Lowest and highest temperature of the fit.
    where
        Values of other columns, which select rows of a long table.
    h0_K
        Random field of the atlas.
    name
        Name of the dataset.

    Raises
    ------
    InputError
        One line that names every option that is still needed.
    """
    entry = _observable(observable, probe, relative_error, columns.get("error"), _option)
    needed = []
    if entry.probe and not probe:
        needed.append(f"--frequency: missing; {observable} needs the probing frequency, like 5.6GHz")
    columns, unclear = _infer_columns(table, columns, where or {}, with_error=relative_error is None)
    needed += unclear
    units = dict(units)
    for key in ("temperature", "value"):
        if not units.get(key):
            units[key], unclear = _infer_unit(table, key, columns.get(key), entry)
            needed += unclear
    if needed:
        header = f"; the columns are {', '.join(table.header)}" if any(" COLUMN: " in line for line in needed) else ""
        raise validation.InputError(f"{table.source}: {'; also '.join(needed)}{header}")
    info = _make_info(Path(table.source).name, entry, columns, units, relative_error, probe, name)
    info |= {key: value for key, value in {"window_K": window_K, "h0_K": h0_K}.items() if value is not None}
    info["data"] |= {"where": dict(where)} if where else {}
    return info


def _option(name: str) -> str:
    """Return how a user of the command spells an input in messages."""
    return f"--{name}"


def _argument(name: str) -> str:
    """Return how a user of Python spells an input in messages."""
    return name.replace("-", "_")


def _observable(
    name: str, probe: float | None, relative_error: float | None, error: object, spell: Callable[[str], str]
) -> Observable:
    """Return the observable of that name; refuse a probe that it has no use for, and errors that are specified twice."""
    if name not in registry.observable_names():
        allowed = ", ".join(registry.observable_names())
        raise validation.InputError(f"{spell('observable')} {name}: must be one of {allowed}")
    entry = registry.get_observable(name)
    if probe is not None and not entry.probe:
        raise validation.InputError(f"{spell('frequency')}: {name} has no use for it")
    if relative_error is not None and error is not None:
        raise validation.InputError(
            f"{spell('relative-error')}: {spell('error')} names a column of errors already: give one of them"
        )
    return entry


def _make_info(
    file: str,
    entry: Observable,
    columns: Mapping[str, str | None],
    units: Mapping[str, str | None],
    relative_error: float | None,
    probe: float | None,
    name: str,
) -> dict[str, Any]:
    """Return the content of a dataset.yaml whose columns and units are known, with the suggested parameters."""
    if columns["error"]:
        error: dict[str, Any] = {"column": columns["error"]}
    elif relative_error:
        error = {"assumed_relative": relative_error}
    else:
        error = {"from_residuals": validate.RELATIVE if entry.positive else True}
    info = {
        "title": name,
        "reference": file,
        "material": name,
        "observable": entry.name,
        "provenance": "measured",
        "data": {
            "file": file,
            "temperature": {"column": columns["temperature"], "unit": units["temperature"]},
            "value": {"column": columns["value"], "unit": units["value"]},
            "error": error,
        },
        "parameters": {
            key: parameter.suggestion()
            for key, parameter in entry.parameters.items()
            if key != "offset" and not parameter.off_by_default
        },
    }
    return info | ({entry.probe: probe} if entry.probe else {})


def _infer_columns(
    table: Table, columns: Mapping[str, str | None], where: Mapping[str, str], with_error: bool
) -> tuple[dict[str, str | None], list[str]]:
    """Return the names of the columns, inferred where only one is possible, and a text for each that must be named.

    A column of errors is inferred only ``with_error``.
    """
    inferred, needed = dict(columns), []
    for key, name in columns.items():
        if name and table.header.count(name) != 1:
            why = "missing" if name not in table.header else "there are several of that name"
            raise validation.InputError(
                f"{table.source}: --{key}: column {name}: {why}; the columns are {', '.join(table.header)}"
            )
    used = {*where, *inferred.values()}
    free = [name for name in table.header if name not in used and table.header.count(name) == 1]
    for key, is_candidate, question in (
        ("temperature", _is_temperature, "which column holds the temperature?"),
        ("value", lambda name: not ERROR_COLUMN.search(name), "which column holds what was measured?"),
    ):
        if inferred.get(key):
            continue
        candidates = [name for name in free if is_candidate(name)]
        if len(candidates) == 1:
            inferred[key] = candidates[0]
            free.remove(candidates[0])
        else:
            needed.append(f"--{key} COLUMN: {question}")
    if with_error and not inferred.get("error"):
        candidates = _error_columns(free)
        inferred["error"] = candidates[0] if len(candidates) == 1 else None
    return inferred, needed


def _is_temperature(name: str) -> bool:
    return bool(TEMPERATURE_COLUMN.match(name)) and not ERROR_COLUMN.search(name)


def _error_columns(names: Sequence[str]) -> list[str]:
    """Return the names of columns that contain errors of the value, judged by their names."""
    return [name for name in names if ERROR_COLUMN.search(name) and not TEMPERATURE_COLUMN.match(name)]


def _infer_unit(table: Table, key: str, column: str | None, entry: Observable) -> tuple[str | None, list[str]]:
    """Return the unit of a column, from its name or from values that are a small relative change, and a text that asks for it.

    The unit of a column that is not known yet is asked for too, unless a name in the header contains a unit.
    """
    targets = ("K",) if key == "temperature" else entry.target_units
    examples = " or ".join(("K", "mK") if key == "temperature" else targets)
    if column is None:
        known = any(_unit_of_name(key, name, targets)[0] for name in table.header)
        return None, [] if known else [f"--{key}-unit UNIT: its unit, like {examples}"]
    unit, text = _unit_of_name(key, column, targets)
    if unit is None and text is None and key == "value" and entry.units == ("dimensionless",) and column in table.header:
        small = all(abs(parse_number(cell)) < MAX_RELATIVE_CHANGE for cell in table.column(column))
        unit = "dimensionless" if small else None
    if unit is not None:
        return unit, []
    suggestion = suggest_unit(text, targets) if text else ""
    return None, [f"--{key}-unit UNIT: the unit of {column} is not clear; say it, like {examples}{suggestion}"]


def _unit_of_name(key: str, column: str, targets: Sequence[str]) -> tuple[str | None, str | None]:
    """Return the unit in the name of a column, or None, and the text that it is read from, or None."""
    text, _ = unit_in_header(column)
    if text is None:
        return None, None
    if key == "temperature":
        return TEMPERATURES.get(text), text
    unit = normalize_unit(text)
    return (unit if unit and is_convertible(unit, targets) else None), text


def describe_reading(dataset: Dataset) -> str:
    """Return the line that reports which columns, units, errors and rows of its table a dataset has."""
    info, data = dataset.info, dataset.info["data"]
    symbol = registry.get_observable(info["observable"]).symbol.replace("$", "").replace("_", "")
    facts = [f"{name} = {_with_unit(**data[key])}" for name, key in (("T", "temperature"), (symbol, "value"))]
    facts.append(_describe_error(dataset, symbol))
    facts += [f"{info[key]:g} Hz" for key in registry.probe_keys() if key in info]
    facts += [f"rows with {name} = {value}" for name, value in data.get("where", {}).items()]
    low, high = dataset.points.T_range_K
    n_fitted, n_points = len(dataset.points.T_K), len(dataset.all_points.T_K)
    span = f"{low:.3g} to {high:.3g} K"
    whole = f"all {n_points} points, {span}: no --window"
    facts.append(f"{n_fitted} of {n_points} points, {span}" if "window_K" in info else whole)
    return "read: " + ", ".join(facts)


def _describe_error(dataset: Dataset, symbol: str) -> str:
    """Return the source of the errors, and the columns that look like errors and are not used."""
    data = dataset.info["data"]
    kind, error = next(iter(data["error"].items()))
    if kind == "column":
        return f"error = {error}"
    if kind == "assumed":
        text = f"error = {error} {data['value']['unit']}, assumed"
    elif kind == "assumed_relative":
        text = f"error = {100 * error:g} % of {symbol}, assumed"
    else:
        text = "error from the residuals" + (f", a share of {symbol}" if error == validate.RELATIVE else "")
    used = data["temperature"]["column"], data["value"]["column"]
    unused = [name for name in _error_columns(dataset.columns) if name not in used]
    return text + (f" (not from {', '.join(unused)})" if unused else "")


def _with_unit(column: str, unit: str, **_: Any) -> str:
    return column if unit_in_header(column) == (unit, True) else f"{column} ({unit})"


def build_dataset(table: Table, info: dict[str, Any]) -> Dataset:
    """Return the dataset of a table with the content ``info`` of a dataset.yaml."""
    path = f"{table.source} as given"
    validated = validate.validate_info(info, Path(info["title"]), validate.schema(), path, table)
    return dataset_from_validated(validated, table.source)


def dataset_from_arrays(
    T_K: npt.ArrayLike,
    value: npt.ArrayLike,
    observable: str,
    error: npt.ArrayLike | None = None,
    relative_error: float | None = None,
    frequency_Hz: float | None = None,
    window_K: Sequence[float] | None = None,
    parameters: Mapping[str, Any] | None = None,
    h0_K: float | None = None,
    name: str = "data",
) -> Dataset:
    """Return the dataset of arrays, with the same checks as for a table. See ``report.fit_report.fit`` for the parameters.

    Raises
    ------
    InputError
        One line for each problem.
    """
    T = np.ravel(np.asarray(T_K, dtype=float))
    values = np.ravel(np.asarray(value, dtype=float))
    if len(T) != len(values):
        raise validation.InputError(f"{name}: {len(T)} temperatures and {len(values)} values: must be equally many")
    if relative_error is not None and not 0 < relative_error < 1:
        raise validation.InputError(f"{name}: relative_error {relative_error}: must be above 0 and below 1")
    entry = _observable(observable, frequency_Hz, relative_error, error, _argument)
    if entry.probe and not frequency_Hz:
        raise validation.InputError(f"{name}: frequency: missing; {observable} needs the probing frequency in Hz")
    arrays = {"T_K": T, "value": values}
    if error is not None:
        arrays["error"] = np.broadcast_to(np.asarray(error, dtype=float), T.shape)
    is_absolute = entry.probe_unit is not None and np.max(np.abs(values), initial=0.0) > 1
    units = {"temperature": "K", "value": entry.probe_unit if is_absolute else entry.units[0]}
    columns = {"temperature": "T_K", "value": "value", "error": None if error is None else "error"}
    info = _make_info("data.csv", entry, columns, units, relative_error, frequency_Hz, name)
    info |= {key: x for key, x in {"window_K": window_K and list(window_K), "h0_K": h0_K}.items() if x is not None}
    info["parameters"] |= parameters or {}
    table = Table.from_arrays(name, arrays)
    return dataset_from_validated(validate.validate_info(info, Path(name), validate.schema(), name, table), name)
