"""The command ``tlsglass simulate``: n(T, E) of a model by the engine of the study, without Snakemake."""

from __future__ import annotations

import argparse
import json
import math
import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

from tlsglass.base import io, validation
from tlsglass.commands.command_options import check_picture, number, whole_number
from tlsglass.model.interaction import GAUSSIAN, INTERACTIONS, POSITIONS
from tlsglass.model.parameters import H0_K
from tlsglass.montecarlo.protocol import ANNEALING, DYNAMICS, TEMPERING

if TYPE_CHECKING:
    from tlsglass.dos.temperature_series import TemperatureSeries
    from tlsglass.study.simulation_choices import Choices

DESCRIPTION = """Simulate the density of states n(T, E) of Eq. (2), write it as npz and CSV into a folder, and print fits of
Eq. (3). An interrupted simulation continues when the same command is given again, which may then have more realizations."""
EXAMPLE = "example: tlsglass simulate --L 12 --J0 3 --realizations 100 --temperatures 0.02 0.5"
OPTIONS = {"L": "--L", "J0_K": "--J0", "h0_K": "--h0", "temperatures_K": "--temperatures", "highest_K": "--highest"}
LOG_INTERVAL = 30.0  # seconds between two lines of progress where standard error is not a terminal
COUNTS_PER_POINT, RELATIVE_WIDTH = 30, 0.15  # of a bin in a picture, at least


def add_command(commands: Any) -> None:
    """Add the command to the subparsers of ``tlsglass``."""
    parser = commands.add_parser(
        "simulate",
        help="simulate n(T, E) of a model",
        usage="%(prog)s --L N --J0 K --realizations N --temperatures K [K ...] [options]",
        description=DESCRIPTION,
        epilog=EXAMPLE,
        argument_default=argparse.SUPPRESS,  # only what is given is passed on, so that defaults are in one place
    )
    parser.set_defaults(run=_run)

    def add(group: Any, name: str, text: str, **options: Any) -> None:
        group.add_argument(_option(name), dest=name, help=text, **options)

    lattice = parser.add_argument_group("lattice, coupling and temperatures")
    add(lattice, "L", "size of the lattice", type=whole_number, required=True, metavar="N")
    add(lattice, "J0_K", "interaction of neighboring TLSs in kelvin", type=number, required=True, metavar="K")
    add(lattice, "realizations", "number of realizations, a multiple of 10", type=whole_number, required=True, metavar="N")
    add(lattice, "temperatures_K", "temperatures in kelvin", type=number, nargs="+", required=True, metavar="K")
    model = parser.add_argument_group("model, docs/interactions.md")
    h0_help = f"random field in kelvin, with which the schedule is scaled (default: {H0_K:g})"
    add(model, "h0_K", h0_help, type=number, metavar="K")
    add(model, "cutoff", "short-distance cutoff C of Eq. (2) (default: 1)", type=number, metavar="C")
    add(model, "concentration", "TLSs per lattice site (default: 0.5)", type=number, metavar="X")
    add(model, "interaction", f"{', '.join(INTERACTIONS)} (default: {GAUSSIAN})", metavar="NAME")
    fields_help = "independent, or same_dipole as the couplings (default: the first that the interaction allows)"
    add(model, "fields", fields_help, metavar="NAME")
    add(model, "positions", f"{' or '.join(POSITIONS)} (default: the first)", metavar="NAME")
    add(model, "vt_over_vl", "ratio of sound velocities, for interactions of strain tensors", type=number, metavar="X")
    add(model, "electric_over_elastic", "ratio r of Appendix C, for electric_elastic", type=number, metavar="R")
    method = parser.add_argument_group("method")
    add(method, "method", f"{ANNEALING} or {TEMPERING} (default: the first)", metavar="NAME")
    schedule_help = "temperatures of annealing: paper, or short, which begins at 1.2 h0 (default: paper)"
    add(method, "schedule", schedule_help, metavar="NAME")
    add(method, "highest_K", "highest temperature of tempering in kelvin (default: (h0 + J0)/2)", type=number, metavar="K")
    add(method, "dynamics", f"{' or '.join(DYNAMICS)} (default: the first)", metavar="NAME")
    sweeps_help = "sweeps at each temperature (default: 257 for annealing, 8192 for tempering)"
    add(method, "sweeps", sweeps_help, type=whole_number, metavar="N")
    add(method, "seed", "root of all random numbers (default: 20210205)", type=whole_number, metavar="N")
    add(method, "cores", "number of processes (default: one for each available core)", type=whole_number, metavar="N")
    output = parser.add_argument_group("output")
    output.add_argument("--out", metavar="FOLDER", help="output folder (default: named after the parameters)")
    output.add_argument("--json", action="store_true", help="print the densities as JSON, instead of the fits of Eq. (3)")
    output.add_argument("--figure", metavar="FILE", help="also draw n(T, E): .svg, .png or .pdf")


def _option(name: str) -> str:
    """Return the option of a choice."""
    return OPTIONS.get(name, f"--{name.replace('_', '-')}")


