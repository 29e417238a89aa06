"""The rule of the conclusion on all combinations of evidence, and that a report never says two things."""

import itertools
from dataclasses import replace

import pytest

from tlsglass.fitting.conclusion import AtlasEvidence, MuEvidence, Reason, State, conclude
from tlsglass.fitting.fit import ParameterState

MU = MuEvidence(
    value=0.1, error=0.01, is_free=True, state=ParameterState.INTERVAL, delta_aicc=30.0, acceptable=True, robust_delta_aicc=20.0
)
ATLAS = AtlasEvidence(
    state=ParameterState.INTERVAL,
    excludes_zero=True,
    acceptable=True,
    delta_aicc_eq3=1.0,
    delta_aicc_stm=-30.0,
    residual_ratio=1.0,
    residual_ratio_stm=0.5,
    largest_mu=0.3,
)


def every_evidence():
    """Yield all combinations of evidence."""
    for value, state, delta, acceptable, drifts, robust in itertools.product(
        (-0.3, 0.0, 0.1, 0.9), (None, *ParameterState.ALL), (-2.0, 30.0), (True, False), (True, False), (None, 1.0, 20.0)
    ):
        mu = MuEvidence(
            value=value,
            error=0.01,
            is_free=True,
            state=state,
            delta_aicc=delta,
            acceptable=acceptable,
            drifts=drifts,
            robust_delta_aicc=robust,
        )
        yield mu, None
        for atlas_state, acceptable, eq3, stm, drifts, robust in itertools.product(
            ParameterState.ALL, (True, False), (-5.0, 50.0), (-5.0, 50.0), (True, False), (True, False)
        ):
            atlas = AtlasEvidence(
                state=atlas_state,
                excludes_zero=atlas_state in (ParameterState.INTERVAL, ParameterState.LOWER_LIMIT),
                acceptable=acceptable,
                delta_aicc_eq3=eq3,
                delta_aicc_stm=stm,
                residual_ratio=3.0 if eq3 > 0 else 1.0,
                residual_ratio_stm=3.0 if stm > 0 else 1.0,
                largest_mu=0.3,
                drifts=drifts,
                robust=robust,
            )
            yield mu, atlas


def test_every_combination_has_one_state_and_claims_only_what_is_supported():
    for mu, atlas in every_evidence():
        conclusion = conclude(mu, atlas)
        assert conclusion.state in State.OF_J0_OVER_H0
        assert conclusion.mu in State.OF_MU
        assert conclusion.state not in (State.NOT_DESCRIBED, State.NOT_CONSTRAINED) or conclusion.reasons
        if conclusion.state in (State.INTERVAL, State.LIMIT):
            assert atlas.acceptable
            assert not atlas.drifts
            assert conclusion.describes
        if conclusion.state == State.INTERVAL:
            assert atlas.excludes_zero
            assert atlas.robust
            assert atlas.delta_aicc_stm <= 0
            assert conclusion.mu != State.CONSISTENT
        if conclusion.mu == State.CONSISTENT and conclusion.state == State.LIMIT:
            assert atlas.state != ParameterState.LOWER_LIMIT
        if conclusion.mu == State.FAVORED:
            assert mu.acceptable
            assert mu.delta_aicc > 6
            assert not mu.drifts
            assert mu.value >= 0 or atlas is None or atlas.is_better_than_eq3


