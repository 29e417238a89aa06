"""The command line: ``tlsglass fit`` determines µ and J0/h0 from a table, and writes a report and a figure."""

import argparse
import shutil
import sys
from collections.abc import Collection, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, NoReturn

from tlsglass.base import io, validation
from tlsglass.models import registry

if TYPE_CHECKING:
    from tlsglass.data.dataset import Dataset

DESCRIPTION = """Fit measurements as a function of temperature: Eq. (3) with µ free, the standard tunneling model, and the atlas
with J0/h0 free. Prints the conclusion and five lines, and writes fit.json, fit.md, figure.svg/.png/.csv and tables into a
folder. Without --window all points are fitted, including temperatures at which TLSs do not dominate."""
EXAMPLE = 'example: tlsglass fit kappa.csv --observable thermal_conductivity --value-unit "W/(m K)" --window 0.05 0.45'
FREQUENCY_HELP = """probe frequency with its unit, such as 5.6199GHz or 90kHz. It is used as the paper's ω without a factor 2π:
only ω/A matters, so that the fitted rate A absorbs the factor"""

RESONATOR = "resonator"  # --observable for f and 1/Q_i of one table, fitted together
TABLE_OPTIONS = (
    *("observable", "frequency", "temperature", "value", "error", "temperature_unit", "value_unit", "relative_error"),
    *("where", "window", "h0", "write_dataset"),
)
RESONATOR_OPTIONS = (
    *("loss", "Qi", "loss_error", "power", "photons", "attenuation", "Qc", "inv_Qc", "Ql", "inv_Ql"),
    *("coupling_geometry", "systematic", "relaxation"),
)


