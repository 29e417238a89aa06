"""Fits of measured data as targets of the DAG."""

import json

import pytest
import yaml


def test_a_dataset_on_a_simulated_density_of_states(workflow):
    """The simulated n(T, E) of L = 4 in the place of Eq. (3): a fit of the points between its temperatures, without µ."""
    target = "results/runs/tiny/experiments/stycast1266_thermal_conductivity/L4_J2.json"
    run = workflow.run(target)
    assert run.returncode == 0, run.stderr[-3000:]
    fit = json.loads((workflow.folder / target).read_text(encoding="utf-8"))
    assert set(fit["simulated"]["values"]) == {"kappa_1K"}
    assert fit["fitted_K"] == [0.0609, 0.434]
    assert fit["simulated"]["dof"] == fit["mu_free"]["dof"] + 1
    assert fit["stm"]["values"]["kappa_1K"] == pytest.approx(0.0498, abs=1e-3)
    # κ ~ 1/n, and its amplitude belongs to n at 1 K: there is more of it than at the temperatures of the points
    assert 0.5 < fit["simulated"]["values"]["kappa_1K"] / fit["stm"]["values"]["kappa_1K"] < 1


def test_an_observable_that_is_registered_reaches_datasets_and_the_closure_study(workflow):
    """A further entry, here κ under another name: a dataset of it is accepted, and closure has a job for it."""
    path = workflow.folder / "scripts/tlsglass/experiment/observables.py"
    added = """
from dataclasses import replace
register(replace(kappa := named("thermal_conductivity"), name="toy", recipe=replace(kappa.recipe, stream=None)))
"""
    path.write_text(path.read_text(encoding="utf-8") + added, encoding="utf-8")
    info = workflow.folder / "config/experiments/stycast1266_thermal_conductivity/dataset.yaml"
    content = yaml.safe_load(info.read_text(encoding="utf-8")) | {"observable": "toy"}
    info.write_text(yaml.safe_dump(content), encoding="utf-8")
    run = workflow.run("-n", "results/runs/tiny/tables/closure.csv")
    assert run.returncode == 0, run.stderr[-3000:]
    assert "results/runs/tiny/closure/toy.csv" in run.stdout
