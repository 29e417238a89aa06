"""Single-spin excitation energies, and stability against the flip of one spin or of a pair."""

from typing import NamedTuple

import numpy as np

from tlsglass.base.jit import njit


class Stability(NamedTuple):
    unstable_spins: int  # spins whose flip lowers the energy
    unstable_pairs: int  # pairs of stable spins whose joint flip lowers it


def excitation_energies(system):
    """Return E_i = 2·abs(h_i + Σ_j J_ij s_j) in kelvin, shape (n,): the energy to flip spin i.

    ASSUME: the paper leaves open what it calls the excitation energy; this reading gives its Table II, Δ alone would
    move B by a factor of two.
    """
    return 2.0 * np.abs(system.fields[: system.n]) * system.field_unit_K


def energy_per_spin(system):
    """Return H/N of Eq. (2) in kelvin."""
    return 0.5 * float(doubled_energy(system)) * system.field_unit_K / system.n


def doubled_energy(system):
    """Return 2H of Eq. (2) in field steps, an integer: Σ_i s_i (F_i + h_i)."""
    doubled = system.fields[: system.n].astype(np.int64) + system.random_fields[: system.n]
    return np.dot(system.spins[: system.n].astype(np.int64), doubled)


def stability(system):
    """Count the single spins and the pairs of stable spins whose flip lowers the energy. Exact: integers are compared."""
    return Stability(*_count_unstable(system.couplings, system.spins, system.fields, system.field_steps))


def relax(system):
    """Descend to a state that is stable against every single and every pair flip; return the number of flips made.

    The steepest single flip is made while there is one, then the steepest pair flip; the energy falls with each.
    """
    return _relax(system.couplings, system.spins, system.fields, system.field_steps)


@njit
def _pair_cost(couplings, spins, fields, field_steps, i, j):
    """Half the energy of flipping i and j together: ΔE = ΔE_i + ΔE_j + 4 J_ij s_i s_j, with ΔE_i = -2 s_i F_i."""
    coupling = np.int64(couplings[i, j]) * field_steps
    single = -np.int64(spins[i]) * fields[i] - np.int64(spins[j]) * fields[j]
    return single + 2 * coupling * spins[i] * spins[j]


@njit
def _count_unstable(couplings, spins, fields, field_steps):
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
def _flip(couplings, spins, fields, field_steps, i):
    spins[i] = -spins[i]
    for j in range(fields.shape[0]):
        fields[j] += np.int32(2 * field_steps * spins[i] * couplings[i, j])


@njit
def _relax(couplings, spins, fields, field_steps):
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
