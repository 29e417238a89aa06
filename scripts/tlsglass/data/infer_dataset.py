"""A dataset from a table or from arrays, without a dataset.yaml: what is not said is guessed where that is safe, else asked."""

import re
import tempfile
from pathlib import Path

import numpy as np

from tlsglass.base import validation
from tlsglass.data import read_table, validate
from tlsglass.data.units import TEMPERATURES, normalize_unit, suggest_unit, unit_in_header
from tlsglass.models import registry

TEMPERATURE = re.compile(r"^(t|temp|temperature)(?![a-z])", re.IGNORECASE)
ERROR = re.compile(r"(err|error|sigma|std|stdev|unc|uncertainty|σ|±|\+/-)", re.IGNORECASE)
SMALL = 0.05  # a relative change that is larger is no relative change


def infer_info(file, observable, columns, units, errors, probe=None, window_K=None, where=None, h0_K=None, name="data"):
    """Return the content of a dataset.yaml for the table ``file`` of an Observable's name.

    ``columns`` {"temperature", "value", "error"} and ``units`` {"temperature", "value"} are names or None, to be guessed;
    ``errors`` is a relative error or None. Without either, errors are left to the residuals: a share of each value for what is
    positive. Raises validation.InputError, one line that says all that is to be given.
    """
    if observable not in registry.observable_names():
        raise validation.InputError(f"--observable {observable}: must be one of {', '.join(registry.observable_names())}")
    entry = registry.get_observable(observable)
    if probe is not None and not entry.probe:
        raise validation.InputError(f"--frequency: {observable} has no use for it")
    if errors is not None and columns.get("error"):
        raise validation.InputError("--relative-error: --error names a column of errors already: give one of them")
    header, rows, _ = read_table.read_table(Path(file), [c for c in columns.values() if c])
    asked = (
        [f"--frequency: missing; {observable} needs the probing frequency, like 5.6GHz"] if entry.probe and not probe else []
    )
    columns, unclear = _columns(file, header, columns, where or {}, errors is None)
    asked += unclear
    units = dict(units)
    for key in ("temperature", "value"):
        if not units.get(key):
            units[key], unclear = _unit(key, columns.get(key), entry, header, rows)
            asked += unclear
    if asked:
        named = f"; the columns are {', '.join(header)}" if any(" COLUMN: " in one for one in asked) else ""
        raise validation.InputError(f"{file}: {'; also '.join(asked)}{named}")
    if columns["error"]:
        told = {"column": columns["error"]}
    else:
        told = {"assumed_relative": errors} if errors else {"from_residuals": validate.RELATIVE if entry.positive else True}
    info = {
        "title": name,
        "reference": Path(file).name,
        "material": name,
        "observable": observable,
        "provenance": "measured",
        "data": {
            "file": Path(file).name,
            "temperature": {"column": columns["temperature"], "unit": units["temperature"]},
            "value": {"column": columns["value"], "unit": units["value"]},
            "error": told,
        },
        "parameters": {
            key: parameter.suggestion()
            for key, parameter in entry.parameters.items()
            if key != "offset" and not parameter.off_by_default
        },
    }
    if entry.probe:
        info[entry.probe] = probe
    optional = {"window_K": window_K, "h0_K": h0_K}
    info |= {key: value for key, value in optional.items() if value is not None}
    info["data"] |= {"where": where} if where else {}
    return info


def _columns(file, header, columns, where, error):
    """Return the names of the columns, guessed where only one can be meant, and a text for each that is to be given.

    A column of errors is looked for if ``error`` says so.
    """
    found, asked = dict(columns), []
    for what, name in found.items():
        if name and header.count(name) != 1:
            why = "missing" if name not in header else "there are several of that name"
            raise validation.InputError(f"{file}: --{what}: column {name}: {why}; the columns are {', '.join(header)}")
    free = [name for name in header if name not in where and name not in found.values() and header.count(name) == 1]
    for what, likely, why in (
        ("temperature", lambda name: TEMPERATURE.match(name) and not ERROR.search(name), "which column holds the temperature?"),
        ("value", lambda name: not ERROR.search(name), "which column holds what was measured?"),
    ):
        if found.get(what):
            continue
        some = [name for name in free if likely(name)]
        if len(some) == 1:
            found[what] = some[0]
            free.remove(some[0])
        else:
            asked.append(f"--{what} COLUMN: {why}")
    if error and not found.get("error"):
        some = _errors(free)
        found["error"] = some[0] if len(some) == 1 else None
    return found, asked


def _errors(names):
    """Return those that are columns of errors of the value, by their names."""
    return [name for name in names if ERROR.search(name) and not TEMPERATURE.match(name)]


def _unit(key, column, entry, header, rows):
    """Return the unit of a column, from its name, or for a small relative change from the values; and a text that asks for it.

    A column that is not known yet is asked for its unit too, unless a name in the header tells it.
    """
    targets = ("K",) if key == "temperature" else (*entry.units, *((entry.probe_unit,) if entry.probe_unit else ()))
    if column is None:
        told = any(_named(key, name, targets)[0] for name in header)
        return None, [] if told else [f"--{key}-unit UNIT: its unit, like {_like(key, targets)}"]
    unit, claimed = _named(key, column, targets)
    if unit is None and claimed is None and key == "value" and entry.units == ("dimensionless",) and column in header:
        values = [read_table.parse_number(row[header.index(column)]) for row in rows]
        unit = "dimensionless" if all(abs(x) < SMALL for x in values) else None
    if unit is not None:
        return unit, []
    proposed = suggest_unit(claimed, targets) if claimed else ""
    return None, [f"--{key}-unit UNIT: the unit of {column} is not clear; say it, like {_like(key, targets)}{proposed}"]


