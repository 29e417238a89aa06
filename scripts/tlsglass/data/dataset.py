"""A measured dataset as fits take it: its points as arrays, and its model."""

from __future__ import annotations

from dataclasses import dataclass, fields
from pathlib import Path
from typing import Any

import numpy as np

from tlsglass.base import validation
from tlsglass.base.types import BoolArray, FloatArray
from tlsglass.data import drive_section, validate
from tlsglass.models import registry
from tlsglass.models.observable import Observable
from tlsglass.models.resonator import DrivenProbe


@dataclass(frozen=True)
class Points:
    """Measured points, arrays (n,).

    Temperatures ascend, within each sweep if there are several. ``error`` is None if it is estimated from the residuals: then
    it is the same for all points, or in proportion to ``weight``. Points of a driven resonator have photon numbers, and the
    sweep that each belongs to, given by a number such as its power.
    """

    T_K: FloatArray
    value: FloatArray
    error: FloatArray | None
    T_error_K: FloatArray | None
    photons: FloatArray | None = None
    sweep: FloatArray | None = None
    weight: FloatArray | None = None

    @property
    def T_range_K(self) -> tuple[float, float]:
        """The lowest and the highest temperature."""
        return float(self.T_K.min()), float(self.T_K.max())

    def in_window(self, low_K: float, high_K: float) -> Points:
        """Return the points with temperatures from ``low_K`` to ``high_K``."""
        return self.select((self.T_K >= low_K) & (self.T_K <= high_K))

    def select(self, mask: BoolArray) -> Points:
        """Return the points where the mask (n,) is true; an array of indices selects and orders them."""
        arrays = (getattr(self, field.name) for field in fields(self))
        return Points(*(None if array is None else array[mask] for array in arrays))

    def sweeps(self) -> list[tuple[float, Points]]:
        """Return [(number, Points)] of each temperature sweep; the number is NaN for points without sweeps."""
        if self.sweep is None:
            return [(np.nan, self)]
        return [(float(number), self.select(self.sweep == number)) for number in np.unique(self.sweep)]

    def interpolated_grids(self, n: int) -> list[tuple[float, Points]]:
        """Return [(number, Points)] of each sweep with ``n`` temperatures in geometric progression, without values.

        Photon numbers between two points follow a power of T.
        """
        grids = []
        for number, points in self.sweeps():
            T = np.geomspace(*points.T_range_K, n)
            photons = sweep = None
            if points.photons is not None:
                photons = np.exp(np.interp(np.log(T), np.log(points.T_K), np.log(points.photons)))
                sweep = np.full(n, number)
            grids.append((number, Points(T, np.full(n, np.nan), None, None, photons, sweep)))
        return grids


@dataclass(frozen=True)
class Dataset:
    """A valid dataset in kelvin and in the unit of its observable."""

    name: str
    info: dict[str, Any]  # the content of dataset.yaml
    unit: str
    points: Points  # those in the window
    all_points: Points
    model_override: Observable | None = None  # replaces the model with Eq. (3)
    columns: tuple[str, ...] = ()  # names of all columns of its table

    @property
    def observable(self) -> Observable:
        return self.model_override or registry.get_observable(self.info["observable"])

    @property
    def probe(self) -> DrivenProbe | float | None:
        """The probe of ``observable.shapes`` at the points."""
        probe = self.info.get(self.observable.probe)
        return probe if self.points.photons is None else DrivenProbe(probe, self.points.photons)

    def model(self, T_K: FloatArray, parameters: dict[str, float]) -> FloatArray:
        """Return the curve (n,) of ``parameters`` at ``T_K`` (n,)."""
        return self.observable.curve(T_K, parameters, self.probe)


def load_dataset(folder: Path | str, schema: dict[str, Any] | None = None) -> Dataset:
    """Return the dataset in ``folder``.

    Raises
    ------
    InputError
        One line for each problem.
    """
    return dataset_from_validated(validate.validate_folder(folder, schema or validate.schema()), folder)


def dataset_from_validated(validated: validate.ValidatedDataset, folder: Path | str = "") -> Dataset:
    """Return the dataset as arrays, with its points in the order of their temperatures."""
    if validated.T_K is None or validated.value is None or validated.unit is None:
        path = f"{folder}/{validate.DATASET_YAML}"
        raise validation.InputError(f"{path}: data: its units are converted by pint, which is not installed")
    data, T_K, value = validated.info["data"], np.array(validated.T_K), np.array(validated.value)
    error = _errors(validated, value)
    T_error = None
    if "error" in data["temperature"]:
        T_error_section = data["temperature"]["error"]
        T_error = np.hypot(T_error_section.get("absolute_K", 0.0), T_error_section.get("relative", 0.0) * T_K)
    photons = sweep = None
    if "drive" in data:
        photons = drive_section.photon_numbers(validated.info, validated.drive, value)
        sweep = np.array(validated.drive[drive_section.sweep_column(validated.info)])
    weight = np.abs(value) if data["error"].get("from_residuals") == validate.RELATIVE else None
    all_points = Points(T_K, value, error, T_error, photons, sweep, weight).select(np.argsort(T_K, kind="stable"))
    points = all_points.in_window(*validated.info.get("window_K", (0, np.inf)))
    return Dataset(validated.name, validated.info, validated.unit, points, all_points, columns=validated.columns)


def _errors(validated: validate.ValidatedDataset, value: FloatArray) -> FloatArray | None:
    """Return the error of each value (n,), None if errors are estimated from the residuals."""
    section = validated.info["data"]["error"]
    if "assumed_relative" in section:
        error = section["assumed_relative"] * np.abs(value)
    elif "assumed" in section:
        error = np.full_like(value, section["assumed"] * validated.factor)
    elif validated.error is not None:
        error = np.array(validated.error)
    else:
        return None
    uncorrelated = validated.info.get("systematic", {}).get("uncorrelated")
    return error if uncorrelated is None else np.hypot(error, uncorrelated * np.abs(value))
