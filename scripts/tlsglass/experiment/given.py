"""A dataset from a table or from arrays, without a dataset.yaml: what is not said is guessed where that is safe, else asked."""

import re
import tempfile
from pathlib import Path

import numpy as np

from tlsglass.base import validation
from tlsglass.experiment import datasets, observables, points_file

UNITS = {"K": "K", "mK": "mK", "uK": "uK", "µK": "uK", "Hz": "Hz", "kHz": "kHz", "MHz": "MHz", "GHz": "GHz"}
TEMPERATURE = re.compile(r"^(t|temp|temperature)(?![a-z])", re.IGNORECASE)
ERROR = re.compile(r"(err|error|sigma|std|stdev|unc|uncertainty|σ)", re.IGNORECASE)
IN_HEADER = re.compile(r"[(\[]\s*([^)\]]+?)\s*[)\]]\s*$|_([A-Za-zµ]+)$")
SMALL = 0.05  # a relative change that is larger is no relative change
QUANTITY = re.compile(r"^\s*([-+]?[\d.]+(?:[eE][-+]?\d+)?)\s*([A-Za-zµ]*)\s*$")


def hertz(text):
    """Return a frequency in hertz: 5.6199GHz, 90 kHz, 5.6199e9. Raises validation.InputError."""
    factors = {"": 1.0, "Hz": 1.0, "kHz": 1e3, "MHz": 1e6, "GHz": 1e9}
    found = QUANTITY.match(str(text))
    if not found or found.group(2) not in factors or not float(found.group(1)) > 0:
        raise validation.InputError(f"--frequency {text}: must be a frequency like 5.6199GHz, 90kHz or 5.6e9 (in hertz)")
    return float(found.group(1)) * factors[found.group(2)]


def start_of(name, parameter):
    """Return where a fit begins, and the bounds, for a parameter that nobody has said anything of."""
    found = {"start": parameter.default if parameter.default is not None else 1.0}
    if name == "mu":
        return {"start": 0.0, "low": -0.9, "high": 1.5}
    if isinstance(parameter.starts, observables.Geometric):
        low, high, _ = parameter.starts
        return {"start": float(np.sqrt(low * high)), "low": low, "high": high}
    if parameter.starts:
        return {"start": float(parameter.starts[0])}
    if parameter.default is None:  # an amplitude
        found["low"] = 0.0
    return found


def info_of(file, observable, columns, units, errors, probe=None, window_K=None, where=None, h0_K=None, name="data"):
    """Return the content of a dataset.yaml for the table ``file`` of an Observable's name.

    ``columns`` {"temperature", "value", "error"} and ``units`` {"temperature", "value"} are names or None, to be guessed;
    ``errors`` is a relative error or None. Raises validation.InputError, one line that says what to give.
    """
    if observable not in observables.names():
        raise validation.InputError(f"--observable {observable}: must be one of {', '.join(observables.names())}")
    entry = observables.named(observable)
    if entry.probe and probe is None:
        raise validation.InputError(f"--frequency: missing; {observable} needs the probing frequency, like 5.6199GHz")
    header, rows, _ = points_file.table(Path(file), [c for c in columns.values() if c])
    columns = _columns(file, header, columns, where or {})
    units = {key: units.get(key) or _unit(file, key, columns[key], entry, header, rows) for key in ("temperature", "value")}
    if columns["error"]:
        told = {"column": columns["error"]}
    else:
        told = {"assumed_relative": errors} if errors else {"from_residuals": datasets.RELATIVE if entry.positive else True}
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
            key: start_of(key, parameter)
            for key, parameter in entry.parameters.items()
            if key != "offset" and not parameter.absent
        },
    }
    if entry.probe:
        info[entry.probe] = probe
    optional = {"window_K": window_K, "h0_K": h0_K}
    info |= {key: value for key, value in optional.items() if value is not None}
    info["data"] |= {"where": where} if where else {}
    return info


