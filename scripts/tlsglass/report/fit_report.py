"""Reports of fits: text, files and a figure. The workflow, the command line, ``tlsglass.fit`` and ``fit_joint`` use them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from tlsglass.base import escape, io
from tlsglass.base.types import StrPath
from tlsglass.base.validation import InputError
from tlsglass.fitting import report_text
from tlsglass.fitting.fit import MAX_SCALED_P_VALUE
from tlsglass.models.observable import J0_OVER_H0

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.axes import Axes

    from tlsglass.data.dataset import Dataset
    from tlsglass.fitting.chip import ChipResult
    from tlsglass.fitting.joint_result import JointResult
    from tlsglass.fitting.result import FitResult
    from tlsglass.plotting.style import Figure

TABLES = ("points", "curves", "windows")
# All files that a fit writes, of any kind: none of an earlier fit is left beside those of a new one.
SAVED_FILES = (
    *("fit.json", "fit.md", "prediction.csv", *(f"{name}.csv" for name in TABLES), "figure.svg", "figure.png", "figure.csv"),
    *("joint.json", *(f"joint_{name}.csv" for name in ("points", "curves", "parameters", "left_out", "powers"))),
    *("chip.json", "chip_devices.csv", "chip_frequencies.csv", "chip_prediction.csv"),
)
ERROR_NOTE = (
    "Errors and intervals follow from the errors of the points. They are multiplied by √(χ²/dof) if the probability of so"
    f" large a χ² is below {100 * MAX_SCALED_P_VALUE:.0f} %, and corrected for the effective number of points if residuals are"
    " correlated. Those of J0/h0 include the errors of the atlas."
)
N_PREDICTED = 100  # temperatures of the predicted curve of a further device
Estimate = tuple[float, float | None, float | None]  # value, and the ends of its 68 % interval


class Report:
    """What the reports of all fits have in common. Printing one shows the conclusion and some lines.

    Attributes
    ----------
    fit : dict
        All numbers, as in the JSON file of the fit.
    result : FitResult, JointResult or ChipResult
        The numbers and the tables.
    """

    prefix = ""  # of the names of the files

    def __init__(self, result: Any) -> None:
        self.fit: dict[str, Any] = result.fit
        self.result = result

    def __str__(self) -> str:
        return "\n".join([self.conclusion, *self.fit["lines"]])

    __repr__ = __str__

    @property
    def conclusion(self) -> str:
        """What the points determine, in one or two sentences."""
        text: str = self.fit["conclusion"]["text"]
        return text

    @property
    def parameters(self) -> pd.DataFrame:
        """Parameters of the models that describe the points: value, error, ends of the intervals, and state."""
        import pandas as pd

        return pd.DataFrame(self.fit["parameters"])

    def plot(self) -> Figure:
        """Return the figure of the fit; the attribute ``figure`` is that of matplotlib."""
        raise NotImplementedError

    def save(self, folder: StrPath) -> None:
        """Write the JSON file, the tables and figure.svg/.png/.csv as one set into ``folder``, which is created.

        Those of an earlier fit are replaced; other files are kept.
        """
        with io.replace_together(folder, SAVED_FILES) as new:
            self._write(new)
            self.plot().save(SimpleNamespace(**{kind: new / f"figure.{kind}" for kind in ("svg", "png", "csv")}))

    def _write(self, folder: Path) -> None:
        """Write all numbers as JSON, and the tables of the result as CSV."""
        import pandas as pd

        io.write_json(folder / f"{self.prefix}.json", self.fit)
        for name, content in self.result._asdict().items():
            if isinstance(content, pd.DataFrame):
                io.write_csv(folder / f"{self.prefix}_{name}.csv", content)


class FitReport(Report):
    """Report of the fits of one dataset. Printing it shows the conclusion and a few lines.

    Attributes
    ----------
    fit : dict
        All numbers, as in fit.json; docs/fit-your-data.md explains them.
    result : FitResult
        The numbers, and the tables ``points``, ``curves`` and ``windows``.
    """

    result: FitResult

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

    def _write(self, folder: Path) -> None:
        """Write fit.json, fit.md, the tables and prediction.csv."""
        paths = {name: folder / f"{name}.csv" for name in TABLES}
        self.write_tables(SimpleNamespace(fit=folder / "fit.json", md=folder / "fit.md", **paths))
        points = self.result.points
        T = np.geomspace(points["T_K"].min() / 2, 2 * points["T_K"].max(), 200)
        io.write_csv(folder / "prediction.csv", self.predict(T))

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


class JointReport(Report):
    """Report of a joint fit, with joint.json. Printing it shows the conclusion and the shared parameters, alone and jointly."""

    result: JointResult
    prefix = "joint"

    def plot(self) -> Figure:
        """Return the figure: that of a resonator at several powers, or a panel for each dataset."""
        from tlsglass.report.figures import figure_resonator, joint_members

        result = self.result
        if result.powers.empty:
            return joint_members.draw(result.fit, result.points, result.curves)
        return figure_resonator.draw(result.fit, result.points, result.curves, result.powers)


class ChipReport(Report):
    """Report of a fit of several devices, with chip.json. Printing it shows the conclusion, a line for each, and tests.

    Attributes
    ----------
    predicted_Hz : sequence of float
        Frequencies of further devices, whose predicted curves are saved.
    """

    result: ChipResult
    prefix = "chip"

    def __init__(self, result: ChipResult, predicted_Hz: Sequence[float] = ()) -> None:
        super().__init__(result)
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
        from tlsglass.fitting.chip import predict_device

        return predict_device(self.result, T, frequency, observable)

    def predictions(self) -> pd.DataFrame:
        """Return the curves of all observables at ``predicted_Hz``, at the temperatures of the points; empty for none."""
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
        """Return the figure of all devices."""
        from tlsglass.report.figures import chip_devices

        return chip_devices.draw(self.result.fit, self.result.devices)

    def _write(self, folder: Path) -> None:
        """Write chip.json, the tables, and the predicted curves of further devices."""
        super()._write(folder)
        predictions = self.predictions()
        if not predictions.empty:
            io.write_csv(folder / "chip_prediction.csv", predictions)


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
        Measured values in SI units; a specific heat is in J/(kg K). A relative change is dimensionless. For the frequency of a
        resonator, the frequency itself, in hertz, is accepted, too.
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
        Typical random field in kelvin, 10 by default. J0/h0 depends on it, because n of the atlas is a function of T/h0.
    name : str, optional
        Name of the dataset in the report and in error messages.
    scan : bool, optional
        Whether to fit also in shorter windows, to test if µ and J0/h0 depend on the choice of the window.
    relative_error : float, optional
        Standard error relative to the value, such as 0.01, instead of ``error``.
    temperature_error : array_like, shape (n,) or (), or str, optional
        Standard errors of ``T`` in kelvin, or a text such as "0.3mK+0.1%". Requires errors of ``value``.
    confirm : sequence of str, optional
        Codes of questions about suspicious input that are answered with yes. The message of the InputError contains the codes.
    time : array_like, shape (n,) or (), optional
        Time of the measurement in seconds, for observables that depend on it. Without ``time``, all TLSs are assumed to
        contribute to a specific heat, including those that relax slowly.
    interaction : str, optional
        Interaction of the TLSs, one of ``tlsglass.atlas.interactions()``, by default "gaussian". For comparison, the report
        also contains J0/h0 from fits with the other interactions.

    Returns
    -------
    FitReport
        Printing it shows the conclusion. ``mu`` and ``J0_over_h0`` are tuples (value, low, high), where low and high are the
        ends of the 68 % interval, or None if an end was not found. ``J0_over_h0`` is None if there is no fit on the atlas, or
        if this fit does not describe the points.
        ``plot()`` returns the figure, and ``save(folder)`` writes all results.

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


def fit_joint(tables: Sequence[Mapping[str, Any]], shared: Sequence[str] | None = None) -> JointReport:
    """Fit several measured quantities of the same TLSs together.

    Parameters
    ----------
    tables : sequence of dict
        For each table the arguments of ``tlsglass.fit`` as a dict, such as ``{"T": T, "value": f, "error": f_error,
        "observable": "resonator_frequency", "frequency": 5e9}``. Errors are required, since they determine the weights. The
        loss of a resonator at several powers also takes ``photons``, the photon number of each point, and ``systematic``, a
        dict of the relative errors ``uncorrelated`` and ``correlated``. Tables must not differ in ``h0`` or ``interaction``.
    shared : sequence of str, optional
        Names of the parameters that have one value for the first table and all others. By default, these are the parameters
        that have the same name and symbol for both observables, except offsets, backgrounds, options and parameters that tables
        of fits omit. For example, ``tls_strength`` of a sound velocity and of a dielectric constant are not shared,
        because they are different strengths with different symbols.

    Returns
    -------
    JointReport
        Printing it shows the conclusion. ``parameters`` is a DataFrame of the separate and the joint fits, ``plot()`` returns
        the figure, and ``save(folder)`` writes all results.

    Raises
    ------
    tlsglass.base.validation.InputError
        If there are fewer than two tables; if the arguments of a table are invalid, its errors are missing, or its name is
        that of another table; if tables differ in ``h0`` or ``interaction``; or if a parameter of ``shared`` is not common to
        two tables, is fixed at different values, or has bounds that do not overlap.

    Examples
    --------
    >>> import numpy as np
    >>> import tlsglass
    >>> T = np.geomspace(0.05, 0.5, 20)
    >>> kappa = {"T": T, "value": 0.03 * T**1.9, "observable": "thermal_conductivity", "relative_error": 0.01}
    >>> C = {"T": T, "value": 0.001 * T**1.1, "observable": "specific_heat", "relative_error": 0.01}
    >>> report = tlsglass.fit_joint([kappa, C])
    >>> round(report.fit["mu_free"]["values"]["mu"], 3)
    0.1
    """
    from tlsglass.fitting import joint_result

    if len(tables) < 2:
        raise InputError(f"tables: {len(tables)}: a joint fit needs at least two")
    datasets = [_dataset(table, f"table {k}") for k, table in enumerate(tables, 1)]
    for dataset in datasets:
        if dataset.points.error is None:
            raise InputError(f"{dataset.name}: error or relative_error: tables are weighted by their errors")
        for key, own, shared_value in (
            ("h0", dataset.h0_K, datasets[0].h0_K),
            ("interaction", dataset.interaction, datasets[0].interaction),
        ):
            if own != shared_value:
                raise InputError(f"{dataset.name}: {key} {own}: must be {shared_value}, as in {datasets[0].name}")
    names = [dataset.name for dataset in datasets]
    if len(set(names)) < len(names):
        raise InputError(f"name: {', '.join(names)}: each table needs its own")
    first, *partners = datasets
    joint = [{"dataset": partner.name, "shared": _shared(first, partner, shared)} for partner in partners]
    return JointReport(joint_result.fit_joint(replace(first, info=first.info | {"joint": joint}), partners))


def _shared(first: Dataset, partner: Dataset, shared: Sequence[str] | None) -> list[str]:
    """Return the parameters that ``partner`` shares with the first dataset."""
    common = [name for name in first.observable.parameters if name in partner.observable.parameters]
    if shared is None:
        own, others = first.observable.parameters, partner.observable.parameters
        in_table = [name for name in common if own[name].in_table and name != "background"]
        return [name for name in in_table if own[name].symbol == others[name].symbol]
    unknown = [name for name in shared if name not in common]
    if unknown:
        raise InputError(f"shared: {', '.join(unknown)}: {first.name} and {partner.name} have in common {', '.join(common)}")
    return list(shared)


def _dataset(table: Mapping[str, Any], default_name: str) -> Dataset:
    """Return the dataset of the arguments of ``tlsglass.fit``."""
    from tlsglass.data import infer_dataset

    allowed = {
        **{name: name for name in ("value", "observable", "error", "relative_error", "parameters", "name", "confirm")},
        **{"T": "T_K", "frequency": "frequency_Hz", "window": "window_K", "h0": "h0_K", "time": "time_s"},
        **{name: name for name in ("temperature_error", "photons", "systematic", "interaction")},
    }
    unknown = [name for name in table if name not in allowed]
    missing = [name for name in ("T", "value", "observable") if name not in table]
    for names, requirement in ((unknown, f"must be among {', '.join(allowed)}"), (missing, "is missing")):
        if names:
            raise InputError(f"{default_name}: {', '.join(names)}: {requirement}")
    return infer_dataset.dataset_from_arrays(**{"name": default_name} | {allowed[name]: x for name, x in table.items()})
