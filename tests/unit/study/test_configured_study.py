"""The axes of the study: how they are spelled, what is simulated at their points, and where it is kept."""

import copy
from dataclasses import replace
from itertools import pairwise

import numpy as np
import pytest
import yaml

from shared import CONFIG, ROOT, changed_config
from tlsglass.base import labels
from tlsglass.study import configured_study, interactions_plan


def test_values_are_spelled_as_in_the_config():
    study = configured_study.Study(CONFIG)
    assert list(study.J0_values) == ["2", "3"]
    assert (study.quench, list(study.rungs)[:2]) == ("2e-06", ["0.02", "0.03"])
    assert [str(batch) for batch in study.set_plan("12", "2").batches[:2]] == ["00000-00099", "00100-00199"]
    assert len(study.set_plan("12", "2").batches) == 100
    assert str(study.set_plan("8", "3").batches[-1]) == "09500-09999"


def test_a_last_batch_may_be_short():
    study = configured_study.Study(changed_config("lattices", 1, "realizations", value=10050))
    assert str(study.set_plan("12", "2").batches[-1]) == "10000-10049"


def test_null_drops_a_variant():
    config = changed_config("checks", "variants", "cutoff_0.5", value=None)
    assert "cutoff_0.5" not in configured_study.Study(config).variants
    assert "cutoff_0.1" in configured_study.Study(config).variants
    assert configured_study.Study(changed_config("checks", "variants", value=None)).variants == []


def test_ladders_keep_their_ends_and_the_measured_rungs():
    base, measured = tuple(CONFIG["annealing"]["schedule_K"]), (0.02, 0.5)
    for name, rungs in (("same", 42), ("dense", 83), ("sparse", 22), ("geometric", 42)):
        ladder = configured_study.SCHEDULES[name](base, measured)
        assert len(ladder) == rungs or name == "sparse"
        assert (ladder[-1], list(ladder)) == (0.02, sorted(set(ladder), reverse=True))
        assert set(measured) <= set(ladder)
    ratios = [above / below for above, below in pairwise(configured_study.SCHEDULES["geometric"](base, (0.02,)))]
    assert ratios == pytest.approx([(300 / 0.02) ** (1 / 41)] * 41)


def test_ladders_are_spelled_with_twelve_digits_and_are_those_of_numpy():
    base = tuple(map(float, CONFIG["annealing"]["schedule_K"]))
    rungs = configured_study.SCHEDULES["geometric"](base, (0.02, 0.5))
    exact = np.geomspace(base[0], base[-1], len(base))
    assert sum(abs(rung / there - 1) > 1e-11 for rung, there in zip(rungs, exact, strict=True)) == 1  # moved to 0.5
    for name in ("dense", "geometric"):
        assert all(labels.round_to_label(T) == T for T in configured_study.SCHEDULES[name](base, (0.02, 0.5)))


def test_a_variant_changes_what_it_says_and_nothing_else():
    published = configured_study.Study(CONFIG)
    reference = published.set_plan("12", "3")
    for name, change in (("sweeps_64", {"sweeps": 64}), ("heat_bath", {"dynamics": "heat_bath"})):
        variant = published.variant_plan(name)
        assert variant.simulation.model == reference.model
        assert variant.simulation.protocol == replace(reference.protocol, measured_K=(0.02, 0.5), **change)
        assert variant.reference_set == ("12", "3")
    scaled = published.variant_plan("field_scale")
    assert scaled.rungs == {"0.02": labels.Rung(0.002), "0.5": labels.Rung(0.05)}
    assert scaled.simulation.protocol.ladder_K[0] == 30


def test_other_sizes_are_of_every_coupling_on_the_short_ladder_at_the_measured_rungs():
    study = configured_study.Study(CONFIG)
    short = study.short_schedule_plans()
    assert list(short) == [f"L{L}_J{J0}" for L in (12, 16, 20) for J0 in (2, 3)]
    ladder = tuple(map(float, CONFIG["checks"]["finite_size"]["schedule_K"]))
    for name, plan in short.items():
        model = study.model(*name[1:].split("_J"))
        assert (plan.model, plan.with_quench, len(plan.rungs)) == (
            model,
            False,
            len(CONFIG["density_of_states"]["temperatures_K"]),
        )
        assert plan.protocol == replace(study.protocol(), ladder_K=ladder)
    assert (short["L20_J3"].realizations, len(short["L20_J3"].batches)) == (1000, 20)
    assert configured_study.Study(changed_config("checks", "finite_size", value=None)).short_schedule_plans() == {}


def test_the_weak_coupling_is_a_set_of_its_own_counted_after_the_quench():
    study = configured_study.Study(CONFIG)
    ((name, weak),) = study.weak_coupling_plans().items()
    assert (name, [str(rung) for rung in weak.rungs]) == ("L8_J0.3", ["T2e-06"])
    assert weak.model == replace(study.model("8", "2"), J0_K=0.3)
    assert weak.protocol.ladder_K == study.protocol().ladder_K
    assert configured_study.Study(changed_config("checks", "weak_coupling", value=None)).weak_coupling_plans() == {}


def test_what_the_short_ladder_is_held_beside_is_looked_at_by_itself():
    study = configured_study.Study(CONFIG)
    assert (0, 3000) in study.realization_ranges("dos", "L12_J2")
    assert (0, 3000) not in study.realization_ranges("dos", "L8_J2")
    assert study.realization_ranges("sizes", "L12_J2") == [(0, 3000)]
    assert study.realization_ranges("variants", "heat_bath") == []
    assert (study.jackknife_groups("sizes"), study.jackknife_groups("dos")) == (25, 50)


