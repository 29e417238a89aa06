"""State of the app for one table: menus become words of ``tlsglass fit``, which are read and fitted as the command does.

This module knows nothing of the browser.
"""

from __future__ import annotations

import io
import re
import shlex
import tempfile
import threading
import zipfile
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING, Any

from tlsglass.app import plots
from tlsglass.atlas import api
from tlsglass.base import validation
from tlsglass.base.jackknife import format_with_error
from tlsglass.commands import fit_command
from tlsglass.data.columns import Column, describe_columns
from tlsglass.data.read_table import Table, parse_table
from tlsglass.fitting import report_text
from tlsglass.fitting.fit import ParameterState
from tlsglass.model.parameters import H0_K
from tlsglass.models import registry
from tlsglass.models.observable import TIME, Observable
from tlsglass.report.fit_report import FitReport

if TYPE_CHECKING:
    from tlsglass.commands.fit_command import PreparedFit

OBSERVABLE = "observable"
COLUMN, TEXT, FLAG = "column", "text", "flag"  # kinds of choices
WORDS = "words"  # several words after one option
REPEATED = "repeated"  # an option that is repeated for each text between semicolons
SHOWN_ROWS, SHOWN_COLUMNS = 4, 12
CONFIRM = re.compile(r"; to fit it all the same, add --confirm \w+$")
OPTION = re.compile(r"--([A-Za-z0-9-]+)(?: [A-Z]+\b| \(\w+\))?")  # with its argument, or the key of a dataset
_fitting = threading.Lock()  # one fit at a time: it uses a whole core, and caches of the atlas


@dataclass(frozen=True)
class Choice:
    """A menu for an option of ``tlsglass fit``, with columns or ``suggestions``; also other text unless ``is_closed``."""

    option: str
    label: str
    kind: str = TEXT
    suggestions: tuple[str, ...] = ()
    is_closed: bool = False
    hint: str = ""


MAIN = (
    Choice("temperature", "Temperature", COLUMN, is_closed=True),
    Choice("temperature-unit", "Unit of T", suggestions=("K", "mK")),
    Choice("value", "Value", COLUMN, is_closed=True),
    Choice("value-unit", "Unit of value"),
    Choice("error", "Error", COLUMN, ("none", "1%", "3%"), hint="column, none, 1%, 50Hz"),
    Choice("error-unit", "Unit of error", suggestions=("relative", "%")),
    Choice("frequency", "Frequency", hint="like 5.6GHz or 90kHz"),
    Choice("time", "Time", COLUMN, hint="a column, or like 10s"),
)
MORE = (
    Choice("form", "Form of the value", suggestions=("value", "value/T", "value/T^2", "value/T^3", "1/value", "log10", "ln")),
    Choice("temperature-error", "Error of T", COLUMN, hint="column, or 0.3mK+0.1%"),
    Choice("inverse", "The column contains 1/value, like Q", FLAG),
    Choice("where", "Only rows where", REPEATED, hint="such as device=D1; power=-50"),
    Choice("group", "Devices", COLUMN, is_closed=True, hint="column of their names"),
    Choice("decimal", "Decimal mark", suggestions=("point", "comma"), is_closed=True),
    Choice("fix", "Fixed parameters", REPEATED, hint="such as mu=0.1; gap_K=2"),
    Choice("free", "Optional parameters", REPEATED, hint="such as boundary; fitted, too"),
    Choice("h0", "h0 (K)", hint=f"{H0_K:g} by default"),
    Choice("interaction", "Interaction", suggestions=tuple(api.interactions()), is_closed=True, hint="gaussian by default"),
    Choice("skip-bad-rows", "Leave out rows without a number", FLAG),
)
OF_RESONATOR = (
    Choice("loss", "1/Qi", COLUMN, is_closed=True),
    Choice("Qi", "Qi", COLUMN, is_closed=True),
    Choice("loss-error", "Error of the loss", COLUMN, ("1%", "3%"), hint="a column, or like 3%"),
    Choice("power", "Power", COLUMN, is_closed=True),
    Choice("photons", "Photon number", COLUMN, is_closed=True),
    Choice("coupling-geometry", "Geometry", suggestions=("notch", "reflection"), is_closed=True, hint="of the coupling"),
    Choice("attenuation", "Attenuation (dB)", hint="0 if unknown"),
    Choice("Qc", "Qc", COLUMN, is_closed=True),
    Choice("inv-Qc", "1/Qc", COLUMN, is_closed=True),
    Choice("Ql", "Ql", COLUMN, is_closed=True),
    Choice("inv-Ql", "1/Ql", COLUMN, is_closed=True),
    Choice(
        "f-power",
        "Power of f",
        suggestions=("all",),
        hint="at which f is fitted; default: smallest errors",
    ),
    Choice("loss-window", "Fitted T of the loss", WORDS, hint="like 50mK 1.6"),
    Choice("systematic", "Systematic errors", WORDS, hint="of the loss: uncorrelated and correlated, such as 0.03 0.02"),
    Choice("relaxation", "Loss of relaxing TLSs", FLAG),
)
NOT_OF_RESONATOR = ("form", "inverse", "time")  # options that the command refuses for a resonator
LABELS = {choice.option: choice.label for choice in (*MAIN, *MORE, *OF_RESONATOR)}
LABELS |= {OBSERVABLE: "Observable", "window": "Fitted temperatures"}
VALUE_UNITS = {"W/(m K)": ("mW/(m K)",), "dimensionless": ("ppm", "%"), "Hz": ("MHz", "GHz")}  # besides those of an observable


