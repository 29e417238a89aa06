"""Dependencies between the packages of the library point one way, and the library does not know Snakemake."""

import ast
import re
from collections import Counter

import pytest

from shared import ROOT

LIBRARY = ROOT / "scripts/tlsglass"
# From the bottom up: a package may import from itself and from those before it.
PACKAGES = (
    "base",
    "model",
    "dos",
    "physics",
    "montecarlo",
    "atlas",
    "models",
    "data",
    "fitting",
    "plotting",
    "analysis",
    "report",
    "study",
    "commands",
    "app",
)
EQUATION = re.compile(r"Eq\. \(A?\d+\)")  # the spelling of a number of an equation in docstrings
ANY_EQUATION = re.compile(r"\beq(?:uation)?s?\b\.?\s*\(?A?\d", flags=re.IGNORECASE)
# Words that say nothing of what a variable contains.
EMPTY_NAMES = {"found", "told", "given", "every", "one", "held", "other", "what"}


def packages_imported(path):
    """Return the packages from which the file at ``path`` imports, at its top or inside functions."""
    packages = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.ImportFrom):
            names = [node.module, *(f"{node.module}.{alias.name}" for alias in node.names)]
        elif isinstance(node, ast.Import):
            names = [alias.name for alias in node.names]
        else:
            continue
        packages |= {name.split(".")[1] for name in names if name.startswith("tlsglass.")}
    return packages & set(PACKAGES)


def test_every_module_belongs_to_a_package():
    assert {path.name for path in LIBRARY.iterdir() if path.is_dir() and path.name != "__pycache__"} == set(PACKAGES)
    assert {path.name for path in LIBRARY.glob("*.py")} == {"__init__.py", "cli.py"}


@pytest.mark.parametrize("package", PACKAGES)
def test_dependencies_point_down(package):
    allowed = PACKAGES[: PACKAGES.index(package) + 1]
    for path in sorted((LIBRARY / package).rglob("*.py")):
        upward = packages_imported(path) - set(allowed)
        assert not upward, f"{path.relative_to(ROOT)} imports from {', '.join(sorted(upward))}"


@pytest.mark.parametrize("package", PACKAGES)
def test_every_package_has_a_docstring(package):
    assert ast.get_docstring(ast.parse((LIBRARY / package / "__init__.py").read_text(encoding="utf-8")))


def test_own_modules_are_imported_under_their_own_names():
    for folder in ("scripts", "tests", "tools", "benchmarks"):
        for path in (ROOT / folder).rglob("*.py"):
            for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
                if isinstance(node, ast.Import | ast.ImportFrom):
                    module = getattr(node, "module", None) or ""
                    renamed = [alias.name for alias in node.names if alias.asname and "tlsglass" in f"{module}.{alias.name}"]
                    assert not renamed, f"{path.relative_to(ROOT)}:{node.lineno}"


def test_the_library_knows_nothing_of_snakemake():
    for path in LIBRARY.rglob("*.py"):
        names = [node.id for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))) if isinstance(node, ast.Name)]
        assert "snakemake" not in names, path


def test_names_of_variables_say_what_they_contain():
    for folder in ("scripts", "tests", "tools", "benchmarks"):
        for path in (ROOT / folder).rglob("*.py"):
            for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
                name = {ast.Name: "id", ast.arg: "arg", ast.FunctionDef: "name"}.get(type(node), "")
                assert getattr(node, name, "") not in EMPTY_NAMES, f"{path.relative_to(ROOT)}:{node.lineno}"


def test_classes_and_modules_have_different_names():
    trees = {path: ast.parse(path.read_text(encoding="utf-8")) for path in LIBRARY.rglob("*.py")}
    classes = Counter(node.name for tree in trees.values() for node in ast.walk(tree) if isinstance(node, ast.ClassDef))
    modules = Counter(path.stem for path in trees if path.name != "__init__.py")
    assert {name for names in (classes, modules) for name, count in names.items() if count > 1} == set()


def docstrings():
    """Yield the path and name of each module, class and function of the library that has a docstring, with this docstring."""
    for path in LIBRARY.rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Module | ast.ClassDef | ast.FunctionDef) and (docstring := ast.get_docstring(node)):
                yield str(path.relative_to(LIBRARY)), getattr(node, "name", "module"), docstring


@pytest.mark.parametrize(
    "text", ["Eq. 5", "Eqs. 7 and 8", "Eqs. (3)", "equation (5)", "Equation A1", "eq. (4)", "eq (4)", "Eq. (12"]
)
def test_other_spellings_of_an_equation_are_recognized(text):
    assert ANY_EQUATION.search(text)
    assert not EQUATION.fullmatch(text)


def test_an_equation_of_the_paper_is_named_where_it_is_defined_and_nowhere_else():
    """Eq. (3) is also the name of a model; the documentation has the function of each equation, and its integral."""
    page = (ROOT / "docs/architecture.md").read_text(encoding="utf-8")
    rows = re.findall(r"^\| (Eq\. .*?) \|.*?\| `(\w+)` in `(.*?)`.*?\|(.*)\|$", page, flags=re.M)
    documented = Counter((equation, path, name) for equations, name, path, _ in rows for equation in equations.split(", "))
    named = Counter()
    for path, name, docstring in docstrings():
        named.update((equation, path, name) for equation in EQUATION.findall(docstring))
        assert len(ANY_EQUATION.findall(docstring)) == len(EQUATION.findall(docstring)), f"{path}: {name}"
    definition_of_eq3 = ("Eq. (3)", "physics/eq3.py", "density")
    assert definition_of_eq3 in named
    others = Counter({entry: n for entry, n in named.items() if entry[0] != "Eq. (3)"})
    assert others + Counter([definition_of_eq3]) == documented
    functions = {(path, name) for path, name, _ in docstrings()}
    integrals = re.findall(r"`(\w+)` in `(.*?)`", " ".join(row[-1] for row in rows))
    assert len(integrals) >= 5
    assert {(path, name) for name, path in integrals} <= functions
