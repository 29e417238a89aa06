# The checked configuration, the axes of the study, and helpers of the rules. Needs Snakemake alone, and changes nothing.

import ast
import copy
import functools
import hashlib
import json
import os
import re
import shlex
import sys
from pathlib import Path

from snakemake.utils import update_config

ROOT = Path(str(workflow.current_basedir)).resolve().parents[1]  # also where this workflow is the module of another
if str(ROOT / "scripts") not in sys.path:
    sys.path.insert(0, str(ROOT / "scripts"))
# Jobs import the library of this copy of the workflow, not that of another copy which is installed in their environment.
os.environ["PYTHONPATH"] = os.pathsep.join([str(ROOT / "scripts"), *filter(None, [os.environ.get("PYTHONPATH")])])

from tlsglass.base import io, validation
from tlsglass.data import validate
from tlsglass.montecarlo.protocol import ANNEALING, JOB_NAMES
from tlsglass.report import catalogue
from tlsglass.report.catalogue_entry import PAPER
from tlsglass.study import config_checks, equilibrium_plan
from tlsglass.study.configured_study import Study


@functools.cache
def seen(path):
    """Return a path as it is seen from here: relative where it lies below."""
    path, here = Path(path).resolve(), Path.cwd()
    return str(path.relative_to(here) if path.is_relative_to(here) else path)


def shipped(path):
    """Return the path of a file that comes with the workflow, and is no result: it is read where it lies."""
    return local(seen(ROOT / path))


def shipped_files(folder, pattern):
    """Return all files that come with the workflow in a folder of it."""
    return [shipped(path) for path in sorted((ROOT / folder).glob(pattern))]


OVERLAYS = [Path(path) for path in workflow.overwrite_configfiles]
BASE = seen(ROOT / "config/config.yaml")
PUBLISHED_FOLDER = seen(ROOT / "results/published")
try:
    SOURCES = [(BASE, validation.read_yaml(BASE))]
    if workflow.modifier.skip_configfile:  # a module, whose configuration comes from the workflow that uses it
        SOURCES.append(("the configuration of the module", copy.deepcopy(config)))
    SOURCES += [(seen(path), validation.read_yaml(path)) for path in OVERLAYS]
    SOURCES.append(("--config", dict(workflow.config_settings.config or {})))
except validation.InputError as error:
    sys.exit(validation.printable(str(error)))


def holder_of(path):
    """Name the source of a key of the configuration: the last one that holds it, or some of what is below it."""
    for source, content in reversed(SOURCES):
        try:
            for key in path:
                content = content[key]
        except (KeyError, IndexError, TypeError):
            continue
        return source
    return SOURCES[-2][0]


def with_base(given):
    """Fill a configuration up with what config/config.yaml says and it does not; name the run after the last overlay."""
    whole = copy.deepcopy(SOURCES[0][1])
    update_config(whole, copy.deepcopy(given))
    whole.setdefault("run", OVERLAYS[-1].stem if OVERLAYS else "paper")
    return whole


def rebuild_command():
    """Return the command, with {} for its target, that makes one file of this run anew."""
    main = seen(workflow.main_snakefile)
    options = [] if main == "Snakefile" else ["--snakefile", main]
    options += ["--configfile", *map(seen, OVERLAYS)] if OVERLAYS else []
    given = workflow.config_settings.config_args or []
    return " ".join(["snakemake --cores 1 --force {}", shlex.join(options + (["--config", *given] if given else []))]).rstrip()


try:
    config.update(with_base(config))
    config_schema = validation.read_yaml(ROOT / "workflow/schemas/config.schema.yaml")
    dataset_schema = validation.read_yaml(ROOT / "scripts/tlsglass/data/dataset.schema.yaml")
    config_checks.check(config, config_schema, holder_of, SOURCES[0][1], f"{PUBLISHED_FOLDER}/{io.MANIFEST}")
    DATASET_FOLDERS = sorted(path for path in Path(seen(ROOT / "config/experiments")).glob("*") if path.is_dir())
    DATASETS, BROKEN = validate.validate_each(DATASET_FOLDERS, dataset_schema)
    DATASETS |= dict.fromkeys(BROKEN)
except validation.InputError as error:
    sys.exit(str(error))

study = Study(config)
SIMULATED = study.all_simulated()
COUNTED = {kind: found for kind, found in study.counted().items() if found}  # by the folder of their counts
SIZES = list(study.sizes)
COUPLINGS = list(study.couplings)
SETS = [study.name(L, J0) for L, J0 in study.sets]
PUBLISHED = config["density_of_states"]["source"] == "published"  # else simulated
config["rebuild"] = rebuild_command()  # for the messages of the drivers; a params would make all of them run anew

if study.left_out and workflow.is_main_process:
    logger.info(f"Left out, since their sets are not in this run: variants {', '.join(study.left_out)}")


