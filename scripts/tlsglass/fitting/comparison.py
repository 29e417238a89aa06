"""The models of a fit: Eq. (3) with µ free, the standard tunneling model (STM) and the atlas, each at its maximum.

``fit_models`` fits them, and ``draw_conclusion`` returns what the fits support.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from tlsglass.base import stats
from tlsglass.data.dataset import Dataset
from tlsglass.fitting.conclusion import (
    BEATEN_DELTA_AICC,
    AtlasEvidence,
    Conclusion,
    MuEvidence,
    Reason,
    State,
    conclude,
)
from tlsglass.fitting.fit import Fit, ParameterState, WhichIntervals, delta_aicc, likelihood_ratio_p_value
from tlsglass.fitting.likelihood import Values
from tlsglass.fitting.problem import BETTER_MAXIMUM, FitProblem, base_name
from tlsglass.models.observable import J0_OVER_H0

MAX_POINTS_FOR_INFLUENCE = 200
SMALL_MU = 0.2  # atlases of all windows contain µ up to here
MAX_EXCHANGES = 3  # of the maxima of the models as starts of each other
MU_RANGE_FRACTIONS = (0.25, 0.5, 0.75, 1.0)  # of the largest J0/h0, for the range of µ on the atlas


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
        if free.deviance <= stm.deviance + BETTER_MAXIMUM:
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
        free = fewer.fit_near(comparison.free.values)
        stm = fewer.with_fixed(mu=0.0).fit_near(comparison.stm.values)
        smallest = min(smallest, delta_aicc(stm, free))
    return smallest


def largest_mu_on_atlas(problem: FitProblem, on_atlas: FitProblem, fit: Fit) -> float:
    """Return the largest µ that Eq. (3) has for curves of the atlas at the points of a problem."""
    _, highest = fit.bounds[J0_OVER_H0]
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
    """Return the problem of a single dataset with an extra scatter if its errors are far below the scatter of its points.

    This is done only if no model describes the points with the given errors. The scatter is determined from neighboring points
    and does not depend on details of a model. The errors of the atlas are therefore not updated.
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
        if not on_atlas.fit_near(best).needs_extra_scatter:
            return unchanged
        maxima.append(problem.maximum(comparison.free.values | best).values)
    return replace(problem, has_extra_scatter=True), maxima, None


def draw_conclusion(fits: ModelFits, drifts: Mapping[str, Any]) -> tuple[ModelFits, Conclusion]:
    """Return the conclusion from the fits and from the ``drifts`` {parameter: drift or None} with the window.

    The fits are returned with the states of µ and J0/h0 that the conclusion allows.
    """
    conclusion = _conclude(fits, drifts)
    return _with_concluded_states(fits, conclusion), conclusion


def _conclude(fits: ModelFits, drifts: Mapping[str, Any]) -> Conclusion:
    mu = _mu_evidence(fits, bool(drifts.get("mu")))
    too_few = sum(map(_n_distinct, fits.problem.datasets)) < len(fits.comparison.free.correlations) + 2
    if fits.atlas is None or fits.on_atlas is None:
        return conclude(mu, None, too_few)
    largest_mu = float("inf")
    if mu.acceptable and ((mu.is_favored and mu.value > 0) or mu.end_beyond_zero > SMALL_MU):
        largest_mu = largest_mu_on_atlas(fits.problem, fits.on_atlas, fits.atlas)
    mu = replace(mu, beyond_atlas=mu.end_beyond_zero > largest_mu)
    return conclude(mu, _atlas_evidence(fits, largest_mu, bool(drifts.get(J0_OVER_H0))), too_few)


def _mu_evidence(fits: ModelFits, drifts: bool) -> MuEvidence:
    """Return the evidence about µ, without that of the atlas."""
    comparison, free = fits.comparison, fits.comparison.free
    evidence = MuEvidence(
        value=free.values["mu"],
        error=free.errors_scaled["mu"],
        is_free=free.errors["mu"] != 0,
        state=free.states.get("mu"),
        delta_aicc=comparison.delta_aicc,
        acceptable=free.acceptable,
        drifts=drifts,
        ends=free.intervals_95_scaled.get("mu", (None, None)),
    )
    if evidence.is_favored and _can_omit_points(fits.problem):
        return replace(evidence, robust_delta_aicc=robust_delta_aicc(fits.problem, comparison))
    return evidence


def _atlas_evidence(fits: ModelFits, largest_mu: float, drifts: bool) -> AtlasEvidence:
    """Return the evidence about J0/h0, including that of the other models at the same points."""
    assert fits.atlas is not None
    assert fits.on_atlas is not None
    assert fits.same_points is not None
    atlas, (low, _) = fits.atlas, fits.atlas.intervals_95_scaled.get(J0_OVER_H0, (None, None))
    excludes_zero = low is not None and low > 0
    is_checked = excludes_zero and _can_omit_points(fits.problem)
    residual_ratio, residual_ratio_stm = _residual_ratios(fits)
    return AtlasEvidence(
        state=atlas.states.get(J0_OVER_H0),
        excludes_zero=excludes_zero,
        acceptable=atlas.acceptable,
        delta_aicc_eq3=-fits.delta_aicc_of_atlas["mu_free"],
        delta_aicc_stm=-fits.delta_aicc_of_atlas["stm"],
        residual_ratio=residual_ratio,
        residual_ratio_stm=residual_ratio_stm,
        largest_mu=largest_mu,
        drifts=drifts and not (atlas.errors_given and fits.comparison.free.acceptable),
        robust=not is_checked or fits.on_atlas.excludes_zero_robustly(atlas, J0_OVER_H0),
        has_tls_signal=fits.on_atlas.has_tls_signal(atlas) or fits.problem.has_tls_signal(fits.comparison.stm),
        stm_acceptable=fits.same_points.stm.acceptable,
        eq3_is_significant=_is_significant(atlas, fits.same_points.free),
        stm_is_significant=_is_significant(atlas, fits.same_points.stm),
    )


def _can_omit_points(problem: FitProblem) -> bool:
    """Return whether the influence of single points is examined."""
    return len(problem.datasets) == 1 and len(problem.datasets[0].points.T_K) <= MAX_POINTS_FOR_INFLUENCE


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
