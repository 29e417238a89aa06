"""One disorder realization of Eq. (2): occupied sites, random fields and couplings, all from one seed.

Couplings are kept as int16 and fields as int32, so that a spin flip is an integer row addition: the local fields that
the chain carries along never drift from the fields recomputed from the spins.
"""

from typing import NamedTuple

import numpy as np

from tlsglass.base.jit import njit
from tlsglass.model import lattice
from tlsglass.model.parameters import ModelParameters

CACHE_LINE = 64  # bytes
ROW = 64  # rows are padded to a multiple of this, so that vectorised loops over a row have no remainder
BLOCK = 32  # spins that are passed over together when none of them flips


class Draws(NamedTuple):
    """The random numbers of one realization: the same for every J0, h0 and C."""

    sites: np.ndarray  # (n,) occupied site numbers, ascending
    c_i: np.ndarray  # (n,) standard normal: h_i = h0 c_i
    c_ij: np.ndarray  # (n (n-1)/2,) float32, standard normal, pair (i, j < i) at i (i-1)/2 + j: J_ij = c_ij J0 / (R³ + C)
    spins: np.ndarray  # (n,) int16, +1 or -1: the state at infinite temperature
    chain_key: np.uint64  # key of the chain's counter-based random numbers


class System(NamedTuple):
    """The integer Hamiltonian of one realization and its state.

    W is n rounded up to a multiple of ``ROW``; what lies behind n is padding. Arrays start at cache lines.
    """

    n: int  # number of spins
    couplings: np.ndarray  # (n, W) int16, symmetric, unit ``Model.coupling_unit_K``; padding 0
    random_fields: np.ndarray  # (W,) int32, unit ``Model.field_unit_K``; padding 0
    reach: np.ndarray  # (W,) int32, Σ_j abs(J_ij): no state takes field i further than this from h_i
    spins: np.ndarray  # (W,) int16, +1 or -1; padding +1
    fields: np.ndarray  # (W,) int32: h_i + Σ_j J_ij s_j, unit ``Model.field_unit_K``; padding 0
    field_steps: int
    field_unit_K: float
    chain_key: np.uint64

    @property
    def arrays(self):
        """What the kernels take: couplings, random fields, reach, spins, fields, and the steps of a field."""
        return self.couplings, self.random_fields, self.reach, self.spins, self.fields, np.int32(self.field_steps)


def draw(L, n, seed, realization):
    """Draw realization number ``realization`` of ``n`` TLSs on an L³ lattice.

    The stream is ``SeedSequence(seed, spawn_key=(L, realization))``: a realization depends on nothing else.
    """
    disorder, chain = np.random.SeedSequence(seed, spawn_key=(L, realization)).spawn(2)
    rng = np.random.Generator(np.random.SFC64(disorder))
    sites = np.sort(rng.choice(L**3, size=n, replace=False))
    c_i = rng.standard_normal(n)
    c_ij = rng.standard_normal(n * (n - 1) // 2, dtype=np.float32)
    spins = (2 * rng.integers(0, 2, size=n) - 1).astype(np.int16)
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


def build(model: ModelParameters, draws: Draws):
    """Round the realization ``draws`` of ``model`` to its integer Hamiltonian, with the local fields of its spins."""
    n = len(draws.sites)
    width = -(-n // ROW) * ROW
    kernel = model.kernel * (model.J0_K / model.coupling_unit_K)
    couplings = _zeros((n, width), np.int16)
    largest = _fill_couplings(couplings, lattice.coordinates(draws.sites, model.L), draws.c_ij, kernel)
    if largest > 32767:
        raise OverflowError(f"a coupling of {largest * model.coupling_unit_K:g} K does not fit its 16 bits")
    random_fields, fields, reach = (_zeros(width, np.int32) for _ in range(3))
    spins = _zeros(width, np.int16)
    spins[:] = 1
    spins[:n] = draws.spins
    h = np.rint(model.h0_K * draws.c_i / model.field_unit_K)
    bound = _sum_magnitudes(couplings) * model.field_steps
    if 2 * np.max(np.abs(h) + bound) * model.field_unit_K >= model.energy_range_K:
        raise OverflowError(f"an excitation energy may exceed the range of {model.energy_range_K:g} K")
    random_fields[:n], reach[:n] = h, bound
    recompute_fields(couplings, random_fields, spins, fields, model.field_steps)
    return System(n, couplings, random_fields, reach, spins, fields, model.field_steps, model.field_unit_K, draws.chain_key)


def _zeros(shape, dtype):
    """Return zeros that start at a cache line: rows of couplings are then read without straddling lines."""
    size = int(np.prod(shape)) * np.dtype(dtype).itemsize
    memory = np.zeros(size + CACHE_LINE, dtype=np.uint8)
    start = -memory.ctypes.data % CACHE_LINE
    return memory[start : start + size].view(dtype).reshape(shape)


@njit
def _fill_couplings(couplings, place, c_ij, kernel):
    """Write the rounded couplings, both triangles; return the largest absolute value met."""
    n = couplings.shape[0]
    largest = 0.0
    pair = 0
    for i in range(n):
        for j in range(i):
            dx = abs(place[i, 0] - place[j, 0])
            dy = abs(place[i, 1] - place[j, 1])
            dz = abs(place[i, 2] - place[j, 2])
            value = np.floor(c_ij[pair] * kernel[dx, dy, dz] + 0.5)
            largest = max(largest, abs(value))
            couplings[i, j] = np.int16(value)
            pair += 1
    # mirrored in blocks: writing down the columns of a whole matrix would miss the cache at every step
    for row in range(0, n, BLOCK):
        for column in range(0, row + 1, BLOCK):
            for i in range(row, min(row + BLOCK, n)):
                for j in range(column, min(column + BLOCK, i)):
                    couplings[j, i] = couplings[i, j]
    return largest


@njit
def _sum_magnitudes(couplings):
    """Return Σ_j abs(J_ij) for every row, (n,) int64."""
    sums = np.zeros(couplings.shape[0], dtype=np.int64)
    for i in range(couplings.shape[0]):
        for j in range(couplings.shape[1]):
            sums[i] += abs(np.int64(couplings[i, j]))
    return sums


@njit
def recompute_fields(couplings, random_fields, spins, fields, field_steps):
    """Set ``fields`` to h_i + Σ_j J_ij s_j, summed anew."""
    for i in range(couplings.shape[0]):
        row = couplings[i]
        total = np.int32(0)
        for j in range(row.shape[0]):
            total = np.int32(total + np.int32(np.int32(row[j]) * np.int32(spins[j])))
        fields[i] = random_fields[i] + field_steps * total


@njit
def fields_of_all_up(couplings, random_fields, field_steps):
    """Return the fields h_i + Σ_j J_ij that hold where every spin is up."""
    fields = random_fields.copy()
    for i in range(couplings.shape[0]):
        row = couplings[i]
        total = np.int32(0)
        for j in range(row.shape[0]):
            total = np.int32(total + np.int32(row[j]))
        fields[i] += field_steps * total
    return fields
