"""The arithmetic of the tables of quoted numbers."""

import numpy as np
import pandas as pd
import pytest

from tlsglass.analysis import quantity_tables
from tlsglass.analysis.quantities import QUANTITIES, get_quantity
from tlsglass.dos.fits import fit_exponent
from tlsglass.dos.temperature_series import TemperatureSeries
from tlsglass.physics import eq3, temperature_fits
from tlsglass.report import catalogue


def test_tables_of_a_set_hold_its_quantities_their_errors_and_choices(small_set, settings):
    tables = quantity_tables.tabulate_set(small_set, settings)
    assert tuple(tables) == catalogue.QUOTED_TABLES
    assert tables["table_2"]["T_K"].tolist() == [0.05, 0.1, 0.2, 0.5, 1.0]
    assert tables["zero_temperature"]["T_K"].tolist() == [0.05, 2e-6]
    assert tables["laws"]["quantity"].tolist() == [q.name for q in QUANTITIES if q.table == "laws"]
    mu = get_quantity("mu").quoted(small_set.at(0.2), settings)
    row = tables["table_2"].set_index("T_K").loc[0.2]
    assert (row["mu"], row["mu_err"], row["n_realizations"]) == (mu.value, mu.error, 400)
    choices = tables["choices"]
    assert list(choices) == quantity_tables.CHOICES
    rows_of_mu = choices[(choices["quantity"] == "mu") & (choices["T_K"] == 0.2)]
    assert rows_of_mu["choice"].tolist() == ["quoted", "bins 4 times as wide", "unweighted least squares"]
    assert (rows_of_mu["difference"] != 0).tolist() == [False, True, True]
    largest = rows_of_mu["difference"].abs().max()
    assert row["mu_sys"] == (largest if largest > mu.error else 0)
    alpha = choices[choices["quantity"] == "alpha"]
    assert alpha["choice"].tolist() == ["quoted", "0.05 to 0.5 K", "with covariance"]
    assert alpha["T_K"].isna().all()
    assert TemperatureSeries(small_set.rungs).quench is None
    assert (
        len(quantity_tables.tabulate_set(TemperatureSeries(small_set.rungs), settings)["zero_temperature"]) == 1
    )  # no quench, no row


def test_curves_are_relative_to_the_coldest_temperature_of_the_window(small_set, settings):
    table = quantity_tables.tabulate_curves(small_set, settings)
    pairs = table["dv_resonant"] + table["dv_relaxation"]
    np.testing.assert_allclose(table["dv_relative"], pairs - pairs[0], atol=1e-15)
    assert table["dv_relative"][0] == table["dv_relative_err"][0] == 0


def test_laws_are_those_of_the_curves(small_set, settings):
    """The quoted window of the exponents leaves out the coldest rung; that of δv/v is the whole curve."""
    table = quantity_tables.tabulate_curves(small_set, settings)
    law = quantity_tables.tabulate_set(small_set, settings)["laws"].set_index("quantity")["value"]

    def power(column):
        return np.polyfit(np.log(table["T_K"][1:]), np.log(table[column][1:]), 1)

    assert power("specific_heat")[0] == pytest.approx(1 + law["alpha"])
    assert np.exp(power("specific_heat")[1]) == pytest.approx(law["specific_heat_prefactor"])
    assert power("kappa_eq5")[0] == pytest.approx(2 - law["beta"])
    assert power("kappa_eq5")[0] - power("kappa_eqA1")[0] == pytest.approx(law["beta_eqA1_minus_eq5"])
    ratio, shift = table["kappa_eqA1"] / table["kappa_eq5"], table["dv_relative"]
    assert np.std(ratio[1:]) / np.mean(ratio[1:]) == pytest.approx(law["kappa_eqA1_spread"])
    assert np.std(table["dv_relative_eqA2"] - shift) / np.ptp(shift) == pytest.approx(law["dv_eqA2_spread"])
    assert law["slope_ratio"] == pytest.approx(law["slope_above"] / law["slope_below"])
    # the residuals of a fit with an offset have the mean 0
    shape = eq3.sound_velocity(table["T_K"].to_numpy(), law["mu_constant"], 0.3**3, 1.0)
    assert np.mean(shift) == pytest.approx(law["mu_constant_amplitude"] * np.mean(shape) + law["mu_constant_offset"])


