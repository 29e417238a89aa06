"""Two independent anneals of each realization: whether they end in the same valley, and where along the ladder they part.

The first copy is the chain of ``simulation`` itself: it is looked at in snapshots of the last sweeps at each rung.
"""

from dataclasses import dataclass

import numpy as np

from tlsglass.base.jit import njit
from tlsglass.model import disorder
from tlsglass.model.parameters import ModelParameters
from tlsglass.montecarlo.annealing import Progress, StoredRecord
from tlsglass.montecarlo.metropolis import _anneal
from tlsglass.montecarlo.overlaps import SNAPSHOTS, Overlaps
from tlsglass.montecarlo.protocol import Protocol, counts_fingerprint

COPIES = 2


@dataclass(frozen=True)
class PairedAnnealsRecord(StoredRecord):
    """What two anneals of n realizations were like at r rungs. Energies are 2H in steps of ``field_unit_K``."""

    fingerprint: str
    first: int
    n_spins: int
    field_unit_K: float
    rungs_K: np.ndarray  # (r,)
    energy: np.ndarray  # (n, 2, r) summed over snapshots
    field_part: np.ndarray  # (n, 2, r) Σ_i h_i s_i in field steps, summed over snapshots
    overlap: np.ndarray  # (n, r) as in equilibrium.Tempered
    pair_overlap_K2: np.ndarray  # (n, r)
    pair_variance_K2: np.ndarray  # (n,)


def simulate(model: ModelParameters, protocol: Protocol, first, n, report=lambda line: None, checkpoint=None):
    """Anneal realizations ``first`` to ``first + n - 1`` of ``model`` twice; return no counts, {}, and the Valleys.

    As simulation.simulate. Raises ValueError for fewer sweeps at a rung than there are snapshots.
    """
    r, stride = len(protocol.ladder_K), protocol.sweeps // SNAPSHOTS
    if stride < 1:
        raise ValueError(f"sweeps = {protocol.sweeps!r}: must be at least {SNAPSHOTS}")
    shapes = {"energy": (n, COPIES, r), "field_part": (n, COPIES, r)}
    kept = {name: np.zeros(shape, dtype=np.int64) for name, shape in shapes.items()}
    kept |= {"overlap": np.zeros((n, r)), "pair_overlap_K2": np.zeros((n, r)), "pair_variance_K2": np.zeros(n)}
    begun = checkpoint.restore(kept) if checkpoint else 0
    progress = Progress(n, report, begun)
    for index in range(begun, n):
        draws = disorder.draw(model.L, model.n_spins, protocol.seed, first + index)
        words = np.zeros((COPIES, r, model.n_spins), dtype=np.uint64)
        for copy in range(COPIES):
            system, sweep = disorder.build(model, draws if copy == 0 else _other(draws)), 0
            for k, T_K in enumerate(protocol.ladder_K):
                half_temperature = 0.5 * T_K / system.field_unit_K
                steps = protocol.sweeps - SNAPSHOTS * stride, SNAPSHOTS, stride, system.chain_key, sweep
                found = _look_on(system.arrays, half_temperature, protocol.dynamics == "heat_bath", steps, words[copy, k])
                kept["energy"][index, copy, k], kept["field_part"][index, copy, k] = found
                sweep += protocol.sweeps
        overlaps = Overlaps(model, draws)
        kept["pair_variance_K2"][index] = overlaps.variance_K2
        for k in range(r):
            kept["overlap"][index, k], kept["pair_overlap_K2"][index, k] = overlaps.of(words[0, k], words[1, k])
        progress.done(index + 1)
        if checkpoint and index + 1 < n:
            checkpoint.done(index + 1, kept)
    head = counts_fingerprint(model, protocol), first, model.n_spins, model.field_unit_K
    return {}, PairedAnnealsRecord(*head, np.array(protocol.ladder_K), **kept)


def _other(draws):
    """Return the same disorder with other first spins and other random numbers of the chain."""
    start, chain = np.random.SeedSequence(int(draws.chain_key), spawn_key=(COPIES,)).spawn(2)
    spins = 1 - 2 * np.random.Generator(np.random.SFC64(start)).integers(0, 2, len(draws.spins), dtype=np.int16)
    return draws._replace(spins=spins, chain_key=chain.generate_state(1, np.uint64)[0])


@njit
def _look_on(system, half_temperature, heat_bath, steps, words):
    """Sweep ``ahead`` times, then ``stride`` times before each snapshot; return 2H and Σ_i h_i s_i, summed over snapshots."""
    couplings, random_fields, reach, spins, fields, field_steps = system
    ahead, snapshots, stride, key, sweep = steps
    doubled, field_part = np.int64(0), np.int64(0)
    _anneal(couplings, random_fields, reach, spins, fields, field_steps, half_temperature, heat_bath, ahead, key, sweep)
    sweep += ahead
    for shot in range(snapshots):
        _anneal(couplings, random_fields, reach, spins, fields, field_steps, half_temperature, heat_bath, stride, key, sweep)
        sweep += stride
        for i in range(len(words)):
            doubled += np.int64(spins[i]) * (np.int64(fields[i]) + random_fields[i])
            field_part += np.int64(spins[i]) * random_fields[i]
            words[i] |= np.uint64(spins[i] > 0) << np.uint64(shot)
    return doubled, field_part
