"""Report of a fit of the devices of a chip."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tlsglass.base.types import StrPath
from tlsglass.report import fit_report

if TYPE_CHECKING:
    from tlsglass.fitting.chip import ChipResult
    from tlsglass.plotting.style import Figure


class ChipReport(fit_report.Report):
    """Report of a fit of several devices. Printing it shows the conclusion, a line for each device, and tests.

    Attributes
    ----------
    fit : dict
        All numbers, as in chip.json.
    result : ChipResult
        The numbers, and the tables ``devices`` and ``frequencies``.
    """

    def __init__(self, result: ChipResult) -> None:
        super().__init__(result.fit)
        self.result = result

    def plot(self) -> Figure:
        """Return the figure of the fit; the attribute ``figure`` is that of matplotlib."""
        return fit_report.draw_chip(self.result)

    def save(self, folder: StrPath) -> None:
        """Write chip.json, the tables chip_*.csv and the figure as one set into ``folder``, which is created."""
        fit_report.save_chip(self.result, folder)
