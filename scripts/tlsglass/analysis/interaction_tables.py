"""Several interactions compared: every quoted number and n(E) of each, and pair stability with joint distributions."""

import itertools
import json
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import numpy as np
import pandas as pd

from tlsglass.analysis import quantity_tables
from tlsglass.analysis.quantity import Settings
from tlsglass.base import jackknife, labels, stats
from tlsglass.base.jackknife import JackknifeEstimate
from tlsglass.base.types import FloatArray
from tlsglass.dos import fits
from tlsglass.dos.density_of_states import DensityOfStates
from tlsglass.dos.temperature_series import TemperatureSeries
from tlsglass.model import moments
from tlsglass.model.interaction import MEAN_ABS_C
from tlsglass.model.parameters import ModelParameters
from tlsglass.models.observable import J0_OVER_H0
from tlsglass.montecarlo.annealing import AnnealingRecord, summarize
from tlsglass.physics import pair_stability
from tlsglass.physics.pair_stability import Sample

HEAD = ["model", "L", "J0_K", J0_OVER_H0]
VALUES = [*HEAD, "quantity", "T_K", "E_low_K", "E_high_K", "value", "value_err"]
VALUES += ["difference", "difference_err", "relative", "relative_err", "n_realizations"]
DENSITIES = [*HEAD, "T_K", "E_low_K", "E_high_K", "n", "n_err", "n_realizations"]
CONSTANTS = ["model", "quantity", "value", "value_err"]
PREDICTIONS = [*HEAD, "E_low_K", "E_high_K", "mu", "mu_err", "predicted", "predicted_err"]
PREDICTIONS += ["ratio", "ratio_err", "predicted_ratio", "predicted_ratio_err"]

MU_WINDOW, MEAN_DENSITY = "mu_window", "n_mean"  # quantities of this module; the others are those of ``quantities``
SAMPLES = 3  # independent samples of moments, whose scatter is the error of what follows from them
SAMPLE_SIZE, LARGE_SAMPLE_SIZE = 200, 1000  # TLSs of a sample, for densities and for the constants
TRIANGLES = 200_000
LEAST_QUOTED = 500  # realizations of a lattice that is quoted; one with fewer shows how numbers depend on the size


def _model(fingerprint: str) -> ModelParameters:
    """Return the parameters of the model in a fingerprint."""
    return labels.from_jsonable(ModelParameters, json.loads(fingerprint))


def mean_density(density: DensityOfStates, low_K: float, high_K: float) -> JackknifeEstimate:
    """Return the mean of n in the bins whose centers are between two energies, per kelvin and lattice site."""
    inside = (density.centers_K > low_K) & (density.centers_K < high_K)
    total, realizations = density.sums
    mean: JackknifeEstimate = total[inside].reduce(np.sum) / (realizations * density.exposure[inside].sum())
    return mean


def tabulate_set(
    rungs: Sequence[DensityOfStates],
    reference: Sequence[DensityOfStates],
    model: str,
    settings: Mapping[str, Any],
    section: Mapping[str, Any],
) -> dict[str, pd.DataFrame]:
    """Return the tables "values" and "densities" of one set of a model.

    Differences are those from the ``reference``, normal factors on the same lattice sites with the same J0, jackknifed as pairs
    of realizations.
    """
    densities, normal = TemperatureSeries(rungs), TemperatureSeries(reference)
    ratio = densities.J0_K / _model(densities.coldest.fingerprint).h0_K
    head = {"model": model, "L": densities.L, "J0_K": densities.J0_K, J0_OVER_H0: ratio}
    pairs = zip(*(_all_numbers(series, Settings(**settings), section) for series in (densities, normal)), strict=True)
    tail = {"n_realizations": densities.n_realizations}
    rows = [
        head
        | {"quantity": name, "T_K": T_K, "E_low_K": low, "E_high_K": high}
        | value.columns("value")
        | jackknife.paired_difference(value, reference_value)
        | tail
        for (name, T_K, low, high, value), (*_, reference_value) in pairs
    ]
    edges = np.concatenate([[0.0], np.geomspace(densities.coldest.T_K, 64, 15)])
    mesh = []
    for low, high in itertools.pairwise(edges):
        bin_of_n = {"T_K": densities.coldest.T_K, "E_low_K": low, "E_high_K": high}
        mesh.append(head | bin_of_n | mean_density(densities.coldest, low, high).columns("n") | tail)
    return {"values": pd.DataFrame(rows, columns=VALUES), "densities": pd.DataFrame(mesh, columns=DENSITIES)}


