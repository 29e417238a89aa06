"""Measured datasets: load and check one, fit its model with µ free and with µ = 0 (the standard tunneling model, STM).

A dataset is a folder with ``dataset.yaml`` (reference, units, provenance, what to fit) and its points as CSV. Every
observable has one model, a function of the temperature and of named parameters, built on Eq. (3) with constant µ.
"""

import itertools
import warnings
from dataclasses import dataclass
from pathlib import Path

import lmfit
import numpy as np
import pandas as pd
import pint

from tlsglass import checked, observables

UNITS = pint.UnitRegistry()


@dataclass(frozen=True)
class Observable:
    """What is measured: the unit it is fitted in, the parameters of its model beside µ, and the model."""

    unit: str
    symbol: str
    parameters: tuple
    linear: tuple  # those of them in which the model is linear: a factor, and a constant if there is one
    model: object  # (T_K, parameters, omega_Hz) -> value
    positive: bool  # whether a value <= 0 cannot be measured


def _thermal_conductivity(T_K, p, _):
    """Eq. (5) with Eq. (3): exactly κ(1 K) T^(2-µ)."""
    return p["kappa_1K"] * np.asarray(T_K) ** (2 - p["mu"])


def _sound_velocity(T_K, p, omega_Hz):
    """Eqs. (7) + (8) with Eq. (3): δv/v = P0γ²/ρv² · shape + offset."""
    return p["coupling"] * observables.sound_velocity_eq3(T_K, p["mu"], omega_Hz, p["A_Hz_per_K3"]) + p["offset"]


def _dielectric_constant(T_K, p, omega_Hz):
    """δε/ε = -2 δv/v with γ²/ρv² -> p²/4πε0. ASSUME: the factor and the sign are the field's; the paper prints neither."""
    shape = observables.sound_velocity_eq3(T_K, p["mu"], omega_Hz, p["A_Hz_per_K3"])
    return -2 * p["coupling"] * shape + p["offset"]


OBSERVABLES = {
    "thermal_conductivity": Observable("W/(m K)", "κ", ("kappa_1K",), ("kappa_1K",), _thermal_conductivity, True),
    "sound_velocity": Observable(
        "dimensionless", "δv/v", ("coupling", "A_Hz_per_K3", "offset"), ("coupling", "offset"), _sound_velocity, False
    ),
    "dielectric_constant": Observable(
        "dimensionless", "δε/ε", ("coupling", "A_Hz_per_K3", "offset"), ("coupling", "offset"), _dielectric_constant, False
    ),
}


@dataclass(frozen=True)
class Dataset:
    """A checked dataset in kelvin and in the unit of its observable; ``error`` is None when it is left to the residuals."""

    name: str
    info: dict  # the content of dataset.yaml
    T_K: np.ndarray  # (n,) ascending
    value: np.ndarray  # (n,)
    error: np.ndarray | None  # (n,)

    @property
    def observable(self):
        return OBSERVABLES[self.info["observable"]]

    def model(self, T_K, parameters):
        return self.observable.model(T_K, parameters, self.info.get("omega_Hz"))


@dataclass(frozen=True)
class Fit:
    """A least-squares fit: values, standard errors, and the weight of the evidence."""

    values: dict
    errors: dict  # 0 for a fixed parameter, None where the fit gives no error
    at_bounds: list  # free parameters that end on a bound: their errors mean nothing
    correlation: dict  # of µ with each other free parameter
    chi2: float
    dof: int
    aic: float


