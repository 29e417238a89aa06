"""What an entry of the catalogue is: inputs that a run turns into paths, settings, caption and function; and its checks.

Read whenever a Snakefile is parsed: nothing but the standard library is imported, and functions are found without importing.
"""

import ast
import importlib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

LIBRARY = Path(__file__).parent
PAPER = "config/paper_values.csv"


class CatalogueError(Exception):
    """An entry that lacks something. Its message is one line that names the entry and what is missing."""


@dataclass(frozen=True)
class RunContents:
    """What a run holds, spelled as in file names; inputs range over it. ``results`` is the folder that holds it."""

    couplings: Sequence[str] = ()
    sizes: Sequence[str] = ()
    all_sizes: Sequence[str] = ()  # those on the short ladder among them
    L: str = ""  # lattice of the figures
    dos_K: Sequence[str] = ()  # temperatures of Fig. 1
    quench: str = ""
    datasets: Sequence[str] = ()
    variants: Sequence[str] = ()
    results: str = "<results>"
    paper: str = PAPER


def weak_and_strong(couplings_K, h0_K):
    """Return of couplings the one nearest to 0.3 h0 and the strongest, as a list: one where these are the same."""
    return sorted({min(couplings_K, key=lambda J0: abs(J0 / h0_K - 0.3)), max(couplings_K)})


# An input turns axes into the path of a file, the list of paths of several, or None where the run has no such thing.


def table_input(name, folder="tables"):
    return lambda axes: f"{axes.results}/{folder}/{name}.csv"


def variants(axes):
    return table_input("variants")(axes) if axes.variants else None


def of_several_sizes(name):
    """Return the input that is a table of sizes, where there are several."""
    return lambda axes: table_input(name)(axes) if len(axes.all_sizes) > 1 else None


def paper(axes):
    return axes.paper


def densities(temperatures):
    """Return the input that is n(T, E) of the figures' lattice at each coupling, at ``temperatures``, a field of the axes."""

    def paths(axes):
        T = getattr(axes, temperatures)
        labels = [T] if isinstance(T, str) else T
        return [f"{axes.results}/dos/L{axes.L}_J{J0}/T{label}.npz" for J0 in axes.couplings for label in labels]

    return paths


def observables(axes):
    return [f"{axes.results}/observables/L{axes.L}_J{J0}.csv" for J0 in axes.couplings]


def observables_of_every_set(axes):
    return [f"{axes.results}/observables/L{L}_J{J0}.csv" for L in axes.sizes for J0 in axes.couplings]


def fit_of(axes, datasets):
    """Return what the fits of ``datasets`` leave behind: name -> a file for each."""
    files = {"fits": "fit.json", "points": "points.csv", "curves": "curves.csv", "windows": "windows.csv"}
    return {name: [f"{axes.results}/experiments/{one}/{file}" for one in datasets] for name, file in files.items()}


def joint(dataset):
    """Return the inputs that show a dataset fitted together with its partners; a run without it has them not."""
    files = {"fit": "joint.json", "points": "joint_points.csv", "curves": "joint_curves.csv", "powers": "joint_powers.csv"}

    def of(file):
        return lambda axes: f"{axes.results}/experiments/{dataset}/{file}" if dataset in axes.datasets else None

    return {name: of(file) for name, file in files.items()}


def fits(axes):
    return [f"{axes.results}/experiments/{dataset}/fit.json" for dataset in axes.datasets]


