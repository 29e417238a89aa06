"""Fits of measured data as targets of the DAG."""

import yaml


def test_an_observable_that_is_registered_reaches_datasets_and_the_closure_study(workflow):
    """A further entry, here κ under another name: a dataset of it is accepted, and closure has a job for it."""
    path = workflow.folder / "scripts/tlsglass/models/registry.py"
    added = """
from dataclasses import replace
register(replace(kappa := get_observable("thermal_conductivity"), name="toy", recipe=replace(kappa.recipe, stream=None)))
"""
    path.write_text(path.read_text(encoding="utf-8") + added, encoding="utf-8")
    info = workflow.folder / "config/experiments/stycast1266_thermal_conductivity/dataset.yaml"
    content = yaml.safe_load(info.read_text(encoding="utf-8")) | {"observable": "toy"}
    info.write_text(yaml.safe_dump(content), encoding="utf-8")
    run = workflow.run("-n", "results/runs/tiny/tables/closure.csv")
    assert run.returncode == 0, run.stderr[-3000:]
    assert "results/runs/tiny/closure/toy.csv" in run.stdout
