"""Null tests through the whole command: what is no dip of interacting TLSs claims µ ≠ 0 or J0/h0 at most once in twenty.

All of them: pytest tests/unit/fitting/test_null.py --nulls 200 --nulls-table benchmarks/measured/nulls.csv
"""

import json
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pandas as pd

from tlsglass import cli
from tlsglass.base import io
from tlsglass.fitting import synthetic
from tlsglass.fitting.conclusion import State
from tlsglass.models import registry
from tlsglass.models.observable import J0_OVER_H0
from tlsglass.report import fit_report

KAPPA, C, V, FRICTION = "thermal_conductivity", "specific_heat", "sound_velocity", "internal_friction"
WIDTH, F, LOSS, F_AND_LOSS = "line_width", "resonator_frequency", "resonator_loss", "resonator"
COLUMNS = {  # of the value and of its error, as in the table of a user
    KAPPA: ("kappa (W/(m K))", "err (W/(m K))"),
    C: ("C (J/(kg K))", "err (J/(kg K))"),
    V: ("dv/v", "err"),
    FRICTION: ("Q^-1", "err"),
    WIDTH: ("Gamma (Hz)", "err (Hz)"),
    F: ("f0_Hz", "f0_err_Hz"),
    LOSS: ("inv_Qi", "inv_Qi_err"),
}
PHOTONS = "n_photons"
OPTIONS = {V: ["--frequency", "90kHz"], FRICTION: ["--frequency", "90kHz"]}
OPTIONS |= {LOSS: ["--frequency", "8GHz", "--photons", PHOTONS], F_AND_LOSS: ["--photons", PHOTONS]}


# ---- kinds of null tables: (values, errors or None) from T and those of the standard tunneling model (STM) with noise --------


def unchanged(T, value, error, rng):
    return value, error


def without_errors(T, value, error, rng):
    return value, None


def with_small_errors(T, value, error, rng):
    return value, error / 3


def curve(function, noise):
    """Return a kind with the values ``function``(T, rng) and relative noise, which is also the error."""

    def change(T, value, error, rng):
        exact = function(T, rng)
        return exact * (1 + noise * rng.standard_normal(len(T))), noise * exact

    return change


def outlier(T, value, error, rng):
    index = rng.integers(len(T))
    return np.where(np.arange(len(T)) == index, value + 10 * error, value), error


def permuted(T, value, error, rng):
    order = rng.permutation(len(T))
    return value[order], error[order]


def constant(T, value, error, rng):
    return np.mean(value) + error * rng.standard_normal(len(T)), error


NULLS = {
    "stm": (unchanged, (KAPPA, C, V, FRICTION, WIDTH, F, LOSS, F_AND_LOSS)),
    "stm without errors": (without_errors, (KAPPA, V)),
    "stm with errors three times too small": (with_small_errors, (KAPPA, V, F)),
    "metal": (curve(lambda T, rng: 0.03 * T, 0.01), (KAPPA,)),
    "metal with phonons": (curve(lambda T, rng: 1e-3 * T + 2e-3 * T**3, 0.02), (C,)),
    "boundary": (curve(lambda T, rng: 0.03 * T**3, 0.01), (KAPPA,)),
    "phonons": (curve(lambda T, rng: 2e-3 * T**3, 0.02), (C,)),
    "power law": (curve(lambda T, rng: 1e-4 * T ** rng.uniform(0.5, 3), 0.005), (FRICTION,)),
    "outlier": (outlier, (KAPPA, C, V, F, LOSS, F_AND_LOSS)),
    "permuted": (permuted, (KAPPA, C, V, FRICTION, F, LOSS)),
    "noise": (constant, (KAPPA, V, F)),
}
FEW = {  # {(kind, observable): seed} of the tables without --nulls: one rule keeps most of them from a claim
    ("stm", KAPPA): 82,  # ΔAICc = 5
    ("stm", F_AND_LOSS): 81,  # ΔAICc = 5.5
    ("metal", KAPPA): 0,  # µ is above the atlas
    ("metal with phonons", C): 51,  # ΔAICc = 4
    ("outlier", KAPPA): 29,  # ΔAICc = 16; no model describes the points
    ("outlier", F): 123,  # ΔAICc = 9, but the interval of µ contains 0
    ("permuted", KAPPA): 0,  # no signal of TLSs
}


