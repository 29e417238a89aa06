"""Results of a fit under other assumptions, and what may be wrong with its points.

The systematic errors of J0/h0 are those of the h0 and the interaction that the atlas assumes; that of µ is the time of a
measurement of the specific heat, if it is unknown.
"""

from dataclasses import replace
from typing import NamedTuple

import numpy as np

from tlsglass.atlas.shipped import interaction_names
from tlsglass.atlas.table import shipped_atlas
from tlsglass.base import stats
from tlsglass.fitting.comparison import MAX_POINTS_FOR_INFLUENCE, ModelFits
from tlsglass.fitting.conclusion import Conclusion
from tlsglass.fitting.fit import MIN_P_VALUE, Fit
from tlsglass.fitting.problem import FitProblem
from tlsglass.models.observable import J0_OVER_H0

MIN_POINTS_FOR_OUTLIER = 8
H0_UNCERTAINTY_FACTOR = 2.0  # ASSUME: h0 of a glass is known within this factor
MISSING_TIME_S = 1.0  # ASSUME: with this time, a fit shows how an unknown time of the measurement would change µ
N_EXPONENT = 12  # temperatures at which an exponent is determined


class Systematics(NamedTuple):
    """What the results of a single dataset would be under other assumptions.

    {h0_K: J0/h0} and {interaction: J0/h0} are empty unless a J0/h0 of the atlas describes the points; ``mu_with_time`` is None
    unless the time of the measurement is unknown and matters.
    """

    J0_over_h0_by_h0: dict[float, float | None]
    J0_over_h0_by_interaction: dict[str, float]
    mu_with_time: dict[str, float] | None


def determine_systematics(fits: ModelFits, conclusion: Conclusion) -> Systematics:
    """Repeat the fits of a dataset with another h0, other interactions and a time of the measurement."""
    by_h0: dict[float, float | None] = {}
    by_interaction: dict[str, float] = {}
    if fits.on_atlas and fits.atlas and conclusion.describes:
        by_h0 = J0_over_h0_by_h0(fits.problem, fits.on_atlas, fits.atlas)
        by_interaction = J0_over_h0_by_interaction(fits.problem, fits.atlas)
    return Systematics(by_h0, by_interaction, _mu_with_time(fits))


def J0_over_h0_by_h0(problem: FitProblem, on_atlas: FitProblem, fit: Fit) -> dict[float, float | None]:
    """Return {h0_K: J0/h0} of the fit, and with h0 half and twice as large; None if too few points are on both atlases.

    The atlas of another h0 has another range of temperatures. Where fewer points are in both ranges than in the fit, J0/h0 of
    the fit changes by the difference between two fits of these points, one for each h0.
    """
    h0_K = problem.datasets[0].h0_K
    by_h0: dict[float, float | None] = {h0_K: fit.values[J0_OVER_H0]}
    for new_h0_K in (h0_K / H0_UNCERTAINTY_FACTOR, h0_K * H0_UNCERTAINTY_FACTOR):
        models = on_atlas, problem.on_atlas(new_h0_K)
        lows, highs = zip(*(model.datasets[0].observable.temperature_range_K for model in models), strict=True)
        reference, alternative = (_in_window(model, max(lows), min(highs)) for model in models)
        if not (reference.has_enough_points and alternative.has_enough_points):
            by_h0[new_h0_K] = None
            continue
        has_all_points = len(reference.datasets[0].points.T_K) == len(on_atlas.datasets[0].points.T_K)
        before = fit.values[J0_OVER_H0] if has_all_points else _J0_over_h0_near(reference, fit)
        value = fit.values[J0_OVER_H0] + _J0_over_h0_near(alternative, fit) - before
        by_h0[new_h0_K] = float(np.clip(value, 0.0, alternative.parameters()[J0_OVER_H0].high))
    return by_h0


def _in_window(problem: FitProblem, low_K: float, high_K: float) -> FitProblem:
    """Return a problem of one dataset with its points in a range of temperatures only."""
    (dataset,) = problem.datasets
    return replace(problem, datasets=(replace(dataset, points=dataset.points.in_window(low_K, high_K)),))


def J0_over_h0_by_interaction(problem: FitProblem, fit: Fit) -> dict[str, float]:
    """Return {interaction: J0/h0} of the fit, and of fits of the same points on the atlas of each further interaction."""
    by_interaction = {problem.datasets[0].interaction: fit.values[J0_OVER_H0]}
    for name in interaction_names():
        if name not in by_interaction:
            by_interaction[name] = _J0_over_h0_near(problem.on_atlas(atlas=shipped_atlas(name)), fit)
    return by_interaction


