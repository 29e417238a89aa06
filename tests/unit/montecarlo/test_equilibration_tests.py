"""A deviation on many rungs is judged as a whole: right where there is none, and found where there is one."""

import numpy as np

from tlsglass.base.jackknife import JackknifeEstimate
from tlsglass.montecarlo.equilibration_tests import global_deviation

GROUPS, RUNGS = 25, 20


def difference(rng, shift=0.0):
    """Return the mean of correlated normal numbers in groups, at each rung; one rung is shifted by so many errors."""
    groups = np.cumsum(rng.normal(size=(GROUPS, RUNGS)), axis=1)
    groups[:, 3] += shift * groups[:, 3].std(ddof=1) / np.sqrt(GROUPS)
    total = groups.sum(axis=0)
    return JackknifeEstimate(np.concatenate([[total / GROUPS], (total - groups) / (GROUPS - 1)]))


def test_no_difference_passes_as_often_as_the_sigmas_say():
    """300 sets without a difference: beyond 1 σ in 31.7 %, beyond 2 σ in 4.6 % of them, within 4 σ of the counting."""
    rng = np.random.default_rng(5)
    sigmas = np.array([global_deviation(difference(rng))[0] for _ in range(300)])
    for limit, share in ((1, 0.3173), (2, 0.0455)):
        assert abs(np.mean(sigmas > limit) - share) < 4 * np.sqrt(share * (1 - share) / 300)


def test_one_rung_that_differs_is_found():
    sigmas, place = global_deviation(difference(np.random.default_rng(6), shift=9.0))
    assert sigmas > 3
    assert place == 3


def test_what_does_not_vary_is_left_out():
    rows = difference(np.random.default_rng(7)).rows
    assert global_deviation(JackknifeEstimate(np.zeros((GROUPS + 1, RUNGS)))) == (0.0, 0)
    padded = np.concatenate([np.full((GROUPS + 1, 2), np.nan), rows], axis=1)
    sigmas, place = global_deviation(JackknifeEstimate(padded))
    assert (sigmas, place - 2) == global_deviation(JackknifeEstimate(rows))
