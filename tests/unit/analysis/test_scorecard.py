"""Verdicts, and the list of claims itself."""

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from shared import ROOT
from tlsglass.analysis import scorecard

PAPER = pd.read_csv(ROOT / "config/paper_values.csv")
CLAIMS = PAPER.to_dict("records")
PUBLISHED = {path.stem: pd.read_csv(path) for path in (ROOT / "results/published/tables").glob("*.csv")}
HELD = {entry["id"]: scorecard._select_row(entry, PUBLISHED.get(entry["table"]), 12) for entry in CLAIMS}
UPHELD = {"agrees", "open choice", "reconstructed"}


def claim(**changes):
    base = {"id": "x", "where": "", "claim": "", "paper": 0.127, "paper_err": np.nan, "low": np.nan, "high": np.nan, "unit": ""}
    base |= {
        "null": 0.0,
        "null_model": "STM",
        "table": "t",
        "select": "T_K == 0.5",
        "column": "mu",
        "kind": "value",
        "note": np.nan,
    }
    return base | changes


def table(value=0.13, error=0.01):
    return pd.DataFrame({"T_K": [0.5, 1.0], "mu": [value, 9.0], "mu_err": [error, 9.0]})


def judge(entry, rows, L=12):
    return scorecard.judge(entry, rows, L)


@pytest.mark.parametrize(
    ("changes", "rows", "verdict"),
    [
        ({}, table(), "agrees"),
        ({}, table(0.157), "agrees"),
        ({}, table(0.159), "differs"),
        ({}, table(0.13, 0.042), "agrees"),
        ({}, table(0.13, 0.043), "no power"),
        ({}, table(0.5, 0.043), "no power"),
        ({"null": 0.09}, table(0.127, 0.013), "no power"),
        ({"null": 0.09, "kind": "reconstructed"}, table(0.127, 0.013), "no power"),
        ({}, table(np.nan, np.nan), "no power"),
        ({"select": "T_K == 7"}, table(), "not simulated"),
        ({}, None, "not simulated"),
        ({"select": "T_K == 7", "kind": "reconstructed"}, table(), "not simulated"),
        ({"kind": "reconstructed"}, table(), "reconstructed"),
        ({"kind": "reconstructed"}, table(0.5), "differs"),
        ({"paper": np.nan, "low": 0.1, "high": 0.2}, table(0.22), "agrees"),
        ({"paper": np.nan, "low": 0.1, "high": 0.2}, table(0.24), "differs"),
        ({"paper": np.nan, "low": 0.1, "high": 0.2}, table(0.06), "differs"),
        ({"paper": np.nan, "low": 0.1, "high": 0.2}, table(0.15, 0.034), "no power"),
        ({"paper": np.nan, "low": 0.0, "high": 0.05, "null": 0.26}, table(0.02), "agrees"),
        ({"paper": np.nan, "low": 0.0, "high": 0.05, "null": 0.26}, table(0.26), "differs"),
        ({"table": "none"}, None, "not reproduced"),
    ],
)
def test_verdicts(changes, rows, verdict):
    assert judge(claim(**changes), rows)["verdict"] == verdict


def test_z_combines_both_errors():
    row = judge(claim(paper_err=0.04), table(0.177, 0.03))
    assert row["z"] == pytest.approx(1.0)


def test_the_paper_s_simulation_has_the_error_of_its_10000_realizations():
    ours = table(0.177, 0.03).assign(n_realizations=40_000)
    row = judge(claim(kind="simulated", paper_err=0.08), ours)
    assert row["paper_err"] == pytest.approx(0.1)
    assert row["z"] == pytest.approx(0.05 / np.hypot(0.03, 0.1))


def test_a_difference_within_an_open_choice_is_told_apart():
    assert judge(claim(), table(0.17).assign(mu_sys=0.014))["verdict"] == "open choice"
    assert judge(claim(), table(0.17).assign(mu_sys=0.012))["verdict"] == "differs"
    assert judge(claim(), table(0.157).assign(mu_sys=0.5))["verdict"] == "agrees"


def test_the_quoted_error_of_a_law_that_does_not_hold_is_a_systematic_one():
    exponent = table(0.165, 0.04).assign(statistical_err=0.001)
    row = judge(claim(), exponent)
    assert (row["verdict"], row["ours_err"], row["ours_sys"]) == ("open choice", 0.04, 0.04)
    assert row["z"] == pytest.approx(38)
    assert judge(claim(), exponent.assign(mu=0.18))["verdict"] == "differs"
    assert judge(claim(), table(0.165, 0.04))["verdict"] == "agrees"
    assert judge(claim(null=0.08), exponent)["verdict"] == "open choice"  # statistics alone decide on power