if BROKEN and workflow.is_main_process:
    logger.warning(f"Broken, and stops what needs it: dataset {', '.join(BROKEN)}")


def points_of(w):
    """Return the file with the points of a dataset. A broken one ends all with what is wrong: something needs it."""
    if w.dataset in BROKEN:
        sys.exit("\n".join(BROKEN[w.dataset]))
    return shipped(f"config/experiments/{w.dataset}/{DATASETS[w.dataset]['data']['file']}")


def one_of(names):
    """Return the regular expression that matches these names and no other."""
    return "|".join(map(re.escape, names))


wildcard_constraints:
    set=one_of(SETS),
    batch=r"\d+-\d+",
    dataset=one_of(DATASETS),


@functools.cache
def digest_and_imports(path):
    """Return the SHA-256 of a Python file, and the files of the library that it imports itself."""
    text = path.read_text(encoding="utf-8")
    found, pending = set(), [ast.parse(text)]
    while pending:
        node = pending.pop()
        pending += [child for child in ast.iter_child_nodes(node) if isinstance(child, ast.stmt | ast.excepthandler)]
        if isinstance(node, ast.ImportFrom) and (node.module or "").split(".")[0] == "tlsglass":
            named = (ROOT / "scripts").joinpath(*node.module.split("."))
            candidates = [*((named / alias.name).with_suffix(".py") for alias in node.names), named.with_suffix(".py")]
            found.update(candidate for candidate in candidates if candidate.is_file())
    return hashlib.sha256(text.encode()).hexdigest(), found


def library(script, *modules):
    """Return the digest of the library that a driver imports, directly or not, a parameter: a change of it reruns the rule.

    ``modules`` are those that the driver imports by a name that it is given. (As inputs so many files would be looked at
    whenever a job is chosen, for longer than most jobs work.)
    """
    named = [(ROOT / "scripts").joinpath(*module.split(".")).with_suffix(".py") for module in modules]
    found, pending = set(named), [ROOT / "scripts" / script, *named]
    while pending:
        new = digest_and_imports(pending.pop())[1] - found
        found |= new
        pending += new
    told = "".join(f"{path.relative_to(ROOT)} {digest_and_imports(path)[0]}\n" for path in sorted(found))
    return hashlib.sha256(told.encode()).hexdigest()


def folder(pathvar):
    """Return a folder of this run, results or shards."""
    return workflow.pathvars.apply(f"<{pathvar}>")


# --delete-all-output deletes what this run made. Shards are shared with other runs: then no rule of this one makes them.
DELETING = any(word.startswith("--delete-all") for word in sys.argv)


def verb_of(origin):
    """How the jobs of what an origin tells of are called: anneal, temper."""
    return JOB_NAMES[json.loads(origin).get("method", ANNEALING)]


def shards_of(simulated, kind):
    """The shards of a Simulated at a labels.Rung; or what its batches tell of the annealing."""
    if DELETING:
        return []
    return [f"<shards>/{place}" for place in (simulated.chains if kind == "chain" else simulated.shards(kind))]


def counts_of(simulated, rung, place):
    """The shards of a Simulated at a labels.Rung; or its published counts."""
    return [shipped(f"results/published/{place}")] if PUBLISHED else shards_of(simulated, rung)


def rule_of(kind):
    """The name of the rule that merges the shards of one kind of what is counted."""
    return "dos_table" if kind == "dos" else f"{kind}_dos"


def labels_of(kind):
    """The labels of the temperatures that all of one kind are counted at."""
    return list(next(iter(COUNTED[kind].values())).rungs)


def all_counts_of(kind, name):
    """The shards of what is counted, at all its rungs; or its published counts."""
    one = COUNTED[kind][name]
    places = ((rung, f"{kind}/{name}/T{T}.npz") for T, rung in one.rungs.items())
    return [path for rung, place in places for path in counts_of(one.simulated, rung, place)]


def origins_of(kind, name):
    """What ``all_counts_of`` must be of, rung by rung."""
    one = COUNTED[kind][name]
    return [one.simulated.origin_at(rung) for rung in one.rungs.values()]


def chains_of_pair(w):
    """What the chains of a set tell, that is simulated by annealing and by tempering."""
    return {name: shards_of(one, "chain") for name, one in equilibrium_plan.chains(study, w.pair).items()}


def altered(dag):
    """Return a line for each table that a job is about to read, made in an earlier run, and that is not what was written."""
    io.set_rebuild_command(config["rebuild"])
    coming = set(dag.needrun_jobs())
    records = {
        path: maker.log.get("checksums")
        for job in coming
        for maker, made in dag.dependencies[job].items()
        if maker not in coming
        for path in map(str, made)
        if path.endswith(io.TABLES) and Path(path).is_file()
    }
    checksums = {}
    for record in filter(None, set(records.values())):
        checksums |= io.read_checksums(record)
    return io.failed_checks((path, lambda path: io.verify_digest(path, checksums.get(path))) for path in sorted(records))
