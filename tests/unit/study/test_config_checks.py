"""The configuration: what is refused, with which line, and that all that is wrong is said at once."""

import copy
import json
import math
from pathlib import Path

import pytest
import yaml

from tlsglass.base import validation
from tlsglass.study import config_checks, published_match

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
    config_checks.check(CONFIG, SCHEMA, lambda path: "config.yaml")
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
            ("observables", "crossover_K", "fig5a_2pi"),
            0.04,
            "observables.crossover_K.fig5a_2pi = 0.04: with observables.slope_below_T0 = 0.4 must leave at least 2 of"
            " density_of_states.measured_K below 0.016 K in 0.02 to 3 K",
        ),
        (("observables", "exponents_K", 1), [0.01, 0.015], "observables.exponents_K[1] = [0.01, 0.015]: must hold at least 2"),
        (
            ("observables", "sound_velocity_K", 1),
            [0.02, 0.03],
            "observables.sound_velocity_K[1] = [0.02, 0.03]: must hold at least 3",
        ),
        (("lattices", 0, "L"), 8.0, "lattices[0].L = 8.0: must be of type integer"),
        (("model", "h0_K"), float("nan"), "model.h0_K = nan: must be of type number"),
        (("model", "J0_K"), [2, 2.0000000000001, 3], "model.J0_K = [2, 2.0000000000001, 3]: must differ"),
        (("fits", "eq3_window_T"), 0.01, "fits.eq3_window_T = 0.01: must hold at least 3 bins"),
        (("fits", "gaussian_above_J0", 1), 1e5, "fits.gaussian_above_J0[1] = 100000.0: must be at most 4 h0"),
        (("fits", "gaussian_bins_K", 0), 20, "fits.gaussian_bins_K[0] = 20: must be at most model.h0_K"),
        (
            ("fits", "zero_temperature_windows_K", 0),
            [2, 0.1],
            "fits.zero_temperature_windows_K[0] = [2, 0.1]: must be a lower and a",
        ),
        (("figures", "dos_K", 1), 0.07, "figures.dos_K[1] = 0.07: must be one of density_of_states.measured_K"),
        (
            ("checks", "variants", "sweeps_64", "realizations"),
            20000,
            "checks.variants.sweeps_64.realizations = 20000: must be a",
        ),
        (("checks", "sizes", "ladder_K", 2), 9, "checks.sizes.ladder_K[2] = 9: must be below the rung before it, 8"),
        (
            ("checks", "sizes", "ladder_K"),
            [12, 4, 3, 2, 1.5, 1.2, 1, 0.8, 0.6, 0.5, 0.4, 0.3, 0.2, 0.15, 0.1, 0.08, 0.05, 0.03],
            "density_of_states.measured_K[0] = 0.02: must be a rung of checks.sizes.ladder_K",
        ),
        (
            ("checks", "sizes", "jackknife_groups"),
            20,
            "checks.sizes.jackknife_groups = 20: must divide fits.jackknife_groups, 50",
        ),
        (
            ("checks", "sizes", "lattices", 0, "realizations"),
            20_000,
            "checks.sizes.lattices[0].realizations = 20000: must be at most those of lattices, 10000",
        ),
        (("checks", "sizes", "lattices", 1, "L"), 12, "checks.sizes.lattices[1].L = 12: stands there twice"),
        (("checks", "sizes", "lattices", 1, "batch"), 15, "checks.sizes.lattices[1].batch = 15: must be a multiple of"),
        (("checks", "weak_coupling", "realizations"), 5, "checks.weak_coupling.realizations = 5: must be a multiple of"),
        (("checks", "weak_coupling", "J0_K"), 1e-6, "checks.weak_coupling.J0_K = 1e-06: is too small beside"),
        (
            ("checks", "weak_coupling", "windows_J0", 0),
            [0.05, 0.055],
            "checks.weak_coupling.windows_J0[0] = [0.05, 0.055]: must hold at least 3 energy bins",
        ),
        (
            ("checks", "weak_coupling", "windows_J0", 1),
            [1, 0.1],
            "checks.weak_coupling.windows_J0[1] = [1, 0.1]: must be a lower",
        ),
        (("run",), "my/study", "run = 'my/study': must be made of letters"),
        (("run",), "..", "run = '..': must be made of letters"),
        (("model", "J0_K", 1), 1e-6, "model.J0_K[1] = 1e-06: is too small beside model.h0_K"),
    ],
)
def test_what_is_wrong_is_said_in_one_line_with_file_key_and_value(keys, value, said):
    with pytest.raises(validation.InputError) as caught:
        config_checks.check(changed(*keys, value=value), SCHEMA, lambda path: "config/quick.yaml")
    assert any(line.startswith(f"config/quick.yaml: {said}") for line in caught.value.lines), str(caught.value)
    assert not any("\n" in line for line in caught.value.lines)


def test_a_missing_key_is_named():
    config = copy.deepcopy(CONFIG)
    del config["annealing"]["sweeps"]
    with pytest.raises(validation.InputError, match=r"annealing\.sweeps: missing"):
        config_checks.check(config, SCHEMA, lambda path: "config.yaml")


