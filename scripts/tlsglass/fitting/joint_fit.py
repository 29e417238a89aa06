"""Several datasets in one likelihood, with parameters that they share: f and Q of a resonator, κ and C of a glass.

A dataset names its partners in dataset.yaml, and which parameters each shares with it:
``joint: [{dataset: NAME, shared: [mu, loss]}]``. Any observables go together. What is not shared is a partner's own, and is
called ``offset [NAME]``.
"""

from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np

from tlsglass.base import stats
from tlsglass.data import joint_section
from tlsglass.data.dataset import load_dataset
from tlsglass.fitting import atlas_fit, problem
from tlsglass.fitting.likelihood import FitData, Likelihood, Prior
from tlsglass.models.observable import J0_OVER_H0


@dataclass(frozen=True)
class JointFit:
    """A dataset and its partners, measured.Dataset, and for each partner the parameters that it shares with the first.

    ``scales`` is what the errors of each are multiplied by: a set of points that its own model does not describe would else
    weigh as if it did.
    """

    datasets: tuple
    shared: tuple
    scales: tuple

    def name(self, k, parameter):
        """Return what the likelihood calls a parameter of the dataset ``k``."""
        own = k > 0 and parameter not in self.shared[k - 1]
        return f"{parameter} [{self.datasets[k].name}]" if own else parameter

    def names(self, k):
        """Return {parameter of the dataset ``k``: what the likelihood calls it}."""
        return {parameter: self.name(k, parameter) for parameter in self.datasets[k].observable.parameter_order}

    def all_names(self):
        """Return the names of all parameters, each once, with the indices of the datasets that have it."""
        found = {}
        for k in range(len(self.datasets)):
            for name in self.names(k).values():
                found.setdefault(name, []).append(k)
        return found

    @property
    def of_interest(self):
        found = [self.name(k, one) for k, dataset in enumerate(self.datasets) for one in dataset.observable.of_interest]
        return tuple(dict.fromkeys(found))


@dataclass(frozen=True)
class SeparateFits:
    """The fits of one dataset by itself that a joint fit is held against."""

    free: problem.Fit
    stm: problem.Fit


def load_partners(folder, schema):
    """Return the Dataset in ``folder`` and its partners, which lie beside it. Raises validation.InputError as measured.load."""
    folder = Path(folder)
    dataset = load_dataset(folder, schema)
    return dataset, [load_dataset(folder.parent / name, schema) for name in joint_section.partner_names(dataset.info)]


def build_joint_fit(dataset, others, shared, intervals=False):
    """Return the Group, and the Alone fits of each dataset. ``shared`` holds a list of names for each of the ``others``.

    The errors of temperatures are in those of the values, as ``fits.with_temperature_errors`` puts them there.
    """
    every = [problem.with_temperature_errors(one) for one in (dataset, *others)]
    found = [SeparateFits(*(problem.fit_eq3_model(one, mu=mu, intervals=intervals) for mu in (None, 0.0))) for one in every]
    scales = tuple(1.0 if one.free.acceptable else one.free.scale for one in found)
    return JointFit(tuple(every), tuple(map(tuple, shared)), scales), found


def joint_likelihood(group, held=(), covariances=None):
    """Return the Likelihood of a Group; ``held`` {name: value} are parameters that are held, as µ = 0.

    Starts are those of the first dataset that has a parameter, bounds the narrowest of all that have it; it is fixed if one of
    them fixes it. ``covariances`` hold that of the model for each dataset, or None.
    """
    parts, terms, priors = [], {}, {}
    for k, (dataset, scale) in enumerate(zip(group.datasets, group.scales, strict=True)):
        names = group.names(k)
        known = None if covariances is None else covariances[k]
        error = None if dataset.points.error is None else scale * dataset.points.error
        parts.append(FitData(problem.shapes_of(dataset), dataset.points.value, error, known, names))
        for own, term in problem.fit_parameters(dataset).items():
            name = names[own]
            terms[name] = _both(terms[name], term) if name in terms else term
        priors |= {names[one.name]: Prior(names[one.name], one.mean, one.sigma) for one in problem.priors(dataset)}
    terms |= {name: terms[name].fixed_at(value) for name, value in dict(held).items()}
    return Likelihood(parts, terms, [prior for name, prior in priors.items() if not terms[name].fixed])


def _both(one, two):
    """Return the Term of a parameter that two datasets share."""
    low, high = max(one.low, two.low), min(one.high, two.high)
    fixed = one if one.fixed or not two.fixed else two
    return replace(one, start=float(np.clip(fixed.start, low, high)), low=low, high=high, fixed=one.fixed or two.fixed)