def _all_numbers(
    densities: TemperatureSeries, settings: Settings, section: Mapping[str, Any]
) -> list[tuple[str, float, float, float, JackknifeEstimate]]:
    """Return (quantity, T_K, E_low_K, E_high_K, estimate ()) of all numbers of one set."""
    cold = densities.coldest
    numbers = [(MU_WINDOW, cold.T_K, low, high, fits.fit_exponent(cold, low, high).mu) for low, high in section["mu_windows_K"]]
    numbers += [
        (MEAN_DENSITY, cold.T_K, low, high, mean_density(cold, low, high))
        for low, high in itertools.pairwise(section["ratio_edges_K"])
    ]
    quoted = quantity_tables.all_quantities(densities, settings)
    return numbers + [(quantity.name, T_K, np.nan, np.nan, estimate) for quantity, T_K, estimate in quoted]


def tabulate_stability(records: Iterable[AnnealingRecord], model: str) -> pd.DataFrame:
    """Return the shares of states of one set that are unstable after the quench, and after the relaxation, in one row."""
    summary = summarize(records)
    parameters = _model(str(summary.fingerprint))
    ratio = parameters.J0_K / parameters.h0_K
    head = {"model": model, "L": parameters.L, "J0_K": parameters.J0_K, J0_OVER_H0: ratio}
    return pd.DataFrame([head | summary.stability_columns() | {"n_realizations": int(summary.n_realizations)}])


# ---- why: the joint distribution of couplings and fields -------------------------------------------------------------


def tabulate_constants(models: Mapping[str, Mapping[str, Any]], cell: Mapping[str, Any]) -> pd.DataFrame:
    """Return the quantities in which the interactions differ, from the distributions of c_ij and c_i alone (CONSTANTS).

    Parameters
    ----------
    models
        The parameters of ModelParameters that describe each interaction, by the name of the model.
    cell
        The other parameters of ModelParameters; J0 is not used.
    """
    rows = []
    for name, keys in models.items():
        model = ModelParameters(**cell, **keys)
        samples = [pair_stability.draw_sample(model, LARGE_SAMPLE_SIZE, seed) for seed in range(SAMPLES)]
        numbers = [_constants(sample, model.concentration) for sample in samples]
        for quantity in numbers[0]:
            values = np.array([number[quantity] for number in numbers])
            error = values.std(ddof=1) / np.sqrt(SAMPLES)
            rows.append({"model": name, "quantity": quantity, "value": values.mean(), "value_err": error})
        rows.append({"model": name, "quantity": "rms_c_ij", "value": _rms_factor(model), "value_err": 0.0})
        share = _frustrated_share(model)
        error = np.sqrt(share * (1 - share) / TRIANGLES)
        rows.append({"model": name, "quantity": "frustrated_triangles", "value": share, "value_err": error})
    return pd.DataFrame(rows, columns=CONSTANTS)


def _rms_factor(model: ModelParameters) -> float:
    """Return the root mean square of c_ij."""
    if factors := model.independent_factors:
        return factors.rms
    family = moments.of_model(model)
    return MEAN_ABS_C * family.rms() / family.mean_abs()


def _constants(sample: Sample, concentration: float) -> dict[str, float]:
    """Return the weak-coupling strength, and how local strengths vary and depend on the random field.

    ``strength_at_zero_field`` is the mean local strength of TLSs without random field, divided by that of all.
    """
    local, weight = sample.local_strength, 1 / sample.field_width
    width_varies = np.ptp(sample.field_width) > 1e-9
    return {
        "weak_coupling_strength": pair_stability.weak_coupling_strength(sample, concentration),
        "local_strength_variation": sample.local_strength_variation,
        "strength_field_correlation": float(np.corrcoef(local, sample.field_width)[0, 1]) if width_varies else 0.0,
        "strength_at_zero_field": float(np.average(local, weights=weight) / local.mean()),
        "n_0_h0": float(concentration * weight.mean() / np.sqrt(2 * np.pi)),
    }


