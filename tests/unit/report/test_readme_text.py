"""The README and the pages in docs are what their templates and the published outcome give; what stands in them holds."""

import json
import os
import re
import shlex
import shutil
import subprocess
import sys
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from shared import ROOT
from tlsglass.base import escape, io
from tlsglass.models import registry
from tlsglass.report import docs_pages, prose
from tlsglass.study import publish

TEMPLATES = {template.stem: template for template in sorted((ROOT / "docs/templates").glob("*.md.j2"))}
PLAIN = ["CONTRIBUTING.md", "CHANGELOG.md", "config/README.md"]  # without a number of the study
PLAIN += [f"docs/{path.name}" for path in sorted((ROOT / "docs").glob("*.md")) if path.name not in TEMPLATES]


def path_of(name):
    return name if name == "README.md" else f"docs/{name}"


@pytest.mark.parametrize("name", TEMPLATES)
def test_the_tracked_page_is_what_the_published_outcome_gives(name, texts):
    tracked = ROOT / path_of(name)
    assert tracked.is_file(), f"{path_of(name)}: missing: make page"
    assert tracked.read_text(encoding="utf-8") == texts[path_of(name)], (
        f"{tracked} is of another outcome or template: make page"
    )


@pytest.fixture
def altered(tmp_path):
    """A study whose tables may be changed: the folder of it."""
    for name in ("config", "benchmarks", "scripts", "workflow"):
        (tmp_path / name).symlink_to(ROOT / name)
    published = tmp_path / "results/published"
    for name in ("tables", "checks", "experiments"):
        shutil.copytree(ROOT / "results/published" / name, published / name)
    shutil.copy(ROOT / "results/published/MANIFEST.json", published)
    publish.refresh_list(published)
    return tmp_path


def alter(path):
    """Change every number of a table by a tenth, or those of a fit."""
    if path.suffix == ".json":
        fit = json.loads(path.read_text(encoding="utf-8"))
        fit["p_value"] *= 1.1
        path.write_text(json.dumps(fit), encoding="utf-8")
        return
    table = pd.read_csv(path)
    changed = [name for name in table.columns if name in ("ours", "value")]
    table[changed] *= 1.1
    table.to_csv(path, index=False)


@pytest.mark.parametrize(
    ("name", "table"),
    [
        ("README.md", "checks/scorecard.csv"),
        ("README.md", "tables/atlas_couplings.csv"),
        ("reproduction.md", "checks/scorecard.csv"),
        ("atlas.md", "tables/atlas_couplings.csv"),
        ("assumptions.md", "checks/scorecard.csv"),
        ("fit-your-data.md", "experiments/niobium_resonator_frequency/fit.json"),
    ],
)
def test_a_changed_table_changes_the_text(altered, texts, name, table):
    assert docs_pages.render_page(TEMPLATES[name], altered, 12) == texts[path_of(name)]
    published = altered / "results/published"
    alter(published / table)
    with pytest.raises(io.UserError, match=rf"{table}: damaged .*; restore it with: git -C "):
        docs_pages.render_page(TEMPLATES[name], altered, 12)
    publish.refresh_list(published)
    assert docs_pages.render_page(TEMPLATES[name], altered, 12) != texts[path_of(name)]


NOTE = ROOT / "paper/results_note.typ.j2"
NOTE_TABLES = [
    "checks/scorecard.csv",
    *(f"tables/{name}.csv" for name in ("size_limit", "annealing_cost", "atlas_couplings", "laws")),
]


@pytest.mark.parametrize("table", NOTE_TABLES)
def test_a_changed_table_changes_the_results_note(altered, table):
    before = docs_pages.render_page(NOTE, altered, 12, escape.to_typst)
    alter(altered / "results/published" / table)
    publish.refresh_list(altered / "results/published")
    assert docs_pages.render_page(NOTE, altered, 12, escape.to_typst) != before


