"""The configuration: what is refused, with which line, and that all that is wrong is said at once."""

import copy
import math

import pytest
import yaml

from shared import CONFIG, CONFIG_SCHEMA, ROOT, changed_config
from tlsglass.base import published_files, validation
from tlsglass.model.interaction import GAUSSIAN, INTERACTIONS
from tlsglass.study import config_checks, configured_study, published_match, renamed_config_keys


def test_the_published_config_is_accepted_and_has_the_paper_s_ladder():
    config_checks.check(CONFIG, CONFIG_SCHEMA, lambda path: "config.yaml")
    ladder = CONFIG["annealing"]["schedule_K"]
    assert (len(ladder), ladder[0], ladder[-1], CONFIG["annealing"]["sweeps"]) == (42, 300, 0.02, 257)


@pytest.mark.parametrize(
    ("keys", "value", "said"),
    [
        (("annealing", "sweps"), 3, "annealing.sweps = 3: unknown key; allowed: dynamics, schedule_K, sweeps, quench_K"),
        (("model", "J0_K", 1), "three", "model.J0_K[1] = 'three': must be of type number"),
        (("model", "J0_K", 0), "2", "model.J0_K[0] = '2': must be of type number"),
        (("model", "h0_K"), -1, "model.h0_K = -1: must be > 0"),
        (("model", "concentration"), 1.5, "model.concentration = 1.5: must be <= 1"),
        (("density_of_states", "temperatures_K", 0), -0.02, "density_of_states.temperatures_K[0] = -0.02: must be > 0"),
        (
            ("density_of_states", "temperatures_K", 0),
            0.07,
            "density_of_states.temperatures_K[0] = 0.07: must be one of annealing.schedule_K",
        ),
        (("annealing", "schedule_K", 3), 260, "annealing.schedule_K[3] = 260: must be below the temperature before it, 200"),
        (("annealing", "quench_K"), "2e-6", "annealing.quench_K = '2e-6': must be of type number; write it with a point"),
        (("annealing", "quench_K"), 0.05, "annealing.quench_K = 0.05: must be below the last temperature"),
        (("lattices", 0, "realizations"), 1005, "lattices[0].realizations = 1005: must be a multiple of"),
        (("lattices", 0, "realizations"), 10, "lattices[0].realizations = 10: must be at least two blocks"),
        (("lattices", 1, "L"), 8, "lattices[1].L = 8: is listed twice"),
        (
            ("checks", "variants", "heat_bath", "method"),
            "annealing_twice",
            "checks.variants.heat_bath.method = 'annealing_twice': must be one of annealing, tempering",
        ),
        (
            ("observables", "crossover_K", "fig5a_2pi"),
            0.04,
            "observables.crossover_K.fig5a_2pi = 0.04: with observables.slope_below_T0 = 0.4 must leave at least 2 of"
            " density_of_states.temperatures_K below 0.016 K in 0.02 to 3 K",
        ),
        (
            ("observables", "exponent_windows_K", 1),
            [0.01, 0.015],
            "observables.exponent_windows_K[1] = [0.01, 0.015]: must contain at least 2",
        ),
        (
            ("observables", "sound_velocity_windows_K", 1),
            [0.02, 0.03],
            "observables.sound_velocity_windows_K[1] = [0.02, 0.03]: must contain at least 3",
        ),
        (("lattices", 0, "L"), 8.0, "lattices[0].L = 8.0: must be of type integer"),
        (
            ("model", "interaction"),
            "quadrupolar",
            f"model.interaction = 'quadrupolar': must be one of {', '.join(INTERACTIONS)}",
        ),
        (("model", "fields"), "same_dipole", "model.fields = 'same_dipole': must be one of independent"),
        (("model", "positions"), "fcc", "model.positions = 'fcc': must be one of lattice, random"),
        (("model", "vt_over_vl"), 0.6, "model.vt_over_vl = 0.6: is an option of elastic, two_tls, electric_elastic only"),
        (("model", "h0_K"), float("nan"), "model.h0_K = nan: must be of type number"),
        (("model", "J0_K"), [2, 2.0000000000001, 3], "model.J0_K = [2, 2.0000000000001, 3]: must differ"),
        (("fits", "eq3_window_T"), 0.01, "fits.eq3_window_T = 0.01: must contain at least 3 bins"),
        (("fits", "gaussian_above_J0", 1), 1e5, "fits.gaussian_above_J0[1] = 100000.0: must be at most 4 h0"),
        (("fits", "gaussian_bins_K", 0), 20, "fits.gaussian_bins_K[0] = 20: must be at most model.h0_K"),
        (
            ("fits", "zero_temperature_windows_K", 0),
            [2, 0.1],
            "fits.zero_temperature_windows_K[0] = [2, 0.1]: must be a lower and a",
        ),
        (
            ("figures", "fig_1_temperatures_K", 1),
            0.07,
            "figures.fig_1_temperatures_K[1] = 0.07: must be one of density_of_states.temperatures_K",
        ),
        (
            ("checks", "variants", "sweeps_64", "realizations"),
            20000,
            "checks.variants.sweeps_64.realizations = 20000: must be a",
        ),
        (
            ("checks", "finite_size", "schedule_K", 2),
            9,
            "checks.finite_size.schedule_K[2] = 9: must be below the temperature before it, 8",
        ),
        (
            ("checks", "finite_size", "schedule_K"),
            [12, 4, 3, 2, 1.5, 1.2, 1, 0.8, 0.6, 0.5, 0.4, 0.3, 0.2, 0.15, 0.1, 0.08, 0.05, 0.03],
            "density_of_states.temperatures_K[0] = 0.02: must be one of checks.finite_size.schedule_K",
        ),
        (
            ("checks", "finite_size", "jackknife_groups"),
            20,
            "checks.finite_size.jackknife_groups = 20: must divide fits.jackknife_groups, 50",
        ),
        (
            ("checks", "finite_size", "lattices", 0, "realizations"),
            20_000,
            "checks.finite_size.lattices[0].realizations = 20000: must be at most those of lattices, 10000",
        ),
        (("checks", "finite_size", "lattices", 1, "L"), 12, "checks.finite_size.lattices[1].L = 12: is listed twice"),
        (
            ("checks", "finite_size", "lattices", 1, "realizations_per_job"),
            15,
            "checks.finite_size.lattices[1].realizations_per_job = 15: must be a multiple of",
        ),
        (("checks", "weak_coupling", "realizations"), 5, "checks.weak_coupling.realizations = 5: must be a multiple of"),
        (("checks", "weak_coupling", "J0_K"), 1e-6, "checks.weak_coupling.J0_K = 1e-06: is too small compared with"),
        (
            ("fits", "power_law_windows_J0", 0),
            [0.05, 0.055],
            "fits.power_law_windows_J0[0] = [0.05, 0.055]: must contain at least 3 energy bins",
        ),
        (
            ("fits", "power_law_windows_J0", 1),
            [1, 0.1],
            "fits.power_law_windows_J0[1] = [1, 0.1]: must be a lower",
        ),
        (("run",), "my/study", "run = 'my/study': must be made of letters"),
        (("run",), "..", "run = '..': must be made of letters"),
        (("model", "J0_K", 1), 1e-6, "model.J0_K[1] = 1e-06: is too small compared with model.h0_K"),
    ],
)
def test_what_is_wrong_is_said_in_one_line_with_file_key_and_value(keys, value, said):
    with pytest.raises(validation.InputError) as caught:
        config_checks.check(changed_config(*keys, value=value), CONFIG_SCHEMA, lambda path: "config/quick.yaml")
    assert any(line.startswith(f"config/quick.yaml: {said}") for line in caught.value.lines), str(caught.value)
    assert not any("\n" in line for line in caught.value.lines)


