"""Checks of a configuration beyond its schema. All errors are reported at once, each in one line.

A check takes a Study and yields (path, value, allowed), or (path, value, allowed, compared): the value at the keys ``path``
is refused, because it conflicts with the keys ``compared``.
"""

from __future__ import annotations

import copy
import math
import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from itertools import pairwise
from pathlib import Path
from typing import Any

from tlsglass.base import labels, validation
from tlsglass.model.interaction import GAUSSIAN, INTERACTIONS, LATTICE
from tlsglass.model.parameters import ModelParameters
from tlsglass.montecarlo.protocol import ANNEALING, COUNTING_METHODS
from tlsglass.study import equilibrium_plan, interactions_plan, published_match
from tlsglass.study.configured_study import Study
from tlsglass.study.interactions_plan import REFERENCE
from tlsglass.study.published_match import (
    BLOCK,
    EQUILIBRIUM,
    FINITE_SIZE,
    INTERACTION_STUDY,
    SCHEDULE,
    TEMPERATURES,
    VARIANT_TEMPERATURES,
    WEAK_COUPLING,
    KeyPath,
    value_at,
)
from tlsglass.study.renamed_config_keys import renamed_key_lines, with_new_names

Errors = Iterator[tuple[Any, ...]]

RUN_NAME = re.compile(r"[A-Za-z0-9_-][A-Za-z0-9_.-]*")
ATLAS = ["atlas"]
WINDOWS, WINDOWS_J0 = ["fits", "zero_temperature_windows_K"], ["fits", "power_law_windows_J0"]
OPTIONS = {option for entry in INTERACTIONS.values() for option in entry.options}
INTERACTION_KEYS = {"interaction", "fields", "positions", *OPTIONS}
TOO_WEAK = "is too small compared with model.h0_K for 32-bit fields"
HAS_TOO_WEAK_COUPLINGS = "has couplings too small compared with model.h0_K for 32-bit fields"


def check(
    config: dict[str, Any],
    schema: dict[str, Any],
    where: Callable[[KeyPath], object],
    defaults: dict[str, Any] | None = None,
    manifest: str | Path | None = None,
) -> None:
    """Raise one InputError with a line for each violation of ``schema`` and of the checks.

    Parameters
    ----------
    where : callable
        Returns the name of the file that sets the keys of a path.
    defaults : dict, optional
        A valid configuration. Values that violate the schema are replaced by its values before the checks run, so that
        all errors are reported at once; without it, the checks run only on what satisfies the schema.
    manifest : path, optional
        The manifest of the published outcome, whose counts a configuration with ``source: published`` is compared with.
    """
    repaired: list[KeyPath] = []
    if lines := renamed_key_lines(config, where):
        config = with_new_names(config)
    if violations := validation.violations(config, schema, where):
        lines += violations
        if defaults is None:
            raise validation.InputError(*lines)
        config, repaired = _repair(config, schema, defaults)
    study = Study(config)
    errors = list(interaction(study))
    if errors:  # the other checks need a model that exists
        study = Study(config | {"model": {key: value for key, value in config["model"].items() if key not in INTERACTION_KEYS}})
    errors += [error for check in CHECKS for error in check(study)]
    if manifest and config["density_of_states"]["source"] == "published":
        with validation.collect_errors(lines):
            errors += published_match.differences(study, manifest)
    lines += [_line(where, *error) for error in errors if not _depends_on(repaired, error)]
    validation.raise_all(lines)


