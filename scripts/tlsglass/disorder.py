"""One disorder realization of Eq. (2): occupied sites, random fields and couplings, all from one seed.

Couplings are kept as int16 and fields as int32, so that a spin flip is an integer row addition: the local fields that
the chain carries along never drift from the fields recomputed from the spins.
"""

import math
from dataclasses import dataclass
from functools import cached_property
from typing import NamedTuple

import numpy as np
from numba import njit

from tlsglass import lattice

BLOCK = 32  # rows are padded to a multiple of this, so that the kernel's loops have no remainder
COUPLING_RANGE = 8.0  # int16 holds this many standard deviations of a nearest-neighbour coupling
FIELD_RANGE = 8.0  # fields are given room for this many standard deviations of the random field


class Draws(NamedTuple):
    """The random numbers of one realization: the same for every J0, h0 and C."""

    sites: np.ndarray  # (n,) occupied site numbers, ascending
    c_i: np.ndarray  # (n,) standard normal: h_i = h0 c_i
    c_ij: np.ndarray  # (n (n-1)/2,) standard normal, pair (i, j < i) at i (i-1)/2 + j: J_ij = c_ij J0 / (R³ + C)
    spins: np.ndarray  # (n,) int32, +1 or -1: the state at infinite temperature
    chain_key: np.uint64  # key of the chain's counter-based random numbers


@dataclass(frozen=True)
class Model:
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
        return lattice.coupling_kernel(self.L, self.cutoff)

    @cached_property
    def coupling_unit_K(self):
        """Size of one int16 step of a coupling: J0/8192 for C = 1.

        Rounding moves a coupling by at most half a step. With C = 1 a nearest neighbour's coupling has a standard
        deviation of 4096 steps, the weakest one (in the corner of the cell) of 24 at L = 8 and of 7.3 at L = 12.
        """
        return COUPLING_RANGE * self.J0_K * self.kernel.max() / 32767

    @cached_property
    def energy_range_K(self):
        """Room for excitation energies 2·abs(h_i + Σ_j J_ij s_j); a realization that could leave it is refused.

        Twice 8 standard deviations of the random field, a neighbour at 8 standard deviations of its coupling, and all
        sites occupied with couplings of one standard deviation, aligned.
        """
        return 2 * (FIELD_RANGE * self.h0_K + self.J0_K * (COUPLING_RANGE * self.kernel.max() + self.kernel.sum()))

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


class System(NamedTuple):
    """The integer Hamiltonian of one realization. W is n rounded up to a multiple of ``BLOCK``; padding is zero."""

    n: int  # number of spins
    couplings: np.ndarray  # (n, W) int16, symmetric, unit ``Model.coupling_unit_K``
    random_fields: np.ndarray  # (W,) int32, unit ``Model.field_unit_K``
    spins: np.ndarray  # (W,) int32, +1 or -1 (padding: +1)
    fields: np.ndarray  # (W,) int32: h_i + Σ_j J_ij s_j, unit ``Model.field_unit_K``
    field_steps: int
    field_unit_K: float
    chain_key: np.uint64


def draw(L, n, seed, realization):
    """Draw realization number ``realization`` of ``n`` TLSs on an L³ lattice.

    The stream is ``SeedSequence(seed, spawn_key=(L, realization))``: a realization depends on nothing else.
    """
    disorder, chain = np.random.SeedSequence(seed, spawn_key=(L, realization)).spawn(2)
    rng = np.random.Generator(np.random.SFC64(disorder))
    sites = np.sort(rng.choice(L**3, size=n, replace=False))
    c_i = rng.standard_normal(n)
    c_ij = rng.standard_normal(n * (n - 1) // 2)
    spins = (2 * rng.integers(0, 2, size=n) - 1).astype(np.int32)
    return Draws(sites, c_i, c_ij, spins, chain.generate_state(1, np.uint64)[0])


def float_hamiltonian(model, draws):
    """Return (h, J) of Eq. (2) in kelvin as float64 arrays (n,) and (n, n): the unrounded Hamiltonian."""
    n = len(draws.sites)
    place = lattice.coordinates(draws.sites, model.L)
    row, column = np.tril_indices(n, -1)
    displacement = (place[row] - place[column]) % model.L
    J = np.zeros((n, n))
    J[row, column] = draws.c_ij * model.J0_K * model.kernel[tuple(displacement.T)]
    return model.h0_K * draws.c_i, J + J.T


def build(model, draws):
    """Round the realization ``draws`` of ``model`` to its integer Hamiltonian, with the local fields of its spins."""
    n = len(draws.sites)
    width = -(-n // BLOCK) * BLOCK
    kernel = model.kernel * (model.J0_K / model.coupling_unit_K)
    couplings = np.zeros((n, width), dtype=np.int16)
    largest = _fill_couplings(couplings, lattice.coordinates(draws.sites, model.L), draws.c_ij, kernel)
    if largest > 32767:
        raise OverflowError(f"a coupling of {largest * model.coupling_unit_K:g} K does not fit its 16 bits")
    return assemble(model, couplings, model.h0_K * draws.c_i, draws.spins, draws.chain_key)


def assemble(model, couplings, h_K, spins, chain_key):
    """Return the System of int16 ``couplings`` (n, W), random fields ``h_K`` (n,) in kelvin and ``spins`` (n,).

    Raises OverflowError when a local field could leave the model's energy range.
    """
    n, width = couplings.shape
    random_fields = np.zeros(width, dtype=np.int64)
    random_fields[:n] = np.rint(h_K / model.field_unit_K)
    padded = np.ones(width, dtype=np.int32)
    padded[:n] = spins
    fields, bound = _local_fields(couplings, random_fields, padded, model.field_steps)
    if 2 * bound * model.field_unit_K >= model.energy_range_K:
        raise OverflowError(f"an excitation energy may exceed the range of {model.energy_range_K:g} K")
    return System(
        n,
        couplings,
        random_fields.astype(np.int32),
        padded,
        fields.astype(np.int32),
        model.field_steps,
        model.field_unit_K,
        np.uint64(chain_key),
    )


@njit(cache=True)
def _fill_couplings(couplings, place, c_ij, kernel):
    """Write the rounded couplings, both triangles; return the largest absolute value met."""
    n = couplings.shape[0]
    L = kernel.shape[0]
    largest = 0.0
    pair = 0
    for i in range(n):
        for j in range(i):
            dx = abs(place[i, 0] - place[j, 0])
            dy = abs(place[i, 1] - place[j, 1])
            dz = abs(place[i, 2] - place[j, 2])
            value = np.floor(c_ij[pair] * kernel[dx % L, dy % L, dz % L] + 0.5)
            largest = max(largest, abs(value))
            couplings[i, j] = np.int16(value)
            couplings[j, i] = couplings[i, j]
            pair += 1
    return largest


@njit(cache=True)
def _local_fields(couplings, random_fields, spins, field_steps):
    """Return h_i + Σ_j J_ij s_j (int64, in field steps) and the largest value that any state could give it."""
    fields = random_fields.copy()
    bound = 0
    for i in range(couplings.shape[0]):
        total = 0
        size = 0
        for j in range(couplings.shape[0]):
            total += np.int64(couplings[i, j]) * spins[j]
            size += abs(np.int64(couplings[i, j]))
        bound = max(bound, abs(random_fields[i]) + size * field_steps)
        fields[i] += total * field_steps
    return fields, bound
