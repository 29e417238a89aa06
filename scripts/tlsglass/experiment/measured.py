"""A measured dataset as the fits take it: its points as arrays, and the model of what was measured."""

from dataclasses import dataclass

import numpy as np

from tlsglass.base import validation
from tlsglass.experiment import datasets, observables


@dataclass(frozen=True)
class Points:
    """Measured points with ascending temperatures, (n,) each; ``error`` is None when it is left to the residuals."""

    T_K: np.ndarray
    value: np.ndarray
    error: np.ndarray | None
    T_error_K: np.ndarray | None

    @property
    def ends(self):
        """The lowest and the highest temperature."""
        return float(self.T_K.min()), float(self.T_K.max())

    def within(self, low_K, high_K):
        inside = (self.T_K >= low_K) & (self.T_K <= high_K)
        return Points(*(None if x is None else x[inside] for x in (self.T_K, self.value, self.error, self.T_error_K)))


@dataclass(frozen=True)
class Dataset:
    """A checked dataset in kelvin and in the unit of its observable."""

    name: str
    info: dict  # the content of dataset.yaml
    unit: str
    points: Points  # those in the window
    whole: Points  # every point of the file
    model_of: observables.Observable | None = None  # in the place of the model with Eq. (3)

    @property
    def observable(self):
        return self.model_of or observables.named(self.info["observable"])

    @property
    def probe(self):
        """What ``observable.shapes`` takes as its probe, or None."""
        return self.info.get(self.observable.probe)

    def model(self, T_K, parameters):
        """Return the curve (n,) of ``parameters`` at ``T_K`` (n,)."""
        return self.observable.curve(T_K, parameters, self.probe)


def load(folder, schema):
    """Return the Dataset in ``folder``. Raises validation.InputError, a line for each thing that is wrong with it."""
    checked = datasets.check(folder, schema)
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
    whole = Points(T_K, value, error, T_error)
    points = whole.within(*checked.info.get("window_K", (0, np.inf)))
    return Dataset(checked.name, checked.info, checked.unit, points, whole)
