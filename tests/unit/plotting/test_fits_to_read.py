"""The table of all fits: by hand, and the published one from the published fits."""

import json

import pytest

from shared import PUBLISHED
from tlsglass.base import io
from tlsglass.fitting import report_text
from tlsglass.fitting.result import fit_table
from tlsglass.report import tables


def fit(**changes):
    model = {
        "values": {"mu": 0.06, "kappa_1K": 0.03},
        "errors": {"mu": 0.0028, "kappa_1K": None},
        "errors_scaled": {"mu": 0.004, "kappa_1K": None},
        "intervals_scaled": {"mu": [0.0561, 0.0649], "kappa_1K": [None, 0.04]},
        "intervals_95_scaled": {"mu": [0.052, 0.069]},
        "states": {"mu": "interval"},
        "profiled": ["mu"],
        "at_bounds": ["kappa_1K"],
        "chi2": 12.34,
        "dof": 6,
        "misfit": 1.434,
    }
    stm = model | {"chi2": 100.0, "dof": 7, "misfit": 3.78}
    record = {"dataset": "one", "provenance": "measured", "observable": "thermal_conductivity", "errors_given": True}
    record |= {"is_control": None, "rejected": False, "atlas": None, "atlas_why": "no points"}
    return record | {"mu_free": model, "stm": stm, "delta_aicc": 85.66, "p_value": 1.5e-20} | changes


def test_a_row_holds_the_numbers_of_its_fit_and_the_exponent_of_kappa():
    row = fit_table([fit()]).iloc[0].dropna().to_dict()
    assert row == {
        "dataset": "one",
        "provenance": "measured",
        "observable": "thermal_conductivity",
        "mu": 0.06,
        "mu_err": 0.004,
        "kappa_1K": 0.03,
        "mu_low": 0.0561,
        "mu_high": 0.0649,
        "mu_state": "interval",
        "rejected": False,
        "chi2": 12.34,
        "dof": 6,
        "stm_chi2": 100.0,
        "delta_aicc": 85.66,
        "p_value": 1.5e-20,
        "exponent": pytest.approx(1.94),
        "exponent_err": 0.004,
    }


def test_a_row_to_be_read():
    shown = tables.experiments(fit_table([fit()]), [fit()])
    assert shown.rows[0][3] == "0.0561 to 0.0649 *"
    assert dict(zip(shown.headings, shown.rows[0], strict=True)) == {
        "dataset": "one",
        "provenance": "measured",
        "µ": "0.060(4)",
        "68 %": "-",
        "J0/h0": "-",
        "other parameters": "kappa_1K at its bound 0.03",
        "χ²/dof: Eq. (3), STM, atlas": "2.1, 14",
        "ΔAICc: Eq. (3), atlas": "85.7",
        "p (µ = 0)": "1.5e−20",
        "at its bound": "kappa_1K",
    }


def test_without_errors_the_scatter_is_shown_and_what_is_unknown_is_a_dash():
    record = fit(errors_given=False, p_value=None)
    record["mu_free"] = record["mu_free"] | {"intervals_scaled": {"mu": [None, 0.2]}, "profiled": [], "at_bounds": []}
    shown = tables.experiments(fit_table([record]), [record])
    row = dict(zip(shown.headings, shown.rows[0], strict=True))
    assert shown.rows[0][3] == "no end to 0.2"
    names = ("χ²/dof: Eq. (3), STM, atlas", "p (µ = 0)", "at its bound")
    assert [row[name] for name in names] == ["σ = 1.4, 3.8", "-", ""]


def test_only_kappa_has_an_exponent():
    record = fit(observable="sound_velocity")
    few = {"values": {"mu": 0.1, "tls_strength": 1.0}, "errors_scaled": {"mu": 0.1, "tls_strength": 0.1}}
    record["mu_free"] = record["mu_free"] | few
    table = fit_table([record, fit()])
    assert list(table["exponent"].isna()) == [True, False]
    assert list(table.columns[-2:]) == ["exponent", "exponent_err"]


def test_ends_of_an_interval_are_told_one_by_one_where_they_differ_as_they_are_told():
    model = fit()["mu_free"]
    assert report_text.format_parameter(model | {"intervals_scaled": {"mu": [0.055, 0.07]}}, "mu") == "0.060 +0.010 −0.005"
    near = model | {"values": {"mu": 0.0401}, "intervals_scaled": {"mu": [0.0178, 0.0552]}}  # 0.022 down, 0.015 up
    assert report_text.format_parameter(near, "mu") == "0.04(2)"


def test_the_published_table_is_that_of_the_published_fits(tmp_path):
    record = [json.loads(p.read_text(encoding="utf-8")) for p in sorted(PUBLISHED.glob("experiments/*/fit.json"))]
    io.write_csv(tmp_path / "experiments.csv", fit_table(record))
    assert (tmp_path / "experiments.csv").read_bytes() == (PUBLISHED / "tables/experiments.csv").read_bytes()
