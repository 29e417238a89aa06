"""Runs apart, shards shared: what one run wrote, no other touches, and what two simulate alike is simulated once."""

import os
import shutil
import subprocess
import sys

import pytest
from tiny import NO_CHECKS, ROOT, TINY, shown_at

SMALL = shown_at(4) | {
    "model": {"J0_K": [2]},
    "lattices": TINY["lattices"][:1],
    "checks": NO_CHECKS,
}
STRONGER = SMALL | {"model": {"J0_K": [2], "h0_K": 11}}
# one more measured temperature, and the same simulation under another name
WARMER = SMALL | {"density_of_states": {"temperatures_K": [*TINY["density_of_states"]["temperatures_K"], 2]}}


def targets(run, *more):
    return [f"results/runs/{run}/{path}" for path in ("dos/L4_J2/T0.5.csv", "tables/annealing.csv", *more)]


@pytest.fixture(scope="module")
def three(module_workflow):
    """Three runs in one folder, one after the other; return the workflow and the bytes of the files after each of them."""
    module_workflow.add_published()
    module_workflow.write_overlay(SMALL)
    module_workflow.write_overlay(STRONGER, "config/stronger.yaml")
    after = []
    for run, wanted in (
        ("tiny", targets("tiny")),
        ("published", ["results/runs/published/dos/L8_J2/T0.5.csv", "results/runs/published/chain/L8_J2.npz"]),
        ("stronger", targets("stronger")),
    ):
        made = module_workflow.run(*wanted, configfile=f"config/{run}.yaml")
        assert made.returncode == 0, made.stderr[-3000:]
        after.append(module_workflow.bytes_of("results/**/*"))
    return module_workflow, after


def test_no_run_touches_the_files_of_another_nor_the_published_outcome(three):
    workflow, (first, second, third) = three
    assert {path: second[path] for path in first} == first
    assert {path: third[path] for path in second} == second
    assert {path for path in second if path.startswith("results/runs/published/")} == set(second) - set(first)
    assert workflow.run("-n", *targets("tiny")).stdout.count("Nothing to be done") == 1
    published = {path: content for path, content in third.items() if path.startswith("results/published/")}
    assert published == {
        str(path.relative_to(ROOT)): path.read_bytes() for path in (ROOT / "results/published").rglob("*") if path.is_file()
    }


def test_another_h0_has_shards_of_its_own_and_one_more_temperature_shares_them(three):
    workflow, (_, _, before) = three
    folders = sorted(path.name for path in (workflow.folder / "results/shards").iterdir())
    assert [name.split("-")[0] for name in folders] == ["L4_J2", "L4_J2"]
    workflow.write_overlay(WARMER, "config/warmer.yaml")
    made = workflow.run(*targets("warmer", "dos/L4_J2/T2.csv"), configfile="config/warmer.yaml")
    assert made.returncode == 0, made.stderr[-3000:]
    after = workflow.bytes_of("results/**/*")
    assert {path: after[path] for path in before} == before  # the same bits, where they were simulated again
    assert sorted(path.name for path in (workflow.folder / "results/shards").iterdir()) == folders
    assert (workflow.results("warmer") / "dos/L4_J2/T0.5.npz").read_bytes() == before["results/runs/tiny/dos/L4_J2/T0.5.npz"]
    workflow.write_overlay(SMALL, "config/again.yaml")
    plan = workflow.run("-n", *targets("again"), configfile="config/again.yaml").stdout
    assert "rule dos_table:" in plan
    assert "rule anneal:" not in plan


def test_a_density_that_another_configuration_asks_more_of_is_named(three):
    """Fewer realizations than asked for, another origin, altered: whatever lies in the folder of the run is held against it."""
    workflow, _ = three
    more = SMALL | {"lattices": [SMALL["lattices"][0] | {"realizations": 90}]}
    workflow.write_overlay(more, "config/more.yaml")
    dos = workflow.results("more") / "dos/L4_J2"
    shutil.copytree(workflow.results() / "dos/L4_J2", dos)
    shutil.copy(workflow.results("stronger") / "dos/L4_J2/T0.5.npz", dos / "T1.npz")
    workflow.run("verify_files", configfile="config/more.yaml")
    lines = (workflow.results("more") / "logs/verify_files.log").read_text(encoding="utf-8").splitlines()
    remedy = "rebuild it with: snakemake --cores 1 --force results/runs/more/dos/L4_J2/T0.5.npz --configfile config/more.yaml"
    assert (
        "results/runs/more/dos/L4_J2/T0.5.npz: foreign (it contains 60 realizations and this study has 90); " + remedy
    ) in lines
    assert any(line.startswith("results/runs/more/dos/L4_J2/T1.npz: foreign (its temperature is 0.5 K)") for line in lines)
    assert any("T0.5.csv" in line and "not recorded" in line for line in lines)
    shutil.rmtree(workflow.results("more"))


def test_deleting_all_output_of_a_run_leaves_the_others_and_the_shards(three):
    workflow, _ = three
    before = workflow.bytes_of("results/**/*")
    deleted = workflow.run("--delete-all-output", *targets("stronger"), configfile="config/stronger.yaml")
    assert deleted.returncode == 0, deleted.stderr[-3000:]
    after = workflow.bytes_of("results/**/*")
    gone = set(before) - set(after)
    assert {"results/runs/stronger/dos/L4_J2/T0.5.npz", "results/runs/stronger/tables/annealing.csv"} <= gone
    assert all(path.startswith("results/runs/stronger/") for path in gone)
    assert {path: before[path] for path in after} == after


def test_an_unfinished_run_is_not_published(three):
    workflow, _ = three
    before = workflow.bytes_of("results/published/**/*")
    publish = subprocess.run(
        [sys.executable, "tools/publish.py", "tiny"],
        cwd=workflow.folder,
        env=os.environ | {"PYTHONPATH": "scripts"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert publish.returncode == 1
    assert publish.stderr.splitlines()[-1] == "the run tiny is not complete: nothing was published"
    assert workflow.bytes_of("results/published/**/*") == before


@pytest.mark.parametrize(
    ("arguments", "run"), [(["--config", "run=mine"], "mine"), (["--config", "pathvars={results: elsewhere}"], None)]
)
def test_a_run_is_named_and_its_folder_moved_on_the_command_line(three, arguments, run):
    workflow, _ = three
    target = f"results/runs/{run}/tables/annealing.csv" if run else "elsewhere/tables/annealing.csv"
    planned = workflow.run("-n", target, *arguments)
    assert planned.returncode == 0, planned.stderr[-2000:]
    assert target in planned.stdout


def test_a_run_whose_name_is_no_folder_is_refused(workflow):
    workflow.write_overlay(SMALL, "config/my study.yaml")
    run = workflow.run("-n", configfile="config/my study.yaml")
    assert "run = 'my study': must be made of letters, digits, - _ and ." in run.stderr