def load(folder, schema):
    """Load and check the dataset in ``folder``. Raises checked.InputError, one line, for the first thing wrong."""
    folder = Path(folder)
    path = folder / "dataset.yaml"
    info = checked.read_yaml(path)
    checked.check_schema(info, schema, lambda _: path)

    def refuse(keys, value, allowed):
        raise checked.refuse(lambda _: path, keys, value, allowed)

    observable = OBSERVABLES[info["observable"]]
    named = {"mu", *observable.parameters}
    for name, settings in info["parameters"].items():
        if name not in named:
            refuse(["parameters", name], settings, f"no parameter of {info['observable']}; allowed: {', '.join(sorted(named))}")
        low, high = settings.get("low", -np.inf), settings.get("high", np.inf)
        if not low <= settings["start"] <= high:
            refuse(["parameters", name, "start"], settings["start"], f"must lie in its bounds, {low} to {high}")
    for name in sorted(named - {"offset"} - set(info["parameters"])):
        raise checked.InputError(f"{path}: parameters.{name}: missing")
    if "A_Hz_per_K3" in named and "omega_Hz" not in info:
        raise checked.InputError(f"{path}: omega_Hz: missing; {info['observable']} needs the probing frequency")
    if (info["provenance"] == "reconstructed") != ("reconstruction" in info):
        refuse(["provenance"], info["provenance"], "goes with a section `reconstruction` if it is reconstructed, and only then")
    data = info["data"]
    file = folder / data["file"]
    table = _read_points(file, data, observable.positive)
    T_K = table[data["temperature"]["column"]] * _factor(
        path, ["data", "temperature", "unit"], data["temperature"]["unit"], "K"
    )
    factor = _factor(path, ["data", "value", "unit"], data["value"]["unit"], observable.unit)
    value = table[data["value"]["column"]] * factor
    error = None
    if "column" in data["error"]:
        error = table[data["error"]["column"]] * factor
    elif "assumed_relative" in data["error"]:
        error = data["error"]["assumed_relative"] * np.abs(value)
    low, high = info.get("window_K", (0, np.inf))
    inside = (T_K >= low) & (T_K <= high)
    free = sum(not settings.get("fixed", False) for settings in info["parameters"].values())
    if inside.sum() <= free + 1:
        raise checked.InputError(f"{file}: {inside.sum()} points in the window {low:g} to {high:g} K are too few to fit")
    return Dataset(folder.name, info, T_K[inside], value[inside], None if error is None else error[inside])


def _factor(path, keys, unit, target):
    try:
        one, two = (UNITS.Quantity(value, unit).to(target).magnitude for value in (1.0, 2.0))
    except Exception:  # the parser of units raises what it likes
        raise checked.refuse(lambda _: path, keys, unit, f"must be a unit that converts to {target}") from None
    if not np.isclose(two, 2 * one, rtol=1e-12):
        raise checked.refuse(lambda _: path, keys, unit, f"must be a multiple of {target}, with the same zero")
    return one


