"""Symbols of parameters in the text of reports."""

import pytest

from tlsglass.fitting.report_text import format_symbol
from tlsglass.models import registry


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
