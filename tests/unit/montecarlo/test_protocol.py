"""The origin of a file: all that its numbers depend on, and nothing else."""

import json
import subprocess
import sys
from dataclasses import fields, make_dataclass, replace

import pytest

from shared import PINNED_FOLDERS, ROOT
from tlsglass.base import labels
from tlsglass.model.parameters import ModelParameters
from tlsglass.montecarlo.protocol import Protocol, counts_fingerprint, parse_fingerprint, record_fingerprint, shard_folder

WARM, COLD = labels.Rung(5.0), labels.Rung(0.5)


def test_counts_depend_on_the_rungs_above_them_and_the_quench_on_all(small_model, short_protocol):
    lower = replace(short_protocol, ladder_K=(*short_protocol.ladder_K, 0.1))
    colder = replace(short_protocol, quench_K=1e-6)
    quench = short_protocol.quench_rung
    for changed, same in ((lower, [WARM, COLD]), (colder, [WARM, COLD])):
        for rung in (WARM, COLD, quench):
            assert (
                counts_fingerprint(small_model, changed, rung) == counts_fingerprint(small_model, short_protocol, rung)
            ) == (rung in same)


def test_where_else_energies_are_counted_is_in_no_origin(small_model, short_protocol):
    more = replace(short_protocol, measured_K=(0.5, 20.0))
    for rung in (COLD, short_protocol.quench_rung, None):
        assert counts_fingerprint(small_model, more, rung) == counts_fingerprint(small_model, short_protocol, rung)
    assert record_fingerprint(small_model, more) == record_fingerprint(small_model, short_protocol)


@pytest.mark.parametrize("name", [field.name for field in fields(Protocol) if field.name != "measured_K"])
def test_every_other_setting_of_the_chain_is_in_the_origin(small_model, short_protocol, name):
    changes = {
        "ladder_K": (90.0, *short_protocol.ladder_K[1:]),
        "dynamics": "heat_bath",
        "sweeps": 31,
        "quench_K": 3e-6,
        "block": 5,
        "seed": 4,
        "grid": replace(short_protocol.grid, growth=1.05),
        "method": "tempering",
        "extensions": 1,
    }
    changed = replace(short_protocol, **{name: changes[name]})
    assert counts_fingerprint(small_model, changed) != counts_fingerprint(small_model, short_protocol)
    same_record = record_fingerprint(small_model, changed) == record_fingerprint(small_model, short_protocol)
    assert same_record == (name in ("block", "grid"))


@pytest.mark.parametrize("name", [field.name for field in fields(ModelParameters)])
def test_every_parameter_of_the_model_is_in_the_origin(small_model, short_protocol, name):
    words = {"interaction": "elastic", "fields": "same_dipole", "positions": "random", "vt_over_vl": 0.6}
    if name == "fields":
        small_model = replace(small_model, interaction="dipolar")
    changed = replace(small_model, **{name: words.get(name) or getattr(small_model, name) * 2})
    assert counts_fingerprint(changed, short_protocol, COLD) != counts_fingerprint(small_model, short_protocol, COLD)
    assert record_fingerprint(changed, short_protocol) != record_fingerprint(small_model, short_protocol)


def test_a_new_option_at_its_default_changes_no_origin_and_no_folder(small_model, short_protocol):
    newer = make_dataclass("Newer", [("replicas", int, 1)], bases=(Protocol,), frozen=True)(**vars(short_protocol))
    for rung in (COLD, None):
        assert counts_fingerprint(small_model, newer, rung) == counts_fingerprint(small_model, short_protocol, rung)
    two = replace(newer, replicas=2)
    assert counts_fingerprint(small_model, two) != counts_fingerprint(small_model, short_protocol)
    keys = {shard_folder(small_model, counts_fingerprint(small_model, p)) for p in (short_protocol, newer, two)}
    assert len(keys) == 2


def test_an_origin_gives_back_the_model_and_the_protocol(small_model, short_protocol):
    random_dipoles = replace(small_model, interaction="dipolar", fields="same_dipole", positions="random", vt_over_vl=0.6)
    for model in (small_model, random_dipoles):
        fingerprint = counts_fingerprint(model, short_protocol)
        assert parse_fingerprint(fingerprint, short_protocol.measured_K) == (model, short_protocol)


def test_the_folder_of_shards_names_the_set(small_model, short_protocol):
    assert shard_folder(small_model, counts_fingerprint(small_model, short_protocol)).startswith("L4_J3-")


def test_counting_off_the_ladder_is_refused(short_protocol):
    with pytest.raises(ValueError, match=r"measured_K contains 0\.55, which is not in ladder_K"):
        replace(short_protocol, measured_K=(0.55,))


def test_the_published_origins_are_those_of_the_config():
    program = (
        "import sys, yaml, json, hashlib; sys.path.insert(0, 'scripts')\n"
        "from tlsglass.study.configured_study import Study\n"
        "study = Study(yaml.safe_load(open('config/config.yaml')))\n"
        "print(json.dumps({name: plan.shard_folder for name, plan in study.simulation_plans().items()}))\n"
        "assert not {'numpy', 'numba', 'pandas', 'jsonschema'} & set(sys.modules), 'heavy'\n"
    )
    run = subprocess.run([sys.executable, "-c", program], cwd=ROOT, capture_output=True, text=True, check=False)
    assert run.returncode == 0, run.stderr
    keys = json.loads(run.stdout)
    assert {name: keys[name] for name in PINNED_FOLDERS} == PINNED_FOLDERS
