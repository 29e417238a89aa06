"""The tracked README is what its template and the published outcome give, and its example in Python runs."""

import os
import re
import subprocess
import sys
import venv
from pathlib import Path

import pytest

from tlsglass.show import readme

ROOT = Path(__file__).parents[3]


@pytest.mark.parametrize("name", ["README.md", "docs/reproduction.md"])
def test_the_tracked_page_is_what_the_published_outcome_gives(name):
    template = ROOT / "workflow/page" / f"{Path(name).name}.j2"
    claims, before = ROOT / "config/paper_values.csv", ROOT / "config/verdicts_before.csv"
    made = readme.render(template, ROOT / "results/published", claims, before, 12)
    assert made == (ROOT / name).read_text(encoding="utf-8"), f"{name} is of another outcome or template: make page"


def test_the_reproduction_is_told_in_1500_words():
    tokens = (ROOT / "docs/reproduction.md").read_text(encoding="utf-8").split()
    assert len([token for token in tokens if any(letter.isalnum() for letter in token)]) <= 1500  # rules of tables are no words


@pytest.fixture(scope="module")
def installed(tmp_path_factory):
    """The Python of a fresh environment into which this package alone was installed; the locked packages are seen by it."""
    folder = tmp_path_factory.mktemp("installed")
    venv.create(folder, with_pip=True)
    python = folder / "bin/python"
    (site,) = folder.glob("lib/python*/site-packages")
    (ours,) = Path(sys.prefix).glob("lib/python*/site-packages")
    (site / "locked.pth").write_text(f"{ours}\n", encoding="utf-8")
    source = folder / "source"
    source.mkdir()
    for name in ("pyproject.toml", "README.md", "LICENSE", "scripts"):
        (source / name).symlink_to(ROOT / name)
    install = [python, "-m", "pip", "install", "--no-deps", "--quiet", source]
    done = subprocess.run(install, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr[-2000:]
    return python


def test_ten_lines_of_python_run_with_the_installed_package(installed):
    section = (ROOT / "README.md").read_text(encoding="utf-8").split("## In Python")[1].split("\n## ")[0]
    example = re.findall(r"```python\n(.*?)```", section, flags=re.S)[0]
    assert len([line for line in example.splitlines() if line]) == 10
    environment = {name: value for name, value in os.environ.items() if name != "PYTHONPATH"}
    code = f"{example}\nprint(tlsglass.__file__)"
    run = subprocess.run([installed, "-c", code], cwd=ROOT, capture_output=True, text=True, env=environment, check=False)
    assert run.returncode == 0, run.stderr[-2000:]
    lowest, mu, heat, velocity, where = run.stdout.splitlines()
    assert float(lowest.split(": ")[1].removesuffix(" K")) > 0
    assert re.fullmatch(r"µ of Eq\. \(3\): 0\.\d+\(\d+\)", mu)
    assert re.match(r"C: 0\.\d+\(\d\) k_B", heat)
    assert re.match(r"δv/v: -?\d", velocity)
    assert "site-packages" in where
