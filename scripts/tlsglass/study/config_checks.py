"""What a configuration must be beyond its schema: small checks, each of which names what it refuses. All are said at once.

A check takes a Study and yields (path, value, allowed), or (path, value, allowed, other): the keys ``path`` hold ``value``,
which the keys ``other`` do not agree with.
"""

import copy
import math
import re
from itertools import pairwise

from tlsglass.base import labels, validation
from tlsglass.study import equilibrium_plan, published_match
from tlsglass.study.configured_study import ATLAS_SETS, Study
from tlsglass.study.published_match import BLOCK, EQUILIBRIUM, LADDER, MEASURED, SIZES, WEAK, at
from tlsglass.study.renamed_keys import renamed_key_lines, with_new_names

RUN = re.compile(r"[A-Za-z0-9_-][A-Za-z0-9_.-]*")

ATLAS = ["atlas"]


def run_name(study):
    name = study.config.get("run", "paper")
    if not RUN.fullmatch(name):
        yield ["run"], name, "must be made of letters, digits, - _ and . (it names a folder): give it with --config run=NAME"


def _ladders(study):
    """Return pairs (keys, rungs) of every ladder."""
    yield LADDER, study.config["annealing"]["schedule_K"]
    if study.size_check:
        yield [*SIZES, "schedule_K"], study.size_check["schedule_K"]
    yield [*ATLAS, "schedule_K"], study.config["atlas"]["schedule_K"]


def ladder(study):
    quench = study.config["annealing"]["quench_K"]
    for path, rungs in _ladders(study):
        for index, (above, below) in enumerate(pairwise(rungs)):
            if below >= above:
                yield [*path, index + 1], below, f"must be below the rung before it, {above}: the ladder descends"
        if quench >= rungs[-1]:
            yield ["annealing", "quench_K"], quench, f"must be below the last rung of the ladder, {rungs[-1]}", path


def measured(study):
    for path, rungs in _ladders(study):
        asked = [*ATLAS, "temperatures_K"] if path[0] == "atlas" else MEASURED
        for index, T in enumerate(study.config[asked[0]]["temperatures_K"]):
            if T not in rungs:
                yield [*asked, index], T, f"must be a rung of {validation.key_name(path)}", path


def sizes(study):
    if not study.size_check:
        return
    groups, own = study.config["fits"]["jackknife_groups"], study.size_check["jackknife_groups"]
    if groups % own:
        allowed = f"must divide fits.jackknife_groups, {groups}"
        yield [*SIZES, "jackknife_groups"], own, allowed, ["fits", "jackknife_groups"]
    for index, lattice in enumerate(study.size_check["lattices"]):
        path, most = [*SIZES, "lattices", index], study.sizes.get(labels.format_number(lattice["L"]), lattice)["realizations"]
        if lattice["realizations"] > most:
            allowed = f"must be at most those of lattices, {most}, which it is held beside"
            yield [*path, "realizations"], lattice["realizations"], allowed, ["lattices"]
        if not all(study.model(lattice["L"], J0).fits_int32 for J0 in study.couplings):
            yield [*path, "L"], lattice["L"], "has couplings too small beside model.h0_K for 32-bit fields", ["model"]


def weak_coupling(study):
    if not study.weak_coupling:
        return
    model, windows = study.weak_model(), study.config["fits"]["power_law_windows_J0"]
    if not model.fits_int32:
        yield [*WEAK, "J0_K"], model.J0_K, "is too small beside model.h0_K for 32-bit fields", ["model", "h0_K"]
    yield from _too_narrow(study, windows, ["fits", "power_law_windows_J0"], model.J0_K)


def tempered(study):
    if not (given := study.equilibrium):
        return
    ladder_K = study.config["annealing"]["schedule_K"]
    for index, T in enumerate(given["temperatures_K"]):
        if T not in ladder_K:
            yield [*EQUILIBRIUM, "temperatures_K", index], T, "must be a rung of annealing.schedule_K", LADDER
    for index, one in enumerate(given["sets"]):
        path = [*EQUILIBRIUM, "sets", index]
        if one["highest_K"] <= max(given["temperatures_K"]):
            yield [*path, "highest_K"], one["highest_K"], f"must be above all of temperatures_K, {max(given['temperatures_K'])}"
        if not equilibrium_plan.model(study, one).fits_int32:
            yield [*path, "J0_K"], one["J0_K"], "is too small beside model.h0_K for 32-bit fields", ["model", "h0_K"]


def names_differ(study):
    for path in (["model", "J0_K"], MEASURED, LADDER):
        values = study.config[path[0]][path[1]]
        if len(set(map(labels.format_number, values))) < len(values):
            yield path, values, "must differ within twelve digits"


