"""Measured datasets: read one and refuse, a line each, what would fail or mislead later.

A dataset is a folder with ``dataset.yaml`` (reference, units, provenance, what to fit) and its points as CSV. The Snakefile
checks them all when it is parsed: nothing here needs more than jsonschema and yaml, but for pint where a unit is converted.
"""

import math
import re
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from tlsglass.base import validation
from tlsglass.data import drive_section, joint_section, read_table, renamed_keys
from tlsglass.data.units import suggest_unit
from tlsglass.models import registry
from tlsglass.models.observable import J0_OVER_H0

RELATIVE = "relative"  # of errors from the residuals: in proportion to the value
NAME, SCHEMA = "dataset.yaml", "dataset.schema.yaml"
LONGEST_NAME = 100  # characters: a file of it must still have a name that file systems take
TEXTS = ("title", "label", "reference", "doi", "material", "observable", "provenance", "note", "file", "column", "unit")
TEMPERATURES_K = (5e-4, 20.0)  # ASSUME: TLSs rule between these; a millikelvin taken for a kelvin falls outside


@dataclass(frozen=True)
class ValidatedDataset:
    """A dataset that passed: plain numbers in kelvin and in ``unit``; None where pint, which converts them, is not there."""

    name: str
    info: dict  # the content of dataset.yaml
    unit: str | None
    factor: float | None  # from the unit of the file
    T_K: list | None
    value: list | None
    error: list | None  # where a column gives it
    extra: dict | None = None  # {column: numbers} of what else is needed of each point


def schema():
    """Return the JSON schema of dataset.yaml."""
    return validation.read_yaml(Path(__file__).with_name(SCHEMA))


def validate_each(folders, schema):
    """Return {name: content of dataset.yaml} of the datasets in ``folders``, and {name: lines} of those that are wrong."""
    infos, broken = {}, {}
    for folder in folders:
        try:
            infos[folder.name] = validate_folder(folder, schema).info
        except validation.InputError as error:
            broken[folder.name] = error.lines
    return infos, broken


def validate_all(folders, schema):
    """Return {name: content of dataset.yaml} of the datasets in ``folders``. Raises validation.InputError for all together."""
    infos, wrong = {}, []
    for folder in folders:
        with validation.collect_errors(wrong):
            infos[folder.name] = validate_folder(folder, schema).info
    validation.raise_all(wrong)
    return infos


def validate_folder(folder, schema):
    """Read and check the dataset in ``folder``. Raises validation.InputError, a line for each thing that is wrong."""
    folder = Path(folder)
    path = folder / NAME
    if len(folder.resolve().name) > LONGEST_NAME:
        raise validation.InputError(
            f"{folder}: the name of a dataset has at most {LONGEST_NAME} characters, not {len(folder.name)}"
        )
    if folder.is_dir() and not path.is_file():
        others = ", ".join(sorted(one.name for one in folder.iterdir())) or "nothing"
        raise validation.InputError(f"{path}: missing; the folder holds {others}")
    return validate_info(validation.read_yaml(path), folder, schema, path)


def validate_info(info, folder, schema, path, file=None):
    """Check the content of a dataset.yaml, ``path``, with its points in ``folder``, or in ``file``: return the Checked."""
    info = renamed_keys.rename_keys(_with_numbers(info), path)
    validation.check_schema(info, _with_registered(schema), lambda _: path)
    data = info["data"]
    observable = registry.get_observable(info["observable"])
    wrong = _in_what_is_fitted(path, info, observable)
    wrong += drive_section.validate_drive(path, info, observable) + joint_section.validate_joint(path, info, observable)
    targets = observable.units + ((observable.probe_unit,) if observable.probe_unit else ())
    with validation.collect_errors(wrong):
        kelvin, _ = _unit(path, "temperature", data, ("K",))
    with validation.collect_errors(wrong):
        factor, unit = _unit(path, "value", data, targets)
    file = file or folder / data["file"]
    names = [data[key]["column"] for key in ("temperature", "value", "error") if "column" in data[key]]
    if len(set(names)) < len(names):
        wrong.append(f"{path}: data: the columns {', '.join(names)} must be different ones")
    with validation.collect_errors(wrong):
        positive = drive_section.required_columns(info) | {name: name != names[1] or observable.positive for name in names}
        columns = read_table.read_columns(file, list(dict.fromkeys([*names, *positive])), positive, data.get("where"))
    validation.raise_all(wrong)
    if kelvin is None or factor is None:
        return ValidatedDataset(Path(folder).name, info, None, None, None, None, None)
    T_K = [T * kelvin for T in columns[names[0]]]
    value = [x * factor for x in columns[names[1]]]
    if unit == observable.probe_unit:  # the probed quantity itself: its relative change is what is fitted
        probe = info[observable.probe]
        value, factor, unit = [x / probe - 1 for x in value], factor / probe, observable.units[0]
    error = [x * factor for x in columns[names[2]]] if len(names) > 2 else None
    if data["value"].get("inverse", False):
        value, error = [1 / x for x in value], error and [s / x**2 for s, x in zip(error, value, strict=True)]
    extra = {name: columns[name] for name in drive_section.required_columns(info)}
    validation.raise_all(_in_points(file, info, observable, T_K, value) + drive_section.validate_points(file, info, extra))
    return ValidatedDataset(Path(folder).name, info, unit, factor, T_K, value, error, extra)


