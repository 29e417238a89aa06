"""The arithmetic of the tables of quoted numbers."""

import numpy as np
import pandas as pd
import pytest

from tlsglass.density.densities import Densities
from tlsglass.paper import quoted
from tlsglass.paper.quantities import QUANTITIES, find
from tlsglass.physics import eq3


def test_tables_of_a_set_hold_its_quantities_their_errors_and_choices(small_set, settings):
    tables = quoted.of_set(small_set, settings)
    assert list(tables) == ["eq3", "exponents", "gaussian", "laws", "choices"]
    assert tables["eq3"]["T_K"].tolist() == [0.05, 0.1, 0.2, 0.5, 1.0]
    assert tables["exponents"]["T_K"].tolist() == [0.05, 2e-6]
    assert tables["laws"]["quantity"].tolist() == [q.name for q in QUANTITIES if q.table == "laws"]
    mu = find("mu").quoted(small_set.at(0.2), settings)
    row = tables["eq3"].set_index("T_K").loc[0.2]
    assert (row["mu"], row["mu_err"], row["n_realizations"]) == (mu.value, mu.error, 400)
    choices = tables["choices"]
    assert list(choices) == quoted.CHOICES
    own = choices[(choices["quantity"] == "mu") & (choices["T_K"] == 0.2)]
    assert own["choice"].tolist() == ["quoted", "bins 4 times as wide", "unweighted least squares"]
    assert (own["difference"] != 0).tolist() == [False, True, True]
    largest = own["difference"].abs().max()
    assert row["mu_sys"] == (largest if largest > mu.error else 0)
    alpha = choices[choices["quantity"] == "alpha"]
    assert alpha["choice"].tolist() == ["quoted", "0.05 to 0.5 K"]
    assert alpha["T_K"].isna().all()
    assert Densities(small_set.rungs).quench is None
    assert len(quoted.of_set(Densities(small_set.rungs), settings)["exponents"]) == 1  # no quench, no row


def test_curves_are_relative_to_the_coldest_temperature_of_the_window(small_set, settings):
    table = quoted.of_curves(small_set, settings)
    both = table["dv_resonant"] + table["dv_relaxation"]
    np.testing.assert_allclose(table["dv_relative"], both - both[0], atol=1e-15)
    assert table["dv_relative"][0] == table["dv_relative_err"][0] == 0


def test_laws_are_those_of_the_curves(small_set, settings):
    """The quoted window of the exponents leaves out the coldest rung; that of δv/v is the whole curve."""
    table = quoted.of_curves(small_set, settings)
    law = quoted.of_set(small_set, settings)["laws"].set_index("quantity")["value"]

    def power(column):
        return np.polyfit(np.log(table["T_K"][1:]), np.log(table[column][1:]), 1)

    assert power("specific_heat")[0] == pytest.approx(1 + law["alpha"])
    assert np.exp(power("specific_heat")[1]) == pytest.approx(law["specific_heat_prefactor"])
    assert power("kappa_eq5")[0] == pytest.approx(2 - law["beta"])
    assert power("kappa_eq5")[0] - power("kappa_eqA1")[0] == pytest.approx(law["beta_eqA1_minus_eq5"])
    ratio, shift = table["kappa_eqA1"] / table["kappa_eq5"], table["dv_relative"]
    assert np.std(ratio) / np.mean(ratio) == pytest.approx(law["kappa_eqA1_spread"])
    assert np.std(table["dv_relative_eqA2"] - shift) / np.ptp(shift) == pytest.approx(law["dv_eqA2_spread"])
    assert law["slope_ratio"] == pytest.approx(law["slope_above"] / law["slope_below"])
    # the residuals of a fit with an offset have the mean 0
    shape = eq3.sound_velocity(table["T_K"].to_numpy(), law["mu_constant"], 90e3, 9.4e6)
    assert np.mean(shift) == pytest.approx(law["mu_constant_amplitude"] * np.mean(shape) + law["mu_constant_offset"])


def laws(L, J0, **values):
    rows = [(L, J0, name, x, error) for name, (x, error) in values.items()]
    return pd.DataFrame(rows, columns=["L", "J0_K", "quantity", "value", "value_err"])


def test_sizes_are_held_beside_the_largest_one_by_hand():
    """4 ± 0.4 at L = 12 over 2 ± 0.1 at L = 8: ratio 2, its error 2 · sqrt(0.1² + 0.05²), not sqrt(0.1² + 0.05²)."""
    gathered = {
        "laws": pd.concat([laws(8, 2.0, alpha=(2.0, 0.1)), laws(12, 2.0, alpha=(4.0, 0.4)), laws(8, 3.0, alpha=(7.0, 0.1))]),
        "gaussian": pd.DataFrame(columns=["L", "J0_K", "T_K"]),
        "exponents": pd.DataFrame(
            {"L": [8, 8, 12, 12], "J0_K": 2.0, "T_K": [0.02, 2e-6] * 2, "mu": [0.2, 9, 0.3, 9], "mu_err": 0.03}
        ),
        "eq3": pd.DataFrame({"L": [8, 8, 12, 12], "J0_K": 2.0, "T_K": [0.02, 1.0] * 2, "B": [9, 2.0, 9, 1.0], "B_err": 0.1}),
    }
    sizes = quoted.of_sizes(gathered, 0.5).set_index("quantity")
    assert list(sizes.index) == ["alpha", "mu_zero_temperature", "B"]  # J0 = 3 K has no larger lattice
    assert sizes.loc["alpha", ["L_small", "L_large"]].tolist() == [8, 12]
    assert sizes.loc["alpha", "difference"] == pytest.approx(2)
    assert sizes.loc["alpha", "difference_err"] == pytest.approx(np.hypot(0.4, 0.1))
    assert sizes.loc["alpha", "relative"] == pytest.approx(1)
    assert sizes.loc["alpha", "relative_err"] == pytest.approx(2 * np.hypot(0.1, 0.05))
    assert sizes.loc["mu_zero_temperature", "difference"] == pytest.approx(0.1)  # at the coldest rung, not the quench
    assert sizes.loc["B", "relative"] == pytest.approx(-0.5)  # at the warmest rung
    assert sizes.loc["B", "relative_err"] == pytest.approx(0.5 * np.hypot(0.1, 0.05))


def test_variants_of_the_same_realizations_are_paired_and_others_are_not(set_of, settings):
    published, other = set_of(seed=1), set_of(B=0.0155, seed=2)
    same = quoted.of_variant("none", published, published, settings)
    assert [row["quantity"] for row in same] == ["mu_zero_temperature", "B", "mu"]
    assert all(list(row) == quoted.VARIANTS for row in same)
    assert {row["difference"] for row in same} == {row["difference_err"] for row in same} == {0.0}
    larger = Densities([type(counts)(**vars(counts) | {"L": 16}) for counts in other.rungs])
    rows = {row["quantity"]: row for row in quoted.of_variant("L16", larger, published, settings)}
    one, two = (find("B").quoted(densities.at(0.5), settings) for densities in (other, published))
    assert rows["B"]["L"] == 16
    assert rows["B"]["difference_err"] == pytest.approx(np.hypot(one.error, two.error))
    assert rows["B"]["relative_err"] == pytest.approx(
        one.value / two.value * np.hypot(one.error / one.value, two.error / two.value)
    )
    assert abs(rows["B"]["relative"] - (0.0155 / 0.0135 - 1)) < 4 * rows["B"]["relative_err"]
