"""Validation of datasets: every problem is one line that names the file, the key, the value and what is allowed.

A dataset is a folder with ``dataset.yaml`` (reference, units, provenance, parameters of the fit) and its points as CSV. The
Snakefile validates all datasets when it is parsed, so nothing here needs more than jsonschema and yaml.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from tlsglass.atlas.shipped import interaction_names
from tlsglass.base import validation
from tlsglass.base.validation import Problems
from tlsglass.data import drive_section, joint_section, questions, renamed_keys
from tlsglass.data.convert import (
    RELATIVE,
    TEMPERATURES_K,
    MeasuredPoints,
    TableReading,
    convert_points,
    describe_names,
)
from tlsglass.data.read_table import Table, read_table
from tlsglass.models import registry
from tlsglass.models.observable import J0_OVER_H0, TIME, Observable

DATASET_YAML, SCHEMA = "dataset.yaml", "dataset.schema.yaml"
NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9_-]*")  # of the folder of a dataset
HIGHEST_FREQUENCY_HZ = 1e13  # h times it is k times 480 K; frequencies in a wrong unit exceed it
MAX_NAME_LENGTH = 100  # characters: names of result files must still be accepted by file systems
TEXT_KEYS = (
    "title",
    "label",
    "reference",
    "doi",
    "material",
    "observable",
    "provenance",
    "note",
    "file",
    "column",
    "unit",
    "form",
)


@dataclass(frozen=True)
class ValidatedDataset:
    """A valid dataset as plain numbers in kelvin and in the unit of its observable."""

    name: str
    info: dict[str, Any]  # the content of dataset.yaml
    points: MeasuredPoints
    reading: TableReading


@cache
def schema() -> dict[str, Any]:
    """Return the JSON schema of dataset.yaml."""
    content: dict[str, Any] = validation.read_yaml(Path(__file__).with_name(SCHEMA))
    return content


def validate_each(folders: Iterable[Path], schema: dict[str, Any]) -> tuple[dict[str, dict[str, Any]], dict[str, list[str]]]:
    """Return {name: content of dataset.yaml} of the valid datasets in ``folders``, and {name: lines} of all others."""
    infos, broken = {}, {}
    for folder in folders:
        try:
            infos[folder.name] = validate_folder(folder, schema).info
        except validation.InputError as error:
            broken[folder.name] = error.lines
    return infos, broken


def check_name(name: str, source: str) -> None:
    """Refuse a name that a dataset may not have, since it is that of folders and files of results."""
    if not NAME.fullmatch(name) or len(name) > MAX_NAME_LENGTH:
        allowed = f"must have letters, digits, _ and - only, at most {MAX_NAME_LENGTH}, and not begin with _ or -"
        raise validation.InputError(f"{source}: the name of a dataset {allowed}")


def validate_folder(folder: Path | str, schema: dict[str, Any]) -> ValidatedDataset:
    """Read and validate the dataset in ``folder``.

    Raises
    ------
    InputError
        One line for each problem.
    """
    folder = Path(folder)
    path = folder / DATASET_YAML
    check_name(folder.resolve().name, str(folder))
    if folder.is_dir() and not path.is_file():
        files = ", ".join(sorted(file.name for file in folder.iterdir())) or "nothing"
        raise validation.InputError(f"{path}: missing; the folder contains {files}")
    return validate_info(validation.read_yaml(file_in_folder(folder, DATASET_YAML)), folder, schema, path)


def validate_info(
    info: Any, folder: Path, schema: dict[str, Any], path: Path | str, table: Table | None = None
) -> ValidatedDataset:
    """Validate the content of a dataset.yaml together with its points.

    Parameters
    ----------
    info
        The content.
    folder
        The folder of the dataset, which has its name and contains its points.
    schema
        The JSON schema of dataset.yaml.
    path
        The name of dataset.yaml in messages.
    table
        The points, where they are not in the file ``data.file``.

    Raises
    ------
    InputError
        One line for each problem.
    """
    info = renamed_keys.rename_keys(_with_numbers(info), path)
    validation.check_schema(info, _with_registry(schema), lambda _: path)
    observable = registry.get_observable(info["observable"])
    problems = Problems(path)
    _check_parameters(problems, info, observable)
    _check_keys(problems, info, observable)
    drive_section.check_drive(problems, info, observable)
    joint_section.check_joint(problems, info, observable, folder)
    points, asked = MeasuredPoints(), []
    with validation.collect_errors(problems):
        table = table or read_table(file_in_folder(folder, info["data"]["file"]))
        points = convert_points(problems, info, observable, table)
    validation.raise_all(problems)
    assert table is not None
    validation.raise_all(_point_problems(table.source, info, observable, points))
    _check_lower_bounds(problems, info, observable, points.T_K)
    validation.raise_all(problems)
    validation.raise_all(drive_section.sweep_problems(table.source, info, points.drive))
    asked = list(questions.ask(info, observable, table, points))
    if asked:
        raise validation.Question.combine(asked)
    return ValidatedDataset(Path(folder).name, info, points, describe_names(info, table.header))


def file_in_folder(folder: Path | str, name: str) -> Path:
    """Return the file of that name in ``folder``. Raises InputError for anything outside of it, without opening it."""
    path = Path(folder) / name
    try:
        inside = path.resolve().parent == Path(folder).resolve()
    except (OSError, ValueError, RuntimeError):  # a name with a null byte, or links in a circle
        inside = False
    if Path(name).name != name or not inside:
        raise validation.InputError(
            f"{Path(folder) / DATASET_YAML}: {name!r}: must be a file in the same folder, not a link out of it"
        )
    return path


def _with_numbers(value: Any, key: str = "") -> Any:
    """Return the content of a dataset.yaml with numbers for texts such as 428.8e6, which YAML takes for text."""
    if isinstance(value, dict):
        return {name: _with_numbers(entry, name) for name, entry in value.items()}
    if isinstance(value, list):
        return [_with_numbers(entry, key) for entry in value]
    if isinstance(value, str) and key not in TEXT_KEYS and re.fullmatch(r"[-+]?\d+\.\d*[eE]\d+", value):
        return float(value)
    return value


def _with_registry(schema: dict[str, Any]) -> dict[str, Any]:
    """Return the schema with the names of the observables and of the interactions, and the keys of the probes."""
    probes: dict[str, dict[str, Any]] = {key: {"type": "number", "exclusiveMinimum": 0} for key in registry.probe_keys()}
    for key in probes:
        if key.endswith("_Hz"):
            probes[key]["maximum"] = HIGHEST_FREQUENCY_HZ
    registered = {"observable": {"enum": list(registry.observable_names())}} | probes
    registered |= {"interaction": {"enum": interaction_names()}}
    return schema | {"properties": schema["properties"] | registered}


def _settings(info: dict[str, Any], observable: Observable) -> dict[str, dict[str, Any]]:
    """Return start, low, high of each parameter that has a start, from the dataset or else from the observable."""
    return {
        name: {"start": parameter.default, "low": parameter.low, "high": parameter.high} | info["parameters"].get(name, {})
        for name, parameter in observable.parameters.items()
        if name in info["parameters"] or parameter.default is not None
    }


def _check_keys(problems: Problems, info: dict[str, Any], observable: Observable) -> None:
    """Check the keys of dataset.yaml against each other and against the observable."""
    data = info["data"]
    if "doi" in info and not re.fullmatch(r"10\.\d{4,9}/\S+", info["doi"]):
        problems.refuse(["doi"], info["doi"], "must look like 10.1103/PhysRevB.103.054202, without the address of a resolver")
    if "window_K" in info and not info["window_K"][0] < info["window_K"][1]:
        problems.refuse(["window_K"], info["window_K"], "must ascend")
    for key in registry.probe_keys():
        is_timed = key == TIME
        if is_timed and "time" in data and key in info:
            problems.refuse([key], info[key], "data.time is a column of times already")
        if key == observable.probe and key not in info and not observable.probe_is_optional:
            if not is_timed:
                problems.missing([key], f"{observable.name} needs the probing frequency")
            elif "time" not in data:
                problems.missing([key], f"{observable.name} needs a time, or data.time, a column")
        if key != observable.probe and key in info:
            problems.refuse([key], info[key], f"{observable.name} has no use for it")
    if "time" in data and not observable.is_timed:
        problems.refuse(["data", "time"], data["time"], f"{observable.name} has no use for it")
    if (info["provenance"] == "reconstructed") != ("reconstruction" in info):
        problems.refuse(
            ["provenance"], info["provenance"], "goes with a section `reconstruction` if it is reconstructed, and only then"
        )
    if "error" in data["temperature"] and "from_residuals" in data["error"]:
        problems.refuse(["data", "error"], data["error"], "temperature errors need errors of the value")


def _check_parameters(problems: Problems, info: dict[str, Any], observable: Observable) -> None:
    """Check the parameters of dataset.yaml against those of the observable."""
    parameters = info["parameters"]
    known = (*observable.parameters, *((J0_OVER_H0,) if observable.atlas_shapes else ()))
    for name in parameters:
        if name not in known:
            allowed = f"no parameter of {observable.name}; allowed: {', '.join(known)}"
            problems.refuse(["parameters", name], parameters[name], allowed)
    settings = _settings(info, observable)
    for name in observable.parameters:
        if name not in settings:
            problems.missing(["parameters", name])
            continue
        start, low, high = (settings[name][key] for key in ("start", "low", "high"))
        if not low < high:
            problems.refuse(["parameters", name], {"low": low, "high": high}, "low must be below high")
        elif not low <= start <= high:
            problems.refuse(["parameters", name, "start"], start, f"must lie in its bounds, {low} to {high}")
    if all(parameter.get("fixed", False) for parameter in parameters.values()):
        problems.refuse(["parameters"], list(parameters), "at least one must be free")


def _check_lower_bounds(problems: Problems, info: dict[str, Any], observable: Observable, T_K: list[float]) -> None:
    """Check the bounds that the highest temperature in the window sets, such as a gap that must not vanish there."""
    low, high = info.get("window_K", (0, math.inf))
    highest_K = max(T for T in T_K if low <= T <= high)
    for name, setting in _settings(info, observable).items():
        parameter, own_keys = observable.parameters[name], info["parameters"].get(name, {})
        key, end = "high", min(setting["high"], parameter.high)
        if setting.get("fixed", False):
            key, end = "start", setting["start"]
        lowest, unit = parameter.low_per_K * highest_K, parameter.unit
        if parameter.low_per_K and end < lowest:
            reason = f"{name} must be at least {lowest:.3g} {unit} for points up to {highest_K:.3g} K,"
            reason += " because a smaller gap would vanish there"
            if end > 0:
                digits = 2 - math.floor(math.log10(end))
                end_K = math.floor(end / parameter.low_per_K * 10**digits) / 10**digits
                reason += f"; a window that ends at {end_K:g} K or below allows {end:g} {unit}"
            keys = ["parameters", name, key] if key in own_keys else ["window_K"]
            problems.refuse(keys, own_keys.get(key, info.get("window_K", "all points")), reason)


def _point_problems(source: str, info: dict[str, Any], observable: Observable, points: MeasuredPoints) -> list[str]:
    """Return a line for each reason why the points in the window are too few, or have the wrong unit."""
    low, high = info.get("window_K", (0, math.inf))
    T_K, value = points.T_K, points.value
    inside = [k for k, T in enumerate(T_K) if low <= T <= high]
    unused = observable.unused_parameters(info, "drive" in info["data"])
    settings = _settings(info, observable)
    free = sum(not setting.get("fixed", False) for name, setting in settings.items() if name not in unused)
    if len(inside) <= free + 1:
        window = f" in the window {low:g} to {high:g} K" if "window_K" in info else ""
        few = f"{len(inside)} points{window} are too few"
        span = f"; the points lie at {min(T_K):.3g} to {max(T_K):.3g} K" if T_K else ""
        span += ", and a window is in kelvin" if span and "window_K" in info else ""
        return [f"{source}: {few} for {free} free parameters: need {free + 2}{span}"]
    problems = []
    column = info["data"]["temperature"]["column"]
    lowest, highest = TEMPERATURES_K
    outside = [T for T in (min(T_K[k] for k in inside), max(T_K[k] for k in inside)) if not lowest <= T <= highest]
    times = points.time_s or [0.0] * len(T_K)
    sweeps = points.drive[drive_section.sweep_column(info)] if "drive" in info["data"] else times
    n_distinct = len({(T_K[k], times[k], sweeps[k]) for k in inside})
    if n_distinct <= free + 1 and not info.get("joint"):
        few = f"the points in the window lie at {n_distinct} different temperatures{' and times' if points.time_s else ''}"
        problems.append(f"{source}: column {column}: {few}, too few for {free} free parameters: need {free + 2}")
    problems += _zero_problems(source, info, [value[k] for k in inside])
    if outside:
        allowed = f"must be {lowest:g} to {highest:g} K in the window; is the unit right?"
        problems.append(f"{source}: column {column}: {outside[0]:g} K cannot be: {allowed}")
    change = max(value[k] for k in inside) - min(value[k] for k in inside)
    if observable.max_change is not None and change > observable.max_change:
        problems.append(
            f"{source}: column {info['data']['value']['column']}: changes by {change:.3g} in all: a relative change must stay"
            f" below {observable.max_change:g}; is the unit right? Choose one of several devices by --where, or --group"
        )
    if change == 0 and not problems:
        allowed = f"{value[inside[0]]:g} in all rows: nothing depends on the temperature; is it the right column?"
        problems.append(f"{source}: column {info['data']['value']['column']}: {allowed}")
    return problems


def _zero_problems(source: str, info: dict[str, Any], value: list[float]) -> list[str]:
    """Return a line if errors are relative and a value is 0."""
    data = info["data"]
    key, error = next(iter(data["error"].items()))
    zeros = [k for k, x in enumerate(value) if x == 0]
    if zeros and (key == "assumed_relative" or error == RELATIVE):
        why = "is 0, so that its relative error is undefined; give `assumed`, a column, or `from_residuals: true`"
        return [f"{source}: column {data['value']['column']}: data.error.{key}: value {zeros[0] + 1} {why}"]
    return []
