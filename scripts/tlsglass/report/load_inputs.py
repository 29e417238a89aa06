"""Load the inputs of figures and tables, each file by its kind."""

import json
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from typing import Any

import pandas as pd

from tlsglass.base.types import StrPath
from tlsglass.dos.density_of_states import DensityOfStates
from tlsglass.report.catalogue_entry import ENTRY_OF_INPUT


def _load_json(path: StrPath) -> Any:
    """Return the content of a JSON file."""
    return json.loads(Path(path).read_text(encoding="utf-8"))


LOADERS: dict[str, Callable[[StrPath], Any]] = {".npz": DensityOfStates.load, ".csv": pd.read_csv, ".json": _load_json}
NOT_LOADED = ("template", "style", "atlas_files")  # inputs that are not passed to a function, which reads these files itself


def load_inputs(items: Iterable[tuple[str, StrPath | list[str]]]) -> dict[str, Any]:
    """Return {name: content} of pairs (name, path or list of paths): densities (.npz), tables (.csv), values (.json).

    Raises base.io.DamagedFileError if an array file is damaged.
    """
    return {
        name: [_load(path) for path in paths] if isinstance(paths, list) else _load(paths)
        for name, paths in items
        if name not in NOT_LOADED
    }


def load_inputs_of_entries(items: Iterable[tuple[str, StrPath | list[str]]]) -> dict[str, dict[str, Any]]:
    """Return {entry: {argument: content}} of the inputs of a job, named by ``catalogue_entry.inputs_of_job``."""
    inputs: dict[str, dict[str, Any]] = {}
    for name, content in load_inputs(items).items():
        entry, _, argument = name.partition(ENTRY_OF_INPUT)
        inputs.setdefault(entry, {})[argument] = content
    return inputs


def concatenate(**tables: Sequence[pd.DataFrame]) -> dict[str, pd.DataFrame]:
    """Return the tables of each argument as one table, {argument: table}."""
    return {name: pd.concat(parts, ignore_index=True) for name, parts in tables.items()}


def _load(path: StrPath) -> Any:
    """Return the content of one file."""
    return LOADERS[Path(path).suffix](path)
