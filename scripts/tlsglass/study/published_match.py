"""Whether the published densities of states are those that a configuration asks for."""

import json
from pathlib import Path

from tlsglass.base import validation
from tlsglass.study import equilibrium_plan

LADDER, MEASURED = ["annealing", "schedule_K"], ["density_of_states", "temperatures_K"]
BLOCK = ["density_of_states", "realizations_per_block"]
SIZES, WEAK, EQUILIBRIUM = (["checks", name] for name in ("finite_size", "weak_coupling", "equilibrium"))
VARIANTS_AT = ["checks", "variant_temperatures_K"]
# Keys that determine the published densities. The rest of the configuration is analysis and may change.
SAME = [["seed"], ["annealing"], *(["model", key] for key in ("h0_K", "cutoff", "concentration"))]
SAME += [BLOCK, *(["density_of_states", key] for key in ("bins_per_T", "uniform_up_to_T", "bin_growth"))]
SUBSETS = [["model", "J0_K"], MEASURED]  # a configuration may use a part of these


def at(config, path):
    """Return the value at the keys ``path``."""
    for name in path:
        config = config[name]
    return config


def differences(study, manifest):
    """Yield (path, value, allowed) for each key of the configuration that the published densities were not made with.

    Raises InputError where ``manifest`` is not the manifest of a published outcome.
    """
    try:
        published = json.loads(Path(manifest).read_text(encoding="utf-8"))["config"]
    except (OSError, KeyError, ValueError) as error:
        raise validation.InputError(f"{manifest}: not the manifest of published results: {error}") from None
    for path, value, allowed in _differences(study, published):
        yield path, value, f"must be what the published densities were made with, {allowed}; or simulate"


def _differences(study, published):
    """Yield (path, value, published value) for each key that differs."""
    config = study.config
    for path in [*SAME, *([VARIANTS_AT] if study.variants else [])]:
        if at(config, path) != at(published, path):
            yield path, at(config, path), repr(at(published, path))
    for path in SUBSETS:
        for index, value in enumerate(at(config, path)):
            if value not in at(published, path):
                yield [*path, index], value, f"one of {at(published, path)}"
    realizations = {lattice["L"]: lattice["realizations"] for lattice in published["lattices"]}
    for index, lattice in enumerate(config["lattices"]):
        if realizations.get(lattice["L"]) != lattice["realizations"]:
            yield ["lattices", index], lattice, ", ".join(f"{n} realizations of L = {L}" for L, n in realizations.items())
    for name in study.variants:
        value, published_value = config["checks"]["variants"][name], (published["checks"]["variants"] or {}).get(name)
        if value != published_value:
            yield ["checks", "variants", name], value, repr(published_value)
    yield from _differences_of_checks(study, published["checks"])


def _differences_of_checks(study, published):
    """Yield like ``_differences`` for other sizes, the equilibrium and the weak coupling."""
    if sizes := study.size_check:
        published_sizes = published.get("finite_size") or {}
        for key in ("schedule_K", "jackknife_groups"):
            if sizes[key] != published_sizes.get(key):
                yield [*SIZES, key], sizes[key], repr(published_sizes.get(key))
        lattices = published_sizes.get("lattices", [])
        for index, lattice in enumerate(sizes["lattices"]):
            if _count_settings(lattice) not in map(_count_settings, lattices):
                yield [*SIZES, "lattices", index], lattice, f"one of {lattices}"
    if study.equilibrium:
        yield EQUILIBRIUM, list(equilibrium_plan.sets(study)), "null (their tables are published, not their counts)"
    if weak := study.weak_coupling:
        published_weak = published.get("weak_coupling")
        if not published_weak or _count_settings(weak) != _count_settings(published_weak):
            yield WEAK, weak, repr(published_weak)


def _count_settings(lattice):
    """Return the settings that counts depend on; they do not depend on the size of the jobs."""
    return {name: value for name, value in lattice.items() if name not in ("realizations_per_job", "windows_J0")}
