"""Overlaps of two independent copies of a realization, from their spins in 64 snapshots each: exact integers.

They are what the Gaussian identities compare with the energies: ``identities`` in ``certificates``.
"""

import math

import numpy as np

from tlsglass.base.jit import njit
from tlsglass.model import lattice

SNAPSHOTS = 64  # a bit of a word for each


class Overlaps:
    """The pairs of one realization, ordered by their distance; and the overlaps of two copies, summed over them."""

    def __init__(self, model, draws):
        shells = np.unique(model.kernel)
        self.variances_K2 = (model.J0_K * shells) ** 2  # σ_ij² of each shell of distances
        self.shell = np.searchsorted(shells, model.kernel)
        self.place = lattice.coordinates(draws.sites, model.L)
        numbers = _count_pairs(self.place, self.shell, len(shells))
        self.variance_K2 = math.fsum(self.variances_K2 * numbers)

    def of(self, one, other):
        """Return Σ_i ⟨s_i⟩ ⟨s_i⟩' and Σ_{i<j} σ_ij² ⟨s_i s_j⟩ ⟨s_i s_j⟩' in K², from the words (n,) of two copies.

        Bit t of word i is set where spin i is up in snapshot t. Averages of independent copies make products without bias.
        """
        single, pairs = _overlaps(one, other, self.place, self.shell, len(self.variances_K2))
        return single / SNAPSHOTS**2, math.fsum(self.variances_K2 * pairs) / SNAPSHOTS**2


@njit(inline="always")
def _shell(place, shell, i, j):
    return shell[abs(place[i, 0] - place[j, 0]), abs(place[i, 1] - place[j, 1]), abs(place[i, 2] - place[j, 2])]


@njit
def _count_pairs(place, shell, shells):
    numbers = np.zeros(shells, dtype=np.int64)
    for i in range(len(place)):
        for j in range(i):
            numbers[_shell(place, shell, i, j)] += 1
    return numbers


@njit
def _overlaps(one, other, place, shell, shells):
    single, pairs = np.int64(0), np.zeros(shells, dtype=np.int64)
    for i in range(len(one)):
        single += _sum(~one[i]) * _sum(~other[i])
        for j in range(i):
            pairs[_shell(place, shell, i, j)] += _sum(one[i] ^ one[j]) * _sum(other[i] ^ other[j])
    return single, pairs


@njit(inline="always")
def _sum(word):
    """Return the sum of 64 signs, - where a bit of ``word`` is set."""
    w = word - ((word >> np.uint64(1)) & np.uint64(0x5555555555555555))
    w = (w & np.uint64(0x3333333333333333)) + ((w >> np.uint64(2)) & np.uint64(0x3333333333333333))
    w = (w + (w >> np.uint64(4))) & np.uint64(0x0F0F0F0F0F0F0F0F)
    return np.int64(64) - np.int64(2) * np.int64((w * np.uint64(0x0101010101010101)) >> np.uint64(56))
