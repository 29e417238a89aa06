"""Energy bins: the grid of one temperature, histograms of energies, and merging of bins.

The workflow imports this module in an environment without numpy, which is therefore imported inside functions. Annotations of
fields are evaluated: ``labels.to_jsonable`` depends on them.
"""

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import numpy.typing as npt

    from tlsglass.base.types import AnyArray, FloatArray, IntArray


@dataclass(frozen=True)
class Grid:
    """Energy bins for one temperature T: uniform bins up to a multiple of T, and then growing ones.

    Parameters
    ----------
    bins_per_T
        Number of uniform bins per T, at least 1.
    uniform_T
        Where the uniform bins end, in units of T, at least 1.
    growth
        Ratio of neighboring edges above, greater than 1.

    Raises
    ------
    ValueError
        If a parameter is out of range.
    """

    bins_per_T: int
    uniform_T: int
    growth: float

    def __post_init__(self) -> None:
        if self.bins_per_T < 1 or self.uniform_T < 1 or not self.growth > 1:
            raise ValueError(f"{self}: bins_per_T and uniform_T must be >= 1 and growth > 1")

    def edges(self, T_K: float, E_max_K: float) -> "FloatArray":
        """Return the bin edges in kelvin, from 0 to at least ``E_max_K``. Raise ValueError unless T and E are positive."""
        import numpy as np

        if not (0 < T_K < np.inf and 0 < E_max_K < np.inf):
            raise ValueError(f"energy bins need T > 0 and a highest energy > 0, not {T_K:g} K and {E_max_K:g} K")
        uniform = np.arange(self.bins_per_T * self.uniform_T + 1) / self.bins_per_T
        steps = max(0, int(np.ceil(np.log(E_max_K / T_K / self.uniform_T) / np.log(self.growth))))
        return T_K * np.concatenate([uniform, self.uniform_T * self.growth ** np.arange(1, steps + 1)])

    def bins_below(self, E_K: float, T_K: float) -> float:
        """Return the number of bins below the energy ``E_K``, including a fraction of the bin that contains it."""
        scaled = E_K / T_K
        if scaled <= self.uniform_T:
            return scaled * self.bins_per_T
        return self.bins_per_T * self.uniform_T + math.log(scaled / self.uniform_T) / math.log(self.growth)


def histogram(energies_K: "npt.ArrayLike", edges_K: "FloatArray") -> "IntArray":
    """Count ``energies_K`` per bin (m,); a bin includes its lower edge. Raise ValueError for energies outside of the grid."""
    import numpy as np

    energies_K = np.asarray(energies_K)
    index = np.searchsorted(edges_K, energies_K, side="right") - 1
    outside = (index < 0) | (index >= len(edges_K) - 1)
    if outside.any():
        raise ValueError(
            f"an excitation energy of {energies_K[outside][0]:g} K lies beyond the grid ({edges_K[0]:g} to {edges_K[-1]:g} K)"
        )
    return np.bincount(index, minlength=len(edges_K) - 1)


def rebin(counts: "AnyArray", min_counts: float) -> "IntArray":
    """Return the indices (k + 1,) of the edges of bins that are merged until each contains ``min_counts``.

    The remainder at the upper end is added to the last full bin. Raises ValueError if all bins together contain fewer, and
    unless ``min_counts`` is positive.
    """
    import numpy as np

    if not min_counts > 0:
        raise ValueError(f"bins cannot be merged until each contains {min_counts:g}: it must be > 0")
    edges = [0]
    filled = 0.0
    for index, count in enumerate(counts.tolist()):
        filled += count
        if filled >= min_counts:
            edges.append(index + 1)
            filled = 0.0
    if len(edges) == 1:
        raise ValueError(f"{np.sum(counts):g} counts are too few for one bin of {min_counts}")
    edges[-1] = len(counts)
    return np.array(edges)
