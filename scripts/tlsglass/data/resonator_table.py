"""Frequency and loss of a resonator from one table, without a dataset.yaml: two datasets that share parameters."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np

from tlsglass.base import validation
from tlsglass.data import infer_dataset
from tlsglass.data.dataset import Dataset
from tlsglass.data.read_table import Cell, Table, parse_number, read_table

SHARED = ["mu", "F_tan_delta", "gap_K", "kinetic_inductance_fraction"]


@dataclass(frozen=True)
class Columns:
    """Names of the columns. ``power`` or ``photons``, and ``Ql``, may be missing."""

    frequency: str | None
    frequency_error: str | None
    loss: str | None
    loss_error: str | None
    power: str | None = None
    photons: str | None = None
    Qc: str | None = None
    Ql: str | None = None
    inverse: tuple[str, ...] = ()  # those of "loss", "Qc", "Ql" that contain 1/Q


def build_resonator_datasets(
    file: Path | str,
    columns: Columns,
    frequency_Hz: float,
    coupling_geometry: str | None,
    attenuation_dB: float | None = None,
    systematic: dict[str, float] | None = None,
    relaxation: bool = False,
    *,
    temperature: str | None = None,
    temperature_unit: str | None = None,
    window_K: Sequence[float] | None = None,
    where: Mapping[str, str] | None = None,
) -> tuple[Dataset, list[Dataset]]:
    """Return (dataset of 1/Q_i, [dataset of f]) of a table. f is taken from the sweep with the smallest errors.

    Parameters
    ----------
    file
        The table.
    columns
        Names of its columns.
    frequency_Hz
        Frequency of the resonator.
    coupling_geometry
        "notch" or "reflection".
    attenuation_dB
        Attenuation between the source and the resonator.
    systematic
        Relative errors {"uncorrelated", "correlated"} of 1/Q_i.
    relaxation
        Whether the loss includes that of relaxing TLSs.
    temperature, temperature_unit, window_K, where
        As for ``infer_dataset.infer_info``.

    Raises
    ------
    InputError
        One line that names the missing option.
    """
    for name, missing in (
        ("frequency", "--value COLUMN: missing: the column of the frequency in Hz"),
        ("frequency_error", "--error COLUMN: missing: the error of the frequency, which weights f against Q"),
        ("loss", "--loss COLUMN or --Qi COLUMN: missing: the column of 1/Q_i or Q_i"),
        ("loss_error", "--loss-error COLUMN: missing: the error of that column, which weights Q against f"),
    ):
        if getattr(columns, name) is None:
            raise validation.InputError(missing)
    sweep = columns.power or columns.photons
    if sweep is None or (columns.power and columns.photons):
        raise validation.InputError("--power COLUMN or --photons COLUMN: one of them must be given")
    if coupling_geometry is None:
        raise validation.InputError(
            "--coupling-geometry: missing; notch or reflection: the photon number is 2 or 4 · Q_l²/Q_c · P/(ħω²)"
        )
    where = dict(where or {})
    names = [columns.frequency, columns.frequency_error, columns.loss, columns.loss_error, sweep, columns.Qc, columns.Ql]
    table = read_table(Path(file), [name for name in (temperature, *names, *where) if name])

    def infer(observable: str, value: str | None, error: str | None, unit: str, rows: Mapping[str, Any]) -> dict[str, Any]:
        chosen = {"temperature": temperature, "value": value, "error": error}
        units = {"temperature": temperature_unit, "value": unit}
        name = Path(file).stem
        return infer_dataset.infer_info(table, observable, chosen, units, None, frequency_Hz, window_K, rows, name=name)

    loss = infer("resonator_loss", columns.loss, columns.loss_error, "dimensionless", where)
    loss["data"]["value"] |= {"inverse": True} if "loss" not in columns.inverse else {}
    loss["data"]["drive"] = _drive(columns, coupling_geometry, attenuation_dB)
    loss |= {"systematic": systematic} if systematic else {}
    if relaxation:
        loss["parameters"]["A_Hz_per_K3"] = {"start": 1e6, "low": 0.0}
    best = _best_sweep(table, sweep, str(columns.frequency_error), where)
    shift = infer("resonator_frequency", columns.frequency, columns.frequency_error, "Hz", where | {sweep: best})
    shift["title"] = f"f at {sweep} = {best}"
    dataset, partner = infer_dataset.build_dataset(table, loss), infer_dataset.build_dataset(table, shift)
    joint = {"joint": [{"dataset": partner.name, "shared": SHARED}]}
    return replace(dataset, info=dataset.info | joint), [partner]


def _drive(columns: Columns, coupling_geometry: str, attenuation_dB: float | None) -> dict[str, Any]:
    """Return the section ``data: drive``."""
    if columns.photons:
        return {"coupling_geometry": coupling_geometry, "photons": {"column": columns.photons}}
    if columns.Qc is None:
        raise validation.InputError("--Qc COLUMN: missing: photon numbers follow from power and Q_c")
    if attenuation_dB is None:
        raise validation.InputError("--attenuation DB: missing: between the source and the resonator, 0 if unknown")
    drive: dict[str, Any] = {"coupling_geometry": coupling_geometry}
    drive["power"] = {"column": columns.power, "unit": "dBm", "attenuation_dB": attenuation_dB}
    for name in ("Qc", "Ql"):
        if getattr(columns, name):
            drive[name] = {"column": getattr(columns, name)} | ({"inverse": True} if name in columns.inverse else {})
    return drive


def _best_sweep(table: Table, sweep: str, error: str, where: Mapping[str, str]) -> Cell:
    """Return the value of the column ``sweep``, as the table spells it, whose rows have the smallest median ``error``."""
    numbers = table.numbers({sweep: False, error: True}, where)
    values, errors = np.array(numbers[sweep]), np.array(numbers[error])
    best = min(np.unique(values), key=lambda value: float(np.median(errors[values == value])))
    return next(cell for cell in table.column(sweep) if parse_number(cell) == best)
