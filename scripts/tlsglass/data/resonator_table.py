"""Frequency and loss of a resonator from one table, or from two, without a dataset.yaml: datasets that share parameters."""

from __future__ import annotations

import math
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from statistics import median
from typing import Any

from tlsglass.base import validation
from tlsglass.data import drive_section, infer_dataset, units
from tlsglass.data.columns import Column, describe_columns
from tlsglass.data.dataset import Dataset, SelectionReason
from tlsglass.data.infer_dataset import ReadingOptions
from tlsglass.data.read_table import Table, parse_number
from tlsglass.models import registry
from tlsglass.models.resonator import SHARED_PARAMETERS

ALL_POWERS = "all"  # --f-power: f of all powers is fitted
EQUAL_ERRORS = 0.05  # ASSUME: relative difference of their errors up to which two powers are equally suitable for f


@dataclass(frozen=True)
class ResonatorOptions:
    """What a user specifies of the table of a resonator, besides the options of f; None for what is inferred."""

    frequency: ReadingOptions = field(default_factory=ReadingOptions)
    loss: str | None = None
    loss_is_inverse: bool | None = None  # the column contains Q_i
    loss_error: str | None = None
    loss_window_K: Sequence[float] | None = None
    power: str | None = None
    frequency_power: str | None = None  # that of the sweep whose f is fitted, or ALL_POWERS
    photons: str | None = None
    Qc: str | None = None
    Qc_is_inverse: bool | None = None
    Ql: str | None = None
    Ql_is_inverse: bool | None = None
    coupling_geometry: str | None = None
    attenuation_dB: float | None = None
    systematic: Mapping[str, float] | None = None  # relative errors {"uncorrelated", "correlated"} of 1/Q_i
    relaxation: bool = False  # include the loss of relaxing TLSs


def build_resonator_datasets(tables: Sequence[Table], options: ResonatorOptions) -> tuple[Dataset, list[Dataset]]:
    """Return (dataset of 1/Q_i, [dataset of f]) of one table, or of two: one with f and one with the loss.

    f is taken from the sweep with the smallest errors unless ``frequency_power`` names another, or ALL_POWERS: then there is a
    dataset of f for each power, with an offset of its own. With a single power there is no saturation to fit: F tan δ is then
    that at this power.

    Raises
    ------
    InputError
        One line that names every option that is missing.
    """
    f_table, loss_table = _tables_of(tables, options)
    needed: list[str] = []
    f = _column(f_table, options.frequency.value, ("frequency", "shift"), "--value COLUMN: the column of the frequency", needed)
    loss = _column(loss_table, options.loss, ("loss", "Q"), "--loss COLUMN or --Qi COLUMN: that of 1/Q_i or Q_i", needed)
    where = dict(options.frequency.where or {})
    sweep, drive = _drive(loss_table, options, needed)
    _raise_needed(loss_table, needed)
    assert f is not None
    assert loss is not None
    common = replace(options.frequency, form=None, inverse=False)
    _check_parameters("fix", common.fixed or ())
    _check_parameters("free", common.free)
    selection = _select_powers(f_table, f, sweep, options, bool(drive))
    f_options = replace(
        common,
        observable="resonator_frequency",
        value=f.name,
        **_parameters_of("resonator_frequency", common),
        confirm=(*common.confirm, *(("mixed_series",) if selection and not selection["values"] else ())),
    )
    f_infos = {}
    for value in (selection and selection["values"]) or [None]:
        f_where = where | ({selection["column"]: value} if selection and value else {})
        name = f"f at {selection['column']} = {value}" if selection and value else "f"
        f_infos[name] = _infer(f_table, replace(f_options, where=f_where or None), needed)
        _raise_needed(loss_table, needed)
        f_options = replace(f_options, frequency_Hz=f_infos[name].get("frequency_Hz"))  # one reference for all offsets
    f_info = next(iter(f_infos.values()))
    probe = common.frequency_Hz or f_info.get("frequency_Hz")
    is_inverse = loss.quantity == "Q" if options.loss_is_inverse is None else options.loss_is_inverse
    loss_options = replace(
        common,
        observable="resonator_loss",
        value=loss.name,
        value_unit="dimensionless" if loss.has_no_unit else None,
        error=options.loss_error,
        error_unit=None,
        inverse=is_inverse,
        form=None if is_inverse or loss.quantity != "Q" else "value",
        frequency_Hz=probe,
        window_K=options.loss_window_K or common.window_K,
        where=where or None,
        **_parameters_of("resonator_loss", common),
    )
    loss_info = _infer(loss_table, loss_options, needed) if probe else {}
    for info, missing in (
        (f_info, "--error COLUMN: the error of f"),
        (loss_info, "--loss-error COLUMN: the error of the loss"),
    ):
        if info and "from_residuals" in info["data"]["error"]:
            needed.append(f"{missing} is missing, a column or like 50Hz or 1%: f and Q are weighted by their errors")
    _raise_needed(loss_table, needed)
    _add_drive(loss_info, drive, options)
    dataset = replace(infer_dataset.build_dataset(loss_table, loss_info), name="1/Q")
    partners = [_build_frequency(f_table, info | {"title": name}, selection) for name, info in f_infos.items()]
    joint = {"joint": [{"dataset": partner.name, "shared": list(SHARED_PARAMETERS)} for partner in partners]}
    return replace(dataset, info=dataset.info | joint), partners


