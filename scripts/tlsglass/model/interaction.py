"""The interactions, J_ij = c_ij J0 / (R³ + C): by name, and as a function of distance. Plain Python without numpy.

J0 is defined by the mean of abs(c_ij): in every interaction it is that of the normal distribution of the paper, sqrt(2/π).
Factors that are independent of each other are defined here; those that follow from moments of the TLSs, in ``moments``.
"""

import math
from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING, NamedTuple, TypeVar

if TYPE_CHECKING:
    import numpy as np

    from tlsglass.base.types import AnyArray

Distance = TypeVar("Distance")

GAUSSIAN = "gaussian"
INDEPENDENT, SAME_DIPOLE = "independent", "same_dipole"  # random fields
LATTICE, RANDOM = "lattice", "random"  # positions
POSITIONS = (LATTICE, RANDOM)

MEAN_ABS_C = math.sqrt(2 / math.pi)
FIELD_RANGES = {INDEPENDENT: 8.0, SAME_DIPOLE: 16.0}  # largest random field in standard deviations; products have wider tails


class IndependentFactors(NamedTuple):
    """Factors c_ij that are drawn from one distribution, independently of each other.

    Attributes
    ----------
    draw
        The function (rng, number of factors, dtype) that draws them. The mean of abs(c_ij) must be ``MEAN_ABS_C``.
    rms
        Their root mean square.
    are_normal
        Whether the distribution is normal. One of the tests of equilibrium applies to normal couplings only.
    """

    draw: "Callable[[np.random.Generator, int, type[np.float32] | type[np.float64]], AnyArray]"
    rms: float
    are_normal: bool = False


@dataclass(frozen=True)
class Interaction:
    """An interaction: its description, its limits and, if its factors c_ij are independent, their distribution.

    Attributes
    ----------
    description
        For tables.
    reference
        Where it is defined.
    largest_c
        The largest abs(c_ij) that fits in the integers of the couplings; a realization with a larger one is refused. Normal
        factors exceed 8 with a probability of 1e-15, products of normal moments 24 with one of 1e-11, and the factor of two
        unit dipoles is at most 2.31.
    fields
        The random fields that it can have, the default first.
    options
        The parameters of the model that it depends on.
    independent_factors
        The distribution of c_ij; None if they follow from moments.
    """

    description: str
    reference: str
    largest_c: float
    fields: tuple[str, ...] = (INDEPENDENT,)
    options: tuple[str, ...] = ()
    independent_factors: IndependentFactors | None = None


INTERACTIONS = {
    GAUSSIAN: Interaction(
        "independent, normally distributed",
        "Sec. II",
        8.0,
        independent_factors=IndependentFactors(lambda rng, n, dtype: rng.standard_normal(n, dtype=dtype), 1.0, are_normal=True),
    ),
    "dipolar": Interaction("dipoles of length 1 and random directions", "Eq. (11)", 2.5, (INDEPENDENT, SAME_DIPOLE)),
    "dipolar_gaussian": Interaction("dipoles with normal components", "App. C", 24.0, (INDEPENDENT, SAME_DIPOLE)),
    "elastic": Interaction("strain tensors with normal components", "App. C", 24.0, options=("vt_over_vl",)),
    "two_tls": Interaction(
        "strain tensors with normal components, also in the random fields", "App. B", 24.0, (SAME_DIPOLE,), ("vt_over_vl",)
    ),
    "electric_elastic": Interaction(
        "dipoles and strain tensors with normal components",
        "App. C",
        24.0,
        (INDEPENDENT, SAME_DIPOLE),
        ("vt_over_vl", "electric_over_elastic"),
    ),
}


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
