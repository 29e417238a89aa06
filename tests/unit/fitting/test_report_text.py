"""Symbols of parameters in the text of reports, and their first line."""

import itertools
import re

import pytest

from tlsglass.fitting.conclusion import Reason, State
from tlsglass.fitting.fit import ParameterState
from tlsglass.fitting.report_text import conclusion, format_symbol
from tlsglass.models import registry
from tlsglass.models.observable import J0_OVER_H0


@pytest.mark.parametrize(
    ("observable", "parameter", "text"),
    [("sound_velocity", "tls_strength", "P0γ²/ρv²"), ("dielectric_constant", "tls_strength", "Cdip")],
)
def test_the_strengths_of_sound_and_dielectric_constant_have_their_own_symbols(observable, parameter, text):
    assert format_symbol(registry.get_observable(observable).parameters[parameter].symbol) == text


def test_symbols_in_text_contain_no_markup():
    observables = [registry.get_observable(name) for name in registry.observable_names()]
    texts = {format_symbol(parameter.symbol) for observable in observables for parameter in observable.parameters.values()}
    assert "log10 nc" in texts
    assert not set("\\${}_") & set("".join(texts))


def model(name, value=0.1, ends=(0.05, 0.15), excluded=(), state=ParameterState.INTERVAL):
    """Return a model of fit.json with one parameter."""
    return {
        "values": {name: value},
        "errors": {name: 0.02},
        "errors_scaled": {name: 0.02},
        "intervals_scaled": {name: (value - 0.02, value + 0.02)},
        "intervals_95_scaled": {name: ends},
        "excluded_95_scaled": {name: list(excluded)},
        "states": {name: state},
        "other_minima": (),
        "at_bounds": [],
        "acceptable": True,
        "extra_scatter": (),
        "chi2": 160.0,
        "dof": 50,
    }


def record(state, mu_state, reasons=(), improbable=False, drifts=(), excluded=(), mu_ends=(0.05, 0.15), time=False):
    """Return the content of fit.json that its first line depends on."""
    atlas_state = {State.LIMIT: ParameterState.UPPER_LIMIT}.get(state, ParameterState.INTERVAL)
    drift = {"value": 0.05, "error": 0.01, "upper_K": 0.3}
    return {
        "conclusion": {"state": state, "mu": mu_state, "reasons": list(reasons)},
        "mu_free": model("mu", ends=mu_ends, excluded=excluded) | {"chi2_is_improbable": improbable},
        "stm": model("mu", 0.0),
        "atlas": {
            "h0_K": 10.0,
            "fitted_K": [0.05, 1.0],
            "model": model(J0_OVER_H0, ends=(0.06, 0.14), excluded=excluded, state=atlas_state),
        },
        "drifts": dict.fromkeys(drifts, drift),
        "fitted_K": [0.05, 1.0],
        "delta_aicc": 12.3,
        "errors_given": True,
        "time": {"mu": 0.3, "time_s": 1.0} if time else None,
    }


@pytest.mark.parametrize(
    ("fit", "text"),
    [
        (
            record(State.INTERVAL, State.FAVORED, improbable=True, drifts=("mu", J0_OVER_H0)),
            "J0/h0 = 0.10(2) with h0 = 10 K, but it changes from 0.05(1) (window up to 0.3 K) to 0.10(2) (window up to 1 K);"
            " µ = 0.10(2) is favored over the STM (ΔAICc = 12.3). However, χ²/dof = 3.2 is improbably large.",
        ),
        (
            record(State.LIMIT, State.CONSISTENT, improbable=True),
            "J0/h0 < 0.14 (95 %) with h0 = 10 K; µ = 0.10(2) differs from 0 at 95 % although it is not decisively"
            " favored over the STM (ΔAICc = 12). However, χ²/dof = 3.2 is improbably large.",
        ),
        (
            record(State.LIMIT, State.CONSISTENT, mu_ends=(-0.1, 0.15), time=True),
            "If all TLSs contribute within the time of the measurement, J0/h0 < 0.14 (95 %) with h0 = 10 K; µ = 0.10(2) is"
            " consistent with the STM (ΔAICc = 12).",
        ),
        (
            record(State.NOT_CONSTRAINED, State.NOT_CONSTRAINED, (Reason.TOO_FEW_POINTS,), excluded=[(0.28, 0.7)]),
            "J0/h0 is not constrained by these points (there are too few temperatures), except that the points exclude 0.28 to"
            " 0.7 (95 %); µ is not constrained, except that the points exclude 0.28 to 0.7 (95 %).",
        ),
        (
            record(State.NOT_CONSTRAINED, State.NOT_CONSTRAINED, (Reason.MU_BEYOND_ATLAS,), mu_ends=(-0.5, 1.4)),
            "J0/h0 is not constrained by these points (the interval of µ contains values beyond the atlas); µ is not"
            " constrained (−0.5 to 1.4 at 95 %), and the STM describes the points.",
        ),
    ],
)
def test_the_first_line_of_a_report(fit, text):
    assert conclusion(fit) == text


def test_no_sentence_of_a_first_line_contains_two_objections():
    """For all combinations of states and reasons: at most one "but" or "however" in each sentence."""
    combinations = itertools.product(
        State.OF_J0_OVER_H0,
        State.OF_MU,
        ((), (Reason.MU_NEGATIVE,), (Reason.WINDOW_DRIFT,), (Reason.MU_BEYOND_ATLAS,)),
        (True, False),
        ((), ("mu", J0_OVER_H0)),
        ((), [(0.07, 0.08)]),
        ((0.05, 0.15), (-0.1, 0.15)),
        (True, False),
    )
    for arguments in combinations:
        text = conclusion(record(*arguments))
        for sentence in text.removesuffix(".").split(". "):
            objections = re.findall(r"\b(but|[Hh]owever)\b", sentence)
            assert len(objections) <= 1, text
        assert text.endswith(".")
        assert text[0].isupper()
