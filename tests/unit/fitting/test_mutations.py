"""Datasets with anything in them: a line that names file and key, or a fit that says what it does not know; never a traceback.

More of them: pytest tests/unit/fitting/test_mutations.py --mutations 500 --mutations-from 7
"""

import copy
import json
import time

import numpy as np
import pytest
import yaml
from matplotlib import pyplot as plt

from shared import ROOT
from tlsglass.base import validation
from tlsglass.data.dataset import load_dataset
from tlsglass.fitting.conclusion import State
from tlsglass.fitting.result import fit_dataset
from tlsglass.report import fit_report

BASES = (
    "stycast1266_thermal_conductivity",
    "fig5a_silica_sound_velocity",
    "niobium_resonator_frequency",
    "fig5b_silica_dielectric_constant",
)
NUMBERS = (0, 1, -1, 1e-300, 1e300, 1e-12, 1e12, -1e-5, 0.5, 1e5, 4, 1e-3, 2.5, "428.8e6", "x", "", None, True, [1, 2], "1e400")
LONGEST = 10.0  # seconds of the processor


def leaves(value, path=()):
    """Yield the paths of all that stands in a nested content."""
    children = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, child in children:
        yield (*path, key)
        yield from leaves(child, (*path, key))


def changed(info, rng):
    """Return the content of a dataset.yaml with one to three things changed."""
    info = copy.deepcopy(info)
    for _ in range(rng.integers(1, 4)):
        paths = [path for path in leaves(info) if path[0] not in ("title", "reference", "material", "note", "reconstruction")]
        path = paths[rng.integers(len(paths))]
        holder = info
        for key in path[:-1]:
            holder = holder[key]
        kind = rng.integers(5)
        if kind == 0 and isinstance(holder, dict):
            del holder[path[-1]]
        elif kind == 1 and isinstance(holder[path[-1]], int | float):
            holder[path[-1]] = float(holder[path[-1]] * 10.0 ** rng.integers(-30, 30))
        elif kind == 2 and path[0] == "data":
            errors = (
                {"assumed_relative": 0.01},
                {"assumed": 1e-9},
                {"from_residuals": True},
                {"assumed": 1e9},
                {"column": "error"},
            )
            info["data"]["error"] = errors[rng.integers(len(errors))]
        else:
            holder[path[-1]] = NUMBERS[rng.integers(len(NUMBERS))]
    return info


def of_points(T, y, rng):
    """Return temperatures and values with something odd about them."""
    T, y, n = T.copy(), y.copy(), len(T)
    kind = rng.integers(14)
    chosen = rng.integers(n, size=max(1, n // 4))
    if kind == 0:
        y[:] = y[0]
    elif kind == 1:
        y[:-1] = 0.0
    elif kind == 2:
        T = T[0] * (1 + 1e-15 * np.arange(n))
    elif kind == 3:
        y *= 10.0 ** rng.integers(-200, 200)
    elif kind == 4:
        T *= 10.0 ** rng.integers(-4, 4)
    elif kind == 5:
        y[chosen] = (0.0, np.nan, np.inf, -1.0, 1e300)[rng.integers(5)]
    elif kind == 6:
        T, y = T[::-1], y[::-1]
    elif kind == 7:
        T[chosen] = T[0]
    elif kind == 8:
        T[:] = T[n // 2]
    elif kind == 9:
        y = y[rng.permutation(n)]
    elif kind == 10:
        y[chosen] *= 1e6
    elif kind == 11:
        keep = np.sort(rng.permutation(n)[: rng.integers(1, n)])
        T, y = T[keep], y[keep]
    elif kind == 12:
        y = -y
    return T, y


def mutate(folder, rng):
    """Write a mutated dataset into ``folder``."""
    base = ROOT / "config/experiments" / BASES[rng.integers(len(BASES))]
    info = yaml.safe_load((base / "dataset.yaml").read_text(encoding="utf-8"))
    T, y = np.loadtxt(base / "data.csv", delimiter=",", skiprows=1, usecols=(0, 1)).T
    thin = np.unique(np.linspace(0, len(T) - 1, 11).astype(int))
    T, y = T[thin], y[thin]
    columns = [info["data"][key]["column"] for key in ("temperature", "value")]
    if rng.random() < 0.7:
        T, y = of_points(T, y, rng)
    error = np.full(len(y), (1e-3 * np.max(np.abs(y[np.isfinite(y)]), initial=0.0)) or 1.0)
    info["data"]["error"] = {"column": "error"} if rng.random() < 0.4 else info["data"]["error"]
    if "column" in info["data"]["error"]:
        info["data"]["error"] = {"column": "error"}
    if rng.random() < 0.7:
        info = changed(info, rng)
    folder.mkdir()
    lines = [
        ",".join([*columns, "error"]),
        *(f"{a!r},{b!r},{c!r}" for a, b, c in zip(*map(np.ndarray.tolist, (T, y, error)), strict=True)),
    ]
    (folder / "data.csv").write_text("\n".join(lines) + "\n", encoding="utf-8")
    (folder / "dataset.yaml").write_text(yaml.safe_dump(info), encoding="utf-8")


def through(folder, scan):
    """Carry a dataset through load, fit and figure: return what is refused, or None."""
    refused = []
    with validation.collect_errors(refused):
        dataset = load_dataset(folder)
    if refused:
        assert all(line.strip() and "\n" not in line for line in refused)
        return refused
    report = fit_report.FitReport(fit_dataset(dataset, scan))
    json.dumps(report.fit, allow_nan=False)
    assert report.fit["conclusion"]["state"] in State.OF_J0_OVER_H0
    assert report.fit["conclusion"]["mu"] in State.OF_MU
    assert report.markdown()
    report.plot().figure.canvas.draw()
    plt.close("all")
    return None


@pytest.mark.filterwarnings("error::RuntimeWarning:tlsglass.fitting")
def test_no_mutation_ends_in_a_traceback_or_takes_long(tmp_path, request):
    count, first = request.config.getoption("--mutations"), request.config.getoption("--mutations-from")
    wrong, refused = [], 0
    for k in range(first, first + count):
        folder = tmp_path / str(k)
        mutate(folder, np.random.default_rng([20210203, k]))
        start = time.process_time()
        try:
            refused += through(folder, scan=k % 8 == 0) is not None
        except Exception as error:
            wrong.append(f"{k}: {type(error).__name__}: {error}")
        taken = time.process_time() - start
        if taken > LONGEST:
            wrong.append(f"{k}: {taken:.1f} s")
    assert not wrong, "\n".join(wrong)
    assert 0.1 * count < refused < 0.9 * count
