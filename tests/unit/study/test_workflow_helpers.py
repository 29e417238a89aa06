"""The helpers of the Snakefile: sources of keys, commands, names of files, digests of the library, modified tables."""

import ast
import json
import re
from dataclasses import dataclass

import pytest

from shared import CONFIG, ROOT
from tlsglass.base import io, validation
from tlsglass.montecarlo.protocol import fingerprints_at_rungs
from tlsglass.study import workflow_helpers
from tlsglass.study.configured_study import Study


def test_paths_below_the_working_directory_are_relative(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    workflow_helpers.relative_to_cwd.cache_clear()
    assert workflow_helpers.relative_to_cwd(tmp_path / "a/b.csv") == "a/b.csv"
    assert workflow_helpers.relative_to_cwd(tmp_path.parent / "b.csv") == str(tmp_path.parent.resolve() / "b.csv")
    workflow_helpers.relative_to_cwd.cache_clear()


def test_a_pattern_matches_its_names_only():
    pattern = re.compile(workflow_helpers.any_of_pattern(["L8_J0.3", "L8_J2"]))
    assert [name for name in ("L8_J2", "L8_J0.3", "L8_J0x3", "L8_J20") if pattern.fullmatch(name)] == ["L8_J2", "L8_J0.3"]


@pytest.mark.parametrize(
    ("path", "source"),
    [
        (["seed"], "--config"),
        (["model", "h0_K"], "mine.yaml"),
        (["model", "J0_K", 1], "config.yaml"),
        (["model", "J0_K", 5], "mine.yaml"),
        (["absent"], "mine.yaml"),
    ],
)
def test_the_source_of_a_key_is_the_last_one_that_contains_it(path, source):
    sources = [("config.yaml", CONFIG), ("mine.yaml", {"model": {"h0_K": 5}, "empty": None}), ("--config", {"seed": 1})]
    assert workflow_helpers.source_of_key(sources, path) == source


@pytest.mark.parametrize(
    ("arguments", "command"),
    [
        (("Snakefile", [], []), "snakemake --cores 1 --force {}"),
        (("Snakefile", ["config/my study.yaml"], []), "snakemake --cores 1 --force {} --configfile 'config/my study.yaml'"),
        (("other/Snakefile", [], ["seed=1"]), "snakemake --cores 1 --force {} --snakefile other/Snakefile --config seed=1"),
    ],
)
def test_the_rebuild_command_is_quoted_for_a_shell(arguments, command):
    assert workflow_helpers.rebuild_command(*arguments) == command


def test_folders_with_the_same_output_share_a_rule():
    rules = workflow_helpers.rules_by_output(Study(CONFIG))
    folders = [folder for group in rules.values() for folder in group]
    assert sorted(folders) == sorted(Study(CONFIG).shard_folders())
    assert {job for job, _, _ in rules} == {"anneal"}
    assert len({rungs for _, rungs, _ in rules}) > 1


def test_published_counts_replace_shards():
    study = Study(CONFIG)
    simulated = workflow_helpers.SimulationFiles(study, published=None)
    published = workflow_helpers.SimulationFiles(study, published=lambda name: f"published/{name}")
    assert published.counts("dos", "L8_J2")[0] == "published/dos/L8_J2/T0.02.npz"
    assert published.records("L8_J2") == ["published/chain/L8_J2.npz"]
    sets = {f"L{L}_J{J0}" for L in study.sizes for J0 in study.J0_values}
    assert {name.format(J0=J0) for name in published.names_in_job("dos") for J0 in study.J0_values} == sets
    for kind in published.counts_plans:  # the records of more outputs of a job are read several times
        assert 2 * len(published.names_in_job(kind)) * len(published.temperature_keys(kind)) <= 128
    n_rungs, n_batches = len(simulated.temperature_keys("dos")), len(study.set_plan("8", "2").batches)
    assert len(published.counts("dos", "L8_J2")) == n_rungs
    assert len(set(simulated.counts("dos", "L8_J2"))) == n_rungs * n_batches
    assert len(simulated.records("L8_J2")) == n_batches
    assert all(path.startswith("<shards>/L8_J2-") for path in simulated.counts("dos", "L8_J2"))
    deleting = workflow_helpers.SimulationFiles(study, published=None, without_shards=True)
    assert (deleting.counts("dos", "L8_J2"), deleting.records("L8_J2")) == ([], [])


def test_densities_of_pairs_are_those_of_their_sets():
    equilibrium = validation.read_yaml(ROOT / "config/equilibrium.yaml")["checks"]
    study = Study(CONFIG | {"checks": CONFIG["checks"] | equilibrium})
    files = workflow_helpers.SimulationFiles(study, published=None)
    names = ["L8_J6", "L12_J6"]
    first = study.equilibrium["annealed_sweeps"][0]
    pairs = files.pairs_of_equilibrium_sets(names)
    assert list(pairs) == ["L8_J6_tempered", "L8_J6_annealed", "L12_J6_tempered", "L12_J6_annealed"]
    for name in names:
        by_method = files.densities_of_equilibrium_set(name)
        assert pairs[f"{name}_tempered"] == by_method["tempered"]
        assert pairs[f"{name}_annealed"] == by_method[f"annealed_{first}"]
    everything = files.all_densities()
    assert {path for paths in pairs.values() for path in paths} < set(everything)
    counted = [plan for plans in files.counts_plans.values() for plan in plans.values()]
    assert len(set(everything)) == len(everything) == sum(len(plan.rungs) for plan in counted)


def test_entries_that_a_run_can_show_are_made_alone_or_together():
    arguments = ["stycast1266_thermal_conductivity"], [], "paper.csv", ROOT / "workflow/report"
    shown = workflow_helpers.CatalogueOfRun(Study(CONFIG), *arguments)
    names = [entry.name for entry in shown.entries]
    assert {"figure_1", "figure_stycast", "table_2"} <= set(names)
    assert "figure_niobium" not in names  # whose dataset the run lacks
    for kind in ("figure", "table"):
        alone, together = shown.jobs(kind, shared=False), shown.jobs(kind, shared=True)
        assert {name: [name] for name in alone} == {name: [entry.name for entry in part] for name, part in alone.items()}
        assert sorted(alone) == sorted(entry.name for part in together.values() for entry in part)
        assert len(together) < len(alone)
    (figure_1,) = shown.jobs("figure", shared=False)["figure_1"]
    assert shown.inputs([figure_1])["figure_1__eq3"] == "<results>/tables/table_2.csv"
    assert set(shown.settings([figure_1])) == {"figure_1"}


def test_jobs_expect_the_fingerprint_of_every_rung_of_a_simulation():
    equilibrium = validation.read_yaml(ROOT / "config/equilibrium.yaml")["checks"]
    files = workflow_helpers.SimulationFiles(Study(CONFIG | {"checks": CONFIG["checks"] | equilibrium}), published=None)
    assert {"dos", "variants", "equilibrium"} <= set(files.counts_plans)
    for kind, plans in files.counts_plans.items():
        for name, plan in plans.items():
            content = files.content(kind, name)
            rungs = plan.rungs.values()
            expected = [(rung, plan.simulation.fingerprint_at(rung)) for rung in rungs]
            assert fingerprints_at_rungs(content["fingerprint"], content["rungs"]) == expected
            assert content["n"] == plan.simulation.realizations


def test_the_digest_of_a_driver_changes_with_what_it_imports_and_with_nothing_else(tmp_path):
    package = tmp_path / "scripts/tlsglass"
    package.mkdir(parents=True)
    (tmp_path / "scripts/driver.py").write_text("from tlsglass import direct\n\n\ndef f():\n    from tlsglass.lazy import g\n")
    (package / "direct.py").write_text("from tlsglass import (\n    indirect,\n)\n")
    for name in ("indirect", "lazy", "named", "unused"):
        (package / f"{name}.py").write_text("")

    def digest():
        workflow_helpers._digest_and_imports.cache_clear()
        workflow_helpers.library_digest.cache_clear()
        return workflow_helpers.library_digest(tmp_path / "scripts", "driver.py", "tlsglass.named")

    digests = [digest()]
    for name in ("direct", "indirect", "lazy", "named"):
        with (package / f"{name}.py").open("a") as stream:
            stream.write("# changed\n")
        digests.append(digest())
    assert len(set(digests)) == 5
    (package / "unused.py").write_text("# changed\n")
    assert digest() == digests[-1]
    workflow_helpers._digest_and_imports.cache_clear()


def test_imports_are_those_that_python_parses():
    scripts = ROOT / "scripts"
    for path in scripts.rglob("*.py"):
        modules = {
            f"{node.module.replace('.', '/')}/{alias.name}.py"
            for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
            if isinstance(node, ast.ImportFrom) and (node.module or "").startswith("tlsglass")
            for alias in node.names
        }
        imports = workflow_helpers._digest_and_imports(scripts, str(path.relative_to(scripts)))[1]
        assert {module for module in modules if (scripts / module).is_file()} <= imports


@dataclass(eq=False)
class Job:
    log: dict


def test_a_table_that_a_job_will_read_is_compared_with_its_record(tmp_path):
    table, record = tmp_path / "table.csv", tmp_path / "record.json"
    table.write_text("a\n1\n")
    record.write_text(json.dumps({str(table): io.sha256(table)}))
    job, producer = Job({}), Job({"checksums": str(record)})
    dependencies = {job: {producer: [table]}}
    assert workflow_helpers.modified_tables([job], dependencies) == []
    table.write_text("a\n2\n")
    (line,) = workflow_helpers.modified_tables([job], dependencies)
    assert str(table) in line
    assert workflow_helpers.modified_tables([job, producer], dependencies | {producer: {}}) == []
