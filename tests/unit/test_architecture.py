"""The house: an arrow between two wings of the library runs one way, and no file is too long to be read at once."""

import ast
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
LIBRARY = ROOT / "scripts/tlsglass"
WINGS = ("base", "model", "density", "chain", "physics", "experiment", "paper", "show", "study")  # each may use those before it
LONGEST = 300  # lines


def wings_imported(path):
    """Return the wings whose rooms the file at ``path`` imports, wherever in the file it does so."""
    found = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.ImportFrom):
            names = [node.module, *(f"{node.module}.{alias.name}" for alias in node.names)]
        elif isinstance(node, ast.Import):
            names = [alias.name for alias in node.names]
        else:
            continue
        found |= {name.split(".")[1] for name in names if name.startswith("tlsglass.")}
    return found & set(WINGS)


def test_every_file_of_the_library_stands_in_a_wing():
    assert {path.name for path in LIBRARY.iterdir() if path.is_dir() and path.name != "__pycache__"} == set(WINGS)
    assert [path.name for path in LIBRARY.glob("*.py")] == ["__init__.py"]


@pytest.mark.parametrize("wing", WINGS)
def test_arrows_run_down(wing):
    allowed = WINGS[: WINGS.index(wing) + 1]
    for path in sorted((LIBRARY / wing).rglob("*.py")):
        upward = wings_imported(path) - set(allowed)
        assert not upward, f"{path.relative_to(ROOT)} looks up to {', '.join(sorted(upward))}"


@pytest.mark.parametrize("wing", WINGS)
def test_a_wing_says_what_it_is(wing):
    assert ast.get_docstring(ast.parse((LIBRARY / wing / "__init__.py").read_text(encoding="utf-8")))


def test_no_file_is_longer_than_a_sitting():
    sources = [*(ROOT / "scripts").rglob("*.py"), *(ROOT / "workflow").rglob("*.smk"), ROOT / "Snakefile"]
    long = {str(path.relative_to(ROOT)): len(path.read_text(encoding="utf-8").splitlines()) for path in sources}
    assert {path: lines for path, lines in long.items() if lines > LONGEST} == {}


def test_the_library_knows_nothing_of_snakemake():
    for path in LIBRARY.rglob("*.py"):
        names = [node.id for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))) if isinstance(node, ast.Name)]
        assert "snakemake" not in names, path
