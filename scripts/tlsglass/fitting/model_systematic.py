"""The systematic error of J0/h0 that follows from the model: from h0, and from the interaction of the TLSs.

A fit on the atlas assumes a random field h0, and the distribution of couplings and random fields of one interaction. Fits of
the same points with h0 half and twice as large, and with the atlas of each further interaction, show how much J0/h0 depends on
that.
"""

from dataclasses import replace

import numpy as np

from tlsglass.atlas.shipped import interaction_names
from tlsglass.atlas.table import shipped_atlas
from tlsglass.fitting import atlas_model
from tlsglass.fitting.fit import Fit
from tlsglass.fitting.problem import FitProblem
from tlsglass.models.observable import J0_OVER_H0

H0_UNCERTAINTY_FACTOR = 2.0  # ASSUME: h0 of a glass is known within this factor
# Up to this J0/h0 and above this E/h0, n of all interactions with independent random fields is that of normal c_ij within this
# fraction: table interaction_values (docs/interactions.md).
UNIVERSAL_J0_OVER_H0, UNIVERSAL_E_OVER_H0, UNIVERSAL_WITHIN = 0.1, 0.01, 0.05


def J0_over_h0_by_h0(problem: FitProblem, on_atlas: FitProblem, fit: Fit) -> dict[float, float | None]:
    """Return {h0_K: J0/h0} of the fit, and with h0 half and twice as large; None if too few points are on the atlas.

    If fewer points are on the atlas, the shift is relative to a fit of the same points with the h0 of the fit.
    """
    h0_K = atlas_model.h0_of(problem.datasets[0])
    by_h0: dict[float, float | None] = {h0_K: fit.values[J0_OVER_H0]}
    for new_h0_K in (h0_K / H0_UNCERTAINTY_FACTOR, h0_K * H0_UNCERTAINTY_FACTOR):
        shifted = problem.on_atlas(new_h0_K)
        (dataset,), points = on_atlas.datasets, shifted.datasets[0].points
        fewer = len(points.T_K) < len(dataset.points.T_K)
        reference = on_atlas
        if fewer and len(points.T_K):
            fewer_points = replace(dataset, points=dataset.points.in_window(*points.T_range_K))
            reference = FitProblem((fewer_points,), fixed=on_atlas.fixed)
        if shifted.has_enough_points and reference.has_enough_points:
            by_h0[new_h0_K] = _shifted(fit, _maximum(reference, fit), shifted)
        else:
            by_h0[new_h0_K] = None
    return by_h0


def J0_over_h0_by_interaction(problem: FitProblem, on_atlas: FitProblem, fit: Fit) -> dict[str, float]:
    """Return {interaction: J0/h0} of the fit, and of fits of the same points on the atlas of each further interaction."""
    own = atlas_model.interaction_of(problem.datasets[0])
    by_interaction = {own: fit.values[J0_OVER_H0]}
    others = [name for name in interaction_names() if name != own]
    reference = _maximum(on_atlas, fit) if others else 0.0
    for name in others:
        by_interaction[name] = _shifted(fit, reference, problem.on_atlas(atlas=shipped_atlas(name)))
    return by_interaction


def _maximum(problem: FitProblem, fit: Fit) -> float:
    """Return J0/h0 at the maximum of the likelihood next to a fit, without the errors of the atlas."""
    likelihood = problem.likelihood(fit.extra_scatter, atlas_errors=False)
    return likelihood.maximize(fit.values, likelihood.near_tolerance).values[J0_OVER_H0]


def _shifted(fit: Fit, reference: float, shifted: FitProblem) -> float:
    """Return J0/h0 of a fit, shifted by the difference of another problem from the maximum ``reference`` of its own."""
    value = fit.values[J0_OVER_H0] + _maximum(shifted, fit) - reference
    return float(np.clip(value, 0.0, shifted.parameters()[J0_OVER_H0].high))
