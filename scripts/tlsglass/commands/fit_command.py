"""The command ``tlsglass fit``: its options, and the datasets and fits that follow from them.

The app builds the words of this command from its menus, so that both have the same results.
"""

from __future__ import annotations

import argparse
import csv
import io as streams
import json
import re
import shutil
import sys
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from tlsglass.base import io, validation
from tlsglass.commands import command_options
from tlsglass.model.parameters import H0_K
from tlsglass.models import registry

if TYPE_CHECKING:
    from tlsglass.data.dataset import Dataset
    from tlsglass.data.infer_dataset import ReadingOptions
    from tlsglass.data.read_table import Table
    from tlsglass.data.resonator_table import ResonatorOptions
    from tlsglass.report.fit_report import Report

DESCRIPTION = """Fit measurements as a function of temperature: Eq. (3) with µ free, the standard tunneling model, and the atlas
with J0/h0 free. Prints the conclusion and a few lines, and writes fit.json, fit.md, figure.svg/.png/.csv and tables into a
folder. Without --window all points are fitted, including temperatures at which TLSs do not dominate."""
EXAMPLE = 'example: tlsglass fit kappa.csv --observable thermal_conductivity --value-unit "W/(m K)" --window 50mK 0.45'
FREQUENCY_HELP = """probe frequency f (not 2πf) with its unit, such as 5.6199GHz or 90kHz. For resonators and qubits, the model
depends on hf/2T. Relaxation depends on ω/A = f/(A/2π), so that the parameter A_Hz_per_K3 is A/2π"""

DATA = "data"  # name of a file that says nothing
RESONATOR = "resonator"  # --observable for f and 1/Q_i of one table, fitted together
TABLE_OPTIONS = (
    *("observable", "frequency", "temperature", "value", "error", "columns", "temperature_unit", "value_unit", "error_unit"),
    *("form", "inverse", "decimal", "relative_error", "temperature_error", "skip_bad_rows", "confirm", "time", "fix", "free"),
    *("where", "window", "h0", "interaction", "write_dataset", "group", "predict", "name"),
)
RESONATOR_OPTIONS = (
    *("loss", "Qi", "loss_error", "loss_window", "power", "f_power", "photons", "attenuation", "Qc", "inv_Qc", "Ql", "inv_Ql"),
    *("coupling_geometry", "systematic", "relaxation"),
)
DRIVE_OPTIONS = ("power", *RESONATOR_OPTIONS[RESONATOR_OPTIONS.index("photons") :])  # also of the loss alone
LOSS = "resonator_loss"
COLUMN_ROLES = {"T": "temperature", "temperature": "temperature", "value": "value", "error": "error"}


def add_command(commands: Any) -> None:
    """Add the command to the subparsers of ``tlsglass``."""
    fit = commands.add_parser(
        "fit",
        help="fit a measured table",
        usage="%(prog)s TABLE [TABLE ...] [options]",
        description=DESCRIPTION,
        epilog=EXAMPLE,
    )
    fit.set_defaults(run=_fit)
    _add_options(fit)


def parse(words: Sequence[str]) -> argparse.Namespace:
    """Return the options in the words after ``tlsglass fit``. Raises InputError."""
    parser = command_options.OneLineParser("tlsglass fit")
    _add_options(parser)
    return parser.parse_args(words)