def _lattices(study):
    """Return pairs (keys, value) of every lattice, wherever the configuration has one."""
    yield from ((["lattices", index], lattice) for index, lattice in enumerate(study.config["lattices"]))
    if study.size_check:
        yield from (([*SIZES, "lattices", index], lattice) for index, lattice in enumerate(study.size_check["lattices"]))
    if study.weak_coupling:
        yield WEAK, study.weak_coupling
    if study.equilibrium:
        yield from (([*EQUILIBRIUM, "sets", index], one) for index, one in enumerate(study.equilibrium["sets"]))
    yield from (([*ATLAS, kind], study.config["atlas"][kind]) for kind in ATLAS_SETS)


def lattices(study):
    block, concentration = study.config["density_of_states"]["realizations_per_block"], study.config["model"]["concentration"]
    seen = set()
    for path, lattice in _lattices(study):
        for key in ("realizations", "realizations_per_job"):
            if lattice[key] % block:
                allowed = f"must be a multiple of density_of_states.realizations_per_block, {block}"
                yield [*path, key], lattice[key], allowed, BLOCK
        if lattice["realizations"] < 2 * block:
            yield [*path, "realizations"], lattice["realizations"], f"must be at least two blocks, {2 * block}", BLOCK
        if round(concentration * lattice["L"] ** 3) < 2:
            yield [*path, "L"], lattice["L"], "holds fewer than two TLSs at model.concentration", ["model", "concentration"]
        this = (*path[:-1], lattice["L"], str(lattice.get("J0_K")))
        if isinstance(path[-1], int) and this in seen:
            yield [*path, "L"], lattice["L"], "stands there twice"
        seen.add(this)


def windows_hold_temperatures(study):
    given, T_measured = study.config["observables"], study.config["density_of_states"]["temperatures_K"]
    for key, least in (("exponent_windows_K", 2), ("sound_velocity_windows_K", 3)):
        for index, (low, high) in enumerate(given[key]):
            if sum(low <= T <= high for T in T_measured) < least:
                allowed = f"must hold at least {least} of density_of_states.temperatures_K"
                yield ["observables", key, index], [low, high], allowed, MEASURED


def slopes_hold_temperatures(study):
    """Each slope of δv/v that is quoted or a choice: one of T0, factor and window is not the first."""
    given, T_measured = study.config["observables"], study.config["density_of_states"]["temperatures_K"]
    T0s, windows = given["crossover_K"], given["sound_velocity_windows_K"]
    for side in ("below", "above"):
        key = f"slope_{side}_T0"
        for name, T0 in T0s.items():
            for factor, (low, high) in [
                *((factor, windows[0]) for factor in given[key]),
                *((given[key][0], w) for w in windows),
            ]:
                begin, end = (low, factor * T0) if side == "below" else (factor * T0, high)
                if sum(begin <= T <= end for T in T_measured) < 2:
                    allowed = (
                        f"with observables.{key} = {factor:g} must leave at least 2 of density_of_states.temperatures_K"
                        f" {side} {factor * T0:.3g} K in {low:g} to {high:g} K"
                    )
                    yield ["observables", "crossover_K", name], T0, allowed, MEASURED


def windows_ascend(study):
    keys = [["observables", key] for key in ("exponent_windows_K", "sound_velocity_windows_K")]
    keys += [["fits", key] for key in ("zero_temperature_windows_K", "power_law_windows_J0")]
    for path in keys:
        for index, (low, high) in enumerate(at(study.config, path)):
            if low >= high:
                yield [*path, index], [low, high], "must be a lower and a higher end"


def lattices_shown(study):
    sizes = [lattice["L"] for lattice in study.config["lattices"]]
    for section in ("figures", "paper"):
        if study.config[section]["L"] not in sizes:
            yield [section, "L"], study.config[section]["L"], f"must be the L of one of lattices, {sizes}", ["lattices"]


def two_temperatures(study):
    for path in (["figures", "fig_1_temperatures_K"], ["checks", "variant_temperatures_K"]):
        cold, warm = at(study.config, path)
        for index, T in enumerate((cold, warm)):
            if T not in study.config["density_of_states"]["temperatures_K"]:
                yield [*path, index], T, "must be one of density_of_states.temperatures_K", MEASURED
        if cold >= warm:
            yield path, [cold, warm], "must be a lower and a higher temperature"


def windows_hold_bins(study):
    density, fits = study.config["density_of_states"], study.config["fits"]
    if fits["eq3_window_T"] * density["bins_per_T"] < 3:
        other = ["density_of_states", "bins_per_T"]
        yield ["fits", "eq3_window_T"], fits["eq3_window_T"], "must hold at least 3 bins of density_of_states", other
    yield from _too_narrow(study, fits["zero_temperature_windows_K"], ["fits", "zero_temperature_windows_K"])