def build_driven_loss(table: Table, options: ResonatorOptions) -> Dataset:
    """Return the dataset of the loss alone at several powers or photon numbers; ``options.frequency`` are those of the loss.

    Raises InputError with one line that names every option that is missing.
    """
    needed: list[str] = []
    sweep, drive = _drive(table, options, needed)
    if sweep and not drive and not needed:
        needed.append(f"{sweep.name} has one value in these rows: a saturation needs several")
    info = _infer(table, options.frequency, needed)
    _raise_needed(table, needed)
    _add_drive(info, drive, options)
    return infer_dataset.build_dataset(table, info)


def _add_drive(info: dict[str, Any], drive: Mapping[str, Any], options: ResonatorOptions) -> None:
    """Add to the content of a dataset.yaml of the loss what the options of a drive, and of errors of the loss, say."""
    info["data"] |= {"drive": drive} if drive else {}
    info |= {"systematic": dict(options.systematic)} if options.systematic else {}
    if options.relaxation:
        info["parameters"]["A_Hz_per_K3"] = {"start": 1e6, "low": 0.0}


def describe_reading(dataset: Dataset, partners: Sequence[Dataset]) -> str:
    """Return the line that reports what was read for f and for the loss."""
    first, *others = partners
    parts = [part.describe_reading()["text"].removeprefix("read: ") for part in (first, dataset)]
    parts[1:1] = [f"{partner.name} is read in the same way ({len(partner.points.T_K)} points)" for partner in others]
    drive = dataset.info["data"].get("drive")
    note = "" if drive else "; one power or none: no saturation is fitted, so F tan δ is that at this power"
    return "read: " + "; ".join(parts) + note


def _check_parameters(option: str, names: Iterable[str]) -> None:
    """Raise InputError for the name of a parameter that neither f nor the loss has."""
    known = dict.fromkeys(
        name for x in ("resonator_loss", "resonator_frequency") for name in registry.get_observable(x).parameters
    )
    unknown = [name for name in names if name not in known]
    if unknown:
        raise validation.InputError(f"--{option} {', '.join(unknown)}: must be among {', '.join(known)}")


def _parameters_of(observable: str, common: ReadingOptions) -> dict[str, Any]:
    """Return the fixed and the optional parameters that an observable of a resonator has, as options of reading."""
    known = registry.get_observable(observable).parameters
    fixed = {name: x for name, x in (common.fixed or {}).items() if name in known}
    return {"fixed": fixed or None, "free": [name for name in common.free if name in known]}