def test_the_results_note_is_up_to_date_and_has_at_most_four_pages(tmp_path):
    typst = pytest.importorskip("typst")
    (tmp_path / "note.typ").write_text(docs_pages.render_page(NOTE, ROOT, 12, escape.to_typst), encoding="utf-8")
    for figure in re.findall(r'image\("(\w+\.svg)"', NOTE.read_text(encoding="utf-8")):
        shutil.copy(ROOT / "results/published/figures" / figure, tmp_path)
    assert 2 <= len(typst.compile(tmp_path / "note.typ", format="svg")) <= 4
    assert typst.compile(tmp_path / "note.typ") == (ROOT / "paper/results_note.pdf").read_bytes(), "make page"


# What in prose is no number of the study: names of equations, figures, papers, versions and lattices; indices and powers in a
# formula; how a value with its error is spelled; units of a key.
NO_NUMBER = [
    r"h0/10",
    r"(Eqs?\.|Figs?\.|Table|Sec\.|Appendix) [\dIVXRC(][\w().]*((,| and| to|–| \+) ?[\d(][\w().]*)*",
    r"Phys\. Rev\. B\*? \**\d+\**, \d+ \(\d+\)",
    r"is \d\.\d+ ± \d\.\d+",
    r"Python \d\.\d+|version \d\.\d\.\d of the Slurm plugin",
    r"L = \d+",
    r"[A-Za-zµα-ωΔ(√]+[²³)]?\d\b|J0/\d+|[−−] ?\d ?δ|= \d \||\(ω/A\)\^\(1/3\)",
    r"S21|T → 0|1 : (−1)?|\bµ/2|F/2|µ = 0|/8192\b|SHA-256|FAIR4RS",
]
PROSE = [TEMPLATES[name] for name in ("README.md", "run.md", "change-the-physics.md", "clusters.md", "assumptions.md")]
SETTINGS = r"^ *#(set|let|show|data-table)\b.*$|#text\([^)]*\)|image\([^)]*\)"  # of Typst


@pytest.mark.parametrize("path", [*PROSE, NOTE], ids=lambda path: path.stem)
def test_no_number_is_typed(path):
    text = path.read_text(encoding="utf-8")
    if path == NOTE:
        text = re.sub(SETTINGS, " ", text.split("#align(center)")[1], flags=re.M)
    text = re.sub(r"```.*?```|\{\{.*?\}\}|\{%.*?%\}|`[^`\n]*`|\]\([^)]*\)", " ", text, flags=re.S)
    for pattern in NO_NUMBER:
        text = re.sub(pattern, " ", text)
    typed = [line.strip() for line in text.splitlines() if re.search(r"\d", line)]
    assert typed == []


def test_every_link_to_a_file_leads_to_one(texts):
    plain = {path: (ROOT / path).read_text(encoding="utf-8") for path in PLAIN if (ROOT / path).is_file()}
    dead = []
    for path, text in (texts.all() | plain).items():
        prose = re.sub(r"```.*?```", "", text, flags=re.S)
        for target in re.findall(r"\]\(([^)\s#]+)[^)\s]*\)", prose):
            if "://" in target:
                continue
            where = os.path.normpath(ROOT / Path(path).parent / target)
            made = os.path.relpath(where, ROOT) in texts.paths
            if not made and not Path(where).exists():
                dead.append(f"{path}: {target}")
    assert dead == []


def test_every_observable_and_every_wing_is_told_of(texts):
    text = texts["docs/fit-your-data.md"] + (texts["docs/resonators.md"] if "docs/resonators.md" in texts.paths else "")
    for name in registry.observable_names():
        assert f"`{name}`" in text, name
    for wing in (path.parent.name for path in (ROOT / "scripts/tlsglass").glob("*/__init__.py")):
        assert f"| `{wing}` |" in texts["docs/architecture.md"]


