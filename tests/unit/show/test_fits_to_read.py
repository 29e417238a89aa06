"""The table of all fits: by hand, and the published one from the published fits."""

import json
from pathlib import Path

import pytest

from tlsglass.base import files
from tlsglass.experiment import outcome
from tlsglass.show import listings

PUBLISHED = Path(__file__).parents[3] / "results/published"


def fit(**changes):
    model = {
        "values": {"mu": 0.06, "kappa_1K": 0.03},
        "errors": {"mu": 0.004, "kappa_1K": None},
        "intervals": {"mu": [0.0561, 0.0649], "kappa_1K": [None, 0.04]},
        "profiled": ["mu"],
        "at_bounds": ["kappa_1K"],
        "chi2": 12.34,
        "dof": 6,
        "misfit": 1.434,
    }
    stm = model | {"chi2": 100.0, "dof": 7, "misfit": 3.78}
    told = {"dataset": "one", "provenance": "measured", "observable": "thermal_conductivity", "errors_given": True}
    return told | {"mu_free": model, "stm": stm, "delta_aic": 85.66, "p_value": 1.5e-20} | changes


def test_a_row_holds_the_numbers_of_its_fit_and_the_exponent_of_kappa():
    row = outcome.table([fit()]).iloc[0].dropna().to_dict()
    assert row == {
        "dataset": "one",
        "provenance": "measured",
        "observable": "thermal_conductivity",
        "mu": 0.06,
        "mu_err": 0.004,
        "kappa_1K": 0.03,
        "mu_low": 0.0561,
        "mu_high": 0.0649,
        "chi2": 12.34,
        "dof": 6,
        "stm_chi2": 100.0,
        "delta_aic": 85.66,
        "p_value": 1.5e-20,
        "exponent": pytest.approx(1.94),
        "exponent_err": 0.004,
    }


def test_a_row_to_be_read():
    shown = listings.experiments(outcome.table([fit()]), [fit()])
    assert dict(zip(shown.headings, shown.rows[0], strict=True)) == {
        "dataset": "one",
        "provenance": "measured",
        "µ": "0.060(4)",
        "68 %": "0.056 to 0.065 *",
        "other parameters": "kappa_1K 0.03",
        "χ²/dof": "12.3/6",
        "χ²/dof, µ = 0": "100.0/7",
        "ΔAIC": "85.7",
        "p (µ = 0)": "1.5e-20",
        "at its bound": "kappa_1K",
    }


def test_without_errors_the_scatter_is_shown_and_what_is_unknown_is_a_dash():
    one = fit(errors_given=False, p_value=None)
    one["mu_free"] = one["mu_free"] | {"intervals": {"mu": [None, 0.2]}, "profiled": [], "at_bounds": []}
    shown = listings.experiments(outcome.table([one]), [one])
    row = dict(zip(shown.headings, shown.rows[0], strict=True))
    assert [row[name] for name in ("68 %", "χ²/dof", "χ²/dof, µ = 0", "p (µ = 0)", "at its bound")] == [
        "-",
        "σ = 1.4",
        "σ = 3.8",
        "-",
        "",
    ]


def test_only_kappa_has_an_exponent():
    one = fit(observable="sound_velocity")
    one["mu_free"] = one["mu_free"] | {"values": {"mu": 0.1, "coupling": 1.0}, "errors": {"mu": 0.1, "coupling": 0.1}}
    table = outcome.table([one, fit()])
    assert list(table["exponent"].isna()) == [True, False]
    assert list(table.columns[-2:]) == ["exponent", "exponent_err"]


def test_the_published_table_is_that_of_the_published_fits(tmp_path):
    told = [json.loads(p.read_text(encoding="utf-8")) for p in sorted(PUBLISHED.glob("experiments/*/fit.json"))]
    files.write_csv(tmp_path / "experiments.csv", outcome.table(told))
    assert (tmp_path / "experiments.csv").read_bytes() == (PUBLISHED / "tables/experiments.csv").read_bytes()
