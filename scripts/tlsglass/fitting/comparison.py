"""The models of a fit: Eq. (3) with µ free, the standard tunneling model (STM) and the atlas, each at its maximum.

What they support is the conclusion. How much J0/h0 depends on what the atlas assumes, h0 and the interaction of the TLSs, and
how much µ depends on an unknown time of the measurement, are their systematic errors. ``analyze`` does all of this.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, NamedTuple

import numpy as np

from tlsglass.atlas.shipped import interaction_names
from tlsglass.atlas.table import shipped_atlas
from tlsglass.base import stats
from tlsglass.data.dataset import Dataset
from tlsglass.fitting import window_scan
from tlsglass.fitting.conclusion import (
    BEATEN_DELTA_AICC,
    FAVORED_DELTA_AICC,
    AtlasEvidence,
    Conclusion,
    MuEvidence,
    Reason,
    State,
    conclude,
)
from tlsglass.fitting.fit import MIN_P_VALUE, Fit, ParameterState, WhichIntervals, delta_aicc, likelihood_ratio_p_value
from tlsglass.fitting.likelihood import Values
from tlsglass.fitting.problem import FitProblem, base_name
from tlsglass.models.observable import J0_OVER_H0

MIN_POINTS_FOR_OUTLIER, MAX_POINTS_FOR_INFLUENCE = 8, 200
SMALL_MU = 0.2  # atlases of all windows contain µ up to here
MAX_EXCHANGES = 3  # of the maxima of the models as starts of each other
H0_UNCERTAINTY_FACTOR = 2.0  # ASSUME: h0 of a glass is known within this factor
MU_RANGE_FRACTIONS = (0.25, 0.5, 0.75, 1.0)  # of the largest J0/h0, for the range of µ on the atlas
MISSING_TIME_S = 1.0  # ASSUME: for what a specific heat without a time would mean with one
N_EXPONENT = 12  # temperatures at which an exponent is determined


@dataclass(frozen=True)
class Comparison:
    """Fits with µ free and with µ = 0 (STM)."""

    free: Fit
    stm: Fit
    delta_aicc: float  # positive: µ free is favored
    p_value: float | None  # of the likelihood ratio if µ = 0; None if µ is fixed, or 0 is not within its bounds


def compare(
    problem: FitProblem, intervals: WhichIntervals = True, starts: Sequence[Values] = (), stm_values: Values | None = None
) -> Comparison:
    """Fit with µ free and with µ = 0, each from its grid, from ``starts`` and from the maximum of the other.

    ``stm_values`` is the maximum with µ = 0 from its grid, if it is known.
    """
    stm_problem = problem.with_fixed(mu=0.0)
    stm_values = stm_values or stm_problem.maximum().values
    free = problem.fit([stm_values, *starts], intervals)
    stm = stm_problem.fit([stm_values, free.values, *starts], intervals, from_grid=False)
    for _ in range(MAX_EXCHANGES):
        if free.deviance <= stm.deviance + 1e-3:
            break
        free = problem.fit([stm.values, free.values], intervals, from_grid=False)
    free, delta = free.described_if(stm), delta_aicc(stm, free)
    if free.states.get("mu") == ParameterState.AT_BOUND and delta < 0:
        free = replace(free, states=free.states | {"mu": ParameterState.NOT_CONSTRAINED})  # µ = 0 fits as well as the bound
    bounds = [ends for name, ends in free.bounds.items() if base_name(name) == "mu" and free.errors[name] != 0]
    nested = bool(bounds) and all(low <= 0 <= high for low, high in bounds)
    return Comparison(free, stm, delta, likelihood_ratio_p_value(stm, free, len(bounds)) if nested else None)


def robust_delta_aicc(problem: FitProblem, comparison: Comparison) -> float:
    """Return the smallest ΔAICc of µ ≠ 0 without one of the most influential points."""
    smallest = comparison.delta_aicc
    for fewer in problem.without_influential_points(comparison.free, "mu"):
        free = fewer.fit_near(comparison.free.values, comparison.free.values)
        stm = fewer.with_fixed(mu=0.0).fit_near(comparison.stm.values, comparison.stm.values)
        smallest = min(smallest, delta_aicc(stm, free))
    return smallest


def largest_mu_on_atlas(problem: FitProblem, on_atlas: FitProblem, fit: Fit) -> float:
    """Return the largest µ that Eq. (3) has for curves of the atlas at the points of a problem."""
    _, highest = fit.bounds[_J0_over_h0_name(fit)]
    mus = [0.0]
    for fraction in MU_RANGE_FRACTIONS:
        fixed = on_atlas.with_fixed(**{J0_OVER_H0: fraction * highest})
        values = fixed.maximum(fit.values, atlas_errors=False, near=True).values
        datasets = tuple(
            replace(dataset, points=replace(atlas_dataset.points, value=on_atlas.curve(k, values)))
            for k, (dataset, atlas_dataset) in enumerate(zip(problem.datasets, on_atlas.datasets, strict=True))
        )
        curves = replace(problem, datasets=datasets, has_extra_scatter=False)
        mus.append(curves.maximum(values | {"mu": 0.2}, near=True).values["mu"])
    return max(mus)


def _J0_over_h0_name(fit: Fit) -> str:
    """Return the name of J0/h0 in a fit on the atlas; further datasets may have one of their own."""
    return next(name for name in fit.values if base_name(name) == J0_OVER_H0)


@dataclass(frozen=True)
class ModelFits:
    """The fits of all models to one problem.

    ``same_points`` compares Eq. (3) and the STM at the points that are on the atlas. ``no_atlas`` is why there is no fit on it.
    """

    problem: FitProblem
    comparison: Comparison
    on_atlas: FitProblem | None = None
    atlas: Fit | None = None
    same_points: Comparison | None = None
    no_atlas: str | None = None

    @property
    def delta_aicc_of_atlas(self) -> dict[str, float]:
        """ΔAICc of Eq. (3) and of the STM against the fit on the atlas, of the same points; positive: the atlas is favored."""
        if self.atlas is None or self.same_points is None:
            return {}
        models = {"mu_free": self.same_points.free, "stm": self.same_points.stm}
        return {name: delta_aicc(model, self.atlas) for name, model in models.items()}

    @property
    def models(self) -> tuple[Fit, ...]:
        """The fits of all models."""
        return (self.comparison.free, self.comparison.stm, *([self.atlas] if self.atlas else []))

    @property
    def by_parameter(self) -> dict[str, tuple[FitProblem, Fit]]:
        """The problem and the fit with µ and, if there is one, with J0/h0."""
        models = {"mu": (self.problem, self.comparison.free)}
        return models | ({J0_OVER_H0: (self.on_atlas, self.atlas)} if self.on_atlas and self.atlas else {})


def fit_models(problem: FitProblem, intervals: WhichIntervals = True, starts: Sequence[Values] = ()) -> ModelFits:
    """Fit all models of a problem, with an extra scatter if the errors are far below the scatter of neighboring points."""
    problem, starts, stm_values = _with_extra_scatter(problem, starts)
    comparison = compare(problem, intervals, starts, stm_values)
    if not problem.has_atlas_model:
        names = ", ".join(dataset.observable.name for dataset in problem.datasets)
        return ModelFits(problem, comparison, no_atlas=f"{names} has no model on the atlas")
    on_atlas = problem.on_atlas()
    counts = [len(dataset.points.T_K) for dataset in on_atlas.datasets]
    if not on_atlas.has_enough_points:
        low, high = on_atlas.datasets[0].observable.temperature_range_K
        reason = f"{sum(counts)} points lie in the atlas, {low:.3g} to {high:.3g} K, which are too few"
        return ModelFits(problem, comparison, no_atlas=reason)
    atlas = on_atlas.fit([comparison.free.values], intervals)
    same_points = comparison
    if counts != [len(dataset.points.T_K) for dataset in problem.datasets]:
        datasets = tuple(
            replace(dataset, points=atlas_dataset.points)
            for dataset, atlas_dataset in zip(problem.datasets, on_atlas.datasets, strict=True)
        )
        same_points = compare(replace(problem, datasets=datasets), False, [comparison.free.values])
    elif better := problem.better_maximum(comparison.free, atlas.values):
        same_points = comparison = compare(problem, intervals, [better])
    return ModelFits(problem, comparison, on_atlas, atlas.described_if(same_points.stm), same_points)


def _with_extra_scatter(problem: FitProblem, starts: Sequence[Values]) -> tuple[FitProblem, Sequence[Values], Values | None]:
    """Return the problem of a single dataset with an extra scatter if its errors are far below the scatter about all models.

    The scatter is that of neighbors, which does not depend on details of a model: the errors of the atlas are not followed.
    Also returned are starts for fits of the problem, and the maximum with µ = 0 if it is known.
    """
    if len(problem.datasets) > 1 or problem.has_extra_scatter:
        return problem, starts, None
    stm = problem.with_fixed(mu=0.0).fit(intervals=False)
    unchanged = problem, starts, stm.values
    if not stm.needs_extra_scatter:
        return unchanged
    comparison = compare(problem, False, starts, stm.values)
    if not comparison.free.needs_extra_scatter:
        return unchanged
    maxima = [comparison.free.values, comparison.stm.values]
    if problem.has_atlas_model and (on_atlas := problem.on_atlas()).has_enough_points:
        best = on_atlas.maximum(atlas_errors=False).values
        if not on_atlas.fit_near(best, best).needs_extra_scatter:
            return unchanged
        maxima.append(problem.maximum(comparison.free.values | best).values)
    return replace(problem, has_extra_scatter=True), maxima, None


class Systematics(NamedTuple):
    """What the results of a single dataset would be under other assumptions.

    {h0_K: J0/h0} and {interaction: J0/h0} are empty unless a J0/h0 of the atlas describes the points; ``mu_with_time`` is None
    unless the time of the measurement is unknown and matters.
    """

    J0_over_h0_by_h0: dict[float, float | None]
    J0_over_h0_by_interaction: dict[str, float]
    mu_with_time: dict[str, float] | None


class Suspicions(NamedTuple):
    """What may be wrong with the points of a dataset.

    ``outlier_K`` is the temperature of one point without which the others scatter much less, or None; ``opposite_sign`` is
    whether the models describe the points with the opposite sign only.
    """

    outlier_K: float | None = None
    opposite_sign: bool = False


class Analysis(NamedTuple):
    """The fits of one dataset, the scans of windows with ``drifts`` {parameter: drift or None}, and what follows from them."""

    fits: ModelFits
    scans: dict[str, window_scan.WindowScan]
    drifts: dict[str, Any]
    conclusion: Conclusion
    systematics: Systematics
    suspicions: Suspicions


def analyze(dataset: Dataset, scan: bool = True) -> Analysis:
    """Fit all models to a dataset and draw the conclusion; without ``scan``, other windows are not tried."""
    fits = fit_models(FitProblem.from_dataset(dataset).with_temperature_errors())
    scans = window_scan.scan_models(fits.by_parameter) if scan else {}
    drifts = window_scan.drifts(scans)
    fits, conclusion = draw_conclusion(fits, drifts)
    by_h0: dict[float, float | None] = {}
    by_interaction: dict[str, float] = {}
    if fits.on_atlas and fits.atlas and conclusion.describes:
        by_h0 = J0_over_h0_by_h0(fits.problem, fits.on_atlas, fits.atlas)
        by_interaction = J0_over_h0_by_interaction(fits.problem, fits.atlas)
    systematics = Systematics(by_h0, by_interaction, _mu_with_time(fits))
    suspicions = Suspicions(_outlier_K(fits), _is_described_with_opposite_sign(fits))
    return Analysis(fits, scans, drifts, conclusion, systematics, suspicions)


def draw_conclusion(fits: ModelFits, drifts: Mapping[str, Any]) -> tuple[ModelFits, Conclusion]:
    """Return the conclusion from the fits and from the ``drifts`` {parameter: drift or None} with the window.

    The fits are returned with the states of µ and J0/h0 that the conclusion allows.
    """
    conclusion = _conclude(fits, drifts)
    return _with_concluded_states(fits, conclusion), conclusion


def _conclude(fits: ModelFits, drifts: Mapping[str, Any]) -> Conclusion:
    problem, comparison, atlas = fits.problem, fits.comparison, fits.atlas
    single = len(problem.datasets) == 1
    T_K = np.concatenate([dataset.points.T_K for dataset in problem.datasets])
    robust = single and len(T_K) <= MAX_POINTS_FOR_INFLUENCE
    free = comparison.free
    mu_name = next((name for name in free.values if base_name(name) == "mu"), "mu")
    low, high = free.intervals_95_scaled.get(mu_name, (None, None))
    end_beyond_zero = high if low is not None and high is not None and low <= 0 <= high else None
    favored = comparison.delta_aicc > FAVORED_DELTA_AICC and free.acceptable and free.errors[mu_name] != 0
    mu = MuEvidence(
        value=free.values[mu_name],
        error=free.errors_scaled[mu_name],
        state=free.states.get(mu_name),
        delta_aicc=comparison.delta_aicc,
        acceptable=free.acceptable,
        drifts=bool(drifts.get("mu")),
        robust_delta_aicc=robust_delta_aicc(problem, comparison) if favored and robust else None,
        ends=(low, high),
    )
    too_few = sum(_n_distinct(dataset) for dataset in problem.datasets) < len(free.correlations) + 2
    if atlas is None or fits.on_atlas is None or fits.same_points is None:
        return conclude(mu, None, too_few)
    name = _J0_over_h0_name(atlas)
    largest_mu = float("inf")
    if free.acceptable and ((favored and mu.value > 0) or (end_beyond_zero is not None and end_beyond_zero > SMALL_MU)):
        largest_mu = largest_mu_on_atlas(problem, fits.on_atlas, atlas)
    mu = replace(mu, beyond_atlas=end_beyond_zero is not None and end_beyond_zero > largest_mu)
    low, _ = atlas.intervals_95_scaled.get(name, (None, None))
    excludes_zero = low is not None and low > 0
    residual_ratio, residual_ratio_stm = _residual_ratios(fits)
    evidence = AtlasEvidence(
        state=atlas.states.get(name),
        excludes_zero=excludes_zero,
        acceptable=atlas.acceptable,
        delta_aicc_eq3=-fits.delta_aicc_of_atlas["mu_free"],
        delta_aicc_stm=-fits.delta_aicc_of_atlas["stm"],
        residual_ratio=residual_ratio,
        residual_ratio_stm=residual_ratio_stm,
        largest_mu=largest_mu,
        drifts=bool(drifts.get(J0_OVER_H0)) and not (atlas.errors_given and free.acceptable),
        robust=not (excludes_zero and robust) or fits.on_atlas.excludes_zero_robustly(atlas, name),
        has_tls_signal=fits.on_atlas.has_tls_signal(atlas) or problem.has_tls_signal(comparison.stm),
        stm_acceptable=fits.same_points.stm.acceptable,
        eq3_is_significant=_is_significant(atlas, fits.same_points.free),
        stm_is_significant=_is_significant(atlas, fits.same_points.stm),
    )
    return conclude(mu, evidence, too_few)


def _n_distinct(dataset: Dataset) -> int:
    """Return the number of different temperatures of a dataset, those of each sweep counted separately."""
    points = dataset.points
    sweep = np.zeros_like(points.T_K) if points.sweep is None else points.sweep
    return len(np.unique(np.column_stack([points.T_K, sweep]), axis=0))


def _is_significant(worse: Fit, better: Fit) -> bool:
    """Return whether a fit is better than another by more than chance if the errors are estimated from the residuals.

    ``BEATEN_DELTA_AICC`` is then not enough for few points: with two degrees of freedom, χ² may differ by a factor of ten.
    """
    p_value = likelihood_ratio_p_value(worse, better, 1)
    return better.errors_given or (p_value is not None and p_value < stats.chi2_sf(BEATEN_DELTA_AICC, 1))


def _residual_ratios(fits: ModelFits) -> tuple[float, float]:
    """Return the rms residual on the atlas relative to those of Eq. (3) and of the STM at the same points."""
    assert fits.atlas is not None
    assert fits.on_atlas is not None
    assert fits.same_points is not None
    residual, residual_eq3, residual_stm = fits.atlas.misfit, fits.same_points.free.misfit, fits.same_points.stm.misfit
    if fits.atlas.extra_scatter:
        residual = fits.on_atlas.rms_residual(fits.atlas.values)
        residual_eq3, residual_stm = (
            fits.problem.rms_residual(fit.values) for fit in (fits.same_points.free, fits.same_points.stm)
        )
    return residual / max(residual_eq3, 1e-300), residual / max(residual_stm, 1e-300)


def _with_concluded_states(fits: ModelFits, conclusion: Conclusion) -> ModelFits:
    """Return the fits with the states of µ and J0/h0 that the conclusion allows.

    Where the conclusion is a limit although the interval of J0/h0 excludes 0, this interval begins at 0.
    """
    is_open = set(conclusion.reasons) <= set(Reason.OPEN_INTERVALS)  # else not even the intervals can be relied on

    def weaken(fit: Fit, name: str) -> Fit:
        weakened = {key: ParameterState.NOT_CONSTRAINED for key in fit.states if base_name(key) == name}
        excluded = {key: ranges for key, ranges in fit.excluded_95_scaled.items() if is_open or key not in weakened}
        return replace(fit, states=fit.states | weakened, excluded_95_scaled=excluded)

    if conclusion.mu == State.NOT_CONSTRAINED:
        fits = replace(fits, comparison=replace(fits.comparison, free=weaken(fits.comparison.free, "mu")))
    if conclusion.state == State.NOT_CONSTRAINED and fits.atlas:
        fits = replace(fits, atlas=weaken(fits.atlas, J0_OVER_H0))
    if conclusion.state == State.LIMIT and fits.atlas and fits.atlas.states.get(J0_OVER_H0) == ParameterState.INTERVAL:
        fits = replace(fits, atlas=_as_upper_limit(fits.atlas, J0_OVER_H0))
    return fits


def _as_upper_limit(fit: Fit, name: str) -> Fit:
    """Return a fit with the intervals of a parameter extended to 0."""
    intervals, intervals_95 = (ends | {name: (0.0, ends[name][1])} for ends in (fit.intervals_scaled, fit.intervals_95_scaled))
    states = fit.states | {name: ParameterState.UPPER_LIMIT}
    return replace(fit, intervals_scaled=intervals, intervals_95_scaled=intervals_95, states=states)


# ---- what may be wrong with the points ---------------------------------------------------------------------------------


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
    others = fewer.fit_near(fit.values, fit.values)
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


# ---- the systematic error of J0/h0 -----------------------------------------------------------------------------------


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

    "alpha_stm" is the exponent α of T^(1+α) in the STM on the window of the points after ``MISSING_TIME_S``, and "mu" the µ
    that Eq. (3) has with this time, both with the relaxation rate of the dataset.
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