def _too_narrow(study, windows, path, unit_K=1):
    """Yield the windows of energy that hold too few bins at the coldest temperature."""
    grid, h0_K = study.grid(), study.config["model"]["h0_K"]
    for index, (low, high) in enumerate(windows):
        first, last = (grid.bins_below(min(E * unit_K, 8 * h0_K), min(study.rungs.values())) for E in (low, high))
        if math.floor(last + 1e-9) - math.ceil(first - 1e-9) < 3:
            yield [*path, index], [low, high], "must hold at least 3 energy bins below 8 h0", ["density_of_states"]


def gaussian(study):
    h0_K, J0_K = study.config["model"]["h0_K"], max(study.config["model"]["J0_K"])
    for index, low in enumerate(study.config["fits"]["gaussian_above_J0"]):
        if low * J0_K > 4 * h0_K:
            allowed = "must be at most 4 h0 in units of model.J0_K, or nothing is left to fit"
            yield ["fits", "gaussian_above_J0", index], low, allowed, ["model"]
    for index, width in enumerate(study.config["fits"]["gaussian_bins_K"]):
        if width > h0_K:
            yield ["fits", "gaussian_bins_K", index], width, "must be at most model.h0_K", ["model", "h0_K"]


def fields_fit(study):
    for L in study.sizes:
        for index, (J0, J0_K) in enumerate(study.couplings.items()):
            if not study.model(L, J0).fits_int32:
                yield ["model", "J0_K", index], J0_K, "is too small beside model.h0_K for 32-bit fields", ["model", "h0_K"]


def variants(study):
    block = study.config["density_of_states"]["realizations_per_block"]
    for name in study.variants:
        path, given = ["checks", "variants", name], study.config["checks"]["variants"][name]
        most = study.sizes[study.beside(name)[0]]["realizations"]
        if given["realizations"] % block or not 2 * block <= given["realizations"] <= most:
            allowed = (
                f"must be a multiple of density_of_states.realizations_per_block, from {2 * block} to the lattice's {most}"
            )
            yield [*path, "realizations"], given["realizations"], allowed, ["lattices"]
        if not study.variant_model(name).fits_int32:
            yield path, given, "has couplings too small beside model.h0_K for 32-bit fields", ["model"]


CHECKS = (
    run_name,
    ladder,
    measured,
    names_differ,
    lattices,
    windows_hold_temperatures,
    slopes_hold_temperatures,
    windows_ascend,
    lattices_shown,
    two_temperatures,
    windows_hold_bins,
    gaussian,
    fields_fit,
    variants,
    sizes,
    weak_coupling,
    tempered,
)


def check(config, schema, where, defaults=None, manifest=None):
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
    lines = renamed_key_lines(config, where)
    config = with_new_names(config)
    lines += validation.violations(config, schema, where)
    if lines and defaults is None:
        validation.raise_all(lines)
    config, repaired = _repair(config, schema, defaults or config)
    study = Study(config)
    results = [result for check in CHECKS for result in check(study)]
    if manifest and config["density_of_states"]["source"] == "published":
        with validation.collect_errors(lines):
            results += published_match.differences(study, manifest)
    lines += [_line(where, *result) for result in results if not _depends_on(repaired, result)]
    validation.raise_all(lines)


def _repair(config, schema, defaults):
    """Return the configuration with the values of ``defaults`` where it violates the schema, and the paths of those."""
    config, repaired = copy.deepcopy(config), []
    while error := next(validation.Validator(schema).iter_errors(config), None):
        path = list(error.absolute_path)
        if error.validator == "additionalProperties":
            section = at(config, path)
            for key in set(section) - set(error.schema["properties"]):
                del section[key]
            continue
        if error.validator == "required":
            path.append(next(key for key in error.validator_value if key not in error.instance))
        path = _path_in(defaults, path)
        if not path or path in repaired:
            return copy.deepcopy(defaults), [[key] for key in config]
        at(config, path[:-1])[path[-1]] = copy.deepcopy(at(defaults, path))
        repaired.append(path)
    return config, repaired


def _path_in(defaults, path):
    """Return the longest beginning of ``path`` that names a section or value of ``defaults`` outside of lists."""
    start = []
    for key in path:
        if not isinstance(defaults, dict) or key not in defaults:
            break
        start, defaults = [*start, key], defaults[key]
    return start


def _depends_on(repaired, result):
    """Whether a check reports a value that was repaired, or compares with one."""
    path, _, _, *compared = result
    return any(keys[: len(start)] == start or start[: len(keys)] == keys for start in repaired for keys in (path, *compared))


def _line(where, path, value, allowed, other=None):
    """Return the line for a value; where another file holds the keys ``other`` that it must agree with, it is named."""
    said = validation.error_line(where, path, value, allowed)
    if other and where(other) != where(path):
        said += f" ({validation.key_name(other)} as in {where(other)})"
    return said