def _tables_of(tables: Sequence[Table], options: ResonatorOptions) -> tuple[Table, Table]:
    """Return the tables of f and of the loss, which may be the same."""
    if len(tables) == 1:
        return tables[0], tables[0]
    if len(tables) > 2:
        raise validation.InputError(f"--observable resonator: {len(tables)} tables: at most one of f and one of Q")

    def matches(table: Table, name: str | None, quantities: tuple[str, ...]) -> bool:
        if name is not None:
            return name in table.header
        return any(c.quantity in quantities and not c.is_error for c in describe_columns(table).values())

    for f_table, loss_table in (tables, tables[::-1]):
        of_f = matches(f_table, options.frequency.value, ("frequency", "shift"))
        if of_f and matches(loss_table, options.loss, ("loss", "Q")):
            return f_table, loss_table
    raise validation.InputError("--value COLUMN, --loss COLUMN: name the columns of f and of 1/Q_i, one in each table")


def _raise_needed(table: Table, needed: list[str]) -> None:
    if needed:
        raise validation.InputError(f"{table.source}: {'; also '.join(needed)}; the columns are {', '.join(table.header[:40])}")


def _infer(table: Table, options: ReadingOptions, needed: list[str]) -> dict[str, Any]:
    """Return the inferred content of a dataset.yaml; none, and the text of what is needed, where an option is missing."""
    try:
        return infer_dataset.infer_info(table, options)
    except validation.InputError as error:
        needed.append(error.lines[0].removeprefix(f"{table.source}: ").split("; the columns are ")[0])
        return {}


def _column(
    table: Table, name: str | None, quantities: tuple[str, ...], question: str | None, needed: list[str]
) -> Column | None:
    """Return the column of that name, or the only one of ``quantities``; if there is none, ask the ``question``."""
    columns = describe_columns(table)
    if name is not None:
        table.index(name)
        return columns[name]
    candidates = [c for c in columns.values() if c.quantity in quantities and not c.is_error]
    candidates = [c for c in candidates if c.quantity == quantities[0]] or candidates  # 1/Q is preferred to Q
    candidates = [c for c in candidates if c.stem != "q"] or candidates  # beside Qi, Q is the loaded one
    if len(candidates) == 1:
        return candidates[0]
    if question:
        needed.append(question)
    return None


def _values(table: Table, column: Column | None, where: Mapping[str, str]) -> set[float]:
    """Return the different numbers of a column in the selected rows."""
    if column is None:
        return set()
    numbers = table.numbers(column.name)
    return {numbers[k] for k in table.select(where) if math.isfinite(numbers[k])}


def _drive(table: Table, options: ResonatorOptions, needed: list[str]) -> tuple[Column | None, dict[str, Any]]:
    """Return the column of the power or photon number, and the section ``data: drive``, empty for at most one power."""
    power = _column(table, options.power, ("power",), None, needed)
    photons = _column(table, options.photons, ("photons",), None, needed)
    if options.power and options.photons:
        raise validation.InputError("--power COLUMN or --photons COLUMN: one of them must be given")
    where = options.frequency.where or {}
    if photons is not None and (options.photons or power is None):
        if photons.form.log not in ("", drive_section.LOG10):
            needed.append(f"--photons COLUMN: the base of the logarithm {photons.name} is not clear; give a column of numbers")
        section: dict[str, Any] = {"column": photons.name} | ({"form": drive_section.LOG10} if photons.form.log else {})
        factor = _dimensionless_factor(photons, "photons", needed)
        section |= {"factor": factor} if factor != 1.0 else {}
        drive: dict[str, Any] = {"photons": section}
        is_sweep = power is not None and 1 < len(_values(table, power, where)) <= drive_section.MAX_SWEEPS
        drive |= {"sweep": power.name} if power is not None and is_sweep else {}
        is_driven = len(_values(table, photons, where)) > 1 and photons.name not in where
        return (power if is_sweep else photons), (drive if is_driven else {})
    if power is None or len(_values(table, power, where)) < 2 or power.name in where:
        return power, {}
    return power, _power_section(table, power, options, needed)


