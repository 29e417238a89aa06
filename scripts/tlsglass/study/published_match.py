"""Whether the published densities serve a configuration."""

import json
from pathlib import Path

from tlsglass.base import validation
from tlsglass.study import equilibrium_plan
from tlsglass.study.config_checks import EQUILIBRIUM, MEASURED, SIZES, WEAK, at
from tlsglass.study.configured_study import Study

# what the published densities depend on; the rest of the configuration is analysis and may change
SAME = [["seed"], ["annealing"], *(["model", key] for key in ("h0_K", "cutoff", "concentration"))]
SAME += [["density_of_states", key] for key in ("block", "bins_per_T", "uniform_T", "growth")]
AMONG = [["model", "J0_K"], MEASURED]  # of these, some are enough


def check(config, manifest, where):
    """Raise InputError, a line for each key, when the published densities were not made with ``config``."""
    try:
        published = json.loads(Path(manifest).read_text(encoding="utf-8"))["config"]
    except (OSError, KeyError, ValueError) as error:
        raise validation.InputError(f"{manifest}: not the manifest of published results: {error}") from None
    lines = [
        validation.error_line(where, path, value, f"must be what the published densities were made with, {made}; or simulate")
        for path, value, made in _not_published(config, published)
    ]
    validation.raise_all(lines)


def _not_published(config, published):
    """Yield (path, value, what was published) of each key that the published densities do not serve."""
    for path in SAME:
        if at(config, path) != at(published, path):
            yield path, at(config, path), repr(at(published, path))
    for path in AMONG:
        for index, value in enumerate(at(config, path)):
            if value not in at(published, path):
                yield [*path, index], value, f"one of {at(published, path)}"
    made = {lattice["L"]: lattice["realizations"] for lattice in published["lattices"]}
    for index, lattice in enumerate(config["lattices"]):
        if made.get(lattice["L"]) != lattice["realizations"]:
            told = ", ".join(f"{n} realizations of L = {L}" for L, n in made.items())
            yield ["lattices", index], lattice, told
    study = Study(config)
    if study.variants and config["figures"]["dos_K"] != published["figures"]["dos_K"]:
        yield ["figures", "dos_K"], config["figures"]["dos_K"], f"{published['figures']['dos_K']}, where variants are compared"
    for name in study.variants:
        value, made = config["checks"]["variants"][name], (published["checks"]["variants"] or {}).get(name)
        if value != made:
            yield ["checks", "variants", name], value, repr(made)
    yield from _other_sizes(study, published["checks"])


def _other_sizes(study, published):
    """Yield as ``_not_published`` what is asked for beside the sets: of the sizes some are enough, windows may be others."""
    if given := study.size_check:
        made = published.get("sizes") or {}
        for key in ("ladder_K", "jackknife_groups"):
            if given[key] != made.get(key):
                yield [*SIZES, key], given[key], repr(made.get(key))
        lattices = made.get("lattices", [])
        for index, lattice in enumerate(given["lattices"]):
            if _numbers(lattice) not in map(_numbers, lattices):
                yield [*SIZES, "lattices", index], lattice, f"one of {lattices}"
    if study.equilibrium:
        yield EQUILIBRIUM, list(equilibrium_plan.sets(study)), "null (their tables are published, not their counts)"
    if given := study.weak_coupling:
        made = published.get("weak_coupling")
        if not made or _numbers(given) != _numbers(made):
            yield WEAK, given, repr(made)


def _numbers(lattice):
    """Return what counts depend on: how they were cut into batches is not among it."""
    return {name: value for name, value in lattice.items() if name not in ("batch", "windows_J0")}
