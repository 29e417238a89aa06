"""The parameters of Eq. (2), and the integer steps in which its couplings and fields are kept. Plain Python, for the checks."""

import math
from dataclasses import dataclass
from functools import cached_property, lru_cache

COUPLING_RANGE = 8.0  # int16 holds this many standard deviations of a nearest-neighbour coupling
FIELD_RANGE = 8.0  # fields are given room for this many standard deviations of the random field


@dataclass(frozen=True)
class ModelParameters:
    """The parameters of Eq. (2), energies in kelvin, lengths in lattice constants."""

    L: int
    h0_K: float
    J0_K: float
    cutoff: float
    concentration: float

    @property
    def n_spins(self):
        return round(self.concentration * self.L**3)

    @cached_property
    def kernel(self):
        """1/(R³ + C) for every displacement, shape (L, L, L)."""
        from tlsglass.model import lattice

        return lattice.interaction_kernel(self.L, self.cutoff)

    @property
    def _nearest(self):
        """The largest value of the kernel, at R = 1."""
        return 1.0 / (1.0 + self.cutoff)

    @cached_property
    def coupling_unit_K(self):
        """Size of one int16 step of a coupling: J0/8192 for C = 1.

        Rounding moves a coupling by at most half a step. With C = 1 a nearest neighbour's coupling has a standard
        deviation of 4096 steps, the weakest one (in the corner of the cell) of 24 at L = 8 and of 7.3 at L = 12.
        """
        return COUPLING_RANGE * self.J0_K * self._nearest / 32767

    @cached_property
    def energy_range_K(self):
        """Room for excitation energies 2·abs(h_i + Σ_j J_ij s_j); a realization that could leave it is refused.

        Twice 8 standard deviations of the random field, a neighbour at 8 standard deviations of its coupling, and all
        sites occupied with couplings of one standard deviation, aligned.
        """
        couplings = COUPLING_RANGE * self._nearest + kernel_sum(self.L, self.cutoff)
        return 2 * (FIELD_RANGE * self.h0_K + self.J0_K * couplings)

    @cached_property
    def _int32_room(self):
        return 2**31 * self.coupling_unit_K / (self.energy_range_K / 2)

    @property
    def fits_int32(self):
        """Whether 32 bits hold the fields in steps no larger than those of the couplings."""
        return self._int32_room >= 1

    @cached_property
    def field_steps(self):
        """Number of field steps in a coupling step: a power of two, at most 256, that fits the fields into int32."""
        return 2 ** min(8, math.floor(math.log2(self._int32_room)))

    @property
    def field_unit_K(self):
        """Size of one int32 step of a field: 0.95 µK at J0 = 2 K and C = 1."""
        return self.coupling_unit_K / self.field_steps


@lru_cache
def kernel_sum(L, cutoff):
    """Return Σ 1/(R³ + C) over all displacements of the lattice but zero, to its nearest periodic images."""
    along = [min(d, L - d) ** 2 for d in range(L)]
    squares = {}
    for x in along:
        for y in along:
            for z in along:
                squares[x + y + z] = squares.get(x + y + z, 0) + 1
    return math.fsum(number / (math.sqrt(square) ** 3 + cutoff) for square, number in squares.items() if square)