def start_of(group, alone):
    """Return a start {name: value}: shared parameters have the mean of their fits ``alone``, weighed with their errors."""
    found = {}
    for name, members in group.all_names().items():
        own = name.split(" [")[0]
        values = np.array([alone[k].values[own] for k in members])
        errors = np.array([alone[k].errors_scaled[own] or np.inf for k in members])
        certain = np.isfinite(errors)
        weights = np.where(certain, 1.0 / np.where(certain, errors, 1.0) ** 2, 0.0)
        found[name] = float(np.average(values, weights=weights)) if weights.any() else float(values[0])
    return found


def compare_joint(group, alone, intervals=True):
    """Return the fits.Comparison of a Group: µ free, and µ = 0 in all of its datasets."""
    mus = [name for name in group.all_names() if name.split(" [")[0] == "mu"]
    stm = joint_likelihood(group, dict.fromkeys(mus, 0.0))
    stm = problem.maximize(stm, start_of(group, [one.stm for one in alone]), intervals, of_interest=group.of_interest)
    free = joint_likelihood(group)
    free = problem.maximize(free, start_of(group, [one.free for one in alone]), intervals, stm.values, group.of_interest)
    added = sum(not joint_likelihood(group).terms[name].fixed for name in mus)
    p_value = stats.chi2_sf(max(stm.chi2 - free.chi2, 0.0), added) if added else None
    return problem.Comparison(free, stm, stm.aic - free.aic, p_value, not free.acceptable)


def joint_with_atlas_model(group):
    """Return the Group with the models on the atlas, J0/h0 in the place of µ; None where one has none, or too few points."""
    if any(dataset.observable.atlas_shapes is None for dataset in group.datasets):
        return None
    members = tuple(atlas_fit.with_atlas_model(dataset) for dataset in group.datasets)
    if not all(len(dataset.points.T_K) for dataset in members):
        return None
    shared = tuple(tuple(J0_OVER_H0 if name == "mu" else name for name in names) for names in group.shared)
    found = replace(group, datasets=members, shared=shared)
    few = joint_likelihood(found)
    return found if few.points >= len(few.free) + 2 else None


def fit_joint_on_atlas(group, values, intervals=True):
    """Return the Fit of a Group of ``moved_to_atlas`` with the errors of the atlas. All but J0/h0 begin at ``values``, those of
    the joint fit with Eq. (3). ASSUME: the errors of the atlas in two datasets are independent."""
    plain = joint_likelihood(group)
    start = {name: values.get(name, plain.terms[name].start) for name in plain.terms}
    tried = [start | {name: g for name in start if name.split(" [")[0] == J0_OVER_H0} for g in (0.02, 0.1, 0.3)]
    found = min((problem.maximize(plain, one, intervals=False) for one in tried), key=lambda one: one.chi2)
    known = [
        atlas_fit.atlas_covariance(dataset, own_values(group, k, found.values)) for k, dataset in enumerate(group.datasets)
    ]
    return problem.maximize(joint_likelihood(group, covariances=known), found.values, intervals, of_interest=group.of_interest)


def own_values(group, k, values):
    """Return the parameters of the dataset ``k`` by their own names."""
    return {parameter: values[name] for parameter, name in group.names(k).items()}


def curve(group, k, values):
    """Return the model (n,) of the dataset ``k`` at its points for the parameters ``values`` of the likelihood."""
    return group.datasets[k].model(group.datasets[k].points.T_K, own_values(group, k, values))


def differences(group, alone, together):
    """Return a row for each shared parameter: each dataset's own value, the joint one, and how far apart they are in σ.

    Errors are scaled ones. ``sigma`` is the largest difference of two datasets in units of its error; where there is but one
    with an error it is None.
    """
    rows = []
    for name, members in group.all_names().items():
        if len(members) < 2:
            continue
        own = name.split(" [")[0]
        each = {group.datasets[k].name: (alone[k].values[own], alone[k].errors_scaled[own]) for k in members}
        certain = [(value, error) for value, error in each.values() if error]
        apart = [abs(one[0] - two[0]) / np.hypot(one[1], two[1]) for i, one in enumerate(certain) for two in certain[i + 1 :]]
        joint = together.values[name], together.errors_scaled[name]
        rows.append({"parameter": name, "separate": each, "joint": joint, "sigma": max(apart, default=None)})
    return rows
