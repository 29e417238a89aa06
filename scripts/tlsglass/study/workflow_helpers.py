"""Helpers of the Snakefile: sources of the configuration, files of simulations, figures of a run, digests of the library."""

from __future__ import annotations

import copy
import functools
import hashlib
import json
import os
import re
import shlex
from collections.abc import Callable, Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

from tlsglass.base import io, labels, published_files, validation
from tlsglass.montecarlo.protocol import ANNEALING, JOB_NAMES
from tlsglass.report import catalogue
from tlsglass.report.catalogue_entry import Entry, RunContents, check_catalogue, inputs_of_job
from tlsglass.study import config_checks, equilibrium_plan
from tlsglass.study.configured_study import Study
from tlsglass.study.simulation_plan import SimulationPlan

# an import from the library, at the top of a module or in a function; ten times faster than parsing the module
IMPORT = re.compile(r"^\s*from (tlsglass[\w.]*) import (\([^)]*\)|[^\n]*)", re.MULTILINE)
RECORD = "chain"  # folder of the annealing records, beside those of the temperatures


@functools.cache
def relative_to_cwd(path: str | Path) -> str:
    """Return a path relative to the working directory if it lies below it, and absolute otherwise."""
    path, folder = Path(path).resolve(), Path.cwd()
    return str(path.relative_to(folder) if path.is_relative_to(folder) else path)


def prepend_to_python_path(folder: str | Path) -> None:
    """Let jobs import the library in ``folder``, not that of another copy which is installed in their environment."""
    os.environ["PYTHONPATH"] = os.pathsep.join([str(folder), *filter(None, [os.environ.get("PYTHONPATH")])])


def restrict_docutils(settings: str | Path) -> None:
    """Let the report of Snakemake read captions with these docutils ``settings``: no raw HTML, no other files."""
    os.environ["DOCUTILSCONFIG"] = str(settings)


def any_of_pattern(names: Iterable[str]) -> str:
    """Return the regular expression that matches these names only."""
    return "|".join(map(re.escape, names))


def complete_config(
    config: dict[str, Any],
    root: Path,
    overlays: Sequence[str | Path],
    command_line: Mapping[str, Any],
    update: Callable[[dict[str, Any], Any], None],
) -> None:
    """Add the defaults and the name of the run to a configuration, in place, and check it.

    Parameters
    ----------
    config : dict
        What Snakemake merged of the overlays and the command line or, where this workflow is a module, of another workflow.
    root : Path
        The folder of the study.
    overlays, command_line
        The files of ``--configfile``, and the keys of ``--config``.
    update : callable
        Merges one configuration into another, in place, as Snakemake does.

    Raises
    ------
    InputError
        With a line for each key that is refused.
    """

    def merge(contents: Iterable[Any]) -> dict[str, Any]:
        merged: dict[str, Any] = {}
        for content in contents:
            update(merged, copy.deepcopy(content or {}))
        return merged

    sources = [(relative_to_cwd(path), validation.read_yaml(path)) for path in [root / "config/config.yaml", *overlays]]
    sources.append(("--config", dict(command_line)))
    defaults = sources[0][1]
    if config != merge(content for _, content in sources[1:]):
        sources.insert(1, ("the configuration of the module", copy.deepcopy(config)))
    config.update({"run": Path(overlays[-1]).stem if overlays else "paper"} | merge([defaults, config]))
    schema = validation.read_yaml(root / "workflow/schemas/config.schema.yaml")
    manifest = relative_to_cwd(root / "results/published" / io.MANIFEST)
    config_checks.check(config, schema, functools.partial(source_of_key, sources), defaults, manifest)


def source_of_key(sources: Sequence[tuple[str, Any]], path: Iterable[Any]) -> str:
    """Return the source that sets a key of the configuration: the last one that contains it.

    ``sources`` are pairs (name, content) in the order in which they are merged, the options of the command line last. A key
    that none contains is missing from the last file.
    """
    keys = list(path)
    for source, content in reversed(sources):
        try:
            for key in keys:
                content = content[key]
        except (KeyError, IndexError, TypeError):
            continue
        return str(source)
    return sources[-2][0]


