"""The parameters of Eq. (2), and the integer units of its couplings and fields. Plain Python, for the checks."""

import math
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

from tlsglass.model.interaction import inverse_kernel, kernel_sum

if TYPE_CHECKING:
    from tlsglass.base.types import FloatArray

COUPLING_RANGE = 8.0  # largest coupling in int16, in standard deviations of a nearest-neighbor coupling
FIELD_RANGE = 8.0  # largest random field, in standard deviations


@dataclass(frozen=True)
class ModelParameters:
    """The parameters of Eq. (2), energies in kelvin, lengths in lattice constants."""

    L: int
    h0_K: float
    J0_K: float
    cutoff: float
    concentration: float

    @property
    def n_spins(self) -> int:
        """Number of TLSs."""
        return round(self.concentration * self.L**3)

    @cached_property
    def kernel(self) -> "FloatArray":
        """1/(R³ + C) for every displacement, (L, L, L)."""
        from tlsglass.model import lattice

        return lattice.interaction_kernel(self.L, self.cutoff)

    @property
    def _nearest(self) -> float:
        """The largest value of the kernel, at R = 1."""
        return 1.0 / inverse_kernel(1.0, self.cutoff)

    @cached_property
    def coupling_unit_K(self) -> float:
        """The int16 unit of a coupling: J0/8192 for C = 1.

        Rounding changes a coupling by at most half a unit. With C = 1, the standard deviation of a nearest-neighbor
        coupling is 4096 units; that of the weakest coupling (to the corner of the cell) is 24 at L = 8 and 7.3 at L = 12.
        """
        return COUPLING_RANGE * self.J0_K * self._nearest / 32767

    @cached_property
    def energy_range_K(self) -> float:
        """Upper bound of excitation energies 2·abs(h_i + Σ_j J_ij s_j); a realization that may exceed it is rejected.

        Twice the sum of 8 standard deviations of the random field, a nearest neighbor at 8 standard deviations of its
        coupling, and aligned couplings of one standard deviation to all sites.
        """
        couplings = COUPLING_RANGE * self._nearest + kernel_sum(self.L, self.cutoff)
        return 2 * (FIELD_RANGE * self.h0_K + self.J0_K * couplings)

    @cached_property
    def _int32_room(self) -> float:
        """Range of int32 in units of couplings, divided by that of the fields."""
        return 2**31 * self.coupling_unit_K / (self.energy_range_K / 2)

    @property
    def fits_int32(self) -> bool:
        """Whether fields in units no larger than those of couplings fit in 32 bits."""
        return self._int32_room >= 1

    @cached_property
    def field_steps(self) -> int:
        """Field units in a coupling unit: a power of two, at most 256, with which the fields fit in int32."""
        return int(2 ** min(8, math.floor(math.log2(self._int32_room))))

    @property
    def field_unit_K(self) -> float:
        """The int32 unit of a field: 0.95 µK at J0 = 2 K and C = 1."""
        return self.coupling_unit_K / self.field_steps
