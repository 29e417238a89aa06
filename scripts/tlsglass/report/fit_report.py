"""A fit as its reader gets it: a sentence, five lines, files, a figure. Both workflow and command go through here."""

from pathlib import Path
from types import SimpleNamespace

from tlsglass.base import io
from tlsglass.fitting import report_text
from tlsglass.models.observable import J0_OVER_H0

TABLES = ("points", "curves", "windows")


class FitReport:
    """The Outcome of a dataset, which prints as what is decided and five lines, writes its files, and draws itself.

    ``fit`` holds the numbers as fit.json does: see docs/fit-your-data.md. ``mu`` and ``J0_over_h0`` are (value, low, high) of
    their 68 % intervals, None where an end is open.
    """

    def __init__(self, outcome):
        self.result, self.fit = outcome, outcome.fit

    def __str__(self):
        return "\n".join([self.conclusion, *self.fit["lines"]])

    __repr__ = __str__

    @property
    def conclusion(self):
        """What is decided, or that nothing is: one sentence."""
        says = self.fit["conclusion"]
        return says[0].upper() + says[1:] if says[0].isascii() else says  # not a capital µ

    @property
    def mu(self):
        return _interval(self.fit["mu_free"], "mu")

    @property
    def J0_over_h0(self):
        return _interval(self.fit["atlas"]["model"], J0_OVER_H0) if self.fit["atlas"] else None

    def plot(self):
        """Return the figure of the fit, show.style.Figure; ``.figure`` is that of matplotlib."""
        from tlsglass.report.figures import single_dataset

        return single_dataset.draw([self.fit], *([getattr(self.result, name)] for name in TABLES))

    def write_tables(self, outputs):
        """Write fit.json, points.csv, curves.csv and windows.csv to the paths that ``outputs`` names, and fit.md if it does."""
        for name in TABLES:
            io.write_csv(getattr(outputs, name), getattr(self.result, name))
        io.write_json(outputs.fit, self.fit)
        if hasattr(outputs, "md"):
            io.write_text(outputs.md, self.markdown())

    def save(self, folder):
        """Write fit.json, fit.md, the tables and figure.svg/.png/.csv into ``folder``, which is made."""
        folder = Path(folder)
        folder.mkdir(parents=True, exist_ok=True)
        paths = {name: folder / f"{name}.csv" for name in TABLES}
        self.write_tables(SimpleNamespace(fit=folder / "fit.json", md=folder / "fit.md", **paths))
        self.plot().save(SimpleNamespace(**{kind: folder / f"figure.{kind}" for kind in ("svg", "png", "csv")}))

    def markdown(self):
        """Return the report as Markdown: what is decided, all parameters of all models, how they compare."""
        fit = self.fit
        models = {"Eq. (3)": fit["mu_free"], "STM": fit["stm"]} | ({"atlas": fit["atlas"]["model"]} if fit["atlas"] else {})
        rows = ["| model | parameter | value | 68 % | χ²/dof |", "|---|---|---|---|---|"]
        for label, model in models.items():
            for name in model["values"]:
                ends = report_text.format_interval(model, name) if name in model["intervals_scaled"] else ""
                chi2 = f"{report_text.format_reduced_chi2(model)} ({model['dof']})" if fit["errors_given"] else ""
                label_of_parameter = report_text.SYMBOLS.get(name, name)
                value = report_text.format_parameter(model, name)
                rows.append(f"| {label} | {label_of_parameter} | {value} | {ends} | {chi2} |")
        head = [f"# {fit['title'] or fit['dataset']}", "", self.conclusion, ""]
        head += [f"- {line}" for line in fit["lines"]]
        low, high = fit["fitted_K"]
        head.append(
            f"- fitted: {fit['n_points']} points, {low:.3g} to {high:.3g} K" + (", all" if fit["window_K"] is None else "")
        )
        note = (
            "Errors and intervals are those of the points (the statistical ones are in fit.json), times √(χ²/dof) where that is"
            " above 1. Those of J0/h0 hold the errors of the atlas."
        )
        return "\n".join([*head, "", *rows, "", note, ""])


def _interval(model, name):
    low, high = model["intervals_scaled"].get(name, (None, None))
    return model["values"][name], low, high


def fit(
    T,
    value,
    observable,
    error=None,
    frequency=None,
    window=None,
    parameters=None,
    h0=None,
    name="data",
    scan=True,
    relative_error=None,
):
    """Fit ``value`` (n,) measured at temperatures ``T`` (n,) in kelvin: return the Report.

    ``observable`` is one of experiment.observables.names(), and ``value`` in its unit: the first of its ``units``, or hertz for
    the frequency of a resonator. ``error`` is the standard error in that unit, (n,) or one number for all points;
    ``relative_error`` is one number, the share of each value (0.01). Without both, errors come from the residuals: a share of
    each value where that is positive by nature, else the same for all points. ``frequency`` is the probing one in hertz,
    ``window`` (low, high) in kelvin, ``h0`` in kelvin (10); ``parameters`` {name: {"start", "low", "high", "fixed"}} are those
    of dataset.yaml. Without ``scan`` no windows of temperature are tried, and nothing tells whether µ depends on them.
    Raises base.validation.InputError.
    """
    from tlsglass.data import infer_dataset
    from tlsglass.fitting.result import fit_dataset

    dataset = infer_dataset.dataset_from_arrays(
        T, value, observable, error, relative_error, frequency, window, parameters or {}, h0, name
    )
    return FitReport(fit_dataset(dataset, scan))


def save_joint(together, folder):
    """Write joint.json, joint_*.csv and figure.svg/.png/.csv of a together.Together into ``folder``, which is made."""
    from tlsglass.report.figures import figure_resonator

    folder = Path(folder)
    folder.mkdir(parents=True, exist_ok=True)
    for name in ("points", "curves", "parameters", "left_out", "powers"):
        io.write_csv(folder / f"joint_{name}.csv", getattr(together, name))
    io.write_json(folder / "joint.json", together.fit)
    figure = figure_resonator.draw(together.fit, together.points, together.curves, together.powers)
    figure.save(SimpleNamespace(**{kind: folder / f"figure.{kind}" for kind in ("svg", "png", "csv")}))
