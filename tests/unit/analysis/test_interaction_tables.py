"""Tables of the interactions: densities, paired differences, constants of the moments, and χ² of the ratios of µ."""

import json
from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from shared import CONFIG
from tlsglass.analysis import interaction_tables
from tlsglass.base import labels
from tlsglass.dos.grid import Grid
from tlsglass.model.parameters import ModelParameters

SETTINGS = {"fits": CONFIG["fits"], "observables": CONFIG["observables"], "warm_K": 0.5}
SECTION = {"mu_windows_K": [[0.1, 3], [0.2, 3]], "ratio_edges_K": [0, 0.1, 1, 10]}
CELL = {"L": 8, "h0_K": 10.0, "J0_K": 10.0, "cutoff": 1.0, "concentration": 0.5}


@pytest.fixture
def series(counts_of):
    """Return rungs whose n is amplitude E^µ, exactly, with the fingerprint of an interaction."""

    def series(mu, amplitude, interaction="gaussian"):
        model = ModelParameters(8, 10.0, 2.0, 1.0, 0.5, interaction=interaction)
        fingerprint = json.dumps(labels.to_jsonable(model))
        rungs = [
            counts_of(lambda E: amplitude * E**mu, T, E_max_K=100.0, grid=Grid(20, 8, 1.04))
            for T in CONFIG["density_of_states"]["temperatures_K"]
        ]
        return [replace(rung, fingerprint=fingerprint) for rung in rungs]

    return series


def test_values_and_differences_are_those_of_power_laws(series):
    tables = interaction_tables.tabulate_set(series(0.2, 0.01, "elastic"), series(0.1, 0.02), "tensors", SETTINGS, SECTION)
    values = tables["values"].set_index(["quantity", "E_low_K", "E_high_K"])
    row = values.loc[interaction_tables.MU_WINDOW, 0.1, 3.0]
    assert row["value"] == pytest.approx(0.2, abs=1e-3)
    assert row["difference"] == pytest.approx(0.1, abs=1e-3)
    assert (row["model"], row["J0_over_h0"], row["n_realizations"]) == ("tensors", 0.2, 1000)
    row = values.loc[interaction_tables.MEAN_DENSITY, 1.0, 10.0]
    mean = 0.01 * (10**1.2 - 1) / 1.2 / 9
    assert row["value"] == pytest.approx(mean, rel=0.01)
    assert row["relative"] == pytest.approx(mean / (0.02 * (10**1.1 - 1) / 1.1 / 9) - 1, abs=0.01)
    assert {"B", "mu", "alpha", "beta", "slope_ratio"} <= set(tables["values"]["quantity"])
    n = tables["densities"]
    middle = np.sqrt(n["E_low_K"] * n["E_high_K"])[1:]
    np.testing.assert_allclose(n["n"][1:], 0.01 * middle**0.2, rtol=0.05)


def test_constants_of_normal_factors_and_of_dipoles(monkeypatch):
    monkeypatch.setattr(interaction_tables, "LARGE_SAMPLE_SIZE", 300)
    models = {
        "normal": {},
        "unit": {"interaction": "dipolar"},
        "dipoles": {"interaction": "dipolar_gaussian"},
        "same": {"interaction": "dipolar_gaussian", "fields": "same_dipole"},
    }
    table = interaction_tables.tabulate_constants(models, CELL)
    value = table.set_index(["model", "quantity"])["value"]
    for model in ("normal", "dipoles"):
        assert value[model, "weak_coupling_strength"] == pytest.approx(4 / 3, rel=5e-3)
        assert value[model, "strength_at_zero_field"] == pytest.approx(1, abs=1e-9)
        assert value[model, "n_0_h0"] == pytest.approx(0.5 / np.sqrt(2 * np.pi))
    assert value["normal", "frustrated_triangles"] == pytest.approx(0.5, abs=5e-3)  # 4 σ of 200,000
    assert value["normal", "rms_c_ij"] == 1
    assert value["dipoles", "rms_c_ij"] == pytest.approx(np.sqrt(6) * np.sqrt(2 / np.pi) / 1.7573, rel=1e-4)
    # in all directions, the strength of a dipole is proportional to its length, whose relative spread is sqrt(3π/8 - 1)
    assert value["dipoles", "local_strength_variation"] == pytest.approx(np.sqrt(3 * np.pi / 8 - 1), abs=0.03)
    assert value["unit", "local_strength_variation"] < 0.02
    assert value["same", "strength_field_correlation"] > 0.8
    assert value["same", "strength_at_zero_field"] < 0.9


def test_chi2_with_a_common_factor_by_hand():
    """Two models, µ = 2 p exactly and µ = 1.9 p: by hand, and as the residual of a weighted mean."""
    table = pd.DataFrame({"L": 8, "J0_K": 3.0, "J0_over_h0": 0.3, "predicted": [0.1, 0.1], "predicted_err": 0.0})
    table = table.assign(model=["a", "b"], mu=[0.2, 0.19], mu_err=[0.01, 0.01])
    (row,) = interaction_tables.compare_with_predictions(table).to_dict("records")
    assert row["factor"] == pytest.approx(1.95)
    assert row["factor_err"] == pytest.approx(0.1 / np.sqrt(2))
    assert row["chi2_joint_distribution"] == row["chi2_mean_alone"] == pytest.approx(0.5)
    assert row["dof"] == 1
    assert row["p_joint_distribution"] == pytest.approx(0.4795, abs=1e-4)
    assert row["mean_deviation"] == pytest.approx((0.05 / 1.95 + 0.05 / 1.95) / 2)


def test_errors_of_the_prediction_count_too():
    rng = np.random.default_rng(1)
    chi2 = []
    for _ in range(400):
        truth = rng.uniform(0.1, 0.3, 8)
        predicted = truth + rng.normal(0, 0.01, 8)
        table = pd.DataFrame({"L": 8, "J0_K": 3.0, "J0_over_h0": 0.3, "predicted": predicted, "predicted_err": 0.01})
        table = table.assign(mu=1.3 * truth + rng.normal(0, 0.02, 8), mu_err=0.02)
        chi2.append(interaction_tables.compare_with_predictions(table)["chi2_joint_distribution"].item())
    assert np.mean(chi2) == pytest.approx(7, abs=4 * np.sqrt(14 / 400))


def test_predictions_are_relative_to_the_reference_of_the_same_set(monkeypatch):
    monkeypatch.setattr(interaction_tables, "SAMPLE_SIZE", 60)
    monkeypatch.setattr(interaction_tables, "SAMPLES", 2)
    rows = [
        {"model": model, "L": 8, "J0_K": 3.0, "J0_over_h0": 0.3, "quantity": interaction_tables.MU_WINDOW}
        | {"E_low_K": 0.1, "E_high_K": 3.0, "value": 0.2, "value_err": 0.01, "relative": 0.0, "relative_err": 0.1}
        for model in ("gaussian", "same")
    ]
    models = {"gaussian": {}, "same": {"interaction": "dipolar_gaussian", "fields": "same_dipole"}}
    table = interaction_tables.tabulate_predictions(pd.DataFrame(rows), models, CELL, "gaussian")["predictions"]
    ratio = table.set_index("model")["predicted_ratio"]
    assert ratio["gaussian"] == 1
    assert 0.4 < ratio["same"] < 0.7
