"""The tiny study as a whole: resumed, without a shared file system, with a broken dataset; and the groups of its jobs."""

import itertools
import json
import os
import re
import shutil
import subprocess
import time

import pandas as pd
import pytest
import yaml
from tiny import TINY

from shared import ROOT
from tlsglass.base import io, validation
from tlsglass.report import catalogue
from tlsglass.study.configured_study import Study

SCRIPT = "<script>window.pwned=1</script>"
RST = f"niobium\n\n.. include:: /etc/passwd\n   :literal:\n\n.. raw:: html\n\n   {SCRIPT}\n\n"
RST += "{{ 12345679 * 9 }} $x$ `touch pwned`"


def write_hostile_texts(workflow):
    """Write reStructuredText, HTML, Jinja, mathtext and a shell command into the texts of a dataset."""
    path = workflow.folder / "config/experiments/niobium_resonator_frequency/dataset.yaml"
    info = yaml.safe_load(path.read_text(encoding="utf-8")) | dict.fromkeys(("title", "label", "material", "note"), RST)
    path.write_text(yaml.safe_dump(info), encoding="utf-8")


@pytest.fixture(scope="module")
def built(module_workflow):
    """A workflow in which the tiny study has run whole, with a dataset whose texts are hostile."""
    write_hostile_texts(module_workflow)
    module_workflow.refuse_undeclared_inputs()
    run = module_workflow.run()
    assert run.returncode == 0, run.stderr[-3000:]
    return module_workflow


def test_the_study_runs_whole_and_then_does_nothing(built):
    results = built.results()
    for k in range(1, 8):
        for suffix in ("svg", "png", "csv"):
            assert (results / f"figures/figure_{k}.{suffix}").stat().st_size > 200
    table = pd.read_csv(results / "tables/table_2.csv")
    assert {"L", "J0_K", "T_K", "B", "B_err", "B_sys", "mu", "mu_err", "mu_sys", "n_realizations"} <= set(table)
    assert len(table) == 2 * 2 * 4
    card = pd.read_csv(results / "checks/scorecard.csv")
    assert list(card) == ["id", "paper", "paper_err", "ours", "ours_err", "ours_sys", "z", "verdict", "note"]
    assert "not reproduced" not in set(card["verdict"])
    manifest = json.loads((results / "checks/provenance.json").read_text(encoding="utf-8"))
    assert manifest["config"]["annealing"]["sweeps"] == 10
    assert "tables/table_2.csv" in manifest["sha256"]
    for log in (built.results() / "logs/anneal").glob("L4_J2-*/00000-00029.log"):
        assert "30/30 realizations" in log.read_text(encoding="utf-8")
    second = built.run()
    assert "Nothing to be done" in second.stdout + second.stderr
    assert built.words("verify_files")[-1].endswith("files are what was written")


def test_hostile_texts_of_a_dataset_are_shown_as_text_in_the_report(built):
    run = built.run("--report", "results/runs/tiny/report.html")
    assert run.returncode == 0, run.stderr[-3000:]
    report = (built.results() / "report.html").read_text(encoding="utf-8")
    assert "window.pwned" in report.replace("\\u003c", "<")
    assert SCRIPT not in report
    assert "root:x:0:0" not in report
    assert "111111111" not in report
    assert not list(built.folder.rglob("pwned"))


# of the catalogue: functions of figures and tables get the contents of .npz, .csv and .json files, and no path
SHOWN = {"figure_1", "table_2", "experiments"}
LAST = ("provenance", "report_texts")  # depend on all others


def outputs_by_rule(workflow):
    """Return {rule: outputs of one of its jobs, and the record of their checksums}, of the catalogue for ``SHOWN`` only."""
    folder = workflow.results() / "checksums"
    left_out = {entry.name for entry in catalogue.ENTRIES} - SHOWN
    outputs = {}
    for record in sorted(folder.rglob("*.json")):
        rule = record.relative_to(folder).parts[0].removesuffix(".json")
        if rule not in outputs and rule not in left_out:
            outputs[rule] = [os.path.relpath(path, workflow.folder) for path in (record, *io.read_checksums(record))]
    outputs["anneal"] = list(workflow.bytes_of("results/shards/L4_J2-*/*/00000-*.npz"))
    return outputs


@pytest.mark.skipif(not shutil.which("rsync"), reason="snakemake-storage-plugin-fs needs rsync")
def test_without_a_shared_file_system_a_job_of_each_rule_gives_the_same_bits(built, workflow, tmp_path_factory):
    """Each job gets what it declares as inputs from a storage, and leaves what it declares as outputs there."""
    remote = tmp_path_factory.mktemp("remote")
    shutil.copytree(built.folder / "results", remote / "results", ignore=shutil.ignore_patterns("logs", "benchmarks"))
    outputs = outputs_by_rule(built)
    for path in itertools.chain(*outputs.values()):
        (remote / path).unlink()
    write_hostile_texts(workflow)
    for command in (
        ["init", "-q"],
        ["add", "Snakefile", "pyproject.toml", "config", "profiles", "scripts", "workflow", "envs"],
    ):
        subprocess.run(
            ["git", *command], cwd=workflow.folder, check=True
        )  # what jobs get of the workflow are its sources in git
    storage = ["--default-storage-provider", "fs", "--default-storage-prefix", str(remote), "--shared-fs-usage", "none"]
    last = [path for rule in LAST for path in outputs.pop(rule)]
    for files in (itertools.chain(*outputs.values()), last):
        now = time.time()
        for path in remote.rglob("*"):
            os.utime(
                path, (now, now)
            )  # only what is missing is made, and not the figures that depend on it, which would be older
        run = workflow.run(*(path for path in files if "/checksums/" not in path), *storage)
        assert run.returncode == 0, run.stderr[-3000:]
    assert not (workflow.folder / "results").exists()
    for pattern in ("results/shards/**/*.npz", "results/runs/tiny/[!bl]*/**/*.[ncmjp]*"):
        here = built.bytes_of(pattern)
        there = {str(path.relative_to(remote)): path.read_bytes() for path in remote.glob(pattern) if path.is_file()}
        assert set(here) == set(there)
        assert [path for path in here if here[path] != there[path]] == []


