"""The parameters of the Hamiltonian, and the integer units of its couplings and fields. Plain Python, for the checks."""

import math
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

from tlsglass.model.interaction import (
    FIELD_RANGES,
    GAUSSIAN,
    INDEPENDENT,
    INTERACTIONS,
    LATTICE,
    POSITIONS,
    IndependentFactors,
    inverse_kernel,
    kernel_sum,
)

if TYPE_CHECKING:
    from tlsglass.base.types import FloatArray

H0_K = 10.0  # the paper's typical random field


@dataclass(frozen=True)
class ModelParameters:
    """The parameters of the Hamiltonian, energies in kelvin, lengths in lattice constants.

    Raises
    ------
    ValueError
        For an unknown interaction, random fields that it does not have, and random positions without a cutoff.
    """

    L: int
    h0_K: float
    J0_K: float
    cutoff: float
    concentration: float
    interaction: str = GAUSSIAN  # the distribution of c_ij, one of INTERACTIONS
    fields: str = INDEPENDENT  # c_i are normal, or follow from the same moments as c_ij
    positions: str = LATTICE  # or uniformly random in the periodic box
    vt_over_vl: float = 0.0  # of strain tensors: ratio of sound velocities; 0 is the transverse part alone
    electric_over_elastic: float = 1.5  # ratio r of Appendix C, of dipoles that also have strain tensors

    def __post_init__(self) -> None:
        for key, allowed in self.allowed_values(self.interaction).items():
            if getattr(self, key) not in allowed:
                raise ValueError(f"{key} = {getattr(self, key)!r}: must be one of {', '.join(allowed)}")
        if self.positions != LATTICE and not self.cutoff > 0:
            raise ValueError(f"cutoff = {self.cutoff!r}: must be > 0 for random positions, which may coincide")

    @staticmethod
    def allowed_values(interaction: str) -> dict[str, tuple[str, ...]]:
        """Return what ``interaction``, ``fields`` and ``positions`` may be."""
        fields = INTERACTIONS[interaction].fields if interaction in INTERACTIONS else ()
        return {"interaction": tuple(INTERACTIONS), "fields": fields, "positions": POSITIONS}

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
        """The largest value of the kernel: at R = 1 on the lattice, and otherwise at R = 0."""
        return 1.0 / inverse_kernel(1.0 if self.positions == LATTICE else 0.0, self.cutoff)

    @property
    def independent_factors(self) -> IndependentFactors | None:
        """The distribution of c_ij; None if they follow from moments."""
        return INTERACTIONS[self.interaction].independent_factors

    @property
    def _largest_c(self) -> float:
        """The largest abs(c_ij) that fits."""
        return INTERACTIONS[self.interaction].largest_c

    @cached_property
    def coupling_unit_K(self) -> float:
        """The int16 unit of a coupling: J0/8192 for normal c_ij and C = 1.

        Rounding changes a coupling by at most half a unit. With C = 1, the standard deviation of a nearest-neighbor
        coupling is 4096 units; that of the weakest coupling (to the corner of the cell) is 24 at L = 8 and 7.3 at L = 12.
        Interactions with wider tails have larger units. The errors of rounding then are those of further random couplings,
        whose sum over all neighbors is at most 0.01 J0.
        """
        return self._largest_c * self.J0_K * self._nearest / 32767

    @cached_property
    def energy_range_K(self) -> float:
        """Upper bound of excitation energies 2·abs(h_i + Σ_j J_ij s_j); a realization that may exceed it is rejected.

        Twice the sum of 8 standard deviations of the random field (16 of a product), a nearest neighbor with the largest
        c_ij, and aligned couplings to all sites of one standard deviation (three for interactions with wide tails).
        """
        couplings = self._largest_c * self._nearest + max(1.0, self._largest_c / 8) * kernel_sum(self.L, self.cutoff)
        return 2 * (FIELD_RANGES[self.fields] * self.h0_K + self.J0_K * couplings)

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
