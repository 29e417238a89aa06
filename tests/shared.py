"""Places and contents that many tests need."""

import copy
from pathlib import Path

import yaml

ROOT = Path(__file__).parents[1]
EXPERIMENTS = ROOT / "config/experiments"
PUBLISHED = ROOT / "results/published"
CONFIG = yaml.safe_load((ROOT / "config/config.yaml").read_text(encoding="utf-8"))
CONFIG_SCHEMA = yaml.safe_load((ROOT / "workflow/schemas/config.schema.yaml").read_text(encoding="utf-8"))
DATASET_SCHEMA = yaml.safe_load((ROOT / "scripts/tlsglass/data/dataset.schema.yaml").read_text(encoding="utf-8"))


def changed_config(*keys, value):
    """Return the configuration of the study with another value of one entry, named by its keys."""
    config = copy.deepcopy(CONFIG)
    section = config
    for key in keys[:-1]:
        section = section[key]
    section[keys[-1]] = value
    return config
