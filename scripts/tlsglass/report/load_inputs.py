"""Inputs of figures and tables: a file is loaded by its kind."""

import json
from pathlib import Path

from tlsglass.dos.density_of_states import DensityOfStates
from tlsglass.report import tables


def _json(path):
    return json.loads(Path(path).read_text(encoding="utf-8"))


LOADERS = {".npz": DensityOfStates.load, ".csv": tables.read_table_file, ".json": _json}
TEMPLATE = "template"  # an input of a rule that is no data


def load(items):
    """Return name -> content of pairs (name, path or list of paths): densities (.npz), tables (.csv), values (.json).

    Raises files.DamagedFile when a file is not what was written.
    """
    return {
        name: _one(given) if isinstance(given, str | Path) else [_one(path) for path in given]
        for name, given in items
        if name != TEMPLATE
    }


def _one(path):
    return LOADERS[Path(path).suffix](path)
