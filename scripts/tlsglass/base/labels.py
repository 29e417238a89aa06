"""How numbers, sets, rungs and batches are spelled, in file names and in the origins of files: here and nowhere else."""

import re
from dataclasses import MISSING, dataclass, fields, is_dataclass


def format_number(value):
    """Spell a number: 2 for 2.0, 0.02, 2e-06. Twelve digits; what differs beyond them is the same."""
    return f"{value:.12g}"


def round_to_label(value):
    """Return ``value`` as its label says it."""
    return float(format_number(value))


@dataclass(frozen=True, order=True)
class ParameterSet:
    """The realizations of one lattice size with one coupling: L12_J3."""

    L: int
    J0_K: float

    def __str__(self):
        return f"L{self.L}_J{format_number(self.J0_K)}"

    @classmethod
    def parse(cls, name):
        """Return the set of that name. Raises ValueError."""
        found = re.fullmatch(r"L(\d+)_J([-+.e\d]+)", name)
        if not found:
            raise ValueError(f"{name!r} is not the name of a set, like L12_J3")
        return cls(int(found[1]), float(found[2]))


@dataclass(frozen=True, order=True)
class Rung:
    """A temperature at which excitation energies are counted: T0.5. The quench is one of them: T2e-06."""

    T_K: float
    quench: bool = False

    def __str__(self):
        return f"T{format_number(self.T_K)}"

    @classmethod
    def parse(cls, name, quench_K=None):
        """Return the rung of that name, the quench if its temperature is ``quench_K``. Raises ValueError."""
        found = re.fullmatch(r"T([-+.e\d]+)", name)
        if not found:
            raise ValueError(f"{name!r} is not the name of a rung, like T0.5")
        return cls(float(found[1]), quench_K is not None and found[1] == format_number(quench_K))


@dataclass(frozen=True, order=True)
class Batch:
    """Realizations that one job anneals, numbered ``first`` to ``last``: 00000-00099."""

    first: int
    last: int

    def __str__(self):
        return f"{self.first:05d}-{self.last:05d}"

    @property
    def n(self):
        return self.last - self.first + 1

    @classmethod
    def parse(cls, name):
        """Return the batch of that name. Raises ValueError."""
        found = re.fullmatch(r"(\d+)-(\d+)", name)
        if not found:
            raise ValueError(f"{name!r} is not the name of a batch, like 00000-00099")
        return cls(int(found[1]), int(found[2]))


def batches(realizations, size):
    """Return the batches of ``size`` realizations, the last of which may be smaller."""
    return [Batch(first, min(first + size, realizations) - 1) for first in range(0, realizations, size)]


def to_jsonable(settings):
    """Return a dataclass as a dict that JSON takes: numbers as labels, fields at their defaults left out.

    What a file depends on is told so: an option that is new, and at its default, changes no file's origin.
    """
    found = {}
    for field in fields(settings):
        value = getattr(settings, field.name)
        default = field.default if field.default_factory is MISSING else field.default_factory()
        if default is MISSING or value != default:
            found[field.name] = _spelled(field.type, value)
    return found


def _spelled(kind, value):
    if is_dataclass(value):
        return to_jsonable(value)
    if isinstance(value, tuple):
        return [format_number(number) for number in value]
    return format_number(value) if kind is float else value


def from_jsonable(kind, told):
    """Return the dataclass ``kind`` that ``facts`` told as ``told``; what it does not have among them is left out."""
    return kind(**{field.name: _read(field.type, told[field.name]) for field in fields(kind) if field.name in told})


def _read(kind, value):
    if is_dataclass(kind):
        return from_jsonable(kind, value)
    if kind is tuple:
        return tuple(map(float, value))
    return float(value) if kind is float else value


def split_boundaries(n_blocks, k):
    """Return the blocks, (k + 1,), between which ``k`` parts of (nearly) equal size lie."""
    return [round(n_blocks * i / k) for i in range(k + 1)]
