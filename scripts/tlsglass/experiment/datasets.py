"""Measured datasets: load one and refuse, in one line, what would fail or mislead later.

A dataset is a folder with ``dataset.yaml`` (reference, units, provenance, what to fit) and its points as CSV.
"""

import io
import re
import warnings
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd
import pint

from tlsglass.base import validation
from tlsglass.experiment import observables

UNITS = pint.UnitRegistry()
TEMPERATURES_K = (5e-4, 20.0)  # ASSUME: TLSs rule between these; a millikelvin taken for a kelvin falls outside
LARGEST_CHANGE = 0.05  # a relative change of a velocity, a frequency or ε by more than this is in the wrong unit
SEPARATORS = {",": "commas", ";": "semicolons", "\t": "tabs"}


@dataclass(frozen=True)
class Points:
    """Measured points with ascending temperatures, (n,) each; ``error`` is None when it is left to the residuals."""

    T_K: np.ndarray
    value: np.ndarray
    error: np.ndarray | None
    T_error_K: np.ndarray | None

    def within(self, low_K, high_K):
        inside = (self.T_K >= low_K) & (self.T_K <= high_K)
        return Points(*(None if x is None else x[inside] for x in (self.T_K, self.value, self.error, self.T_error_K)))


@dataclass(frozen=True)
class Dataset:
    """A checked dataset in kelvin and in the unit of its observable."""

    name: str
    info: dict  # the content of dataset.yaml
    unit: str
    points: Points  # those in the window
    whole: Points  # every point of the file
    model_of: observables.Observable | None = None  # in the place of the model with Eq. (3)

    @property
    def observable(self):
        return self.model_of or observables.OBSERVABLES[self.info["observable"]]

    def model(self, T_K, parameters):
        """Return the curve (n,) of ``parameters`` at ``T_K`` (n,)."""
        return self.observable.curve(T_K, parameters, self.info.get(self.observable.probe))


def load(folder, schema):
    """Load and check the dataset in ``folder``. Raises validation.InputError, one line, for the first thing wrong."""
    folder = Path(folder)
    path = folder / "dataset.yaml"
    info = validation.read_yaml(path)
    validation.check_schema(info, schema, lambda _: path)
    _check_what_is_fitted(path, info)
    data = info["data"]
    observable = observables.OBSERVABLES[info["observable"]]
    kelvin, _ = _unit(path, data["temperature"], ["data", "temperature", "unit"], ("K",))
    factor, unit = _unit(path, data["value"], ["data", "value", "unit"], observable.units)
    file = folder / data["file"]
    table = _read_points(file, data, observable.positive)
    T_K = table[data["temperature"]["column"]] * kelvin
    value = table[data["value"]["column"]] * factor
    if unit == "Hz":  # a frequency: its relative change is what is fitted
        value, factor, unit = value / info["frequency_Hz"] - 1, factor / info["frequency_Hz"], "dimensionless"
    error = None
    if "column" in data["error"]:
        error = table[data["error"]["column"]] * factor
    elif "assumed_relative" in data["error"]:
        error = data["error"]["assumed_relative"] * np.abs(value)
    elif "assumed" in data["error"]:
        error = np.full_like(value, data["error"]["assumed"] * factor)
    T_error = None
    if "error" in data["temperature"]:
        given = data["temperature"]["error"]
        T_error = np.hypot(given.get("absolute_K", 0.0), given.get("relative", 0.0) * T_K)
    whole = Points(T_K, value, error, T_error)
    points = whole.within(*info.get("window_K", (0, np.inf)))
    _check_points(file, info, unit, points)
    return Dataset(folder.name, info, unit, points, whole)


def _check_what_is_fitted(path, info):
    """Hold the keys of dataset.yaml against each other, and against the parameters of the observable."""

    def refuse(keys, value, allowed):
        raise validation.refuse(lambda _: path, keys, value, allowed)

    observable = observables.OBSERVABLES[info["observable"]]
    if "doi" in info and not re.fullmatch(r"10\.\d{4,9}/\S+", info["doi"]):
        refuse(["doi"], info["doi"], "must look like 10.1103/PhysRevB.103.054202, without the address of a resolver")
    low, high = info.get("window_K", (0, np.inf))
    if not low < high:
        refuse(["window_K"], info["window_K"], "must ascend")
    for name, settings in info["parameters"].items():
        if name not in observable.parameters:
            allowed = ", ".join(observable.parameters)
            refuse(["parameters", name], settings, f"no parameter of {info['observable']}; allowed: {allowed}")
        low, high = settings.get("low", -np.inf), settings.get("high", np.inf)
        if not low <= settings["start"] <= high or low == high:
            refuse(["parameters", name, "start"], settings["start"], f"must lie in its bounds, {low} to {high}")
    for name in observable.parameters:
        if name not in info["parameters"] and name not in observable.defaults:
            raise validation.InputError(f"{path}: parameters.{name}: missing")
    if all(settings.get("fixed", False) for settings in info["parameters"].values()):
        refuse(["parameters"], list(info["parameters"]), "at least one must be free")
    for key in ("omega_Hz", "frequency_Hz"):
        if key == observable.probe and key not in info:
            raise validation.InputError(f"{path}: {key}: missing; {info['observable']} needs the probing frequency")
        if key != observable.probe and key in info:
            refuse([key], info[key], f"{info['observable']} has no use for it")
    if (info["provenance"] == "reconstructed") != ("reconstruction" in info):
        refuse(["provenance"], info["provenance"], "goes with a section `reconstruction` if it is reconstructed, and only then")
    if "error" in info["data"]["temperature"] and "from_residuals" in info["data"]["error"]:
        refuse(["data", "error"], info["data"]["error"], "temperature errors need errors of the value to be weighed against")


