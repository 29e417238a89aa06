"""Closure: fits of synthetic points of known parameters, as of ``tlsglass fit``, test whether errors and intervals are right.

A ``ClosureStudy`` makes datasets of one kind, with Eq. (3) or with the density of states of the atlas. Of each fit, a row for
each parameter has its pull and whether the intervals contain the true value. Dataset k does not depend on the number of
datasets, so that a study can be continued.
"""

from collections.abc import Callable, Iterable
from dataclasses import replace
from typing import NamedTuple

import numpy as np
import pandas as pd

from tlsglass.base import stats
from tlsglass.data.dataset import Dataset
from tlsglass.fitting import synthetic
from tlsglass.fitting.comparison import compare, fit_models
from tlsglass.fitting.fit import CONFIDENCE_LEVELS, Ends, Fit
from tlsglass.fitting.joint_result import joint_problem, joint_starts
from tlsglass.fitting.likelihood import Values
from tlsglass.fitting.problem import FitProblem
from tlsglass.models import registry
from tlsglass.models.observable import J0_OVER_H0, SyntheticRecipe
from tlsglass.models.resonator import SHARED_PARAMETERS

COLUMNS = ["dataset", "parameter", "true", "fitted", "pull", "covered", "covered_95"]
GIVEN, OF_ATLAS, FROM_RESIDUALS = "given", "given, and those of the atlas", "from residuals"  # errors
PAIR = f"{synthetic.FREQUENCY} and {synthetic.LOSS}"
PAIR_KEY = 1601  # of the random stream of joint fits
TIMES_S = (1e-3, 1.0, 60.0)  # at which a specific heat that depends on time is measured
TIMED_POINTS = 12  # temperatures at each of them
AMBIGUOUS = "where two couplings compete"  # label of a study whose points do not distinguish a weak from a strong coupling


class ClosureStudy(NamedTuple):
    """Datasets of one kind.

    ``key`` determines the random stream. ``sample`` returns datasets, which are fitted together if there are several, and the
    true parameters to recover.
    """

    label: str
    errors: str
    key: tuple[int, ...]
    sample: Callable[[np.random.Generator], tuple[tuple[Dataset, ...], Values]]

    def rows(self, datasets: Iterable[int], seed: int) -> pd.DataFrame:
        """Return a row for each dataset and parameter: its pull, and whether its 68 % and 95 % intervals contain the truth."""
        rows: list[tuple[object, ...]] = []
        for dataset in datasets:
            rng = np.random.default_rng(np.random.SeedSequence(seed, spawn_key=(*self.key, dataset)))
            members, truth = self.sample(rng)
            problem, fit = fit_as_command(members, self.errors == OF_ATLAS)
            for name, value in truth.items():
                covered = (contains(interval(fit, name, percent), value) for percent in CONFIDENCE_LEVELS)
                rows.append((dataset, name, value, fit.values[name], pull(problem, fit, name, value), *covered))
        return pd.DataFrame(rows, columns=COLUMNS)

    def table(self, datasets: int, seed: int) -> pd.DataFrame:
        """Return the ``summary`` of a number of datasets."""
        return self.summary(self.rows(range(datasets), seed))

    def summary(self, rows: pd.DataFrame) -> pd.DataFrame:
        """Return a row for each parameter of ``rows``.

        For correct errors, the mean of n pulls is 0 ± 1/sqrt(n), and their standard deviation, ``pull_width``, is
        1 ± 1/sqrt(2n). ``coverage`` and ``coverage_95`` are the fractions of 68.3 % and 95 % intervals that contain the truth.
        """
        groups = rows.groupby("parameter", sort=False)
        table = groups.agg(
            n_datasets=("dataset", "size"),
            pull_mean=("pull", "mean"),
            pull_width=("pull", "std"),
            coverage=("covered", "mean"),
            coverage_95=("covered_95", "mean"),
        ).reset_index()
        return table.assign(observable=self.label, errors=self.errors)[["observable", "errors", *table.columns]]


def eq3_study(name: str, errors_given: bool = True, recipe: SyntheticRecipe | None = None, label: str = "") -> ClosureStudy:
    """Return the study of an observable with Eq. (3)."""
    observable = registry.get_observable(name)

    def sample(rng: np.random.Generator) -> tuple[tuple[Dataset, ...], Values]:
        return (synthetic.sample(name, rng, errors_given, recipe),), synthetic.recipe_values(observable)

    return ClosureStudy(label or name, GIVEN if errors_given else FROM_RESIDUALS, (observable.stream,), sample)


def atlas_study(name: str, recipe: SyntheticRecipe | None = None, label: str = "") -> ClosureStudy:
    """Return the study of J0/h0 from an observable with the density of states of the atlas."""

    def sample(rng: np.random.Generator) -> tuple[tuple[Dataset, ...], Values]:
        dataset, truth = synthetic.sample_on_atlas(name, rng, recipe)
        return (dataset,), {J0_OVER_H0: truth[J0_OVER_H0]}

    return ClosureStudy(label or name, OF_ATLAS, (registry.get_observable(name).stream, 1), sample)