def _add_options(fit: argparse.ArgumentParser) -> None:
    _add_measurement_options(fit.add_argument_group("what was measured"))
    _add_column_options(fit.add_argument_group("columns and units; each is inferred if its option is missing"))
    rows = fit.add_argument_group("rows")
    rows.add_argument(
        "--window", nargs=2, metavar=("LOW", "HIGH"), help="fitted temperatures, such as 0.05 450mK (default: all)"
    )
    rows.add_argument("--where", action="append", metavar="COLUMN=VALUE", help="only rows with this value; repeatable")
    rows.add_argument("--group", metavar="COLUMN", help="fit each device that this column names, and all of them together")
    predict_help = "with --group: also predict other devices of the chip with these frequencies, such as 5.6GHz"
    rows.add_argument("--predict", nargs="+", metavar="F", help=predict_help)
    rows.add_argument("--skip-bad-rows", action="store_true", help="leave out rows without a number")
    rows.add_argument(
        "--confirm", action="append", metavar="CODE", help="answer to a question about suspicious input; repeatable"
    )
    model = fit.add_argument_group("model")
    model.add_argument("--h0", type=_number, metavar="K", help=f"random field in kelvin (default: {H0_K:g})")
    interaction_help = "interaction of the TLSs in the fit (default: gaussian); J0/h0 of the others is reported for comparison"
    model.add_argument("--interaction", metavar="NAME", help=interaction_help)
    fix_help = "fix a parameter, such as A_Hz_per_K3=1e8; docs/observables.md lists the names; repeatable"
    model.add_argument("--fix", action="append", metavar="NAME=X", help=fix_help)
    model.add_argument(
        "--free", action="append", metavar="NAME", help="fit an optional parameter, such as boundary; repeatable"
    )
    title = "f and Q together (--observable resonator); --value and --error are those of f"
    of_loss = "Options of the drive, --systematic and --relaxation are also options of resonator_loss."
    _add_resonator_options(fit.add_argument_group(title, of_loss))
    output = fit.add_argument_group("output")
    output.add_argument("--json", action="store_true", help="print all numbers as JSON, as in fit.json")
    output.add_argument("--quiet", action="store_true", help="print the conclusion only")
    out_help = "output folder (default: fit- with the names of table, column and rows)"
    output.add_argument("--out", metavar="FOLDER", help=out_help)
    output.add_argument(
        "--name", metavar="NAME", help="name in the report (default: that of the file, or of the folder of data.csv)"
    )
    output.add_argument("--write-dataset", metavar="NAME", help="write config/experiments/NAME for the workflow")


def _add_measurement_options(group: argparse._ArgumentGroup) -> None:
    tables_help = (
        "text or .xlsx file; several files need the same columns, unless they are those of f and Q; - is standard input"
    )
    group.add_argument("tables", nargs="*", metavar="TABLE", help=tables_help)
    group.add_argument("--dataset", metavar="FOLDER", help="folder with dataset.yaml, instead of a table")
    group.add_argument("--observable", metavar="NAME", help=", ".join(_observable_names()))
    group.add_argument("--frequency", metavar="F", help=FREQUENCY_HELP)
    time_help = "time of the measurement with its unit, such as 10s, or the column of the time"
    group.add_argument("--time", metavar="T", help=time_help)


def _add_column_options(group: argparse._ArgumentGroup) -> None:
    group.add_argument("--temperature", metavar="COLUMN", help="column of the temperature")
    group.add_argument("--temperature-unit", metavar="UNIT", help="K, mK, ...")
    group.add_argument("--temperature-error", metavar="E", help="such as 0.3mK, 0.1%%, 0.3mK+0.1%%, or a column")
    group.add_argument(
        "--value", nargs="+", metavar="COLUMN", help="column of the value; several columns are fitted one by one"
    )
    group.add_argument("--value-unit", metavar="UNIT", help='such as "W/(m K)"')
    form_help = "what the column of the value contains: value, value/T^2, log10, 1/value, ..."
    group.add_argument("--form", metavar="FORM", help=form_help)
    group.add_argument("--inverse", action="store_true", help="the column of the value contains 1/value, for instance Q")
    group.add_argument("--error", metavar="COLUMN", help="column of the error, an error such as 50Hz or 1%%, or none")
    group.add_argument("--error-unit", metavar="UNIT", help="unit of the error; relative or %% for relative errors")
    relative_error_help = "relative error of all values, such as 1%% or 0.01 (default: from the residuals)"
    group.add_argument("--relative-error", metavar="X", help=relative_error_help)
    group.add_argument("--columns", nargs="+", metavar="ROLE=N", help="columns by number, such as T=1 value=2 error=3")
    group.add_argument("--decimal", choices=("point", "comma"), help="decimal mark, where 1,234 can be read both ways")