@dataclass(frozen=True)
class Reading:
    """What was read with the present choices: either ``prepared``, or lines of ``problems`` and codes to confirm."""

    prepared: PreparedFit | None = None
    problems: tuple[str, ...] = ()
    codes: tuple[str, ...] = ()

    @property
    def roles(self) -> dict[str, str]:
        """{column: what it is used for}."""
        roles: dict[str, str] = {}
        for dataset in (self.prepared.dataset, *self.prepared.partners) if self.prepared else ():
            sections = dataset.info["data"]
            for key in ("temperature", "value", "error", "time"):
                section = sections.get(key, {})
                unit = section.get("unit", "")
                text = f"{key}, {unit}" if unit and unit != "dimensionless" else key
                roles |= {section["column"]: text} if "column" in section else {}
        if isinstance(self.prepared, fit_command.PreparedChip):
            roles[self.prepared.group] = "device"
        return roles

    @property
    def inferred(self) -> dict[str, str]:
        """{option: what was read for it}, of the columns and units of a single dataset."""
        if self.prepared is None:
            return {}
        info = self.prepared.dataset.info
        texts = {OBSERVABLE: info["observable"].replace("_", " ")}
        if self.prepared.partners:
            return {}
        for key in ("temperature", "value", "error"):
            section = info["data"][key]
            texts |= {key: section["column"]} if "column" in section else {}
            texts |= {f"{key}-unit": section["unit"]} if "unit" in section else {}
        if "from_residuals" in info["data"]["error"]:
            texts["error"] = "from the residuals"
        probe = self.prepared.dataset.observable.probe
        texts |= {"frequency": f"{info[probe]:g} Hz"} if probe in info and probe != TIME else {}
        return texts


@dataclass(frozen=True)
class Outcome:
    """A fit: its first line and lines, rows of parameters, the files that the command writes, and pictures as SVG."""

    conclusion: str
    lines: tuple[str, ...]
    parameters: tuple[tuple[str, str, str, str], ...]  # model, symbol, value with its error, 68 % interval
    files: dict[str, bytes]
    data_figure: str  # empty where the fit is of several quantities, or against time
    report_figure: str

    def archive(self) -> bytes:
        """Return all files as a ZIP file."""
        buffer = io.BytesIO()
        with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
            for name, content in self.files.items():
                archive.writestr(name, content)
        return buffer.getvalue()