def test_a_variant_whose_set_is_not_in_the_run_is_left_out():
    study = configured_study.Study(changed_config("lattices", value=CONFIG["lattices"][:1]))
    assert study.variants == ["cutoff_0.5", "cutoff_0.1", "field_scale"]
    assert study.omitted_variants == [name for name in CONFIG["checks"]["variants"] if name not in study.variants]
    assert configured_study.Study(changed_config("model", "J0_K", value=[1, 2.5])).variants == []


def test_what_is_simulated_alike_has_one_folder_whatever_it_is_called():
    """A variant that changes nothing is its set; on a short ladder that is the whole one, a size is the set of that size."""
    config = changed_config("checks", "variants", "same", value={"L": 8, "J0_K": 2, "realizations": 1000, "sweeps": 257})
    config["lattices"].append({"L": 16, "realizations": 500, "realizations_per_job": 100})
    config["checks"]["finite_size"]["schedule_K"] = config["annealing"]["schedule_K"]
    everything = configured_study.Study(config).simulation_plans()
    assert everything["variants/same"].shard_folder == everything["L8_J2"].shard_folder
    assert everything["sizes/L16_J2"].shard_folder == everything["L16_J2"].shard_folder
    shards = everything["variants/same"].shards(labels.Rung(0.5))
    assert shards == everything["L8_J2"].shards(labels.Rung(0.5))[:2]
    folders = configured_study.Study(config).shard_folders()
    fingerprint, rungs, wants_record = folders[everything["L8_J2"].shard_folder]
    assert (fingerprint, len(rungs), wants_record) == (everything["L8_J2"].fingerprint, 19, True)


def test_another_h0_has_another_folder_and_one_more_temperature_has_not():
    published = configured_study.Study(CONFIG).set_plan("8", "2")
    warmer = configured_study.Study(changed_config("model", "h0_K", value=11)).set_plan("8", "2")
    more = configured_study.Study(
        changed_config("density_of_states", "temperatures_K", value=[*CONFIG["density_of_states"]["temperatures_K"], 5])
    )
    assert warmer.shard_folder != published.shard_folder
    assert more.set_plan("8", "2").shard_folder == published.shard_folder


def test_an_interaction_has_its_own_fields_and_folder_and_the_default_is_spelled_or_not():
    plan = configured_study.Study(CONFIG).set_plan("8", "2")
    spelled = configured_study.Study(changed_config("model", "positions", value="lattice")).set_plan("8", "2")
    assert (spelled.model, spelled.shard_folder) == (plan.model, plan.shard_folder)
    config = changed_config("model", "interaction", value="two_tls")
    model = configured_study.Study(config).set_plan("8", "2").model
    assert (model.interaction, model.fields, model.vt_over_vl) == ("two_tls", "same_dipole", 0.0)
    config["model"]["vt_over_vl"] = 0.6
    assert configured_study.Study(config).model("8", "2") == replace(model, vt_over_vl=0.6)
    assert configured_study.Study(config).set_plan("8", "2").shard_folder != plan.shard_folder


def test_interactions_are_sets_of_their_own_and_normal_factors_are_those_of_the_study():
    config = copy.deepcopy(CONFIG)
    overlay = yaml.safe_load((ROOT / "config/interactions.yaml").read_text(encoding="utf-8"))
    config |= overlay
    study = configured_study.Study(config)
    plans = interactions_plan.plans(study)
    lattices, models = overlay["interactions"]["lattices"], overlay["interactions"]["models"]
    assert len(plans) == sum(len(lattice["J0_over_h0"]) * len(lattice.get("models", models)) for lattice in lattices)
    for (model, L, J0_K), lattice in interactions_plan.sets(study).items():
        plan = plans[interactions_plan.set_name(model, L, J0_K)]
        assert (plan.protocol.seed, plan.realizations) == (lattice.get("seed", config["seed"]), lattice["realizations"])
    assert len({plan.shard_folder for plan in plans.values()}) == len(plans)
    normal, two_tls = (plans[interactions_plan.set_name(name, 8, 3.0)] for name in ("gaussian", "two_tls"))
    assert normal.model == study.model("8", "3")
    assert (two_tls.model.interaction, two_tls.model.fields) == ("two_tls", "same_dipole")
    assert normal.rungs[-1].quench
    assert set(study.counts_plans["interactions"]) == set(plans)
    assert study.jackknife_groups("interactions") == overlay["interactions"]["jackknife_groups"]
    assert not interactions_plan.plans(configured_study.Study(CONFIG))


def test_the_atlas_of_an_interaction_has_the_realizations_of_that_of_normal_factors():
    assert configured_study.Study(CONFIG).interaction_atlas_plans() == {}
    overlay = yaml.safe_load((ROOT / "config/interaction_atlas.yaml").read_text(encoding="utf-8"))["atlas"]
    normal = configured_study.Study(CONFIG | {"atlas": CONFIG["atlas"] | {"source": "simulation"}}).atlas_plans()["grid"]
    study = configured_study.Study(CONFIG | {"atlas": CONFIG["atlas"] | overlay})
    plans = study.interaction_atlas_plans()
    for entry, (name, sets) in zip(overlay["interactions"], plans.items(), strict=True):
        assert (name, list(sets)) == (entry["interaction"], list(normal))
        for key, plan in sets.items():
            assert plan.protocol == normal[key].protocol  # the same seed, so that sites are the same
            assert replace(plan.model, interaction="gaussian", fields="independent") == normal[key].model
            assert (plan.model.interaction, plan.realizations) == (name, entry["realizations"])
    assert {f"atlas/{name}/{key}" for name in plans for key in normal} <= set(study.simulation_plans())