def test_an_interaction_that_does_not_exist_hides_no_other_error():
    config = changed_config("model", "interaction", value="quadrupolar")
    config["annealing"]["quench_K"] = 0.05
    with pytest.raises(validation.InputError) as caught:
        config_checks.check(config, CONFIG_SCHEMA, lambda path: "config.yaml")
    assert [line.split(" = ")[0] for line in caught.value.lines] == [
        "config.yaml: model.interaction",
        "config.yaml: annealing.quench_K",
    ]


def test_random_positions_need_a_cutoff_and_interactions_of_tempered_sets_exist():
    config = changed_config("model", "cutoff", value=0)
    entry = {"L": 8, "J0_K": 3, "realizations": 100, "realizations_per_job": 50, "highest_K": 5, "sweeps": 128}
    config["checks"]["equilibrium"] = {
        "acceptance": 0.2,
        "annealed_sweeps": [257],
        "jackknife_groups": 5,
        "sets": [entry, entry | {"interaction": "two_tls", "fields": "independent"}, entry | {"positions": "random"}],
    }
    with pytest.raises(validation.InputError) as caught:
        config_checks.check(config, CONFIG_SCHEMA, lambda path: "config.yaml")
    fields, cutoff = caught.value.lines
    assert fields.startswith("config.yaml: checks.equilibrium.sets[1].fields = 'independent': must be one of same_dipole")
    assert cutoff.startswith("config.yaml: model.cutoff = 0: must be > 0 for random positions")