def _add_resonator_options(group: argparse._ArgumentGroup) -> None:
    loss_or_Qi = group.add_mutually_exclusive_group()
    loss_or_Qi.add_argument("--loss", metavar="COLUMN", help="column of 1/Q_i")
    loss_or_Qi.add_argument("--Qi", metavar="COLUMN", help="column of Q_i, instead of 1/Q_i")
    group.add_argument("--loss-error", metavar="COLUMN", help="column of its error, or an error such as 3%%")
    loss_window_help = "fitted temperatures of the loss (default: those of --window)"
    group.add_argument("--loss-window", nargs=2, metavar=("LOW", "HIGH"), help=loss_window_help)
    power_help = "column of the power in dBm, with --attenuation, or of the power at the resonator in watts; needs --Qc"
    group.add_argument("--power", metavar="COLUMN", help=power_help)
    f_power_help = 'power at which f is fitted, or "all" for all powers (default: the power with the smallest errors of f)'
    group.add_argument("--f-power", metavar="P", help=f_power_help)
    group.add_argument("--photons", metavar="COLUMN", help="column of photon numbers, instead of a power")
    attenuation_help = "attenuation between source and resonator in dB; 0 if unknown"
    group.add_argument("--attenuation", type=_number, metavar="DB", help=attenuation_help)
    for name, quality_factor in (("Qc", "coupling"), ("Ql", "loaded")):
        group.add_argument(f"--{name}", metavar="COLUMN", help=f"column of the {quality_factor} quality factor")
        group.add_argument(f"--inv-{name}", metavar="COLUMN", help=f"column of 1/{name}, instead of {name}")
    geometry_help = "photon number: 2 (notch) or 4 (reflection) times Ql²/Qc · P/(ħω²)"
    group.add_argument("--coupling-geometry", choices=("notch", "reflection"), help=geometry_help)
    systematic_help = "systematic errors as fractions of 1/Q_i: of each point alone, and common to all"
    group.add_argument("--systematic", nargs=2, type=_number, metavar=("UNCORRELATED", "CORRELATED"), help=systematic_help)
    group.add_argument("--relaxation", action="store_true", help="include the loss of relaxing TLSs")


def _observable_names() -> list[str]:
    return [*registry.observable_names(), RESONATOR]


def _number(text: str) -> float:
    """Return a number of an option."""
    number = float(text)
    if not abs(number) <= validation.MAX_NUMBER:
        raise ValueError
    return number


_number.__name__ = "number"  # in messages of argparse


@dataclass(frozen=True)
class PreparedFit:
    """A dataset as it was read of a table, with the ``partners`` that are fitted together with it."""

    dataset: Dataset
    partners: Sequence[Dataset] = ()

    @property
    def reading(self) -> str:
        """The line that reports how the table was read."""
        from tlsglass.data import resonator_table

        if self.partners:
            return resonator_table.describe_reading(self.dataset, self.partners)
        return str(self.dataset.describe_reading()["text"])

    @property
    def files(self) -> tuple[str, str]:
        """Names of the JSON file and of the other files with text that the report is saved as."""
        return ("joint.json", "joint_*.csv") if self.partners else ("fit.json", "fit.md")

    @property
    def quantities(self) -> list[list[Dataset]]:
        """The datasets of each measured quantity: f, of one power or of each, before the loss."""
        return [datasets for datasets in ([*self.partners], [self.dataset]) if datasets]

    def make_report(self) -> Report:
        """Fit and return the report."""
        from tlsglass.fitting import joint_result
        from tlsglass.fitting.result import fit_dataset
        from tlsglass.report import fit_report

        if self.partners:
            return fit_report.JointReport(joint_result.fit_joint(self.dataset, self.partners))
        return fit_report.FitReport(fit_dataset(self.dataset))


@dataclass(frozen=True)
class PreparedChip(PreparedFit):
    """The ``devices`` that the column ``group`` of a table names; ``dataset`` and ``partners`` are those of the first."""

    devices: Mapping[str, Sequence[Dataset]] = field(default_factory=dict)
    group: str = ""
    predicted_Hz: Sequence[float] = ()

    @property
    def reading(self) -> str:
        from tlsglass.data import chip_table

        return chip_table.describe_reading(self.devices)

    @property
    def files(self) -> tuple[str, str]:
        return "chip.json", "chip_*.csv"

    @property
    def quantities(self) -> list[list[Dataset]]:
        """The datasets of each measured quantity, one for each device."""
        devices = [[*partners, dataset] for dataset, *partners in self.devices.values()]
        return [list(datasets) for datasets in zip(*devices, strict=True)]

    def make_report(self) -> Report:
        from tlsglass.fitting.chip import fit_chip
        from tlsglass.report.fit_report import ChipReport

        return ChipReport(fit_chip(self.devices), self.predicted_Hz)


