"""Excitation energies and stability against brute force."""

import itertools

import numpy as np
import pytest

from tlsglass.model import excitations
from tlsglass.montecarlo import metropolis


def brute_energy(system, spins):
    s = spins[: system.n].astype(np.int64)
    couplings = system.couplings[:, : system.n].astype(np.int64)
    return 2 * int(s @ system.random_fields[: system.n]) + system.field_steps * int(s @ couplings @ s)


def unstable_by_brute_force(system):
    """Count spins, and pairs of stable spins, whose flip lowers the total energy recomputed from nothing."""
    before = brute_energy(system, system.spins)

    def lowers(*flipped):
        spins = system.spins.copy()
        spins[list(flipped)] *= -1
        return brute_energy(system, spins) < before

    singles = [i for i in range(system.n) if lowers(i)]
    stable = [i for i in range(system.n) if i not in singles]
    return len(singles), sum(lowers(*pair) for pair in itertools.combinations(stable, 2))


@pytest.mark.parametrize("realization", range(6))
def test_stability_is_counted_as_by_brute_force(build, realization):
    system = build(realization)
    metropolis.MarkovChain(system).sweep(6.0, 3)  # hot: some spins and pairs are unstable
    stability = excitations.stability(system)
    assert tuple(stability) == unstable_by_brute_force(system)
    assert sum(stability) > 0


@pytest.mark.parametrize("realization", range(6))
def test_relaxation_ends_stable_and_never_raises_the_energy(build, realization):
    system = build(realization)
    before = excitations.energy_per_spin(system)
    flips = excitations.relax(system)
    assert flips > 0
    assert excitations.energy_per_spin(system) < before
    assert unstable_by_brute_force(system) == (0, 0)
    assert excitations.relax(system) == 0


def test_some_singly_stable_state_needs_a_pair_flip(build):
    """Otherwise the branch that flips pairs would never be tried."""
    needed = 0
    for realization in range(40):
        system = build(realization)
        metropolis.MarkovChain(system).sweep(1e-6, 10)
        spins, pairs = excitations.stability(system)
        assert spins == 0
        needed += pairs > 0
        excitations.relax(system)
        assert excitations.stability(system) == (0, 0)
    assert needed > 0


def test_excitation_energy_is_the_cost_of_a_flip(build):
    system = build()
    excitations.relax(system)
    E = excitations.excitation_energies(system)
    before = brute_energy(system, system.spins)
    for i in (0, 7, 31):
        spins = system.spins.copy()
        spins[i] *= -1
        cost_K = (brute_energy(system, spins) - before) * 0.5 * system.field_unit_K
        assert E[i] == pytest.approx(cost_K, rel=1e-12)
