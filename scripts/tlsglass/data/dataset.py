"""A measured dataset as the fits take it: its points as arrays, and the model of what was measured."""

from dataclasses import dataclass, fields

import numpy as np

from tlsglass.base import validation
from tlsglass.data import drive_section, validate
from tlsglass.models import registry, resonator
from tlsglass.models.observable import Observable


@dataclass(frozen=True)
class Points:
    """Measured points with ascending temperatures, (n,) each; ``error`` is None when it is left to the residuals: then it is
    the same for all points, or in proportion to ``weight``.

    Points of a resonator that is driven have their photon numbers, and the sweep that each belongs to, by a number like its
    power: temperatures ascend within a sweep.
    """

    T_K: np.ndarray
    value: np.ndarray
    error: np.ndarray | None
    T_error_K: np.ndarray | None
    photons: np.ndarray | None = None
    sweep: np.ndarray | None = None
    weight: np.ndarray | None = None

    @property
    def T_range_K(self):
        """The lowest and the highest temperature."""
        return float(self.T_K.min()), float(self.T_K.max())

    def in_window(self, low_K, high_K):
        return self.select((self.T_K >= low_K) & (self.T_K <= high_K))

    def select(self, some):
        """Return the points that the mask (n,) ``some`` keeps."""
        return Points(*(None if x is None else x[some] for x in (getattr(self, field.name) for field in fields(self))))

    def sweeps(self):
        """Return [(number, Points)] of each sweep in temperature; one that is NaN for points without."""
        if self.sweep is None:
            return [(np.nan, self)]
        return [(float(sweep), self.select(self.sweep == sweep)) for sweep in np.unique(self.sweep)]

    def interpolated_grids(self, n):
        """Return [(number, Points)] of ``n`` temperatures in equal ratios within each sweep, without values; photon numbers
        between two points follow a power of T."""
        found = []
        for number, points in self.sweeps():
            T = np.geomspace(*points.T_range_K, n)
            photons = sweep = None
            if points.photons is not None:
                photons = np.exp(np.interp(np.log(T), np.log(points.T_K), np.log(points.photons)))
                sweep = np.full(n, number)
            found.append((number, Points(T, np.full(n, np.nan), None, None, photons, sweep)))
        return found


@dataclass(frozen=True)
class Dataset:
    """A checked dataset in kelvin and in the unit of its observable."""

    name: str
    info: dict  # the content of dataset.yaml
    unit: str
    points: Points  # those in the window
    all_points: Points  # every point of the file
    model_override: Observable | None = None  # in the place of the model with Eq. (3)

    @property
    def observable(self):
        return self.model_override or registry.get_observable(self.info["observable"])

    @property
    def probe(self):
        """What ``observable.shapes`` takes as its probe at the points, or None."""
        return self.probe_at(self.points.photons)

    def probe_at(self, photons):
        """Return the probe for other photon numbers, (n,) or None."""
        given = self.info.get(self.observable.probe)
        return given if photons is None else resonator.DrivenProbe(given, photons)

    def model(self, T_K, parameters):
        """Return the curve (n,) of ``parameters`` at ``T_K`` (n,)."""
        return self.observable.curve(T_K, parameters, self.probe)


def load_dataset(folder, schema=None):
    """Return the Dataset in ``folder``. Raises validation.InputError, a line for each thing that is wrong with it."""
    return dataset_from_validated(validate.validate_folder(folder, schema or validate.schema()), folder)


def dataset_from_validated(checked, folder=""):
    """Return the Dataset of a datasets.Checked, its points in the order of their temperatures."""
    if checked.T_K is None:
        raise validation.InputError(f"{folder}/dataset.yaml: data: its units are converted by pint, which is not installed")
    given, T_K, value = checked.info["data"], np.array(checked.T_K), np.array(checked.value)
    error = None if checked.error is None else np.array(checked.error)
    if "assumed_relative" in given["error"]:
        error = given["error"]["assumed_relative"] * np.abs(value)
    elif "assumed" in given["error"]:
        error = np.full_like(value, given["error"]["assumed"] * checked.factor)
    T_error = None
    if "error" in given["temperature"]:
        spread = given["temperature"]["error"]
        T_error = np.hypot(spread.get("absolute_K", 0.0), spread.get("relative", 0.0) * T_K)
    photons = sweep = None
    if "drive" in given:
        photons = drive_section.photon_numbers(checked.info, checked.extra, value)
        sweep = np.array(checked.extra[drive_section.sweep_column(checked.info)])
    uncorrelated = checked.info.get("systematic", {}).get("uncorrelated")
    error = error if uncorrelated is None or error is None else np.hypot(error, uncorrelated * np.abs(value))
    weight = np.abs(value) if given["error"].get("from_residuals") == validate.RELATIVE else None
    whole = Points(T_K, value, error, T_error, photons, sweep, weight)
    whole = whole.select(np.argsort(T_K, kind="stable"))
    points = whole.in_window(*checked.info.get("window_K", (0, np.inf)))
    return Dataset(checked.name, checked.info, checked.unit, points, whole)
