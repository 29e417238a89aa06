"""The registry of observables, collected from the modules of their families."""

from tlsglass.models import acoustic, dephasing, qubit, resonator, thermal
from tlsglass.models.observable import Observable

FAMILIES = (thermal, acoustic, resonator, dephasing, qubit)
OBSERVABLES: dict[str, Observable] = {}  # in the order of registration


def register(entry: Observable) -> None:
    """Add an observable.

    Raises
    ------
    ValueError
        The name is taken, or fields of the observable contradict each other.
    """
    problems = {
        "is registered already": entry.name in OBSERVABLES,
        "has no parameter mu with a start grid": "mu" not in entry.parameters or not entry.parameters["mu"].start_grid,
        "has no amplitude": not entry.amplitudes,
        "has a recipe with other parameters": not _has_suitable_parameters(entry),
        "needs a probe in its recipe if it has one, and only then": not _has_suitable_probe(entry),
        "has no amplitude of the name in noise_amplitude": entry.noise_amplitude not in (None, *entry.amplitudes),
        "shares its random stream": entry.stream in {registered.stream for registered in OBSERVABLES.values()},
    }
    for problem, applies in problems.items():
        if applies:
            raise ValueError(f"observable {entry.name} {problem}")
    OBSERVABLES[entry.name] = entry


def _has_suitable_parameters(entry: Observable) -> bool:
    """Return whether the recipe has all parameters of the observable, of which it may omit options, and no others."""
    required = {name for name, parameter in entry.parameters.items() if not parameter.is_option}
    return required <= set(entry.recipe.parameters) <= set(entry.parameters)


def _has_suitable_probe(entry: Observable) -> bool:
    """Return whether the recipe has a probe, or times, if and only if the observable has one that is not optional."""
    in_recipe = entry.recipe.probe is not None or bool(entry.recipe.times_s)
    return in_recipe == (entry.probe is not None) or (entry.probe_is_optional and not in_recipe)


def get_observable(name: str) -> Observable:
    """Return the observable ``name``. Raises KeyError if there is none."""
    return OBSERVABLES[name]


def observable_names() -> tuple[str, ...]:
    """Return the names of all observables."""
    return tuple(OBSERVABLES)


def probe_keys() -> tuple[str, ...]:
    """Return the keys of a dataset that contain the probe of any observable."""
    return tuple(dict.fromkeys(entry.probe for entry in OBSERVABLES.values() if entry.probe))


def table_parameters() -> tuple[str, ...]:
    """Return the names of the parameters that have a column in the table of fits, µ first."""
    parameters = (item for entry in OBSERVABLES.values() for item in entry.parameters.items())
    return tuple(dict.fromkeys(name for name, parameter in parameters if parameter.in_table))


for _family in FAMILIES:
    for _observable in _family.OBSERVABLES:
        register(_observable)
