"""What the joint fit of the devices of a chip predicts for a further device of it."""

from dataclasses import replace

import numpy as np
import numpy.typing as npt
import pandas as pd

from tlsglass.base import stats
from tlsglass.base.types import FloatArray
from tlsglass.base.validation import InputError
from tlsglass.fitting import atlas_model
from tlsglass.fitting.chip import ChipResult
from tlsglass.fitting.fit import CONFIDENCE_LEVELS
from tlsglass.fitting.likelihood import Values
from tlsglass.fitting.result import parameter_band


def predict_device(result: ChipResult, T_K: npt.ArrayLike, frequency_Hz: float, observable: str | None = None) -> pd.DataFrame:
    """Return T_K, value, low and high of a further device of a chip.

    The value is the mean of the curves that the devices would have at ``frequency_Hz`` with the parameters of the joint fit.
    Its 68 % band includes the errors of these parameters and the scatter of the devices, of which another one is drawn. The
    loss of a resonator is that at weak drive, and a quantity with an offset is relative to its value at the lowest temperature.

    Parameters
    ----------
    result
        The fit of the chip.
    T_K
        Temperatures (n,) in kelvin; values are NaN where the model has none.
    frequency_Hz
        Probe frequency of the device.
    observable
        Name of the quantity, by default the first one that was fitted.

    Raises
    ------
    InputError
        If the observable has no frequency, or was not fitted.
    """
    observable = observable or result.fit["observables"][0]
    problem, fit, T = result.together.problem, result.together.comparison.free, np.atleast_1d(np.asarray(T_K, dtype=float))
    inside = np.ones(len(T), dtype=bool)
    if result.conclusion.describes and result.together.atlas and result.together.on_atlas:
        problem, fit = result.together.on_atlas, result.together.atlas
        low, high = atlas_model.temperature_range_K(atlas_model.h0_of(problem.datasets[0]))
        inside = (T >= low) & (T <= high)
    members = {}
    for k, dataset in enumerate(problem.datasets):
        if dataset.info["observable"] == observable and dataset.info.get("frequency_Hz"):
            info = dataset.info | {"frequency_Hz": frequency_Hz}
            members[k] = replace(dataset, info=info, points=dataset.points.at_temperatures(T[inside]))
    if not members:
        raise InputError(f"{observable} of another device: needs a fit of {observable} at known frequencies")
    columns = {name: np.full(len(T), np.nan) for name in ("value", "low", "high")}
    if inside.any():

        def curves(values: Values) -> FloatArray:
            """Return the curve (d, n) of each device."""
            rows = np.array([dataset.model(T[inside], problem.own_values(k, values)) for k, dataset in members.items()])
            has_offset = "offset" in next(iter(members.values())).observable.parameters
            return rows - rows[:, [np.argmin(T[inside])]] if has_offset else rows

        mean, n = curves(fit.values).mean(axis=0), len(members)
        of_parameters = parameter_band(lambda values: curves(values).mean(axis=0), fit, problem.parameters())
        quantile = stats.f_ppf(CONFIDENCE_LEVELS[68], 1, n - 1) * (1 + 1 / n)
        band = np.hypot(of_parameters, np.sqrt(quantile) * curves(fit.values).std(axis=0, ddof=1))
        for name, values in (("value", mean), ("low", mean - band), ("high", mean + band)):
            columns[name][inside] = values
    return pd.DataFrame({"T_K": T, **columns})
