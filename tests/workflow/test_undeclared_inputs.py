"""Jobs read only what their rules declare as inputs: here closure and pages, and the whole study in other modules."""

import importlib.util
import re
import shutil

import pytest

from shared import ROOT

CLOSURE = ("results/runs/tiny/closure/specific_heat.csv", "results/runs/tiny/tables/closure_devices.csv")


@pytest.fixture
def checked(workflow):
    """A workflow whose jobs fail if they read what their rule does not declare, with one dataset in each closure study."""
    workflow.refuse_undeclared_inputs()
    for name in ("experiments", "joint"):
        edit(workflow, name, '"datasets": 500', '"datasets": 1')
    return workflow


def edit(workflow, name, old, new):
    path = workflow.folder / f"workflow/rules/{name}.smk"
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new), encoding="utf-8")


def test_closure_is_made_again_for_a_new_atlas(checked):
    run = checked.run(*CLOSURE)
    assert run.returncode == 0, run.stderr[-3000:]
    assert "Nothing to be done" in checked.run("-n", *CLOSURE).stdout
    with (checked.folder / "scripts/tlsglass/atlas/atlas.npz").open("ab") as atlas:
        atlas.write(b"new")
    planned = checked.run("-n", *CLOSURE).stdout
    assert set(re.findall(r"^rule (\w+):", planned, re.MULTILINE)) == {"closure", "closure_devices"}


def test_an_undeclared_input_is_found(checked):
    edit(checked, "joint", '    input={"atlas_files": ATLAS_FILES},\n', "")
    run = checked.run(CLOSURE[1])
    assert run.returncode == 1
    log = (checked.results() / "logs/closure_devices.log").read_text(encoding="utf-8")
    assert "scripts/tlsglass/atlas/annealing.npz is no input of rule closure_devices" in log


def test_the_pages_are_made_from_the_inputs_of_their_rules(checked):
    checked.add_published()
    for folder in ("benchmarks", "docs/templates", "paper"):
        shutil.copytree(ROOT / folder, checked.folder / folder)
    note = ["results_note"] if importlib.util.find_spec("typst") else []
    run = checked.run("page", "readme", *note, configfile="config/published.yaml")
    assert run.returncode == 0, run.stderr[-3000:]
