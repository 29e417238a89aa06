"""The section ``data: drive`` of a dataset, which says how strongly each point of a resonator was driven.

It has either ``photons: {column: NAME}``, with ``form: log10`` for their logarithm, or ``power: {column: NAME, unit: dBm,
attenuation_dB: 60}`` with ``Qc``, {column} or {value}, and ``Ql`` if there is such a column. ``inverse: true`` means that a
column contains 1/Q. With a power, ``coupling_geometry`` is required, since it fixes the factor of the photon number: n̄ = 2
(notch) or 4 (reflection) · Q_l²/Q_c · P/(ħω²). A ``factor`` multiplies a column of Q or of photon numbers. Without ``Ql``, Q_l
is 1/(1/Q_i + 1/Q_c) with the measured 1/Q_i. ``sweep`` names the column that distinguishes the temperature sweeps, by default
that of the power. If there are too many photon numbers for that, the lowest at each temperature are one sweep, the second
lowest another. The Snakefile imports this module, which therefore imports numpy only in functions.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from tlsglass.base.validation import Problems
from tlsglass.data import units
from tlsglass.data.columns import parse_name
from tlsglass.models.observable import Observable

if TYPE_CHECKING:
    from tlsglass.base.types import FloatArray

MAX_SWEEPS = 30
LOG10 = "log10"


def required_columns(info: Mapping[str, Any]) -> dict[str, bool]:
    """Return {column that the drive of a dataset needs: whether it must be > 0}."""
    drive = info["data"].get("drive", {})
    columns = {}
    is_log = drive.get("photons", {}).get("form") == LOG10
    for key, positive in (("photons", not is_log), ("power", False), ("Qc", True), ("Ql", True)):
        if "column" in drive.get(key, {}):
            columns[drive[key]["column"]] = positive or bool(units.convert_unit(drive[key].get("unit", ""), ("W",)))
    if "sweep" in drive:
        columns.setdefault(drive["sweep"], False)
    return columns


def Q_columns(info: Mapping[str, Any]) -> list[str]:
    """Return the columns of Q_c and Q_l, which a fit of traces determines."""
    drive = info["data"].get("drive", {})
    return [drive[key]["column"] for key in ("Qc", "Ql") if "column" in drive.get(key, {})]


def sweep_column(info: Mapping[str, Any]) -> str:
    """Return the column that distinguishes the temperature sweeps."""
    drive = info["data"]["drive"]
    return str(drive.get("sweep") or drive.get("power", drive.get("photons"))["column"])


def error_columns(info: Mapping[str, Any], names: Iterable[str]) -> dict[str, str]:
    """Return {column of errors: column of the drive} of the ``names`` that are errors of the drive, which fits do not use."""
    drive = info["data"].get("drive", {})
    used = {key: drive[key]["column"] for key in ("photons", "power", "Qc", "Ql") if "column" in drive.get(key, {})}
    stems = {parse_name(column).stem: column for column in used.values()}
    errors = {}
    for name in names:
        column = parse_name(name)
        if column.is_error and (column.quantity in used or column.stem in stems):
            errors[name] = used.get(column.quantity or "") or stems[column.stem]
    return errors


def check_drive(problems: Problems, info: Mapping[str, Any], observable: Observable) -> None:
    """Check the keys of the drive against each other and against the observable."""
    data, unused = info["data"], f"{observable.name} has no use for it"
    if "systematic" in info and not observable.driven:
        problems.refuse(["systematic"], info["systematic"], unused)
    if data["value"].get("inverse", False) and not observable.positive:
        problems.refuse(["data", "value", "inverse"], True, unused)
    if "drive" not in data:
        return
    drive, path = data["drive"], ["data", "drive"]
    if not observable.driven:
        problems.refuse(path, drive, unused)
    if ("photons" in drive) == ("power" in drive):
        problems.refuse(path, sorted(drive), "needs either `photons` or `power`")
    if "power" not in drive:
        if {"Ql", "Qc"} & set(drive):
            problems.refuse(path, sorted(drive), "Q_l and Q_c belong to `power`")
        return
    power = drive["power"]
    if "coupling_geometry" not in drive:
        problems.missing([*path, "coupling_geometry"], "notch or reflection: the photon number is 2 or 4 · Q_l²/Q_c · P/(ħω²)")
    if "Qc" not in drive:
        problems.missing([*path, "Qc"], "photon numbers follow from power and Q_c")
    elif ("column" in drive["Qc"]) == ("value" in drive["Qc"]):
        problems.refuse([*path, "Qc"], drive["Qc"], "needs either `column` or `value`")
    if power["unit"] != "dBm" and units.convert_unit(power["unit"], ("W",)) is None:
        problems.refuse([*path, "power", "unit"], power["unit"], "must be dBm or a unit that converts to W")
    elif power["unit"] == "dBm" and "attenuation_dB" not in power:
        why = "between the source and the resonator; 0 if unknown: n_c then belongs to the source"
        problems.missing([*path, "power.attenuation_dB"], why)
    elif power["unit"] != "dBm" and "attenuation_dB" in power:
        problems.refuse([*path, "power", "attenuation_dB"], power["attenuation_dB"], "goes with dBm")


def sweep_problems(source: str, info: Mapping[str, Any], columns: Mapping[str, Sequence[float]]) -> list[str]:
    """Return a line if the points of ``columns`` cannot be split into temperature sweeps."""
    if "drive" not in info["data"]:
        return []
    name = sweep_column(info)
    n_values = len(set(columns[name]))
    if n_values > MAX_SWEEPS and not _is_ranked(info, columns):
        why = f"{n_values} values are too many to distinguish sweeps: name a column by data.drive.sweep"
        return [f"{source}: column {name}: {why}"]
    if n_values == 1:
        why = "one value determines neither n_c nor β: fit several powers, or without `drive`"
        return [f"{source}: column {name}: {why}"]
    return []


def _is_ranked(info: Mapping[str, Any], columns: Mapping[str, Sequence[float]]) -> bool:
    """Return whether sweeps follow from the order of the photon numbers at each temperature."""
    drive = info["data"]["drive"]
    return "photons" in drive and "sweep" not in drive and len(set(columns[drive["photons"]["column"]])) > MAX_SWEEPS


def sweep_numbers(info: Mapping[str, Any], columns: Mapping[str, Sequence[float]], T_K: Sequence[float]) -> FloatArray:
    """Return the number that distinguishes the temperature sweep of each point, (n,)."""
    import numpy as np

    values = np.asarray(columns[sweep_column(info)], dtype=float)
    if not _is_ranked(info, columns):
        return values
    rank = np.zeros_like(values)
    labels = np.array([f"{T:.3g}" for T in T_K])
    for label in np.unique(labels):
        (index,) = np.nonzero(labels == label)
        rank[index[np.argsort(values[index], kind="stable")]] = np.arange(len(index))
    return rank


def photon_numbers(info: Mapping[str, Any], columns: Mapping[str, Sequence[float]], value: FloatArray) -> FloatArray:
    """Return the photon number of each point, (n,), from ``columns`` {name: (n,)} and 1/Q_i ``value`` (n,)."""
    import numpy as np

    from tlsglass.physics import microwave

    drive = info["data"]["drive"]
    if "photons" in drive:
        numbers = np.asarray(columns[drive["photons"]["column"]], dtype=float)
        numbers = 10**numbers if drive["photons"].get("form") == LOG10 else numbers
        return np.asarray(numbers * drive["photons"].get("factor", 1.0))
    power = np.asarray(columns[drive["power"]["column"]], dtype=float)
    if drive["power"]["unit"] == "dBm":
        power = microwave.dBm_to_watt(power, drive["power"]["attenuation_dB"])
    else:
        power = power * units.convert_unit(drive["power"]["unit"], ("W",))[0]  # type: ignore[index]

    def quality(section: Mapping[str, Any]) -> FloatArray:
        Q = np.array(columns[section["column"]] if "column" in section else section["value"], dtype=float)
        Q *= section.get("factor", 1.0)
        return 1 / Q if section.get("inverse", False) else Q

    Qc = quality(drive["Qc"])
    Ql = quality(drive["Ql"]) if "Ql" in drive else 1 / (value + 1 / Qc)
    return microwave.PHOTON_NUMBER[drive["coupling_geometry"]](power, info["frequency_Hz"], Ql, Qc)