def rebuild_command(snakefile: str, overlays: Iterable[str | Path], config_options: Sequence[str]) -> str:
    """Return the command, with {} for the target, that makes a file of this run again."""
    options = [] if snakefile == "Snakefile" else ["--snakefile", snakefile]
    files = [relative_to_cwd(path) for path in overlays]
    options += ["--configfile", *files] if files else []
    options += ["--config", *config_options] if config_options else []
    return " ".join(["snakemake --cores 1 --force {}", shlex.join(options)]).rstrip()


def left_out_lines(broken: Mapping[str, Sequence[str]]) -> list[str]:
    """Return one line for each broken dataset, ``{name: its problems}``: its name, and the first of its problems."""
    lines = []
    for name, problems in broken.items():
        more = f" (and {len(problems) - 1} more)" if len(problems) > 1 else ""
        lines.append(validation.printable(f"Dataset {name} is broken and left out: {problems[0]}{more}"))
    return lines


def job_name_for(fingerprint: str) -> str:
    """Return the name of the jobs that simulate what a fingerprint describes: anneal, temper, anneal_twice."""
    name: str = JOB_NAMES[json.loads(fingerprint).get("method", ANNEALING)]
    return name


def rules_by_output(study: Study) -> dict[tuple[str, tuple[Any, ...], bool], list[str]]:
    """Return the folders of shards grouped by what their jobs write: {(job name, rungs, with record): folders}."""
    groups: dict[tuple[str, tuple[Any, ...], bool], list[str]] = {}
    for name, folder in study.shard_folders().items():
        output = job_name_for(folder.fingerprint), tuple(folder.rungs), folder.wants_chain_record
        groups.setdefault(output, []).append(name)
    return groups


class SimulationFiles:
    """The input files that the rules of a study read: shards, or published counts.

    Parameters
    ----------
    published : callable or None
        Returns the path of a file of the published outcome; None where shards are merged instead.
    without_shards : bool
        Whether shards are left out of all inputs, as for ``--delete-all-output``: other runs share them.
    """

    def __init__(self, study: Study, published: Callable[[str], str] | None, without_shards: bool = False) -> None:
        self.study = study
        self.published = published
        self.without_shards = without_shards
        self.plans = study.simulation_plans()
        self.counts_plans = {kind: plans for kind, plans in study.counts_plans.items() if plans}

    def shards(self, plan: SimulationPlan, rung: Any) -> list[str]:
        """Return the shards of a simulation at a rung, or its annealing records where ``rung`` is RECORD."""
        if self.without_shards:
            return []
        return [f"<shards>/{name}" for name in (plan.chain_records if rung == RECORD else plan.shards(rung))]

    def shards_of_all(self, plans: Mapping[str, SimulationPlan]) -> list[str]:
        """Return the shards of simulations at all their rungs."""
        return [path for plan in plans.values() for rung in plan.rungs for path in self.shards(plan, rung)]

    def records(self, name: str) -> list[str]:
        """Return the annealing records of a set, or its published summary."""
        if self.published:
            return [self.published(f"{RECORD}/{name}.npz")]
        return self.shards(self.plans[name], RECORD)

    def names_in_job(self, kind: str) -> list[str]:
        """Return the names whose energies one job counts, with its wildcard: one name with many shards, or many published ones.

        Published counts of one J0 share a job. All counts of a kind would be more than 128 outputs, whose records Snakemake
        reads several times each, as it remembers 128 of them.
        """
        if not self.published:
            return ["{name}"]
        if kind == "variants":
            return list(self.counts_plans[kind])
        return [f"L{L}_J{{J0}}" for L in dict.fromkeys(labels.ParameterSet.parse(name).L for name in self.counts_plans[kind])]

    def sets_in_job(self, name: str) -> list[str]:
        """Return the sets whose annealing records the job of ``name`` reads: published summaries are read together."""
        return [self.study.name(L, J0) for L, J0 in self.study.sets] if self.published else [name]

    def counts(self, kind: str, name: str) -> list[str]:
        """Return the shards at all rungs of a simulation whose energies are counted, or its published counts."""
        plan = self.counts_plans[kind][name]
        if self.published:
            return [self.published(f"{kind}/{name}/T{T}.npz") for T in plan.rungs]
        return [path for rung in plan.rungs.values() for path in self.shards(plan.simulation, rung)]

    def content(self, kind: str, name: str) -> dict[str, Any]:
        """Return what the counts of a simulation contain: fingerprint, rungs, realizations, and ranges analyzed separately.

        Snakemake keeps it in a record of each output of a job. A fingerprint for each rung would make these records long, and
        reading them slow.
        """
        plan = self.counts_plans[kind][name]
        return {
            "fingerprint": plan.simulation.fingerprint,
            "rungs": list(map(str, plan.rungs.values())),
            "n": plan.simulation.realizations,
            "ranges": self.study.realization_ranges(kind, name),
        }

    def temperature_keys(self, kind: str) -> list[str]:
        """Return the temperatures of one kind as they are written in file names; they are the same for all names."""
        return list(next(iter(self.counts_plans[kind].values())).rungs)

    def all_densities(self) -> list[str]:
        """Return the densities of states of all simulations whose energies are counted."""
        return [
            f"<results>/{kind}/{name}/T{T}.npz"
            for kind, plans in self.counts_plans.items()
            for name in plans
            for T in self.temperature_keys(kind)
        ]

    def densities_of_equilibrium_set(self, name: str) -> dict[str, list[str]]:
        """Return the densities of states of a set that is annealed and tempered, by the methods whose energies are counted."""
        return {
            method: [f"<results>/equilibrium/{name}_{method}/T{T}.npz" for T in self.temperature_keys("equilibrium")]
            for method in equilibrium_plan.methods(self.study, name)
        }

    def pairs_of_equilibrium_sets(self, names: Iterable[str]) -> dict[str, list[str]]:
        """Return the densities of states of sets, tempered and annealed with the first number of sweeps.

        Their names are those of the sets with the suffix _tempered or _annealed.
        """
        pairs = {}
        for name in names:
            by_method = self.densities_of_equilibrium_set(name)
            pairs[f"{name}_{equilibrium_plan.TEMPERED}"] = by_method.pop(equilibrium_plan.TEMPERED)
            pairs[f"{name}_annealed"] = next(iter(by_method.values()))
        return pairs

    def records_of_equilibrium_set(self, name: str) -> dict[str, list[str]]:
        """Return the records of a set that is annealed and tempered, by method."""
        return {method: self.shards(plan, RECORD) for method, plan in equilibrium_plan.plans_of_set(self.study, name).items()}