class OneLineParser(argparse.ArgumentParser):
    """A parser that reports an error as one line instead of the usage."""

    def error(self, message: str) -> NoReturn:
        raise validation.InputError(f"{self.prog}: {message}; see {self.prog} --help")


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command and return its exit code: 0, or 2 for invalid input, which is reported in one line per problem."""
    try:
        args = _parser().parse_args(arguments)
        args.run(args)
    except validation.InputError as error:
        print(error, file=sys.stderr)
    except OSError as error:
        print(f"{error.filename}: {error.strerror}", file=sys.stderr)
    else:
        return 0
    return 2


def _parser() -> argparse.ArgumentParser:
    parser = OneLineParser("tlsglass", description="Interacting tunneling two-level systems in glasses")
    commands = parser.add_subparsers(required=True, metavar="command")
    fit = commands.add_parser("fit", help="fit a measured table", description=DESCRIPTION, epilog=EXAMPLE)
    fit.set_defaults(run=_fit)
    fit.add_argument("table", nargs="?", help="CSV (or .xlsx) file with columns for the temperature and the measured value")
    fit.add_argument("--dataset", metavar="FOLDER", help="a folder with dataset.yaml, instead of a table")
    fit.add_argument("--observable", metavar="NAME", help=", ".join(_observable_names()))
    fit.add_argument("--frequency", metavar="F", help=FREQUENCY_HELP)
    for column in ("temperature", "value", "error"):
        fit.add_argument(f"--{column}", metavar="COLUMN", help=f"the column of the {column}")
    fit.add_argument("--temperature-unit", metavar="UNIT", help="K, mK, ...")
    fit.add_argument("--value-unit", metavar="UNIT", help='unit of the value, such as "W/(m K)"')
    fit.add_argument(
        "--relative-error", metavar="X", help="relative error of all values, 1%% or 0.01; by default from the residuals"
    )
    fit.add_argument("--where", action="append", metavar="COLUMN=VALUE", help="select these rows of a long table")
    fit.add_argument(
        "--window", nargs=2, type=float, metavar=("LOW", "HIGH"), help="fitted temperatures in kelvin; default: all"
    )
    fit.add_argument("--h0", type=float, metavar="K", help="random field in kelvin, 10 by default")
    _add_resonator_options(fit)
    fit.add_argument("--out", metavar="FOLDER", help="output folder, fit-NAME by default, with the name of the table")
    fit.add_argument("--write-dataset", metavar="NAME", help="write config/experiments/NAME for the workflow")
    return parser


def _add_resonator_options(parser: argparse.ArgumentParser) -> None:
    group = parser.add_argument_group("f and Q together (--observable resonator); --value and --error are those of f")
    loss_or_Qi = group.add_mutually_exclusive_group()
    loss_or_Qi.add_argument("--loss", metavar="COLUMN", help="the column of 1/Q_i")
    loss_or_Qi.add_argument("--Qi", metavar="COLUMN", help="the column of Q_i")
    group.add_argument("--loss-error", metavar="COLUMN", help="the error of that column")
    group.add_argument("--power", metavar="COLUMN", help="power in dBm, with --attenuation, --Qc and optionally --Ql")
    group.add_argument("--photons", metavar="COLUMN", help="photon numbers, instead of a power")
    group.add_argument("--attenuation", type=float, metavar="DB", help="between source and resonator; 0 if unknown")
    for name in ("Qc", "Ql"):
        group.add_argument(f"--{name}", metavar="COLUMN")
        group.add_argument(f"--inv-{name}", metavar="COLUMN", help=f"a column of 1/{name}")
    group.add_argument("--coupling-geometry", choices=("notch", "reflection"), help="n = 2 or 4 · Ql²/Qc · P/(ħω²)")
    group.add_argument("--systematic", nargs=2, type=float, metavar=("UNCORRELATED", "CORRELATED"), help="fractions of 1/Q_i")
    group.add_argument("--relaxation", action="store_true", help="include the loss of relaxing TLSs")


def _observable_names() -> list[str]:
    return [*registry.observable_names(), RESONATOR]


def _fit(args: argparse.Namespace) -> None:
    """Run ``tlsglass fit``."""
    from tlsglass.data import infer_dataset
    from tlsglass.data.dataset import load_dataset
    from tlsglass.fitting.result import fit_dataset
    from tlsglass.report import fit_report

    if args.observable == RESONATOR and args.table:
        _fit_resonator(args)
        return
    if (args.table is None) == (args.dataset is None):
        raise validation.InputError("tlsglass fit: give a table or --dataset FOLDER, and not both")
    if args.dataset:
        _refuse(args, (*TABLE_OPTIONS, *RESONATOR_OPTIONS), "no use for it with --dataset: dataset.yaml says it")
    _refuse(args, RESONATOR_OPTIONS, f"only with --observable {RESONATOR}")
    dataset = load_dataset(Path(args.dataset)) if args.dataset else _dataset_from_table(args)
    print(infer_dataset.describe_reading(dataset), file=sys.stderr, flush=True)
    report = fit_report.FitReport(fit_dataset(dataset))
    folder = Path(args.out or f"fit-{dataset.name}")
    replaced = (folder / "fit.json").exists()
    report.save(folder)
    print(report)
    _print_written(folder, "fit.json, fit.md, figure.svg", replaced)


def _fit_resonator(args: argparse.Namespace) -> None:
    """Run ``tlsglass fit --observable resonator``."""
    from tlsglass.data import resonator_table
    from tlsglass.data.units import parse_frequency
    from tlsglass.fitting import joint_result
    from tlsglass.report import fit_report

    _refuse(args, ("value_unit", "relative_error", "h0", "write_dataset"), "no use for it with --observable resonator")
    if args.frequency is None:
        raise validation.InputError("--frequency: missing; that of the resonator, like 5.6199GHz")
    inverse = [name for name, column in (("loss", args.loss), ("Qc", args.inv_Qc), ("Ql", args.inv_Ql)) if column]
    columns = resonator_table.Columns(
        args.value,
        args.error,
        args.loss or args.Qi,
        args.loss_error,
        args.power,
        args.photons,
        args.Qc or args.inv_Qc,
        args.Ql or args.inv_Ql,
        tuple(inverse),
    )
    dataset, partners = resonator_table.build_resonator_datasets(
        args.table,
        columns,
        parse_frequency(args.frequency),
        args.coupling_geometry,
        args.attenuation,
        dict(zip(("uncorrelated", "correlated"), args.systematic, strict=True)) if args.systematic else None,
        args.relaxation,
        temperature=args.temperature,
        temperature_unit=args.temperature_unit,
        window_K=args.window and list(args.window),
        where=_conditions(args),
    )
    result = joint_result.fit_joint(dataset, partners)
    folder = Path(args.out or f"fit-{_table_name(args.table)}")
    replaced = (folder / "joint.json").exists()
    fit_report.save_joint(result, folder)
    print("\n".join(joint_result.summary_lines(result)))
    _print_written(folder, "joint.json, joint_*.csv, figure.svg", replaced)


def _print_written(folder: Path, files: str, replaced: bool) -> None:
    note = "; those of an earlier fit are replaced" if replaced else ""
    print(f"written: {folder}/{files}{note}", file=sys.stderr)


def _refuse(args: argparse.Namespace, options: Collection[str], reason: str) -> None:
    """Raise InputError if one of ``options``, which would be ignored, is used."""
    values = {name: getattr(args, name) for name in options}
    used = [f"--{name.replace('_', '-')}" for name, value in values.items() if value is not None and value is not False]
    if used:
        raise validation.InputError(f"{', '.join(used)}: {reason}")


def _table_name(table: str) -> str:
    """Return the name of the file without suffix, or that of its folder for data.csv."""
    path = Path(table)
    return path.resolve().parent.name or path.stem if path.stem.lower() == "data" else path.stem


def _dataset_from_table(args: argparse.Namespace) -> "Dataset":
    """Return the dataset of a table, after writing it for the workflow if requested."""
    from tlsglass.data import infer_dataset
    from tlsglass.data.read_table import read_table
    from tlsglass.data.units import parse_fraction, parse_frequency

    if not args.observable:
        raise validation.InputError(f"--observable: missing; one of {', '.join(_observable_names())}")
    where = _conditions(args)
    columns = {"temperature": args.temperature, "value": args.value, "error": args.error}
    frequency_Hz = None if args.frequency is None else parse_frequency(args.frequency)
    relative_error = None if args.relative_error is None else parse_fraction(args.relative_error)
    table = read_table(Path(args.table), [column for column in (*columns.values(), *where) if column])
    name = args.write_dataset or _table_name(args.table)
    info = infer_dataset.infer_info(
        table,
        args.observable,
        columns,
        {"temperature": args.temperature_unit, "value": args.value_unit},
        relative_error,
        frequency_Hz,
        args.window and list(args.window),
        where,
        args.h0,
        name,
    )
    dataset = infer_dataset.build_dataset(table, info)
    if args.write_dataset:
        _write_dataset(Path("config/experiments") / name, args.table, info)
    return dataset


def _conditions(args: argparse.Namespace) -> dict[str, str]:
    """Return {column: value} of --where."""
    where = {}
    for condition in args.where or ():
        name, equals, value = condition.partition("=")
        if not equals:
            raise validation.InputError(f"--where {condition}: must be COLUMN=VALUE")
        where[name.strip()] = value.strip()
    return where


def _write_dataset(folder: Path, table: str, info: dict[str, Any]) -> None:
    """Write dataset.yaml and the table into a new folder. Raises InputError if the folder exists."""
    import yaml

    if folder.exists():
        raise validation.InputError(f"{folder}: exists already; choose another name for --write-dataset")
    folder.mkdir(parents=True)
    shutil.copyfile(table, folder / Path(table).name)
    io.write_text(folder / "dataset.yaml", yaml.safe_dump(info, sort_keys=False, allow_unicode=True))


if __name__ == "__main__":
    sys.exit(main())