def pair_study(on_atlas: bool = False) -> ClosureStudy:
    """Return the study of joint fits of f and 1/Q_i of a resonator, and of the parameters that these share."""

    def sample(rng: np.random.Generator) -> tuple[tuple[Dataset, ...], Values]:
        if on_atlas:
            pair, parameters = synthetic.sample_resonator_on_atlas(rng)
            return pair, {J0_OVER_H0: parameters[J0_OVER_H0]}
        parameters = synthetic.draw_resonator_parameters(rng)
        return synthetic.sample_resonator(rng, parameters), {name: parameters[name] for name in SHARED_PARAMETERS}

    return ClosureStudy(PAIR, OF_ATLAS if on_atlas else GIVEN, (PAIR_KEY, int(on_atlas)), sample)


def observable_studies(name: str) -> list[ClosureStudy]:
    """Return the studies of one observable: with Eq. (3) and on the atlas, and at several times if it may depend on time.

    If two couplings compete with the points of its recipe, J0/h0 is recovered from those of its ``atlas_recipe``, and these
    are a study of their own.
    """
    observable = registry.get_observable(name)
    recipes: dict[str, SyntheticRecipe | None] = {name: None}
    if observable.is_timed and not observable.recipe.times_s:
        recipes[f"{name} with {observable.probe}"] = replace(observable.recipe, times_s=TIMES_S, points=TIMED_POINTS)
    studies = []
    for label, recipe in recipes.items():
        studies.append(eq3_study(name, recipe=recipe, label=label))
        if observable.atlas_shapes:
            studies.append(atlas_study(name, recipe, label))
    if observable.atlas_recipe:
        studies.append(atlas_study(name, observable.recipe, f"{name} {AMBIGUOUS}"))
    return studies


def pair_studies() -> list[ClosureStudy]:
    """Return the studies of joint fits, with Eq. (3) and on the atlas."""
    return [pair_study(), pair_study(on_atlas=True)]


def tabulate_closure(observable: str, datasets: int, seed: int) -> pd.DataFrame:
    """Return the table of the studies of one observable."""
    return pd.concat([study.table(datasets, seed) for study in observable_studies(observable)], ignore_index=True)


def tabulate_joint_closure(datasets: int, seed: int) -> pd.DataFrame:
    """Return the table of the studies of joint fits."""
    return pd.concat([study.table(datasets, seed) for study in pair_studies()], ignore_index=True)


def fit_as_command(datasets: tuple[Dataset, ...], on_atlas: bool) -> tuple[FitProblem, Fit]:
    """Return the problem and the fit, of Eq. (3) or on the atlas, that ``tlsglass fit`` has for datasets."""
    if len(datasets) == 1:
        problem, starts = FitProblem.from_dataset(datasets[0]), []
    else:
        problem, separate = joint_problem(datasets, (SHARED_PARAMETERS,) * (len(datasets) - 1))
        starts = joint_starts(problem, separate)
    if not on_atlas:
        return problem, compare(problem, len(datasets) == 1 or "interest", starts).free
    fits = fit_models(problem, "interest", starts)
    assert fits.on_atlas is not None
    assert fits.atlas is not None
    return fits.on_atlas, fits.atlas


def pull(problem: FitProblem, fit: Fit, name: str, truth: float) -> float:
    """Return (fitted - true)/σ; of J0/h0 the root of the rise of χ² at the truth, with the same sign; NaN without σ.

    Both are the same for a parabola. The profile of J0/h0 is none: two values may have the same exponent, and its curvature
    at one of them is not how far the other one is.
    """
    if name == J0_OVER_H0:
        return float(np.sign(fit.values[name] - truth) * np.sqrt(problem.rise(fit, name, truth)))
    error = fit.errors[name]
    return (fit.values[name] - truth) / error if error else float("nan")


def interval(fit: Fit, name: str, percent: int) -> Ends:
    """Return the interval of a parameter; without one, return its value plus and minus one or ``NORMAL_95`` errors."""
    intervals = fit.intervals_scaled if percent == min(CONFIDENCE_LEVELS) else fit.intervals_95_scaled
    error = fit.errors_scaled[name]
    if name in intervals or error is None:
        return intervals.get(name, (None, None))
    half = error * (1.0 if percent == min(CONFIDENCE_LEVELS) else stats.NORMAL_95)
    return fit.values[name] - half, fit.values[name] + half


def contains(ends: Ends, value: float) -> bool:
    """Return whether an interval contains ``value``; an end that was not found is open."""
    low, high = ends
    return (low is None or low <= value) and (high is None or value <= high)