def test_all_conflicts_of_an_overlay_are_said_at_once_and_it_is_named():
    """An overlay with fewer realizations and another ladder: what no longer fits stands in config.yaml."""
    config = copy.deepcopy(CONFIG)
    config["lattices"] = [{"L": 8, "realizations": 95, "batch": 20}, {"L": 12, "realizations": 400, "batch": 50}]
    config["annealing"]["ladder_K"] = [T for T in CONFIG["annealing"]["ladder_K"] if T != 0.3]
    overlaid = {("lattices",), ("annealing", "ladder_K")}

    def where(path):
        return "weaker.yaml" if any(tuple(path[: len(keys)]) == keys for keys in overlaid) else "config/config.yaml"

    with pytest.raises(validation.InputError) as caught:
        config_checks.check(config, SCHEMA, where)
    lines = caught.value.lines
    assert "weaker.yaml: lattices[0].realizations = 95: must be a multiple of density_of_states.block, 10" in lines[1]
    assert lines[0] == (
        "config/config.yaml: density_of_states.measured_K[7] = 0.3: must be a rung of annealing.ladder_K"
        " (annealing.ladder_K as in weaker.yaml)"
    )
    assert (
        "config/config.yaml: checks.variants.heat_bath.realizations = 1000: must be a multiple of density_of_states.block,"
        " from 20 to the lattice's 400 (lattices as in weaker.yaml)"
    ) in lines
    beside = [*CONFIG["checks"]["variants"].values(), *CONFIG["checks"]["sizes"]["lattices"]]
    assert len(lines) == 2 + sum(v["realizations"] > {8: 95, 12: 400}.get(v["L"], math.inf) for v in beside)


def test_two_keys_that_the_schema_does_not_know_are_both_named():
    config = changed("annealing", "sweps", value=3) | {"sed": 1}
    with pytest.raises(validation.InputError) as caught:
        config_checks.check(config, SCHEMA, lambda path: "x.yaml")
    assert {line.split(" = ")[0] for line in caught.value.lines} == {"x.yaml: annealing.sweps", "x.yaml: sed"}


@pytest.fixture
def manifest(tmp_path):
    path = tmp_path / "MANIFEST.json"
    path.write_text(json.dumps({"config": CONFIG}), encoding="utf-8")
    return path


@pytest.mark.parametrize(
    ("keys", "value"),
    [
        (("fits", "gaussian_above_J0"), [2]),
        (("lattices", 0, "batch"), 100),
        (("density_of_states", "source"), "published"),
        (("lattices",), CONFIG["lattices"][1:]),
        (("model", "J0_K"), [3]),
        (("density_of_states", "measured_K"), [0.02, 0.1, 0.5, 1]),
        (("checks", "variants", "heat_bath"), None),
        (("checks", "variants"), None),
        (("checks", "sizes"), None),
        (("checks", "sizes", "lattices"), CONFIG["checks"]["sizes"]["lattices"][1:]),
        (("checks", "weak_coupling"), None),
        (("checks", "weak_coupling", "windows_J0"), [[0.1, 1]]),
    ],
)
def test_another_analysis_of_the_published_densities_or_some_of_them_is_accepted(manifest, keys, value):
    published_match.check(changed(*keys, value=value), manifest, lambda path: "mine.yaml")


@pytest.mark.parametrize(
    ("keys", "value", "said"),
    [
        (("seed",), 1, "seed = 1: must be what the published densities were made with, 20210205; or simulate"),
        (("model", "cutoff"), 0.5, "model.cutoff = 0.5: must be"),
        (("model", "J0_K"), [2, 4], "model.J0_K[1] = 4: must be what the published densities were made with, one of [2, 3]"),
        (("lattices", 0, "realizations"), 500, "lattices[0] = "),
        (("density_of_states", "block"), 5, "density_of_states.block = 5: must be"),
        (("density_of_states", "measured_K"), [0.02, 0.5, 5], "density_of_states.measured_K[2] = 5: must be"),
        (("checks", "sizes", "lattices", 2, "realizations"), 500, "checks.sizes.lattices[2] = "),
        (("checks", "sizes", "jackknife_groups"), 10, "checks.sizes.jackknife_groups = 10: must be"),
        (("checks", "weak_coupling", "realizations"), 500, "checks.weak_coupling = "),
        (("checks", "variants", "sweeps_64", "sweeps"), 32, "checks.variants.sweeps_64 = "),
        (("figures", "dos_K"), [0.03, 0.5], "figures.dos_K = [0.03, 0.5]: must be"),
    ],
)
def test_other_physics_is_refused(manifest, keys, value, said):
    with pytest.raises(validation.InputError) as caught:
        published_match.check(changed(*keys, value=value), manifest, lambda path: "mine.yaml")
    assert caught.value.lines[0].startswith(f"mine.yaml: {said}")
    assert len(caught.value.lines) == 1


def test_a_manifest_that_is_missing_is_named(tmp_path):
    with pytest.raises(validation.InputError, match=r"MANIFEST\.json: not the manifest"):
        published_match.check(CONFIG, tmp_path / "MANIFEST.json", lambda path: "x")
