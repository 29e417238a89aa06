"""Overlaps of two independent copies of a realization, from their spins in 64 snapshots each, as exact integers.

``equilibration_tests.identities`` compares them with the energies.
"""

import math
from typing import cast

import numpy as np

from tlsglass.base.jit import njit
from tlsglass.base.types import IntArray, Integer, UInt64Array
from tlsglass.model.disorder import Draws
from tlsglass.model.interaction import GAUSSIAN, LATTICE
from tlsglass.model.parameters import ModelParameters

SNAPSHOTS = 64  # one bit of an uint64 for each


class Overlaps:
    """The pairs of one realization, grouped by distance, and the overlaps of two copies summed over them.

    Raises ValueError for factors that are not independent and normal, and for positions that are not on the lattice.
    """

    def __init__(self, model: ModelParameters, draws: Draws) -> None:
        if (model.interaction, model.positions) != (GAUSSIAN, LATTICE):
            raise ValueError(
                f"{model.interaction} on {model.positions} positions: the identities need normal c_ij on a lattice"
            )
        shells = np.unique(model.kernel)
        self.variances_K2 = (model.J0_K * shells) ** 2  # σ_ij² of each shell of distances
        self.shell = np.searchsorted(shells, model.kernel)
        self.coordinates = draws.positions
        pairs = _count_pairs(self.coordinates, self.shell, len(shells))
        self.variance_K2 = math.fsum(self.variances_K2 * pairs)

    def between(self, bits_1: UInt64Array, bits_2: UInt64Array) -> tuple[float, float]:
        """Return Σ_i ⟨s_i⟩ ⟨s_i⟩' and Σ_{i<j} σ_ij² ⟨s_i s_j⟩ ⟨s_i s_j⟩' in K², from the spin bits (n,) of two copies.

        Bit t of element i is set where spin i is up in snapshot t. Products of averages of independent copies are unbiased.
        """
        single, pairs = _overlaps(bits_1, bits_2, self.coordinates, self.shell, len(self.variances_K2))
        return cast(int, single) / SNAPSHOTS**2, math.fsum(self.variances_K2 * pairs) / SNAPSHOTS**2


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
def _overlaps(
    bits_1: UInt64Array, bits_2: UInt64Array, coordinates: IntArray, shell: IntArray, shells: Integer
) -> tuple[Integer, IntArray]:
    """Return the overlap of the spins, and that of the pairs in each shell, both times SNAPSHOTS²."""
    single, pairs = np.int64(0), np.zeros(shells, dtype=np.int64)
    for i in range(len(bits_1)):
        single += _sum_of_signs(~bits_1[i]) * _sum_of_signs(~bits_2[i])
        for j in range(i):
            product = _sum_of_signs(bits_1[i] ^ bits_1[j]) * _sum_of_signs(bits_2[i] ^ bits_2[j])
            pairs[_shell_of_pair(coordinates, shell, i, j)] += product
    return single, pairs


@njit(inline="always")
def _sum_of_signs(bits: Integer) -> Integer:
    """Return the sum of 64 signs, -1 for each bit that is set."""
    w = bits - ((bits >> np.uint64(1)) & np.uint64(0x5555555555555555))
    w = (w & np.uint64(0x3333333333333333)) + ((w >> np.uint64(2)) & np.uint64(0x3333333333333333))
    w = (w + (w >> np.uint64(4))) & np.uint64(0x0F0F0F0F0F0F0F0F)
    return np.int64(64) - np.int64(2) * np.int64((w * np.uint64(0x0101010101010101)) >> np.uint64(56))