def test_what_is_quoted_at_every_size_is_what_the_tables_of_a_set_hold(small_set, settings):
    tables, quantities = quantity_tables.tabulate_set(small_set, settings), quantity_tables.all_quantities(small_set, settings)
    assert {quantity.name for quantity, *_ in quantities} == {quantity.name for quantity in QUANTITIES}
    assert small_set.quench.T_K not in {T_K for _, T_K, _ in quantities}
    for quantity, T_K, samples in quantities:
        table = tables[quantity.table]
        mine = table["quantity"] == quantity.name if quantity.table == "laws" else table["T_K"] == T_K
        (row,) = table[mine].to_dict("records")
        assert (row[quantity.column], row[f"{quantity.column}_err"]) == (samples.value, samples.error)


def test_a_weak_coupling_is_fitted_on_windows_in_units_of_its_coupling(small_set):
    counts = small_set.at(0.05)  # J0 = 2 K
    row = quantity_tables.weak_coupling_row(counts, [(0.1, 1), (0.2, 1)])
    fit, denser = (fit_exponent(counts, low, 2.0) for low in (0.2, 0.4))
    assert list(row) == quantity_tables.WEAK_COUPLING
    assert (row["E_low_K"], row["E_high_K"]) == (0.2, 2.0)
    assert (row["mu"], row["mu_err"]) == (fit.mu.value, fit.mu.error)
    moved = abs(denser.mu.value - fit.mu.value)
    assert row["mu_sys"] == (moved if moved > fit.mu.error else 0)


def test_a_law_that_does_not_hold_is_quoted_with_the_spread_of_its_local_values(small_set, settings, monkeypatch):
    """The exponents of C of the small set hold: p is moved to see what is then quoted."""
    holding = quantity_tables.tabulate_set(small_set, settings)["laws"].set_index("quantity")
    assert holding.loc["alpha", "holds"] == 1
    assert (
        holding.loc["alpha", "value_err"]
        == holding.loc["alpha", "statistical_err"]
        == get_quantity("alpha").quoted(small_set, settings).error
    )
    assert holding.loc["alpha", "dof"] == 2  # 0.1, 0.2, 0.5 and 1 K
    assert holding.loc["slope_ratio", ["chi2", "holds"]].isna().all()
    monkeypatch.setattr(temperature_fits, "MIN_P", 1.1)
    refuted = quantity_tables.tabulate_set(small_set, settings)["laws"].set_index("quantity")
    local = quantity_tables.tabulate_curves(small_set, settings)["alpha_local"][1:]
    assert refuted.loc["alpha", "holds"] == 0
    assert refuted.loc["alpha", "value_err"] == pytest.approx(0.5 * np.ptp(local))
    assert refuted.loc["alpha", ["local_low", "local_high"]].tolist() == pytest.approx([local.min(), local.max()])
    same = ["value", "statistical_err", "chi2", "p_value"]
    pd.testing.assert_frame_equal(refuted[same], holding[same])


def test_variants_are_compared_realization_by_realization(set_of, settings):
    published, denser = set_of(seed=1), set_of(B=0.0155, seed=2)
    same = quantity_tables.variant_rows("none", published, published, settings)
    assert [row["quantity"] for row in same] == ["mu_zero_temperature", "B", "mu"]
    assert all(list(row) == quantity_tables.VARIANTS for row in same)
    assert {row["difference"] for row in same} == {row["difference_err"] for row in same} == {0.0}
    rows = {row["quantity"]: row for row in quantity_tables.variant_rows("denser", denser, published, settings)}
    first, two = (get_quantity("B").quoted(densities.at(0.5), settings) for densities in (denser, published))
    assert rows["B"]["difference_err"] == (first - two).error
    assert abs(rows["B"]["relative"] - (0.0155 / 0.0135 - 1)) < 4 * rows["B"]["relative_err"]
