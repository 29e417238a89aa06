"""The devices of a chip from one long table: a dataset for each value of a column."""

from __future__ import annotations

import math
import re
from collections.abc import Sequence
from dataclasses import replace
from statistics import median

from tlsglass.base import validation
from tlsglass.data import infer_dataset, reading, units
from tlsglass.data.columns import describe_columns
from tlsglass.data.dataset import Dataset
from tlsglass.data.infer_dataset import ReadingOptions
from tlsglass.data.read_table import Table

MAX_DEVICES = 200


def build_datasets(table: Table, options: ReadingOptions, group: str, frequency: str | None = None) -> list[Dataset]:
    """Return a dataset for each value of the column ``group``, in the order of the table.

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
    cells = [str(cell) for cell in table.column(group)]
    devices = list(dict.fromkeys(cells[k] for k in table.select(options.where or {}) if cells[k]))
    if not 2 <= len(devices) <= MAX_DEVICES:
        allowed = f"must have 2 to {MAX_DEVICES} different values; it has {len(devices)}"
        raise validation.InputError(f"{table.source}: --group {group}: {allowed}")
    datasets, problems = [], []
    for device in devices:
        try:
            where = {**(options.where or {}), group: device}
            probe = _probe(table, where, frequency)
            own = replace(options, where=where, name=_name(device), frequency_Hz=probe)
            datasets.append(infer_dataset.build_dataset(table, infer_dataset.infer_info(table, own)))
        except validation.Question:
            raise
        except validation.InputError as error:
            problems += [f"{group} = {device}: {line}" for line in error.lines]
    validation.raise_all(problems)
    without = [dataset.name for dataset in datasets if dataset.points.error is None]
    if without:
        needed = "--error COLUMN or --relative-error 1%: devices are weighted by their errors"
        raise validation.InputError(f"{table.source}: {needed}")
    return datasets


def describe_reading(datasets: Sequence[Dataset]) -> str:
    """Return the line that reports what was read for the first device, and the number of devices."""
    text: str = reading.describe_reading(datasets[0])["text"]
    return f"{text}; {len(datasets)} devices: {', '.join(dataset.name for dataset in datasets)}"


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
        raise validation.InputError(f"--frequency {frequency}: its unit is not clear; name it in the header, like f (GHz)")
    numbers = table.numbers(frequency)
    known = [numbers[k] for k in table.select(where) if math.isfinite(numbers[k]) and numbers[k] > 0]
    if not known:
        raise validation.InputError(f"--frequency {frequency}: has no positive number")
    return median(known) * converted[0]