def test_models_of_the_interactions_are_checked_like_the_model():
    section = yaml.safe_load((ROOT / "config/interactions.yaml").read_text(encoding="utf-8"))["interactions"]
    section["models"]["elastic"] = {"interaction": "elastic", "electric_over_elastic": 0.3}
    section["models"]["two_tls"] = {"interaction": "two_tls", "fields": "independent"}
    del section["models"]["gaussian"]
    section["lattices"].append({"L": 8, "J0_over_h0": [0.3, 0.4], "realizations": 105, "realizations_per_job": 100})
    section["lattices"].append({"L": 6, "J0_over_h0": [0.3], "realizations": 20, "realizations_per_job": 20, "models": ["fcc"]})
    with pytest.raises(validation.InputError) as caught:
        config_checks.check(changed_config("interactions", value=section), CONFIG_SCHEMA, lambda path: "mine.yaml")
    lines = [line.removeprefix("mine.yaml: interactions.") for line in caught.value.lines]
    for start in (
        "models.elastic.electric_over_elastic = 0.3: is an option of electric_elastic only",
        "models.two_tls.fields = 'independent': must be one of same_dipole",
        f"lattices[{len(section['lattices']) - 2}].realizations = 105: must be a multiple of",
    ):
        assert any(line.startswith(start) for line in lines), lines
    assert any(line.startswith(f"lattices[{len(section['lattices']) - 1}].models = 'fcc': must be one of ") for line in lines)
    assert any(line.startswith("models = ") and "must contain gaussian" in line for line in lines)
    assert any(line.startswith("lattices = ") and "must not contain a J0/h0 of a lattice twice" in line for line in lines)


def test_a_lattice_without_the_reference_is_refused():
    section = yaml.safe_load((ROOT / "config/interactions.yaml").read_text(encoding="utf-8"))["interactions"]
    section["lattices"] = [{"L": 8, "J0_over_h0": [0.3], "realizations": 20, "realizations_per_job": 20, "models": ["two_tls"]}]
    with pytest.raises(
        validation.InputError, match=r"lattices\[0\]\.models = \['two_tls'\]: must contain gaussian, with which"
    ):
        config_checks.check(changed_config("interactions", value=section), CONFIG_SCHEMA, lambda path: "mine.yaml")


def test_interactions_of_the_atlas_are_known_ones():
    names = {"two_tls": 200, "magnetic": 105}
    section = [{"interaction": name, "realizations": n, "realizations_per_job": 100} for name, n in names.items()]
    with pytest.raises(validation.InputError) as caught:
        config_checks.check(changed_config("atlas", "interactions", value=section), CONFIG_SCHEMA, lambda path: "mine.yaml")
    lines = [line.removeprefix("mine.yaml: atlas.interactions") for line in caught.value.lines]
    allowed = ", ".join(name for name in INTERACTIONS if name != GAUSSIAN)
    expected = f"[1].interaction = 'magnetic': must be one of {allowed}", "[1].realizations = 105: must be a multiple of"
    for start in expected:
        assert any(line.startswith(start) for line in lines), lines


def test_a_missing_key_is_named():
    config = copy.deepcopy(CONFIG)
    del config["annealing"]["sweeps"]
    with pytest.raises(validation.InputError, match=r"annealing\.sweeps: missing"):
        config_checks.check(config, CONFIG_SCHEMA, lambda path: "config.yaml")