class CatalogueOfRun:
    """The figures, and tables to read, that a run can show: all entries of the catalogue whose inputs it has.

    Parameters
    ----------
    datasets, joint_datasets
        Names of all datasets, and of those that are fitted together with others.
    paper
        Path of the table of the paper's claims.
    captions
        Folder of the captions.

    Raises
    ------
    CatalogueError
        If an entry is incomplete.
    """

    def __init__(
        self, study: Study, datasets: Iterable[str], joint_datasets: Iterable[str], paper: str, captions: Path
    ) -> None:
        figures = study.config["figures"]
        run = RunContents(
            J0_values=list(study.J0_values),
            sizes=list(study.sizes),
            all_sizes=study.all_sizes,
            L=study.temperature_keys([figures["L"]])[0],
            dos_K=study.temperature_keys(figures["fig_1_temperatures_K"]),
            quench=study.quench,
            datasets=list(datasets),
            joint_datasets=list(joint_datasets),
            variants=study.variants,
            paper=paper,
        )
        check_catalogue(catalogue.ENTRIES, captions)
        paths = {entry.name: entry.input_paths(run) for entry in catalogue.ENTRIES}
        self._inputs = {name: inputs for name, inputs in paths.items() if inputs is not None}
        self._settings = {entry.name: entry.settings_from(study.config, run) for entry in catalogue.ENTRIES}
        self.entries = [entry for entry in catalogue.ENTRIES if entry.name in self._inputs]
        self.categories = {section: f"{k}. {section}" for k, (section, _) in enumerate(catalogue.sections(), 1)}
        self.titles = {entry.name: f"{k}. {entry.title}" for _, part in catalogue.sections() for k, entry in enumerate(part, 1)}

    def of_kind(self, kind: str) -> list[Entry]:
        """Return the entries that are figures, or tables."""
        return [entry for entry in self.entries if entry.kind == kind]

    def jobs(self, kind: str, shared: bool) -> dict[str, list[Entry]]:
        """Return {rule: entries of one kind that it makes}: one or, if ``shared``, all figures of a section or all tables."""
        jobs: dict[str, list[Entry]] = {}
        for entry in self.of_kind(kind):
            section = f"figures_of_section_{self.categories[entry.section].partition('.')[0]}"
            name_of_shared = section if kind == "figure" else "tables_to_read"
            jobs.setdefault(name_of_shared if shared else entry.name, []).append(entry)
        return jobs

    def inputs(self, entries: Iterable[Entry]) -> dict[str, str | list[str]]:
        """Return the inputs of a job that makes these entries, by name."""
        return inputs_of_job({entry.name: self._inputs[entry.name] for entry in entries})

    def settings(self, entries: Iterable[Entry]) -> dict[str, dict[str, Any]]:
        """Return the settings of entries, {name: {argument of its function: value}}."""
        return {entry.name: self._settings[entry.name] for entry in entries}


