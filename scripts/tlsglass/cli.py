"""The command ``tlsglass``: ``tlsglass fit`` takes a table to µ and J0/h0 with their intervals, a report and a figure."""

import argparse
import shutil
import sys
from pathlib import Path

from tlsglass.base import io, validation
from tlsglass.models import registry

FIT = """Fit what was measured against temperature: Eq. (3) with µ free, the standard tunneling model, and the atlas with
J0/h0 free. Prints what is decided and five lines, and writes fit.json, fit.md, figure.svg/.png/.csv and tables into a folder.
Without --window all points are fitted, also those where the models do not hold."""
EXAMPLE = 'example: tlsglass fit kappa.csv --observable thermal_conductivity --value-unit "W/(m K)" --window 0.05 0.45'

RESONATOR = "resonator"  # f and 1/Q_i of one table, fitted together
FREQUENCY = """the frequency of the probe with its unit, as the instrument shows it: 5.6199GHz, 90kHz. It is put for the paper's
ω as it is, not multiplied by 2π: only ω/A counts, so the rate A that is fitted takes up the factor"""

OF_A_TABLE = ("observable", "frequency", "temperature", "value", "error", "temperature_unit", "value_unit", "relative_error")
OF_A_TABLE += ("where", "window", "h0", "write_dataset")
OF_A_RESONATOR = (
    "loss",
    "Qi",
    "loss_error",
    "power",
    "photons",
    "attenuation",
    "Qc",
    "inv_Qc",
    "Ql",
    "inv_Ql",
    "coupling_geometry",
)
OF_A_RESONATOR += ("systematic", "relaxation")


class OneLine(argparse.ArgumentParser):
    """A parser that says in one line what is wrong, in the place of a page."""

    def error(self, message):
        raise validation.InputError(f"{self.prog}: {message}; see {self.prog} --help")


def main(arguments=None):
    """Run the command; return its exit code: 0, or 2 for bad input, which is told in one line each."""
    try:
        given = _parser().parse_args(arguments)
        return given.run(given)
    except validation.InputError as error:
        print(error, file=sys.stderr)
    except OSError as error:
        print(f"{error.filename}: {error.strerror}", file=sys.stderr)
    return 2


def _parser():
    parser = OneLine("tlsglass", description="Interacting tunneling two-level systems in glasses")
    commands = parser.add_subparsers(required=True, metavar="command")
    fit = commands.add_parser("fit", help="fit a measured table", description=FIT, epilog=EXAMPLE)
    fit.set_defaults(run=_fit)
    fit.add_argument("table", nargs="?", help="CSV (or .xlsx) with a column for the temperature and one for what was measured")
    fit.add_argument("--dataset", metavar="FOLDER", help="a folder with dataset.yaml, in the place of a table")
    fit.add_argument("--observable", metavar="NAME", help=", ".join([*registry.observable_names(), RESONATOR]))
    fit.add_argument("--frequency", metavar="F", help=FREQUENCY)
    for what in ("temperature", "value", "error"):
        fit.add_argument(f"--{what}", metavar="COLUMN", help=f"the column of the {what}")
    fit.add_argument("--temperature-unit", metavar="UNIT", help="K, mK, ...")
    fit.add_argument("--value-unit", metavar="UNIT", help='unit of what was measured, as "W/(m K)"')
    fit.add_argument(
        "--relative-error",
        metavar="X",
        help="error of all values, relative, as 1%% or 0.01; without errors: from the residuals",
    )
    fit.add_argument("--where", action="append", metavar="COLUMN=VALUE", help="take these rows of a long table")
    fit.add_argument(
        "--window", nargs=2, type=float, metavar=("LOW", "HIGH"), help="temperatures to fit, in kelvin; without it all points"
    )
    fit.add_argument("--h0", type=float, metavar="K", help="random field in kelvin, 10 if not given")
    _of_a_resonator(fit.add_argument_group("f and Q together (--observable resonator); --value and --error are those of f"))
    fit.add_argument("--out", metavar="FOLDER", help="where to write; fit-NAME if not given, with the name of the table")
    fit.add_argument("--write-dataset", metavar="NAME", help="make config/experiments/NAME for the workflow")
    return parser


def _of_a_resonator(group):
    either = group.add_mutually_exclusive_group()
    either.add_argument("--loss", metavar="COLUMN", help="the column of 1/Q_i")
    either.add_argument("--Qi", metavar="COLUMN", help="the column of Q_i")
    group.add_argument("--loss-error", metavar="COLUMN", help="the error of that column")
    group.add_argument("--power", metavar="COLUMN", help="power in dBm, with --attenuation, --Qc and perhaps --Ql")
    group.add_argument("--photons", metavar="COLUMN", help="photon numbers, in the place of a power")
    group.add_argument("--attenuation", type=float, metavar="DB", help="between source and resonator; 0 if unknown")
    for name in ("Qc", "Ql"):
        group.add_argument(f"--{name}", metavar="COLUMN")
        group.add_argument(f"--inv-{name}", metavar="COLUMN", help=f"a column of 1/{name}")
    group.add_argument("--coupling-geometry", choices=("notch", "reflection"), help="n = 2 or 4 · Ql²/Qc · P/(ħω²)")
    group.add_argument("--systematic", nargs=2, type=float, metavar=("UNCORRELATED", "CORRELATED"), help="fractions of 1/Q_i")
    group.add_argument("--relaxation", action="store_true", help="with the loss of relaxing TLSs")


