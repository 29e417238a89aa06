"""Verdicts, and the list of claims itself."""

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from tlsglass.paper import scorecard

PAPER = pd.read_csv(Path(__file__).parents[3] / "config/paper_values.csv")


def claim(**changes):
    base = {"id": "x", "where": "", "claim": "", "paper": 0.127, "paper_err": np.nan, "low": np.nan, "high": np.nan, "unit": ""}
    base |= {"resolve": 0.127, "table": "t", "select": "T_K == 0.5", "column": "mu", "kind": "value", "note": np.nan}
    return base | changes


def table(value=0.13, error=0.01):
    return pd.DataFrame({"T_K": [0.5, 1.0], "mu": [value, 9.0], "mu_err": [error, 9.0]})


@pytest.mark.parametrize(
    ("changes", "found", "verdict"),
    [
        ({}, table(), "agrees"),
        ({}, table(0.157), "agrees"),
        ({}, table(0.159), "differs"),
        ({}, table(0.13, 0.05), "not enough statistics"),
        ({}, table(np.nan, np.nan), "not enough statistics"),
        ({"select": "T_K == 7"}, table(), "not enough statistics"),
        ({"kind": "reconstructed"}, table(), "reconstructed"),
        ({"kind": "reconstructed"}, table(0.5), "differs"),
        ({"paper": np.nan, "low": 0.1, "high": 0.2}, table(0.22), "agrees"),
        ({"paper": np.nan, "low": 0.1, "high": 0.2}, table(0.24), "differs"),
        ({"paper": np.nan, "low": 0.1, "high": 0.2}, table(0.06), "differs"),
        ({"table": "none"}, None, "not reproduced"),
    ],
)
def test_verdicts(changes, found, verdict):
    assert scorecard.judge(claim(**changes), found)["verdict"] == verdict


def test_z_combines_both_errors():
    row = scorecard.judge(claim(paper_err=0.04), table(0.177, 0.03))
    assert row["z"] == pytest.approx(1.0)


def test_the_paper_s_simulation_has_the_error_of_its_10000_realizations():
    ours = table(0.177, 0.03).assign(n_realizations=40_000)
    row = scorecard.judge(claim(kind="simulated", paper_err=0.08), ours)
    assert row["paper_err"] == pytest.approx(0.1)
    assert row["z"] == pytest.approx(0.05 / np.hypot(0.03, 0.1))


def test_a_difference_within_an_open_choice_is_told_apart():
    assert scorecard.judge(claim(), table(0.17).assign(mu_sys=0.014))["verdict"] == "open choice"
    assert scorecard.judge(claim(), table(0.17).assign(mu_sys=0.012))["verdict"] == "differs"
    assert scorecard.judge(claim(), table(0.157).assign(mu_sys=0.5))["verdict"] == "agrees"


def test_an_exact_value_without_errors_differs_or_agrees():
    exact = pd.DataFrame({"T_K": [0.5], "mu": [0.2]})
    assert scorecard.judge(claim(), exact)["verdict"] == "differs"
    assert scorecard.judge(claim(paper=0.2), exact)["verdict"] == "agrees"


def test_every_claim_is_stated_once_and_completely():
    assert PAPER["id"].is_unique
    assert set(PAPER["kind"]) <= {"value", "simulated", "reconstructed"}
    stated = PAPER["paper"].notna() != (PAPER["low"].notna() & PAPER["high"].notna())
    assert stated.all()
    assert PAPER["resolve"].gt(0).all()
    assert PAPER["id"].str.startswith("table2_B").sum() == PAPER["id"].str.startswith("table2_mu").sum() == 14


def test_table_2_is_the_printed_one():
    printed = PAPER.set_index("id")["paper"]
    assert [printed[f"table2_B_J2_T{T}"] for T in ("0.1", "0.5", "1")] == [0.0118, 0.0135, 0.0142]
    assert [printed[f"table2_mu_J3_T{T}"] for T in ("0.1", "0.5", "1")] == [0.081, 0.152, 0.158]