_is_file = functools.cache(os.path.isfile)


@functools.cache
def _digest_and_imports(root: Path, name: str) -> tuple[str, frozenset[str]]:
    """Return the SHA-256 of a file, and the files of the library that it imports itself. Names are relative to ``root``."""
    text = Path(root, name).read_text(encoding="utf-8")
    imports: set[str] = set()
    for package, names in IMPORT.findall(text):
        module = package.replace(".", "/")
        candidates = [*(f"{module}/{name}.py" for name in re.findall(r"\w+", names)), f"{module}.py"]
        imports.update(candidate for candidate in candidates if _is_file(f"{root}/{candidate}"))
    return hashlib.sha256(text.encode()).hexdigest(), frozenset(imports)


@functools.cache
def library_digest(root: Path, script: str, *modules: str) -> str:
    """Return the digest of the modules that a driver imports, directly or not.

    As a parameter of a rule, it makes Snakemake run the rule again after a change of the library. (As input files, the modules
    would be looked at whenever a job is chosen, which takes longer than most jobs.)

    Parameters
    ----------
    root : Path
        The folder of the drivers and of the package.
    modules : str
        Modules that the driver imports by a name that it receives.
    """
    named = [f"{module.replace('.', '/')}.py" for module in modules]
    files, pending = set(named), [script, *named]
    while pending:
        new = _digest_and_imports(root, pending.pop())[1] - files
        files |= new
        pending += new
    text = "".join(f"{root.name}/{name} {_digest_and_imports(root, name)[0]}\n" for name in sorted(files))
    return hashlib.sha256(text.encode()).hexdigest()


def modified_published_files(jobs: Iterable[Any], folder: str) -> list[str]:
    """Return one line for each file of the published results that one of ``jobs`` reads and that is not what was published."""
    paths = {Path(path) for job in jobs for path in map(str, job.input)}
    names = [path.relative_to(folder).as_posix() for path in paths if path.is_relative_to(folder)]
    try:
        return published_files.failed_files(folder, names) if names else []
    except io.UserError as error:
        return [str(error)]


def modified_tables(jobs: Iterable[Any], dependencies: Mapping[Any, Mapping[Any, Iterable[Any]]]) -> list[str]:
    """Return one line for each table that a job is about to read and that is not what an earlier run wrote.

    Parameters
    ----------
    jobs : iterable
        The jobs of Snakemake that will run.
    dependencies : mapping
        {job: {job that it depends on: files that it reads from there}}.
    """
    planned = set(jobs)
    records: dict[str, str | None] = {}  # of the tables that the jobs read, and of those which these were made from
    direct, seen, pending = set(), set(planned), list(planned)
    while pending:
        job = pending.pop()
        for producer, files in dependencies.get(job, {}).items():
            if producer in planned:
                continue
            tables = {path for path in map(str, files) if path.endswith(io.TABLES) and Path(path).is_file()}
            records |= dict.fromkeys(tables, producer.log.get("checksums"))
            direct |= tables if job in planned else set()
            if producer not in seen:
                seen.add(producer)
                pending.append(producer)
    checksums: dict[str, str] = {}
    for record in filter(None, {records[path] for path in direct}):
        checksums |= io.read_checksums(record)
    lines = io.failed_checks(
        (path, lambda path: io.verify_digest(path, checksums[str(path)])) for path in sorted(direct) if path in checksums
    )
    if direct <= set(checksums):
        return lines
    for record in filter(None, set(records.values())):
        checksums |= io.read_checksums(record)
    return lines + io.unrecorded_lines(sorted(set(records) - set(checksums)))