def _fit_resonator(given):
    from tlsglass.data import resonator_table
    from tlsglass.data.units import parse_frequency
    from tlsglass.fitting import joint_result
    from tlsglass.report import fit_report

    _refuse(given, ("value_unit", "relative_error", "h0", "write_dataset"), "no use for it with --observable resonator")
    if given.frequency is None:
        raise validation.InputError("--frequency: missing; that of the resonator, like 5.6199GHz")
    inverse = [name for name, one in (("loss", given.loss), ("Qc", given.inv_Qc), ("Ql", given.inv_Ql)) if one]
    columns = resonator_table.Columns(
        given.value,
        given.error,
        given.loss or given.Qi,
        given.loss_error,
        given.power,
        given.photons,
        given.Qc or given.inv_Qc,
        given.Ql or given.inv_Ql,
        tuple(inverse),
    )
    found = joint_result.fit_joint(
        *resonator_table.build_resonator_datasets(
            given.table,
            columns,
            parse_frequency(given.frequency),
            given.coupling_geometry,
            given.attenuation,
            dict(zip(("uncorrelated", "correlated"), given.systematic, strict=True)) if given.systematic else None,
            given.relaxation,
            temperature=given.temperature,
            temperature_unit=given.temperature_unit,
            window_K=given.window and list(given.window),
            where=_conditions(given),
        )
    )
    folder = Path(given.out or f"fit-{_name(given.table)}")
    replaced = (folder / "joint.json").exists()
    fit_report.save_joint(found, folder)
    print("\n".join(joint_result.summary_lines(found)))
    _written(folder, "joint.json, joint_*.csv, figure.svg", replaced)
    return 0


def _written(folder, files, replaced):
    told = "; those of an earlier fit are replaced" if replaced else ""
    print(f"written: {folder}/{files}{told}", file=sys.stderr)


def _refuse(given, options, why):
    """Refuse options that would be ignored."""
    given = {name: getattr(given, name) for name in options}
    found = [f"--{name.replace('_', '-')}" for name, value in given.items() if value is not None and value is not False]
    if found:
        raise validation.InputError(f"{', '.join(found)}: {why}")


def _name(table):
    """Return what a table is called: data.csv is everybody's name, and its folder tells more."""
    path = Path(table)
    return path.resolve().parent.name or path.stem if path.stem.lower() == "data" else path.stem


def _fit(given):
    from tlsglass.data import infer_dataset
    from tlsglass.fitting.result import fit_dataset
    from tlsglass.report import fit_report

    if given.observable == RESONATOR and given.table:
        return _fit_resonator(given)
    if (given.table is None) == (given.dataset is None):
        raise validation.InputError("tlsglass fit: give a table or --dataset FOLDER, and not both")
    if given.dataset:
        _refuse(given, (*OF_A_TABLE, *OF_A_RESONATOR), "no use for it with --dataset: dataset.yaml says it")
    _refuse(given, OF_A_RESONATOR, f"only with --observable {RESONATOR}")
    dataset = _of_folder(given) if given.dataset else _of_table(given)
    print(infer_dataset.describe_reading(dataset), file=sys.stderr, flush=True)
    report = fit_report.FitReport(fit_dataset(dataset))
    folder = Path(given.out or f"fit-{dataset.name}")
    replaced = (folder / "fit.json").exists()
    report.save(folder)
    print(report)
    _written(folder, "fit.json, fit.md, figure.svg", replaced)
    return 0


def _of_folder(given):
    from tlsglass.data.dataset import load_dataset

    return load_dataset(Path(given.dataset))


def _of_table(given):
    from tlsglass.data import infer_dataset
    from tlsglass.data.read_table import read_table
    from tlsglass.data.units import parse_fraction, parse_frequency

    if not given.observable:
        raise validation.InputError(f"--observable: missing; one of {', '.join([*registry.observable_names(), RESONATOR])}")
    where = _conditions(given)
    columns = {what: getattr(given, what) for what in ("temperature", "value", "error")}
    units = {"temperature": given.temperature_unit, "value": given.value_unit}
    probe = None if given.frequency is None else parse_frequency(given.frequency)
    relative = None if given.relative_error is None else parse_fraction(given.relative_error)
    name = given.write_dataset or _name(given.table)
    table = read_table(Path(given.table), [name for name in (*columns.values(), *where) if name])
    info = infer_dataset.infer_info(
        table,
        given.observable,
        columns,
        units,
        relative,
        probe,
        given.window and list(given.window),
        where,
        given.h0,
        name,
    )
    dataset = infer_dataset.build_dataset(table, info)
    if given.write_dataset:
        _write(Path("config/experiments") / name, given.table, info)
    return dataset


def _conditions(given):
    """Return {column: value} of --where."""
    where = {}
    for condition in given.where or ():
        name, equals, value = condition.partition("=")
        if not equals:
            raise validation.InputError(f"--where {condition}: must be COLUMN=VALUE")
        where[name.strip()] = value.strip()
    return where


def _write(folder, table, info):
    """Write a dataset for the workflow. Raises validation.InputError where it stands already."""
    import yaml

    if folder.exists():
        raise validation.InputError(f"{folder}: is there already; --write-dataset another name")
    folder.mkdir(parents=True)
    shutil.copyfile(table, folder / Path(table).name)
    io.write_text(folder / "dataset.yaml", yaml.safe_dump(info, sort_keys=False, allow_unicode=True))


if __name__ == "__main__":
    sys.exit(main())