def _with_numbers(value, key=""):
    """Return the content of a dataset.yaml with numbers that YAML takes for text: 428.8e6 lacks the sign of its power."""
    if isinstance(value, dict):
        return {name: _with_numbers(one, name) for name, one in value.items()}
    if isinstance(value, list):
        return [_with_numbers(one, key) for one in value]
    if isinstance(value, str) and key not in TEXTS and re.fullmatch(r"[-+]?\d+\.\d*[eE]\d+", value):
        return float(value)
    return value


def _with_registered(schema):
    """Return the schema with what the register adds: the names of the observables, and the keys of their probes."""
    probes = {key: {"type": "number", "exclusiveMinimum": 0} for key in registry.probe_keys()}
    registered = {"observable": {"enum": list(registry.observable_names())}} | probes
    return schema | {"properties": schema["properties"] | registered}


def _settings(info, observable):
    """Return start, low, high of each parameter that has a start, from the dataset or else from the observable."""
    return {
        name: {"start": own.default, "low": own.low, "high": own.high} | info["parameters"].get(name, {})
        for name, own in observable.parameters.items()
        if name in info["parameters"] or own.default is not None
    }


def _in_what_is_fitted(path, info, observable):
    """Hold the keys of dataset.yaml against each other, and against the observable: return a line for each conflict."""
    wrong = _in_parameters(path, info, observable)

    def refuse(keys, value, allowed):
        wrong.append(validation.error_line(lambda _: path, keys, value, allowed))

    if "doi" in info and not re.fullmatch(r"10\.\d{4,9}/\S+", info["doi"]):
        refuse(["doi"], info["doi"], "must look like 10.1103/PhysRevB.103.054202, without the address of a resolver")
    if "window_K" in info and not info["window_K"][0] < info["window_K"][1]:
        refuse(["window_K"], info["window_K"], "must ascend")
    for key in registry.probe_keys():
        if key == observable.probe and key not in info:
            wrong.append(validation.missing_key_line(lambda _: path, [key], f"{observable.name} needs the probing frequency"))
        if key != observable.probe and key in info:
            refuse([key], info[key], f"{observable.name} has no use for it")
    if (info["provenance"] == "reconstructed") != ("reconstruction" in info):
        refuse(["provenance"], info["provenance"], "goes with a section `reconstruction` if it is reconstructed, and only then")
    if Path(info["data"]["file"]).name != info["data"]["file"]:
        refuse(["data", "file"], info["data"]["file"], f"must be the name of a file beside {NAME}")
    if "error" in info["data"]["temperature"] and "from_residuals" in info["data"]["error"]:
        refuse(["data", "error"], info["data"]["error"], "temperature errors need errors of the value to be weighed against")
    return wrong


def _in_parameters(path, info, observable):
    """Hold the parameters of dataset.yaml against those of the observable: return a line for each conflict."""
    wrong = []

    def refuse(keys, value, allowed):
        wrong.append(validation.error_line(lambda _: path, keys, value, allowed))

    given = info["parameters"]
    known = (*observable.parameters, *((J0_OVER_H0,) if observable.atlas_shapes else ()))
    for name in given:
        if name not in known:
            allowed = ", ".join(known)
            refuse(["parameters", name], given[name], f"no parameter of {observable.name}; allowed: {allowed}")
    settings = _settings(info, observable)
    for name in observable.parameters:
        if name not in settings:
            wrong.append(validation.missing_key_line(lambda _: path, ["parameters", name]))
        else:
            start, low, high = (settings[name][key] for key in ("start", "low", "high"))
            if not low < high:
                refuse(["parameters", name], {"low": low, "high": high}, "low must be below high")
            elif not low <= start <= high:
                refuse(["parameters", name, "start"], start, f"must lie in its bounds, {low} to {high}")
    if all(one.get("fixed", False) for one in given.values()):
        refuse(["parameters"], list(given), "at least one must be free")
    return wrong


