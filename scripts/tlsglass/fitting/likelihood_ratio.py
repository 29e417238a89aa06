"""Likelihood ratio of common values of parameters against separate values, for several datasets or devices."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import NamedTuple

import numpy as np

from tlsglass.base import stats
from tlsglass.fitting.fit import Fit, error_scale
from tlsglass.fitting.likelihood import Values
from tlsglass.fitting.problem import FitProblem


class Heterogeneity(NamedTuple):
    """Likelihood ratio of common against separate values of parameters of devices or powers, and its p value."""

    chi2: float
    dof: int
    p_value: float


def heterogeneity(
    problem: FitProblem, joint: Sequence[Values], separate: Sequence[Fit], tested: Sequence[str], shared: Sequence[str] = ()
) -> Heterogeneity | None:
    """Test whether parameters have the same values for all devices of a problem.

    Parameters
    ----------
    problem
        The datasets, each of which is a device unless the problem names devices.
    joint
        For each dataset, the values of its parameters in a joint fit, by their own names. Searches start from them.
    separate
        The fit of each device alone. Searches also start from these values.
    tested
        The tested parameters, which are common to all devices in one fit and separate in the other.
    shared
        Further parameters, which are common to all devices in both fits.

    Returns
    -------
    Heterogeneity or None
        None if all ``tested`` parameters are fixed.

    Notes
    -----
    The increase of χ² is corrected as for intervals: it is multiplied by the fraction of residuals that are independent,
    averaged over the separate fits, and divided by the square of ``error_scale`` of the fit with separate values. The errors of
    the atlas, which all devices have in common, are left out.
    """
    common, apart = _with_shared(problem, (*shared, *tested)), _with_shared(problem, shared)
    likelihood, likelihood_apart = common.likelihood(atlas_errors=False), apart.likelihood(atlas_errors=False)
    dof = likelihood.dof - likelihood_apart.dof
    if dof == 0:
        return None
    devices = [problem.device(k) for k in range(len(problem.datasets))]
    of_devices = dict(zip(dict.fromkeys(devices), separate, strict=True))
    fits = [of_devices[device] for device in devices]
    starts = [joint, [fit.values for fit in fits]]
    searches = [likelihood.maximize(start) for start in (*_named(common, starts), common.mean_values(fits))]
    best = min(searches, key=lambda optimum: optimum.objective)
    starts.append([common.own_values(k, best.values) for k in range(len(devices))])
    searches = [likelihood_apart.maximize(start) for start in _named(apart, starts)]
    best_apart = min(searches, key=lambda optimum: optimum.objective)
    n_points = dict.fromkeys(devices, 0)
    for device, dataset in zip(devices, problem.datasets, strict=True):
        n_points[device] += len(dataset.points.T_K)
    fraction = float(np.average([fit.independent_fraction for fit in separate], weights=list(n_points.values())))
    variance = error_scale(best_apart.chi2, likelihood_apart.dof) ** 2 / fraction
    chi2 = max(best.chi2 - best_apart.chi2, 0.0) / variance
    return Heterogeneity(chi2, dof, stats.chi2_sf(chi2, dof))


def _with_shared(problem: FitProblem, names: Sequence[str]) -> FitProblem:
    """Return the problem with the parameters ``names`` shared by all datasets."""
    return replace(problem, shared=(tuple(names),) * (len(problem.datasets) - 1))


def _named(problem: FitProblem, values_of_datasets: Sequence[Sequence[Mapping[str, float]]]) -> list[Values]:
    """Return the values of the datasets by their names in a problem; shared parameters are those of the first dataset."""
    last_to_first = [(k, problem.names(k).items()) for k in reversed(range(len(problem.datasets)))]
    return [{name: values[k][own] for k, names in last_to_first for own, name in names} for values in values_of_datasets]