def _repair(config: dict[str, Any], schema: dict[str, Any], defaults: dict[str, Any]) -> tuple[dict[str, Any], list[KeyPath]]:
    """Return the configuration with the values of ``defaults`` where it violates the schema, and the paths of those."""
    config, repaired = copy.deepcopy(config), []
    while error := next(validation.Validator(schema).iter_errors(config), None):
        path = list(error.absolute_path)
        if error.validator == "additionalProperties":
            section = value_at(config, path)
            for key in set(section) - set(error.schema["properties"]):
                del section[key]
            continue
        if error.validator == "required":
            path.append(next(key for key in error.validator_value if key not in error.instance))
        path = _path_in(defaults, path)
        if not path or path in repaired:
            return copy.deepcopy(defaults), [[key] for key in config]
        value_at(config, path[:-1])[path[-1]] = copy.deepcopy(value_at(defaults, path))
        repaired.append(path)
    return config, repaired


def _path_in(defaults: Any, path: KeyPath) -> KeyPath:
    """Return the longest beginning of ``path`` that names a section or value of ``defaults`` outside of lists."""
    start: KeyPath = []
    for key in path:
        if not isinstance(defaults, dict) or key not in defaults:
            break
        start, defaults = [*start, key], defaults[key]
    return start


def _depends_on(repaired: Iterable[KeyPath], error: tuple[Any, ...]) -> bool:
    """Return whether a check refuses a value that was repaired, or compares it with one."""
    path, _, _, *compared = error
    return any(keys[: len(start)] == start or start[: len(keys)] == keys for start in repaired for keys in (path, *compared))


def _line(
    where: Callable[[KeyPath], object], path: KeyPath, value: object, allowed: str, compared: KeyPath | None = None
) -> str:
    """Return the line that refuses a value; the file of the keys that it conflicts with is named where it is another one."""
    line = validation.error_line(where, path, value, allowed)
    if compared and where(compared) != where(path):
        line += f" ({validation.key_name(compared)} as in {where(compared)})"
    return line


def run_name(study: Study) -> Errors:
    """Check that the name of the run can name a folder."""
    name = study.config.get("run", "paper")
    if not RUN_NAME.fullmatch(name):
        yield ["run"], name, "must be made of letters, digits, - _ and . (it names a folder): give it with --config run=NAME"


def interaction(study: Study) -> Errors:
    """Check the interaction of the model, and that the keys beside it belong to it."""
    yield from _model_errors(study, ["model"], study.config["model"])


def _model_errors(study: Study, path: KeyPath, section: dict[str, Any]) -> Errors:
    """Check the keys of a section that describe an interaction, and that random positions have a cutoff."""
    yield from interaction_errors(path, section)
    if section.get("positions", LATTICE) != LATTICE and study.config["model"]["cutoff"] == 0:
        yield ["model", "cutoff"], 0, "must be > 0 for random positions, which may coincide", [*path, "positions"]


def interaction_errors(path: KeyPath, section: dict[str, Any]) -> Errors:
    """Check the keys of a section that describe an interaction."""
    name = section.get("interaction", GAUSSIAN)
    for key, allowed in ModelParameters.allowed_values(name).items():
        if key in section and section[key] not in allowed and (key == "interaction" or name in INTERACTIONS):
            yield [*path, key], section[key], f"must be one of {', '.join(allowed)}", [*path, "interaction"]
    for key in OPTIONS.intersection(section):
        if name in INTERACTIONS and key not in INTERACTIONS[name].options:
            having = [interaction for interaction, entry in INTERACTIONS.items() if key in entry.options]
            yield [*path, key], section[key], f"is an option of {', '.join(having)} only", [*path, "interaction"]


