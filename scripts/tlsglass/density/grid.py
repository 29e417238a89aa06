"""The energy bins of a density of states."""

import math
from dataclasses import dataclass


@dataclass(frozen=True)
class Grid:
    """Energy bins for one temperature: ``bins_per_T`` uniform bins per T up to ``uniform_T`` T, then growing ones."""

    bins_per_T: int
    uniform_T: int
    growth: float

    def edges(self, T_K, E_max_K):
        """Return the bin edges in kelvin, from 0 to at least ``E_max_K``, (m + 1,)."""
        import numpy as np

        uniform = np.arange(self.bins_per_T * self.uniform_T + 1) / self.bins_per_T
        steps = max(0, int(np.ceil(np.log(E_max_K / T_K / self.uniform_T) / np.log(self.growth))))
        return T_K * np.concatenate([uniform, self.uniform_T * self.growth ** np.arange(1, steps + 1)])

    def number(self, E_K, T_K):
        """Return how many bins lie below the energy ``E_K``, a part of one among them (not rounded): no numpy is needed."""
        scaled = E_K / T_K
        if scaled <= self.uniform_T:
            return scaled * self.bins_per_T
        return self.bins_per_T * self.uniform_T + math.log(scaled / self.uniform_T) / math.log(self.growth)
