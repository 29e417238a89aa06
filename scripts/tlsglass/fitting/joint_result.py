"""What a joint fit comes to: numbers, what each dataset says alone, points and curves, and sweeps that were left out."""

from dataclasses import replace
from typing import NamedTuple

import numpy as np
import pandas as pd

from tlsglass.base.jackknife import format_with_error
from tlsglass.fitting import joint_fit, problem, report_text
from tlsglass.fitting.result import fit_numbers
from tlsglass.models import registry
from tlsglass.models.observable import J0_OVER_H0

CURVE_POINTS = 60
SHOWN = 4  # temperatures at which the dependence on the power is shown


class JointResult(NamedTuple):
    """All of it: ``fit`` for JSON, the others for CSV."""

    fit: dict
    points: pd.DataFrame
    curves: pd.DataFrame
    parameters: pd.DataFrame
    left_out: pd.DataFrame
    powers: pd.DataFrame


def fit_joint(dataset, others):
    """Fit a dataset and its partners together: return the Together."""
    shared = [one["shared"] for one in dataset.info["joint"]]
    group, alone = joint_fit.build_joint_fit(dataset, others, shared, intervals=True)
    found = joint_fit.compare_joint(group, alone)
    models = {"mu_free": found.free.values, "stm": found.stm.values}
    on_it = joint_fit.joint_with_atlas_model(group)
    coupled = on_it and joint_fit.fit_joint_on_atlas(on_it, found.free.values)
    told = {
        "dataset": dataset.name,
        "title": dataset.info["title"],
        "material": dataset.info["material"],
        "members": [_member(one, scale) for one, scale in zip(group.datasets, group.scales, strict=True)],
        "shared": [list(names) for names in group.shared],
        "mu_free": fit_numbers(found.free),
        "stm": fit_numbers(found.stm),
        "atlas": coupled and _coupled(group, on_it, coupled, found),
        "delta_aic": found.delta_aic,
        "p_value": found.p_value,
        "rejected": found.rejected,
    }
    points = _points(group, models)
    for member in told["members"]:
        some = points[points["dataset"] == member["name"]]
        relative = registry.get_observable(member["observable"]).positive
        member["residuals"] = (
            {}
            if not relative
            else {name: round(float(np.median(np.abs(some[name] / some["value"] - 1))), 4) for name in models}
        )
    own = [one.free for one in alone]
    tables = parameters(group, own, found.free), leave_out(group, alone), _powers(group, models)
    return JointResult(told, points, _curves(group, models), *tables)


def summary_lines(found):
    """Return a Together in few lines: shared parameters alone and jointly, µ and J0/h0, how the models compare, warnings."""
    fit, told = found.fit, []
    for name, rows in found.parameters[found.parameters["shared"]].groupby("parameter", sort=False):
        alone = ", ".join(
            f"{format_with_error(row.separate, row.separate_err or 0)} ({row.dataset})" for row in rows.itertuples()
        )
        first = rows.iloc[0]
        apart = "" if first["difference_sigma"] is None else f"; alone {first['difference_sigma']:g} σ apart"
        told.append(f"{name}: {format_with_error(first['joint'], first['joint_err'] or 0)} jointly; {alone}{apart}")
    if fit["atlas"]:
        told.append(f"J0/h0: {report_text.format_parameter(fit['atlas']['model'], J0_OVER_H0)} jointly")
    chi2 = ", ".join(
        f"{report_text.format_reduced_chi2(fit[name])} {label}" for name, label in (("mu_free", "Eq. (3)"), ("stm", "STM"))
    )
    told.append(f"χ²/dof: {chi2}; ΔAIC of Eq. (3) against the STM {report_text.format_value(fit['delta_aic'], 3)}")
    if fit["rejected"]:
        told.append("warning: no model describes the points together: errors are scaled, ΔAIC means little")
    return told


def _coupled(group, on_it, coupled, found):
    """Return the joint fit on the atlas as JSON holds it; what it is held against has the same points, or is None."""
    same = joint_fit.joint_likelihood(group).points == joint_fit.joint_likelihood(on_it).points
    beside = {name: getattr(found, fit).aic - coupled.aic for name, fit in (("mu_free", "free"), ("stm", "stm"))}
    return {"model": fit_numbers(coupled), "delta_aic": beside if same else None, "rejected": not coupled.acceptable}


def joint_fit_table(fits):
    """Return a row for each of ``fits`` (as ``Together.fit``) and each of its models: χ², µ or J0/h0, and for each
    dataset of it the median of abs(model/measured - 1), ``residual NAME``."""
    rows = []
    for fit in fits:
        models = {"mu_free": fit["mu_free"], "stm": fit["stm"]} | ({"atlas": fit["atlas"]["model"]} if fit["atlas"] else {})
        for name, model in models.items():
            row = {"fit": fit["dataset"], "model": name, "chi2": model["chi2"], "dof": model["dof"], "aic": model["aic"]}
            row["rejected"] = not model["acceptable"]
            for one in ("mu", J0_OVER_H0):
                row |= {one: model["values"].get(one), f"{one}_err": model["errors_scaled"].get(one)}
                row |= {f"{one}_state": model["states"].get(one)}
            rows.append(row)
            for member in fit["members"]:
                rows[-1] |= {f"scale {member['observable']}": member["errors_scaled_by"]}
                rows[-1] |= {f"residual {member['observable']}": member["residuals"].get(name)}
    return pd.DataFrame(rows)


