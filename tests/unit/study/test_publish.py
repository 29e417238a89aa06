"""The published outcome is what its manifest says, and what the study asks for; an unfinished run is not published."""

import json
import os
import shutil
import subprocess
import sys

import pytest
import yaml

from shared import PUBLISHED, ROOT
from tlsglass.base import io, published_files
from tlsglass.study import inventory, publish
from tlsglass.study.configured_study import Study

MANIFEST = json.loads((PUBLISHED / "MANIFEST.json").read_text(encoding="utf-8"))
STUDY = Study(yaml.safe_load((ROOT / "config/config.yaml").read_text(encoding="utf-8")))


def test_the_published_counts_are_those_of_the_manifest_and_of_the_study():
    on_disk = {str(path.relative_to(PUBLISHED)) for path in PUBLISHED.glob("*/**/*.npz")}
    assert on_disk == set(MANIFEST["counts"]) == {name for name, _ in inventory.merged_checks(STUDY)}
    assert {name: io.read_digest(PUBLISHED / name) for name in on_disk} == MANIFEST["counts"]
    assert publish.wrong_counts(STUDY, PUBLISHED) == []
    assert MANIFEST["realizations"] == 40_000
    assert sum(path.stat().st_size for path in PUBLISHED.glob("**/*") if path.is_file()) < 17e6


def test_the_manifest_lists_shards_by_their_set_rung_and_batch():
    listed = {
        f"{name}/{rung}": {str(batch) for batch in plan.batches}
        for name, plan in STUDY.simulation_plans().items()
        for rung in [*plan.rungs, *(["chain"] if plan.with_quench else [])]
    }
    assert set(MANIFEST["shards"]) == set(listed)
    for place, batches in MANIFEST["shards"].items():
        assert set(batches) <= listed[place]


def with_fewer(study, **change):
    """Return the study of the published configuration with the lattices changed."""
    config = json.loads(json.dumps(study.config))
    for lattice in config["lattices"]:
        lattice |= change
    config["checks"] |= dict.fromkeys(["variants", "finite_size", "weak_coupling"])
    return Study(config)


