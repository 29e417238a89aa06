"""The published outcome is what the published densities of states give, and batches simulated now give its shards."""

import json
import os
import subprocess
import sys

import numpy as np
import pandas as pd
import pytest
from tiny import Workflow

import snakemake_logger_plugin_stages as stages
from shared import PUBLISHED, ROOT
from tlsglass.report import catalogue


@pytest.fixture
def workflow(tmp_path):
    """The workflow with the published outcome, which simulates nothing and thus needs nothing compiled."""
    workflow = Workflow(tmp_path)
    workflow.add_published()
    return workflow


def test_every_table_figure_and_verdict_follows_from_the_published_densities(workflow):
    workflow.refuse_undeclared_inputs()
    run = workflow.run("--verbose", configfile="config/published.yaml")
    assert run.returncode == 0, run.stderr[-3000:]
    assert not (workflow.folder / "results/shards").exists()
    made = workflow.results("published")
    jobs = len(list(made.glob("benchmarks/**/*.tsv")))
    assert jobs / 2 < run.stderr.count("Ready jobs: ") < jobs + 5  # Snakemake looks for jobs when one has ended, not more often
    rules = {path.relative_to(made / "benchmarks").with_suffix("").parts[0] for path in made.glob("benchmarks/**/*.tsv")}
    assert rules <= set(stages.read_seconds())  # so that the time left is known from the first line on
    pages = sorted(path.relative_to(PUBLISHED) for path in PUBLISHED.glob("*/*.md"))
    assert pages
    for page in pages:
        assert (made / page).read_text(encoding="utf-8") == (PUBLISHED / page).read_text(encoding="utf-8"), page
    for path in sorted(path.relative_to(PUBLISHED) for path in PUBLISHED.glob("*/*.csv")):
        ours, published = pd.read_csv(made / path), pd.read_csv(PUBLISHED / path)
        assert list(ours) == list(published), path
        for column in ours:
            if pd.api.types.is_numeric_dtype(published[column]):
                # minimisers end within their tolerance of each other on another processor
                np.testing.assert_allclose(ours[column], published[column], rtol=1e-5, atol=1e-9, err_msg=f"{path} {column}")
            else:
                assert list(ours[column]) == list(published[column]), path
    for path in sorted(path.relative_to(PUBLISHED) for path in PUBLISHED.glob("**/*.svg")):
        assert (made / path).stat().st_size == pytest.approx((PUBLISHED / path).stat().st_size, rel=0.02), path
    # the report of this run, without a network: every figure and table under its title, in the order of the paper
    report = workflow.run("--report", "results/runs/published/report.html", configfile="config/published.yaml")
    assert report.returncode == 0, report.stderr[-3000:]
    html = (made / "report.html").read_text(encoding="utf-8")
    for entry in catalogue.ENTRIES:
        assert json.dumps(entry.title)[1:-1] in html, entry.name
    assert html.count("is a Gaussian with a dip at low E") == 1


def test_other_physics_has_no_published_densities(workflow):
    run = workflow.run("--config", "seed=1", "density_of_states={source: published}", configfile=None)
    assert run.returncode == 1
    assert "--config: seed = 1: must be what the published densities were made with, 20210205; or simulate" in run.stderr


def test_a_batch_simulated_now_is_the_published_one():
    run = subprocess.run(
        [sys.executable, ROOT / "tools/resimulate_batches.py", "-n", "1", "--seed", "4"],
        env=os.environ | {"PYTHONPATH": str(ROOT / "scripts")},
        capture_output=True,
        text=True,
        check=False,
    )
    assert run.returncode == 0, run.stderr
    assert "20 shards as published" in run.stdout
