"""One disorder realization of the Hamiltonian: occupied sites, random fields and couplings, all from one seed.

Couplings are int16 and fields int32, such that a spin flip is the addition of a row of integers: incrementally updated
local fields stay exactly equal to fields recomputed from the spins.
"""

from typing import NamedTuple

import numpy as np

from tlsglass.base.jit import njit
from tlsglass.base.types import AnyArray, Float32Array, FloatArray, Int16Array, Int32Array, IntArray, Integer
from tlsglass.model import lattice, moments
from tlsglass.model.interaction import LATTICE, SAME_DIPOLE, inverse_kernel
from tlsglass.model.parameters import ModelParameters

CACHE_LINE = 64  # bytes
ROW = 64  # rows are padded to a multiple of this, such that vectorized loops over a row have no remainder
BLOCK = 32  # spins that are skipped together if none of them flips


class Draws(NamedTuple):
    """The random numbers of one realization: the same for every J0, h0 and C."""

    positions: AnyArray  # (n, 3) in lattice constants: integers on the lattice, in the order of the sites
    c_i: FloatArray  # (n,) h_i = h0 c_i
    field_variances: FloatArray  # (n,) variance of c_i, which is normal for given moments; 1 for independent fields
    c_ij: Float32Array  # (n (n-1)/2,) pair (i, j < i) at i (i-1)/2 + j: J_ij = c_ij J0 / (R³ + C)
    spins: Int16Array  # (n,) +1 or -1: the state at infinite temperature
    chain_key: np.uint64  # key of the counter-based random numbers of the Markov chain


class System(NamedTuple):
    """The integer Hamiltonian of one realization and its state.

    W is n rounded up to a multiple of ``ROW``; elements beyond n are padding. Arrays start at cache lines. The units are
    ``coupling_unit_K`` and ``field_unit_K`` of the ModelParameters.
    """

    n: int  # number of spins
    couplings: Int16Array  # (n, W) symmetric, in coupling units; padding 0
    random_fields: Int32Array  # (W,) in field units; padding 0
    field_bound: Int32Array  # (W,) Σ_j abs(J_ij), the largest difference between field i and h_i in any state
    spins: Int16Array  # (W,) +1 or -1; padding +1
    fields: Int32Array  # (W,) h_i + Σ_j J_ij s_j in field units; padding 0
    field_steps: int
    field_unit_K: float
    chain_key: np.uint64

    @property
    def arrays(self) -> tuple[Int16Array, Int32Array, Int32Array, Int16Array, Int32Array, np.int32]:
        """Arguments of the kernels: couplings, random fields, field bounds, spins, fields, field steps."""
        return self.couplings, self.random_fields, self.field_bound, self.spins, self.fields, np.int32(self.field_steps)