def test_the_cost_of_annealing_is_told_of_certified_sets_alone():
    def row(J0_K, T_K, relative, certified=True, sweeps=257):
        row_values = {"L": 8, "J0_K": J0_K, "sweeps": sweeps, "quantity": "n_below_tenth_h0", "T_K": T_K}
        return row_values | {"relative": relative, "relative_err": 0.01, "certified": certified}

    config = {"model": {"h0_K": 10}, "annealing": {"sweeps": 257}}
    rows = [
        row(2, 0.02, -0.01),
        row(2, 1, 0.5),
        row(6, 0.02, 0.1),
        row(10, 0.02, 0.3, certified=False),
        row(8, 0.02, 9, sweeps=1024),
    ]
    text = docs_pages.annealing_line(pd.DataFrame(rows), config)
    assert text.endswith("by −1(1) % at J0/h0 = 0.2 (L = 8) and by 10(1) % at J0/h0 = 0.6 (L = 8)")
    assert docs_pages.annealing_line(pd.DataFrame([row(10, 0.02, 0.3, certified=False)]), config) == ""


@pytest.fixture(scope="module")
def installed(tmp_path_factory):
    """The folder into which this package alone was installed; the locked packages are seen beside it."""
    folder, source = (tmp_path_factory.mktemp(name) for name in ("installed", "source"))
    for name in ("pyproject.toml", "README.md", "LICENSE", "scripts", "workflow"):
        (source / name).symlink_to(ROOT / name)
    install = [sys.executable, "-m", "pip", "install", "--no-deps", "--no-build-isolation", "--no-compile", "--quiet"]
    done = subprocess.run([*install, "--target", folder, source], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr[-2000:]
    return folder


def test_ten_lines_of_python_run_anywhere_with_the_installed_package(installed, texts, tmp_path):
    section = texts["README.md"].split("## In Python")[1].split("\n## ")[0]
    example = re.findall(r"```python\n(.*?)```", section, flags=re.S)[0]
    assert len([line for line in example.splitlines() if line]) == 10
    environment = os.environ | {"PYTHONPATH": str(installed)}
    code = f"{example}\nprint(tlsglass.__file__)"
    run = subprocess.run(
        [sys.executable, "-c", code], cwd=tmp_path, capture_output=True, text=True, env=environment, check=False
    )
    assert run.returncode == 0, run.stderr[-2000:]
    density, mu, alpha, lowest, where = run.stdout.splitlines()
    n, error = (np.fromstring(text, sep=" ") for text in re.fullmatch(r"n\(T, E\): \[(.*)\] ± \[(.*)\]", density).groups())
    assert (len(n), len(error)) == (3, 3)
    assert (n > 10 * error).all()
    assert re.fullmatch(r"µ of Eq\. \(3\) at 0\.1 K: 0\.\d+\(\d+\)", mu)
    assert re.fullmatch(r"α of the specific heat C ∝ T\^\(1\+α\): 0\.\d+\(\d+\)", alpha)
    assert float(lowest.split(": ")[1].removesuffix(" K")) > 0
    assert Path(where).is_relative_to(installed)


def test_the_fit_of_the_readme_prints_the_lines_that_follow_it(installed, texts, tmp_path):
    section = texts["README.md"].split("## Fit your own measurement")[1].split("\n## ")[0]
    (command,) = re.findall(r"^tlsglass (fit .*)$", section, flags=re.M)
    (printed,) = re.findall(r"```text\n(.*?)```", section, flags=re.S)
    environment = os.environ | {"PYTHONPATH": str(installed)}
    program = "import sys; from tlsglass.cli import main; sys.exit(main())"
    kind, data, *options = shlex.split(command)
    run = [sys.executable, "-c", program, kind, ROOT / data, *options]
    done = subprocess.run(run, cwd=tmp_path, capture_output=True, text=True, env=environment, check=False)
    assert done.returncode == 0, done.stderr[-2000:]
    lines = printed.splitlines()
    assert len(lines) == 3
    for line in lines:
        assert line in prose.typeset(done.stdout)
