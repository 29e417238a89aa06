"""Whether the published densities of states are those that a configuration asks for."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any, TypeAlias

from tlsglass.base import io, published_files, validation
from tlsglass.model.interaction import GAUSSIAN
from tlsglass.study import equilibrium_plan, interactions_plan
from tlsglass.study.configured_study import Study
from tlsglass.study.simulation_plan import interaction_parameters

KeyPath: TypeAlias = list[Any]  # keys and positions in lists, from the top of the configuration
Differences: TypeAlias = Iterator[tuple[KeyPath, Any, str]]

SCHEDULE, TEMPERATURES = ["annealing", "schedule_K"], ["density_of_states", "temperatures_K"]
INTERACTION_STUDY = ["interactions"]
BLOCK = ["density_of_states", "realizations_per_block"]
FINITE_SIZE, WEAK_COUPLING, EQUILIBRIUM = (["checks", name] for name in ("finite_size", "weak_coupling", "equilibrium"))
VARIANT_TEMPERATURES = ["checks", "variant_temperatures_K"]
# Keys that determine the published densities. The rest of the configuration is analysis and may change.
SAME = [["seed"], ["annealing"], *(["model", key] for key in ("h0_K", "cutoff", "concentration"))]
SAME += [BLOCK, *(["density_of_states", key] for key in ("bins_per_T", "uniform_up_to_T", "bin_growth"))]
SUBSETS = [["model", "J0_K"], TEMPERATURES]  # a configuration may use a part of these


def value_at(config: Any, path: KeyPath) -> Any:
    """Return the value at the keys ``path``."""
    for name in path:
        config = config[name]
    return config


def differences(study: Study, manifest: str | Path) -> Differences:
    """Yield (path, value, allowed) for each key of the configuration that the published densities were not made with.

    Raises InputError where ``manifest`` is not the manifest of a published outcome.
    """
    try:
        config = published_files.read_manifest(Path(manifest).parent)["config"]
    except io.UserError as error:
        raise validation.InputError(str(error)) from None
    for path, value, allowed in _differences(study, config):
        yield path, value, f"must be what the published densities were made with, {allowed}; or simulate"


def _differences(study: Study, published: dict[str, Any]) -> Differences:
    """Yield (path, value, published value) for each key that differs."""
    config = study.config
    for path in [*SAME, *([VARIANT_TEMPERATURES] if study.variants else [])]:
        if value_at(config, path) != value_at(published, path):
            yield path, value_at(config, path), repr(value_at(published, path))
    if interaction_parameters(config["model"]) != interaction_parameters(published["model"]):
        yield (
            ["model", "interaction"],
            config["model"].get("interaction"),
            repr(published["model"].get("interaction", GAUSSIAN)),
        )
    for path in SUBSETS:
        for index, value in enumerate(value_at(config, path)):
            if value not in value_at(published, path):
                yield [*path, index], value, f"one of {value_at(published, path)}"
    realizations = {lattice["L"]: lattice["realizations"] for lattice in published["lattices"]}
    for index, lattice in enumerate(config["lattices"]):
        if realizations.get(lattice["L"]) != lattice["realizations"]:
            yield ["lattices", index], lattice, ", ".join(f"{n} realizations of L = {L}" for L, n in realizations.items())
    for name in study.variants:
        value, published_value = config["checks"]["variants"][name], (published["checks"]["variants"] or {}).get(name)
        if value != published_value:
            yield ["checks", "variants", name], value, repr(published_value)
    yield from _differences_of_checks(study, published["checks"])
    if study.interactions:
        yield INTERACTION_STUDY, list(interactions_plan.models(study)), "null (their tables are published, not their counts)"


def _differences_of_checks(study: Study, published: dict[str, Any]) -> Differences:
    """Yield like ``_differences`` for other sizes, the equilibrium and the weak coupling."""
    if sizes := study.finite_size:
        published_sizes = published.get("finite_size") or {}
        for key in ("schedule_K", "jackknife_groups"):
            if sizes[key] != published_sizes.get(key):
                yield [*FINITE_SIZE, key], sizes[key], repr(published_sizes.get(key))
        lattices = published_sizes.get("lattices", [])
        for index, lattice in enumerate(sizes["lattices"]):
            if _count_settings(lattice) not in map(_count_settings, lattices):
                yield [*FINITE_SIZE, "lattices", index], lattice, f"one of {lattices}"
    if study.equilibrium:
        yield EQUILIBRIUM, list(equilibrium_plan.sets(study)), "null (their tables are published, not their counts)"
    if weak := study.weak_coupling:
        published_weak = published.get("weak_coupling")
        if not published_weak or _count_settings(weak) != _count_settings(published_weak):
            yield WEAK_COUPLING, weak, repr(published_weak)


def _count_settings(lattice: dict[str, Any]) -> dict[str, Any]:
    """Return the settings that counts depend on; they do not depend on the size of the jobs."""
    return {name: value for name, value in lattice.items() if name != "realizations_per_job"}
