"""What is said of the project says the same everywhere; the examples of CONTRIBUTING hold; environments follow the lock."""

import ast
import hashlib
import json
import os
import re
import shutil
import subprocess
import sys
import textwrap
import tomllib
from dataclasses import replace

import pytest
import yaml

import observables
import tlsglass
from shared import DATASET_SCHEMA, ROOT
from tlsglass.atlas.shipped import interaction_names
from tlsglass.base import provenance
from tlsglass.data import units, validate
from tlsglass.models import registry
from tlsglass.montecarlo import methods, protocol
from tlsglass.report import prose
from tlsglass.study import config_checks

CONTRIBUTING = (ROOT / "CONTRIBUTING.md").read_text(encoding="utf-8")


def read(name):
    text = (ROOT / name).read_text(encoding="utf-8")
    return json.loads(text) if name.endswith(".json") else yaml.safe_load(text)


def project():
    return tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))


def examples(title):
    """Return the blocks of code under a heading of CONTRIBUTING."""
    section = CONTRIBUTING.split(f"\n## {title}\n")[1].split("\n## ")[0]
    blocks = re.findall(r"```(?:python|yaml)\n(.*?)```", section, flags=re.S)
    assert all(len([line for line in code.splitlines() if line]) <= 12 for code in blocks), title
    return blocks


def example(title):
    """Return the first block of code under a heading of CONTRIBUTING."""
    return examples(title)[0]


def test_one_version_one_licence_one_author_one_paper():
    citation, codemeta, zenodo = read("CITATION.cff"), read("codemeta.json"), read(".zenodo.json")
    assert {citation["version"], codemeta["version"], zenodo["version"]} == {tlsglass.__version__}
    assert citation["date-released"] == codemeta["dateModified"]
    licenses = {citation["license"], zenodo["license"], project()["project"]["license"], codemeta["license"].rpartition("/")[2]}
    assert licenses == {"MIT"}
    assert (ROOT / "LICENSE").read_text(encoding="utf-8").startswith("MIT License")
    assert citation["title"] == zenodo["title"]
    assert citation["keywords"] == codemeta["keywords"] == zenodo["keywords"]
    assert codemeta["description"] == zenodo["description"]
    authors = {citation["authors"][0]["name"], codemeta["author"][0]["name"], zenodo["creators"][0]["name"]}
    assert authors == {"The tlsglass developers"}
    doi = citation["preferred-citation"]["doi"]
    assert codemeta["referencePublication"]["@id"].endswith(doi)
    assert zenodo["related_identifiers"][0]["identifier"] == doi
    released = re.findall(r"^## \[([\d.]+)\]", (ROOT / "CHANGELOG.md").read_text(encoding="utf-8"), flags=re.M)
    assert released[0] == tlsglass.__version__


def test_a_commit_is_told_with_what_differs_from_it(tmp_path):
    manifest = provenance.manifest({}, str(tmp_path), [], 3)
    assert manifest["commit"] == provenance.commit()
    known = {"tlsglass": "0.2.0", "commit": "1a2b3c4d5e6f7a8b"}
    assert prose.format_provenance(known) == "tlsglass 0.2.0, commit 1a2b3c4d5e6f"
    dirty = known | {"commit": "1a2b3c4d5e6f7a8b-dirty"}
    assert prose.format_provenance(dirty) == "tlsglass 0.2.0, commit 1a2b3c4d5e6f, with changes that are not committed"
    assert prose.format_provenance({"tlsglass": "0.1.0"}) == "tlsglass 0.1.0"


def test_the_coupling_of_contributing_is_a_configuration():
    config = read("config/config.yaml") | {"run": "stronger"}
    for key, value in yaml.safe_load(example("A coupling")).items():
        config[key] = config[key] | value if isinstance(value, dict) else value
    config_checks.check(config, read("workflow/schemas/config.schema.yaml"), lambda path: "stronger.yaml")


