"""Report of a fit of the devices of a chip."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy.typing as npt

from tlsglass.base.types import StrPath
from tlsglass.report import fit_report

if TYPE_CHECKING:
    import pandas as pd

    from tlsglass.fitting.chip import ChipResult
    from tlsglass.plotting.style import Figure


N_PREDICTED = 100  # temperatures of a predicted curve


class ChipReport(fit_report.Report):
    """Report of a fit of several devices. Printing it shows the conclusion, a line for each device, and tests.

    Attributes
    ----------
    fit : dict
        All numbers, as in chip.json.
    result : ChipResult
        The numbers, and the tables ``devices`` and ``frequencies``.
    predicted_Hz : sequence of float
        Frequencies of further devices, whose predicted curves are saved.
    """

    def __init__(self, result: ChipResult, predicted_Hz: Sequence[float] = ()) -> None:
        super().__init__(result.fit)
        self.result = result
        self.predicted_Hz = tuple(predicted_Hz)

    def predict(self, T: npt.ArrayLike, frequency: float, observable: str | None = None) -> pd.DataFrame:
        """Return the curve of a further device of the chip with its 68 % band as a DataFrame with T_K, value, low and high.

        The band includes the scatter of the devices. The loss of a resonator is that at weak drive; a relative change of the
        frequency is relative to the lowest temperature.

        Parameters
        ----------
        T : array_like, shape (n,)
            Temperatures in kelvin, also beyond the points; values are NaN where the model has none.
        frequency : float
            Frequency of the device in hertz.
        observable : str, optional
            One of the observables that were fitted, by default the first.
        """
        from tlsglass.fitting.chip_prediction import predict_device

        return predict_device(self.result, T, frequency, observable)

    def predictions(self) -> pd.DataFrame:
        """Return the curves of all observables at ``predicted_Hz``, at the temperatures of the points; empty for none."""
        import numpy as np
        import pandas as pd

        points = [dataset.points.T_K for dataset in self.result.together.problem.datasets]
        T = np.geomspace(min(map(np.min, points)), max(map(np.max, points)), N_PREDICTED)
        tables = [
            self.predict(T, f, name).assign(frequency_Hz=f, observable=name)
            for f in self.predicted_Hz
            for name in self.fit["observables"]
        ]
        return pd.concat(tables, ignore_index=True) if tables else pd.DataFrame()

    def plot(self) -> Figure:
        """Return the figure of the fit; the attribute ``figure`` is that of matplotlib."""
        return fit_report.draw_chip(self.result)

    def save(self, folder: StrPath) -> None:
        """Write chip.json, the tables chip_*.csv and the figure as one set into ``folder``, which is created."""
        fit_report.save_chip(self.result, self.predictions(), folder)
