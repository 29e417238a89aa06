"""The published outcome: what it may be used for, and that it is what its manifest says."""

import copy
import json
from pathlib import Path

import pytest
import yaml

from tlsglass.base import files, validation
from tlsglass.study import publication

ROOT = Path(__file__).parents[3]
CONFIG = yaml.safe_load((ROOT / "config/config.yaml").read_text(encoding="utf-8"))


@pytest.fixture
def manifest(tmp_path):
    path = tmp_path / "MANIFEST.json"
    path.write_text(json.dumps({"config": CONFIG}), encoding="utf-8")
    return path


def test_another_analysis_of_the_published_densities_is_accepted(manifest):
    config = copy.deepcopy(CONFIG)
    config["fits"]["gaussian_above_K"] = [5]
    config["lattices"][0]["batch"] = 100
    config["density_of_states"]["source"] = "published"
    publication.check(config, manifest, lambda path: "mine.yaml")


@pytest.mark.parametrize(
    ("keys", "value", "said"),
    [
        (("seed",), 1, "mine.yaml: seed = 1: must be what the published densities were made with, 20210205"),
        (("model", "cutoff"), 0.5, "mine.yaml: model = "),
        (("lattices", 0, "realizations"), 500, "mine.yaml: lattices = "),
        (("density_of_states", "block"), 5, "mine.yaml: density_of_states = "),
        (("checks", "variants", "sweeps_64", "sweeps"), 32, "mine.yaml: checks.variants = "),
    ],
)
def test_other_physics_is_refused(manifest, keys, value, said):
    config = copy.deepcopy(CONFIG)
    place = config
    for key in keys[:-1]:
        place = place[key]
    place[keys[-1]] = value
    with pytest.raises(validation.InputError) as caught:
        publication.check(config, manifest, lambda path: "mine.yaml")
    assert str(caught.value).startswith(said)
    assert "\n" not in str(caught.value)


def test_a_manifest_that_is_missing_is_named(tmp_path):
    with pytest.raises(validation.InputError, match=r"MANIFEST\.json: not the manifest"):
        publication.check(CONFIG, tmp_path / "MANIFEST.json", lambda path: "x")


def test_the_published_counts_are_those_of_the_manifest():
    published = ROOT / "results/published"
    manifest = json.loads((published / "MANIFEST.json").read_text(encoding="utf-8"))
    on_disk = {str(path.relative_to(published)) for path in published.glob("*/**/*.npz")}
    assert on_disk == set(manifest["sha256"])
    for path, digest in manifest["sha256"].items():
        assert files.sha256(published / path) == digest, path
    assert manifest["realizations"] == 40_000
    assert publication.simulated(manifest["config"]) == publication.simulated(CONFIG)
    assert sum(path.stat().st_size for path in published.glob("**/*") if path.is_file()) < 12e6
