"""Overlaps of two independent copies of a realization, from their spins in 64 snapshots each.

``equilibration_tests.identities`` compares them with the energies. Integration by parts over normal factors yields an identity
for the random fields of every interaction, because c_i is normal for given moments, and one for couplings that are normal.
"""

import math

import numpy as np

from tlsglass.base.jit import njit
from tlsglass.base.types import FloatArray, IntArray, Integer, UInt64Array
from tlsglass.model.disorder import Draws
from tlsglass.model.interaction import LATTICE
from tlsglass.model.parameters import ModelParameters

SNAPSHOTS = 64  # one bit of an uint64 for each


def missing_coupling_identity(model: ModelParameters) -> str:
    """Return why the identity of the couplings is not available; empty where it is."""
    factors = model.independent_factors
    if factors is None or not factors.are_normal:
        return "c_ij are not independent normal numbers"
    return "" if model.positions == LATTICE else "variances of couplings are those of distances on the lattice"


class Overlaps:
    """The overlaps of two copies of one realization: of spins, and of pairs, which are grouped by distance.

    The variance of the couplings and the overlap of pairs are NaN without an identity of the couplings.
    """

    def __init__(self, model: ModelParameters, draws: Draws) -> None:
        self.field_variances = draws.field_variances
        self.variance_K2 = math.nan  # Σ_{i<j} σ_ij²
        self.has_pairs = not missing_coupling_identity(model)
        if self.has_pairs:
            shells = np.unique(model.kernel)
            self.variances_K2 = (model.J0_K * shells) ** 2  # σ_ij² of each shell of distances
            self.shell = np.searchsorted(shells, model.kernel)
            self.coordinates = draws.positions
            pairs = _count_pairs(self.coordinates, self.shell, len(shells))
            self.variance_K2 = math.fsum(self.variances_K2 * pairs)

    def between(self, bits_1: UInt64Array, bits_2: UInt64Array) -> tuple[float, float]:
        """Return Σ_i v_i ⟨s_i⟩ ⟨s_i⟩' and Σ_{i<j} σ_ij² ⟨s_i s_j⟩ ⟨s_i s_j⟩' in K², from the spin bits (n,) of two copies.

        v_i is the variance of c_i. Bit t of element i is set where spin i is up in snapshot t. Products of averages of
        independent copies are unbiased.
        """
        single = _overlap_of_spins(bits_1, bits_2, self.field_variances) / SNAPSHOTS**2
        if not self.has_pairs:
            return single, math.nan
        pairs = _overlaps_of_pairs(bits_1, bits_2, self.coordinates, self.shell, len(self.variances_K2))
        return single, math.fsum(self.variances_K2 * pairs) / SNAPSHOTS**2


@njit(inline="always")
def _shell_of_pair(coordinates: IntArray, shell: IntArray, i: Integer, j: Integer) -> Integer:
    """Return the shell of distances that a pair belongs to."""
    return shell[
        abs(coordinates[i, 0] - coordinates[j, 0]),
        abs(coordinates[i, 1] - coordinates[j, 1]),
        abs(coordinates[i, 2] - coordinates[j, 2]),
    ]


@njit
def _count_pairs(coordinates: IntArray, shell: IntArray, shells: Integer) -> IntArray:
    """Return the number of pairs in each shell."""
    pairs = np.zeros(shells, dtype=np.int64)
    for i in range(len(coordinates)):
        for j in range(i):
            pairs[_shell_of_pair(coordinates, shell, i, j)] += 1
    return pairs


@njit
def _overlap_of_spins(bits_1: UInt64Array, bits_2: UInt64Array, variances: FloatArray) -> float:
    """Return the overlap of the spins, weighted with ``variances``, times SNAPSHOTS²; exact where they are 1."""
    total = 0.0
    for i in range(len(bits_1)):
        total += variances[i] * (_sum_of_signs(~bits_1[i]) * _sum_of_signs(~bits_2[i]))
    return total


@njit
def _overlaps_of_pairs(
    bits_1: UInt64Array, bits_2: UInt64Array, coordinates: IntArray, shell: IntArray, shells: Integer
) -> IntArray:
    """Return the overlap of the pairs in each shell, times SNAPSHOTS²."""
    pairs = np.zeros(shells, dtype=np.int64)
    for i in range(len(bits_1)):
        for j in range(i):
            product = _sum_of_signs(bits_1[i] ^ bits_1[j]) * _sum_of_signs(bits_2[i] ^ bits_2[j])
            pairs[_shell_of_pair(coordinates, shell, i, j)] += product
    return pairs


@njit(inline="always")
def _sum_of_signs(bits: Integer) -> Integer:
    """Return the sum of 64 signs, -1 for each bit that is set."""
    w = bits - ((bits >> np.uint64(1)) & np.uint64(0x5555555555555555))
    w = (w & np.uint64(0x3333333333333333)) + ((w >> np.uint64(2)) & np.uint64(0x3333333333333333))
    w = (w + (w >> np.uint64(4))) & np.uint64(0x0F0F0F0F0F0F0F0F)
    return np.int64(64) - np.int64(2) * np.int64((w * np.uint64(0x0101010101010101)) >> np.uint64(56))