def test_a_density_with_other_realizations_of_another_origin_or_altered_is_named(tmp_path):
    shutil.copytree(PUBLISHED, tmp_path / "run", ignore=shutil.ignore_patterns("MANIFEST.json"))
    run = tmp_path / "run"
    more = publish.wrong_counts(with_fewer(STUDY, realizations=20_000), run)
    assert len(more) == 4 * 20
    assert all("foreign (it contains 10000 realizations and this study has 20000)" in line for line in more)
    shutil.copy(run / "dos/L8_J2/T0.5.npz", run / "dos/L8_J2/T0.4.npz")
    shutil.copy(run / "dos/L8_J3/T0.5.npz", run / "dos/L8_J2/T0.3.npz")
    content = bytearray((run / "dos/L8_J2/T0.2.npz").read_bytes())
    content[len(content) // 2] ^= 1
    (run / "dos/L8_J2/T0.2.npz").write_bytes(content)
    (run / "chain/L12_J3.npz").unlink()
    lines = publish.wrong_counts(STUDY, run)
    assert len(lines) == 4
    for name, said in (
        ("dos/L8_J2/T0.2.npz", "damaged"),
        ("dos/L8_J2/T0.3.npz", "its temperature is 0.5 K"),
        ("dos/L8_J2/T0.4.npz", "its temperature is 0.5 K"),
        ("chain/L12_J3.npz", "missing"),
    ):
        (line,) = [line for line in lines if line.startswith(f"{run / name}: ")]
        assert said in line
    shutil.copy(run / "dos/L8_J3/T0.3.npz", run / "dos/L8_J2/T0.3.npz")
    assert any("J0_K is 3 in it and 2 in this study" in line for line in publish.wrong_counts(STUDY, run))


def test_a_run_is_complete_when_all_is_what_its_provenance_tells(tmp_path):
    assert "the run is not finished" in publish.incomplete_files(tmp_path)[0]
    (tmp_path / "table.csv").write_text("a\n")
    digests = {"table.csv": io.sha256(tmp_path / "table.csv")}
    (tmp_path / "checks").mkdir()
    (tmp_path / "checks/provenance.json").write_text(json.dumps({"sha256": digests}))
    assert publish.incomplete_files(tmp_path) == []
    (tmp_path / "table.csv").write_text("b\n")
    assert publish.incomplete_files(tmp_path) == [f"{tmp_path}/table.csv: its SHA-256 is not that in checks/provenance.json"]
    (tmp_path / "table.csv").unlink()
    assert publish.incomplete_files(tmp_path) == [f"{tmp_path}/table.csv: missing"]


def test_a_run_without_the_fit_of_a_dataset_is_refused_by_its_name(tmp_path):
    for name in ("broken", "good"):
        (tmp_path / "experiments" / name).mkdir(parents=True)
    io.write_json(tmp_path / "run/checks/provenance.json", {"sha256": {"experiments/good/fit.json": ""}})
    (line,) = publish.unfitted_datasets(tmp_path / "run", tmp_path / "experiments")
    assert line.startswith(f"{tmp_path}/experiments/broken: ")


@pytest.mark.parametrize("name", ["dos/L8_J2/T2e-06.npz", "variants/field_scale/T0.5.npz", "chain/L12_J2.npz"])
def test_no_published_origin_tells_what_its_numbers_do_not_depend_on(name):
    metadata = io.read_arrays(PUBLISHED / name)[1]
    fingerprint = json.loads(metadata["origin"])
    assert "measured_K" not in fingerprint
    assert ("quench_K" in fingerprint) == (name != "variants/field_scale/T0.5.npz")
    if name.startswith("variants"):
        assert (fingerprint["ladder_K"][0], fingerprint["ladder_K"][-1]) == ("30", "0.05")


@pytest.fixture
def run_and_published(tmp_path):
    """A run whose provenance lists a figure and a table, and an older published outcome of it."""
    run, folder = tmp_path / "run", tmp_path / "results/published"
    for name in ("tables/a.csv", "tables/a.md", "figures/a.svg", "figures/a.csv", "figures/left_over.svg"):
        io.write_text(run / name, f"new {name}")
    listed = {name: io.sha256(run / name) for name in ("tables/a.csv", "figures/a.csv")}
    io.write_json(run / "checks/provenance.json", {"sha256": listed})
    for name in ("tables/a.csv", "tables/gone.csv", "figures/a.svg", "dos/T1.npz"):
        io.write_text(folder / name, f"old {name}")
    published_files.write_manifest(folder, {"config": {}})
    return run, folder


def state(folder):
    return {str(path.relative_to(folder)): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def test_an_outcome_is_published_with_the_list_of_its_files(run_and_published):
    run, folder = run_and_published
    publish.publish_outcome(run, folder)
    assert set(state(folder)) == {
        "MANIFEST.json",
        "dos/T1.npz",
        "figures/a.csv",
        "figures/a.svg",
        "tables/a.csv",
        "tables/a.md",
    }
    assert published_files.failed_files(folder) == []
    assert (folder / "tables/a.csv").read_text() == "new tables/a.csv"
    assert (folder / "dos/T1.npz").read_text() == "old dos/T1.npz"


@pytest.mark.parametrize("step", [1, 4, 8, 11])
def test_a_killed_publish_leaves_the_old_outcome_or_the_new_one(run_and_published, step):
    """The process is killed at its n-th change of the file system, as by SIGKILL: no handler runs."""
    run, folder = run_and_published
    before = state(folder)
    program = f"""
import os, sys
from pathlib import Path
count = 0
def audit(event, arguments):
    global count
    if event in ("shutil.copyfile", "os.rename", "os.remove", "os.rmdir", "os.mkdir") and "published" in str(arguments):
        count += 1
        if count > 2 * {step}:
            os._exit(9)
from tlsglass.study import publish
sys.addaudithook(audit)
publish.publish_outcome(Path({str(run)!r}), Path({str(folder)!r}))
"""
    killed = subprocess.run(
        [sys.executable, "-c", program], env=os.environ | {"PYTHONPATH": str(ROOT / "scripts")}, check=False
    )
    assert killed.returncode in (0, 9)
    after = state(folder)
    publish.publish_outcome(run, folder)
    assert after in (before, state(folder))
    assert [path.name for path in folder.parent.iterdir()] == ["published"]


def test_nothing_is_published_beside_altered_counts(run_and_published):
    run, folder = run_and_published
    (folder / "dos/T1.npz").write_text("altered")
    before = state(folder)
    with pytest.raises(io.UserError, match="restore it with"):
        publish.publish_outcome(run, folder)
    assert state(folder) == before


def test_the_published_files_are_those_of_the_list():
    assert published_files.failed_files(PUBLISHED) == [], "tools/publish.py --list"