def interactions(study: Study) -> Errors:
    """Check the models of the section ``interactions`` and of its lattices, and that their fields fit into 32 bits."""
    models, lattices = interactions_plan.models(study), (study.interactions or {}).get("lattices", ())
    if study.interactions and REFERENCE not in models:
        yield [*INTERACTION_STUDY, "models"], list(models), f"must contain {REFERENCE}, with which the others are compared"
    listed: list[tuple[int, float]] = []
    for index, lattice in enumerate(lattices):
        path, own_models = [*INTERACTION_STUDY, "lattices", index], lattice.get("models", models)
        for model in own_models:
            if model not in models:
                yield [*path, "models"], model, f"must be one of {', '.join(models)}", [*INTERACTION_STUDY, "models"]
        if REFERENCE in models and REFERENCE not in own_models:
            yield [*path, "models"], own_models, f"must contain {REFERENCE}, with which the others are compared"
        listed += [(lattice["L"], ratio) for ratio in lattice["J0_over_h0"]]
    if len(set(listed)) < len(listed):
        yield [*INTERACTION_STUDY, "lattices"], listed, "must not contain a J0/h0 of a lattice twice"
    broken = set()
    for name, keys in models.items():
        path = [*INTERACTION_STUDY, "models", name]
        errors = list(_model_errors(study, path, keys))
        yield from errors
        broken |= {name} if errors else set()
    for name, L, J0_K in interactions_plan.sets(study):
        if name not in broken and not interactions_plan.model_parameters(study, name, L, J0_K).fits_int32:
            yield [*INTERACTION_STUDY, "models", name], f"L = {L}, J0 = {J0_K:g} K", TOO_WEAK, ["model", "h0_K"]


def atlas_interactions(study: Study) -> Errors:
    """Check the names of the interactions of which an atlas is made, and that their fields fit into 32 bits."""
    entries, allowed = study.config["atlas"]["interactions"] or (), [name for name in INTERACTIONS if name != GAUSSIAN]
    names = [entry["interaction"] for entry in entries]
    for index, name in enumerate(names):
        path = [*ATLAS, "interactions", index, "interaction"]
        if name not in allowed:
            yield path, name, f"must be one of {', '.join(allowed)}"
        elif name in names[:index]:
            yield path, name, "is listed twice"
    if not set(names) <= set(allowed):
        return
    for name, plans in study.interaction_atlas_plans().items():
        if not all(plan.model.fits_int32 for plan in plans.values()):
            yield [*ATLAS, "interactions", names.index(name)], name, TOO_WEAK, ["model", "h0_K"]


def _schedules(study: Study) -> Iterator[tuple[KeyPath, list[float]]]:
    """Yield (path, temperatures) of every schedule."""
    yield SCHEDULE, value_at(study.config, SCHEDULE)
    if study.finite_size:
        yield [*FINITE_SIZE, "schedule_K"], study.finite_size["schedule_K"]
    yield [*ATLAS, "schedule_K"], study.config["atlas"]["schedule_K"]
    if study.interactions:
        yield [*INTERACTION_STUDY, "schedule_K"], study.interactions["schedule_K"]


def schedules(study: Study) -> Errors:
    """Check that each schedule descends, and ends above the temperature of the quench."""
    quench = study.config["annealing"]["quench_K"]
    for path, temperatures in _schedules(study):
        for index, (above, below) in enumerate(pairwise(temperatures)):
            if below >= above:
                yield [*path, index + 1], below, f"must be below the temperature before it, {above}: schedules descend"
        if quench >= temperatures[-1]:
            allowed = f"must be below the last temperature of the schedule, {temperatures[-1]}"
            yield ["annealing", "quench_K"], quench, allowed, path


def counted_temperatures(study: Study) -> Errors:
    """Check that energies are counted at temperatures of the schedule."""
    for path, temperatures in _schedules(study):
        counted = [*ATLAS, "temperatures_K"] if path[0] == "atlas" else TEMPERATURES
        for index, T in enumerate(value_at(study.config, counted)):
            if T not in temperatures:
                yield [*counted, index], T, f"must be one of {validation.key_name(path)}", path


def names_differ(study: Study) -> Errors:
    """Check that numbers that name files differ within the digits of the names."""
    for path in (["model", "J0_K"], TEMPERATURES, SCHEDULE):
        values = value_at(study.config, path)
        if len(set(map(labels.format_number, values))) < len(values):
            yield path, values, "must differ within twelve digits"


