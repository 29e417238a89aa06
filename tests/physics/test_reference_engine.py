"""The integer engine against the float64 reference: the same physics from independent random numbers."""

import os
import subprocess
import sys

import numpy as np
import pytest
from scipy import stats

from shared import ROOT
from tlsglass.dos.grid import Grid, histogram
from tlsglass.model import disorder, excitations
from tlsglass.montecarlo import float_reference, metropolis

LADDER_K = (300.0, 100.0, 50.0, 20.0, 10.0, 5.0, 2.0, 1.0, 0.5, 0.2, 0.1, 0.05)
SWEEPS = 25
REALIZATIONS = 1000
MEASURED_K = (5.0, 0.5, 0.05)


@pytest.fixture(scope="module")
def results():
    """Anneal 1,000 realizations of L = 8 with both engines: acceptance (r, rungs) and counts of E for each."""
    model = disorder.ModelParameters(L=8, h0_K=10.0, J0_K=3.0, cutoff=1.0, concentration=0.5)
    edges = {T: Grid(5, 8, 1.25).edges(T, model.energy_range_K) for T in MEASURED_K}
    acceptance = np.zeros((2, REALIZATIONS, len(LADDER_K)))
    counts = {T: np.zeros((2, REALIZATIONS, len(e) - 1)) for T, e in edges.items()}
    for r in range(REALIZATIONS):
        draws = disorder.draw(model, 17, r)
        system = disorder.build(model, draws)
        chain = metropolis.MarkovChain(system)
        floating = float_reference.FloatChain(*disorder.float_hamiltonian(model, draws), draws.spins)
        rng = np.random.default_rng([17, r])
        for k, T in enumerate(LADDER_K):
            acceptance[0, r, k] = chain.sweep(T, SWEEPS)
            acceptance[1, r, k] = floating.sweeps(T, SWEEPS, rng)
            if T in MEASURED_K:
                counts[T][0, r] = histogram(excitations.excitation_energies(system), edges[T])
                counts[T][1, r] = histogram(floating.excitation_energies(), edges[T])
    return acceptance / (SWEEPS * model.n_spins), counts


def test_acceptance_of_every_rung_agrees(results):
    """Paired over realizations, 4σ at each of 12 rungs."""
    difference = results[0][0] - results[0][1]
    z = difference.mean(axis=0) / (difference.std(axis=0, ddof=1) / np.sqrt(REALIZATIONS))
    assert np.abs(z).max() < 4


@pytest.mark.parametrize("T", MEASURED_K)
def test_density_of_states_agrees_bin_by_bin(results, T):
    """χ² of the paired differences over filled bins, each with its own variance over realizations: p > 1e-3."""
    first, second = results[1][T]
    filled = (first + second).sum(axis=0) > 200
    difference = (first - second)[:, filled]
    z = difference.mean(axis=0) / (difference.std(axis=0, ddof=1) / np.sqrt(REALIZATIONS))
    # the counts of a realization sum to n: one degree of freedom less
    assert filled.sum() > 15
    assert stats.chi2.sf(np.sum(z**2), filled.sum() - 1) > 1e-3
    assert np.abs(z).max() < 4.5


def test_every_state_after_the_quench_is_stable_by_brute_force():
    """500 realizations at L = 8: no single and no pair flip lowers the energy, computed here from J and h alone."""
    model = disorder.ModelParameters(L=8, h0_K=10.0, J0_K=2.0, cutoff=1.0, concentration=0.5)
    relaxed = 0
    for r in range(500):
        system = disorder.build(model, disorder.draw(model, 23, r))
        chain = metropolis.MarkovChain(system)
        for T in (20.0, 5.0, 1.0, 0.2, 2e-6):
            chain.sweep(T, 20)
        relaxed += excitations.relax(system) > 0
        n = system.n
        s = system.spins[:n].astype(np.int64)
        J = system.couplings[:, :n].astype(np.int64) * system.field_steps
        single = -2 * s * (system.random_fields[:n] + J @ s)
        pair = single[:, None] + single[None, :] + 4 * J * np.outer(s, s)
        np.fill_diagonal(pair, 0)
        assert single.min() >= 0
        assert pair.min() >= 0
    assert relaxed > 50  # the annealed states needed it


def shards_digest(batch, **environment):
    """Return the digest of the counts of 100 realizations made in batches, in a process with its own CPU settings."""
    code = f"""
import hashlib
from tlsglass.dos.grid import Grid
from tlsglass.dos.load import merge
from tlsglass.model.parameters import ModelParameters
from tlsglass.montecarlo import methods
from tlsglass.montecarlo.protocol import Protocol
ladder, grid = (300.0, 50.0, 10.0, 2.0, 0.4, 0.05), Grid(20, 8, 1.04)
protocol = Protocol(ladder, "metropolis", 30, 2e-6, (0.4, 0.05), block=10, seed=5, grid=grid)
model = ModelParameters(8, 10.0, 2.0, 1.0, 0.5)
runs = [methods.simulate(model, protocol, first, {batch}) for first in range(0, 100, {batch})]
digest = hashlib.sha256()
for T in (0.4, 0.05, 2e-6):
    digest.update(merge([counts[T] for counts, _ in runs]).counts.tobytes())
for name in ("energy_K", "acceptance", "unstable_pairs"):
    digest.update(b"".join(getattr(chain, name).tobytes() for _, chain in runs))
print(digest.hexdigest())
"""
    environment = os.environ | {"PYTHONPATH": str(ROOT / "scripts")} | environment
    return subprocess.run([sys.executable, "-c", code], env=environment, capture_output=True, text=True, check=True).stdout


def test_shards_are_the_same_bits_on_a_plain_cpu_and_in_any_batches(tmp_path):
    """Without AVX and with all that this CPU has; in batches of 10 and of 100."""
    native = shards_digest(100)
    plain = {"NUMBA_CPU_NAME": "generic", "NUMBA_CPU_FEATURES": "", "NUMBA_CACHE_DIR": str(tmp_path)}
    assert shards_digest(100, **plain) == native
    assert shards_digest(10) == native
