"""A new figure is one function, one entry and one caption; without the caption nothing starts."""

import re

import pandas as pd
import pytest

from shared import ROOT

CONTRIBUTING = (ROOT / "CONTRIBUTING.md").read_text(encoding="utf-8")
DRAW = re.search(r"\n## A figure\n.*?```python\n(.*?)```", CONTRIBUTING, flags=re.S)[1]
ENTRY = re.search(r"`(Entry\(\"figure_toy\".*?\))`", CONTRIBUTING)[1]
END_OF_ENTRIES = "]\n\n\ndef sections()"


@pytest.fixture
def with_toy(workflow):
    """The workflow with a function and an entry of a new figure, but without its caption."""
    library = workflow.folder / "scripts/tlsglass/report"
    (library / "figures/figure_toy.py").write_text(DRAW, encoding="utf-8")
    text = (library / "catalogue.py").read_text(encoding="utf-8")
    assert text.count(END_OF_ENTRIES) == 1
    with_entry = text.replace(END_OF_ENTRIES, f"    {ENTRY},\n{END_OF_ENTRIES}")
    (library / "catalogue.py").write_text(with_entry, encoding="utf-8")
    return workflow


def test_one_function_and_one_entry_make_a_figure(with_toy):
    caption = with_toy.folder / "workflow/report/figure_toy.rst"
    refused = with_toy.run("-n")
    assert refused.returncode == 1
    lines = (refused.stdout + refused.stderr).splitlines()
    lines = [line for line in lines if not line.startswith(("Using workflow", "Config file"))]
    assert lines == ["catalogue: figure_toy: no caption, workflow/report/figure_toy.rst"]

    caption.write_text('A toy: {{ tally("") }}.\n', encoding="utf-8")
    planned = with_toy.run("-n", "-q", "rules").stdout
    assert "figure_toy " in planned
    made = with_toy.run("results/runs/tiny/figures/figure_toy.csv")
    assert made.returncode == 0, made.stderr[-3000:]
    shown, scales = (pd.read_csv(with_toy.results() / f"{name}.csv") for name in ("figures/figure_toy", "tables/table_1"))
    assert shown["y"].tolist() == [float(f"{J0 / 10:.6g}") for J0 in scales["J0_K"]]  # the six digits of a figure's data
    for suffix in ("svg", "png"):
        assert (with_toy.results() / f"figures/figure_toy.{suffix}").stat().st_size > 1000
    svg = (with_toy.results() / "figures/figure_toy.svg").read_text(encoding="utf-8")
    assert len(re.findall(r"<use [^>]*fill: #1f77b4", svg)) == len(shown)  # a marker at each point

    # an edit of its module makes it anew, and no other figure
    module = with_toy.folder / "scripts/tlsglass/report/figures/figure_toy.py"
    module.write_text(DRAW + "\n", encoding="utf-8")
    again = with_toy.run("results/runs/tiny/figures/figure_toy.csv", "-n", "-q", "rules").stdout
    assert "figure_toy " in again
    assert "closed_form_tables" not in again
