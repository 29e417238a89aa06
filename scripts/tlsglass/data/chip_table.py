"""The devices of a chip from one long table: a dataset for each value of a column."""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from statistics import median

from tlsglass.base import validation
from tlsglass.data import infer_dataset, resonator_table, units
from tlsglass.data.columns import describe_columns
from tlsglass.data.dataset import Dataset
from tlsglass.data.infer_dataset import ReadingOptions
from tlsglass.data.read_table import Table
from tlsglass.data.resonator_table import ResonatorOptions

MAX_DEVICES = 200


def build_datasets(table: Table, options: ReadingOptions, group: str, frequency: str | None = None) -> dict[str, list[Dataset]]:
    """Return {name: [dataset]} for each value of the column ``group``, in the order of the table.

    Parameters
    ----------
    table
        The table of all devices.
    options
        What a user specifies of it; the same for all devices.
    group
        The column that names the device of each row.
    frequency
        The probe frequency with its unit, for all devices, or the column that contains it; None where it follows from the
        value, as that of a resonator does.

    Raises
    ------
    InputError
        One line for each problem, beginning with the device where it concerns one.
    """

    def build(name: str, where: dict[str, str]) -> list[Dataset]:
        own = replace(options, where=where, name=name, frequency_Hz=_probe(table, where, frequency))
        return [infer_dataset.build_dataset(table, infer_dataset.infer_info(table, own))]

    devices = _build_each(table, group, options.where or {}, build)
    without = [name for name, (dataset,) in devices.items() if dataset.points.error is None]
    if without:
        needed = "--error COLUMN or --relative-error 1%: devices are weighted by their errors"
        raise validation.InputError(f"{table.source}: {needed}")
    return devices


def build_resonators(
    tables: Sequence[Table], options: ResonatorOptions, group: str, frequency: str | None = None
) -> dict[str, list[Dataset]]:
    """Return the datasets of 1/Q_i and f of each resonator of a chip, as ``build_datasets``, by the name of the resonator."""
    if options.frequency_power == resonator_table.ALL_POWERS:
        raise validation.InputError(f"--f-power {resonator_table.ALL_POWERS} cannot be used with --group: select one power")

    def build(name: str, where: dict[str, str]) -> list[Dataset]:
        own = replace(options.frequency, where=where, frequency_Hz=_probe(tables[0], where, frequency))
        loss, (shift,) = resonator_table.build_resonator_datasets(tables, replace(options, frequency=own))
        return [replace(loss, name=f"1/Q of {name}"), replace(shift, name=f"f of {name}")]

    return _build_each(tables[0], group, options.frequency.where or {}, build)


def _build_each(
    table: Table, group: str, where: Mapping[str, str], build: Callable[[str, dict[str, str]], list[Dataset]]
) -> dict[str, list[Dataset]]:
    """Return {device: ``build``(its name, the condition for its rows)}, in the order of the table."""
    cells = [str(cell) for cell in table.column(group)]
    values = list(dict.fromkeys(cells[k] for k in table.select(where, each=group) if cells[k]))
    if not 2 <= len(values) <= MAX_DEVICES:
        allowed = f"must have 2 to {MAX_DEVICES} different values; it has {len(values)}"
        raise validation.InputError(f"{table.source}: --group {group}: {allowed}")
    devices, problems = {}, []
    for value in values:
        name = _name(value)
        if name in devices:
            problems.append(f"{group} = {value}: its name is too similar to that of another device")
            continue
        try:
            devices[name] = build(name, {**where, group: value})
        except validation.Question:
            raise
        except validation.InputError as error:
            problems += [f"{group} = {value}: {line}" for line in error.lines]
    validation.raise_all(problems)
    return devices


def describe_reading(devices: Mapping[str, Sequence[Dataset]]) -> str:
    """Return the line that reports what was read for the first device, and the number of devices."""
    first, *partners = next(iter(devices.values()))
    text: str = first.describe_reading()["text"]
    if partners:
        text = resonator_table.describe_reading(first, partners)
    powers = {
        name: part.selection["values"][0]
        for name, parts in devices.items()
        for part in parts
        if part.selection and part.selection["values"]
    }
    names = ", ".join(f"{name} (f at {powers[name]})" if len(set(powers.values())) > 1 else name for name in devices)
    return f"{text}; {len(devices)} devices: {names}"


def _name(device: str) -> str:
    """Return the name of a dataset for the text of a cell."""
    name = re.sub(r"[^A-Za-z0-9_-]+", "_", device).strip("_-")
    return name or "device"


def _probe(table: Table, where: dict[str, str], frequency: str | None) -> float | None:
    """Return the frequency of a device in hertz."""
    if frequency is None:
        return None
    if frequency not in table.header:
        return units.parse_frequency(frequency)
    column = describe_columns(table)[frequency]
    converted = units.convert_unit(column.unit or "", units.HERTZ)
    if converted is None:
        raise validation.InputError(f"--frequency {frequency}: {column.ask_for_unit_in_header('GHz')}")
    numbers = table.numbers(frequency)
    known = [numbers[k] for k in table.select(where) if math.isfinite(numbers[k]) and numbers[k] > 0]
    if not known:
        raise validation.InputError(f"--frequency {frequency}: has no positive number")
    return median(known) * converted[0]
