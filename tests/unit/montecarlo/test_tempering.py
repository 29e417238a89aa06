"""Exchange Monte Carlo: the sweeps of metropolis, the same bits for ever and for every batch; its ladder; two anneals."""

import hashlib
import math
from concurrent.futures import ProcessPoolExecutor
from dataclasses import replace
from itertools import pairwise
from multiprocessing import get_context

import numpy as np
import pytest
from scipy import integrate, special

from shared import PINNED_COUNTS
from tlsglass.dos.load import ShardMismatchError, merge
from tlsglass.dos.temperature_series import TemperatureSeries
from tlsglass.model import disorder, excitations
from tlsglass.model.interaction import INTERACTIONS
from tlsglass.montecarlo import checkpoint, equilibration_data, equilibration_tests, ladders, methods, metropolis, tempering
from tlsglass.montecarlo.protocol import EQUILIBRIUM_VERSION, PAIRED_ANNEALING, TEMPERING, counts_fingerprint

NO_NORMAL_COUPLINGS = {"identity of the couplings, in σ": "c_ij are not independent normal numbers"}
MODEL = disorder.ModelParameters(L=4, h0_K=10.0, J0_K=6.0, cutoff=1.0, concentration=0.5)


@pytest.fixture
def protocol(short_protocol):
    return replace(short_protocol, method=TEMPERING, ladder_K=(20.0, 8.0, 3.0, 1.0, 0.5), sweeps=256, measured_K=(0.5, 3.0))


def digest(arrays):
    total = hashlib.sha256()
    for array in arrays:
        total.update(np.ascontiguousarray(array, dtype=np.int64).tobytes())
    return total.hexdigest()[:16]


def integers(record):
    return [
        getattr(record, name) for name in ("energy", "low", "snapshots", "flips", "exchanges", "trips", "lowest", "negative")
    ]


def test_shards_are_those_of_their_version(protocol):
    counts, record = methods.simulate(MODEL, protocol, 0, 20)
    digest_of_batch = digest([counts[0.5].counts, counts[3.0].counts, *integers(record), np.rint(record.overlap * 64**2)])
    assert (EQUILIBRIUM_VERSION, digest_of_batch) == PINNED_COUNTS["tempering"]


def simulated(first, n, protocol):
    counts, record = methods.simulate(MODEL, protocol, first, n)
    return counts[0.5], record


def test_batches_in_other_processes_together_are_the_whole_run(protocol):
    complete, record = simulated(0, 30, protocol)
    with ProcessPoolExecutor(2, get_context("spawn")) as pool:
        parts = list(pool.map(simulated, (10, 0), (20, 10), (protocol, protocol)))
    np.testing.assert_array_equal(merge([counts for counts, _ in parts]).counts, complete.counts)
    for name in ("energy", "overlap", "pair_overlap_K2", "lowest", "negative"):
        joined = np.concatenate([getattr(part, name) for _, part in reversed(parts)])
        np.testing.assert_array_equal(joined, getattr(record, name))


def test_a_stopped_batch_goes_on_with_the_same_bits(protocol, tmp_path):
    complete, record = simulated(0, 20, protocol)
    with checkpoint.Checkpoint(tmp_path / "c.npz", counts_fingerprint(MODEL, protocol), 0.0) as keeper:
        update = keeper.update

        def update_or_stop(count, arrays):
            if count == 13:
                keeper.stopped_by = "SIGTERM"
            update(count, arrays)

        keeper.update = update_or_stop
        with pytest.raises(checkpoint.InterruptedBatchError, match="13 realizations are kept"):
            methods.simulate(MODEL, protocol, 0, 20, checkpoint=keeper)
        keeper.update, keeper.stopped_by, lines = update, None, []
        counts, resumed = methods.simulate(MODEL, protocol, 0, 20, lines.append, keeper)
    assert lines[0].startswith("13/20 realizations taken from")
    np.testing.assert_array_equal(counts[0.5].counts, complete.counts)
    assert digest(integers(resumed)) == digest(integers(record))


def test_a_replica_that_is_never_exchanged_is_the_chain_of_metropolis(build):
    """A ladder of one rung: sweep by sweep the energies of metropolis.Chain with the same first spins and random numbers."""
    system = build(3, MODEL)
    record = tempering.run(system, (2.0,), 128, 0, [None], 1.0)
    start, numbers = np.random.SeedSequence(int(system.chain_key), spawn_key=(0,)).spawn(2)
    spins = 1 - 2 * np.random.Generator(np.random.SFC64(start)).integers(0, 2, (1, system.n), dtype=np.int16)[0]
    system.spins[: system.n] = spins
    disorder.recompute_fields(system.couplings, system.random_fields, system.spins, system.fields, system.field_steps)
    chain = metropolis.MarkovChain(system._replace(chain_key=numbers.generate_state(2, np.uint64)[0]))
    energies = []
    flips = 0
    for _ in range(128):
        flips += chain.sweep(2.0)
        energies.append(excitations.doubled_energy(system))
    np.testing.assert_array_equal(record.snapshots[:, 0], energies[64:])
    assert record.flips[0] == flips
    assert record.lowest == min(energies)
    assert record.energy[1, 0] == sum(energies[32:64])


