"""Result of fitting several datasets together, in a form that can be saved as JSON and CSV."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import pandas as pd

from tlsglass.base.types import FloatArray
from tlsglass.base.validation import InputError
from tlsglass.data import joint_section
from tlsglass.data.dataset import Dataset, SelectionReason, load_dataset
from tlsglass.fitting import report_text
from tlsglass.fitting.comparison import ModelFits, compare, draw_conclusion, fit_models
from tlsglass.fitting.conclusion import Conclusion
from tlsglass.fitting.fit import Fit, WhichIntervals
from tlsglass.fitting.likelihood import Values
from tlsglass.fitting.likelihood_ratio import heterogeneity
from tlsglass.fitting.problem import FitProblem, base_name, dataset_parameters
from tlsglass.fitting.result import (
    atlas_record,
    conclusion_record,
    equivalent_temperature_error,
    fixed_values,
    models_record,
    parameter_list,
)
from tlsglass.fitting.systematics import J0_over_h0_by_interaction
from tlsglass.models import registry
from tlsglass.models.observable import J0_OVER_H0

CURVE_POINTS = 60
N_POWER_TEMPERATURES = 4  # temperatures at which the dependence on the power is tabulated


class JointResult(NamedTuple):
    """``fit`` is the content of joint.json; the tables are saved as CSV."""

    fit: dict[str, Any]
    points: pd.DataFrame
    curves: pd.DataFrame
    parameters: pd.DataFrame
    left_out: pd.DataFrame
    powers: pd.DataFrame


class SeparateFits(NamedTuple):
    """Fits of each of several datasets by itself."""

    free: list[Fit]
    stm: list[Fit]


def load_partners(folder: str | Path, schema: dict[str, Any]) -> tuple[Dataset, list[Dataset]]:
    """Return the dataset in ``folder`` and its partners, which are in the same parent folder. Raises InputError."""
    folder = Path(folder)
    dataset = load_dataset(folder, schema)
    return dataset, [load_dataset(folder.parent / name, schema) for name in joint_section.partner_names(dataset.info)]


def joint_problem(
    datasets: Sequence[Dataset], shared: Sequence[Sequence[str]], intervals: WhichIntervals = False
) -> tuple[FitProblem, SeparateFits]:
    """Return the joint problem of datasets, and their separate fits; ``shared`` as in ``FitProblem``.

    Where the errors of a dataset are far below the scatter of its points, the joint problem includes that scatter.
    """
    problems = [FitProblem.from_dataset(dataset).with_temperature_errors() for dataset in datasets]
    free, stm, members = [], [], []
    for problem in problems:
        comparison = compare(problem, intervals)
        if comparison.free.needs_extra_scatter:
            problem = replace(problem, has_extra_scatter=True)
            comparison = compare(problem, intervals)
        free.append(comparison.free)
        stm.append(comparison.stm)
        members.append(problem.with_scatter_in_errors(comparison.free).datasets[0])
    return FitProblem.joint(members, shared, free), SeparateFits(free, stm)


def _check_common_parameters(problem: FitProblem) -> None:
    """Check that the datasets agree on fixed values and on bounds, some of which depend on their highest temperatures."""
    source = f"joint fit of {', '.join(dataset.name for dataset in problem.datasets)}"
    own, members = [dataset_parameters(dataset) for dataset in problem.datasets], problem.members()
    for name, parameter in problem.parameters().items():
        low, high = parameter.low, parameter.high
        fixed = sorted({own[k][base_name(name)].start for k in members[name] if own[k][base_name(name)].fixed})
        if len(fixed) > 1:
            raise InputError(f"{source}: {name} is fixed at {' and at '.join(f'{value:g}' for value in fixed)}")
        if parameter.fixed and not low <= parameter.start <= high:
            raise InputError(f"{source}: {name} = {parameter.start:g} is fixed, but must be {low:.4g} to {high:.4g}")
        if not low < high:
            raise InputError(f"{source}: the bounds of {name} do not overlap (lower bound {low:.4g}, upper bound {high:.4g})")


def joint_starts(problem: FitProblem, separate: SeparateFits) -> list[Values]:
    """Return starts: means of the separate fits, and shared parameters as in the fit of each dataset."""
    starts = []
    for fits in filter(None, separate):
        mean = problem.mean_values(fits)
        starts.append(mean)
        for k, fit in enumerate(fits):
            starts.append(mean | {name: fit.values[own_name] for own_name, name in problem.names(k).items()})
    return starts


def fit_joint(dataset: Dataset, partners: Sequence[Dataset]) -> JointResult:
    """Fit a dataset and its partners together."""
    shared = [partner["shared"] for partner in dataset.info["joint"]]
    _check_common_parameters(FitProblem.joint([dataset, *partners], shared, ()))
    problem, separate = joint_problem([dataset, *partners], shared)
    fits = fit_models(problem, "interest", joint_starts(problem, separate))
    fits, conclusion = draw_conclusion(fits, {})
    comparison = fits.comparison
    models = {"mu_free": comparison.free.values, "stm": comparison.stm.values}
    points = _points(problem, models)
    parameters = parameter_table(problem, _near_joint(problem, separate.free, comparison.free), comparison.free)
    summary = {
        "dataset": dataset.name,
        "title": dataset.info["title"],
        "material": dataset.info["material"],
        "conclusion": conclusion_record(conclusion),
        "members": [_member(problem, k, points) for k in range(len(problem.datasets))],
        "shared": [list(names) for names in problem.shared],
        "n_points": len(points),
        "errors_given": True,
        "equivalent_temperature_error": min(
            (
                equivalent
                for k, member in enumerate((dataset, *partners))
                if (equivalent := equivalent_temperature_error(member, problem.curve(k, comparison.free.values)))
            ),
            key=lambda equivalent: equivalent["error_K"] / equivalent["T_K"],
            default=None,
        ),
        "temperature_errors_given": all(member.all_points.T_error_K is not None for member in (dataset, *partners)),
        **models_record(fits, conclusion, _atlas_summary(fits, conclusion)),
        "parameters": parameter_list(fits, conclusion),
    }
    summary["powers_of_f"] = _agreement_of_powers(problem, comparison.free, separate.free)
    summary["warnings"] = report_text.joint_warnings(summary, parameters)
    summary["conclusion"]["text"] = report_text.conclusion(summary)
    summary["lines"] = report_text.joint_lines(summary, parameters)
    left_out = leave_out(problem, separate)
    return JointResult(summary, points, _curves(problem, models), parameters, left_out, _powers(problem, models))


def _agreement_of_powers(problem: FitProblem, joint: Fit, separate: Sequence[Fit]) -> dict[str, float] | None:
    """Return the test of common parameters of f at all powers, or None unless f is that of all powers.

    f does not depend on the power in the model: the parameters that the powers share are tested with f alone.
    """
    indices = [
        k for k, dataset in enumerate(problem.datasets) if (dataset.selection or {}).get("reason") == SelectionReason.ALL
    ]
    if len(indices) < 2:
        return None
    scales = tuple(problem.error_scales[k] for k in indices)
    of_f = FitProblem(tuple(problem.datasets[k] for k in indices), error_scales=scales)
    values = [problem.own_values(k, joint.values) for k in indices]
    test = heterogeneity(of_f, values, [separate[k] for k in indices], problem.shared[indices[1] - 1])
    return None if test is None else test._asdict()


def _near_joint(problem: FitProblem, separate: Sequence[Fit], joint: Fit) -> list[Fit]:
    """Return the separate fits, each at the minimum nearest to the joint fit of those that its points do not distinguish."""
    return [
        FitProblem.from_dataset(dataset).at_minimum_near(problem.own_values(k, joint.values), fit)
        for k, (dataset, fit) in enumerate(zip(problem.datasets, separate, strict=True))
    ]


def _atlas_summary(fits: ModelFits, conclusion: Conclusion) -> dict[str, Any] | None:
    """Return the fit on the atlas as in joint.json."""
    record = atlas_record(fits, conclusion)
    if record is None or fits.atlas is None or fits.on_atlas is None:
        return None
    interactions = {}
    if conclusion.describes and J0_OVER_H0 in fits.atlas.values:
        interactions = J0_over_h0_by_interaction(fits.problem, fits.atlas)
    interaction = fits.problem.datasets[0].interaction
    return record | {"interaction": interaction, "interactions": interactions}


def _member(problem: FitProblem, k: int, points: pd.DataFrame) -> dict[str, Any]:
    """Return dataset ``k`` as in joint.json."""
    dataset, systematic = problem.datasets[k], problem.datasets[k].info.get("systematic", {})
    own_points = points[points["dataset"] == dataset.name]
    relative_residuals = {}
    if registry.get_observable(dataset.observable.name).positive:
        for name in ("mu_free", "stm"):
            residuals = np.abs(own_points[name] / own_points["value"] - 1)
            relative_residuals[name] = round(float(np.median(residuals)), 4)
    return {
        "name": dataset.name,
        "observable": dataset.observable.name,
        "symbol": dataset.observable.symbol,
        "unit": dataset.unit,
        "fitted_K": list(dataset.points.T_range_K),
        "n_points": len(dataset.points.T_K),
        "described_alone": problem.described[k],
        "errors_scaled_by": problem.error_scales[k],
        "fixed": fixed_values(dataset),
        "selection": dataset.selection,
        "systematic_uncorrelated": systematic.get("uncorrelated"),
        "systematic_correlated": systematic.get("correlated"),
        "coupling_geometry": dataset.info["data"].get("drive", {}).get("coupling_geometry"),
        "residuals": relative_residuals,
    }


def joint_fit_table(fits: Sequence[Mapping[str, Any]]) -> pd.DataFrame:
    """Return a row for each joint.json and model: χ², µ or J0/h0, and the median relative residual of each dataset."""
    rows = []
    for fit in fits:
        models = {"mu_free": fit["mu_free"], "stm": fit["stm"]} | ({"atlas": fit["atlas"]["model"]} if fit["atlas"] else {})
        for name, model in models.items():
            row = {"fit": fit["dataset"], "model": name, "chi2": model["chi2"], "dof": model["dof"], "aicc": model["aicc"]}
            row["rejected"] = not model["acceptable"]
            for parameter in ("mu", J0_OVER_H0):
                row[parameter] = model["values"].get(parameter)
                row[f"{parameter}_err"] = model["errors_scaled"].get(parameter)
                row[f"{parameter}_state"] = model["states"].get(parameter)
            for member in fit["members"]:
                row[f"scale {member['observable']}"] = member["errors_scaled_by"]
                row[f"residual {member['observable']}"] = member["residuals"].get(name)
            rows.append(row)
    return pd.DataFrame(rows)


def difference_sigmas(problem: FitProblem, separate: Sequence[Fit]) -> dict[str, float | None]:
    """Return {shared parameter: largest difference of two separate fits in units of its scaled error}.

    None if fewer than two of them have an error.
    """
    sigmas = {}
    for name, members in problem.members().items():
        if len(members) < 2:
            continue
        estimates = [(separate[k].values[base_name(name)], separate[k].errors_scaled[base_name(name)]) for k in members]
        certain = [(value, error) for value, error in estimates if error]
        differences = [
            float(abs(first[0] - second[0]) / np.hypot(first[1], second[1]))
            for i, first in enumerate(certain)
            for second in certain[i + 1 :]
        ]
        sigmas[name] = max(differences, default=None)
    return sigmas


def _likelihood_sigma(problem: FitProblem, joint: Fit, separate: Sequence[Fit], name: str) -> float:
    """Return by how many σ the datasets differ in a shared parameter: the root of the decrease of χ² if it is not shared.

    σ is scaled as in the separate fits, since a difference spoils the joint fit.
    """
    apart = replace(problem, shared=tuple(tuple(x for x in names if x != name) for names in problem.shared))
    likelihood = apart.likelihood()
    own = [problem.own_values(k, joint.values) for k in range(len(problem.datasets))]
    starts = []
    for fits in (separate, [joint] * len(own)):
        values = [mine | {name: fit.values[name]} for mine, fit in zip(own, fits, strict=True)]
        starts.append({x: values[k][parameter] for k in range(len(own)) for parameter, x in apart.names(k).items()})
    best = min(likelihood.maximize(start).objective for start in starts)
    decrease = problem.likelihood().at(joint.values).objective - best
    included = problem.error_scales or (1.0,) * len(separate)  # in the errors of the joint fit
    return float(np.sqrt(max(decrease, 0.0))) / max(fit.scale / scale for fit, scale in zip(separate, included, strict=True))


def parameter_table(problem: FitProblem, separate: Sequence[Fit], joint: Fit) -> pd.DataFrame:
    """Return a row for each dataset and free parameter.

    It has the values of the separate and the joint fit with scaled errors, whether the parameter is shared, and by how many σ
    the separate values of a shared parameter differ.
    """
    sigmas = difference_sigmas(problem, separate)
    for name, sigma in sigmas.items():
        if sigma is not None and sigma > report_text.CONTRADICTION_SIGMA:  # parabolas may be much narrower than the profiles
            sigmas[name] = min(sigma, _likelihood_sigma(problem, joint, separate, name))
    rows = []
    for k, dataset in enumerate(problem.datasets):
        for own_name, name in problem.names(k).items():
            if joint.errors[name] == 0 and separate[k].errors[own_name] == 0:
                continue
            parameter, sigma = dataset.observable.parameters[own_name], sigmas.get(name)
            rows.append(
                {
                    "parameter": own_name,
                    "symbol": parameter.symbol,
                    "unit": parameter.unit,
                    "dataset": dataset.name,
                    "shared": name in sigmas,
                    "separate": separate[k].values[own_name],
                    "separate_err": separate[k].errors_scaled[own_name],
                    "joint": joint.values[name],
                    "joint_err": joint.errors_scaled[name],
                    "difference_sigma": None if sigma is None else round(sigma, 1),
                }
            )
    return pd.DataFrame(rows)


def _points(problem: FitProblem, models: Mapping[str, Values]) -> pd.DataFrame:
    """Return the fitted points of all datasets with their scaled errors and the models."""
    tables = []
    for k, dataset in enumerate(problem.datasets):
        points = dataset.points
        empty = np.full(len(points.T_K), np.nan)
        columns = {
            "dataset": dataset.name,
            "observable": dataset.observable.name,
            "T_K": points.T_K,
            "sweep": empty if points.sweep is None else points.sweep,
            "photons": empty if points.photons is None else points.photons,
            "value": points.value,
            "error": problem.error_scales[k] * points.given_error,
        }
        tables.append(pd.DataFrame(columns | {name: problem.curve(k, values) for name, values in models.items()}))
    return pd.concat(tables, ignore_index=True)


def _models_at(problem: FitProblem, k: int, points: Any, models: Mapping[str, Values]) -> dict[str, FloatArray]:
    """Return {model: (n,)} of dataset ``k`` at ``points``."""
    dataset = replace(problem.datasets[k], points=points)
    return {name: dataset.model(points.T_K, problem.own_values(k, values)) for name, values in models.items()}


def _curves(problem: FitProblem, models: Mapping[str, Values]) -> pd.DataFrame:
    """Return the models of all datasets on a grid of temperatures for each sweep."""
    tables = []
    for k, dataset in enumerate(problem.datasets):
        for sweep, grid in dataset.points.interpolated_grids(CURVE_POINTS):
            columns = {"dataset": dataset.name, "sweep": sweep, "T_K": grid.T_K}
            tables.append(pd.DataFrame(columns | _models_at(problem, k, grid, models)))
    return pd.concat(tables, ignore_index=True)


def _powers(problem: FitProblem, models: Mapping[str, Values]) -> pd.DataFrame:
    """Return the models of all driven datasets as functions of the photon number at a few temperatures."""
    tables = [pd.DataFrame(columns=["dataset", "T_K", "photons", *models])]
    for k, dataset in enumerate(problem.datasets):
        points = dataset.points
        if points.photons is None:
            continue
        photons = np.geomspace(points.photons.min() / 2, points.photons.max() * 2, CURVE_POINTS)
        for T in np.geomspace(points.T_K.min(), points.T_K.max(), N_POWER_TEMPERATURES + 1)[:-1] * 1.05:
            along = replace(points, T_K=np.full_like(photons, T), photons=photons)
            columns = {"dataset": dataset.name, "T_K": T, "photons": photons}
            tables.append(pd.DataFrame(columns | _models_at(problem, k, along, models)))
    return pd.concat(tables[1:] or tables, ignore_index=True)


def leave_out(problem: FitProblem, separate: SeparateFits) -> pd.DataFrame:
    """Return a row for each sweep of each driven dataset: how well a fit to all other points predicts it.

    ``median_error`` is the median of abs(model/measured - 1) of the joint fit with µ free, and ``median_shift`` that of
    model/measured - 1. Photon numbers are those measured.
    """
    rows = []
    for k, dataset in enumerate(problem.datasets):
        sweeps = dataset.points.sweeps()
        if len(sweeps) < 3:
            continue
        for sweep, points in sweeps:
            assert dataset.points.sweep is not None  # because there are several
            remaining = replace(dataset, points=dataset.points.select(dataset.points.sweep != sweep))
            reduced = replace(problem, datasets=(*problem.datasets[:k], remaining, *problem.datasets[k + 1 :]))
            best = reduced.maximum(reduced.mean_values(separate.free))
            deviation = _models_at(problem, k, points, {"mu_free": best.values})["mu_free"] / points.value - 1
            medians = (round(float(np.median(x)), 4) for x in (np.abs(deviation), deviation))
            rows.append((dataset.name, sweep, len(deviation), *medians))
    return pd.DataFrame(rows, columns=["dataset", "sweep", "n_points", "median_error", "median_shift"])


def tabulate_joint_fits(
    fits: Sequence[Mapping[str, Any]], parameters: Sequence[pd.DataFrame], left_out: Sequence[pd.DataFrame]
) -> dict[str, pd.DataFrame]:
    """Return the tables of all joint fits, of their parameters, and of the sweeps that were left out."""
    if not fits:
        return dict.fromkeys(("fits", "parameters", "left_out"), pd.DataFrame(columns=["fit"]))
    names = [fit["dataset"] for fit in fits]
    tables = {
        key: pd.concat([table.assign(fit=name) for table, name in zip(values, names, strict=True)], ignore_index=True)
        for key, values in (("parameters", parameters), ("left_out", left_out))
    }
    return {"fits": joint_fit_table(fits), **tables}