def test_a_lost_shard_is_rebuilt_and_an_edited_analysis_reruns_no_simulation(built):
    before = built.bytes_of("results/shards/**/*.npz")
    lost = next(path for path in before if "L4_J3" in path and "T0.5/00030" in path)
    (built.folder / lost).unlink()
    again = built.run(lost)
    assert again.returncode == 0, again.stderr[-3000:]
    assert built.bytes_of("results/shards/**/*.npz") == before
    library = built.folder / "scripts/tlsglass/dos/fits.py"
    text = library.read_text(encoding="utf-8")
    library.write_text(text + "\n", encoding="utf-8")
    planned = built.run("-n", "-q", "rules")
    assert "quantities" in planned.stdout
    assert "anneal " not in planned.stdout
    library.write_text(text, encoding="utf-8")  # the tests below run what they change, and not all that this edit would


def test_what_an_overlay_no_longer_shows_is_named(built):
    stale = built.results() / "figures/figure_variants.svg"
    assert stale.is_file()
    overlay = TINY | {"checks": TINY["checks"] | {"variants": None}}
    built.write_overlay(overlay)
    remedy = f"remove it with: rm -- {stale.relative_to(built.folder)}"
    assert sum(line.endswith(remedy) for line in built.words("verify_files")) == 1
    built.write_overlay(TINY)


def test_everything_but_what_needs_a_broken_dataset_is_made(built):
    """The dataset and its problem are named in one line; the tables are made without it, and the run fails in the end."""
    name = "fig4_silica_thermal_conductivity"
    path = built.folder / f"config/experiments/{name}/data.csv"
    good = path.read_text(encoding="utf-8")
    path.write_text(good.replace("\n", "\n-", 1), encoding="utf-8")
    planned = built.run("-n", "--quiet", "rules")
    assert planned.returncode == 0, planned.stderr[-3000:]
    (line,) = [line for line in planned.stdout.splitlines() if name in line and "broken" in line]
    assert f"{path.relative_to(built.folder)}: column T_K, row 1: -" in line
    run = built.run()
    assert run.returncode == 1
    assert line in run.stderr.splitlines()
    assert "Traceback" not in run.stdout + run.stderr
    assert set(re.findall(r"^Error in rule (\w+)", run.stdout + run.stderr, re.MULTILINE)) == {"broken_datasets"}
    assert name not in set(pd.read_csv(built.results() / "tables/experiments.csv")["dataset"])
    provenance = json.loads((built.results() / "checks/provenance.json").read_text(encoding="utf-8"))
    assert f"experiments/{name}/fit.json" not in provenance["sha256"]
    asked = built.run("-n", "--force", f"results/runs/tiny/experiments/{name}/fit.json")
    assert asked.returncode == 1
    assert [line for line in asked.stderr.splitlines() if line.startswith("config/")]
    path.write_text(good, encoding="utf-8")
    mended = built.run("results/runs/tiny/tables/experiments.csv")
    assert mended.returncode == 0, mended.stderr[-3000:]
    planned = built.run("-n", "--quiet", "rules")
    assert planned.returncode == 0, planned.stderr[-3000:]
    assert "broken" not in planned.stdout
    assert name in set(pd.read_csv(built.results() / "tables/experiments.csv")["dataset"])


def test_on_a_cluster_every_short_job_of_the_study_runs_in_a_group():
    """A rule that the profile forgets would be a Slurm job of seconds for each of its files."""
    text = "".join(path.read_text(encoding="utf-8") for path in sorted((ROOT / "workflow/rules").glob("*.smk")))
    rules = set(re.findall(r"^ *rule (\w+):", text, re.MULTILINE))
    rules |= set(re.findall(r'^ *(?:\w+_)?(?:step|tabulate|concatenate)\(\s*"(\w+)"', text, re.MULTILINE))
    in_loops = re.findall(r"^    step\(\n        \w+,\n((?: {8}.*\n)+)", text, re.MULTILINE)
    assert in_loops
    assert all("group=" in call or "dos_table.py" in call for call in in_loops)
    alone = {
        "closure",
        "closure_table",
        "closure_devices",
        "verify_files",
        "page",
        "readme",
        "results_note",
        "atlas_file",
        "interaction_atlas",
        "interaction_atlas_validation",
        "interaction_equilibrium",
        "annealing_excess",
        "interaction_set",
        "interaction_theory",
        "interaction_tables",
    }  # long, or asked for by name
    rules |= {
        "dos_table" if kind == "dos" else f"{kind}_dos"
        for kind in Study(validation.read_yaml(ROOT / "config/config.yaml")).counts_plans
    }
    profile = yaml.safe_load((ROOT / "profiles/slurm/config.yaml").read_text(encoding="utf-8"))
    assert {group.split("=")[0] for group in profile["groups"]} == rules - alone
    declared = {group.split("=")[1] for group in profile["groups"]} | {entry.group for entry in catalogue.ENTRIES}
    assert {components.split("=")[0] for components in profile["group-components"]} == declared
