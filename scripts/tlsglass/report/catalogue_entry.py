"""Entries of the catalogue: inputs that a run turns into paths, settings, caption and function; and the checks of an entry.

This module is read whenever a Snakefile is parsed. It imports only the standard library, and checks functions without importing
them.
"""

import ast
import functools
import importlib
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

LIBRARY = Path(__file__).parent
PAPER = "config/paper_values.csv"


class CatalogueError(Exception):
    """An incomplete entry. The message is one line that names the entry and what is missing."""


@dataclass(frozen=True)
class RunContents:
    """Sets, temperatures and datasets of a run as they are written in file names, and its folder ``results``."""

    J0_values: Sequence[str] = ()
    sizes: Sequence[str] = ()
    all_sizes: Sequence[str] = ()  # including those on the short ladder
    L: str = ""  # lattice of the figures
    dos_K: Sequence[str] = ()  # temperatures of Fig. 1
    quench: str = ""
    datasets: Sequence[str] = ()
    joint_datasets: Sequence[str] = ()  # those that are fitted together with others
    variants: Sequence[str] = ()
    results: str = "<results>"
    paper: str = PAPER

    def table(self, name: str) -> str:
        """Return the path of one of the tables of the run."""
        return f"{self.results}/tables/{name}.csv"


# The path of a file, the paths of several, or None if the run does not have it.
Paths = str | list[str] | None
Input = str | Callable[[RunContents], Paths]  # the name of one of the tables of the run, or a function


# ---- inputs of entries -----------------------------------------------------------------------------------------------


def variants(run: RunContents) -> Paths:
    """Return the table of variants, if the run has any."""
    return run.table("variants") if run.variants else None


def size_table(name: str) -> Input:
    """Return the input that is a table of several lattice sizes, if the run has more than one."""
    return lambda run: run.table(name) if len(run.all_sizes) > 1 else None


def card(run: RunContents) -> Paths:
    """Return the table of the scorecard."""
    return f"{run.results}/checks/scorecard.csv"


def paper(run: RunContents) -> Paths:
    """Return the table of the paper's claims."""
    return run.paper


def densities(temperatures: str) -> Input:
    """Return the input that is n(T, E) of the lattice of the figures, at each J0 and the named temperatures of RunContents."""

    def paths(run: RunContents) -> list[str]:
        T = getattr(run, temperatures)
        labels = [T] if isinstance(T, str) else T
        return [f"{run.results}/dos/L{run.L}_J{J0}/T{label}.npz" for J0 in run.J0_values for label in labels]

    return paths


def observables(run: RunContents) -> Paths:
    """Return the observables of the lattice of the figures, at each J0."""
    return [f"{run.results}/observables/L{run.L}_J{J0}.csv" for J0 in run.J0_values]


def observables_of_all_sets(run: RunContents) -> Paths:
    """Return the observables of all sets (L, J0)."""
    return [f"{run.results}/observables/L{L}_J{J0}.csv" for L in run.sizes for J0 in run.J0_values]


def fit_results(run: RunContents, datasets: Sequence[str]) -> dict[str, list[str]]:
    """Return the files with the fits of ``datasets``, {argument: one path for each dataset}."""
    files = {"fits": "fit.json", "points": "points.csv", "curves": "curves.csv", "windows": "windows.csv"}
    return {name: [f"{run.results}/experiments/{dataset}/{file}" for dataset in datasets] for name, file in files.items()}


def joint_fit(dataset: str) -> dict[str, Input]:
    """Return the inputs that show a dataset fitted together with its partners, {argument: input}."""
    files = {"fit": "joint.json", "points": "joint_points.csv", "curves": "joint_curves.csv", "powers": "joint_powers.csv"}

    def input_of(file: str) -> Input:
        return lambda run: f"{run.results}/experiments/{dataset}/{file}" if dataset in run.joint_datasets else None

    return {name: input_of(file) for name, file in files.items()}


def fits(run: RunContents) -> Paths:
    """Return the fits of all datasets."""
    return [f"{run.results}/experiments/{dataset}/fit.json" for dataset in run.datasets]