def _frustrated_share(model: ModelParameters) -> float:
    """Return the share of triangles of neighboring sites, with a right angle, whose couplings cannot all be satisfied."""
    rng = np.random.default_rng(1)
    if factors := model.independent_factors:
        couplings = factors.draw(rng, 3 * TRIANGLES, np.float64).reshape(3, TRIANGLES)
    else:
        family = moments.of_model(model)
        i, j, k = (family.draw(rng, TRIANGLES) for _ in range(3))
        x, y = np.eye(3)[:2]
        hypotenuse = (x - y) / np.sqrt(2)
        couplings = np.array([family.factor(i, j, x), family.factor(i, k, y), family.factor(j, k, hypotenuse)])
    return float(np.mean(np.prod(couplings, axis=0) > 0))  # H = Σ J s s: an odd number of antiparallel pairs


def tabulate_theory(
    values: Sequence[pd.DataFrame], models: Mapping[str, Mapping[str, Any]], cell: Mapping[str, Any], reference: str
) -> dict[str, pd.DataFrame]:
    """Return the tables "constants", "predictions" and "chi2"; ``values`` are those of ``tabulate_set`` of all sets."""
    predictions = tabulate_predictions(pd.concat(values, ignore_index=True), models, cell, reference)
    return {"constants": tabulate_constants(models, cell)} | predictions


def tabulate_predictions(
    values: pd.DataFrame, models: Mapping[str, Mapping[str, Any]], cell: Mapping[str, Any], reference: str
) -> dict[str, pd.DataFrame]:
    """Return µ of pair stability with joint distributions beside the simulated one, and χ² of the comparison.

    ``values`` is the table of ``tabulate_set``, of all sets. Ratios are those to the reference at the same L and J0, simulated
    and predicted.
    """
    rows = []
    for row in first_mu(values).to_dict("records"):
        model = ModelParameters(**(cell | {"L": row["L"], "J0_K": row["J0_K"]}), **models[row["model"]])
        samples = [pair_stability.draw_sample(model, SAMPLE_SIZE, seed) for seed in range(SAMPLES)]
        densities = [pair_stability.zero_temperature_density(model, sample) for sample in samples]
        predicted = np.array([density.exponent(row["E_low_K"], row["E_high_K"]) for density in densities])
        head = {key: row[key] for key in (*HEAD, "E_low_K", "E_high_K")}
        head |= {"mu": row["value"], "mu_err": row["value_err"], "ratio": 1 + row["relative"], "ratio_err": row["relative_err"]}
        error = predicted.std(ddof=1) / np.sqrt(SAMPLES)
        rows.append(head | {"predicted": predicted.mean(), "predicted_err": error})
    table = pd.DataFrame(rows)
    of_reference = table[table["model"] == reference].set_index(["L", "J0_K"])["predicted"]
    base = of_reference.loc[pd.MultiIndex.from_frame(table[["L", "J0_K"]])].to_numpy()
    table["predicted_ratio"], table["predicted_ratio_err"] = table["predicted"] / base, table["predicted_err"] / base
    return {"predictions": table[PREDICTIONS], "chi2": compare_with_predictions(table)}