def _in_points(file, info, observable, T_K, value):
    """Return a line for each reason why the points in the window are too few, or made by a wrong unit."""
    wrong = []
    low, high = info.get("window_K", (0, math.inf))
    inside = [k for k, T in enumerate(T_K) if low <= T <= high]
    unused = observable.unused_parameters(info, "drive" in info["data"])
    free = sum(not one.get("fixed", False) for name, one in _settings(info, observable).items() if name not in unused)
    if len(inside) <= free + 1:
        few = f"{len(inside)} points in the window {low:g} to {high:g} K are too few"
        span = f"; the points lie at {min(T_K):.3g} to {max(T_K):.3g} K" if T_K else ""
        span += ", and a window is in kelvin" if span and "window_K" in info else ""
        return [f"{file}: {few} for {free} free parameters: need {free + 2}{span}"]
    column = info["data"]["temperature"]["column"]
    least, most = TEMPERATURES_K
    ends = min(T_K[k] for k in inside), max(T_K[k] for k in inside)
    outside = [T for T in ends if not least <= T <= most]
    if len({T_K[k] for k in inside}) < 3:
        wrong.append(f"{file}: column {column}: the points in the window lie at less than 3 temperatures")
    wrong += _in_errors(file, info, [value[k] for k in inside])
    if outside:
        must = f"must be {least:g} to {most:g} K in the window; is the unit right?"
        wrong.append(f"{file}: column {column}: {outside[0]:g} K cannot be: {must}")
    change = max(value[k] for k in inside) - min(value[k] for k in inside)
    if observable.max_change is not None and change > observable.max_change:
        wrong.append(
            f"{file}: column {info['data']['value']['column']}: changes by {change:.3g} in all: a relative change must stay"
            f" below {observable.max_change:g}; is the unit right?"
        )
    return wrong


def _in_errors(file, info, value):
    """Return a line where values have no error that a fit can weigh them with."""
    given = info["data"]["error"]
    zero = [k for k, x in enumerate(value) if x == 0]
    key = next(iter(given))
    if (key == "assumed_relative" or given[key] == RELATIVE) and zero:
        why = "is 0, of which a relative error is nothing; give `assumed`, a column, or `from_residuals: true`"
        return [f"{file}: column {info['data']['value']['column']}: data.error.{key}: value {zero[0] + 1} {why}"]
    return []


def _unit(path, key, data, targets):
    """Return the factor that brings a column to the first of ``targets`` that its unit converts to, and that target.

    (None, None) where pint is not installed, as beside Snakemake alone: the job that fits has it, and then checks.
    """
    unit = data[key]["unit"]
    if unit in targets:
        return 1.0, unit
    registry = _unit_registry()
    if registry is None:
        return None, None

    def refused(allowed):
        return validation.input_error(lambda _: path, ["data", key, "unit"], unit, allowed)

    for target in targets:
        try:
            one, two = (registry.Quantity(value, unit).to(target).magnitude for value in (1.0, 2.0))
        except Exception:  # the parser of units raises what it likes
            continue
        if not math.isclose(two, 2 * one, rel_tol=1e-12):
            raise refused(f"must be a multiple of {target}, with the same zero")
        return one, target
    raise refused(f"must be a unit that converts to {' or '.join(targets)}{suggest_unit(unit, targets)}")


def is_convertible(unit, targets):
    """Return whether a unit is one of ``targets`` or converts to one; False where pint is not installed."""
    try:
        return _unit("", "value", {"value": {"unit": unit}}, targets)[0] is not None
    except validation.InputError:
        return False


@cache
def _unit_registry():
    """Return pint's register of units, or None. pint is slow to import, and rarely needed."""
    try:
        import pint
    except ModuleNotFoundError:
        return None
    return pint.UnitRegistry()
