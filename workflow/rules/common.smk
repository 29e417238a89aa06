# The checked configuration, the axes of the study, and helpers of the rules.

import ast
import os
import re
import shlex
import sys
from pathlib import Path

ROOT = Path(workflow.basedir)
sys.path.insert(0, str(ROOT / "scripts"))

from tlsglass.base import files, validation
from tlsglass.experiment import datasets
from tlsglass.study import publication
from tlsglass.study.axes import Study
from tlsglass.study.axes import check as check_study


def config_file_of(path):
    """Name the source of a key of the configuration: the last of config.yaml, --configfile and --config that holds it."""
    given = [Path(name).resolve() for name in workflow.overwrite_configfiles]
    here = Path.cwd()
    sources = ["config/config.yaml", *(str(p.relative_to(here) if p.is_relative_to(here) else p) for p in given)]
    contents = [(source, validation.read_yaml(source)) for source in sources]
    contents.append(("--config", workflow.config_settings.config or {}))
    for source, content in reversed(contents):
        try:
            for key in path:
                content = content[key]
        except (KeyError, IndexError, TypeError):
            continue
        return source
    return sources[-1]


def dataset_folders():
    return sorted(path.parent for path in Path("config/experiments").glob("*/dataset.yaml"))


try:
    config_schema = validation.read_yaml(ROOT / "workflow/schemas/config.schema.yaml")
    dataset_schema = validation.read_yaml(ROOT / "workflow/schemas/dataset.schema.yaml")
    check_study(config, config_schema, config_file_of)
    if config["density_of_states"]["source"] == "published":
        publication.check(config, "results/published/MANIFEST.json", config_file_of)
    DATASETS = {folder.name: datasets.load(folder, dataset_schema).info for folder in dataset_folders()}
except validation.InputError as error:
    sys.exit(str(error))


PUBLISHED = config["density_of_states"]["source"] == "published"  # else simulated
CHAINS = "results/published/chain" if PUBLISHED else "<results>/chain"
VARIANT_COUNTS = "results/published/variants" if PUBLISHED else "<shards>/variants"


def rebuild_command():
    """Return the command, with {} for its target, that makes one file of this run anew."""
    configfiles = [os.path.relpath(path) for path in workflow.overwrite_configfiles]
    given = workflow.config_settings.config_args or []
    options = (["--configfile", *configfiles] if configfiles else []) + (["--config", *given] if given else [])
    return " ".join(["snakemake --cores 1 --force {}", shlex.join(options)]).rstrip()


os.environ[files.REBUILD] = rebuild_command()  # for the drivers' messages


def one_of(names):
    """Return the regular expression that matches these names and no other."""
    return "|".join(map(re.escape, names))


study = Study(config)
SIZES = list(study.sizes)
COUPLINGS = list(study.couplings)
SETS = expand("L{L}_J{J0}", L=SIZES, J0=COUPLINGS)


wildcard_constraints:
    L=one_of(SIZES),
    J0=one_of(COUPLINGS),
    T=one_of(study.temperatures),
    set=one_of(SETS),
    batch=r"\d+-\d+",
    dataset=one_of(DATASETS),


def library(script, *modules):
    """Return the files of the library that a driver imports, directly or not: a change of one reruns the driver's rule.

    ``modules`` are those that it imports by a name that it is given.
    """
    folder = ROOT / "scripts"
    named = [folder.joinpath(*module.split(".")).with_suffix(".py") for module in modules]
    found, pending = set(named), [folder / script, *named]
    while pending:
        for node in ast.walk(ast.parse(pending.pop().read_text(encoding="utf-8"))):
            if isinstance(node, ast.ImportFrom) and (node.module or "").split(".")[0] == "tlsglass":
                parts = node.module.split(".")[1:]
                for path in [folder.joinpath("tlsglass", *parts, a.name).with_suffix(".py") for a in node.names] + [
                    folder.joinpath("tlsglass", *parts).with_suffix(".py")
                ]:
                    if path.is_file() and path not in found:
                        found.add(path)
                        pending.append(path)
    return sorted(str(path.relative_to(ROOT)) for path in found)


def batch_shards(wildcards):
    """The shards of one (L, J0, T): one of each batch; or its published counts."""
    if PUBLISHED:
        return expand("results/published/dos/L{L}_J{J0}/T{T}.npz", **wildcards)
    return expand("<shards>/L{L}_J{J0}/T{T}/{batch}.npz", batch=study.batches(wildcards.L), **wildcards)


def published_counts(wildcards):
    """The counts of the set that each variant is compared with, in the order of the variants' own."""
    labels = study.labels(config["figures"]["dos_K"])
    axes = [study.variant(name).beside for name in study.variants]
    return [f"<results>/dos/L{L}_J{J0}/T{T}.npz" for L, J0 in axes for T in labels]
