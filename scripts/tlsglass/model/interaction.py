"""Distance dependence of the couplings of Eq. (2), J_ij = c_ij J0 / (R³ + C). Plain Python without numpy, for the checks."""

import math
from functools import lru_cache
from typing import TypeVar

Distance = TypeVar("Distance")


def inverse_kernel(R: Distance, cutoff: float) -> Distance:
    """Return R³ + C, by which J0 is divided, for a distance or an array of distances in lattice constants."""
    return R**3 + cutoff  # type: ignore[operator, no-any-return]


@lru_cache
def kernel_sum(L: int, cutoff: float) -> float:
    """Return the sum of 1/(R³ + C) over all nonzero displacements on the lattice, to their nearest periodic images."""
    squared = [min(d, L - d) ** 2 for d in range(L)]
    multiplicity: dict[int, int] = {}
    for x in squared:
        for y in squared:
            for z in squared:
                multiplicity[x + y + z] = multiplicity.get(x + y + z, 0) + 1
    return math.fsum(number / inverse_kernel(math.sqrt(square), cutoff) for square, number in multiplicity.items() if square)