def _run(args: argparse.Namespace) -> None:
    """Run ``tlsglass simulate``. Raises InputError, and OSError for a full disk."""
    from tlsglass.study import simulation_choices

    options = {name: value for name, value in vars(args).items() if name != "run"}
    cores, out, as_json, figure = (options.pop(name, None) for name in ("cores", "out", "json", "figure"))
    check_picture(figure)
    try:
        choices = simulation_choices.Choices(**options)
        cores = _available_cores() if cores is None else cores
        simulation_choices.check_cores(cores, choices.model)
    except simulation_choices.ChoiceError as error:
        line = f"tlsglass simulate: {_option(error.name)} {validation.shown(error.value)}: {error.allowed}"
        raise validation.InputError(line) from None
    if out == "":
        raise validation.InputError("tlsglass simulate: --out: must name a folder")
    folder = Path(out or f"simulation-{choices.plan.shard_folder}")
    series = _simulate(choices, folder, cores)
    if figure:
        _draw(series, figure)
    fits = _fits(series)
    if as_json:
        print(json.dumps(_to_jsonable(series, fits, folder), indent=1, ensure_ascii=False, allow_nan=False))
        return
    _print_fits(fits)


def _print_fits(fits: list[dict[str, float | None]]) -> None:
    """Print the fits of all temperatures as CSV."""
    from tlsglass.dos.fits import EQ3_WINDOW_T

    print(f"# Eq. (3) on 0 < E < {EQ3_WINDOW_T:g} T: B per kelvin and lattice site, µ; empty with too few counts")
    print(",".join(fits[0]))
    for fit in fits:
        print(",".join("" if value is None else f"{value:.6g}" for value in fit.values()))


def _simulate(choices: Choices, folder: Path, cores: int) -> TemperatureSeries:
    """Simulate with progress on standard error."""
    from tlsglass.study import simulate

    progress = ProgressLine()
    plan = choices.plan
    progress.note(f"{plan.realizations} realizations of {plan.model.n_spins} TLSs on {cores} cores, in {folder}")
    try:
        series = simulate.run(choices, folder, cores, progress.update, progress.interval)
    except KeyboardInterrupt:
        progress.note(f"finished batches are kept in {folder}; the same command continues")
        raise
    except (OverflowError, io.UserError) as error:
        raise validation.InputError(f"tlsglass simulate: {error}") from None
    finally:
        progress.end()
    files = ", ".join(f"T{T:g}.npz and .csv" for T in series.T_K)
    progress.note(f"written: {folder}/{files}")
    return series


class ProgressLine:
    """Progress on standard error: one line that is updated on a terminal, and few lines elsewhere."""

    def __init__(self) -> None:
        self.on_terminal = sys.stderr.isatty()
        self.interval = 1.0 if self.on_terminal else LOG_INTERVAL
        self.is_open = False

    def update(self, line: str) -> None:
        """Show a line of progress."""
        line = validation.printable(line)
        if not self.on_terminal:
            print(line, file=sys.stderr, flush=True)
            return
        print(f"\r\x1b[K{line}", end="", file=sys.stderr, flush=True)
        self.is_open = True

    def end(self) -> None:
        """End the line."""
        if self.is_open:
            print(file=sys.stderr, flush=True)
        self.is_open = False

    def note(self, line: str) -> None:
        """Print a line that stays."""
        self.end()
        print(validation.printable(line), file=sys.stderr, flush=True)


def _available_cores() -> int:
    """Return the number of cores that this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def _fits(series: TemperatureSeries) -> list[dict[str, float | None]]:
    """Return the parameters of Eq. (3) at each temperature; None where there are too few counts."""
    import numpy as np

    from tlsglass.dos.fits import EQ3_WINDOW_T, fit_eq3

    rows = []
    for density in series.rungs:
        with np.errstate(all="ignore"):
            fit = fit_eq3(density, EQ3_WINDOW_T)
        row = {"T_K": density.T_K, "B": fit.B.value, "B_err": fit.B.error, "mu": fit.mu.value, "mu_err": fit.mu.error}
        rows.append({name: float(value) if math.isfinite(value) else None for name, value in row.items()})
    return rows


def _to_jsonable(series: TemperatureSeries, fits: list[dict[str, float | None]], folder: Path) -> dict[str, Any]:
    """Return the densities, the fits and the provenance for JSON."""
    from tlsglass.study import simulate

    densities = [
        {
            "T_K": density.T_K,
            "E_low_K": density.edges_K[:-1].tolist(),
            "E_high_K": density.edges_K[1:].tolist(),
            "n": density.n.value.tolist(),
            "n_err": density.n.error.tolist(),
            "counts": density.total.tolist(),
        }
        for density in series.rungs
    ]
    return {"folder": str(folder), "eq3": fits, "densities": densities, "simulation": simulate.read_summary(folder)}


def _draw(series: TemperatureSeries, path: str) -> None:
    """Draw n(T, E) at all temperatures."""
    from tlsglass.dos import grid
    from tlsglass.plotting import style

    figure = style.Figure()
    (panel,) = figure.panels
    for k, density in enumerate(series.rungs):
        coarse = density.coarsen_to_counts(COUNTS_PER_POINT)
        coarse = coarse.coarsen(grid.rebin(coarse.widths_K / coarse.centers_K, RELATIVE_WIDTH))
        shown = slice(-1)  # the last bin extends to energies that do not occur
        look = {"color": style.PALETTE[k % len(style.PALETTE)], "marker": style.MARKERS[k % len(style.MARKERS)]}
        name = f"T = {density.T_K:g} K"
        n = coarse.n[shown]
        panel.points(coarse.centers_K[shown], n.value, n.error, name, label=name, markersize=2.5, **look)
    panel.axes.set_xlabel("E (K)")
    panel.axes.set_ylabel("n(T, E) (1/K per lattice site)")
    panel.logarithmic("x", "y")
    panel.axes.legend(title=f"L = {series.L}, J0 = {series.J0_K:g} K")
    figure.save_picture(path)
