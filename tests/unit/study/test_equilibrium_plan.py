"""Sets by annealing and by tempering: what is simulated, where it is kept, what is refused and what is served."""

import copy

import pytest
import yaml

from shared import CONFIG, CONFIG_SCHEMA, ROOT
from tlsglass.base import published_files, validation
from tlsglass.montecarlo.protocol import PAIRED_ANNEALING, TEMPERING
from tlsglass.study import config_checks, configured_study, equilibrium_plan, published_match

EQUILIBRIUM = yaml.safe_load((ROOT / "config/equilibrium.yaml").read_text(encoding="utf-8"))
TEMPERED_CONFIG = CONFIG | {"checks": CONFIG["checks"] | EQUILIBRIUM["checks"]}


def changed(**options):
    config = copy.deepcopy(TEMPERED_CONFIG)
    config["checks"]["equilibrium"] |= options
    return config


def set_list(**options):
    entry = {"L": 8, "J0_K": 2, "realizations": 500, "realizations_per_job": 50, "highest_K": 5, "sweeps": 8192}
    return [entry | options]


def test_each_set_is_tempered_annealed_and_annealed_twice():
    study = configured_study.Study(changed(sets=set_list(L=8, J0_K=2, realizations=500)))
    plans = equilibrium_plan.plans_of_set(study, "L8_J2")
    assert list(plans) == ["tempered", "annealed_257", "annealed_1024", "twice"]
    assert [simulated.protocol.method for simulated in plans.values()][0::3] == [TEMPERING, PAIRED_ANNEALING]
    assert plans["annealed_257"].shard_folder == study.set_plan("8", "2").shard_folder
    assert not any(rung.quench for simulated in plans.values() for rung in simulated.rungs)
    assert plans["tempered"].rungs == sorted(plans["tempered"].rungs)
    ladder = plans["tempered"].protocol.ladder_K
    assert set(TEMPERED_CONFIG["density_of_states"]["temperatures_K"]) < set(ladder)
    assert equilibrium_plan.fingerprints(study, "L8_J2")["twice"] == plans["twice"].record_fingerprint
    assert "equilibrium/L8_J2_tempered" in study.simulation_plans()


def test_without_them_nothing_is_simulated_nor_drawn():
    config = copy.deepcopy(TEMPERED_CONFIG)
    config["checks"]["equilibrium"] = None
    study = configured_study.Study(config)
    assert (equilibrium_plan.sets(study), study.counts_plans["equilibrium"]) == ({}, {})
    assert not any(name.startswith("equilibrium/") for name in study.simulation_plans())


@pytest.mark.parametrize(
    ("options", "said"),
    [
        ({"sets": set_list(highest_K=4)}, "sets[0].highest_K = 4: must be above all of temperatures_K, 4"),
        (
            {"sets": set_list(realizations=505)},
            "sets[0].realizations = 505: must be a multiple of density_of_states.realizations_per_block, 10",
        ),
        ({"sets": set_list(sweeps=1000)}, "sets[0].sweeps = 1000: 1000 is not a multiple of 128"),
        ({"sets": set_list() + set_list()}, "sets[1].L = 8: is listed twice"),
        ({"sets": set_list(J0_K=1e-9)}, "sets[0].J0_K = 1e-09: is too small compared with model.h0_K for 32-bit fields"),
        ({"temperatures_K": [0.02, 0.07, 1]}, "temperatures_K[1] = 0.07: must be one of annealing.schedule_K"),
        ({"annealed_sweeps": [63]}, "annealed_sweeps[0] = 63: must be >= 64"),
        ({"acceptance": 1}, "acceptance = 1: must be < 1"),
    ],
)
def test_what_is_wrong_is_said_in_one_line(options, said):
    with pytest.raises(validation.InputError) as caught:
        config_checks.check(changed(**options), CONFIG_SCHEMA, lambda path: "mine.yaml")
    assert [line for line in caught.value.lines if f"checks.equilibrium.{said}" in line], caught.value.lines
    assert len(caught.value.lines) == 1


def test_published_densities_serve_no_sets_of_their_own(tmp_path):
    manifest = tmp_path / "MANIFEST.json"
    published_files.write_manifest(tmp_path, {"config": TEMPERED_CONFIG})
    ((path, value, allowed),) = published_match.differences(configured_study.Study(changed(sets=set_list())), manifest)
    assert (path, value) == (["checks", "equilibrium"], ["L8_J2"])
    assert allowed.startswith("must be what the published densities were made with, null")
    without = copy.deepcopy(TEMPERED_CONFIG)
    without["checks"]["equilibrium"] = None
    assert list(published_match.differences(configured_study.Study(without), manifest)) == []


def test_a_set_for_the_excess_alone_is_annealed_once():
    study = configured_study.Study(changed(sets=set_list(L=8, J0_K=2, realizations=500, cost=False)))
    assert list(equilibrium_plan.plans_of_set(study, "L8_J2")) == ["tempered", "annealed_257"]
    assert equilibrium_plan.annealed_sweeps(study, "L8_J2") == [257]
    assert not any(name.endswith("_twice") for name in study.simulation_plans())


def test_a_set_with_another_interaction_has_a_name_of_its_own_and_no_part_in_the_excess_of_the_study():
    study = configured_study.Study(changed(sets=set_list(cost=False) + set_list(cost=False, interaction="two_tls")))
    assert equilibrium_plan.model_names(study) == {"L8_J2": "gaussian", "two_tls_L8_J2": "two_tls"}
    assert equilibrium_plan.of_study(study) == equilibrium_plan.fitted_sets(study) == ["L8_J2"]
    normal, tensors = (equilibrium_plan.plans_of_set(study, name)["tempered"] for name in ("L8_J2", "two_tls_L8_J2"))
    assert (tensors.model.interaction, tensors.model.fields) == ("two_tls", "same_dipole")
    assert normal.model == study.model("8", "2")
    assert normal.protocol == tensors.protocol
