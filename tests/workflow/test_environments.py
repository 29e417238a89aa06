"""The conda environments, held against the locked one: conda reads them, they name its versions, each script finds its imports.

conda's channels are not asked: what is tested is that the files say what was tested.
"""

import ast
import re
import sys
from importlib import metadata

import pytest
import yaml
from rattler import BuildString, MatchSpec, PackageRecord

from shared import ROOT
from tlsglass.base import provenance
from tlsglass.report import catalogue

ENVIRONMENTS = sorted(path.stem for path in (ROOT / "envs").glob("*.yaml"))
CONDA_NAMES = {"matplotlib": "matplotlib-base", "snakemake": "snakemake-minimal", "yaml": "pyyaml"}
OPTIONAL = {"openpyxl"}  # the extra `excel`, for points in .xlsx: whoever has such a dataset adds it
LOCK = (ROOT / "requirements.lock").read_text(encoding="utf-8")
# where the lock has one version for old Pythons and one for new, the first is that of the environments' Python 3.11
LOCKED = dict(reversed(re.findall(r"^([a-z0-9-]+)==([0-9.]+)", LOCK, re.MULTILINE)))
LOCKED = {CONDA_NAMES.get(name, name): version for name, version in LOCKED.items()}
LOCKED["python"] = re.search(r"--python-version ([0-9.]+)", LOCK)[1]

# a rule, with a name or without one in a loop; and the call of step() that declares one
RULE = re.compile(r"^(?P<indent> *)rule(?: (?P<rule>\w+))?:\n(?P<body>(?:\n|(?P=indent) +.*\n?)+)", re.MULTILINE)
STEP = re.compile(r"^(?P<indent> *)step\(\n +(?P<name>\"?\w+\"?),\n(?P<body>(?:(?P=indent) +.*\n)+)(?P=indent)\)", re.MULTILINE)


def rules():
    """Return (rule, environment, script with the modules that it is given) of every rule that runs a script."""
    modules = [
        f"tlsglass/report/{entry.source[0]}" for entry in catalogue.ENTRIES if entry.kind == "figure" and not entry.panels
    ]
    text = "".join(path.read_text(encoding="utf-8") for path in sorted((ROOT / "workflow/rules").glob("*.smk")))
    tabulating = [f"{name.replace('.', '/')}.py" for name in re.findall(r'^ +"(tlsglass[\w.]+)\.\w+",$', text, re.MULTILINE)]
    assert len(tabulating) > 15
    rows = [("tabulate", "analyse", ("make_tables.py", *tabulating))]
    for match in STEP.finditer(text):
        script = re.search(r'driver="(\w+\.py)"', match["body"])
        driver = script[1] if script else f"{match['name'].strip(chr(34))}.py"
        environment = re.search(r'environment="(\w+)"', match["body"])
        rows.append(
            (driver, environment[1] if environment else "analyse", (driver, *(modules if driver == "figure.py" else ())))
        )
    assert len(rows) > 15
    for match in RULE.finditer(text):
        script = re.search(r'"\.\./\.\./scripts/(\w+\.py)"', match["body"])
        environment = re.search(r'conda:\n\s+"\.\./\.\./envs/(\w+)\.yaml"', match["body"])
        if script:  # not the rule in step()
            rows.append((match["rule"] or script[1], environment and environment[1], (script[1],)))
    return rows


def read(environment):
    return yaml.safe_load((ROOT / "envs" / f"{environment}.yaml").read_text(encoding="utf-8"))


def specs(environment):
    """Return what an environment asks conda for, and then pip, of which only versions are compared."""
    entries = [entry for entry in read(environment)["dependencies"] if entry != "pip"]
    from_pip = [name for entry in entries if isinstance(entry, dict) for name in entry["pip"]]
    return [MatchSpec(entry, strict=True) for entry in [*(e for e in entries if isinstance(e, str)), *from_pip]]


def runtime_nodes(tree):
    """Yield all nodes but those of imports for annotations alone."""
    pending = [tree]
    while pending:
        node = pending.pop()
        yield node
        if not (isinstance(node, ast.If) and isinstance(node.test, ast.Name) and node.test.id == "TYPE_CHECKING"):
            pending += ast.iter_child_nodes(node)


def imports(scripts):
    """Return the packages, by their conda names, that a driver and the library modules it imports need to be there."""
    needed, seen, pending = set(), set(), [ROOT / "scripts" / script for script in scripts]
    while pending:
        path = pending.pop()
        if path in seen:
            continue
        seen.add(path)
        for node in runtime_nodes(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Import):
                modules = [alias.name for alias in node.names]
            elif isinstance(node, ast.ImportFrom):
                modules = [node.module, *(f"{node.module}.{alias.name}" for alias in node.names)]
            else:
                continue
            for module in modules:
                if module.split(".")[0] == "tlsglass":
                    file = (ROOT / "scripts").joinpath(*module.split(".")).with_suffix(".py")
                    pending += [file] if file.is_file() else []
                else:
                    needed.add(module.split(".")[0])
        if path.name == "provenance.py" and path.parent.name == "tlsglass":
            needed |= set(provenance.PACKAGES)  # it asks for their versions
    return {CONDA_NAMES.get(name, name) for name in needed - sys.stdlib_module_names - OPTIONAL}


@pytest.mark.parametrize("environment", ENVIRONMENTS)
def test_conda_reads_each_entry_and_the_locked_version_satisfies_it(environment):
    for spec in specs(environment):
        assert spec.channel is None
        name = spec.name.normalized
        locked = PackageRecord(name=name, version=LOCKED[name], build=BuildString("0"), build_number=0, subdir="noarch")
        assert spec.version is not None, f"{name} has no pin"
        assert spec.matches(locked), f"{spec} is not the locked {LOCKED[name]}"


@pytest.mark.parametrize("environment", ENVIRONMENTS)
def test_channels_are_explicit(environment):
    assert read(environment)["channels"] == ["conda-forge", "nodefaults"]


@pytest.mark.parametrize(("rule", "environment", "scripts"), rules(), ids=[rule for rule, *_ in rules()])
def test_the_environment_of_a_rule_holds_what_its_script_imports(rule, environment, scripts):
    assert environment in ENVIRONMENTS
    missing = imports(scripts) - {spec.name.normalized for spec in specs(environment)}
    assert not missing, f"envs/{environment}.yaml lacks {', '.join(sorted(missing))}, imported by {scripts}"


@pytest.mark.skipif(sys.version_info[:2] != (3, 11), reason="the environments' versions are those of the lock for Python 3.11")
def test_the_tests_run_with_the_locked_versions():
    installed = {spec.name.normalized for name in ENVIRONMENTS for spec in specs(name)} - {"python"}
    pip_names = {conda: pip for pip, conda in CONDA_NAMES.items() if pip != "yaml"}
    assert {name: metadata.version(pip_names.get(name, name)) for name in installed} == {
        name: LOCKED[name] for name in installed
    }
