"""The map of Fig. 3's choices: each number is that of the fit there, and holds where it is as printed."""

import numpy as np
import pandas as pd
import pytest

from tlsglass.analysis import crossover_map, estimators

COLUMNS = ["id", "paper", "paper_err", "low", "high"]


def claims(*rows):
    return pd.DataFrame(rows, columns=COLUMNS).set_index("id")


def test_numbers_are_those_of_the_fits_and_hold_within_what_is_printed(small_set, settings, monkeypatch):
    monkeypatch.setattr(crossover_map, "T0_K", np.array([0.2124, 0.3, 0.9]))
    s = settings.observables
    mu = estimators.constant_mu(small_set, s, 0.3).mu
    slopes = estimators.slopes(small_set, s, 0.3).ratio
    claim_table = claims(
        ("fig3_mu_J2", mu.value + 0.0055, 0.0029, np.nan, np.nan),
        ("fig3_slope_J2", np.nan, np.nan, slopes.value + 0.01, slopes.value + 1),
    )
    table = crossover_map.map_crossover(small_set, s, claim_table)
    assert list(table) == crossover_map.COLUMNS
    assert table["T_max_K"].tolist() == [1.0] * 3  # the only rung from 1 K on
    row = table.set_index("T0_K").loc[0.3]
    assert row[["mu", "mu_err", "slope_ratio", "slope_ratio_err"]].tolist() == [
        mu.value,
        mu.error,
        slopes.value,
        slopes.error,
    ]
    assert row[["mu_holds", "slope_ratio_holds"]].tolist() == [1, 0]
    beyond = table.set_index("T0_K").loc[0.9]  # its upper slope would begin at 1.1 K
    assert np.isnan(beyond["slope_ratio"])
    assert beyond["slope_ratio_holds"] == 0


def test_what_is_not_printed_neither_holds_nor_fails(small_set, settings, monkeypatch):
    monkeypatch.setattr(crossover_map, "T0_K", np.array([0.3]))
    table = crossover_map.map_crossover(small_set, settings.observables, claims(("fig3_mu_J7", 0.1, 0.1, np.nan, np.nan)))
    assert table[["mu_holds", "slope_ratio_holds"]].isna().all(axis=None)


def test_a_value_holds_within_two_errors_of_its_rounding_and_a_range_as_it_is():
    claim_table = claims(("a", 0.13, 0.0029, np.nan, np.nan), ("b", np.nan, 0.1, -1.2, -0.8))
    assert crossover_map.claim_interval(claim_table.loc["a"]) == pytest.approx((0.1242, 0.1358))
    assert crossover_map.claim_interval(claim_table.loc["b"]) == (-1.2, -0.8)