def _like(key, targets):
    return " or ".join(("K", "mK") if key == "temperature" else targets)


def _named(key, column, targets):
    """Return the unit that the name of a column tells, or None, and the text that it is made of, or None."""
    claimed, _ = unit_in_header(column)
    if claimed is None:
        return None, None
    if key == "temperature":
        return TEMPERATURES.get(claimed), claimed
    unit = normalize_unit(claimed)
    return (unit if unit and validate.is_convertible(unit, targets) else None), claimed


def describe_reading(dataset, file=None):
    """Return the line that says what was read of a Dataset, from the table ``file`` where there is one."""
    info, data = dataset.info, dataset.info["data"]
    symbol = registry.get_observable(info["observable"]).symbol.replace("$", "").replace("_", "")
    said = [f"{name} = {_with_unit(**data[key])}" for name, key in (("T", "temperature"), (symbol, "value"))]
    kind, error = next(iter(data["error"].items()))
    said.append(
        {
            "column": f"error = {error}",
            "assumed": f"error = {error} {data['value']['unit']}, assumed",
            "assumed_relative": f"error = {100 * error:g} % of {symbol}, assumed" if kind == "assumed_relative" else "",
            "from_residuals": "error from the residuals" + (f", a share of {symbol}" if error == validate.RELATIVE else ""),
        }[kind]
    )
    unused = _errors(read_table.read_table(Path(file), [data["value"]["column"]])[0]) if file and kind != "column" else []
    unused = [name for name in unused if name not in (data["temperature"]["column"], data["value"]["column"])]
    said[-1] += f" (not from {', '.join(unused)})" if unused else ""
    said += [f"{info[key]:g} Hz" for key in registry.probe_keys() if key in info]
    said += [f"rows with {name} = {value}" for name, value in data.get("where", {}).items()]
    low, high = dataset.points.T_range_K
    count, every = len(dataset.points.T_K), len(dataset.all_points.T_K)
    within = f"{low:.3g} to {high:.3g} K"
    said.append(f"{count} of {every} points, {within}" if "window_K" in info else f"all {every} points, {within}: no --window")
    return "read: " + ", ".join(said)


def _with_unit(column, unit, **_):
    return column if unit_in_header(column) == (unit, True) else f"{column} ({unit})"


def build_dataset(file, info, schema=None):
    """Return measured.Dataset of the table ``file`` with the content ``info`` of a dataset.yaml."""
    from tlsglass.data.dataset import dataset_from_validated

    file = Path(file)
    checked = validate.validate_info(info, Path(info["title"]), schema or validate.schema(), f"{file} as given", file)
    return dataset_from_validated(checked, file)


def dataset_from_arrays(T, value, observable, error, relative_error, frequency, window, parameters, h0, name):
    """Return measured.Dataset of arrays, as ``show.fitting.fit`` takes them. Raises validation.InputError."""
    from tlsglass.data.dataset import dataset_from_validated

    T, value = np.ravel(np.asarray(T, dtype=float)), np.ravel(np.asarray(value, dtype=float))
    if len(T) != len(value):
        raise validation.InputError(f"{name}: {len(T)} temperatures and {len(value)} values: must be as many")
    if relative_error is not None and not 0 < relative_error < 1:
        raise validation.InputError(f"{name}: relative_error {relative_error}: must be above 0 and below 1")
    table = {"T_K": T, "value": value}
    if error is not None:
        table["error"] = np.broadcast_to(np.asarray(error, dtype=float), T.shape)
    lines = [",".join(table), *(",".join(map(repr, map(float, row))) for row in zip(*table.values(), strict=True))]
    entry = registry.get_observable(observable) if observable in registry.observable_names() else None
    absolute = entry and entry.probe_unit and np.max(np.abs(value), initial=0.0) > 1
    units = {"temperature": "K", "value": entry and (entry.probe_unit if absolute else entry.units[0])}
    columns = {"temperature": "T_K", "value": "value", "error": "error" if error is not None else None}
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "data.csv"
        file.write_text("\n".join(lines) + "\n", encoding="utf-8")
        try:
            info = infer_info(
                file, observable, columns, units, relative_error, frequency, window and list(window), None, h0, name
            )
            info["parameters"] |= parameters
            checked = validate.validate_info(info, Path(name), validate.schema(), name, file)
        except validation.InputError as error:
            raise validation.InputError(*(_of_arrays(line, file, name) for line in error.lines)) from None
    return dataset_from_validated(checked, name)


def _of_arrays(line, file, name):
    """Return what was said of a file as it is said of arrays: these have neither lines nor options."""
    line = re.sub(r"; line \d+ of the file", "", line.replace(str(file), name))
    return re.sub(r"--([a-z]+)(-([a-z]+))?", lambda m: m.group(1) + (f"_{m.group(3)}" if m.group(3) else ""), line)
