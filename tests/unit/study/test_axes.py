"""The axes of the study: how they are spelled, what is simulated at their points, and where it is kept."""

import copy
from dataclasses import replace
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest
import yaml

from tlsglass.base import names
from tlsglass.study import axes

ROOT = Path(__file__).parents[3]
CONFIG = yaml.safe_load((ROOT / "config/config.yaml").read_text(encoding="utf-8"))


def changed(*keys, value):
    config = copy.deepcopy(CONFIG)
    place = config
    for key in keys[:-1]:
        place = place[key]
    place[keys[-1]] = value
    return config


def test_values_are_spelled_as_in_the_config():
    study = axes.Study(CONFIG)
    assert list(study.couplings) == ["2", "3"]
    assert list(study.temperatures)[:3] == ["2e-06", "0.02", "0.03"]
    assert [str(batch) for batch in study.simulated("12", "2").batches[:2]] == ["00000-00099", "00100-00199"]
    assert len(study.simulated("12", "2").batches) == 100
    assert str(study.simulated("8", "3").batches[-1]) == "09500-09999"


def test_a_last_batch_may_be_short():
    study = axes.Study(changed("lattices", 1, "realizations", value=10050))
    assert str(study.simulated("12", "2").batches[-1]) == "10000-10049"


def test_null_drops_a_variant():
    config = changed("checks", "variants", "cutoff_0.5", value=None)
    assert "cutoff_0.5" not in axes.Study(config).variants
    assert "cutoff_0.1" in axes.Study(config).variants
    assert axes.Study(changed("checks", "variants", value=None)).variants == []


def test_ladders_keep_their_ends_and_the_measured_rungs():
    base, measured = tuple(CONFIG["annealing"]["ladder_K"]), (0.02, 0.5)
    for name, rungs in (("same", 42), ("dense", 83), ("sparse", 22), ("geometric", 42)):
        ladder = axes.LADDERS[name](base, measured)
        assert len(ladder) == rungs or name == "sparse"
        assert (ladder[-1], list(ladder)) == (0.02, sorted(set(ladder), reverse=True))
        assert set(measured) <= set(ladder)
    ratios = [above / below for above, below in pairwise(axes.LADDERS["geometric"](base, (0.02,)))]
    assert ratios == pytest.approx([(300 / 0.02) ** (1 / 41)] * 41)


def test_ladders_are_spelled_with_twelve_digits_and_are_those_of_numpy():
    base = tuple(map(float, CONFIG["annealing"]["ladder_K"]))
    rungs = axes.LADDERS["geometric"](base, (0.02, 0.5))
    exact = np.geomspace(base[0], base[-1], len(base))
    assert sum(abs(rung / there - 1) > 1e-11 for rung, there in zip(rungs, exact, strict=True)) == 1  # moved to 0.5
    for name in ("dense", "geometric"):
        assert all(names.rounded(T) == T for T in axes.LADDERS[name](base, (0.02, 0.5)))


def test_a_variant_changes_what_it_says_and_nothing_else():
    published = axes.Study(CONFIG)
    reference = published.simulated("12", "3")
    for name, change in (("sweeps_64", {"sweeps": 64}), ("heat_bath", {"dynamics": "heat_bath"})):
        variant = published.variant(name)
        assert variant.simulated.model == reference.model
        assert variant.simulated.protocol == replace(reference.protocol, measured_K=(0.02, 0.5), **change)
        assert variant.beside == ("12", "3")
    large = published.variant("L16_J2")
    assert (large.simulated.model.L, large.beside) == (16, ("12", "2"))
    scaled = published.variant("field_scale")
    assert scaled.rungs == {"0.02": names.Rung(0.002), "0.5": names.Rung(0.05)}
    assert scaled.simulated.protocol.ladder_K[0] == 30


def test_the_batch_of_a_variant_is_that_of_its_size_or_of_the_next_smaller():
    study = axes.Study(CONFIG)
    assert {name: study.variant(name).simulated.batch for name in ("cutoff_0.5", "sweeps_64", "L16_J2")} == {
        "cutoff_0.5": 500,
        "sweeps_64": 100,
        "L16_J2": 100,
    }
    small = axes.Study(changed("checks", "variants", value={"tiny": {"L": 4, "beside_L": 8, "J0_K": 2, "realizations": 20}}))
    assert small.variant("tiny").simulated.batch == 500


def test_a_variant_whose_set_is_not_in_the_run_is_left_out():
    study = axes.Study(changed("lattices", value=CONFIG["lattices"][:1]))
    assert study.variants == ["cutoff_0.5", "cutoff_0.1", "field_scale"]
    assert study.left_out == [name for name in CONFIG["checks"]["variants"] if name not in study.variants]
    assert axes.Study(changed("model", "J0_K", value=[1, 2.5])).variants == []


def test_what_is_simulated_alike_has_one_folder_whatever_it_is_called():
    """A variant that changes nothing is its set; a set of L = 16 is the variant of that size."""
    config = changed("checks", "variants", "same", value={"L": 8, "J0_K": 2, "realizations": 1000, "sweeps": 257})
    config["lattices"].append({"L": 16, "realizations": 500, "batch": 100})
    everything = axes.Study(config).all_simulated()
    assert everything["variants/same"].key == everything["L8_J2"].key
    assert everything["variants/L16_J2"].key == everything["L16_J2"].key
    shards = everything["variants/same"].shards(names.Rung(0.5))
    assert shards == everything["L8_J2"].shards(names.Rung(0.5))[:2]
    folders = axes.Study(config).folders()
    origin, rungs, told = folders[everything["L8_J2"].key]
    assert (origin, len(rungs), told) == (everything["L8_J2"].origin, 14, True)


def test_another_h0_has_another_folder_and_one_more_temperature_has_not():
    published = axes.Study(CONFIG).simulated("8", "2")
    warmer = axes.Study(changed("model", "h0_K", value=11)).simulated("8", "2")
    more = axes.Study(changed("density_of_states", "measured_K", value=[*CONFIG["density_of_states"]["measured_K"], 1.2]))
    assert warmer.key != published.key
    assert more.simulated("8", "2").key == published.key