def test_the_observable_of_contributing_is_registered_and_drawn(tmp_path, monkeypatch):
    monkeypatch.setattr(registry, "OBSERVABLES", dict(registry.OBSERVABLES))
    namespace = {}
    exec(example("An observable"), namespace)
    for entry in namespace["OBSERVABLES"]:
        registry.register(entry)
    assert registry.get_observable("dipole_noise").curve(2.0, {"mu": 0.0, "noise_1K": 3.0}, None) == pytest.approx(6.0)
    observables.draw("dipole_noise").save_picture(tmp_path / "dipole_noise.svg")
    labels = re.findall(r">([^<>]+)<", (tmp_path / "dipole_noise.svg").read_text(encoding="utf-8"))
    assert "STM" in labels
    assert not any(label.startswith("atlas") for label in labels)


def test_the_dataset_of_contributing_is_one(tmp_path):
    folder = tmp_path / "my_glass"
    folder.mkdir()
    (folder / "dataset.yaml").write_text(example("A dataset"), encoding="utf-8")
    (folder / "data.csv").write_text("T,kappa\n100,3e-4\n200,1.2e-3\n300,2.6e-3\n500,7e-3\n", encoding="utf-8")
    dataset = validate.validate_folder(folder, DATASET_SCHEMA)
    assert dataset.points.T_K == pytest.approx([0.1, 0.2, 0.3, 0.5])


def test_the_unit_of_contributing_is_converted_with_prefixes(monkeypatch):
    ((symbol, entry),) = ast.literal_eval("{" + example("A unit") + "}").items()
    monkeypatch.setitem(units.BASE, symbol, entry)
    assert units.convert_unit("kcal/(mol K)", ("J/(mol K)",)) == (pytest.approx(4184.0), "J/(mol K)")


@pytest.fixture
def changed(tmp_path):
    """Return a function that replaces text in modules of a copy of the library and runs a program with that copy."""
    library = shutil.copytree(ROOT / "scripts/tlsglass", tmp_path / "tlsglass", ignore=shutil.ignore_patterns("__pycache__"))

    def run(program, *replacements):
        for module, old, new in replacements:
            source = (library / module).read_text(encoding="utf-8")
            assert source.count(old) == 1, (module, old)
            (library / module).write_text(source.replace(old, new), encoding="utf-8")
        environment = os.environ | {"PYTHONPATH": str(tmp_path)}
        done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, env=environment, check=False)
        assert done.returncode == 0, done.stderr[-2000:]
        return json.loads(done.stdout)

    return run


def function(module, name):
    """Return the source of a function of the library."""
    text = (ROOT / "scripts/tlsglass" / module).read_text(encoding="utf-8")
    return re.search(rf"^def {name}\(.*?(?=\n\n\n|\Z)", text, flags=re.M | re.S)[0] + "\n"


CHAIN_VERSION = ("montecarlo/protocol.py", f"CHAIN_VERSION = {protocol.CHAIN_VERSION}", "CHAIN_VERSION = 1000")
SMALL = "tlsglass.ModelParameters(L=4, h0_K=10.0, J0_K=3.0, cutoff=1.0, concentration=0.5)"


def test_the_coupling_distribution_of_contributing_has_couplings_of_one_size(changed):
    program = f"""
import dataclasses, json, tlsglass
from tlsglass.atlas.random_spins import RandomSpins
from tlsglass.model import disorder
from tlsglass.montecarlo import overlaps
from tlsglass.physics import pair_stability
normal = {SMALL}
model = dataclasses.replace(normal, interaction="signs")
draws = disorder.draw(model, 1, 0)
h, J = disorder.float_hamiltonian(model, draws)
spread = RandomSpins.of_model(model).spread / RandomSpins.of_model(normal).spread
sample = pair_stability.draw_sample(model, 20, 1)
reason = overlaps.missing_coupling_identity(model)
print(json.dumps([sorted(set(draws.c_ij.tolist())), abs(J).max(), spread, sample.abs_c.std(), reason]))
"""
    head = "INTERACTIONS = {\n"
    factors, largest, spread, deviation, reason = changed(
        program, ("model/interaction.py", head, head + example("A coupling distribution"))
    )
    mean = (2 / 3.141592653589793) ** 0.5
    assert factors == pytest.approx([-mean, mean])
    assert largest == pytest.approx(3.0 * mean / 2)  # c_ij J0/(1 + C) between nearest neighbors
    assert spread == pytest.approx(mean**2)
    assert deviation == pytest.approx(0.0, abs=1e-9)
    assert reason == "c_ij are not independent normal numbers"


