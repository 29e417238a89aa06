"""Energy bins: the grid of one temperature, energies counted in it, bins merged until they are filled.

The workflow reads the grid where there is no numpy: it is imported where it is needed.
"""

import math
from dataclasses import dataclass


@dataclass(frozen=True)
class Grid:
    """Energy bins for one temperature: ``bins_per_T`` uniform bins per T up to ``uniform_T`` T, then growing ones.

    Raises ValueError unless ``bins_per_T`` and ``uniform_T`` are at least 1 and ``growth`` is above 1.
    """

    bins_per_T: int
    uniform_T: int
    growth: float

    def __post_init__(self):
        if self.bins_per_T < 1 or self.uniform_T < 1 or not self.growth > 1:
            raise ValueError(f"{self}: bins_per_T and uniform_T must be >= 1 and growth > 1")

    def edges(self, T_K, E_max_K):
        """Return the bin edges in kelvin, from 0 to at least ``E_max_K``. Raises ValueError unless both are positive."""
        import numpy as np

        if not (0 < T_K < np.inf and 0 < E_max_K < np.inf):
            raise ValueError(f"energy bins need T > 0 and a highest energy > 0, not {T_K:g} K and {E_max_K:g} K")
        uniform = np.arange(self.bins_per_T * self.uniform_T + 1) / self.bins_per_T
        steps = max(0, int(np.ceil(np.log(E_max_K / T_K / self.uniform_T) / np.log(self.growth))))
        return T_K * np.concatenate([uniform, self.uniform_T * self.growth ** np.arange(1, steps + 1)])

    def bins_below(self, E_K, T_K):
        """Return how many bins lie below the energy ``E_K``, a part of one among them (not rounded)."""
        scaled = E_K / T_K
        if scaled <= self.uniform_T:
            return scaled * self.bins_per_T
        return self.bins_per_T * self.uniform_T + math.log(scaled / self.uniform_T) / math.log(self.growth)


def histogram(energies_K, edges_K):
    """Count ``energies_K`` per bin, each bin holding its lower edge; return int64 (m,). Raises ValueError beyond the grid."""
    import numpy as np

    energies_K = np.asarray(energies_K)
    index = np.searchsorted(edges_K, energies_K, side="right") - 1
    outside = (index < 0) | (index >= len(edges_K) - 1)
    if outside.any():
        worst = energies_K[outside][0]
        raise ValueError(f"an excitation energy of {worst:g} K lies beyond the grid ({edges_K[0]:g} to {edges_K[-1]:g} K)")
    return np.bincount(index, minlength=len(edges_K) - 1)


def rebin(total, least):
    """Return the indices (k + 1,) of the bin edges that are kept when neighbouring bins merge until each holds ``least``.

    What remains at the upper end joins the last full bin. Raises ValueError when all bins together hold less, and unless
    ``least`` is positive.
    """
    import numpy as np

    if not least > 0:
        raise ValueError(f"bins cannot be merged until each holds {least:g}: it must be > 0")
    kept = [0]
    filled = 0
    for index, count in enumerate(total):
        filled += count
        if filled >= least:
            kept.append(index + 1)
            filled = 0
    if len(kept) == 1:
        raise ValueError(f"{np.sum(total):g} counts are too few for one bin of {least}")
    kept[-1] = len(total)
    return np.array(kept)
