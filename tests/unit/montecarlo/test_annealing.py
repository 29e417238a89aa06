"""A batch of realizations: the same numbers for ever, whatever the batch; its progress."""

import hashlib
from dataclasses import replace

import numpy as np
from scipy import stats

from shared import PINNED_COUNTS
from tlsglass.dos.load import merge
from tlsglass.model import disorder
from tlsglass.montecarlo import annealing, methods, metropolis
from tlsglass.montecarlo.protocol import CHAIN_VERSION

MODEL = disorder.ModelParameters(L=4, h0_K=10.0, J0_K=3.0, cutoff=1.0, concentration=0.5)


def test_shards_are_those_of_their_chain_version(short_protocol):
    counts, chain = methods.simulate(MODEL, short_protocol, 0, 20)
    digest = hashlib.sha256()
    for T in (0.5, 2e-6):
        digest.update(counts[T].counts.astype(np.int64).tobytes())
    digest.update(np.rint(chain.acceptance * 30 * MODEL.n_spins).astype(np.int64).tobytes())
    assert (CHAIN_VERSION, digest.hexdigest()[:16]) == PINNED_COUNTS["annealing"]


def test_batches_together_are_the_whole_run(short_protocol):
    """A realization does not depend on its batch: 20 + 30 realizations are 50, count by count."""
    complete, _ = methods.simulate(MODEL, short_protocol, 0, 50)
    parts = [methods.simulate(MODEL, short_protocol, first, n)[0][0.5] for first, n in ((20, 30), (0, 20))]
    merged = merge(parts)
    np.testing.assert_array_equal(merged.counts, complete[0.5].counts)
    np.testing.assert_array_equal(merged.first, complete[0.5].first)


def test_the_quench_ends_stable_and_progress_is_reported(short_protocol):
    lines = []
    _, chain = methods.simulate(MODEL, short_protocol, 0, 50, lines.append)
    assert not chain.unstable_after.any()
    assert not chain.unstable_spins.any()
    assert lines[-1].startswith("50/50 realizations, ")
    assert lines[-1].endswith(" per second, 0 s left")


def test_the_summary_of_two_batches_is_that_of_one(short_protocol):
    _, complete = methods.simulate(MODEL, short_protocol, 0, 40)
    halves = [methods.simulate(MODEL, short_protocol, first, 20)[1] for first in (20, 0)]
    summary, summary_of_halves = annealing.summarize([complete]), annealing.summarize(iter(halves))
    assert summary.n_realizations == summary_of_halves.n_realizations == 40
    np.testing.assert_allclose(summary_of_halves.energy_K, complete.energy_K.mean(axis=0), rtol=1e-12)
    np.testing.assert_allclose(summary_of_halves.energy_K_err, stats.sem(complete.energy_K), rtol=1e-9)
    np.testing.assert_allclose(summary_of_halves.acceptance_err, summary.acceptance_err, rtol=1e-9)
    np.testing.assert_allclose(summary_of_halves.share_unstable[1], np.mean(complete.unstable_pairs > 0))


def test_the_quenched_states_are_judged_by_their_flips_before_they_are_relaxed(short_protocol):
    """How many single and pair flips lower the energy, counted here from h and J alone; then none does."""
    model = disorder.ModelParameters(L=6, h0_K=2.0, J0_K=10.0, cutoff=1.0, concentration=0.5)
    protocol = replace(short_protocol, sweeps=1)  # hurried: some spins and pairs are left unstable
    _, record = methods.simulate(model, protocol, 0, 20)
    expected = []
    for realization in range(20):
        chain = metropolis.MarkovChain.from_seed(model, realization, protocol.seed)
        for T in (*protocol.ladder_K, protocol.quench_K):
            chain.sweep(T, protocol.sweeps)
        system, s = chain.system, chain.spins.astype(np.int64)
        J = system.couplings[:, : system.n].astype(np.int64) * system.field_steps
        single = -2 * s * (system.random_fields[: system.n] + J @ s)
        pair = single[:, None] + single[None, :] + 4 * J * np.outer(s, s)
        stable = np.outer(single >= 0, single >= 0) & np.tri(system.n, k=-1, dtype=bool)
        expected.append((np.sum(single < 0), np.sum((pair < 0) & stable)))
    np.testing.assert_array_equal(np.column_stack([record.unstable_spins, record.unstable_pairs]), expected)
    assert np.all(np.sum(expected, axis=0) > 0)
    assert not record.unstable_after.any()