def _check_points(file, info, unit, points):
    """Refuse points in the window that are too few, or that a wrong unit must have made."""
    low, high = info.get("window_K", (0, np.inf))
    names = {*info["parameters"], *observables.OBSERVABLES[info["observable"]].defaults}
    free = sum(not info["parameters"].get(name, {}).get("fixed", False) for name in names)
    n = len(points.T_K)
    if n <= free + 1:
        raise validation.InputError(
            f"{file}: {n} points in the window {low:g} to {high:g} K are too few for {free} free parameters: need {free + 2}"
        )
    column = info["data"]["temperature"]["column"]
    least, most = TEMPERATURES_K
    for T in (points.T_K[0], points.T_K[-1]):
        if not least <= T <= most:
            raise validation.InputError(
                f"{file}: column {column}: {T:g} K cannot be: must be {least:g} to {most:g} K in the window; is the unit right?"
            )
    if unit == "dimensionless" and np.ptp(points.value) > LARGEST_CHANGE:
        raise validation.InputError(
            f"{file}: column {info['data']['value']['column']}: changes by {np.ptp(points.value):.3g} in all: a relative change"
            f" must stay below {LARGEST_CHANGE:g}; is the unit right?"
        )


def _unit(path, column, keys, targets):
    """Return the factor that brings a column to the first of ``targets`` that its unit converts to, and that target."""
    for target in targets:
        try:
            one, two = (UNITS.Quantity(value, column["unit"]).to(target).magnitude for value in (1.0, 2.0))
        except Exception:  # the parser of units raises what it likes
            continue
        if not np.isclose(two, 2 * one, rtol=1e-12):
            raise validation.refuse(lambda _: path, keys, column["unit"], f"must be a multiple of {target}, with the same zero")
        return one, target
    raise validation.refuse(lambda _: path, keys, column["unit"], f"must be a unit that converts to {' or '.join(targets)}")


def _read_table(file):
    """Return the CSV ``file`` as strings, whatever its line ends, separators, or mark of byte order; decimals with a point."""
    try:
        text = file.read_text(encoding="utf-8-sig")
    except OSError as error:
        raise validation.InputError(f"{file}: {error.strerror}") from None
    except UnicodeDecodeError:
        raise validation.InputError(f"{file}: not UTF-8 text") from None
    header = next((line for line in text.splitlines() if line.strip() and not line.startswith("#")), "")
    separator = max(SEPARATORS, key=header.count)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error", pd.errors.ParserWarning)  # a row with more fields than the header
            table = pd.read_csv(
                io.StringIO(text),
                comment="#",
                dtype=str,
                sep=separator,
                skipinitialspace=True,
                keep_default_na=False,
                index_col=False,
            )
    except (pd.errors.ParserError, pd.errors.ParserWarning, pd.errors.EmptyDataError) as error:
        raise validation.InputError(f"{file}: not a CSV table: {' '.join(str(error).split())}") from None
    table.columns = table.columns.str.strip()
    if separator != ",":  # then a comma can only be the decimal one
        table = table.apply(lambda column: column.str.replace(r"^\s*([-+]?\d*),(\d+)", r"\1.\2", regex=True))
    return table, SEPARATORS[separator]


def _read_points(file, data, positive_value):
    """Return the columns that ``data`` names as float arrays, every row checked."""
    table, separated = _read_table(file)
    temperature, value = data["temperature"]["column"], data["value"]["column"]
    columns = {}
    for name in [temperature, value, *([data["error"]["column"]] if "column" in data["error"] else [])]:
        if name not in table:
            raise validation.InputError(
                f"{file}: column {name}: missing; the columns, split at {separated}, are {list(table.columns)}"
            )
        columns[name] = pd.to_numeric(table[name], errors="coerce").to_numpy(dtype=float)
        positive = name != value or positive_value
        bad = ~np.isfinite(columns[name]) | (positive & (columns[name] <= 0))
        if bad.any():
            row = int(np.argmax(bad))
            need = "must be a finite number" + (" > 0" if positive else "")
            raise validation.InputError(
                f"{file}: column {name}, row {row + 1}: {table[name].iloc[row] or 'an empty field'} {need}"
            )
    steps = np.diff(columns[temperature])
    if (steps <= 0).any():
        row = int(np.argmax(steps <= 0)) + 1
        raise validation.InputError(
            f"{file}: column {temperature}, row {row + 1}: {table[temperature].iloc[row]} must be above the row before it:"
            " temperatures ascend and none stands twice"
        )
    return columns
