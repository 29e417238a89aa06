"""Places and contents that many tests need."""

import copy
from pathlib import Path

import yaml

ROOT = Path(__file__).parents[1]
EXPERIMENTS = ROOT / "config/experiments"
PUBLISHED = ROOT / "results/published"
CONFIG = yaml.safe_load((ROOT / "config/config.yaml").read_text(encoding="utf-8"))
CONFIG_SCHEMA = yaml.safe_load((ROOT / "workflow/schemas/config.schema.yaml").read_text(encoding="utf-8"))
# What the versions of the Markov chains imply: digests of counts, and names of folders of shards. A change of the random
# numbers or of the decisions changes these. It needs a higher CHAIN_VERSION; for exchange Monte Carlo, EQUILIBRIUM_VERSION.
PINNED_COUNTS = {"annealing": (3, "eed133badd656123"), "tempering": (1, "b2531084838b77f1")}  # (version, digest)
PINNED_FOLDERS = {
    "L8_J2": "L8_J2-220f420f",
    "L12_J3": "L12_J3-0ad06c47",
    "variants/field_scale": "L8_J0.2-96f70087",
    "variants/ladder_geometric": "L12_J3-9678bb0a",
}
DATASET_SCHEMA = yaml.safe_load((ROOT / "scripts/tlsglass/data/dataset.schema.yaml").read_text(encoding="utf-8"))


def changed_config(*keys, value):
    """Return the configuration of the study with another value of one entry, named by its keys."""
    config = copy.deepcopy(CONFIG)
    section = config
    for key in keys[:-1]:
        section = section[key]
    section[keys[-1]] = value
    return config