def _columns(file, header, columns, where):
    """Return the names of the columns, guessed where only one can be meant."""
    found = dict(columns)

    def ask(what, why):
        return validation.InputError(f"{file}: --{what} COLUMN: {why}; the columns are {', '.join(header)}")

    for what, name in found.items():
        if name and name not in header:
            raise validation.InputError(f"{file}: --{what}: column {name}: missing; the columns are {', '.join(header)}")
    free = [name for name in header if name not in where and name not in found.values()]
    if not found.get("temperature"):
        likely = [name for name in free if TEMPERATURE.match(name) and not ERROR.search(name)]
        if len(likely) != 1:
            raise ask("temperature", "which column holds the temperature?")
        found["temperature"] = likely[0]
        free.remove(likely[0])
    if not found.get("value"):
        likely = [name for name in free if not ERROR.search(name)]
        if len(likely) != 1:
            raise ask("value", "which column holds what was measured?")
        found["value"] = likely[0]
        free.remove(likely[0])
    if not found.get("error"):
        likely = [name for name in free if ERROR.search(name) and not TEMPERATURE.match(name)]
        found["error"] = likely[0] if len(likely) == 1 else None
    return found


def _unit(file, key, column, entry, header, rows):
    """Return the unit of a column, from its name, or for a small relative change from the values."""
    match = IN_HEADER.search(column)
    named = (match.group(1) or match.group(2)) if match else None
    if key == "temperature" and named in UNITS:
        return UNITS[named]
    if key == "value" and named and named == entry.unit_of_probe:
        return named
    if key == "value" and named in entry.units:
        return named
    if key == "value" and entry.units == ("dimensionless",) and named is None and column in header:
        values = [points_file.number(row[header.index(column)]) for row in rows]
        if all(abs(x) < SMALL for x in values):
            return "dimensionless"
    allowed = ["K", "mK"] if key == "temperature" else [*entry.units, *([entry.unit_of_probe] if entry.unit_of_probe else [])]
    why = f"the unit of {column} is not clear; say it, like {' or '.join(allowed)}"
    raise validation.InputError(f"{file}: --{key}-unit UNIT: {why}")


def dataset_of(file, info, schema=None):
    """Return measured.Dataset of the table ``file`` with the content ``info`` of a dataset.yaml."""
    from tlsglass.experiment import measured

    file = Path(file)
    checked = datasets.check_info(info, Path(info["title"]), schema or datasets.schema(), f"{file} as given", file)
    return measured.of(checked, file)


def from_arrays(T, value, observable, error, frequency, window, parameters, h0, name):
    """Return measured.Dataset of arrays, as ``show.fitting.fit`` takes them. Raises validation.InputError."""
    from tlsglass.experiment import measured

    T, value = np.ravel(np.asarray(T, dtype=float)), np.ravel(np.asarray(value, dtype=float))
    if len(T) != len(value):
        raise validation.InputError(f"{name}: {len(T)} temperatures and {len(value)} values: must be as many")
    table = {"T_K": T, "value": value}
    if error is not None:
        table["error"] = np.broadcast_to(np.asarray(error, dtype=float), T.shape)
    lines = [",".join(table), *(",".join(map(repr, map(float, row))) for row in zip(*table.values(), strict=True))]
    entry = observables.named(observable) if observable in observables.names() else None
    absolute = entry and entry.unit_of_probe and np.max(np.abs(value), initial=0.0) > 1
    units = {"temperature": "K", "value": entry and (entry.unit_of_probe if absolute else entry.units[0])}
    columns = {"temperature": "T_K", "value": "value", "error": "error" if error is not None else None}
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "data.csv"
        file.write_text("\n".join(lines) + "\n", encoding="utf-8")
        try:
            info = info_of(file, observable, columns, units, None, frequency, window and list(window), None, h0, name)
            info["parameters"] |= parameters
            checked = datasets.check_info(info, Path(name), datasets.schema(), name, file)
        except validation.InputError as error:
            raise validation.InputError(*(line.replace(str(file), name) for line in error.lines)) from None
    return measured.of(checked, name)