def _J0_over_h0_near(problem: FitProblem, fit: Fit) -> float:
    """Return J0/h0 of a problem, from a search that begins at the maximum of the fit of another one."""
    return problem.maximum(fit.values, fit.extra_scatter).values[J0_OVER_H0]


def _mu_with_time(fits: ModelFits) -> dict[str, float] | None:
    """Return what the unknown time of a measurement means for µ, or None if it is known or does not matter.

    "alpha_stm" is the exponent α of a specific heat ∝ T^(1+α) of the STM after ``MISSING_TIME_S``, in the window of the points.
    "mu" is the µ that Eq. (3) yields with this time. Both use the relaxation rate of the dataset.
    """
    (dataset,), free = fits.problem.datasets, fits.comparison.free
    observable, values = dataset.observable, free.values
    if (
        not (observable.probe and observable.probe_is_optional)
        or dataset.probe is not None
        or free.errors["mu"] == 0
        or "mu" in free.at_bounds
        or not free.acceptable
    ):
        return None
    timed = replace(dataset, info=dataset.info | {observable.probe: MISSING_TIME_S})
    mu = replace(fits.problem, datasets=(timed,)).maximum(values, free.extra_scatter).values["mu"]
    T_K = np.geomspace(*dataset.points.T_range_K, N_EXPONENT)
    curve = observable.shapes(T_K, values | {"mu": 0.0}, MISSING_TIME_S)[observable.amplitudes[0]]
    alpha = float(np.polyfit(np.log(T_K), np.log(curve), 1)[0]) - 1
    return {"time_s": MISSING_TIME_S, "alpha_stm": alpha, "mu": mu}


# ---- what may be wrong with the points ---------------------------------------------------------------------------------


class Suspicions(NamedTuple):
    """What may be wrong with the points of a dataset.

    ``outlier_K`` is the temperature of one point without which the others scatter much less, or None; ``opposite_sign`` is
    whether the models describe the points only if their sign is reversed.
    """

    outlier_K: float | None = None
    opposite_sign: bool = False


def examine_points(fits: ModelFits) -> Suspicions:
    """Look for an outlier and for a wrong sign of the values."""
    return Suspicions(_outlier_K(fits), _is_described_with_opposite_sign(fits))


def _outlier_K(fits: ModelFits) -> float | None:
    """Return the temperature of a point that noise would hardly explain, or None.

    Without it, the errors of the others agree with their scatter, or Eq. (3) describes them. It is None if the errors of the
    points are credible.
    """
    problem, fit = fits.problem, fits.comparison.free
    points, is_described = problem.datasets[0].points, any(model.acceptable for model in fits.models)
    has_credible_errors = fit.errors_given and is_described and not problem.has_extra_scatter
    if has_credible_errors or not MIN_POINTS_FOR_OUTLIER <= len(points.T_K) <= MAX_POINTS_FOR_INFLUENCE:
        return None
    errors = next((x for x in (points.error, points.weight) if x is not None), np.ones_like(points.value))
    index = int(np.argmax(np.abs(points.value - problem.curve(0, fit.values)) / errors))
    fewer = replace(problem.without_point(index), has_extra_scatter=False)
    others = fewer.fit_near(fit.values)
    if others.dof < 1 or (others.needs_extra_scatter if problem.has_extra_scatter else not others.acceptable):
        return None
    distance = (points.value[index] - problem.curve(0, others.values)[index]) / errors[index]
    p_value = stats.f_sf((distance / (others.misfit or 1.0)) ** 2, 1, others.dof)
    return float(points.T_K[index]) if len(points.T_K) * p_value < MIN_P_VALUE else None


def _is_described_with_opposite_sign(fits: ModelFits) -> bool:
    """Return whether no model describes the points, but Eq. (3) or the STM would with the opposite sign."""
    problem = fits.problem
    (dataset,) = problem.datasets
    if "offset" not in dataset.observable.amplitudes or any(model.acceptable for model in fits.models):
        return False
    flipped = replace(problem, datasets=(replace(dataset, points=replace(dataset.points, value=-dataset.points.value)),))
    return any(model.fit(intervals=False).acceptable for model in (flipped.with_fixed(mu=0.0), flipped))
