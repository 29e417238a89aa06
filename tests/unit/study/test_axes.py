"""The configuration: what is refused, with which line, and how its values are spelled."""

import copy
from dataclasses import replace
from itertools import pairwise
from pathlib import Path

import pytest
import yaml

from tlsglass.base import validation
from tlsglass.study import axes

ROOT = Path(__file__).parents[3]
SCHEMA = yaml.safe_load((ROOT / "workflow/schemas/config.schema.yaml").read_text(encoding="utf-8"))
CONFIG = yaml.safe_load((ROOT / "config/config.yaml").read_text(encoding="utf-8"))


def changed(*keys, value):
    config = copy.deepcopy(CONFIG)
    place = config
    for key in keys[:-1]:
        place = place[key]
    place[keys[-1]] = value
    return config


def test_the_published_config_is_accepted_and_has_the_paper_s_ladder():
    axes.check(CONFIG, SCHEMA, lambda path: "config.yaml")
    ladder = CONFIG["annealing"]["ladder_K"]
    assert (len(ladder), ladder[0], ladder[-1], CONFIG["annealing"]["sweeps"]) == (42, 300, 0.02, 257)


@pytest.mark.parametrize(
    ("keys", "value", "said"),
    [
        (("annealing", "sweps"), 3, "annealing.sweps = 3: unknown key; allowed: dynamics, ladder_K, sweeps, quench_K"),
        (("model", "J0_K", 1), "three", "model.J0_K[1] = 'three': must be of type number"),
        (("model", "J0_K", 0), "2", "model.J0_K[0] = '2': must be of type number"),
        (("model", "h0_K"), -1, "model.h0_K = -1: must be > 0"),
        (("model", "concentration"), 1.5, "model.concentration = 1.5: must be <= 1"),
        (("density_of_states", "measured_K", 0), -0.02, "density_of_states.measured_K[0] = -0.02: must be > 0"),
        (
            ("density_of_states", "measured_K", 0),
            0.07,
            "density_of_states.measured_K[0] = 0.07: must be a rung of annealing.ladder_K",
        ),
        (("annealing", "ladder_K", 3), 260, "annealing.ladder_K[3] = 260: must be below the rung before it, 200"),
        (("annealing", "quench_K"), "2e-6", "annealing.quench_K = '2e-6': must be of type number; write it with a point"),
        (("annealing", "quench_K"), 0.05, "annealing.quench_K = 0.05: must be below the last rung"),
        (("lattices", 0, "realizations"), 1005, "lattices[0].realizations = 1005: must be a multiple of"),
        (("lattices", 0, "realizations"), 10, "lattices[0].realizations = 10: must be at least two blocks"),
        (("lattices", 1, "L"), 8, "lattices[1].L = 8: stands there twice"),
        (
            ("observables", "slope_above_K", 1),
            [0.01, 0.015],
            "observables.slope_above_K[1] = [0.01, 0.015]: must hold at least 2",
        ),
        (
            ("observables", "sound_velocity_K", 0),
            [0.02, 0.03],
            "observables.sound_velocity_K[0] = [0.02, 0.03]: must hold at least 3",
        ),
        (("lattices", 0, "L"), 8.0, "lattices[0].L = 8.0: must be of type integer"),
        (("model", "h0_K"), float("nan"), "model.h0_K = nan: must be of type number"),
        (("model", "J0_K"), [2, 2.0000000000001, 3], "model.J0_K = [2, 2.0000000000001, 3]: must differ"),
        (("fits", "eq3_window_T"), 0.01, "fits.eq3_window_T = 0.01: must hold at least 3 bins"),
        (("fits", "gaussian_above_K", 1), 1e5, "fits.gaussian_above_K[1] = 100000.0: must be at most 4 h0"),
        (
            ("fits", "zero_temperature_windows_K", 0),
            [2, 0.1],
            "fits.zero_temperature_windows_K[0] = [2, 0.1]: must be a lower and a",
        ),
        (("figures", "dos_K", 1), 0.07, "figures.dos_K[1] = 0.07: must be one of density_of_states.measured_K"),
        (("checks", "variants", "cutoff_0.5", "L"), 10, "checks.variants.cutoff_0.5.L = 10: must be the L of one"),
        (("model", "J0_K", 1), 1e-6, "model.J0_K[1] = 1e-06: is too small beside model.h0_K"),
    ],
)
def test_what_is_wrong_is_said_in_one_line_with_file_key_and_value(keys, value, said):
    with pytest.raises(validation.InputError) as caught:
        axes.check(changed(*keys, value=value), SCHEMA, lambda path: "config/quick.yaml")
    message = str(caught.value)
    assert message.startswith(f"config/quick.yaml: {said}")
    assert "\n" not in message


def test_a_missing_key_is_named():
    config = copy.deepcopy(CONFIG)
    del config["annealing"]["sweeps"]
    with pytest.raises(validation.InputError, match=r"annealing\.sweeps: missing"):
        axes.check(config, SCHEMA, lambda path: "config.yaml")


def test_values_are_spelled_as_in_the_config():
    study = axes.Study(CONFIG)
    assert list(study.couplings) == ["2", "3"]
    assert list(study.temperatures)[:3] == ["2e-06", "0.02", "0.03"]
    assert study.batches("12")[:2] == ["00000-00099", "00100-00199"]
    assert len(study.batches("12")) == 100
    assert study.batches("8")[-1] == "09500-09999"


def test_a_last_batch_may_be_short():
    study = axes.Study(changed("lattices", 1, "realizations", value=10050))
    assert study.batches("12")[-1] == "10000-10049"


def test_yaml_that_is_none_names_the_file_and_line(tmp_path):
    (tmp_path / "a.yaml").write_text("a: [1, 2}\nb: 2\n", encoding="utf-8")
    with pytest.raises(validation.InputError, match=r"a\.yaml: not valid YAML \(line 1\)"):
        validation.read_yaml(tmp_path / "a.yaml")
    with pytest.raises(validation.InputError, match=r"none\.yaml: No such file"):
        validation.read_yaml(tmp_path / "none.yaml")


def test_null_drops_a_variant():
    config = changed("checks", "variants", "cutoff_0.5", value=None)
    axes.check(config, SCHEMA, lambda path: "config.yaml")
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


def test_a_variant_changes_what_it_says_and_nothing_else():
    published = axes.Study(CONFIG)
    reference = published.model("12", "3"), published.protocol()
    for name, change in (("sweeps_64", {"sweeps": 64}), ("heat_bath", {"dynamics": "heat_bath"})):
        variant = published.variant(name)
        assert variant.model == reference[0]
        assert variant.protocol == replace(reference[1], measured_K=(0.02, 0.5), **change)
        assert variant.beside == ("12", "3")
    large = published.variant("L16_J2")
    assert (large.model.L, large.beside) == (16, ("12", "2"))