def _read_points(file, data, positive_value):
    """Return the columns that ``data`` names as float arrays, every row checked."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error", pd.errors.ParserWarning)  # a row with more fields than the header
            table = pd.read_csv(file, comment="#", dtype=str, skipinitialspace=True, keep_default_na=False, index_col=False)
        table.columns = table.columns.str.strip()
    except OSError as error:
        raise checked.InputError(f"{file}: {error.strerror}") from None
    except (pd.errors.ParserError, pd.errors.ParserWarning, pd.errors.EmptyDataError, UnicodeDecodeError) as error:
        raise checked.InputError(f"{file}: not a CSV table: {str(error).strip()}") from None
    temperature, value = data["temperature"]["column"], data["value"]["column"]
    columns = {}
    for name in [temperature, value, *([data["error"]["column"]] if "column" in data["error"] else [])]:
        if name not in table:
            raise checked.InputError(f"{file}: column {name}: missing; the columns, split at commas, are {list(table.columns)}")
        columns[name] = pd.to_numeric(table[name], errors="coerce").to_numpy(dtype=float)
        positive = name != value or positive_value
        bad = ~np.isfinite(columns[name]) | (positive & (columns[name] <= 0))
        if bad.any():
            row = int(np.argmax(bad))
            need = "must be a finite number" + (" > 0" if positive else "")
            raise checked.InputError(
                f"{file}: column {name}, row {row + 1}: {table[name].iloc[row] or 'an empty field'} {need}"
            )
    steps = np.diff(columns[temperature])
    if (steps <= 0).any():
        row = int(np.argmax(steps <= 0)) + 1
        raise checked.InputError(
            f"{file}: column {temperature}, row {row + 1}: {table[temperature].iloc[row]} must be above the row before it:"
            " temperatures ascend and none stands twice"
        )
    return columns


def fit(dataset, mu=None):
    """Fit the dataset's model by least squares; with ``mu`` given, µ is held there (0: the STM).

    Where the dataset has no errors, all points get the same one, estimated from the residuals of this fit.
    """
    parameters = lmfit.Parameters()
    for name, settings in dataset.info["parameters"].items():
        low, high = settings.get("low", -np.inf), settings.get("high", np.inf)
        parameters.add(name, settings["start"], min=low, max=high, vary=not settings.get("fixed", False))
    if "offset" in dataset.observable.parameters and "offset" not in parameters:
        parameters.add("offset", 0.0)
    if mu is not None:
        parameters["mu"].set(value=mu, vary=False, min=-np.inf, max=np.inf)
    error = np.ones_like(dataset.value) if dataset.error is None else dataset.error

    def residual(p):
        return (dataset.model(dataset.T_K, p.valuesdict()) - dataset.value) / error

    _start_at_the_best_of_a_grid(dataset, parameters, error)
    result = lmfit.minimize(residual, parameters, method="least_squares", x_scale="jac", scale_covar=dataset.error is None)
    if not result.success:
        raise RuntimeError(f"{dataset.name}: the fit did not converge: {result.message}")
    chi2 = float(result.chisqr)
    n = len(dataset.value)
    # With σ from the residuals, -2 ln L at its maximum is n ln(χ²/n) + constant; with σ given it is χ² + constant.
    deviance = chi2 if dataset.error is not None else n * np.log(chi2 / n)
    free = [p for p in result.params.values() if p.vary]
    return Fit(
        values={name: float(p.value) for name, p in result.params.items()},
        errors={name: 0.0 if not p.vary else _number(p.stderr) for name, p in result.params.items()},
        at_bounds=[p.name for p in free if min(abs(p.value - p.min), abs(p.value - p.max)) <= 1e-6 * max(abs(p.value), 1e-12)],
        correlation={name: float(c) for name, c in (result.params["mu"].correl or {}).items()},
        chi2=chi2,
        dof=int(result.nfree),
        aic=float(deviance + 2 * result.nvarys),
    )


def compare(dataset):
    """Return the fits with µ free and with µ = 0. Raises RuntimeError if the freer model fits worse: a wrong minimum."""
    free, stm = fit(dataset), fit(dataset, mu=0.0)
    if free.chi2 > stm.chi2 * (1 + 1e-6) and not dataset.info["parameters"]["mu"].get("fixed", False):
        raise RuntimeError(f"{dataset.name}: the fit with µ free ended in a wrong minimum")
    return free, stm


def _number(value):
    return None if value is None or not np.isfinite(value) else float(value)


def _start_at_the_best_of_a_grid(dataset, parameters, error):
    """Set ``parameters`` to the best point of a grid in µ and A, its factor and offset solved for exactly.

    χ² has side minima in A, and a start far from the data would end in one of them.
    """
    linear = [name for name in dataset.observable.linear if parameters[name].vary]
    grid = {"mu": [-0.1, 0.0, 0.1, 0.2, 0.4], "A_Hz_per_K3": np.geomspace(1e3, 1e11, 33)}
    axes = []
    for name in ("mu", "A_Hz_per_K3"):
        if name in parameters:
            p = parameters[name]
            inside = [x for x in grid[name] if p.min <= x <= p.max] if p.vary else []
            axes.append([(name, x) for x in (p.value, *inside)])
    best = (np.inf, {})
    for point in itertools.product(*axes):
        trial = parameters.valuesdict() | dict(point) | dict.fromkeys(linear, 0.0)
        constant = dataset.model(dataset.T_K, trial)
        columns = [dataset.model(dataset.T_K, trial | {name: 1.0}) - constant for name in linear]
        values = dict(point)
        if linear:
            design = np.column_stack(columns) / error[:, None]
            solved, *_ = np.linalg.lstsq(design, (dataset.value - constant) / error, rcond=None)
            values |= {n: float(np.clip(x, parameters[n].min, parameters[n].max)) for n, x in zip(linear, solved, strict=True)}
        chi2 = np.sum(((dataset.model(dataset.T_K, trial | values) - dataset.value) / error) ** 2)
        if chi2 < best[0]:
            best = (chi2, values)
    for name, value in best[1].items():
        parameters[name].set(value=value)


def reconstruct(info):
    """Sample the curve of the paper's printed parameters: the points of a dataset with provenance ``reconstructed``.

    ``noise`` is the standard deviation of the Gaussian noise: relative for κ, in units of the coupling for δv/v and δε/ε.
    """
    recipe = info["reconstruction"]
    low, high = recipe["temperatures_K"]
    T_K = np.round(np.geomspace(low, high, recipe["points"]), 5)
    parameters = {"offset": 0.0} | recipe["parameters"]
    curve = OBSERVABLES[info["observable"]].model(T_K, parameters, info.get("omega_Hz"))
    sigma = recipe["noise"] * (np.abs(curve) if info["observable"] == "thermal_conductivity" else parameters["coupling"])
    noisy = curve + sigma * np.random.default_rng(recipe["seed"]).standard_normal(len(T_K))
    columns = info["data"]
    return pd.DataFrame(
        {
            columns["temperature"]["column"]: T_K,
            columns["value"]["column"]: [float(f"{v:.6g}") for v in noisy],
            columns["error"]["column"]: [float(f"{s:.3g}") for s in sigma * np.ones_like(T_K)],
        }
    )