def _power_section(table: Table, power: Column, options: ResonatorOptions, needed: list[str]) -> dict[str, Any]:
    """Return the section ``data: drive`` of a power."""
    if options.coupling_geometry is None:
        needed.append("--coupling-geometry notch (hanger) or reflection: the photon number is 2 or 4 · Q_l²/Q_c · P/(ħω²)")
    drive: dict[str, Any] = {"coupling_geometry": options.coupling_geometry}
    is_positive = min(_values(table, power, options.frequency.where or {})) >= 0
    if power.possible_units or (power.has_no_unit and "dbm" not in power.stem and is_positive):
        needed.append(f"--power COLUMN: {power.ask_for_unit_in_header('dBm')}")
    unit = power.unit or "dBm"  # ASSUME: as instruments show it, where it is negative
    drive["power"] = {"column": power.name, "unit": unit}
    if unit == "dBm":
        drive["power"]["attenuation_dB"] = options.attenuation_dB
        if options.attenuation_dB is None:
            needed.append("--attenuation DB: between the source and the resonator, 0 if unknown")
    elif options.attenuation_dB:
        why = f"--attenuation applies only to a power in dBm, but {power.name} is in {unit}"
        needed.append(f"{why}: omit the option and give the power at the resonator")
    Qc = _column(table, options.Qc, ("Qc",), "--Qc COLUMN: photon numbers follow from power and Q_c", needed)
    Ql = _column(table, options.Ql, ("Ql",), None, needed)
    for key, column, is_inverse in (("Qc", Qc, options.Qc_is_inverse), ("Ql", Ql, options.Ql_is_inverse)):
        if column is not None:
            inverse = column.quantity == "loss" or column.form.power == -1 if is_inverse is None else is_inverse
            factor = _Q_factor(table, column, key, inverse, options, needed)
            drive[key] = {"column": column.name} | ({"inverse": True} if inverse else {})
            drive[key] |= {"factor": factor} if factor != 1.0 else {}
    return drive


def _dimensionless_factor(column: Column, option: str, needed: list[str]) -> float:
    """Return the factor that the unit and the scale in the name of a column mean, 1000 for nbar (10^3)."""
    unit = "" if column.possible_units else column.unit or "dimensionless"
    converted = units.convert_unit(unit, ("dimensionless",))
    if column.units_differ:
        needed.append(f"--{option} COLUMN: {column.unclear_unit}; correct one of them")
    elif column.possible_units:  # Qc_k
        plain, multiple = re.sub(r"_[kM]\W*$", "", column.name), column.possible_units[0]
        why = f"{column.name} may be in units of {multiple}"
        needed.append(f"--{option} COLUMN: {why}; rename it to {plain} ({multiple}) or {plain}")
    elif converted is None:
        needed.append(f"--{option} COLUMN: {column.unclear_unit}; give a column without a unit")
    return (converted[0] if converted else 1.0) / column.scale


def _Q_factor(table: Table, column: Column, key: str, inverse: bool, options: ResonatorOptions, needed: list[str]) -> float:
    """Return the factor of a column of Q_c or Q_l, or of their inverse, with which Q is above 1."""
    if column.form.log:
        needed.append(f"--{key} COLUMN: {column.name} is a logarithm; give a column of {key}")
    factor = _dimensionless_factor(column, key, needed)
    numbers = [x for x in _values(table, column, options.frequency.where or {}) if x > 0]
    typical = median(numbers) if numbers else math.nan
    for possible in (factor, 1 / factor):
        if ((typical * possible) < 1) == inverse:
            return possible
    if numbers and not column.form.log:
        instead, content = (f"--{key}", key) if inverse else (f"--inv-{key}", f"1/{key}")
        needed.append(f"--{key} COLUMN: {column.name} has numbers like {typical:.3g}; if it contains {content}, use {instead}")
    return factor