def test_all_conflicts_of_an_overlay_are_said_at_once_and_it_is_named():
    """An overlay with fewer realizations and another ladder: what no longer fits stands in config.yaml."""
    config = copy.deepcopy(CONFIG)
    config["lattices"] = [
        {"L": 8, "realizations": 95, "realizations_per_job": 20},
        {"L": 12, "realizations": 400, "realizations_per_job": 50},
    ]
    config["annealing"]["schedule_K"] = [T for T in CONFIG["annealing"]["schedule_K"] if T != 0.3]
    overlaid = {("lattices",), ("annealing", "schedule_K")}

    def where(path):
        return "weaker.yaml" if any(tuple(path[: len(keys)]) == keys for keys in overlaid) else "config/config.yaml"

    with pytest.raises(validation.InputError) as caught:
        config_checks.check(config, CONFIG_SCHEMA, where)
    lines = caught.value.lines
    assert (
        "weaker.yaml: lattices[0].realizations = 95: must be a multiple of density_of_states.realizations_per_block, 10"
        in lines[1]
    )
    assert lines[0] == (
        "config/config.yaml: density_of_states.temperatures_K[7] = 0.3: must be one of annealing.schedule_K"
        " (annealing.schedule_K as in weaker.yaml)"
    )
    (line,) = [line for line in lines if line.startswith("config/config.yaml: checks.variants.heat_bath.realizations = 1000: ")]
    assert line.endswith("from 20 to the lattice's 400 (lattices as in weaker.yaml)")
    beside = [*CONFIG["checks"]["variants"].values(), *CONFIG["checks"]["finite_size"]["lattices"]]
    assert len(lines) == 2 + sum(v["realizations"] > {8: 95, 12: 400}.get(v["L"], math.inf) for v in beside)


def test_two_keys_that_the_schema_does_not_know_are_both_named():
    config = changed_config("annealing", "sweps", value=3) | {"sed": 1}
    with pytest.raises(validation.InputError) as caught:
        config_checks.check(config, CONFIG_SCHEMA, lambda path: "x.yaml")
    assert {line.split(" = ")[0] for line in caught.value.lines} == {"x.yaml: annealing.sweps", "x.yaml: sed"}


def test_errors_of_different_kinds_are_all_reported_at_once(manifest):
    """A type, a missing key, an unknown key, an old key, two conflicts, and physics that was not published."""
    config = published("annealing", "sweeps", value="many") | {"sed": 1, "seed": 2}
    del config["checks"]["pulls"]["seed"]
    config["observables"]["exponents_K"] = config["observables"].pop("exponent_windows_K")
    config["figures"]["L"] = 10
    config["density_of_states"]["temperatures_K"] = [0.02, 0.07, *CONFIG["density_of_states"]["temperatures_K"][2:]]
    with pytest.raises(validation.InputError) as caught:
        config_checks.check(config, CONFIG_SCHEMA, lambda path: "x.yaml", CONFIG, manifest)
    lines = [line.removeprefix("x.yaml: ") for line in caught.value.lines]
    assert {line.split(": ")[0] for line in lines} == {
        "annealing.sweeps = 'many'",
        "checks.pulls.seed",
        "sed = 1",
        "observables.exponents_K",
        "figures.L = 10",
        "density_of_states.temperatures_K[1] = 0.07",
        "seed = 2",
    }


def test_each_value_that_violates_the_schema_is_one_line_and_starts_no_others():
    config = changed_config("lattices", value=[{"L": 8, "realisations": 100}])
    with pytest.raises(validation.InputError) as caught:
        config_checks.check(config, CONFIG_SCHEMA, lambda path: "x.yaml", CONFIG)
    assert [line.split(": ")[1] for line in caught.value.lines] == [
        "lattices[0].realisations = 100",
        "lattices[0].realizations",
        "lattices[0].realizations_per_job",
    ]