@dataclass(frozen=True)
class Entry:
    """One figure or table: what it is made from, where it stands, what it costs.

    ``settings`` maps an argument to a key of the configuration, spelled ``fits.windows.0`` or, for a key of each entry of a
    list, ``lattices.*.L``. ``panels`` holds the datasets of each panel of a figure of measured data: it shows those of the
    panels whose datasets the run has, and falls away without any. ``drawn_by`` is the module of a function that several share.
    """

    name: str = ""
    title: str = ""
    section: str = ""
    inputs: Mapping[str, Callable] = field(default_factory=dict)
    settings: Mapping[str, str] = field(default_factory=dict)
    panels: Sequence[Sequence[str]] = ()
    drawn_by: str = ""
    kind: str = "figure"
    folder: str = "figures"
    group: str = "figure"
    mem_mb: int = 500

    @property
    def source(self):
        """Return (path below ``tlsglass/report``, name) of the function that makes it."""
        return (f"figures/{self.drawn_by or self.name}.py", "draw") if self.kind == "figure" else ("tables.py", self.name)

    @property
    def module(self):
        return f"{__package__}.{self.source[0].removesuffix('.py').replace('/', '.')}"

    def function(self):
        """Import and return the function that makes it."""
        return getattr(importlib.import_module(self.module), self.source[1])

    def input_paths(self, axes):
        """Return its inputs, name -> path or paths; None where the run lacks what it shows."""
        found = {name: of(axes) for name, of in self.inputs.items()}
        if self.panels:
            datasets = [dataset for panel in self.available_panels(axes) for dataset in panel]
            found |= fit_of(axes, datasets) if datasets else {"fits": None}
        return None if None in found.values() else found

    def available_panels(self, axes):
        return [list(panel) for panel in self.panels if set(panel) <= set(axes.datasets)]

    def settings_from(self, config, axes=RunContents()):
        """Return its settings, name -> value. Raises CatalogueError where ``config`` lacks one."""
        found = {"panels": [len(panel) for panel in self.available_panels(axes)]} if self.panels else {}
        for name, key in self.settings.items():
            try:
                found[name] = _look_up(config, key.split("."))
            except (KeyError, IndexError, TypeError, ValueError):
                raise CatalogueError(f"catalogue: {self.name}: {name}: the configuration has no {key}") from None
        return found


def _look_up(value, keys):
    for position, key in enumerate(keys):
        if key == "*":
            return [_look_up(one, keys[position + 1 :]) for one in value]
        value = value[int(key) if isinstance(value, list) else key]
    return value


def listing(name, title, section, **options):
    return Entry(name, title, section, **{"kind": "table", "folder": "tables", "group": "table"} | options)


def check_catalogue(entries, captions):
    """Raise CatalogueError for the first of ``entries`` that lacks something; ``captions`` is the folder of the NAME.rst."""
    seen = set()
    for position, entry in enumerate(entries, 1):
        said = entry.name or f"entry {position}"
        for part in ("name", "title", "section"):
            if not getattr(entry, part):
                raise CatalogueError(f"catalogue: {said}: no {part}")
        if entry.name in seen:
            raise CatalogueError(f"catalogue: {said}: stands there twice")
        seen.add(entry.name)
        caption = Path(captions) / f"{entry.name}.rst"
        if not caption.is_file() or not caption.read_text(encoding="utf-8").strip():
            raise CatalogueError(f"catalogue: {said}: no caption, workflow/report/{entry.name}.rst")
        _check_function(entry, said)


def _check_function(entry, said):
    """Hold the arguments of an entry's function against its inputs and settings, without importing it."""
    file, name = entry.source
    path = LIBRARY / file
    found = ast.parse(path.read_text(encoding="utf-8")).body if path.is_file() else []
    function = next((node for node in found if isinstance(node, ast.FunctionDef) and node.name == name), None)
    if function is None:
        raise CatalogueError(f"catalogue: {said}: no function {name} in scripts/tlsglass/report/{file}")
    arguments = {argument.arg for argument in (*function.args.args, *function.args.kwonlyargs)}
    given = {*entry.inputs, *entry.settings, *(["panels", *fit_of(RunContents(), [])] if entry.panels else [])}
    if arguments != given:
        differing = ", ".join(sorted(arguments ^ given))
        raise CatalogueError(f"catalogue: {said}: {name} in {file} differs from inputs and settings in {differing}")
