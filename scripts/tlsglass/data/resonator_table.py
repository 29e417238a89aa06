"""A resonator's f and Q from one table, without a dataset.yaml: two datasets that share F tan δ, µ, gap, kinetic fraction."""

from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np

from tlsglass.base import validation
from tlsglass.data import infer_dataset, read_table

SHARED = ["mu", "F_tan_delta", "gap_K", "kinetic_inductance_fraction"]


@dataclass(frozen=True)
class Columns:
    """Names of the columns; ``power`` or ``photons``, ``Ql`` may be missing. ``inverse``: those of Q_i, Q_c, Q_l hold 1/Q."""

    frequency: str | None
    frequency_error: str | None
    loss: str | None
    loss_error: str | None
    power: str | None = None
    photons: str | None = None
    Qc: str | None = None
    Ql: str | None = None
    inverse: tuple = ()  # of "loss", "Qc", "Ql"


def build_resonator_datasets(
    file, columns, frequency_Hz, coupling_geometry, attenuation_dB=None, systematic=None, relaxation=False, **options
):
    """Return (dataset of 1/Q_i, [dataset of f]) of the table ``file``. f is that of the one sweep that has the least errors.

    ``options`` are those of infer_info: temperature, temperature_unit, window_K, where. ``systematic`` {uncorrelated,
    correlated}.
    Raises validation.InputError, one line that says what to give.
    """
    for name, what in (
        ("frequency", "--value COLUMN: missing: the column of the frequency in Hz"),
        ("frequency_error", "--error COLUMN: missing: the error of the frequency; f and Q weigh against each other"),
        ("loss", "--loss COLUMN or --Qi COLUMN: missing: the column of 1/Q_i or Q_i"),
        ("loss_error", "--loss-error COLUMN: missing: the error of that column; f and Q weigh against each other"),
    ):
        if getattr(columns, name) is None:
            raise validation.InputError(what)
    if (columns.power is None) == (columns.photons is None):
        raise validation.InputError("--power COLUMN or --photons COLUMN: one of them must be given")
    if coupling_geometry is None:
        raise validation.InputError(
            "--coupling-geometry: missing; notch or reflection: the photon number is 2 or 4 · Q_l²/Q_c · P/(ħω²)"
        )
    where = dict(options.get("where") or {})
    sweep = columns.power or columns.photons
    loss = _info(file, "resonator_loss", columns.loss, columns.loss_error, "dimensionless", frequency_Hz, options, where)
    loss["data"]["value"] |= {"inverse": True} if "loss" not in columns.inverse else {}
    loss["data"]["drive"] = _drive(columns, coupling_geometry, attenuation_dB)
    loss |= {"systematic": systematic} if systematic else {}
    if relaxation:
        loss["parameters"]["A_Hz_per_K3"] = {"start": 1e6, "low": 0.0}
    best = where | {sweep: _best_sweep(file, sweep, columns.frequency_error, where)}
    shift = _info(file, "resonator_frequency", columns.frequency, columns.frequency_error, "Hz", frequency_Hz, options, best)
    shift["title"] = f"f at {sweep} = {best[sweep]}"
    dataset, partner = infer_dataset.build_dataset(file, loss), infer_dataset.build_dataset(file, shift)
    told = {"joint": [{"dataset": partner.name, "shared": SHARED}]}
    return replace(dataset, info=dataset.info | told), [partner]


def _info(file, observable, value, error, unit, frequency_Hz, options, where):
    columns = {"temperature": options.get("temperature"), "value": value, "error": error}
    units = {"temperature": options.get("temperature_unit"), "value": unit}
    return infer_dataset.infer_info(
        file, observable, columns, units, None, frequency_Hz, options.get("window_K"), where, name=f"{Path(file).stem}"
    )


def _drive(columns, coupling_geometry, attenuation_dB):
    if columns.photons:
        return {"coupling_geometry": coupling_geometry, "photons": {"column": columns.photons}}
    if columns.Qc is None:
        raise validation.InputError("--Qc COLUMN: missing: photon numbers follow from power and Q_c")
    if attenuation_dB is None:
        raise validation.InputError("--attenuation DB: missing: between the source and the resonator, 0 if unknown")
    found = {
        "coupling_geometry": coupling_geometry,
        "power": {"column": columns.power, "unit": "dBm", "attenuation_dB": attenuation_dB},
    }
    for name in ("Qc", "Ql"):
        if getattr(columns, name):
            found[name] = {"column": getattr(columns, name)} | ({"inverse": True} if name in columns.inverse else {})
    return found


def _best_sweep(file, sweep, error, where):
    """Return the value of the column ``sweep``, as the table spells it, whose rows have the least errors of the frequency."""
    read = read_table.read_columns(Path(file), [sweep, error], {sweep: False, error: True}, where)
    values, errors = np.array(read[sweep]), np.array(read[error])
    best = min(np.unique(values), key=lambda one: float(np.median(errors[values == one])))
    header, rows, _ = read_table.read_table(Path(file), [sweep])
    place = header.index(sweep)
    return next(row[place] for row in rows if read_table.parse_number(row[place]) == best)
