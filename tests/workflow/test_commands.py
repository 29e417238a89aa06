"""Every command in README, docs and CONTRIBUTING: run, planned by `snakemake -n`, or run by another test, which is named."""

import os
import re
import shlex
import subprocess
import sys
from pathlib import Path

import forks
import pytest

from shared import ROOT

PLAIN = ["CONTRIBUTING.md", "config/README.md", *(f"docs/{path.name}" for path in (ROOT / "docs").glob("*.md"))]
ELSEWHERE = {  # the beginning of a command: the test that runs it, or why none does
    "make test": "this",
    "make test-minimum": "asks a registry; CI runs it",
    "make test-newest": "asks a registry; CI runs it",
    "make lint": "make test runs it",
    ".venv/bin/python -m pytest": "make test runs a part of it",
    "make verify": "test_published.py",
    "make .venv/installed": "make test runs it",
    "make report": "test_published.py",
    "make bench": "needs packages of a lock of its own",
    "make crate": "needs packages of a lock of its own; tests/unit/test_metadata.py reads what it is made of",
    "make docs": "test_site.py",
    "make notebooks": "test_made_docs.py",
    "make unlock": "test_kills.py",
    ".venv/bin/snakemake --profile profiles/slurm": "test_slurm.py",
    "uv pip compile": "asks a registry",
    "snakedeploy": "asks conda's channels",
    "podman": "asks an image registry",
    "tlsglass fit my_resonator.csv": "test_guides.py",
    "pip install .": "../unit/report/test_readme_text.py",
    "git ": "of the reader's own repository",
}
# commands that another test runs, so that they are not run twice
RUN_ELSEWHERE = {
    "tlsglass simulate --L 8 --J0 3 --realizations 200 --temperatures 0.02 0.5 --out my-simulation"
    " --figure n.svg": "test_guides.py",
    "tlsglass fit config/experiments/stycast1266_thermal_conductivity/data.csv --observable thermal_conductivity"
    " --relative-error 1% --window 0.05 0.45": "../unit/report/test_readme_text.py",
}
# what test_plans.py plans as a whole, and test_published.py runs as a whole: the base, and the published densities
WHOLE_ELSEWHERE = ((), ("--configfile", "config/published.yaml"))
# targets of make that are commands of Snakemake
RECIPES = ("figures", "quick", "paper", "atlas", "interaction_atlas", "equilibrium", "page")


def blocks(text):
    """Return the blocks of shell commands of a text."""
    return re.findall(r"^ *```sh\n(.*?)^ *```", text, flags=re.S | re.M)


def lines(block):
    """Return the commands of a block, without comments; one whose lines end with a backslash is one."""
    commands = (line.split(" #")[0].strip() for line in block.replace("\\\n", " ").splitlines())
    return [line for line in commands if line and not line.startswith("#")]


@pytest.fixture(scope="module")
def commands(texts):
    """All commands, those of the example that test_readme.py types left out."""
    sources = {path: (ROOT / path).read_text(encoding="utf-8") for path in PLAIN} | texts.all()
    examples = [block for text in sources.values() for block in blocks(text) if "<<'END'" not in block]
    return sorted({line for block in examples for line in lines(block)})


def recipes():
    """Return the commands of the targets of make that are Snakemake's."""
    made = subprocess.run(["make", "-n", *RECIPES], cwd=ROOT, capture_output=True, text=True, check=True).stdout
    return [f"snakemake{line.partition('.venv/bin/snakemake')[2]}" for line in lines(made) if ".venv/bin/snakemake" in line]


def test_every_target_of_make_is_there(commands):
    targets = {word for line in commands if line.startswith("make") for word in shlex.split(line)[1:] if "=" not in word}
    run = subprocess.run(["make", "-n", *sorted(targets)], cwd=ROOT, capture_output=True, text=True, check=False)
    assert run.returncode == 0, run.stderr


def test_each_command_is_run_by_a_test(commands):
    """A new kind of command is refused until a test runs it."""
    known = ("snakemake ", "tlsglass ", "PYTHONPATH=scripts python tools/", "make", *ELSEWHERE)
    assert [line for line in commands if not line.startswith(known)] == []
    named = [test for test in (*ELSEWHERE.values(), *RUN_ELSEWHERE.values()) if test.endswith(".py")]
    assert set(RUN_ELSEWHERE) <= set(commands)
    assert all((Path(__file__).parent / test).is_file() for test in named)


def plan(line):
    """Return (options, targets) of a command of Snakemake: those of one configuration are planned together."""
    words = [word for word in shlex.split(line)[1:] if word not in ("-n", "--force", "--")]
    targets, options = [], []
    while words:
        word = words.pop(0)
        if word in ("--cores", "--configfile", "--batch", "--config", "--logger"):
            value = words.pop(0)
            options += [] if word in ("--cores", "--logger") else [word, value]
        elif word.startswith("-"):
            options.append(word)
        else:
            targets.append(word)
    return tuple(options), targets


def test_every_command_of_snakemake_can_be_planned(module_workflow, texts, commands):
    workflow = module_workflow
    workflow.add_published()
    for folder in ("benchmarks", "paper"):
        (workflow.folder / folder).symlink_to(ROOT / folder)
    (overlay,) = re.findall(r"```yaml\n(.*?)```", texts["docs/change-the-physics.md"], flags=re.S)
    (workflow.folder / "weaker.yaml").write_text(overlay, encoding="utf-8")
    plans = {}
    for line in [*commands, *recipes()]:
        if line.startswith("snakemake "):
            options, targets = plan(line)
            whole = set() if options in WHOLE_ELSEWHERE else {"all"}
            plans.setdefault(options, set()).update(targets or whole)
    assert len(plans) >= 5
    rules = workflow.call([sys.executable, "-m", "snakemake", "--list-rules"]).stdout.split()
    batches = [words[words.index("--batch") + 1] for words in plans if "--batch" in words]
    assert batches
    assert {batch.partition("=")[0] for batch in batches} <= set(rules)  # Snakemake ignores a rule that does not exist
    for options, targets in plans.items():
        run = workflow.call([sys.executable, "-m", "snakemake", "-n", *sorted(targets), "--quiet", *options])
        assert run.returncode == 0, f"{options} {sorted(targets)}\n{run.stderr[-2000:]}"


def test_every_command_of_python_runs(module_workflow, commands, tmp_path):
    run = [line for line in commands if line.startswith(("PYTHONPATH=scripts python tools/", "tlsglass "))]
    of_observables = [
        line for block in blocks((ROOT / "docs/observables.md").read_text(encoding="utf-8")) for line in lines(block)
    ]
    elsewhere = {*of_observables, *RUN_ELSEWHERE}  # test_guides.py has those of observables
    run = [line for line in run if not line.startswith(tuple(ELSEWHERE)) and line not in elsewhere]
    forks.write_programs(tmp_path)
    environment = os.environ | {"PATH": f"{tmp_path}{os.pathsep}{os.environ['PATH']}", "PYTHONPATH": "scripts"}
    for line in run:
        line = re.sub(r"^tlsglass ", "python -m tlsglass.cli ", line)
        done = subprocess.run(
            ["bash", "-c", line], cwd=module_workflow.folder, env=environment, capture_output=True, text=True, check=False
        )
        assert done.returncode == 0, f"{line}\n{done.stderr[-2000:]}"
