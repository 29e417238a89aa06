"""Text form of numbers, parameter sets, rungs and batches, in file names and in fingerprints: the only place for it."""

import re
from collections.abc import Iterable
from dataclasses import MISSING, dataclass, fields, is_dataclass
from typing import TYPE_CHECKING, Any, Self, TypeVar

if TYPE_CHECKING:
    from _typeshed import DataclassInstance

    Settings = TypeVar("Settings", bound=DataclassInstance)


def format_number(value: float) -> str:
    """Format a number with twelve digits: 2 for 2.0, 0.02, 2e-06."""
    return f"{value:.12g}"


def round_to_label(value: float) -> float:
    """Return the number that ``format_number`` shows."""
    return float(format_number(value))


def format_multiple(factor: float, unit: str) -> str:
    """Return a multiple of a unit, such as 0.05 J0; the unit alone for a factor of 1."""
    return unit if factor == 1 else f"{factor:g} {unit}"


def round_all(values: Iterable[float]) -> tuple[float, ...]:
    """Return ``round_to_label`` of all values."""
    return tuple(map(round_to_label, values))


def _match(pattern: str, name: str, meaning: str) -> re.Match[str]:
    """Return the match of a pattern with the whole ``name``. Raises ValueError."""
    match = re.fullmatch(pattern, name)
    if not match:
        raise ValueError(f"{name!r} is not the name of a {meaning}")
    return match


@dataclass(frozen=True, order=True)
class ParameterSet:
    """The realizations of one lattice size with one J0: L12_J3."""

    L: int
    J0_K: float

    def __str__(self) -> str:
        return f"L{self.L}_J{format_number(self.J0_K)}"

    @classmethod
    def parse(cls, name: str) -> Self:
        """Return the set with this name. Raises ValueError."""
        match = _match(r"L(\d+)_J([-+.e\d]+)", name, "set, like L12_J3")
        return cls(int(match[1]), float(match[2]))


@dataclass(frozen=True, order=True)
class Rung:
    """A temperature at which excitation energies are counted: T0.5. The quench is one of them: T2e-06."""

    T_K: float
    quench: bool = False

    def __str__(self) -> str:
        return f"T{format_number(self.T_K)}"

    @classmethod
    def parse(cls, name: str, quench_K: float | None = None) -> Self:
        """Return the rung with this name; it is the quench if its temperature is ``quench_K``. Raises ValueError."""
        match = _match(r"T([-+.e\d]+)", name, "rung, like T0.5")
        return cls(float(match[1]), quench_K is not None and match[1] == format_number(quench_K))


@dataclass(frozen=True, order=True)
class Batch:
    """Realizations that one job simulates, numbered ``first`` to ``last``: 00000-00099."""

    first: int
    last: int

    def __str__(self) -> str:
        return f"{self.first:05d}-{self.last:05d}"

    @property
    def n(self) -> int:
        """Number of realizations."""
        return self.last - self.first + 1

    @classmethod
    def parse(cls, name: str) -> Self:
        """Return the batch with this name. Raises ValueError."""
        match = _match(r"(\d+)-(\d+)", name, "batch, like 00000-00099")
        return cls(int(match[1]), int(match[2]))


def batches(realizations: int, size: int) -> list[Batch]:
    """Return the batches of ``size`` realizations; the last may be smaller."""
    return [Batch(first, min(first + size, realizations) - 1) for first in range(0, realizations, size)]


def to_jsonable(settings: "DataclassInstance") -> dict[str, Any]:
    """Return a dataclass as a dict for JSON: numbers as labels, without fields that have their default value.

    Fingerprints consist of these dicts. A new option therefore changes no fingerprint as long as it has its default.
    """
    content = {}
    for field in fields(settings):
        value = getattr(settings, field.name)
        default = field.default if field.default_factory is MISSING else field.default_factory()
        if default is MISSING or value != default:
            content[field.name] = _value_to_jsonable(field.type, value)
    return content


def _value_to_jsonable(kind: Any, value: Any) -> Any:
    """Return the value of a field of type ``kind`` for JSON."""
    if is_dataclass(value) and not isinstance(value, type):
        return to_jsonable(value)
    if isinstance(value, tuple):
        return [format_number(number) for number in value]
    return format_number(value) if kind is float else value


def from_jsonable(kind: "type[Settings]", content: dict[str, Any]) -> "Settings":
    """Return the dataclass ``kind`` from the dict of ``to_jsonable``; keys that are no fields are ignored."""
    names = {field.name: field.type for field in fields(kind) if field.name in content}
    return kind(**{name: _value_from_jsonable(field_type, content[name]) for name, field_type in names.items()})


def _value_from_jsonable(kind: Any, value: Any) -> Any:
    """Return the value of a field of type ``kind``."""
    if isinstance(kind, type) and is_dataclass(kind):
        return from_jsonable(kind, value)
    if kind is tuple:
        return tuple(map(float, value))
    return float(value) if kind is float else value


def split_boundaries(n_blocks: int, k: int) -> list[int]:
    """Return the k + 1 boundaries between ``k`` parts of nearly equal size."""
    return [round(n_blocks * i / k) for i in range(k + 1)]