def compare_with_predictions(table: pd.DataFrame) -> pd.DataFrame:
    """Return χ² of the simulated µ of all models at each L and J0 against two predictions, each times a fitted common factor.

    The predictions are those of the ``table``, and the same µ for all models. A common factor leaves one degree of freedom
    less than there are models.
    """
    rows = []
    for (L, J0_K, ratio), group in table.groupby(["L", "J0_K", J0_OVER_H0]):
        row: dict[str, Any] = {"L": L, "J0_K": J0_K, J0_OVER_H0: ratio, "dof": len(group) - 1}
        mu, predicted = group["mu"].to_numpy(), group["predicted"].to_numpy()
        factor, error, chi2 = _fit_factor(mu, group["mu_err"].to_numpy(), predicted, group["predicted_err"].to_numpy())
        row |= {"factor": factor, "factor_err": error, "chi2_joint_distribution": chi2}
        row["p_joint_distribution"] = stats.chi2_sf(chi2, len(group) - 1)
        row["mean_deviation"] = float(np.mean(np.abs(mu / (factor * predicted) - 1)))
        ones = np.ones(len(group))
        row["chi2_mean_alone"] = _fit_factor(mu, group["mu_err"].to_numpy(), ones, 0 * ones)[2]
        row["p_mean_alone"] = stats.chi2_sf(row["chi2_mean_alone"], len(group) - 1)
        rows.append(row)
    return pd.DataFrame(rows)


def _fit_factor(
    y: FloatArray, y_err: FloatArray, prediction: FloatArray, prediction_err: FloatArray
) -> tuple[float, float, float]:
    """Return the factor of ``prediction`` that describes ``y`` best, its error, and χ²; errors of both are independent."""
    factor = 1.0
    for _ in range(20):  # the weights depend on the factor
        weight = 1 / (y_err**2 + (factor * prediction_err) ** 2)
        factor = float(np.sum(weight * y * prediction) / np.sum(weight * prediction**2))
    error = float(np.sum(weight * prediction**2) ** -0.5)
    return factor, error, float(np.sum(weight * (y - factor * prediction) ** 2))


def first_mu(values: pd.DataFrame) -> pd.DataFrame:
    """Return the rows of µ on the first window, one for each model, L and J0; ``values`` is the table of ``tabulate_set``."""
    return values[values["quantity"] == MU_WINDOW].drop_duplicates(HEAD)


def first_window_K(values: pd.DataFrame) -> tuple[float, float]:
    """Return the ends of the first window of µ."""
    row = first_mu(values).iloc[0]
    return row["E_low_K"], row["E_high_K"]


def quoted_lattices(values: pd.DataFrame) -> dict[float, int]:
    """Return the largest L at which all models have enough realizations to be quoted, for each J0/h0 in ascending order.

    ``values`` is the table of ``tabulate_set``, of all sets. A J0/h0 that some models do not have is left out.
    """
    models, many = values["model"].nunique(), values["n_realizations"] >= LEAST_QUOTED
    sets = values[many].groupby([J0_OVER_H0, "L"])["model"].nunique()
    complete = sets[sets == models].reset_index()
    return {float(ratio): int(L) for ratio, L in complete.groupby(J0_OVER_H0)["L"].max().items()}


def on_quoted_lattices(table: pd.DataFrame, lattices: Mapping[float, int]) -> pd.DataFrame:
    """Return the rows of a table, of any with the columns L and J0_over_h0, on the lattices {J0/h0: L}."""
    return table[table["L"] == table[J0_OVER_H0].map(lattices)]


def equivalent_J0_over_h0(normal: pd.DataFrame, mu: float, mu_err: float) -> tuple[float, float] | None:
    """Return the J0/h0 at which normal factors have the exponent ``mu``, with its error; None above the range of ``normal``.

    ``normal`` has the rows of µ of normal factors by ascending J0/h0. µ is interpolated linearly between them and 0 at J0 = 0.
    """
    ratios, values = (np.concatenate([[0.0], normal[name]]) for name in (J0_OVER_H0, "value"))
    errors = np.concatenate([[0.0], normal["value_err"]])
    if mu > values[-1]:
        return None
    k = int(np.clip(np.searchsorted(values, mu), 1, len(values) - 1))
    slope = (ratios[k] - ratios[k - 1]) / (values[k] - values[k - 1])
    share = (mu - values[k - 1]) / (values[k] - values[k - 1])
    error = slope * np.sqrt(mu_err**2 + ((1 - share) * errors[k - 1]) ** 2 + (share * errors[k]) ** 2)
    return float(ratios[k - 1] + slope * (mu - values[k - 1])), float(error)
