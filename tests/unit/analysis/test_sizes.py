"""Sizes: differences by hand, limits of synthetic values whose limit is known, and no shift where there is none."""

import numpy as np
import pandas as pd
import pytest

from tlsglass.analysis import sizes
from tlsglass.analysis.quantities import QUANTITIES
from tlsglass.dos.temperature_series import TemperatureSeries

LATTICES = np.array([8, 12, 16, 20])
ERRORS = np.array([0.01, 0.01, 0.02, 0.03])


def values(L, **result):
    rows = [(L, 2.0, name, T_K, x, error, 100) for name, (T_K, x, error) in result.items()]
    return pd.DataFrame(rows, columns=sizes.VALUES)


def test_every_pair_of_sizes_is_compared_by_hand():
    """4 ± 0.4 at L = 12 over 2 ± 0.1 at L = 8: ratio 2, its error 2 · sqrt(0.1² + 0.05²), not sqrt(0.1² + 0.05²)."""
    nan = np.nan
    table = pd.concat(
        [
            values(8, alpha=(nan, 2.0, 0.1), B=(1.0, 2.0, 0.1)),
            values(12, alpha=(nan, 4.0, 0.4), B=(1.0, 1.0, 0.1)),
            values(16, alpha=(nan, 5.0, 0.3), B=(0.5, 7.0, 0.1)),
        ]
    )
    pairs = sizes.size_differences(table)
    assert list(pairs) == sizes.PAIRS
    result = pairs.set_index(["quantity", "L_small", "L_large"]).sort_index()
    assert list(result.index) == [("B", 8, 12), ("alpha", 8, 12), ("alpha", 8, 16), ("alpha", 12, 16)]  # B at one T alone
    alpha, B = result.loc["alpha", 8, 12], result.loc["B", 8, 12]
    assert alpha["difference"] == pytest.approx(2)
    assert alpha["difference_err"] == pytest.approx(np.hypot(0.4, 0.1))
    assert alpha["relative"] == pytest.approx(1)
    assert alpha["relative_err"] == pytest.approx(2 * np.hypot(0.1, 0.05))
    assert B["relative"] == pytest.approx(-0.5)
    assert B["relative_err"] == pytest.approx(0.5 * np.hypot(0.1, 0.05))


def test_two_sizes_lie_on_a_line_in_the_inverse_volume():
    """x(8) = 1 and x(12) = 2: x(∞) = (12³ · 2 - 8³ · 1)/(12³ - 8³), its error from both."""
    result = sizes.extrapolate(np.array([12, 8]), np.array([2.0, 1.0]), np.array([0.1, 0.2]), 12)
    volume = 12**3 - 8**3
    assert result["limit"] == pytest.approx((12**3 * 2 - 8**3) / volume)
    assert result["limit_err"] == pytest.approx(np.hypot(12**3 * 0.1, 8**3 * 0.2) / volume)
    assert result["shift"] == pytest.approx(result["limit"] - 2)
    assert result["shift_err"] == pytest.approx(np.hypot(8**3 * 0.1, 8**3 * 0.2) / volume)  # the value at 12 enters both
    assert (result["value"], result["dof"]) == (2.0, 0)
    assert result["chi2"] == pytest.approx(0, abs=1e-20)


def test_a_fit_of_more_sizes_is_that_of_numpy():
    x = np.array([1.0, 1.3, 1.32, 1.4])
    result = sizes.extrapolate(LATTICES, x, ERRORS, 12)
    (slope, limit), covariance = np.polyfit(1 / LATTICES**3, x, 1, w=1 / ERRORS, cov="unscaled")
    assert (result["limit"], result["slope"]) == pytest.approx((limit, slope))
    assert result["limit_err"] == pytest.approx(np.sqrt(covariance[1, 1]))
    assert result["chi2"] == pytest.approx(np.sum(((x - limit - slope / LATTICES**3) / ERRORS) ** 2))
    changes = [abs(np.polyfit(1.0 / LATTICES**power, x, 1, w=1 / ERRORS)[1] - limit) for power in (1, 2, 4)]
    changes.append(abs(np.polyfit(1 / LATTICES[1:] ** 3, x[1:], 1, w=1 / ERRORS[1:])[1] - limit))
    assert result["limit_sys"] == pytest.approx(max(changes))  # here all of them exceed their errors, or the largest does


