"""The chain against exact answers: enumeration of a small system, and identities of the disorder average."""

import itertools

import numpy as np
import pytest

from tlsglass.model import disorder
from tlsglass.montecarlo import metropolis

N = 12
SAMPLES, STRIDE = 100_000, 10  # 10⁶ sweeps


def enumerate_states(system):
    """Return all states (2^n, n), their energies in kelvin, and their fields in field steps (2^n, n)."""
    states = np.array(list(itertools.product((-1, 1), repeat=system.n)), dtype=np.int64)
    couplings = system.couplings[:, : system.n].astype(np.int64)
    random_fields = system.random_fields[: system.n].astype(np.int64)
    fields = random_fields + system.field_steps * (states @ couplings)
    energies = 0.5 * np.sum(states * (fields + random_fields), axis=1) * system.field_unit_K
    return states, energies, fields


@pytest.fixture(scope="module")
def small():
    model = disorder.ModelParameters(L=3, h0_K=2.0, J0_K=5.0, cutoff=1.0, concentration=N / 27)
    return disorder.build(model, disorder.draw(model, 11, 0))


@pytest.mark.parametrize("dynamics", ["metropolis", "heat_bath"])
@pytest.mark.parametrize("T", [1.5, 4.0, 12.0])
def test_thermal_averages_agree_with_exact_enumeration(small, T, dynamics):
    """Mean energy, every <s_i>, and the distribution of excitation energies: within 4σ, σ from 100 bins of the chain."""
    states, energies, fields = enumerate_states(small)
    weight = np.exp(-(energies - energies.min()) / T)
    weight /= weight.sum()
    edges = np.array([0.0, 1.0, 2.0, 4.0, 7.0, 11.0, 1e3])
    excitation = 2 * np.abs(fields) * small.field_unit_K
    shares = np.array([np.mean((excitation >= a) & (excitation < b), axis=1) for a, b in itertools.pairwise(edges)]).T
    exact = np.concatenate([[weight @ energies], weight @ states, weight @ shares])

    chain = metropolis.MarkovChain(small, dynamics)
    chain.sweep(T, 1000)
    measured = np.empty((SAMPLES, len(exact)))
    for k in range(SAMPLES):
        chain.sweep(T, STRIDE)
        s, f = small.spins[:N], small.fields[:N]
        E = 2 * np.abs(f) * small.field_unit_K
        energy = 0.5 * np.dot(s, f.astype(np.int64) + small.random_fields[:N]) * small.field_unit_K
        measured[k] = np.concatenate([[energy], s, np.bincount(np.searchsorted(edges, E, side="right") - 1, minlength=6) / N])
    bins = measured.reshape(100, -1, len(exact)).mean(axis=1)
    sigma = bins.std(axis=0, ddof=1) / 10
    moved = sigma > 0
    assert moved.sum() > N
    np.testing.assert_allclose(bins.mean(axis=0)[~moved], exact[~moved], atol=1e-3)
    assert np.max(np.abs(bins.mean(axis=0)[moved] - exact[moved]) / sigma[moved]) < 4


@pytest.mark.parametrize("T", [6.0, 15.0])
def test_identities_of_the_disorder_average_hold(T):
    """Integration by parts over Gaussian J and h, with q_ij = <s_i s_j>:

    [<E_J>] = -(1/T) Σ_{i<j} σ_ij² (1 - [q_ij²]),  [<E_h>] = -(1/T) Σ_i h0² (1 - [<s_i>²]).

    Squares of averages are products over two independent chains; 300 realizations, 4σ of the paired difference.
    """
    model = disorder.ModelParameters(L=4, h0_K=10.0, J0_K=6.0, cutoff=1.0, concentration=0.5)
    n = model.n_spins
    energies, overlap_terms = [], []
    for realization in range(300):
        draws = disorder.draw(model, 5, realization)
        h, J = disorder.float_hamiltonian(model, draws)
        with np.errstate(invalid="ignore"):
            variance = np.where(J != 0, J / _standard(draws.c_ij, n), 0.0) ** 2
        spins = []
        for key in (draws.chain_key, draws.chain_key + np.uint64(1)):
            system = disorder.build(model, draws._replace(chain_key=key))
            chain = metropolis.MarkovChain(system)
            chain.sweep(3 * T, 50)
            chain.sweep(T, 100)
            sample = np.empty((60, n))
            for k in range(60):
                chain.sweep(T, 5)
                sample[k] = system.spins[:n]
            spins.append(sample)
        energy_J = np.mean([0.5 * np.einsum("ki,ij,kj->k", s, J, s).mean() for s in spins])
        energy_h = np.mean([(s @ h).mean() for s in spins])
        pair = [np.einsum("ki,kj->ij", s, s) / len(s) for s in spins]
        single = [s.mean(axis=0) for s in spins]
        energies.append((energy_J, energy_h))
        overlap_terms.append(
            (-0.5 * np.sum(variance * (1 - pair[0] * pair[1])) / T, -100.0 * np.sum(1 - single[0] * single[1]) / T)
        )
    difference = np.array(energies) - np.array(overlap_terms)
    sigma = difference.std(axis=0, ddof=1) / np.sqrt(len(difference))
    assert np.all(np.abs(difference.mean(axis=0)) < 4 * sigma)
    assert np.all(sigma < 0.05 * np.abs(np.mean(energies, axis=0)))


def _standard(c_ij, n):
    c = np.ones((n, n))
    row, column = np.tril_indices(n, -1)
    c[row, column] = c_ij
    c[column, row] = c_ij
    return c