def _lattices(study: Study) -> Iterator[tuple[KeyPath, dict[str, Any]]]:
    """Yield (path, entry) of every lattice in the configuration."""
    yield from ((["lattices", index], lattice) for index, lattice in enumerate(study.config["lattices"]))
    if study.finite_size:
        yield from (([*FINITE_SIZE, "lattices", index], lattice) for index, lattice in enumerate(study.finite_size["lattices"]))
    if study.weak_coupling:
        yield WEAK_COUPLING, study.weak_coupling
    if study.equilibrium:
        yield from (([*EQUILIBRIUM, "sets", index], entry) for index, entry in enumerate(study.equilibrium["sets"]))
    if study.interactions:
        yield from (([*INTERACTION_STUDY, "lattices", k], lattice) for k, lattice in enumerate(study.interactions["lattices"]))
    yield from ((path, lattice) for _, path, lattice in study.atlas_lattices())
    training = {key: study.config["atlas"]["training"][key] for key in ("L", "J0_K")}
    for index, entry in enumerate(study.config["atlas"]["interactions"] or ()):
        yield [*ATLAS, "interactions", index], entry | training


def lattices(study: Study) -> Errors:
    """Check the numbers of realizations and TLSs of every lattice, and that no lattice is listed twice."""
    block, concentration = value_at(study.config, BLOCK), study.config["model"]["concentration"]
    seen = set()
    for path, lattice in _lattices(study):
        for key in ("realizations", "realizations_per_job"):
            if lattice[key] % block:
                yield [*path, key], lattice[key], f"must be a multiple of {validation.key_name(BLOCK)}, {block}", BLOCK
        if lattice["realizations"] < 2 * block:
            yield [*path, "realizations"], lattice["realizations"], f"must be at least two blocks, {2 * block}", BLOCK
        if round(concentration * lattice["L"] ** 3) < 2:
            allowed = "has fewer than two TLSs at model.concentration"
            yield [*path, "L"], lattice["L"], allowed, ["model", "concentration"]
        own = [lattice.get(key) for key in equilibrium_plan.INTERACTION_KEYS]
        entry = (*path[:-1], *own, lattice["L"], str(lattice.get("J0_K", lattice.get("J0_over_h0"))))
        if isinstance(path[-1], int) and entry in seen:
            yield [*path, "L"], lattice["L"], "is listed twice"
        seen.add(entry)


def sets_fit_int32(study: Study) -> Errors:
    """Check that the fields of each set fit into 32 bits."""
    for L in study.sizes:
        for index, (J0, J0_K) in enumerate(study.J0_values.items()):
            if not study.model(L, J0).fits_int32:
                yield ["model", "J0_K", index], J0_K, TOO_WEAK, ["model", "h0_K"]


def windows_contain_temperatures(study: Study) -> Errors:
    """Check that each window of temperature contains enough temperatures for its fit."""
    temperatures = value_at(study.config, TEMPERATURES)
    for key, minimum in (("exponent_windows_K", 2), ("sound_velocity_windows_K", 3)):
        for index, (low, high) in enumerate(study.config["observables"][key]):
            if sum(low <= T <= high for T in temperatures) < minimum:
                allowed = f"must contain at least {minimum} of {validation.key_name(TEMPERATURES)}"
                yield ["observables", key, index], [low, high], allowed, TEMPERATURES


def slopes_contain_temperatures(study: Study) -> Errors:
    """Check that each slope of δv/v has two temperatures: for each T0, the first factor in each window and vice versa."""
    settings, temperatures = study.config["observables"], value_at(study.config, TEMPERATURES)
    windows = settings["sound_velocity_windows_K"]
    for side in ("below", "above"):
        factors = settings[f"slope_{side}_T0"]
        choices = [*((factor, windows[0]) for factor in factors), *((factors[0], window) for window in windows)]
        for name, T0 in settings["crossover_K"].items():
            for factor, (low, high) in choices:
                start, end = (low, factor * T0) if side == "below" else (factor * T0, high)
                if sum(start <= T <= end for T in temperatures) < 2:
                    allowed = (
                        f"with observables.slope_{side}_T0 = {factor:g} must leave at least 2 of"
                        f" {validation.key_name(TEMPERATURES)} {side} {factor * T0:.3g} K in {low:g} to {high:g} K"
                    )
                    yield ["observables", "crossover_K", name], T0, allowed, TEMPERATURES


