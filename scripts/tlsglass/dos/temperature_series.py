"""The densities of states of one (L, J0) at all temperatures."""

import math
from collections.abc import Iterable
from itertools import pairwise

import numpy as np

from tlsglass.base.labels import split_boundaries
from tlsglass.base.types import FloatArray
from tlsglass.dos.density_of_states import DensityOfStates


class TemperatureSeries:
    """The densities of states of one (L, J0) at the temperatures of the annealing schedule and, optionally, after the quench.

    All are of the same realizations. Raises ValueError for no density, and if they are not of one set.
    """

    def __init__(self, rungs: Iterable[DensityOfStates], quench: DensityOfStates | None = None) -> None:
        self.rungs = tuple(sorted(rungs, key=lambda density: density.T_K))  # coldest first
        self.quench = quench
        if not self.rungs:
            raise ValueError("there is no density of states at any temperature")
        densities = self.rungs if quench is None else (quench, *self.rungs)
        for name in ("L", "J0_K", "block", "n_realizations"):
            values = sorted({getattr(density, name) for density in densities})
            if len(values) > 1:
                raise ValueError(f"the densities are not of one set: {name} is {values[0]} and {values[-1]}")
        if len({density.T_K for density in densities}) < len(densities):
            raise ValueError(f"two densities have the same temperature: {[density.T_K for density in densities]} K")

    @property
    def T_K(self) -> FloatArray:
        """Temperatures (t,) in kelvin in ascending order, without the quench."""
        return np.array([density.T_K for density in self.rungs])

    @property
    def coldest(self) -> DensityOfStates:
        """The density of states at the lowest temperature of the schedule."""
        return self.rungs[0]

    @property
    def L(self) -> int:
        """Size of the lattice."""
        return self.coldest.L

    @property
    def J0_K(self) -> float:
        """Typical interaction of neighboring TLSs in kelvin."""
        return self.coldest.J0_K

    @property
    def n_realizations(self) -> int:
        """Number of realizations."""
        return self.coldest.n_realizations

    @property
    def n_blocks(self) -> int:
        """Number of blocks of realizations, the units of every jackknife."""
        return self.n_realizations // self.coldest.block

    def at(self, T_K: float) -> DensityOfStates:
        """Return the density of states at ``T_K``. Raise ValueError if there is none."""
        for density in self.rungs:
            if math.isclose(density.T_K, T_K, rel_tol=1e-9):
                return density
        raise ValueError(f"no density at T = {T_K:g} K; there are {', '.join(f'{T:g}' for T in self.T_K)} K")

    def between(self, begin: int, end: int) -> "TemperatureSeries":
        """Return the densities of the realizations ``begin`` to ``end`` - 1."""
        quench = None if self.quench is None else self.quench.between(begin, end)
        return TemperatureSeries([density.between(begin, end) for density in self.rungs], quench)

    def split(self, k: int) -> list["TemperatureSeries"]:
        """Return the densities of ``k`` disjoint ranges of realizations, as equal as blocks allow."""
        boundaries = [self.coldest.block * block for block in split_boundaries(self.n_blocks, k)]
        return [self.between(begin, end) for begin, end in pairwise(boundaries)]