def _build_frequency(table: Table, info: dict[str, Any], selection: dict[str, Any] | None) -> Dataset:
    """Return a dataset of f. Raises InputError, which names the power if there are several."""
    try:
        dataset = infer_dataset.build_dataset(table, info)
    except validation.Question:
        raise
    except validation.InputError as error:
        prefix = f"{info['title']}: " if selection else ""
        raise validation.InputError(*(f"{prefix}{line}" for line in error.lines)) from None
    return replace(dataset, selection=selection)


def _select_powers(
    table: Table, f: Column, sweep: Column | None, options: ResonatorOptions, is_driven: bool
) -> dict[str, Any] | None:
    """Return which of several powers f is taken from, and why; None if there is one power.

    The dict has the name of the "column", its "values" that are fitted, "of", all of them, both as the table spells them, the
    "reason" of the choice, and "tied", the powers whose errors are as small as those of the selected one. If no photon number
    has a sweep of its own, f, which does not depend on it in the model, is fitted at all of them ("pooled", without values).
    """
    where, wanted = dict(options.frequency.where or {}), options.frequency_power
    if sweep is None or sweep.name not in table.header:
        sweep = _column(table, None, ("power",), None, [])
    numbers = sorted(_values(table, sweep, where))
    if sweep is not None and is_driven and len(numbers) > drive_section.MAX_SWEEPS and wanted in (None, ALL_POWERS):
        return {"column": sweep.name, "values": [], "of": [], "reason": SelectionReason.POOLED, "tied": []}
    if sweep is None or not 2 <= len(numbers) <= drive_section.MAX_SWEEPS:
        if wanted is not None and [parse_number(wanted)] != numbers:
            allowed = f"needs a column of 2 to {drive_section.MAX_SWEEPS} powers of f"
            raise validation.InputError(f"--f-power {wanted}: {allowed}; {table.source} has no such column")
        return None
    cells = {number: next(str(x) for x in table.column(sweep.name) if parse_number(x) == number) for number in numbers}
    selection: dict[str, Any] = {"column": sweep.name, "of": list(cells.values()), "tied": []}
    if wanted == ALL_POWERS:
        return selection | {"values": list(cells.values()), "reason": SelectionReason.ALL}
    if wanted is not None:
        if parse_number(wanted) not in cells:
            allowed = f"must be {ALL_POWERS} or one of {', '.join(cells.values())}"
            raise validation.InputError(f"--f-power {wanted}: {allowed}")
        return selection | {"values": [cells[parse_number(wanted)]], "reason": SelectionReason.CHOSEN}
    known = _typical_errors(table, sweep.name, f, options.frequency.error, where)
    errors = {number: known.get(number, math.inf) for number in numbers}
    best = min(numbers, key=lambda number: errors[number])
    tied = [number for number in numbers if errors[number] <= (1 + EQUAL_ERRORS) * errors[best]]
    reason = SelectionReason.SMALLEST_ERRORS if len(tied) == 1 else SelectionReason.EQUAL_ERRORS
    tied_cells = [cells[number] for number in tied] if len(tied) > 1 else []
    return selection | {"values": [cells[best]], "reason": reason, "tied": tied_cells}


def _typical_errors(table: Table, sweep: str, f: Column, error: str | None, where: Mapping[str, str]) -> dict[float, float]:
    """Return {value of the column ``sweep``: median error of f in its rows}, empty without a column of errors."""
    columns = describe_columns(table)
    own = [c.name for c in columns.values() if c.is_error and c.stem == f.stem]
    name = error if error in table.header else own[0] if len(own) == 1 and error is None else None
    if name is None:
        return {}
    of_sweeps: dict[float, list[float]] = {}
    powers, errors = table.numbers(sweep), table.numbers(name)
    for k in table.select(where):
        if math.isfinite(powers[k]) and errors[k] > 0:
            of_sweeps.setdefault(powers[k], []).append(errors[k])
    return {power: median(values) for power, values in of_sweeps.items()}
