"""The conda environments name the versions that the lock file pins."""

import re
from pathlib import Path

import pytest
import yaml

ROOT = Path(__file__).parents[2]
CONDA_NAMES = {"matplotlib-base": "matplotlib", "snakemake-minimal": "snakemake"}
LOCK = (ROOT / "requirements.lock").read_text(encoding="utf-8")
# where the lock has one version for old Pythons and one for new, the first is that of the environments' Python 3.11
LOCKED = dict(reversed(re.findall(r"^([a-z0-9-]+)==([0-9.]+)", LOCK, re.MULTILINE)))


@pytest.mark.parametrize("path", sorted((ROOT / "envs").glob("*.yaml")), ids=lambda path: path.stem)
def test_pins_are_the_locked_versions(path):
    content = yaml.safe_load(path.read_text(encoding="utf-8"))
    assert content["channels"] == ["conda-forge", "nodefaults"]
    for entry in content["dependencies"]:
        name, version = entry.split(" =")
        if name != "python":
            assert LOCKED[CONDA_NAMES.get(name, name)].startswith(f"{version}."), entry