def test_the_distance_dependence_of_contributing_decays_faster(changed):
    program = f"""
import json, tlsglass
from tlsglass.montecarlo.protocol import CHAIN_VERSION
model = {SMALL}
print(json.dumps([model.kernel[0, 0, 1], model.kernel[0, 0, 2], CHAIN_VERSION]))
"""
    old = function("model/interaction.py", "inverse_kernel")
    nearest, second, version = changed(
        program, ("model/interaction.py", old, example("A dependence on distance")), CHAIN_VERSION
    )
    assert (nearest, second, version) == (pytest.approx(1 / 2), pytest.approx(1 / 17), 1000)


def test_the_moments_of_contributing_interact(changed):
    program = """
import json, numpy as np
from tlsglass.model import disorder, parameters
model = parameters.ModelParameters(8, 10.0, 3.0, 1.0, 0.5, interaction="mattis")
c = disorder.draw(model, 1, 0).c_ij.astype(float)  # of the pairs (1, 0), (2, 0), (2, 1), ...
abs_c = np.mean([np.abs(disorder.draw(model, 1, r).c_ij).mean() for r in range(40)])
print(json.dumps([float(abs_c), c[0] * c[1] * c[2], c[0] * c[3] * c[4]]))
"""
    entry, moments = examples("An interaction")
    head = "INTERACTIONS = {\n", "MOMENTS: dict[str, Callable[[ModelParameters], Moments]] = {\n"
    abs_c, *products = changed(
        program,
        ("model/interaction.py", head[0], head[0] + entry),
        ("model/moments.py", head[1], head[1] + moments),
    )
    assert abs_c == pytest.approx((2 / 3.141592653589793) ** 0.5, rel=0.06)  # 4 σ of 40 realizations
    assert min(products) > 0  # around the triangles 0, 1, 2 and 0, 1, 3


def test_the_verdict_of_contributing_is_a_member(changed):
    program = """
import json
from tlsglass.analysis import scorecard
claim = {"paper": 1.0, "low": None, "high": None}
print(json.dumps([str(scorecard._compare(claim, value, 0.1, 0.0)) for value in (1.2, 1.35, 1.5)]))
"""
    member, condition = (textwrap.indent(code, "    ") for code in examples("A kind of verdict"))
    body = "    deviation = abs(_deviation(claim, value))\n"
    verdicts = changed(
        program,
        ("analysis/verdicts.py", "    DIFFERS = (", f"{member}    DIFFERS = ("),
        ("analysis/scorecard.py", body, condition + body),
    )
    assert verdicts == ["agrees", "close", "differs"]


def test_the_method_of_contributing_anneals_twice(small_model, short_protocol, monkeypatch):
    namespace = {}
    exec(example("A method"), namespace)
    monkeypatch.setitem(methods.METHODS, "warmed", namespace["WarmedAnnealing"])
    protocol_warmed = replace(short_protocol, method="warmed")
    _, record = methods.simulate(small_model, protocol_warmed, 0, 10)
    chain = tlsglass.MarkovChain.from_seed(small_model, 2, protocol_warmed.seed)
    for T_K in protocol_warmed.ladder_K * 2:
        chain.sweep(T_K, protocol_warmed.sweeps)
    assert record.energy_K[2, -1] == pytest.approx(chain.energy_per_spin())


def test_the_container_installs_what_the_lock_holds():
    lines = re.sub(r"\\\n", " ", (ROOT / "Containerfile").read_text(encoding="utf-8")).splitlines()
    steps = [line.split(maxsplit=1) for line in lines if line and not line.startswith(("#", " "))]
    assert steps[0][0] == "FROM"
    assert {word for word, _ in steps} <= {"FROM", "RUN", "WORKDIR", "COPY", "ENV", "CMD"}
    lock = (ROOT / "requirements.lock").read_text(encoding="utf-8")
    assert f"python:{re.search(r'--python-version ([0-9.]+)', lock)[1]}-" in steps[0][1]
    runs = " ".join(step for word, step in steps if word == "RUN")
    assert "--require-hashes -r requirements.lock" in runs
    assert "--no-deps --no-build-isolation --editable ." in runs
    assert "realpath .venv > .venv/installed" in runs
    ignored = (ROOT / ".containerignore").read_text(encoding="utf-8").split()
    assert {".git", ".venv"} <= set(ignored)


