"""Units in the headers of tables: read where only one can be meant, against pint; not read, but proposed, where not."""

import pint
import pytest

from tlsglass.base import validation
from tlsglass.data import infer_dataset
from tlsglass.data.read_table import read_table
from tlsglass.data.units import TEMPERATURES, normalize_unit, unit_in_header

UNITS = pint.UnitRegistry()


@pytest.mark.parametrize(
    ("name", "unit"),
    [
        ("kappa_W_per_m_K", "W/(m K)"),
        ("κ [W/(m K)]", "W/(m K)"),
        ("kappa (W/m/K)", "W/(m K)"),
        ("kappa (W/(m·K))", "W/(m K)"),
        ("kappa (W m^-1 K^-1)", "W/(m K)"),
        ("κ (W m⁻¹ K⁻¹)", "W/(m K)"),
        ("k/(mW/(cm K))", "mW/(cm K)"),
        ("C_mJ_per_mol_K", "mJ/(mol K)"),
        ("C, J/(kg K)", "J/(kg K)"),
        ("C (J/m^3/K)", "J/(m^3 K)"),
        ("f_GHz", "GHz"),
        ("f0 / MHz", "MHz"),
        ("shift (ppm)", "ppm"),
    ],
)
def test_what_can_only_mean_one_unit_is_read(name, unit):
    text = unit_in_header(name)[0]
    assert normalize_unit(text) == unit
    for known in ("W/(m K)", "J/(mol K)", "J/(kg K)", "J/(m^3 K)", "Hz", "ppm"):  # pint reads the same
        if UNITS.Quantity(1, unit).check(UNITS.Quantity(1, known).dimensionality):
            return
    raise AssertionError(unit)


@pytest.mark.parametrize("name", ["T_K", "T (K)", "T/K", "T / mK", "Temperature, mK", "temp_mK", "T_sample_mK", "T [µK]"])
def test_temperatures_are_read(name):
    assert TEMPERATURES[unit_in_header(name)[0]] == name.strip("])").replace("µ", "u")[-2:].strip("_(/ ")


@pytest.mark.parametrize("name", ["k (W/mK)", "k (W/m K)", "k (W/(mK))", "k_W_mK"])
def test_what_may_mean_several_units_is_asked_for_with_the_likely_one(name, tmp_path):
    file = tmp_path / "k.csv"
    file.write_text(f"T_K;{name}\n0.1;1\n0.2;2\n", encoding="utf-8")
    columns, units = dict.fromkeys(("temperature", "value", "error")), dict.fromkeys(("temperature", "value"))
    with pytest.raises(validation.InputError) as caught:
        infer_dataset.infer_info(read_table(file), "thermal_conductivity", columns, units, None)
    assert "--value-unit UNIT: the unit of k" in str(caught.value)
    assert str(caught.value).endswith("did you mean W/(m K)?") == (name != "k_W_mK")


@pytest.mark.parametrize(
    "name", ["kappa", "dv/v", "C/T", "1/Qi", "delta_f", "κ/T (W/(m K^2))", "x (1e-6)", "W", "k (W)", ")", "T_"]
)
def test_what_is_no_unit_is_not_read(name):
    text = unit_in_header(name)[0]
    assert text is None or normalize_unit(text) is None


def test_errors_by_their_sign_and_columns_of_one_name(tmp_path):
    file = tmp_path / "k.csv"
    columns, units = dict.fromkeys(("temperature", "value", "error")), dict.fromkeys(("temperature", "value"))
    file.write_text("T/K;κ (W/m/K);±\n0.1;1;0.1\n", encoding="utf-8")
    data = infer_dataset.infer_info(read_table(file), "thermal_conductivity", columns, units, None)["data"]
    assert data["error"] == {"column": "±"}
    assert (data["temperature"]["unit"], data["value"]["unit"]) == ("K", "W/(m K)")
    file.write_text("T_K;±;κ (W/m/K);±\n0.1;0.01;1;0.1\n", encoding="utf-8")
    assert infer_dataset.infer_info(read_table(file), "thermal_conductivity", columns, units, None)["data"]["error"] == {
        "from_residuals": "relative"
    }
    with pytest.raises(validation.InputError, match="--error: column ±: there are several of that name"):
        infer_dataset.infer_info(read_table(file), "thermal_conductivity", columns | {"error": "±"}, units, None)
