"""Report of a fit: text, files and a figure. The workflow, the command line and ``tlsglass.fit`` use it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from tlsglass.base import escape, io
from tlsglass.base.types import StrPath
from tlsglass.fitting import report_text
from tlsglass.models.observable import J0_OVER_H0

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.axes import Axes

    from tlsglass.fitting.chip import ChipResult
    from tlsglass.fitting.joint_result import JointResult
    from tlsglass.fitting.result import FitResult
    from tlsglass.plotting.style import Figure

TABLES = ("points", "curves", "windows")
# All files that a fit writes, alone or joint: none of an earlier fit is left beside those of a new one.
SAVED_FILES = (
    "fit.json",
    "fit.md",
    "prediction.csv",
    *(f"{name}.csv" for name in TABLES),
    "figure.svg",
    "figure.png",
    "figure.csv",
    "joint.json",
)
SAVED_FILES += ("chip.json", "chip_devices.csv", "chip_frequencies.csv", "chip_prediction.csv")
SAVED_FILES += tuple(f"joint_{name}.csv" for name in ("points", "curves", "parameters", "left_out", "powers"))
ERROR_NOTE = (
    "Errors and intervals are those of the points, times √(χ²/dof) where that is above 1, and for the effective number of"
    " points if residuals are correlated. Those of J0/h0 include the errors of the atlas."
)
Estimate = tuple[float, float | None, float | None]  # value, and the ends of its 68 % interval


class Report:
    """What the reports of single and joint fits have in common. Printing one shows the conclusion and some lines.

    Attributes
    ----------
    fit : dict
        All numbers, as in the JSON file of the fit.
    """

    def __init__(self, fit: dict[str, Any]) -> None:
        self.fit = fit

    def __str__(self) -> str:
        return "\n".join([self.conclusion, *self.fit["lines"]])

    __repr__ = __str__

    @property
    def conclusion(self) -> str:
        """What the points determine, in one sentence."""
        text: str = self.fit["conclusion"]["text"]
        return text

    @property
    def parameters(self) -> pd.DataFrame:
        """Parameters of the models that describe the points: value, error, ends of the intervals, and state."""
        import pandas as pd

        return pd.DataFrame(self.fit["parameters"])


class FitReport(Report):
    """Report of the fits of one dataset. Printing it shows the conclusion and a few lines.

    Attributes
    ----------
    fit : dict
        All numbers, as in fit.json; docs/fit-your-data.md explains them.
    result : FitResult
        The numbers, and the tables ``points``, ``curves`` and ``windows``.
    """

    def __init__(self, result: FitResult) -> None:
        super().__init__(result.fit)
        self.result = result

    @property
    def covariance(self) -> pd.DataFrame:
        """Covariance of the free parameters of Eq. (3), scaled as the errors are."""
        import pandas as pd

        model = self.fit["mu_free"]
        names, errors = list(model["correlations"]), model["errors_scaled"]
        rows = [[errors[a] * errors[b] * (1.0 if a == b else model["correlations"][a][b]) for b in names] for a in names]
        return pd.DataFrame(rows, index=names, columns=names)

    @property
    def mu(self) -> Estimate:
        """µ with its scaled 68 % interval; an end that was not found is None."""
        return _estimate(self.fit["mu_free"], "mu")

    @property
    def J0_over_h0(self) -> Estimate | None:
        """J0/h0 with its scaled 68 % interval; None without a fit on the atlas, or if that does not describe the points."""
        atlas = self.fit["atlas"]
        return _estimate(atlas["model"], J0_OVER_H0) if atlas and not atlas["rejected"] else None

    def predict(self, T: npt.ArrayLike, model: str | None = None) -> pd.DataFrame:
        """Return the curve of the fit with its 68 % band as a DataFrame with T_K, value, low and high.

        Parameters
        ----------
        T : array_like, shape (n,)
            Temperatures in kelvin, also beyond the points; values are NaN where the model has none.
        model : {"Eq. (3)", "atlas"}, optional
            By default the atlas if J0/h0 describes the points, else Eq. (3).
        """
        from tlsglass.fitting.report_text import ATLAS
        from tlsglass.fitting.result import predict

        assert self.result.fits is not None
        on_atlas = model == ATLAS or (model is None and self.J0_over_h0 is not None)
        return predict(self.result.fits, T, on_atlas)

    def plot(self, ax: Axes | None = None) -> Figure | Axes:
        """Return the figure of the fit; the attribute ``figure`` is that of matplotlib.

        With ``ax`` the points, the curve and its band are drawn there instead, and ``ax`` is returned.
        """
        if ax is not None:
            points = self.result.points
            curve = self.predict(np.geomspace(points["T_K"].min(), points["T_K"].max(), 200))
            ax.errorbar(points["T_K"], points["value"], points["error"], fmt="o", markersize=3, label="points")
            ax.plot(curve["T_K"], curve["value"], label=self.conclusion)
            ax.fill_between(curve["T_K"], curve["low"], curve["high"], alpha=0.3)
            ax.set_xscale("log")
            ax.set_xlabel("T (K)")
            ax.set_ylabel(f"{self.fit['symbol']} ({self.fit['unit']})")
            return ax
        from tlsglass.report.figures import single_dataset

        return single_dataset.draw([self.fit], *([getattr(self.result, name)] for name in TABLES))

    def write_tables(self, outputs: Any) -> None:
        """Write fit.json, the tables and fit.md to paths.

        They are ``outputs.fit``, ``.points``, ``.curves`` and ``.windows``, and optionally ``.md``.
        """
        for name in TABLES:
            io.write_csv(getattr(outputs, name), getattr(self.result, name))
        io.write_json(outputs.fit, self.fit)
        if hasattr(outputs, "md"):
            io.write_text(outputs.md, self.markdown())

    def save(self, folder: StrPath) -> None:
        """Write fit.json, fit.md, the tables, prediction.csv and the figure as one set into ``folder``, which is created.

        Those of an earlier fit are replaced; other files are kept.
        """
        with io.replace_together(folder, SAVED_FILES) as new:
            paths = {name: new / f"{name}.csv" for name in TABLES}
            self.write_tables(SimpleNamespace(fit=new / "fit.json", md=new / "fit.md", **paths))
            points = self.result.points
            T = np.geomspace(points["T_K"].min() / 2, 2 * points["T_K"].max(), 200)
            io.write_csv(new / "prediction.csv", self.predict(T))
            self.plot().save(_figure_paths(new))  # type: ignore[union-attr]

    def markdown(self) -> str:
        """Return the report as Markdown: the conclusion, a few lines, and all parameters of all models."""
        fit = self.fit
        (low, high), window = fit["fitted_K"], ", all" if fit["window_K"] is None else ""
        head = [f"# {escape.to_markdown(fit['title'] or fit['dataset'])}", "", escape.to_markdown_cell(self.conclusion), ""]
        head += [f"- {escape.to_markdown_cell(line.strip())}" for line in fit["lines"]]
        head.append(f"- fitted: {fit['n_points']} points, {low:.3g} to {high:.3g} K{window}")
        rows = ["| model | parameter | value | 68 % | χ²/dof |", "|---|---|---|---|---|"]
        for label, model in report_text.models_of(fit).items():
            chi2 = f"{report_text.format_reduced_chi2(model)} ({model['dof']})" if fit["errors_given"] else ""
            for name in model["values"]:
                symbol, value = report_text.SYMBOLS.get(name, name), report_text.format_parameter(model, name)
                interval = report_text.format_interval(model, name) if name in model["intervals_scaled"] else ""
                rows.append(f"| {label} | {symbol} | {value} | {interval} | {chi2} |")
        return "\n".join([*head, "", *rows, "", ERROR_NOTE, ""])


def _estimate(model: Mapping[str, Any], name: str) -> Estimate:
    low, high = model["intervals_scaled"].get(name, (None, None))
    return model["values"][name], low, high


def _figure_paths(folder: Path) -> SimpleNamespace:
    return SimpleNamespace(**{kind: folder / f"figure.{kind}" for kind in ("svg", "png", "csv")})


def fit(
    T: npt.ArrayLike,
    value: npt.ArrayLike,
    observable: str,
    error: npt.ArrayLike | None = None,
    frequency: float | None = None,
    window: tuple[float, float] | None = None,
    parameters: Mapping[str, Mapping[str, Any]] | None = None,
    h0: float | None = None,
    name: str = "data",
    scan: bool = True,
    relative_error: float | None = None,
    temperature_error: npt.ArrayLike | str | None = None,
    confirm: Sequence[str] = (),
    time: npt.ArrayLike | None = None,
    interaction: str | None = None,
) -> FitReport:
    """Fit a measured quantity as a function of temperature.

    Three models are fitted: the density of states n of Eq. (3) with µ free, the standard tunneling model (µ = 0), and n of the
    atlas with J0/h0 free.

    Parameters
    ----------
    T : array_like, shape (n,)
        Temperatures in kelvin.
    value : array_like, shape (n,)
        Measured values in the first unit of the observable, or in hertz for the frequency of a resonator.
    observable : str
        Name of the observable, one of ``tlsglass.models.registry.observable_names()``.
    error : array_like, shape (n,) or (), optional
        Standard errors of ``value``, in the same unit. Without ``error`` and ``relative_error``, errors are estimated from the
        residuals: proportional to the value for an observable that is always positive, else equal for all points.
    frequency : float, optional
        Probe frequency in hertz. Required by observables that have one.
    window : (float, float), optional
        Lowest and highest fitted temperature in kelvin. By default all points are fitted.
    parameters : dict, optional
        Settings ``{name: {"start": float, "low": float, "high": float, "fixed": bool}}`` of the parameters, as in dataset.yaml.
    h0 : float, optional
        Random field in kelvin, 10 by default. J0/h0 depends on it through the scale of temperature.
    name : str, optional
        Name of the dataset in the report and in error messages.
    scan : bool, optional
        Whether to fit also in shorter windows, to test if µ and J0/h0 depend on the choice of the window.
    relative_error : float, optional
        Standard error relative to the value, such as 0.01, instead of ``error``.
    temperature_error : array_like, shape (n,) or (), or str, optional
        Standard errors of ``T`` in kelvin, or a text such as "0.3mK+0.1%". Requires errors of ``value``.
    confirm : sequence of str, optional
        Codes of questions about suspicious points, from the message of the error, that are answered with yes.
    time : array_like, shape (n,) or (), optional
        Time of the measurement in seconds, for observables that depend on it. A specific heat without ``time`` is that of all
        TLSs.
    interaction : str, optional
        Interaction of the TLSs, one of ``tlsglass.atlas.interactions()``; independent normal factors by default. J0/h0 with
        each of the others is part of the report.

    Returns
    -------
    FitReport
        Prints the conclusion; has ``mu`` and ``J0_over_h0``, ``plot()`` and ``save(folder)``.

    Raises
    ------
    tlsglass.base.validation.InputError
        If the arguments are invalid; the message names the argument, its value and the allowed values.

    Examples
    --------
    >>> import numpy as np
    >>> import tlsglass
    >>> T = np.geomspace(0.05, 0.5, 20)
    >>> report = tlsglass.fit(T, 0.03 * T**1.9, "thermal_conductivity", relative_error=0.01)
    >>> mu, low, high = report.mu
    >>> round(mu, 3)
    0.1
    """
    from tlsglass.data import infer_dataset
    from tlsglass.fitting.result import fit_dataset

    dataset = infer_dataset.dataset_from_arrays(
        T,
        value,
        observable,
        error,
        relative_error,
        frequency,
        window,
        parameters or {},
        h0,
        name,
        temperature_error,
        confirm,
        time,
        interaction=interaction,
    )
    return FitReport(fit_dataset(dataset, scan))


def draw_joint(result: JointResult) -> Figure:
    """Return the figure of a joint fit: that of a resonator at several powers, or a panel for each dataset."""
    from tlsglass.report.figures import figure_resonator, joint_members

    if result.powers.empty:
        return joint_members.draw(result.fit, result.points, result.curves)
    return figure_resonator.draw(result.fit, result.points, result.curves, result.powers)


def save_joint(result: JointResult, folder: StrPath) -> None:
    """Write joint.json, joint_*.csv and figure.svg/.png/.csv like ``FitReport.save``."""
    with io.replace_together(folder, SAVED_FILES) as new:
        for name, table in result._asdict().items():
            if name == "fit":
                io.write_json(new / "joint.json", table)
            else:
                io.write_csv(new / f"joint_{name}.csv", table)
        draw_joint(result).save(_figure_paths(new))


def draw_chip(result: ChipResult) -> Figure:
    """Return the figure of the devices of a chip."""
    from tlsglass.report.figures import chip_devices

    return chip_devices.draw(result.fit, result.devices)


def save_chip(result: ChipResult, predictions: pd.DataFrame, folder: StrPath) -> None:
    """Write chip.json, chip_*.csv and figure.svg/.png/.csv like ``FitReport.save``."""
    with io.replace_together(folder, SAVED_FILES) as new:
        io.write_json(new / "chip.json", result.fit)
        io.write_csv(new / "chip_devices.csv", result.devices)
        io.write_csv(new / "chip_frequencies.csv", result.frequencies)
        if not predictions.empty:
            io.write_csv(new / "chip_prediction.csv", predictions)
        draw_chip(result).save(_figure_paths(new))