def windows_ascend(study: Study) -> Errors:
    """Check that each window has a lower and a higher end."""
    for path in (WINDOWS, WINDOWS_J0, *(["observables", key] for key in ("exponent_windows_K", "sound_velocity_windows_K"))):
        for index, (low, high) in enumerate(value_at(study.config, path)):
            if low >= high:
                yield [*path, index], [low, high], "must be a lower and a higher end"


def windows_contain_bins(study: Study) -> Errors:
    """Check that each window of energy contains enough bins for its fit."""
    bins_per_T, window_T = study.config["density_of_states"]["bins_per_T"], study.config["fits"]["eq3_window_T"]
    if window_T * bins_per_T < 3:
        allowed = "must contain at least 3 bins of density_of_states"
        yield ["fits", "eq3_window_T"], window_T, allowed, ["density_of_states", "bins_per_T"]
    yield from _too_narrow(study, WINDOWS)


def _too_narrow(study: Study, path: KeyPath, unit_K: float = 1.0) -> Errors:
    """Yield the windows of energy that contain too few bins at the lowest temperature."""
    grid, h0_K = study.grid(), study.config["model"]["h0_K"]
    for index, (low, high) in enumerate(value_at(study.config, path)):
        first, last = (grid.bins_below(min(E * unit_K, 8 * h0_K), min(study.rungs.values())) for E in (low, high))
        if math.floor(last + 1e-9) - math.ceil(first - 1e-9) < 3:
            yield [*path, index], [low, high], "must contain at least 3 energy bins below 8 h0", ["density_of_states"]


def gaussian(study: Study) -> Errors:
    """Check the windows and bins of the Gaussian fit."""
    h0_K, J0_K = study.config["model"]["h0_K"], max(study.config["model"]["J0_K"])
    for index, low in enumerate(study.config["fits"]["gaussian_above_J0"]):
        if low * J0_K > 4 * h0_K:
            allowed = "must be at most 4 h0 in units of model.J0_K, or nothing is left to fit"
            yield ["fits", "gaussian_above_J0", index], low, allowed, ["model"]
    for index, width in enumerate(study.config["fits"]["gaussian_bins_K"]):
        if width > h0_K:
            yield ["fits", "gaussian_bins_K", index], width, "must be at most model.h0_K", ["model", "h0_K"]


def lattices_of_figures(study: Study) -> Errors:
    """Check that the lattices of the figures and of the paper's numbers are simulated."""
    sizes = [lattice["L"] for lattice in study.config["lattices"]]
    for section in ("figures", "paper"):
        if study.config[section]["L"] not in sizes:
            yield [section, "L"], study.config[section]["L"], f"must be the L of one of lattices, {sizes}", ["lattices"]


def two_temperatures(study: Study) -> Errors:
    """Check the temperatures of Fig. 1 and of the variants."""
    for path in [["figures", "fig_1_temperatures_K"], *([VARIANT_TEMPERATURES] if study.variants else [])]:
        cold, warm = value_at(study.config, path)
        for index, T in enumerate((cold, warm)):
            if T not in value_at(study.config, TEMPERATURES):
                yield [*path, index], T, f"must be one of {validation.key_name(TEMPERATURES)}", TEMPERATURES
        if cold >= warm:
            yield path, [cold, warm], "must be a lower and a higher temperature"