def prepare(args: argparse.Namespace, tables: Sequence[Table]) -> PreparedFit:
    """Return what the options ``args``, with at most one column of ``--value``, select of the tables. Raises InputError."""
    from tlsglass.data import infer_dataset, resonator_table
    from tlsglass.data.read_table import join_tables

    if args.group:
        return _prepare_chip(args, tables)
    _refuse(args, ("predict",), "only with --group, for other devices of a chip")
    if args.observable == RESONATOR:
        return PreparedFit(*resonator_table.build_resonator_datasets(tables, _resonator_options(args)))
    is_driven = args.observable == LOSS and bool(_used(args, DRIVE_OPTIONS))
    allowed = DRIVE_OPTIONS if args.observable == LOSS else ()
    _refuse(args, [name for name in RESONATOR_OPTIONS if name not in allowed], f"only with --observable {RESONATOR}")
    table = join_tables(tables)
    if is_driven:
        _refuse(args, ("write_dataset",), "no use for it with the options of a drive")
        options = _drive_options(args, _table_options(args, table))
        return PreparedFit(resonator_table.build_driven_loss(table, options))
    return PreparedFit(infer_dataset.build_dataset(table, infer_dataset.infer_info(table, _table_options(args, table))))


def _fit(args: argparse.Namespace) -> None:
    """Run ``tlsglass fit``."""
    from tlsglass.data import infer_dataset
    from tlsglass.data.dataset import load_dataset
    from tlsglass.data.read_table import join_tables, read_table
    from tlsglass.data.validate import check_name

    if bool(args.tables) == bool(args.dataset):
        raise validation.InputError("tlsglass fit: give a table or --dataset FOLDER, and not both")
    if args.dataset:
        _refuse(args, (*TABLE_OPTIONS, *RESONATOR_OPTIONS), "no use for it with --dataset: dataset.yaml says it")
        dataset = load_dataset(Path(args.dataset))
        _report(PreparedFit(dataset), Path(args.out or f"fit-{dataset.name}"), args)
        return
    values: Sequence[str | None] = args.value or [None]
    if len(values) > 1 and (args.observable == RESONATOR or args.group or args.write_dataset):
        option = "--group" if args.group else "--write-dataset" if args.write_dataset else f"--observable {RESONATOR}"
        raise validation.InputError(f"--value {' '.join(args.value)}: only one column with {option}")
    if args.write_dataset:
        check_name(args.write_dataset, f"--write-dataset {args.write_dataset}")
    tables = [read_table(table, args.decimal) for table in args.tables]
    # all are read before the first is fitted
    fits = [prepare(argparse.Namespace(**vars(args) | {"value": value and [value]}), tables) for value in values]
    if args.write_dataset:
        table = join_tables(tables)
        _write_dataset(args.write_dataset, args.tables, table, infer_dataset.infer_info(table, _table_options(args, table)))
    for prepared, value in zip(fits, values, strict=True):
        column = value if len(values) > 1 else None
        _report(prepared, Path(args.out or _folder_name(args, column)) / (column if args.out and column else ""), args)


def _report(prepared: PreparedFit, folder: Path, args: argparse.Namespace) -> None:
    """Fit, print the report and save it into ``folder``."""
    file, tables = prepared.files
    if not args.quiet:
        limit = validation.MAX_LINE if file == "fit.json" else 2 * validation.MAX_LINE
        print(validation.printable(prepared.reading, limit), file=sys.stderr, flush=True)
    report = prepared.make_report()
    replaced = (folder / file).exists()
    report.save(folder)
    _print_result(report.fit, args)
    if not args.quiet:
        _print_written(folder, f"{file}, {tables}, figure.svg", replaced)


