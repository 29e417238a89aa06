"""Null tests through whole fits: what is no dip of interacting TLSs claims µ ≠ 0 or J0/h0 at most once in twenty.

More of them: pytest tests/unit/fitting/test_null.py --nulls 200 --nulls-table benchmarks/measured/nulls.csv
"""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from tlsglass.base import io
from tlsglass.data.dataset import Dataset
from tlsglass.fitting import synthetic
from tlsglass.fitting.comparison import draw_conclusion, fit_models
from tlsglass.fitting.conclusion import State
from tlsglass.fitting.problem import FitProblem
from tlsglass.models import registry

KAPPA = "thermal_conductivity"


def table(name, rng, change):
    """Return a synthetic dataset of the STM after ``change``(T, values, errors, rng) of its values."""
    observable = registry.get_observable(name)
    recipe = replace(observable.recipe, parameters={**observable.recipe.parameters, "mu": 0.0})
    stm = synthetic.sample(name, rng, recipe=recipe)
    points = stm.points
    points = replace(points, value=change(points.T_K, points.value, points.error, rng))
    info = stm.info | {"data": {"error": {"column": "error"}}}
    return Dataset("null", info, stm.unit, points, points)


def power_law(power):
    return lambda T, value, error, rng: 0.03 * T**power * (1 + 0.01 * rng.standard_normal(len(T)))


def outlier(T, value, error, rng):
    index = rng.integers(len(T))
    return np.where(np.arange(len(T)) == index, value + 10 * error, value)


def phonons(T, value, error, rng):
    return 2e-3 * T**3 * (1 + 0.02 * rng.standard_normal(len(T)))


NULLS = {
    "stm": (
        lambda T, value, error, rng: value,
        (KAPPA, "specific_heat", "sound_velocity", "resonator_frequency", "line_width"),
    ),
    "metal": (power_law(1.0), (KAPPA,)),
    "boundary": (power_law(3.0), (KAPPA,)),
    "phonons": (phonons, ("specific_heat",)),
    "outlier": (outlier, (KAPPA, "specific_heat")),
    "permuted": (lambda T, value, error, rng: rng.permutation(value), (KAPPA,)),
    "noise": (lambda T, value, error, rng: np.mean(value) + error * rng.standard_normal(len(T)), (KAPPA, "sound_velocity")),
}


@pytest.mark.parametrize(("kind", "name"), [(kind, name) for kind, (_, names) in NULLS.items() for name in names])
def test_a_null_claims_nothing(kind, name, request):
    n, file = request.config.getoption("--nulls"), request.config.getoption("--nulls-table")
    claims = []
    for seed in range(n):
        dataset = table(name, np.random.default_rng([seed, 22]), NULLS[kind][0])
        _, conclusion = draw_conclusion(fit_models(FitProblem.from_dataset(dataset)), {})
        claims.append((conclusion.mu == State.FAVORED, conclusion.state == State.INTERVAL))
    counts = {"mu_favored": 0, "J0_over_h0_interval": 0, "either": 0}
    counts |= dict(zip(counts, [*np.sum(claims, axis=0).tolist(), int(np.sum(np.any(claims, axis=1)))], strict=True))
    if file:
        add_row(Path(file), {"null": kind, "observable": name, "n": n} | counts)
    assert counts["either"] <= max(0.05 * n, 1)


def add_row(path, row):
    """Replace the row of the same null and observable in a table, or add it."""
    rows = pd.read_csv(path).to_dict("records") if path.exists() else []
    rows = [known for known in rows if (known["null"], known["observable"]) != (row["null"], row["observable"])]
    io.write_csv(path, pd.DataFrame([*rows, row]).sort_values(["null", "observable"]))