def sample_stm(name, rng):
    """Return synthetic points of the STM."""
    recipe = registry.get_observable(name).recipe
    return synthetic.sample(name, rng, recipe=replace(recipe, parameters={**recipe.parameters, "mu": 0.0})).points


def columns_of(name, points, rng, change):
    """Return {header: values} of an observable after ``change``; f in hertz instead of its relative change."""
    value, error = change(points.T_K, points.value, points.error, rng)
    if name == F:
        frequency_Hz = registry.get_observable(name).recipe.probe
        value, error = frequency_Hz * (1 + value), frequency_Hz * error
    columns = zip(COLUMNS[name], (value, error), strict=True)
    return {header: column for header, column in columns if column is not None}


def make_table(kind, name, seed):
    """Return the table of a user."""
    rng, change = np.random.default_rng([seed, 22]), NULLS[kind][0]
    points = sample_stm(LOSS if name == F_AND_LOSS else name, rng)
    table = pd.DataFrame({"T_mK": 1e3 * points.T_K} | ({} if points.photons is None else {PHOTONS: points.photons}))
    if name != F_AND_LOSS:
        return table.assign(**columns_of(name, points, rng, change))
    frequency = registry.get_observable(F)
    parameters = {**frequency.recipe.parameters, "mu": 0.0}
    exact = frequency.curve(points.T_K, parameters, frequency.recipe.probe)
    error = frequency.noise(exact, parameters, frequency.recipe.noise)
    table = table.assign(**columns_of(LOSS, points, rng, change))
    points = replace(points, value=exact + error * rng.standard_normal(len(exact)), error=error)
    sweeps = {number: table.index[points.photons == number] for number in sorted(set(points.photons))}
    columns = [pd.DataFrame(columns_of(F, points.select(index), rng, change), index) for index in sweeps.values()]
    return table.join(pd.concat(columns))


def claims_of(table, name, capsys):
    """Return whether the command claims µ ≠ 0, and an interval of J0/h0, according to the JSON that it prints."""
    table.to_csv("null.csv", index=False, float_format="%.12g")
    words = ["fit", "null.csv", "--observable", name, *OPTIONS.get(name, ()), "--confirm", "outlier", "--json", "--quiet"]
    assert cli.main(words) == 0
    fit = json.loads(capsys.readouterr().out)
    states = fit["atlas"]["model"]["states"] if fit["atlas"] else {}
    is_interval = State.INTERVAL in (fit["conclusion"]["state"], states.get(J0_OVER_H0))
    return fit["conclusion"]["mu"] == State.FAVORED, is_interval


def pytest_generate_tests(metafunc):
    kinds = [(kind, name) for kind, (_, names) in NULLS.items() for name in names]
    metafunc.parametrize(("kind", "name"), kinds if metafunc.config.getoption("--nulls") else FEW)


def test_a_null_claims_nothing(kind, name, request, capsys, tmp_path, monkeypatch):
    n, file = request.config.getoption("--nulls"), request.config.getoption("--nulls-table")
    path = Path(file).absolute() if file else None
    monkeypatch.chdir(tmp_path)
    for report in (fit_report.FitReport, fit_report.JointReport):  # drawing takes longer than most fits, and claims nothing
        monkeypatch.setattr(report, "plot", lambda _: SimpleNamespace(save=lambda paths: None))
    seeds = range(n) if n else [FEW[kind, name]]
    claims = [claims_of(make_table(kind, name, seed), name, capsys) for seed in seeds]
    counts = {"mu_favored": 0, "J0_over_h0_interval": 0, "either": 0}
    counts |= dict(zip(counts, [*np.sum(claims, axis=0).tolist(), int(np.sum(np.any(claims, axis=1)))], strict=True))
    if path:
        add_row(path, {"null": kind, "observable": name, "n": len(claims)} | counts)
    assert counts["either"] <= 0.05 * len(claims)


def add_row(path, row):
    """Replace the row of the same null and observable in a table, or add it."""
    rows = pd.read_csv(path).to_dict("records") if path.exists() else []
    rows = [known for known in rows if (known["null"], known["observable"]) != (row["null"], row["observable"])]
    io.write_csv(path, pd.DataFrame([*rows, row]).sort_values(["null", "observable"]))