# ---- entries ---------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Entry:
    """One figure or table of the catalogue.

    Attributes
    ----------
    inputs
        {argument of its function: name of a table of the run, or function that returns the paths of other files}.
    settings
        {argument of its function: key of the configuration}, written ``fits.windows.0`` or, for a key of each entry of a list,
        ``lattices.*.L``.
    panels
        The datasets of each panel of a figure of measured data. Panels whose datasets the run lacks are left out; without
        any panel the run has no such figure.
    drawn_by
        The module of the function, if several entries share one.
    """

    name: str = ""
    title: str = ""
    section: str = ""
    inputs: Mapping[str, Input] = field(default_factory=dict)
    settings: Mapping[str, str] = field(default_factory=dict)
    panels: Sequence[Sequence[str]] = ()
    drawn_by: str = ""
    kind: str = "figure"
    folder: str = "figures"
    group: str = "figure"
    mem_mb: int = 500

    @property
    def source(self) -> tuple[str, str]:
        """Return the path below ``tlsglass/report`` and the name of the function that makes the entry."""
        return (f"figures/{self.drawn_by or self.name}.py", "draw") if self.kind == "figure" else ("tables.py", self.name)

    @property
    def module(self) -> str:
        """Return the dotted name of the module of that function."""
        return f"{__package__}.{self.source[0].removesuffix('.py').replace('/', '.')}"

    def import_function(self) -> Callable[..., Any]:
        """Import and return the function that makes the entry."""
        return getattr(importlib.import_module(self.module), self.source[1])

    def input_paths(self, run: RunContents) -> dict[str, str | list[str]] | None:
        """Return the inputs, {argument: path or paths}, or None if the run lacks one of them."""
        paths = {name: run.table(entry) if isinstance(entry, str) else entry(run) for name, entry in self.inputs.items()}
        if self.panels:
            datasets = [dataset for panel in self.available_panels(run) for dataset in panel]
            paths |= fit_results(run, datasets) if datasets else {"fits": None}
        return None if None in paths.values() else paths

    def available_panels(self, run: RunContents) -> list[list[str]]:
        """Return the panels whose datasets the run has."""
        return [list(panel) for panel in self.panels if set(panel) <= set(run.datasets)]

    def settings_from(self, config: Mapping[str, Any], run: RunContents = RunContents()) -> dict[str, Any]:
        """Return the settings, {argument: value}. Raises CatalogueError if ``config`` lacks one."""
        settings: dict[str, Any] = {"panels": [len(panel) for panel in self.available_panels(run)]} if self.panels else {}
        for name, key in self.settings.items():
            try:
                settings[name] = _look_up(config, key.split("."))
            except (KeyError, IndexError, TypeError, ValueError):
                raise CatalogueError(f"catalogue: {self.name}: {name}: the configuration has no {key}") from None
        return settings


ENTRY_OF_INPUT = "__"  # between an entry and its argument, in the names of the inputs of a job


def inputs_of_job(paths: Mapping[str, Mapping[str, str | list[str]]]) -> dict[str, str | list[str]]:
    """Return the inputs of a job that makes several entries, by name, from {entry: {argument: path or paths}}."""
    return {f"{entry}{ENTRY_OF_INPUT}{name}": value for entry, inputs in paths.items() for name, value in inputs.items()}


def _look_up(value: Any, keys: Sequence[str]) -> Any:
    """Return the value at a path of keys."""
    for position, key in enumerate(keys):
        if key == "*":
            return [_look_up(item, keys[position + 1 :]) for item in value]
        value = value[int(key) if isinstance(value, list) else key]
    return value


def table_entry(name: str, title: str, section: str, **options: Any) -> Entry:
    """Return the entry of a formatted table."""
    return Entry(name, title, section, **{"kind": "table", "folder": "tables", "group": "table"} | options)


# ---- checks ----------------------------------------------------------------------------------------------------------


def check_catalogue(entries: Iterable[Entry], captions: Path) -> None:
    """Raise CatalogueError for the first incomplete entry; ``captions`` is the folder of the NAME.rst."""
    names = set()
    for position, entry in enumerate(entries, 1):
        label = entry.name or f"entry {position}"
        for part in ("name", "title", "section"):
            if not getattr(entry, part):
                raise CatalogueError(f"catalogue: {label}: no {part}")
        if entry.name in names:
            raise CatalogueError(f"catalogue: {label}: listed twice")
        names.add(entry.name)
        caption = Path(captions) / f"{entry.name}.rst"
        if not caption.is_file() or not caption.read_text(encoding="utf-8").strip():
            raise CatalogueError(f"catalogue: {label}: no caption, workflow/report/{entry.name}.rst")
        _check_function(entry, label)


@functools.cache
def _arguments_by_function(path: Path) -> dict[str, set[str]]:
    """Return {function: its arguments} of a module; nothing if there is no such file."""
    statements = ast.parse(path.read_text(encoding="utf-8")).body if path.is_file() else []
    functions = [node for node in statements if isinstance(node, ast.FunctionDef)]
    return {node.name: {argument.arg for argument in (*node.args.args, *node.args.kwonlyargs)} for node in functions}


def _check_function(entry: Entry, label: str) -> None:
    """Compare the arguments of an entry's function with its inputs and settings, without importing it."""
    file, name = entry.source
    arguments = _arguments_by_function(LIBRARY / file).get(name)
    if arguments is None:
        raise CatalogueError(f"catalogue: {label}: no function {name} in scripts/tlsglass/report/{file}")
    declared = {*entry.inputs, *entry.settings, *(["panels", *fit_results(RunContents(), [])] if entry.panels else [])}
    if arguments != declared:
        differing = ", ".join(sorted(arguments ^ declared))
        raise CatalogueError(f"catalogue: {label}: {name} in {file} differs from inputs and settings in {differing}")