def variants(study: Study) -> Errors:
    """Check the realizations, method and fields of each variant."""
    block = value_at(study.config, BLOCK)
    for name in study.variants:
        path, settings = ["checks", "variants", name], study.config["checks"]["variants"][name]
        available = study.sizes[study.reference_set(name)[0]]["realizations"]
        if settings["realizations"] % block or not 2 * block <= settings["realizations"] <= available:
            allowed = f"must be a multiple of {validation.key_name(BLOCK)}, from {2 * block} to the lattice's {available}"
            yield [*path, "realizations"], settings["realizations"], allowed, ["lattices"]
        if settings.get("method", ANNEALING) not in COUNTING_METHODS:
            yield [*path, "method"], settings["method"], f"must be one of {', '.join(COUNTING_METHODS)}"
        if not study.variant_model(name).fits_int32:
            yield path, settings, HAS_TOO_WEAK_COUPLINGS, ["model"]


def finite_size(study: Study) -> Errors:
    """Check the lattices with the short schedule."""
    if not study.finite_size:
        return
    groups, groups_of_sizes = study.config["fits"]["jackknife_groups"], study.finite_size["jackknife_groups"]
    if groups % groups_of_sizes:
        allowed = f"must divide fits.jackknife_groups, {groups}"
        yield [*FINITE_SIZE, "jackknife_groups"], groups_of_sizes, allowed, ["fits", "jackknife_groups"]
    for index, lattice in enumerate(study.finite_size["lattices"]):
        path = [*FINITE_SIZE, "lattices", index]
        available = study.sizes.get(labels.format_number(lattice["L"]), lattice)["realizations"]
        if lattice["realizations"] > available:
            allowed = f"must be at most those of lattices, {available}, which it is compared with"
            yield [*path, "realizations"], lattice["realizations"], allowed, ["lattices"]
        if not all(study.model(lattice["L"], J0).fits_int32 for J0 in study.J0_values):
            yield [*path, "L"], lattice["L"], HAS_TOO_WEAK_COUPLINGS, ["model"]


def weak_coupling(study: Study) -> Errors:
    """Check the fields and windows of the weak coupling."""
    if not study.weak_coupling:
        return
    model = study.weak_coupling_model()
    if not model.fits_int32:
        yield [*WEAK_COUPLING, "J0_K"], model.J0_K, TOO_WEAK, ["model", "h0_K"]
    yield from _too_narrow(study, WINDOWS_J0, model.J0_K)


def equilibrium(study: Study) -> Errors:
    """Check the temperatures and fields of the sets of exchange Monte Carlo."""
    if not study.equilibrium:
        return
    errors = [
        error
        for index, entry in enumerate(study.equilibrium["sets"])
        for error in _model_errors(study, [*EQUILIBRIUM, "sets", index], entry)
    ]
    yield from errors
    if errors:
        return
    temperatures = equilibrium_plan.temperatures(study)
    for index, T in enumerate(temperatures):
        if T not in value_at(study.config, SCHEDULE):
            allowed = f"must be one of {validation.key_name(SCHEDULE)}"
            yield [*EQUILIBRIUM, "temperatures_K", index], T, allowed, SCHEDULE
    for index, entry in enumerate(study.equilibrium["sets"]):
        path = [*EQUILIBRIUM, "sets", index]
        if entry["highest_K"] <= max(temperatures):
            yield [*path, "highest_K"], entry["highest_K"], f"must be above all of temperatures_K, {max(temperatures)}"
        if not equilibrium_plan.model(study, entry).fits_int32:
            yield [*path, "J0_K"], entry["J0_K"], TOO_WEAK, ["model", "h0_K"]


CHECKS: Sequence[Callable[[Study], Errors]] = (
    run_name,
    schedules,
    counted_temperatures,
    names_differ,
    lattices,
    windows_contain_temperatures,
    slopes_contain_temperatures,
    windows_ascend,
    lattices_of_figures,
    two_temperatures,
    windows_contain_bins,
    gaussian,
    sets_fit_int32,
    variants,
    finite_size,
    weak_coupling,
    equilibrium,
    interactions,
    atlas_interactions,
)
