# The checked configuration, the study that it describes, and names that all rules share. Parsing changes no file.

import gc
import os
import re
import sys
from functools import partial
from pathlib import Path

from snakemake.utils import min_version, update_config

ROOT = Path(str(workflow.current_basedir)).resolve().parents[1]  # also where this workflow is the module of another
# No line before this one contains what older versions cannot parse, such as `pathvars:`.
min_version(re.search(r'"snakemake >= ([\d.]+)"', (ROOT / "pyproject.toml").read_text(encoding="utf-8"))[1])
if str(ROOT / "scripts") not in sys.path:
    sys.path.insert(0, str(ROOT / "scripts"))

from tlsglass.base import io, threads, validation
from tlsglass.data import validate
from tlsglass.report import catalogue
from tlsglass.report.catalogue_entry import PAPER
from tlsglass.study import equilibrium_plan, interactions_plan, workflow_helpers
from tlsglass.study.configured_study import Study
from tlsglass.study.simulation_plan import interaction_parameters
from tlsglass.study.workflow_helpers import RECORD, any_of_pattern, relative_to_cwd

# Imported packages are never garbage. The collector would search them again and again, also when Python ends.
gc.freeze()

PATH_OF_ROOT = relative_to_cwd(ROOT)


def bundled_file(path):
    """Return the path of a file that comes with the workflow. It is no result, and is read in its place."""
    return local(os.path.normpath(f"{PATH_OF_ROOT}/{path}"))


def bundled_files(folder, pattern):
    paths = sorted((ROOT / folder).glob(pattern))
    return [bundled_file(path.relative_to(ROOT)) for path in paths if path.is_file()]


def resolve_pathvar(name):
    """Return a folder of this run: results, shards, checksums, benchmarks."""
    return workflow.pathvars.apply(f"<{name}>")


workflow_helpers.prepend_to_python_path(ROOT / "scripts")
threads.use_single_threads()  # a job has one core
SETTINGS = workflow.config_settings
OVERLAYS = list(SETTINGS.configfiles)
PUBLISHED_FOLDER = relative_to_cwd(ROOT / "results/published")
library_digest = partial(workflow_helpers.library_digest, ROOT / "scripts")

try:
    workflow_helpers.complete_config(config, ROOT, OVERLAYS, SETTINGS.config or {}, update_config)
    DATASETS, BROKEN = validate.validate_each(
        sorted(path for path in Path(relative_to_cwd(ROOT / "config/experiments")).glob("*") if path.is_dir()),
        validate.schema(),
    )
except validation.InputError as error:
    sys.exit("\n".join(map(validation.printable, error.lines)))

# For the messages of the drivers. As a parameter it would make all rules run again.
config["rebuild"] = workflow_helpers.rebuild_command(
    relative_to_cwd(workflow.main_snakefile), OVERLAYS, SETTINGS.config_args or []
)

study = Study(config)
SETS = [study.name(L, J0) for L, J0 in study.sets]
PUBLISHED = config["density_of_states"]["source"] == "published"
files = workflow_helpers.SimulationFiles(
    study,
    published=(lambda name: bundled_file(f"results/published/{name}")) if PUBLISHED else None,
    # --delete-all-output deletes what this run made. Shards are shared with other runs: then no rule of this one makes them.
    without_shards=any(option.startswith("--delete-all") for option in sys.argv),
)
SIMULATIONS, COUNTS = files.plans, files.counts_plans  # counts by the folder of their files

if workflow.is_main_process and study.omitted_variants:
    logger.info(f"Left out, because their sets are not in this run: variants {', '.join(study.omitted_variants)}")
if workflow.is_main_process:
    for line in workflow_helpers.left_out_lines(BROKEN):
        logger.warning(line)


BROKEN_NAMES = list(filter(validate.NAME.fullmatch, BROKEN))  # those that may be a part of a path


def dataset_file(name):
    """Return the description of a dataset."""
    return bundled_file(f"config/experiments/{name}/dataset.yaml")


def data_of_dataset(name):
    """Return the file with the points of a dataset. A target of a broken dataset, which only its name can ask for, is refused."""
    if name in BROKEN:
        sys.exit("\n".join(map(validation.printable, BROKEN[name])))
    return bundled_file(f"config/experiments/{name}/{DATASETS[name]['data']['file']}")


wildcard_constraints:
    set=any_of_pattern(SETS),
    batch=r"\d+-\d+",
    dataset=any_of_pattern([*DATASETS, *BROKEN_NAMES]),
