"""J0/h0 with the atlas of each interaction, and the number behind the statement that it is universal at weak coupling."""

import json

import numpy as np
import pandas as pd
import pytest

from shared import ROOT
from tlsglass import cli
from tlsglass.atlas import api
from tlsglass.base import validation
from tlsglass.fitting import report_text
from tlsglass.fitting.result import J0_over_h0_record
from tlsglass.report.fit_report import fit

OTHERS = [name for name in api.interactions() if name != "gaussian"]


def made_points(interaction, J0_over_h0):
    """κ of an interaction without noise, with errors of 1 %."""
    T = np.geomspace(0.03, 1.0, 25)
    kappa = api.thermal_conductivity(T, 10 * J0_over_h0, interaction=interaction)
    reference = api.thermal_conductivity(1.0, 10 * J0_over_h0, interaction=interaction)
    return T, 0.04 * kappa.value / reference.value


def test_two_tls_is_part_of_the_package():
    assert "two_tls" in OTHERS


@pytest.mark.parametrize("interaction", OTHERS)
def test_a_fit_on_the_atlas_of_an_interaction_gives_its_J0_over_h0(interaction):
    T, kappa = made_points(interaction, 0.3)
    report = fit(T, kappa, "thermal_conductivity", relative_error=0.01, scan=False)
    atlas = report.fit["atlas"]
    assert list(atlas["interactions"]) == ["gaussian", *OTHERS]
    assert atlas["interaction"] == "gaussian"
    assert atlas["interactions"]["gaussian"] == report.J0_over_h0[0]
    own = fit(T, kappa, "thermal_conductivity", relative_error=0.01, scan=False, interaction=interaction)
    assert own.J0_over_h0[0] == pytest.approx(0.3, abs=0.002)
    assert atlas["interactions"][interaction] == pytest.approx(own.J0_over_h0[0], abs=1e-4)
    assert own.fit["atlas"]["interactions"]["gaussian"] == pytest.approx(report.J0_over_h0[0], abs=1e-4)
    row = J0_over_h0_record(report.fit)
    assert row[f"J0_over_h0_{interaction}"] == pytest.approx(atlas["interactions"][interaction])
    shift = atlas["interactions"][interaction] - report.J0_over_h0[0]
    assert f"{shift:+.2g} ({interaction})".replace("-", "−") in str(report)


@pytest.mark.parametrize("interaction", ["gaussian", *OTHERS])
def test_J0_over_h0_with_another_h0_or_interaction_is_that_of_its_own_fit(interaction):
    T, kappa = made_points("gaussian", 0.29)
    kappa *= 1 + 0.012 * np.random.default_rng(12).standard_normal(len(T))

    def atlas_of(**options):
        return fit(T, kappa, "thermal_conductivity", relative_error=0.012, scan=False, **options).fit["atlas"]

    atlas = atlas_of(interaction=interaction)
    alternatives = {name: atlas_of(interaction=name) for name in atlas["interactions"]}
    for name, alternative in alternatives.items():
        if not alternative["rejected"]:
            assert atlas["interactions"][name] == pytest.approx(alternative["model"]["values"]["J0_over_h0"], abs=1e-3)
    for h0_K in (5.0, 20.0):
        alternative = atlas_of(interaction=interaction, h0=h0_K)
        if not alternative["rejected"] and alternative["fitted_K"] == atlas["fitted_K"]:
            assert atlas["h0"][f"{h0_K:g}"] == pytest.approx(alternative["model"]["values"]["J0_over_h0"], abs=1e-3)


def test_J0_over_h0_with_another_h0_changes_by_the_difference_of_fits_of_the_same_points():
    """Below 0.04 K, points are on the atlas for h0 = 10 K, but not for 20 K; above 2 K not for 5 K."""
    T = np.geomspace(0.025, 2.5, 30)
    kappa = api.thermal_conductivity(T, 3.0).value * (1 + 0.05 * np.random.default_rng(3).standard_normal(len(T)))
    kappa *= 0.04 / kappa[-1]

    def atlas_of(h0_K, inside):
        options = {"relative_error": 0.05, "scan": False, "h0": h0_K}
        return fit(T[inside], kappa[inside], "thermal_conductivity", **options).fit["atlas"]

    def J0_over_h0(*arguments):
        return atlas_of(*arguments)["model"]["values"]["J0_over_h0"]

    whole = atlas_of(10.0, T > 0)
    for h0_K, inside in ((20.0, T >= 0.04), (5.0, T <= 2.0)):
        change = J0_over_h0(h0_K, inside) - J0_over_h0(10.0, inside)
        assert abs(change) > 1e-3
        assert whole["h0"][f"{h0_K:g}"] == pytest.approx(whole["model"]["values"]["J0_over_h0"] + change, abs=2e-4)


def test_the_command_fits_with_an_interaction(tmp_path, capsys):
    T, kappa = made_points("two_tls", 0.3)
    pd.DataFrame({"T (K)": T, "kappa (W/(m K))": kappa}).to_csv(tmp_path / "kappa.csv", index=False)
    command = ["fit", str(tmp_path / "kappa.csv"), "--observable", "thermal_conductivity", "--relative-error", "1%", "--json"]
    for options, interaction in (([], "gaussian"), (["--interaction", "two_tls"], "two_tls")):
        assert cli.main([*command, *options, "--out", str(tmp_path / interaction)]) == 0
        atlas = json.loads(capsys.readouterr().out)["atlas"]
        assert atlas["interaction"] == interaction
        assert atlas["interactions"]["two_tls"] == pytest.approx(0.3, abs=0.01)
        assert atlas["model"]["values"]["J0_over_h0"] == pytest.approx(atlas["interactions"][interaction])
    assert cli.main([*command, "--interaction", "magnetic"]) == 2
    assert "magnetic" in capsys.readouterr().err


def test_without_an_atlas_fit_nothing_is_reported():
    T = np.geomspace(0.03, 1.0, 25)
    report = fit(T, 0.04 * T**3.0, "thermal_conductivity", relative_error=0.01, scan=False)
    assert report.fit["atlas"]["rejected"]
    assert report.fit["atlas"]["interactions"] == {}
    assert all(J0_over_h0_record(report.fit)[f"J0_over_h0_{name}"] is None for name in api.interactions())


def test_n_at_weak_coupling_is_universal_for_independent_fields():
    values = pd.read_csv(ROOT / "config/interactions/interaction_values.csv")
    weak = values["J0_over_h0"] <= report_text.UNIVERSAL_J0_OVER_H0
    lowest_K = 10.0 * report_text.UNIVERSAL_E_OVER_H0  # h0 = 10 K
    means = values[(values["quantity"] == "n_mean") & weak & (values["E_low_K"] >= lowest_K)]
    same_moment = means["model"].isin(["dipolar_gaussian_same", "two_tls", "electric_elastic"])
    independent, dependent = means[~same_moment], means[same_moment]
    assert {"dipolar", "dipolar_gaussian", "elastic", "gaussian_random"} <= set(independent["model"])
    assert independent["relative"].abs().max() < report_text.UNIVERSAL_WITHIN
    assert (dependent["relative"] > report_text.UNIVERSAL_WITHIN).all()  # fields of the same dipole are not universal


def test_an_unknown_interaction_is_refused_in_one_line():
    T, kappa = made_points("gaussian", 0.3)
    with pytest.raises(validation.InputError) as caught:
        fit(T, kappa, "thermal_conductivity", relative_error=0.01, interaction="magnetic")
    (line,) = caught.value.lines
    assert "interaction" in line
    assert "magnetic" in line
    assert "two_tls" in line
