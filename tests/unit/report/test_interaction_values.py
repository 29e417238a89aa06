"""The page on interactions: verdicts, equivalent couplings, and that its tables are those of its configuration."""

import pandas as pd
import pytest
import yaml

from shared import ROOT
from tlsglass.analysis import scorecard
from tlsglass.analysis.interaction_tables import HEAD, MU_WINDOW, equivalent_J0_over_h0
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
        for model in SECTION["models"]
        for lattice in SECTION["lattices"]
        for ratio in lattice["J0_over_h0"]
    }
    assert sets == expected


def test_every_model_has_a_label():
    assert list(tables.INTERACTION_LABELS) == list(SECTION["models"])