@pytest.mark.parametrize(
    ("mu", "atlas", "states"),
    [
        ({}, {}, (State.INTERVAL, State.FAVORED, None)),
        (
            {"delta_aicc": 1.0},
            {"excludes_zero": False, "state": ParameterState.UPPER_LIMIT},
            (State.LIMIT, State.CONSISTENT, None),
        ),
        ({"delta_aicc": 1.0}, {}, (State.LIMIT, State.CONSISTENT, None)),
        (
            {"delta_aicc": 1.0},
            {"state": ParameterState.LOWER_LIMIT},
            (State.NOT_CONSTRAINED, State.CONSISTENT, Reason.STM_SUFFICES),
        ),
        ({"value": -0.7}, {}, (State.NOT_DESCRIBED, State.OUTSIDE, Reason.MU_NEGATIVE)),
        ({"value": 0.93}, {}, (State.NOT_DESCRIBED, State.OUTSIDE, Reason.MU_ABOVE_ATLAS)),
        ({"value": 0.93}, {"delta_aicc_eq3": -5.0}, (State.INTERVAL, State.FAVORED, None)),  # the atlas is better all the same
        ({"value": 0.93, "ends": (0.2, 0.95)}, {}, (State.INTERVAL, State.FAVORED, None)),  # another minimum is on the atlas
        (
            {"value": 1.95, "ends": (1.94, 2.5), "state": ParameterState.LOWER_LIMIT},
            {},
            (State.NOT_DESCRIBED, State.OUTSIDE, Reason.MU_ABOVE_ATLAS),
        ),
        (
            {"value": -0.7, "ends": (None, -0.6), "state": ParameterState.UPPER_LIMIT},
            {},
            (State.NOT_DESCRIBED, State.OUTSIDE, Reason.MU_NEGATIVE),
        ),
        (
            {"delta_aicc": 1.0, "ends": (-0.1, 0.4), "beyond_atlas": True},
            {"excludes_zero": False, "state": ParameterState.UPPER_LIMIT},
            (State.NOT_CONSTRAINED, State.NOT_CONSTRAINED, Reason.MU_BEYOND_ATLAS),
        ),
        ({"value": -0.7, "ends": (-0.72, 0.1)}, {}, (State.INTERVAL, State.NOT_CONSTRAINED, Reason.OPEN_INTERVAL)),
        ({"value": -0.7, "ends": (-0.9, -0.5)}, {}, (State.NOT_DESCRIBED, State.OUTSIDE, Reason.MU_NEGATIVE)),
        ({}, {"delta_aicc_eq3": 55.0, "residual_ratio": 4.6}, (State.NOT_DESCRIBED, State.FAVORED, Reason.EQ3_BEATS_ATLAS)),
        (
            {},
            {"delta_aicc_eq3": 55.0, "residual_ratio": 4.6, "eq3_is_significant": False},
            (State.INTERVAL, State.FAVORED, None),
        ),
        ({}, {"acceptable": False}, (State.NOT_DESCRIBED, State.FAVORED, Reason.ATLAS_DOES_NOT_FIT)),
        ({"acceptable": False}, {"acceptable": False}, (State.NOT_DESCRIBED, State.NOT_DESCRIBED, Reason.NO_MODEL_FITS)),
        ({"acceptable": False}, {}, (State.INTERVAL, State.NOT_DESCRIBED, Reason.EQ3_DOES_NOT_FIT)),
        ({"drifts": True}, {"drifts": True}, (State.NOT_CONSTRAINED, State.NOT_CONSTRAINED, Reason.WINDOW_DRIFT)),
        (
            {"robust_delta_aicc": 1.0},
            {"robust": False},
            (State.NOT_CONSTRAINED, State.NOT_CONSTRAINED, Reason.DEPENDS_ON_ONE_POINT),
        ),
        *(
            (
                {"value": value, "robust_delta_aicc": 1.0},
                {"excludes_zero": False, "state": ParameterState.UPPER_LIMIT},
                (State.LIMIT, State.NOT_CONSTRAINED, Reason.DEPENDS_ON_ONE_POINT),
            )
            for value in (-0.7, 0.93)
        ),
        ({"error": 0.0, "state": None}, {}, (State.INTERVAL, State.FAVORED, None)),  # µ is fixed
        ({"error": 0.0, "state": None, "delta_aicc": 1.0}, {}, (State.LIMIT, State.CONSISTENT, None)),
        ({}, {"delta_aicc_stm": 1.0}, (State.NOT_CONSTRAINED, State.FAVORED, Reason.STM_IS_BETTER)),
        ({}, {"has_tls_signal": False}, (State.NOT_CONSTRAINED, State.FAVORED, Reason.NO_TLS_SIGNAL)),
        ({"value": -0.1}, {"delta_aicc_eq3": -5.0}, (State.INTERVAL, State.FAVORED, None)),  # the atlas is better
        (
            {"value": -0.1},
            {"delta_aicc_eq3": -5.0, "acceptable": False},
            (State.NOT_DESCRIBED, State.OUTSIDE, Reason.MU_NEGATIVE),
        ),
        (  # Eq. (3) fails at points that are not on the atlas; at those that are, the STM is as good
            {"acceptable": False},
            {"stm_acceptable": True, "delta_aicc_stm": -4.0},
            (State.LIMIT, State.NOT_DESCRIBED, Reason.EQ3_DOES_NOT_FIT),
        ),
        (
            {"acceptable": False},
            {"stm_acceptable": True, "delta_aicc_stm": -8.0},
            (State.INTERVAL, State.NOT_DESCRIBED, Reason.EQ3_DOES_NOT_FIT),
        ),
        (
            {"drifts": True},
            {"stm_acceptable": True, "delta_aicc_stm": -4.0},
            (State.LIMIT, State.NOT_CONSTRAINED, Reason.WINDOW_DRIFT),
        ),
    ],
)
def test_each_rule(mu, atlas, states):
    conclusion = conclude(replace(MU, **mu), replace(ATLAS, **atlas))
    state, mu_state, reason = states
    assert (conclusion.state, conclusion.mu) == (state, mu_state)
    assert reason is None or reason in conclusion.reasons


def test_mu_is_outside_of_the_atlas_from_some_value_on():
    """Its state changes once, and J0/h0 is then described by no J0/h0; µ itself is determined."""
    states = []
    for value in (0.1, 0.2, 0.29, 0.31, 0.33, 0.5, 2.0):
        conclusion = conclude(replace(MU, value=value), ATLAS)
        assert (conclusion.mu == State.OUTSIDE) == (conclusion.state == State.NOT_DESCRIBED)
        states.append(conclusion.mu)
    assert states == 4 * [State.FAVORED] + 3 * [State.OUTSIDE]
