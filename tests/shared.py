"""Places and contents that many tests need."""

from pathlib import Path

import yaml

ROOT = Path(__file__).parents[1]
EXPERIMENTS = ROOT / "config/experiments"
PUBLISHED = ROOT / "results/published"
CONFIG = yaml.safe_load((ROOT / "config/config.yaml").read_text(encoding="utf-8"))
CONFIG_SCHEMA = yaml.safe_load((ROOT / "workflow/schemas/config.schema.yaml").read_text(encoding="utf-8"))
DATASET_SCHEMA = yaml.safe_load((ROOT / "scripts/tlsglass/data/dataset.schema.yaml").read_text(encoding="utf-8"))
