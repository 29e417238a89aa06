"""The numbers of Table I and Appendix C, and limits, against what is known of them by hand."""

import math

import pytest

from tlsglass.analysis import two_tls_tables


def test_table_1_has_a_row_for_each_interaction_and_the_same_defects():
    material = {"gamma_w_eV": 1.0, "g": 0.02, "density_kg_m3": 3200, "velocity_m_s": 6400, "R0_nm": 4.0, "dipole_D": 5.0}
    elastic, dipolar = two_tls_tables.table_1(material).to_dict("records")
    assert elastic["model"] == "two-TLS model"
    assert (elastic["defects_K"], elastic["h0_K"]) == (dipolar["defects_K"], dipolar["h0_K"])
    dipole, R0_cubed, k, eps0 = 5 * 3.33564e-30, 64e-27, 1.380649e-23, 8.8541878e-12
    assert dipolar["J0_K"] == pytest.approx(dipole**2 / (4 * math.pi * eps0 * R0_cubed * k), rel=1e-4)
    assert elastic["J0_K"] == pytest.approx(elastic["h0_K"] * 0.02)


def test_the_ratio_of_a_glass_follows_from_both_constants():
    glasses = [{"material": "a", "C_dip": 2e-4, "inverse_Q": 3.3e-4}, {"material": "b", "C_dip": 1.51e-3, "C_el": 3.2e-4}]
    values = two_tls_tables.appendix_c(glasses, 1.74).set_index("quantity")["value"]
    assert values["dipolar_over_C_dip"] == pytest.approx(0.5594, abs=1e-4)
    assert values["elastic_over_C_el"] == pytest.approx(3 * values["dipolar_over_C_dip"], rel=1e-5)
    assert values["dipolar_over_tan_delta"] == pytest.approx(0.356, abs=5e-4)
    assert values["r b"] == pytest.approx(1.51e-3 / (3 * 3.2e-4), rel=1e-5)
    assert values["r a"] == pytest.approx(2e-4 / (3 * 3.3e-4 * 2 / math.pi), rel=1e-5)


def test_the_standard_tunneling_model_has_slopes_of_1_to_minus_one_half():
    values = two_tls_tables.closed_forms(0.3, 10.0, 0.5, (0.05, 1)).set_index("quantity")["value"]
    assert values["stm_slope_ratio"] == pytest.approx(-0.5, abs=1e-4)


def test_eq_9_is_judged_with_the_printed_constant_and_with_that_of_the_model():
    values = two_tls_tables.closed_forms(0.3, 10.0, 0.5, (0.05, 1)).set_index("quantity")["value"]
    assert values["eq9_strength_printed"] == pytest.approx(2.0944, abs=1e-4)
    assert values["eq9_strength_pair_stability"] == pytest.approx(4 / 3)
    for name in ("printed", "pair_stability"):
        weak = two_tls_tables.closed_forms(1e-5, 10.0, 0.5, (0.05, 1)).set_index("quantity")["value"]
        assert weak[f"eq9_mu_{name}"] == pytest.approx(1e-6 * values[f"eq9_strength_{name}"], rel=1e-4)
        assert values[f"eq9_mu_{name}"] < 0.03 * values[f"eq9_strength_{name}"]
