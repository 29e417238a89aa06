"""Excitation energies of single spins, and stability against the flip of one spin or of a pair."""

from typing import NamedTuple

import numpy as np

from tlsglass.base.jit import njit
from tlsglass.base.types import FloatArray, Int16Array, Int32Array, Integer
from tlsglass.model.disorder import System


class Stability(NamedTuple):
    """Numbers of flips that lower the energy of a state."""

    unstable_spins: int  # spins whose flip lowers the energy
    unstable_pairs: int  # pairs of stable spins whose joint flip lowers the energy


def excitation_energies(system: System) -> FloatArray:
    """Return the energy to flip each spin, E_i = 2·abs(h_i + Σ_j J_ij s_j), in kelvin, (n,).

    ASSUME: the paper does not define the excitation energy; this definition reproduces its Table II, whereas Δ alone
    would change B by a factor of two.
    """
    return 2.0 * np.abs(system.fields[: system.n]) * system.field_unit_K


def energy_per_spin(system: System) -> float:
    """Return H/N in kelvin."""
    return 0.5 * float(doubled_energy(system)) * system.field_unit_K / system.n


def doubled_energy(system: System) -> int:
    """Return 2H in field units, an integer: Σ_i s_i (F_i + h_i)."""
    fields = system.fields[: system.n].astype(np.int64) + system.random_fields[: system.n]
    return int(np.dot(system.spins[: system.n].astype(np.int64), fields))


def stability(system: System) -> Stability:
    """Count the single spins, and the pairs of stable spins, whose flip lowers the energy, exactly in integers."""
    return Stability(*_count_unstable(system.couplings, system.spins, system.fields, system.field_steps))


def relax(system: System) -> int:
    """Relax to a state that is stable against every flip of one spin or of a pair; return the number of flips.

    Each step is the single flip that lowers the energy most or, if no single flip lowers it, such a flip of a pair.
    """
    return int(_relax(system.couplings, system.spins, system.fields, system.field_steps))


@njit
def _pair_cost(
    couplings: Int16Array, spins: Int16Array, fields: Int32Array, field_steps: Integer, i: Integer, j: Integer
) -> Integer:
    """Return half of ΔE = ΔE_i + ΔE_j + 4 J_ij s_i s_j, ΔE_i = -2 s_i F_i, of flipping both i and j."""
    coupling = np.int64(couplings[i, j]) * field_steps
    single = -np.int64(spins[i]) * fields[i] - np.int64(spins[j]) * fields[j]
    return single + 2 * coupling * spins[i] * spins[j]


@njit
def _count_unstable(
    couplings: Int16Array, spins: Int16Array, fields: Int32Array, field_steps: Integer
) -> tuple[Integer, Integer]:
    """Return the numbers of unstable spins and pairs."""
    n = couplings.shape[0]
    unstable_spins = 0
    unstable_pairs = 0
    for i in range(n):
        if spins[i] * fields[i] > 0:
            unstable_spins += 1
            continue
        for j in range(i):
            if spins[j] * fields[j] <= 0 and _pair_cost(couplings, spins, fields, field_steps, i, j) < 0:
                unstable_pairs += 1
    return unstable_spins, unstable_pairs


@njit
def _flip(couplings: Int16Array, spins: Int16Array, fields: Int32Array, field_steps: Integer, i: Integer) -> None:
    """Flip spin i and update all fields."""
    spins[i] = -spins[i]
    for j in range(fields.shape[0]):
        fields[j] += np.int32(2 * field_steps * spins[i] * couplings[i, j])


@njit
def _relax(couplings: Int16Array, spins: Int16Array, fields: Int32Array, field_steps: Integer) -> Integer:
    """Relax the state in place; return the number of flips."""
    n = couplings.shape[0]
    flips = 0
    while True:
        worst = np.argmax(fields[:n] * spins[:n])
        if spins[worst] * fields[worst] > 0:
            _flip(couplings, spins, fields, field_steps, worst)
            flips += 1
            continue
        lowest = 0
        first, second = -1, -1
        for i in range(n):
            for j in range(i):
                cost = _pair_cost(couplings, spins, fields, field_steps, i, j)
                if cost < lowest:
                    lowest, first, second = cost, i, j
        if first < 0:
            return flips
        _flip(couplings, spins, fields, field_steps, first)
        _flip(couplings, spins, fields, field_steps, second)
        flips += 2