def _resonator_options(args: argparse.Namespace) -> ResonatorOptions:
    """Return the options of reading for f and 1/Q_i together."""
    from tlsglass.data.units import parse_window

    no_use = ("relative_error", "write_dataset", "form", "inverse", "time")
    _refuse(args, no_use, f"no use for it with --observable {RESONATOR}")
    return replace(
        _drive_options(args, replace(_options(args), observable=None, name=_dataset_name(args))),
        loss=args.loss or args.Qi,
        loss_is_inverse=bool(args.Qi) if args.loss or args.Qi else None,
        loss_error=args.loss_error,
        loss_window_K=parse_window(args.loss_window) if args.loss_window else None,
        frequency_power=args.f_power,
    )


def _drive_options(args: argparse.Namespace, options: ReadingOptions) -> ResonatorOptions:
    """Return the options of reading for the powers and systematic errors of a loss, with ``options`` for its columns."""
    from tlsglass.data.resonator_table import ResonatorOptions

    return ResonatorOptions(
        frequency=options,
        power=args.power,
        photons=args.photons,
        Qc=args.Qc or args.inv_Qc,
        Qc_is_inverse=bool(args.inv_Qc) if args.Qc or args.inv_Qc else None,
        Ql=args.Ql or args.inv_Ql,
        Ql_is_inverse=bool(args.inv_Ql) if args.Ql or args.inv_Ql else None,
        coupling_geometry=args.coupling_geometry,
        attenuation_dB=args.attenuation,
        systematic=dict(zip(("uncorrelated", "correlated"), args.systematic, strict=True)) if args.systematic else None,
        relaxation=args.relaxation,
    )


def _prepare_chip(args: argparse.Namespace, tables: Sequence[Table]) -> PreparedChip:
    """Return the devices that the column ``args.group`` names."""
    from tlsglass.data import chip_table
    from tlsglass.data.read_table import join_tables
    from tlsglass.data.units import parse_frequency

    frequency, args = args.frequency, argparse.Namespace(**vars(args) | {"frequency": None})  # it may be a column here
    if args.observable == RESONATOR:
        devices = chip_table.build_resonators(tables, _resonator_options(args), args.group, frequency)
    else:
        _refuse(args, ("write_dataset", *RESONATOR_OPTIONS), "no use for it with --group")
        table = join_tables(tables)
        devices = chip_table.build_datasets(table, _table_options(args, table), args.group, frequency)
    dataset, *partners = next(iter(devices.values()))
    if args.predict and "frequency_Hz" not in dataset.info:
        raise validation.InputError(f"--predict {' '.join(args.predict)}: {dataset.observable.name} has no frequency")
    return PreparedChip(dataset, partners, devices, args.group, [parse_frequency(text) for text in args.predict or ()])


def _print_result(fit: dict[str, Any], args: argparse.Namespace) -> None:
    """Print the report, only its first line with --quiet, or all numbers with --json."""
    if args.json:
        print(json.dumps(fit, ensure_ascii=False, indent=1))
    else:
        print("\n".join([fit["conclusion"]["text"], *([] if args.quiet else fit["lines"])]))


def _print_written(folder: Path, files: str, replaced: bool) -> None:
    note = "; those of an earlier fit are replaced" if replaced else ""
    print(f"written: {folder}/{files}{note}", file=sys.stderr)


def _refuse(args: argparse.Namespace, options: Collection[str], reason: str) -> None:
    """Raise InputError if one of ``options``, which would be ignored, is used."""
    used = _used(args, options)
    if used:
        raise validation.InputError(f"{', '.join(used)}: {reason}")


def _used(args: argparse.Namespace, options: Collection[str]) -> list[str]:
    """Return those of ``options`` that are used, as they are written."""
    values = {name: getattr(args, name) for name in options}
    return [f"--{name.replace('_', '-')}" for name, value in values.items() if value is not None and value is not False]


def _dataset_name(args: argparse.Namespace) -> str:
    """Return the name of ``--name``, else that of the first file without suffix, or that of its folder for data.csv."""
    if args.name:
        return str(args.name)
    path = Path("stdin" if args.tables[0] == "-" else args.tables[0])
    return path.resolve().parent.name or path.stem if path.stem.lower() == DATA else path.stem


def _folder_name(args: argparse.Namespace, value: str | None = None) -> str:
    """Return the default output folder, which differs for each column and each selection of rows."""
    parts = [_dataset_name(args), *([value] if value else []), *(args.where or ())]
    return "-".join(["fit", *(re.sub(r"[^\w.+-]+", "_", part)[:60] for part in parts)])


