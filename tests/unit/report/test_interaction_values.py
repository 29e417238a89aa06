"""The page on interactions: verdicts, equivalent couplings, and that its tables are those of its configuration."""

import pandas as pd
import pytest
import yaml

from shared import ROOT
from tlsglass.analysis import scorecard
from tlsglass.analysis.interaction_tables import HEAD, MU_WINDOW, equivalent_J0_over_h0, on_quoted_lattices, quoted_lattices
from tlsglass.analysis.verdicts import Verdict
from tlsglass.report import interaction_values, tables

SECTION = yaml.safe_load((ROOT / "config/interactions.yaml").read_text(encoding="utf-8"))["interactions"]
NORMAL = pd.DataFrame({"J0_over_h0": [0.1, 0.3], "value": [0.08, 0.25], "value_err": [0.01, 0.02]})


def test_a_deviation_of_a_tenth_plus_three_errors_agrees_and_no_gap_at_all_does_not():
    assert interaction_values.judge(-0.09, 0.001) == Verdict.AGREES
    assert interaction_values.judge(-0.29, 0.1) == Verdict.AGREES
    assert interaction_values.judge(-0.19, 0.04) == Verdict.AGREES
    assert interaction_values.judge(-0.29, 0.05) == Verdict.DIFFERS
    assert interaction_values.judge(-1.0, 0.2) == Verdict.DIFFERS  # µ = 0, the null model


def test_the_page_and_the_scorecard_give_a_claim_the_same_verdict():
    values = pd.read_csv(ROOT / "config/interactions/interaction_values.csv")
    claims = pd.read_csv(ROOT / "config/paper_values.csv")
    claims = claims[(claims["table"] == "interaction_values") & (claims["column"] == "relative")]
    assert len(claims) == 14
    for claim in claims.to_dict("records"):
        (row,) = values.query(claim["select"]).itertuples()
        assert (claim["low"], claim["high"]) == (-interaction_values.TOLERANCE, interaction_values.TOLERANCE)
        expected = scorecard.judge(claim, values, row.L)["verdict"]
        assert interaction_values.judge(row.relative, row.relative_err) == expected, claim["id"]


def test_the_equivalent_coupling_inverts_the_line_between_two_couplings():
    ratio, error = equivalent_J0_over_h0(NORMAL, 0.165, 0.0)
    assert ratio == pytest.approx(0.2)
    slope = 0.2 / 0.17
    assert error == pytest.approx(slope * 0.5 * (0.01**2 + 0.02**2) ** 0.5)
    assert equivalent_J0_over_h0(NORMAL, 0.04, 0.01)[0] == pytest.approx(0.05)
    assert equivalent_J0_over_h0(NORMAL, 0.26, 0.01) is None


def test_published_tables_are_of_the_models_sets_and_realizations_of_the_configuration():
    values = pd.read_csv(ROOT / "config/interactions/interaction_values.csv")
    mu = values[values["quantity"] == MU_WINDOW].drop_duplicates(HEAD)
    sets = {(row.model, row.L, row.J0_over_h0): row.n_realizations for row in mu.itertuples()}
    expected = {
        (model, lattice["L"], ratio): lattice["realizations"]
        for lattice in SECTION["lattices"]
        for model in lattice.get("models", SECTION["models"])
        for ratio in lattice["J0_over_h0"]
    }
    assert sets == expected


def table_of(sets, n_realizations=500):
    """Return a table of values with the rows (model, L, J0/h0) of µ, whose value is L/100."""
    head = {"quantity": MU_WINDOW, "value_err": 0.001, "n_realizations": n_realizations}
    rows = [{"model": model, "L": L, "J0_over_h0": ratio, "value": L / 100} | head for model, L, ratio in sets]
    return pd.DataFrame(rows)


def test_the_largest_lattice_with_all_models_is_quoted():
    both = [(model, L, ratio) for model in ("gaussian", "two_tls") for L, ratio in ((8, 0.1), (12, 0.1), (8, 0.3))]
    values = table_of([*both, ("gaussian", 16, 0.3), ("gaussian", 12, 0.6)])
    few = table_of([("gaussian", 20, 0.3), ("two_tls", 20, 0.3)], n_realizations=300)
    lattices = quoted_lattices(pd.concat([values, few]))
    assert lattices == {0.1: 12, 0.3: 8}
    quoted = on_quoted_lattices(values, lattices)
    assert sorted(set(zip(quoted["L"], quoted["J0_over_h0"], strict=True))) == [(8, 0.3), (12, 0.1)]


def test_sizes_are_shown_where_there_is_more_than_one_and_blank_where_a_model_has_none():
    values = table_of([("gaussian", 8, 0.3), ("gaussian", 12, 0.3), ("two_tls", 8, 0.3), ("gaussian", 8, 0.1)])
    first, _, normal, tensors = interaction_values.size_table(values).splitlines()
    assert [cell.strip() for cell in first.strip("|").split("|")] == ["µ", "0.3, L = 8", "0.3, L = 12"]
    assert [cell.strip() for cell in normal.strip("|").split("|")] == ["normal c_ij", "0.080(1)", "0.120(1)"]
    assert [cell.strip() for cell in tensors.strip("|").split("|")] == ["strain tensors, fields too", "0.080(1)", ""]


def test_a_certificate_names_what_failed_and_what_was_left_out():
    head = {"model": "two_tls", "L": 8, "J0_K": 3.0}
    rows = [
        head | {"certificate": "round trips in a copy", "passed": 1.0, "left_out": float("nan")},
        head | {"certificate": "identity of the fields, in σ", "passed": 0.0, "left_out": float("nan")},
        head | {"certificate": "identity of the couplings, in σ", "passed": float("nan"), "left_out": "not normal"},
    ]
    sentences = interaction_values.certificate_sentences(pd.DataFrame(rows))
    assert "L = 8 and J0 = 3 K failed identity of the fields, in σ." in sentences
    assert sentences.endswith("Left out: identity of the couplings (not normal).")
    passed = interaction_values.certificate_sentences(pd.DataFrame([rows[0], rows[2]]))
    assert "J0 = 3 K passed all 1 tests that apply" in passed


def test_the_excess_of_an_interaction_is_next_to_that_of_certified_sets_of_normal_factors():
    head = {"L": 8, "J0_over_h0": 0.3, "T_over_h0": 0.002, "E": "20T to h0", "excess": 0.04, "excess_err": 0.02}
    of_tensors = pd.DataFrame([head | {"model": "two_tls", "of_atlas": 0.05, "of_atlas_err": 0.015}])
    of_normal = pd.DataFrame([head | {"L": 12, "excess": 0.06, "certified": 1}, head | {"L": 4, "excess": 1.0, "certified": 0}])
    heading, _, row = interaction_values.equilibrium_table(of_tensors, of_normal).splitlines()
    cells = [[cell.strip() for cell in line.strip("|").split("|")] for line in (heading, row)]
    assert cells[0][2:4] == ["strain tensors, fields too", "normal c_ij"]
    assert cells[1] == ["0.3", "20T to h₀", "+4 ± 2 (L = 8)", "+6 ± 2 (L = 12)", "+5 ± 2"]
    assert "χ² = 0 for 1 densities" in interaction_values.equilibrium_sentence(of_tensors)


def test_every_model_has_a_label():
    assert list(tables.INTERACTION_LABELS) == list(SECTION["models"])
