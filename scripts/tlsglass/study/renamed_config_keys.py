"""Keys of the configuration that had another name in version 0.2. The old names are refused with the new ones."""

import re
from collections.abc import Callable, Iterator
from typing import Any

from tlsglass.base import validation

# path of the old key, [] for any position in a list: new name of the last key, or new path
RENAMED_KEYS = {
    "lattices[].batch": "realizations_per_job",
    "annealing.ladder_K": "schedule_K",
    "density_of_states.measured_K": "temperatures_K",
    "density_of_states.block": "realizations_per_block",
    "density_of_states.uniform_T": "uniform_up_to_T",
    "density_of_states.growth": "bin_growth",
    "observables.exponents_K": "exponent_windows_K",
    "observables.crossover_K.matching": "matched_to_fig_3",
    "observables.sound_velocity_K": "sound_velocity_windows_K",
    "figures.dos_K": "fig_1_temperatures_K",
    "checks.pulls.parts": "n_splits",
    "checks.sizes": "finite_size",
    "checks.finite_size.ladder_K": "schedule_K",
    "checks.finite_size.lattices[].batch": "realizations_per_job",
    "checks.equilibrium.measured_K": "temperatures_K",
    "checks.equilibrium.sets[].batch": "realizations_per_job",
    "checks.equilibrium.sets[].top_K": "highest_K",
    "checks.equilibrium.sets[].extensions": "max_extensions",
    "checks.weak_coupling.batch": "realizations_per_job",
    "checks.weak_coupling.windows_J0": "fits.power_law_windows_J0",
    "atlas.ladder_K": "schedule_K",
    "atlas.measured_K": "temperatures_K",
    "atlas.grid": "training",
    "atlas.test": "validation",
    "atlas.large": "finite_size",
    **{f"atlas.{key}.batch": "realizations_per_job" for key in ("training", "validation[]", "finite_size[]")},
    "atlas.shown_T_over_h0": "plotted_T_over_h0",
    "atlas.shown_J0_over_h0": "plotted_J0_over_h0",
    "two_tls.elastic_ratio": "J0_over_h0_elastic",
    "two_tls.interaction_ratio": "appendix_c_materials",
}


def with_new_names(content: Any, path: tuple[str | int, ...] = ()) -> Any:
    """Return the content of a configuration with every old key under its new name; keys that moved are left out."""
    if isinstance(content, list):
        return [with_new_names(entry, (*path, index)) for index, entry in enumerate(content)]
    if not isinstance(content, dict):
        return content
    result: dict[str, Any] = {}
    for key, value in content.items():
        new_name = _new_name((*path, key))
        if new_name and "." in new_name:
            continue
        name = new_name or key
        value = with_new_names(value, (*path, name))
        both = isinstance(value, dict) and isinstance(result.get(name), dict)
        result[name] = result[name] | value if both else value
    return result


def renamed_key_lines(content: Any, where: Callable[[Any], object]) -> list[str]:
    """Return one line for each old key; ``where(path)`` names the file that contains a key."""
    return [
        f"{where(path)}: {validation.key_name(path)}: renamed; write {_new_name(path)}"
        for path in _paths(content)
        if _new_name(path)
    ]


def _new_name(path: tuple[str | int, ...]) -> str | None:
    return RENAMED_KEYS.get(re.sub(r"\[\d+\]", "[]", validation.key_name(path)))


def _paths(content: Any, path: tuple[str | int, ...] = ()) -> Iterator[tuple[str | int, ...]]:
    """Yield the path of every key below ``path``."""
    entries = content.items() if isinstance(content, dict) else enumerate(content) if isinstance(content, list) else ()
    for key, value in entries:
        yield (*path, key)
        yield from _paths(value, (*path, key))
