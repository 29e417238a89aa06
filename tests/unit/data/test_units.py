"""Units are looked up: all common spellings against pint, several readings by dimension, and nothing is ever evaluated."""

import math
import time

import pytest

from tlsglass.base import validation
from tlsglass.data import units

KAPPA, HEAT = ("W/(m K)",), ("J/(kg K)", "J/(mol K)", "J/(m^3 K)")


@pytest.mark.parametrize(
    ("text", "as_pint", "targets"),
    [
        ("W/m/K", "W/(m K)", KAPPA),
        ("W/m*K", "W/(m K)", KAPPA),
        ("W/m K", "W/(m K)", KAPPA),
        ("W/mK", "W/(m K)", KAPPA),
        ("W/(m·K)", "W/(m K)", KAPPA),
        ("W m^-1 K^-1", "W/(m K)", KAPPA),
        ("W m⁻¹ K⁻¹", "W/(m K)", KAPPA),
        ("W_per_m_K", "W/(m K)", KAPPA),
        ("W/m-K", "W/(m K)", KAPPA),
        ("W.m-1.K-1", "W/(m K)", KAPPA),
        ("$W m^{-1} K^{-1}$", "W/(m K)", KAPPA),
        ("mW/cm-K", "mW/(cm K)", KAPPA),
        ("mW/(cm K)", "mW/(cm K)", KAPPA),
        ("µW/cm/K", "uW/(cm K)", KAPPA),
        ("mJ/mol/K", "mJ/(mol K)", HEAT),
        ("J/g K", "J/(g K)", HEAT),
        ("mJ/(cm^3 K)", "mJ/(cm**3 K)", HEAT),
        ("J/cm3/K", "J/(cm**3 K)", HEAT),
        ("erg/g/K", "erg/(g K)", HEAT),
        ("mK", "mK", ("K",)),
        ("µK", "uK", ("K",)),
        ("Kelvin", "K", ("K",)),
        ("millikelvin", "mK", ("K",)),
        ("mKelvin", "mK", ("K",)),
        ("°K", "K", ("K",)),
        ("W per meter per kelvin", "W/(m K)", KAPPA),
        ("mW•m⁻¹∙K⁻¹", "mW/(m K)", KAPPA),
        ("W∕m∕K", "W/(m K)", KAPPA),
        ("$\\mathrm{W\\,m^{-1}\\,K^{-1}}$", "W/(m K)", KAPPA),
        ("ergs-1cm-1K-1", "erg/(s cm K)", KAPPA),
        ("GHz", "GHz", ("Hz",)),
    ],
)
def test_spellings_convert_as_pint_does(text, as_pint, targets):
    pint = pytest.importorskip("pint")
    quantity = pint.UnitRegistry().Quantity(1.0, as_pint)
    factor, target = units.convert_unit(text, targets)
    assert factor == pytest.approx(quantity.to(target).magnitude, rel=1e-12)


@pytest.mark.parametrize(
    ("text", "factor"),
    [("%", 1e-2), ("ppm", 1e-6), ("× 10⁻⁵", 1e-5), ("x1e-5", 1e-5), ("10^-6", 1e-6), ("1", 1), ("MHz/GHz", 1e-3)],
)
def test_numbers_are_dimensionless(text, factor):
    assert units.convert_unit(text, ("dimensionless",)) == (pytest.approx(factor), "dimensionless")


@pytest.mark.parametrize("text", ["minus", "sum", "gas", "sms", "hum", "cms", "ph"])
def test_words_are_no_products_of_units(text):
    assert not units.is_unit(text)


def test_forms_have_the_units_of_their_quantity():
    assert units.convert_unit("mJ/mol/K^2", HEAT, over_T=1) == (1e-3, "J/(mol K)")
    assert units.convert_unit("W/(m K³)", KAPPA, over_T=2) == (1.0, "W/(m K)")
    assert units.convert_unit("mK^2", ("K",), power=2) == (1e-6, "K")
    assert units.convert_unit("1/K", ("K",), power=-1) == (1.0, "K")
    assert units.convert_unit("mJ/mol/K^2", HEAT) is None


@pytest.mark.parametrize(
    "text", ["", "degC", "W/(m", "W/furlong", "kelvinz", "T", "m", "dBm", "W", "K K", "10", "10K", "(K", "K)("]
)
def test_what_is_no_unit_of_a_temperature_is_not_read(text):
    assert units.convert_unit(text, ("K",)) is None


@pytest.mark.parametrize(
    "text", ["10**10**10 K", "9**9**9**9 K", "(" * 5000, "K" * 5000, "__import__('os')", "m" * 40, "K^999999999"]
)
def test_nothing_is_evaluated(text):
    start = time.process_time()
    assert units.convert_unit(text, ("K",)) is None
    assert time.process_time() - start < 0.1


@pytest.mark.parametrize(("text", "hertz"), [("5.6199GHz", 5.6199e9), ("90 kHz", 9e4), ("428.8e6Hz", 428.8e6)])
def test_frequencies(text, hertz):
    assert units.parse_frequency(text) == pytest.approx(hertz, rel=1e-15)


@pytest.mark.parametrize("text", ["5.6", "GHz", "-1GHz", "1e400Hz", "5 GHz GHz", "9" * 400 + "Hz", "nanHz"])
def test_what_is_no_frequency_is_refused(text):
    with pytest.raises(validation.InputError):
        units.parse_frequency(text)


def test_windows_and_errors_of_temperature():
    assert units.parse_window(["50mK", "0.4"]) == [0.05, 0.4]
    with pytest.raises(validation.InputError):
        units.parse_window(["50mK", "fast"])
    assert units.parse_temperature_error("0.3mK+0.1%") == {"absolute_K": pytest.approx(3e-4), "relative": pytest.approx(1e-3)}
    assert units.parse_temperature_error("0.1%") == {"relative": pytest.approx(1e-3)}
    assert [units.parse_temperature_error(text) for text in ("Terr", "1mK+2mK", "1e-3", "-1mK", "")] == [None] * 5
    assert math.isnan(units.parse_quantity("5", "K"))