def test_an_exact_value_without_errors_differs_or_agrees():
    exact = pd.DataFrame({"T_K": [0.5], "mu": [0.2]})
    assert judge(claim(), exact)["verdict"] == "differs"
    assert judge(claim(paper=0.2), exact)["verdict"] == "agrees"


def test_a_claim_without_an_L_of_its_own_is_held_against_the_lattice_that_is_named():
    rows = pd.DataFrame({"L": [8, 12], "J0_K": 2.0, "mu": [0.13, 0.5], "mu_err": 0.01})
    general, specific = claim(select="L == @L and J0_K == 2"), claim(select="L == 12 and J0_K == 2")
    assert [judge(general, rows, L)["verdict"] for L in (8, 12, 16)] == ["agrees", "differs", "not simulated"]
    assert [judge(specific, rows, L)["ours"] for L in (8, 12)] == [0.5, 0.5]


def test_what_the_run_does_not_simulate_is_told_apart_from_what_it_cannot_tell():
    rows = pd.DataFrame({"L": [12], "J0_K": [3.0], "mu": [0.13], "mu_err": [0.5]})
    rows = [judge(claim(select=f"L == @L and J0_K == {J0}"), rows) for J0 in (2, 3)]
    assert [row["verdict"] for row in rows] == ["not simulated", "no power"]
    assert np.isnan(rows[0]["z"])
    assert scorecard.summary(pd.DataFrame(rows))["not simulated"] == 1
    assert "not simulated" not in scorecard.summary(pd.DataFrame(rows[1:]))


def test_a_claim_that_picks_two_rows_is_an_error():
    with pytest.raises(ValueError, match=r"x: 2 rows of t are picked by T_K > 0"):
        judge(claim(select="T_K > 0"), table())


def test_the_line_on_table_2_counts_what_lies_within_three_sigma():
    z = {"table2_B": [0.0, -2.9, 3.1, np.nan], "table2_mu": [2.1, -3.5, 1.0]}
    rows = [{"id": f"{name}_{k}", "z": value} for name, values in z.items() for k, value in enumerate(values)]
    card = pd.DataFrame([*rows, {"id": "other", "z": 0.0}])
    assert scorecard.table_2_line(card) == (
        "Table II: 2 of 3 simulated values of B and 2 of 3 simulated values of µ lie within 3 σ of the paper's."
    )
    chi2 = scorecard.table_2_chi2(card)
    assert chi2["B"] == (pytest.approx(2.9**2 + 3.1**2), 3)
    assert chi2["µ"] == (pytest.approx(2.1**2 + 3.5**2 + 1.0), 3)


def test_every_claim_is_stated_once_and_completely():
    assert PAPER["id"].is_unique
    assert set(PAPER["kind"]) <= {"value", "simulated", "reconstructed"}
    exclusive = PAPER["paper"].notna() != (PAPER["low"].notna() & PAPER["high"].notna())
    assert exclusive.all()
    assert (PAPER["reason"].notna() == PAPER["low"].notna()).all()
    assert PAPER.loc[PAPER["low"].notna(), "paper_err"].isna().all()
    assert (PAPER.loc[PAPER["low"].notna(), "kind"] != "simulated").all()
    assert PAPER[["null", "null_model"]].notna().all().all()
    assert PAPER["id"].str.startswith("table2_B").sum() == PAPER["id"].str.startswith("table2_mu").sum() == 14


def test_a_claim_names_the_lattice_that_it_is_about_or_that_of_the_paper():
    for entry in PAPER[PAPER["select"].fillna("").str.contains(r"\bL ==")].itertuples():
        assert ("L = " in entry.claim) == ("@L" not in entry.select), entry.id


def test_table_2_is_the_printed_one():
    printed = PAPER.set_index("id")["paper"]
    assert [printed[f"table2_B_J2_T{T}"] for T in ("0.1", "0.5", "1")] == [0.0118, 0.0135, 0.0142]
    assert [round(printed[f"table2_mu_J3_T{T}"], 3) for T in ("0.1", "0.5", "1")] == [0.081, 0.152, 0.158]


