"""Former keys of dataset.yaml are accepted, with a line that names the new key."""

import copy

import pytest
import yaml

from shared import EXPERIMENTS
from tlsglass.base import validation
from tlsglass.data import joint_section, renamed_keys
from tlsglass.data.dataset import load_dataset
from tlsglass.models import registry

FORMER = {
    "control": True,
    "other_laboratory": "theirs",
    "scan_from_K": [0.1],
    "data": {"drive": {"convention": 4}},
    "systematic": {"each": 0.02, "common": 0.05},
    "parameters": {"mu": {"start": 0}, "loss": {"start": 1e-5}, "rest": {"start": 0}, "kinetic_fraction": {"start": 0.1}},
    "reconstruction": {"parameters": {"coupling": 1e-4, "tls_1K": 1e-3}},
    "joint": [{"dataset": "f", "shared": ["mu", "loss", "kinetic_fraction"]}],
}
CURRENT = {
    "is_control": True,
    "independent_measurement": "theirs",
    "scan_lower_K": [0.1],
    "data": {"drive": {"coupling_geometry": "reflection"}},
    "systematic": {"uncorrelated": 0.02, "correlated": 0.05},
    "parameters": {
        "mu": {"start": 0},
        "F_tan_delta": {"start": 1e-5},
        "background": {"start": 0},
        "kinetic_inductance_fraction": {"start": 0.1},
    },
    "reconstruction": {"parameters": {"tls_strength": 1e-4, "C_tls_1K": 1e-3}},
    "joint": [{"dataset": "f", "shared": ["mu", "F_tan_delta", "kinetic_inductance_fraction"]}],
}


def test_former_keys_become_current_ones_with_a_line_each(capsys):
    content = copy.deepcopy(FORMER)
    assert renamed_keys.rename_keys(content, "dataset.yaml") == CURRENT
    assert content == FORMER  # not changed in place
    notes = capsys.readouterr().err.splitlines()
    assert len(notes) == 13
    assert "dataset.yaml: data.drive.convention: renamed to coupling_geometry" in notes
    assert "dataset.yaml: joint[0].shared: loss: renamed to F_tan_delta" in notes


def test_current_keys_and_malformed_content_are_left_alone(capsys):
    for content in (CURRENT, {}, None, "text", {"data": []}, {"joint": 3}, {"joint": [{"shared": None}, None]}):
        assert renamed_keys.rename_keys(content, "dataset.yaml") == content
    assert capsys.readouterr().err == ""


def test_a_former_key_next_to_its_successor_is_refused():
    with pytest.raises(validation.InputError, match=r"systematic\.each = 0\.02: renamed; uncorrelated is present too"):
        renamed_keys.rename_keys({"systematic": {"each": 0.02, "uncorrelated": 0.02}}, "dataset.yaml")


def test_every_new_parameter_name_exists():
    known = {name for entry in registry.OBSERVABLES.values() for name in entry.parameters}
    assert set(renamed_keys.PARAMETERS.values()) <= known
    assert not set(renamed_keys.PARAMETERS) & known


def test_a_dataset_and_its_partner_with_former_keys_load(tmp_path, capsys):
    for name in ("argonne_resonator_loss", "argonne_resonator_frequency"):
        folder = tmp_path / name
        folder.mkdir()
        (folder / "data.csv").write_bytes((EXPERIMENTS / name / "data.csv").read_bytes())
        text = (EXPERIMENTS / name / "dataset.yaml").read_text(encoding="utf-8")
        for former, current in (*renamed_keys.PARAMETERS.items(), ("each", "uncorrelated"), ("common", "correlated")):
            text = text.replace(f"{current}:", f"{former}:").replace(f" {current},", f" {former},")
        text = text.replace("coupling_geometry: notch", "convention: 2").replace("scan_lower_K", "scan_from_K")
        (folder / "dataset.yaml").write_text(text, encoding="utf-8")
    loaded = load_dataset(tmp_path / "argonne_resonator_loss")
    assert loaded.info == yaml.safe_load((EXPERIMENTS / "argonne_resonator_loss/dataset.yaml").read_text(encoding="utf-8"))
    assert joint_section.partner_names(loaded.info) == ["argonne_resonator_frequency"]
    assert "convention" in capsys.readouterr().err