def _member(dataset, scale):
    observable = dataset.observable
    given = {"name": dataset.name, "observable": observable.name, "symbol": observable.symbol, "unit": dataset.unit}
    systematic = dataset.info.get("systematic", {})
    return given | {
        "fitted_K": [float(dataset.points.T_K.min()), float(dataset.points.T_K.max())],
        "n_points": len(dataset.points.T_K),
        "errors_scaled_by": scale,
        "systematic_uncorrelated": systematic.get("uncorrelated"),
        "systematic_correlated": systematic.get("correlated"),
        "coupling_geometry": dataset.info["data"].get("drive", {}).get("coupling_geometry"),
    }


def parameters(group, alone, together):
    """Return a row for each dataset and each of its parameters that is free: its value alone and in the joint fit, with scaled
    errors, whether it is shared, and by how many σ the values of those that share it differ."""
    apart = {row["parameter"]: row["sigma"] for row in joint_fit.differences(group, alone, together)}
    rows = []
    for k, dataset in enumerate(group.datasets):
        for own, name in group.names(k).items():
            if together.errors[name] == 0 and alone[k].errors[own] == 0:
                continue
            parameter = dataset.observable.parameters[own]
            rows.append(
                {
                    "parameter": own,
                    "symbol": parameter.symbol,
                    "unit": parameter.unit,
                    "dataset": dataset.name,
                    "shared": name in apart,
                    "separate": alone[k].values[own],
                    "separate_err": alone[k].errors_scaled[own],
                    "joint": together.values[name],
                    "joint_err": together.errors_scaled[name],
                    "difference_sigma": None if apart.get(name) is None else round(float(apart[name]), 1),
                }
            )
    return pd.DataFrame(rows)


def _points(group, models):
    """Return the fitted points of all datasets with their errors as they were weighed, and each model there."""
    found = []
    for k, dataset in enumerate(group.datasets):
        points = dataset.points
        empty = np.full(len(points.T_K), np.nan)
        told = {"dataset": dataset.name, "observable": dataset.observable.name, "T_K": points.T_K}
        told |= {"sweep": empty if points.sweep is None else points.sweep}
        told |= {"photons": empty if points.photons is None else points.photons}
        told |= {"value": points.value, "error": group.scales[k] * points.error}
        found.append(pd.DataFrame(told | {name: joint_fit.curve(group, k, values) for name, values in models.items()}))
    return pd.concat(found, ignore_index=True)


def _curves(group, models):
    """Return each model of each dataset, sweep by sweep."""
    found = []
    for k, dataset in enumerate(group.datasets):
        own = {name: {p: values[n] for p, n in group.names(k).items()} for name, values in models.items()}
        for sweep, grid in dataset.points.interpolated_grids(CURVE_POINTS):
            there = replace(dataset, points=grid)
            told = {"dataset": dataset.name, "sweep": sweep, "T_K": grid.T_K}
            found.append(pd.DataFrame(told | {name: there.model(grid.T_K, values) for name, values in own.items()}))
    return pd.concat(found, ignore_index=True)


def _powers(group, models):
    """Return each model of each driven dataset against the photon number, at SHOWN temperatures within its own."""
    found = [pd.DataFrame(columns=["dataset", "T_K", "photons", *models])]
    for k, dataset in enumerate(group.datasets):
        points = dataset.points
        if points.photons is None:
            continue
        photons = np.geomspace(points.photons.min() / 2, points.photons.max() * 2, CURVE_POINTS)
        for T in np.geomspace(points.T_K.min(), points.T_K.max(), SHOWN + 1)[:-1] * 1.05:
            along = replace(points, T_K=np.full_like(photons, T), photons=photons)
            there = replace(dataset, points=along)
            told = {"dataset": dataset.name, "T_K": T, "photons": photons}
            own = {name: {p: values[n] for p, n in group.names(k).items()} for name, values in models.items()}
            found.append(pd.DataFrame(told | {name: there.model(along.T_K, values) for name, values in own.items()}))
    return pd.concat(found[1:] or found, ignore_index=True)


def leave_out(group, alone):
    """Return a row for each sweep of each driven dataset: what a fit to all others says of its points.

    ``median_error`` is the median of abs(model/measured - 1), of the joint fit with µ free; photon numbers are those measured.
    """
    rows = []
    for k, dataset in enumerate(group.datasets):
        every = dataset.points.sweeps()
        if len(every) < 3:
            continue
        for sweep, points in every:
            rest = replace(dataset, points=dataset.points.select(dataset.points.sweep != sweep))
            members = tuple(rest if i == k else one for i, one in enumerate(group.datasets))
            less = replace(group, datasets=members)
            start = joint_fit.start_of(group, [one.free for one in alone])
            found = problem.maximize(joint_fit.joint_likelihood(less), start, intervals=False)
            there = replace(less, datasets=tuple(replace(rest, points=points) if i == k else o for i, o in enumerate(members)))
            away = joint_fit.curve(there, k, found.values) / points.value - 1
            rows.append((dataset.name, sweep, len(away), *(round(float(np.median(x)), 4) for x in (np.abs(away), away))))
    return pd.DataFrame(rows, columns=["dataset", "sweep", "n_points", "median_error", "median_shift"])