def _table_options(args: argparse.Namespace, table: Table) -> ReadingOptions:
    """Return what the arguments say of a table."""
    options = replace(_options(args), observable=args.observable, name=args.write_dataset or _dataset_name(args))
    columns = _columns_by_number(args.columns, table)
    _refuse(args, [role for role in columns if role != "value"], "--columns names that column already")
    return replace(options, **columns)


def _columns_by_number(entries: Sequence[str] | None, table: Table) -> dict[str, Any]:
    """Return {role: name} of --columns T=1 value=2 error=3."""
    columns = {}
    for entry in entries or ():
        role, _, position = entry.partition("=")
        if role not in COLUMN_ROLES or not position.isdecimal() or not 1 <= int(position[:6]) <= len(table.header):
            allowed = f"must be T=N, value=N or error=N, where N is a column from 1 to {len(table.header)}"
            raise validation.InputError(f"--columns {entry}: {allowed}")
        columns[COLUMN_ROLES[role]] = table.header[int(position) - 1]
    return columns


def _options(args: argparse.Namespace) -> ReadingOptions:
    """Return the options of reading, apart from the observable."""
    from tlsglass.data.infer_dataset import ReadingOptions
    from tlsglass.data.units import parse_fraction, parse_frequency, parse_window

    return ReadingOptions(
        temperature=args.temperature,
        value=args.value[0] if args.value else None,
        error=args.error,
        temperature_unit=args.temperature_unit,
        value_unit=args.value_unit,
        error_unit=args.error_unit,
        form=args.form,
        inverse=args.inverse,
        frequency_Hz=None if args.frequency is None else parse_frequency(args.frequency),
        time=args.time,
        fixed=_fixed_parameters(args) or None,
        free=args.free or (),
        relative_error=None if args.relative_error is None else parse_fraction(args.relative_error),
        temperature_error=args.temperature_error,
        window_K=parse_window(args.window) if args.window else None,
        where=_conditions(args) or None,
        h0_K=args.h0,
        interaction=args.interaction,
        decimal=args.decimal,
        skip_bad_rows=args.skip_bad_rows,
        confirm=args.confirm or (),
    )


def _fixed_parameters(args: argparse.Namespace) -> dict[str, float]:
    """Return {parameter: value} of --fix."""
    fixed = {}
    for entry in args.fix or ():
        name, _, text = entry.partition("=")
        try:
            fixed[name.strip()] = _number(text)
        except ValueError:
            raise validation.InputError(f"--fix {entry}: must be NAME=X, where X is a number") from None
    return fixed


def _conditions(args: argparse.Namespace) -> dict[str, str]:
    """Return {column: value} of --where."""
    where = {}
    for condition in args.where or ():
        name, equals, value = condition.partition("=")
        if not equals:
            raise validation.InputError(f"--where {condition}: must be COLUMN=VALUE")
        where[name.strip()] = value.strip()
    return where


def _write_dataset(name: str, files: Sequence[str], table: Table, info: dict[str, Any]) -> None:
    """Write dataset.yaml and the table into config/experiments/NAME, and print where. Raises InputError if it exists."""
    import yaml

    folder = Path("config/experiments") / name
    if folder.exists():
        raise validation.InputError(f"{folder}: exists already; choose another name for --write-dataset")
    folder.mkdir(parents=True)
    file = "data" + (Path(files[0]).suffix if files != ["-"] and len(files) == 1 else ".csv")
    if files != ["-"] and len(files) == 1:
        shutil.copyfile(files[0], folder / file)
    else:
        text = streams.StringIO()
        csv.writer(text, lineterminator="\n").writerows([table.header, *([table.units] if table.units else []), *table.rows])
        io.write_text(folder / file, text.getvalue())
    info = info | {"data": info["data"] | {"file": file}}
    io.write_text(folder / "dataset.yaml", yaml.safe_dump(info, sort_keys=False, allow_unicode=True))
    command = f"snakemake --cores 1 results/runs/paper/experiments/{name}/fit.json"
    print(f"written: {folder}/dataset.yaml and {file}; to fit it in the workflow: {command}", file=sys.stderr)