@pytest.mark.parametrize("slope", [0.0, -100.0])
def test_limits_and_shifts_of_synthetic_values_hold_what_their_errors_promise(slope):
    """2,000 samples of x = 1.5 + c/L³: pulls have the mean 0 and the width 1, χ² the mean 2, all within 4 σ.

    With c = 0 the shift from L = 12 is that of 0, and beyond its errors, the systematic one included, at most as often as
    statistical errors alone allow: 0.3 % at 3 σ.
    """
    rng = np.random.default_rng(1)
    truth = 1.5 + slope / LATTICES**3
    result = pd.DataFrame([sizes.extrapolate(LATTICES, rng.normal(truth, ERRORS), ERRORS, 12) for _ in range(2000)])
    for name, expected in (("limit", 1.5), ("shift", 1.5 - truth[1])):
        pull = (result[name] - expected) / result[f"{name}_err"]
        assert abs(pull.mean()) < 4 / np.sqrt(2000)
        assert abs(pull.std() - 1) < 4 / np.sqrt(2 * 2000)
        beyond = (result[name] - expected).abs() > 3 * result[f"{name}_err"] + result[f"{name}_sys"]
        assert beyond.mean() < 0.003 + 4 * np.sqrt(0.003 / 2000)
    assert abs(result["chi2"].mean() - 2) < 4 * 2 / np.sqrt(2000)


def test_another_power_is_inside_the_systematic_error():
    """Exact values of x = 1.5 - 1/L: 1/L³ misses the limit, and says by how much."""
    result = sizes.extrapolate(LATTICES, 1.5 - 1 / LATTICES, ERRORS / 100, 12)
    missed = abs(result["limit"] - 1.5)
    assert missed > 30 * result["limit_err"]
    assert result["limit_sys"] == pytest.approx(missed)


def test_what_stands_at_one_size_or_has_no_value_has_no_limit():
    nan = np.nan
    table = pd.concat(
        [
            values(8, alpha=(nan, 1.0, 0.1), beta=(nan, nan, nan), slope=(nan, 1.0, 0.1)),
            values(12, alpha=(nan, 1.0, 0.1), beta=(nan, 1.0, 0.1), mu=(0.5, 1.0, 0.1)),
        ]
    )
    limits = sizes.limits(table, 12)
    assert list(limits) == sizes.LIMITS
    assert limits["quantity"].tolist() == ["alpha"]
    assert list(sizes.limits(table, 20)) == sizes.LIMITS
    assert sizes.limits(table, 20).empty


def test_ladders_are_compared_realization_by_realization(set_of, settings):
    whole = TemperatureSeries(set_of(seed=1).rungs)
    table = sizes.ladder_differences(whole, whole, settings)
    assert list(table) == sizes.LADDERS
    assert (table["difference"] == 0).all()
    assert (table["difference_err"] == 0).all()
    second = sizes.ladder_differences(set_of(seed=2), whole, settings)
    assert (second["difference"].abs() < 5 * second["difference_err"]).mean() > 0.95
    selected = sizes.quoted_values(whole, settings)
    assert list(selected) == sizes.VALUES
    pd.testing.assert_frame_equal(selected, table[sizes.VALUES])


def test_the_shift_of_a_claim_is_that_of_its_number():
    result = pd.DataFrame(
        [
            (2.0, "B", 0.1, 12, 1.0),
            (2.0, "B", 0.5, 12, 2.0),
            (2.0, "mu", 0.5, 12, 3.0),
            (2.0, "mu_zero_temperature", 0.02, 12, 4.0),
            (3.0, "alpha", np.nan, 12, 5.0),
        ],
        columns=[*sizes.KEY, "L", "shift"],
    )

    def shift(table, column, select):
        row = sizes.claim_shift({"table": table, "column": column, "select": select}, result)
        return None if row is None else row["shift"]

    assert shift("table_2", "B", "L == @L and J0_K == 2 and T_K == 0.5") == 2.0
    assert shift("table_2", "mu", "L == @L and J0_K == 2 and T_K == 0.5") == 3.0
    assert shift("zero_temperature", "mu", "L == @L and J0_K == 2 and T_K == 0.02") == 4.0
    assert shift("laws", "value", "L == 12 and J0_K == 3 and quantity == 'alpha'") == 5.0
    assert shift("laws", "value", "L == 8 and J0_K == 3 and quantity == 'alpha'") is None
    assert shift("closed_forms", "value", "quantity == 'alpha'") is None


def test_every_simulated_claim_of_the_figures_lattice_has_a_shift(request):
    """Each number that the paper states of L = 12 is quoted at every size, so that its shift can be told."""
    claims = pd.read_csv(request.config.rootpath / "config/paper_values.csv")
    rows = [(J0, q.name, T) for J0 in (2.0, 3.0) for q in QUANTITIES for T in (0.02, 0.1, 0.2, 0.4, 0.5, 0.6, 0.8, 1.0)]
    result = pd.DataFrame(rows, columns=sizes.KEY).assign(L=12)
    result.loc[result["quantity"].isin([q.name for q in QUANTITIES if q.table == "laws"]), "T_K"] = np.nan
    result = result[~result["quantity"].isin(["E0_K", "mu_zero_temperature"]) | (result["T_K"] == 0.02)].drop_duplicates()
    selected = claims[
        claims["table"].isin({quantity.table for quantity in QUANTITIES}) & ~claims["select"].fillna("").str.contains("L == 8")
    ]
    assert len(selected) > 30
    assert [claim["id"] for claim in selected.to_dict("records") if sizes.claim_shift(claim, result) is None] == []