@dataclass
class FitSession:
    """One table and the choices made for it."""

    file_name: str = ""
    raw: bytes = b""
    choices: dict[str, str] = field(default_factory=dict)  # by option, FLAG choices with any text
    window_K: tuple[float, float] | None = None
    confirmed: list[str] = field(default_factory=list)
    table: Table | None = None
    span_K: tuple[float, float] | None = None  # of the temperatures of all points, once they could be read
    inferred_observable: str = ""  # by the last reading

    def load(self, name: str, raw: bytes) -> None:
        """Take a table that was uploaded as ``name`` in place of the present one. Raises InputError."""
        name = PurePosixPath(name.replace("\\", "/").replace("\0", "")).name[-150:] or "table.csv"
        table = parse_table(name, raw)
        self.__dict__.update(FitSession(file_name=name, raw=raw, table=table).__dict__)

    @property
    def observable(self) -> Observable | None:
        """The observable that is chosen or else inferred; None for a resonator, and where it is not known."""
        return registry.OBSERVABLES.get(self.choices.get(OBSERVABLE) or self.inferred_observable)

    @property
    def is_resonator(self) -> bool:
        """Whether f and Q are fitted together."""
        return self.choices.get(OBSERVABLE) == fit_command.RESONATOR

    def visible_choices(self) -> list[Choice]:
        """Return the menus that make sense for the observable; the choices of others are ignored."""
        if self.is_resonator:
            return [choice for choice in (*MAIN, *OF_RESONATOR, *MORE) if choice.option not in NOT_OF_RESONATOR]
        hidden = set()
        if self.observable:
            is_timed, has_probe = self.observable.is_timed, self.observable.probe is not None
            hidden |= set() if is_timed else {"time"}
            hidden |= set() if has_probe and not is_timed else {"frequency"}
        return [choice for choice in (*MAIN, *MORE) if choice.option not in hidden]

    def suggestions(self, choice: Choice) -> list[str]:
        """Return the entries of a menu."""
        entries: list[str] = []
        if choice.kind == COLUMN and self.table:
            header = self.table.header
            entries = [name for name in header if name and header.count(name) == 1]
        measured = registry.OBSERVABLES["resonator_frequency"] if self.is_resonator else self.observable
        if choice.option == "value-unit" and measured:
            for unit in measured.target_units:
                entries += [unit, *VALUE_UNITS.get(unit, ())]
        return list(dict.fromkeys([*entries, *choice.suggestions]))

    def set_window(self, low_K: float, high_K: float) -> None:
        """Fit temperatures from ``low_K`` to ``high_K``, all of them where both ends are those of the points."""
        lowest, highest = self.span_K or (low_K, high_K)
        is_whole = low_K <= 1.0005 * lowest and high_K >= 0.9995 * highest
        self.window_K = None if is_whole else (float(f"{low_K:.3g}"), float(f"{high_K:.3g}"))

    def words(self) -> list[str]:
        """Return the words after ``tlsglass fit``."""
        words = [f"./{self.file_name}" if self.file_name.startswith("-") else self.file_name]
        options = [Choice(OBSERVABLE, "Observable"), *self.visible_choices()]
        for choice in options:
            text = self.choices.get(choice.option, "").strip()
            if text and choice.kind in (FLAG, WORDS):
                words += [f"--{choice.option}", *(text.split() if choice.kind == WORDS else ())]
            elif text:
                for part in text.split(";") if choice.kind == REPEATED else [text]:
                    words += _option(choice.option, part.strip())
        if self.window_K:
            words += ["--window", *(f"{end:g}" for end in self.window_K)]
        for code in self.confirmed:
            words += ["--confirm", code]
        if Path(self.file_name).stem.lower() == fit_command.DATA:  # else the command takes the name of the folder
            words += ["--name", Path(self.file_name).stem]
        return words

    @property
    def command(self) -> str:
        """The command that does the same in the folder of the table, as it is typed in a shell."""
        return shlex.join(self.command_words)

    @property
    def command_words(self) -> list[str]:
        """The words of the command."""
        return ["tlsglass", "fit", *self.words()]

    def read(self) -> Reading:
        """Read the table with the present choices."""
        try:
            prepared = self._prepare()
        except validation.InputError as error:
            lines = [CONFIRM.sub("", line).removeprefix(f"{self.file_name}: ") for line in error.lines]
            problems = tuple(name_choices(part) for line in lines for part in line.split("; also "))
            return Reading(None, problems, getattr(error, "codes", ()))
        ranges = [(dataset.all_points.T_K.min(), dataset.all_points.T_K.max()) for dataset in prepared.quantities[-1]]
        self.span_K = float(min(low for low, _ in ranges)), float(max(high for _, high in ranges))
        self.inferred_observable = prepared.dataset.info["observable"]
        return Reading(prepared)

    def _prepare(self) -> PreparedFit:
        args = fit_command.parse(self.words())
        return fit_command.prepare(args, [parse_table(args.tables[0], self.raw, args.decimal)])

    def fit(self, narrow: bool = False) -> Outcome:
        """Fit the table and return all that the command prints and writes; ``narrow`` is for the screen of a phone.

        Raises
        ------
        InputError
            The table cannot be read with the present choices.
        """
        with _fitting:
            prepared = self._prepare()
            report = prepared.make_report()
            with plots.drawing, tempfile.TemporaryDirectory() as folder:
                report.save(Path(folder) / "fit")
                files = {path.name: path.read_bytes() for path in sorted((Path(folder) / "fit").iterdir())}
            figure = plots.draw_report(report, narrow) if narrow else files["figure.svg"].decode()
            data_figure = ""
            if isinstance(report, FitReport) and report.fit.get("abscissa", "T_K") == "T_K":
                data_figure = plots.draw_fit(report)
        parameters = tuple(map(_parameter_texts, report.fit.get("parameters", ())))  # a chip has lines
        return Outcome(report.conclusion, tuple(report.fit["lines"]), parameters, files, data_figure, figure)

    def preview(self) -> tuple[list[Column], Sequence[Sequence[object]]]:
        """Return what the names of the first columns say, and the cells of the first rows."""
        if self.table is None:
            return [], []
        columns = describe_columns(self.table)
        names = self.table.header[:SHOWN_COLUMNS]
        return [columns[name] for name in names], [row[:SHOWN_COLUMNS] for row in self.table.rows[:SHOWN_ROWS]]


def _parameter_texts(row: dict[str, Any]) -> tuple[str, str, str, str]:
    """Return model, symbol, value with its error, and 68 % interval of an entry of ``parameters`` in fit.json."""
    is_interval = row["state"] == ParameterState.INTERVAL
    value = format_with_error(row["value"], row["error"]) if is_interval else f"{row['state']} ({row['value']:.3g})"
    ends = "" if None in (row["low_68"], row["high_68"]) else f"{row['low_68']:.3g} to {row['high_68']:.3g}"
    symbol = report_text.format_symbol(row["symbol"])
    return row["model"], symbol, f"{value} {row['unit']}".rstrip(), ends if is_interval else ""


def _option(option: str, text: str) -> list[str]:
    """Return the words of an option; a text that begins with a dash would be taken for another option."""
    return [f"--{option}={text}"] if text.startswith("-") else [f"--{option}", text]


def name_choices(line: str) -> str:
    """Return a message of the command with the labels of menus in place of the options of the command."""

    def label(match: re.Match[str]) -> str:
        return f"“{LABELS[match[1]]}”" if match[1] in LABELS else match[0]

    return OPTION.sub(label, line)
