"""The Snakefile needs Snakemake alone, changes nothing, and works from elsewhere: as a module, in another folder."""

import os
import re
import sys

import forks

from shared import ROOT

TARGET = "results/runs/{}/tables/annealing.csv"

# what a Snakemake of its own does not bring; numpy and pandas come with none of its requirements
SNAKEMAKE_ALONE = """
import sys
class Absent:
    names = {"numpy", "scipy", "numba", "pandas", "matplotlib", "pint", "mpmath"}
    def find_spec(self, name, path=None, target=None):
        if name.split(".")[0] in self.names:
            raise ModuleNotFoundError(f"No module named {name!r}", name=name)
from snakemake.cli import main  # may bring plugins, and what they need
for name in [name for name in sys.modules if name.split(".")[0] in Absent.names]:
    del sys.modules[name]
sys.meta_path.insert(0, Absent())
main(sys.argv[1:])
"""
CONDA = """#!/bin/sh
case "$*" in
  "info --json") echo '{"conda_prefix": "/nowhere", "platform": "linux-64", "conda_version": "24.7.1"}' ;;
  "config --get channel_priority --json") echo '{"get": {"channel_priority": "strict"}}' ;;
  --version) echo "conda 24.7.1" ;;
  *) exit 1 ;;
esac
"""


def call(command, folder, **environment):
    return forks.call(command, folder, os.environ | {"XDG_CACHE_HOME": str(folder / ".cache")} | environment)


def snakemake(*arguments):
    return [*forks.SNAKEMAKE, "--cores", "1", *arguments]


def test_an_installation_with_snakemake_alone_plans_the_study_in_conda_environments(workflow):
    tools = workflow.folder / "bin"
    tools.mkdir()
    (tools / "conda").write_text(CONDA)
    (tools / "conda").chmod(0o755)
    path = f"{tools}{os.pathsep}{os.environ['PATH']}"
    command = [sys.executable, "-c", SNAKEMAKE_ALONE, "-n", "--quiet", "host", "--cores", "1", "--sdm", "conda"]
    run = call(command, workflow.folder, PATH=path)
    assert run.returncode == 0, run.stderr[-3000:]
    assert "results/runs/paper/checks/scorecard.csv" in run.stdout


def test_reading_the_snakefile_changes_nothing(workflow):
    def shipped():
        return {path: content for path, content in workflow.bytes_of("[!.]*/**/*").items() if "__pycache__" not in path}

    before = shipped()
    (workflow.folder / ".snakemake/locks").mkdir(parents=True)
    lock = workflow.folder / ".snakemake/locks/0.output.lock"
    lock.write_text("results/runs/paper/tables/laws.csv\n")
    assert workflow.run("--list-rules", configfile=None).returncode == 0
    assert lock.is_file()
    assert shipped() == before


def test_an_older_snakemake_than_required_is_refused_before_anything_else(workflow):
    requirements = workflow.folder / "pyproject.toml"
    text = re.sub(r"snakemake >= [\d.]+", "snakemake >= 99.1", requirements.read_text(encoding="utf-8"))
    requirements.write_text(text, encoding="utf-8")
    run = workflow.run("-n")
    assert run.returncode != 0
    assert "Expecting Snakemake version 99.1 or higher" in run.stdout + run.stderr
    snakefile = (workflow.folder / "Snakefile").read_text(encoding="utf-8")
    assert "pathvars:" not in snakefile  # which 9.11 cannot parse


def test_the_study_in_another_folder(tmp_path):
    run = call(snakemake("-n", "-s", ROOT / "Snakefile", "-d", tmp_path, TARGET.format("paper")), tmp_path)
    assert run.returncode == 0, run.stderr[-3000:]
    assert TARGET.format("paper") in run.stdout


def test_the_study_as_a_module_of_another_workflow(tmp_path):
    """Its configuration is filled up, its folders may be others, and it can be run."""
    (tmp_path / "Snakefile").write_text(
        f'configfile: "mine.yaml"\nmodule tlsglass:\n    snakefile: "{ROOT}/Snakefile"\n    config: config\n'
        '    pathvars:\n        shards="../kept",\n'
        "use rule * from tlsglass as tls_*\n"
        'rule ours:\n    default_target: True\n    input: "results/runs/mine/tables/table_1.csv"\n',
        encoding="utf-8",
    )
    (tmp_path / "mine.yaml").write_text("run: mine\nmodel: {J0_K: [2]}\nchecks: {variants: null}\n", encoding="utf-8")
    run = call(snakemake("-q"), tmp_path)
    assert run.returncode == 0, run.stderr[-3000:]
    assert (tmp_path / "results/runs/mine/tables/table_1.csv").stat().st_size > 50
    plan = call(snakemake("-n", "results/runs/mine/tables/annealing.csv"), tmp_path)
    assert "../kept/L12_J2-" in plan.stdout, plan.stderr[-3000:]
    (tmp_path / "mine.yaml").write_text("model: {J0_K: [two]}\n", encoding="utf-8")
    refused = call(snakemake("-n"), tmp_path)
    assert "model.J0_K[0] = 'two': must be of type number" in refused.stderr + refused.stdout