def draw(model: ModelParameters, seed: int, realization: int) -> Draws:
    """Draw realization number ``realization`` of a model.

    All random numbers come from streams of ``SeedSequence(seed, spawn_key=(L, realization))``: a realization depends on
    nothing else. Occupied sites and independent c_i are the same for all interactions; what an interaction draws in addition
    has streams of its own.
    """
    n = model.n_spins
    sequence = np.random.SeedSequence(seed, spawn_key=(model.L, realization))
    disorder, chain, of_moments, of_fields, of_positions = sequence.spawn(5)
    rng = _generator(disorder)
    positions: AnyArray = lattice.coordinates(np.sort(rng.choice(model.L**3, size=n, replace=False)), model.L)
    c_i, field_variances = rng.standard_normal(n), np.ones(n)
    if model.positions != LATTICE:
        positions = model.L * _generator(of_positions).random((n, 3))
    if factors := model.independent_factors:
        c_ij = factors.draw(rng, n * (n - 1) // 2, np.float32)
    else:
        family = moments.of_model(model)
        m_i = family.draw(_generator(of_moments), n)
        c_ij = moments.pair_factors(model, m_i, positions)
        if model.fields == SAME_DIPOLE:
            c_i, field_variances = family.fields(m_i, _generator(of_fields)), family.field_widths(m_i) ** 2
    spins = (2 * rng.integers(0, 2, size=n) - 1).astype(np.int16)
    return Draws(positions, c_i, field_variances, c_ij, spins, chain.generate_state(1, np.uint64)[0])


def _generator(sequence: np.random.SeedSequence) -> np.random.Generator:
    return np.random.Generator(np.random.SFC64(sequence))


def float_hamiltonian(model: ModelParameters, draws: Draws) -> tuple[FloatArray, FloatArray]:
    """Return h (n,) and J (n, n) of Eq. (2), H = Σ h_i s_i + ½ Σ J_ij s_i s_j, in kelvin and without rounding."""
    n = len(draws.positions)
    row, column = np.tril_indices(n, -1)
    distance = lattice.minimal_image_distance(draws.positions[row] - draws.positions[column], model.L)
    J = np.zeros((n, n))
    J[row, column] = draws.c_ij * model.J0_K / inverse_kernel(distance, model.cutoff)
    return model.h0_K * draws.c_i, J + J.T


def build(model: ModelParameters, draws: Draws) -> System:
    """Return the integer Hamiltonian of a realization, with the local fields of its initial spins.

    Raises OverflowError if a coupling exceeds 16 bits, or an excitation energy may exceed ``model.energy_range_K``. It is
    raised before anything is simulated: a wrapped integer never enters a chain.
    """
    n = len(draws.positions)
    width = -(-n // ROW) * ROW
    couplings = _zeros((n, width), np.int16)
    scale = model.J0_K / model.coupling_unit_K
    if model.positions == LATTICE:
        largest = _fill_couplings(couplings, draws.positions, draws.c_ij, model.kernel * scale)
    else:
        largest = _fill_couplings_off_lattice(couplings, draws.positions, draws.c_ij, model.L, model.cutoff, scale)
    if largest > 32767:
        raise OverflowError(
            f"a coupling of {largest * model.coupling_unit_K:g} K exceeds 16 bits; simulate other realizations (seed)"
            f" or raise largest_c of the interaction {model.interaction}"
        )
    _mirror(couplings)
    random_fields, fields, field_bound = (_zeros(width, np.int32) for _ in range(3))
    spins = _zeros(width, np.int16)
    spins[:] = 1
    spins[:n] = draws.spins
    h = np.rint(model.h0_K * draws.c_i / model.field_unit_K)
    bound = _sum_magnitudes(couplings) * model.field_steps
    if 2 * np.max(np.abs(h) + bound) * model.field_unit_K >= model.energy_range_K:
        raise OverflowError(
            f"an excitation energy may exceed the range of {model.energy_range_K:g} K; simulate other realizations (seed)"
            f" or raise largest_c of the interaction {model.interaction}"
        )
    random_fields[:n], field_bound[:n] = h, bound
    recompute_fields(couplings, random_fields, spins, fields, model.field_steps)
    units = model.field_steps, model.field_unit_K
    return System(n, couplings, random_fields, field_bound, spins, fields, *units, draws.chain_key)


def _zeros(shape: int | tuple[int, ...], dtype: type[np.generic]) -> AnyArray:
    """Return zeros that start at a cache line, so that a row of couplings spans as few lines as possible."""
    size = int(np.prod(shape)) * np.dtype(dtype).itemsize
    memory = np.zeros(size + CACHE_LINE, dtype=np.uint8)
    start = -memory.ctypes.data % CACHE_LINE
    return memory[start : start + size].view(dtype).reshape(shape)


@njit
def _fill_couplings(couplings: Int16Array, coordinates: IntArray, c_ij: Float32Array, kernel: FloatArray) -> float:
    """Fill the lower triangle with the rounded couplings; return the largest absolute value."""
    n = couplings.shape[0]
    largest = 0.0
    pair = 0
    for i in range(n):
        for j in range(i):
            dx = abs(coordinates[i, 0] - coordinates[j, 0])
            dy = abs(coordinates[i, 1] - coordinates[j, 1])
            dz = abs(coordinates[i, 2] - coordinates[j, 2])
            value = np.floor(c_ij[pair] * kernel[dx, dy, dz] + 0.5)
            largest = max(largest, abs(value))
            couplings[i, j] = np.int16(value)
            pair += 1
    return largest


@njit
def _fill_couplings_off_lattice(
    couplings: Int16Array, positions: FloatArray, c_ij: Float32Array, L: Integer, cutoff: float, scale: float
) -> float:
    """Fill the lower triangle as ``_fill_couplings``, for positions between the sites.

    ``inverse_kernel`` is repeated here, as a function of R²: another order of the operations would change counts by rounding.
    """
    n = couplings.shape[0]
    largest = 0.0
    pair = 0
    for i in range(n):
        for j in range(i):
            squared = 0.0
            for k in range(3):
                d = abs(positions[i, k] - positions[j, k])
                d = min(d, L - d)
                squared += d * d
            value = np.floor(c_ij[pair] * scale / (squared * np.sqrt(squared) + cutoff) + 0.5)
            largest = max(largest, abs(value))
            couplings[i, j] = np.int16(value)
            pair += 1
    return largest


@njit
def _mirror(couplings: Int16Array) -> None:
    """Copy the lower triangle to the upper one, in blocks: writing whole columns would miss the cache at every element."""
    n = couplings.shape[0]
    for row in range(0, n, BLOCK):
        for column in range(0, row + 1, BLOCK):
            for i in range(row, min(row + BLOCK, n)):
                for j in range(column, min(column + BLOCK, i)):
                    couplings[j, i] = couplings[i, j]


@njit
def _sum_magnitudes(couplings: Int16Array) -> IntArray:
    """Return Σ_j abs(J_ij) for every row, (n,)."""
    sums = np.zeros(couplings.shape[0], dtype=np.int64)
    for i in range(couplings.shape[0]):
        for j in range(couplings.shape[1]):
            sums[i] += abs(np.int64(couplings[i, j]))
    return sums


@njit
def recompute_fields(
    couplings: Int16Array, random_fields: Int32Array, spins: Int16Array, fields: Int32Array, field_steps: Integer
) -> None:
    """Set ``fields`` to h_i + Σ_j J_ij s_j."""
    for i in range(couplings.shape[0]):
        row = couplings[i]
        total = np.int32(0)
        for j in range(row.shape[0]):
            total = np.int32(total + np.int32(np.int32(row[j]) * np.int32(spins[j])))
        fields[i] = random_fields[i] + field_steps * total


@njit
def all_up_fields(couplings: Int16Array, random_fields: Int32Array, field_steps: Integer) -> Int32Array:
    """Return h_i + Σ_j J_ij, the fields if every spin is up."""
    fields = random_fields.copy()
    for i in range(couplings.shape[0]):
        row = couplings[i]
        total = np.int32(0)
        for j in range(row.shape[0]):
            total = np.int32(total + np.int32(row[j]))
        fields[i] += field_steps * total
    return fields