def test_workflows_run_what_every_machine_runs():
    steps = read(".github/workflows/ci.yml")["jobs"]["test"]["steps"]
    assert "bash .ci/run" in [step.get("run") for step in steps]


def test_the_catalog_finds_what_it_asks_for():
    usage = read(".snakemake-workflow-catalog.yml")["usage"]
    assert set(usage) == {"mandatory-flags", "software-stack-deployment", "report"}
    assert (ROOT / "config/README.md").is_file()
    assert (ROOT / "workflow/Snakefile").is_file()
    readme = (ROOT / "README.md").read_text(encoding="utf-8").lower()
    assert "snakemake" in readme
    assert "workflow" in readme


def test_the_schema_and_the_tables_of_the_atlas_are_in_the_package():
    data = project()["tool"]["setuptools"]["package-data"]
    atlas = {"atlas.npz", "annealing.npz", *(f"interaction_{name}.npz" for name in interaction_names()[1:])}
    for package, names in {"atlas": atlas, "data": {"dataset.schema.yaml"}}.items():
        folder = ROOT / "scripts/tlsglass" / package
        assert {path.name for pattern in data[f"tlsglass.{package}"] for path in folder.glob(pattern)} == names


def test_the_lock_of_the_minimum_has_the_lower_bounds():
    metadata = project()
    requirements = [*metadata["project"]["dependencies"], *metadata["dependency-groups"]["test"]]
    requirements += [entry for extra in metadata["project"]["optional-dependencies"].values() for entry in extra]
    lock = (ROOT / "requirements-minimum.lock").read_text(encoding="utf-8")
    locked = dict(re.findall(r"^([a-z0-9-]+)==([0-9.]+)", lock, flags=re.M))
    for requirement in requirements:
        if not requirement.startswith("tlsglass"):
            name, bound = re.fullmatch(r"(\S+) >= (\S+)", requirement).groups()
            assert f"{locked[name]}.".startswith(f"{bound}."), requirement


def test_the_fit_command_needs_no_extra(tmp_path):
    code = f"""
import sys
sys.modules |= dict.fromkeys(["docutils", "jinja2", "markupsafe", "tabulate", "openpyxl", "snakemake"])
from tlsglass import cli
table = "config/experiments/stycast1266_thermal_conductivity/data.csv"
sys.exit(cli.main(["fit", table, "--observable", "thermal_conductivity", "--relative-error", "1%", "--out", {str(tmp_path)!r}]))
"""
    environment = os.environ | {"PYTHONPATH": "scripts"}
    subprocess.run([sys.executable, "-c", code], cwd=ROOT, env=environment, check=True, capture_output=True)
    assert (tmp_path / "fit.md").is_file()


def test_the_context_of_the_crate_is_the_unchanged_copy_that_its_readme_describes():
    folder = ROOT / "tools/ro_crate"
    content = (folder / "context-1.1.jsonld").read_bytes()
    readme = (folder / "README.md").read_text(encoding="utf-8")
    assert f"SHA-256: `{hashlib.sha256(content).hexdigest()}`" in readme
    context = json.loads(content)
    assert context["@id"] == "https://w3id.org/ro/crate/1.1/context"
    assert context["license"]["@id"].rstrip("/") in readme


def test_locks_have_hashes_and_name_no_host():
    for path in ROOT.glob("requirements*.lock"):
        text = path.read_text(encoding="utf-8")
        assert "://" not in text, path.name
        pinned = re.findall(r"^\S+==", text, flags=re.M)
        assert len(pinned) == len(re.findall(r"^\S+==.*\\\n    --hash", text, flags=re.M)), path.name