def test_the_first_of_two_anneals_is_the_chain_of_annealing(short_protocol, build):
    protocol = replace(short_protocol, method=PAIRED_ANNEALING, sweeps=64, measured_K=())
    _, digest_of_batch = methods.simulate(MODEL, protocol, 0, 10)
    chain = metropolis.MarkovChain(disorder.build(MODEL, disorder.draw(MODEL, protocol.seed, 7)))
    for k, T in enumerate(protocol.ladder_K):
        energies = []
        for _ in range(64):
            chain.sweep(T)
            energies.append(excitations.doubled_energy(chain.system))
        assert digest_of_batch.energy[7, 0, k] == sum(energies)
    assert np.all(np.any(digest_of_batch.energy[:, 0] != digest_of_batch.energy[:, 1], axis=1))


def test_what_cannot_be_simulated_is_refused(protocol, build):
    with pytest.raises(ValueError, match="sweeps = 200: must be a multiple of 128"):
        tempering.run(build(), (2.0, 1.0), 200, 0, [None, None], 1.0)
    with pytest.raises(ValueError, match="first = 5: must be a multiple of the block, 10"):
        methods.simulate(MODEL, protocol, 5, 10)
    with pytest.raises(ValueError, match="sweeps = 30: must be at least 64"):
        methods.simulate(MODEL, replace(protocol, method=PAIRED_ANNEALING, sweeps=30, measured_K=()), 0, 10)


def test_a_batch_tells_of_the_realizations_in_its_name_and_of_its_origin(protocol, tmp_path):
    _, record = methods.simulate(MODEL, protocol, 10, 10)
    record.save(tmp_path / "00010-00019.npz")
    record.save(tmp_path / "00000-00009.npz")
    assert methods.read_record(tmp_path / "00010-00019.npz", record.fingerprint, TEMPERING).n_spins == MODEL.n_spins
    with pytest.raises(ShardMismatchError, match="it contains realizations 10 to 19"):
        methods.read_record(tmp_path / "00000-00009.npz", record.fingerprint, TEMPERING)
    with pytest.raises(ShardMismatchError, match="sweeps is 256 in it and 512 in this study"):
        methods.read_record(tmp_path / "00010-00019.npz", counts_fingerprint(MODEL, replace(protocol, sweeps=512)), TEMPERING)


def test_evidence_is_of_the_same_realizations_in_order(protocol, short_protocol, tmp_path):
    tempered = [methods.simulate(MODEL, protocol, first, 20)[1] for first in (0, 20)]
    annealed = [methods.simulate(MODEL, replace(short_protocol, measured_K=(0.5,)), first, 20)[1] for first in (0, 20)]
    twice = [methods.simulate(MODEL, replace(short_protocol, method=PAIRED_ANNEALING, sweeps=64, measured_K=()), 0, 40)[1]]
    with pytest.raises(ValueError, match="tempered and annealed realizations differ"):
        equilibration_data.aggregate(tempered, {30: annealed[:1]}, twice, 4)
    with pytest.raises(ValueError, match="tempered and annealed realizations differ"):
        equilibration_data.aggregate(tempered, {30: annealed[::-1]}, twice, 4)


@pytest.mark.parametrize(("name", "left_out"), [("gaussian", {}), ("two_tls", NO_NORMAL_COUPLINGS)])
def test_a_set_in_equilibrium_passes_the_tests_that_apply_to_its_interaction(name, left_out, protocol, short_protocol):
    model = replace(MODEL, J0_K=3.0, interaction=name, fields=INTERACTIONS[name].fields[0])
    counts, record = methods.simulate(model, replace(protocol, sweeps=512), 0, 200)
    annealing = replace(short_protocol, ladder_K=(20.0, 3.0, 0.5), measured_K=protocol.measured_K)
    _, annealed = methods.simulate(model, annealing, 0, 200)
    data = equilibration_data.aggregate([record], {30: [annealed]}, [], 20)
    tests = equilibration_tests.run_tests(data, TemperatureSeries(merge([counts[T]], 20) for T in protocol.measured_K))
    assert len(tests) == 10
    assert {test.name: test.left_out for test in tests if test.left_out} == left_out
    assert all(test.passed for test in tests if test.name.endswith("σ")), tests
    assert ("coupling" in equilibration_tests.identities(data)) == (not left_out)
    assert np.isnan(record.pair_overlap_K2).all() == bool(left_out)


@pytest.mark.parametrize("T", [0.01, 0.3, 1.0, 5.0])
def test_the_specific_heat_of_independent_tls(T):
    def integrand(h):
        return math.exp(-h * h / 2) * (h / T / math.cosh(min(h / T, 300))) ** 2

    exact, _ = integrate.quad(integrand, 0, min(10, 100 * T), limit=200, epsabs=1e-12)
    assert ladders.specific_heat(T) == pytest.approx(2 * exact / math.sqrt(2 * math.pi), rel=1e-4)


def test_the_ladder_holds_the_measured_rungs_and_keeps_the_acceptance():
    measured = (4.0, 3.0, 2.0, 1.5, 1.0, 0.5, 0.1)
    ladder = {n: ladders.exchange_ladder(n, 10.0, measured, 5.0, 0.25) for n in (256, 864, 4000)}
    for n, rungs in ladder.items():
        assert {*measured, 5.0} <= set(rungs)
        assert list(rungs) == sorted(rungs, reverse=True)
        expected = [
            special.erfc(0.5 * math.log(a / b) * math.sqrt(n * ladders.specific_heat(math.sqrt(a * b) / 10)))
            for a, b in pairwise(rungs)
            if a > 0.5  # c varies little between two of the measured temperatures
        ]
        assert min(expected) > 0.6 * 0.25
    assert len(ladder[4000]) > 1.8 * len(ladder[864]) > len(ladder[256])