def test_old_keys_are_refused_with_their_new_names():
    config = copy.deepcopy(CONFIG)
    config["lattices"][0]["batch"] = config["lattices"][0].pop("realizations_per_job")
    config["atlas"]["grid"] = config["atlas"].pop("training")
    with pytest.raises(validation.InputError) as caught:
        config_checks.check(config, CONFIG_SCHEMA, lambda path: "x.yaml", CONFIG)
    assert caught.value.lines == [
        "x.yaml: lattices[0].batch: renamed; write realizations_per_job",
        "x.yaml: atlas.grid: renamed; write training",
    ]


def test_every_new_name_is_a_key_of_the_schema():
    for path, name in renamed_config_keys.RENAMED_KEYS.items():
        schema = CONFIG_SCHEMA
        keys = name.split(".") if "." in name else [*path.replace("[]", ".[]").split(".")[:-1], name]
        for key in keys:
            schema = CONFIG_SCHEMA["$defs"][schema["$ref"].split("/")[-1]] if "$ref" in schema else schema
            schema = schema["items"] if key == "[]" else schema["properties"][key]


@pytest.fixture
def manifest(tmp_path):
    path = tmp_path / "MANIFEST.json"
    published_files.write_manifest(tmp_path, {"config": CONFIG})
    return path


def published(*keys, value):
    config = changed_config(*keys, value=value)
    config["density_of_states"]["source"] = "published"
    return config


@pytest.mark.parametrize(
    ("keys", "value"),
    [
        (("fits", "gaussian_above_J0"), [2]),
        (("lattices", 0, "realizations_per_job"), 100),
        (("lattices",), CONFIG["lattices"][1:]),
        (("model", "J0_K"), [3]),
        (("density_of_states", "temperatures_K"), [0.02, 0.1, 0.5, 1]),
        (("checks", "variants", "heat_bath"), None),
        (("checks", "variants"), None),
        (("checks", "finite_size"), None),
        (("checks", "finite_size", "lattices"), CONFIG["checks"]["finite_size"]["lattices"][1:]),
        (("checks", "weak_coupling"), None),
        (("fits", "power_law_windows_J0"), [[0.1, 1]]),
    ],
)
def test_another_analysis_of_the_published_densities_or_a_part_of_them_is_accepted(manifest, keys, value):
    assert list(published_match.differences(configured_study.Study(changed_config(*keys, value=value)), manifest)) == []


@pytest.mark.parametrize(
    ("keys", "value", "said"),
    [
        (("seed",), 1, "seed = 1: must be what the published densities were made with, 20210205; or simulate"),
        (("model", "cutoff"), 0.5, "model.cutoff = 0.5: must be"),
        (("model", "interaction"), "dipolar", "model.interaction = 'dipolar': must be what the published densities were made"),
        (("model", "J0_K"), [2, 4], "model.J0_K[1] = 4: must be what the published densities were made with, one of [2, 3]"),
        (("lattices", 0, "realizations"), 500, "lattices[0] = "),
        (("density_of_states", "realizations_per_block"), 5, "density_of_states.realizations_per_block = 5: must be"),
        (("density_of_states", "temperatures_K"), [0.02, 0.5, 5], "density_of_states.temperatures_K[2] = 5: must be"),
        (("checks", "finite_size", "lattices", 2, "realizations"), 500, "checks.finite_size.lattices[2] = "),
        (("checks", "finite_size", "jackknife_groups"), 10, "checks.finite_size.jackknife_groups = 10: must be"),
        (("checks", "weak_coupling", "realizations"), 500, "checks.weak_coupling = "),
        (("checks", "variants", "sweeps_64", "sweeps"), 32, "checks.variants.sweeps_64 = "),
        (("checks", "variant_temperatures_K"), [0.03, 0.5], "checks.variant_temperatures_K = [0.03, 0.5]: must be"),
    ],
)
def test_other_physics_is_refused(manifest, keys, value, said):
    study = configured_study.Study(changed_config(*keys, value=value))
    ((path, refused, allowed),) = published_match.differences(study, manifest)
    assert validation.error_line(lambda path: "mine.yaml", path, refused, allowed).startswith(f"mine.yaml: {said}")


def test_a_manifest_that_is_missing_is_named(tmp_path):
    with pytest.raises(validation.InputError, match=r"MANIFEST\.json: No such file .*; restore it with"):
        list(published_match.differences(configured_study.Study(CONFIG), tmp_path / "MANIFEST.json"))