def fed(entry, value, times=1.0):
    """Return the verdict on a claim fed with ``value``, with the errors of the published run or ``times`` as large."""
    row = {} if HELD[entry["id"]] is None else HELD[entry["id"]].to_dict()
    errors = {name: times * row[name] for name in (f"{entry['column']}_err", "statistical_err") if name in row}
    return judge(entry | {"select": np.nan}, pd.DataFrame([row | errors | {entry["column"]: value}]))["verdict"]


def upheld_by_null(times=1.0):
    """Return the claims that are upheld although they are fed the value of their null model."""
    return [entry["id"] for entry in CLAIMS if fed(entry, entry["null"], times) in ("agrees", "reconstructed")]


def refuted_by_paper():
    """Return the claims that are not upheld although they are fed the paper's own value, or the middle of its interval."""
    middle = PAPER["paper"].fillna((PAPER["low"] + PAPER["high"]) / 2)
    return [entry["id"] for entry, value in zip(CLAIMS, middle, strict=True) if fed(entry, value) not in UPHELD]


WEAK = ["table2_mu_J2_T0.1", "table2_mu_J3_T0.1"]  # few counts: 200 mK of energies


@pytest.mark.parametrize("times", [1.0, 3.0, 1000.0])
def test_no_claim_is_upheld_by_its_null_model_however_large_our_errors(times):
    assert upheld_by_null(times) == []


def test_every_claim_is_upheld_by_its_own_value_or_is_known_to_be_weak():
    assert refuted_by_paper() == WEAK
    assert {fed(entry, entry["null"]) for entry in CLAIMS if entry["id"] not in WEAK} <= {"differs", "open choice"}


MUTANTS = {
    "no look at the null model": ("sigma, systematic) == Verdict.AGREES:", "sigma, systematic) == None:"),
    "one-sided": ("abs(_deviation(claim, value))", "_deviation(claim, value)"),
    "ranges without a lower end": ("if value < low", "if False"),
    "ends of intervals exchanged": ("low, high = (claim", "high, low = (claim"),
    "never differs": ("return Verdict.DIFFERS", "return Verdict.AGREES"),
    "the null model counts for nothing": ('claim["null"], sigma', "math.inf, sigma"),
}


@pytest.mark.parametrize("name", MUTANTS)
def test_a_judge_who_is_wrong_is_found_out(name, monkeypatch):
    """Each mutant lets a null model through, or refuses a claim its own value, or misses its cue in the table of verdicts."""
    source = Path(scorecard.__file__).read_text(encoding="utf-8")
    right, wrong = MUTANTS[name]
    assert source.count(right) == 1
    mutant = {"__name__": "mutant"}
    exec(compile(source.replace(right, wrong), "mutant", "exec"), mutant)
    monkeypatch.setattr(scorecard, "judge", mutant["judge"])
    assert upheld_by_null() + upheld_by_null(1000.0) or refuted_by_paper() != WEAK


def test_changed_verdicts_are_counted_by_their_reason_and_none_goes_without_one():
    before = pd.DataFrame(
        [
            ("a", "agrees", "µ", "why"),
            ("b", "agrees", "µ", "why"),
            ("c", "differs", "same", np.nan),
            ("d", "agrees", "twice", "said elsewhere"),
            ("e", np.nan, "new", "judged now"),
        ],
        columns=["id", "verdict", "group", "reason"],
    )
    card = pd.DataFrame({"id": ["a", "b", "c", "e"], "verdict": ["differs", "no power", "differs", "agrees"]})
    assert scorecard.changes(before, card) == [
        ("µ", "2 agrees", "1 differs, 1 no power", "why"),
        ("twice", "1 agrees", "1 not on the scorecard", "said elsewhere"),
        ("new", "1 not on the scorecard", "1 agrees", "judged now"),
    ]
    with pytest.raises(KeyError, match="without a reason: c"):
        scorecard.changes(before, card.replace({"verdict": {"differs": "agrees"}}))
    with pytest.raises(KeyError, match="not among the earlier verdicts: f"):
        scorecard.changes(before, pd.concat([card, pd.DataFrame({"id": ["f"], "verdict": ["agrees"]})]))


def test_the_earlier_verdicts_are_those_of_all_claims_then_and_now():
    before = pd.read_csv(ROOT / "config/previous_verdicts.csv")
    assert before["id"].is_unique
    assert set(PAPER["id"]) <= set(before["id"])
    assert before["verdict"].value_counts().to_dict() == {"agrees": 61, "reconstructed": 19, "differs": 8, "open choice": 3}
    gone = before[~before["id"].isin(PAPER["id"]) | before["verdict"].isna()]
    assert gone["reason"].notna().all()
