"""One batch of realizations in equilibrium, two copies of each by exchange Monte Carlo: what the shards of a batch hold."""

from dataclasses import dataclass

import numpy as np

from tlsglass.dos.density_of_states import DensityOfStates
from tlsglass.model import disorder, excitations
from tlsglass.model.parameters import ModelParameters
from tlsglass.montecarlo import tempering
from tlsglass.montecarlo.annealing import Progress, StoredRecord
from tlsglass.montecarlo.overlaps import SNAPSHOTS, Overlaps
from tlsglass.montecarlo.protocol import Protocol, counts_fingerprint
from tlsglass.montecarlo.tempering import HALVING_WINDOWS

COPIES = 2
MIN_ROUND_TRIPS = 4  # round trips that a copy must make, or the realization is swept longer
LOW_ENERGY_H0 = 0.1  # spins with E below this share of h0 are followed beside those below T


@dataclass(frozen=True)
class TemperingRecord(StoredRecord):
    """What tempering was like: n realizations, two copies, r rungs from the top, windows w of tempering.Record.

    Energies are 2H in steps of ``field_unit_K``, as integers, but for those in kelvin.
    """

    fingerprint: str
    first: int
    n_spins: int
    sweeps: int  # of most realizations
    field_unit_K: float
    rungs_K: np.ndarray  # (r,)
    measured_K: np.ndarray  # (m,)
    energy: np.ndarray  # (n, 2, w, r) summed over the sweeps of a window
    low: np.ndarray  # (n, 2, w, r, 2) spins with E < T and with E < LOW h0, summed over the snapshots of a window
    snapshots: np.ndarray  # (n, 2, SNAPSHOTS, r) energy of the last window
    field_part: np.ndarray  # (n, 2, r) Σ_i h_i s_i in field steps, summed over snapshots
    overlap: np.ndarray  # (n, r) Σ_i of ⟨s_i⟩ of one copy by that of the other
    pair_overlap_K2: np.ndarray  # (n, r) Σ_{i<j} σ_ij² ⟨s_i s_j⟩ of one copy by that of the other
    pair_variance_K2: np.ndarray  # (n,) Σ_{i<j} σ_ij²
    flips: np.ndarray  # (n, 2, r) accepted flips
    exchanges: np.ndarray  # (n, 2, r - 1) accepted in the last window
    trips: np.ndarray  # (n, 2) round trips of all replicas
    lowest: np.ndarray  # (n, 2) the lowest energy met, relaxed
    lengths: np.ndarray  # (n,) sweeps of each realization
    negative: np.ndarray  # (n / block, sum of bins) of the counts at the measured rungs, one after the other: E_i signed, < 0


def simulate(model: ModelParameters, protocol: Protocol, first, n, report=lambda line: None, checkpoint=None):
    """Temper realizations ``first`` to ``first + n - 1`` of ``model`` and count their excitation energies.

    Returns the counts, a dict from temperature to Counts, and the Tempered. As simulation.simulate. Raises ValueError unless
    ``first`` and ``n`` are multiples of the block.
    """
    for name, value, least in (("first", first, 0), ("n", n, protocol.block)):
        if value < least or value % protocol.block:
            raise ValueError(f"{name} = {value!r}: must be a multiple of the block, {protocol.block}, and >= {least}")
    ladder_K = protocol.ladder_K
    places = [ladder_K.index(T) for T in protocol.measured_K]
    edges = {T: protocol.grid_edges(T, model.energy_range_K) for T in protocol.measured_K}
    every = [edges.get(T) for T in ladder_K]
    blocks, sizes = n // protocol.block, [len(e) - 1 for e in edges.values()]
    kept = {f"counts_{k}": np.zeros((blocks, m), dtype=np.int64) for k, m in enumerate(sizes)}
    kept |= _arrays(n, len(ladder_K)) | {"negative": np.zeros((blocks, sum(sizes)), dtype=np.int64)}
    begun = checkpoint.restore(kept) if checkpoint else 0
    if begun:
        report(f"{begun}/{n} realizations taken from {checkpoint.path}")
    progress = Progress(n, report, begun)
    for index in range(begun, n):
        draws = disorder.draw(model.L, model.n_spins, protocol.seed, first + index)
        system = disorder.build(model, draws)
        runs, kept["lengths"][index], kept["lowest"][index] = _met(system, protocol, every, LOW_ENERGY_H0 * model.h0_K)
        _keep(kept, index, runs, model, draws)
        for run in runs:
            total, negative = run.counts
            for k, (place, m) in enumerate(zip(places, sizes, strict=True)):
                kept[f"counts_{k}"][index // protocol.block] += total[place, :m]
            kept["negative"][index // protocol.block] += np.concatenate(
                [negative[place, :m] for place, m in zip(places, sizes, strict=True)]
            )
        progress.done(index + 1)
        if checkpoint and index + 1 < n:
            checkpoint.done(index + 1, kept)
    found = {
        T: DensityOfStates(
            L=model.L,
            J0_K=model.J0_K,
            T_K=T,
            n_spins=model.n_spins,
            concentration=model.concentration,
            block=protocol.block,
            fingerprint=counts_fingerprint(model, protocol),
            first=np.arange(first, first + n, protocol.block),
            edges_K=edges[T],
            counts=kept.pop(f"counts_{k}"),
            snapshots=COPIES * SNAPSHOTS,
        )
        for k, T in enumerate(protocol.measured_K)
    }
    head = counts_fingerprint(model, protocol), first, model.n_spins, protocol.sweeps, model.field_unit_K
    return found, TemperingRecord(*head, np.array(ladder_K), np.array(protocol.measured_K), **kept)


def _met(system, protocol, edges_K, low_K):
    """Run both copies, with more sweeps where they have not met; return the Records, the sweeps, and the lowest energies.

    Copies have met when both have made TRIPS round trips and found the same lowest energy.
    """
    heat_bath = protocol.dynamics == "heat_bath"
    for extension in range(protocol.extensions + 1):
        sweeps = protocol.sweeps * 4**extension
        runs = [tempering.run(system, protocol.ladder_K, sweeps, copy, edges_K, low_K, heat_bath) for copy in range(COPIES)]
        lowest = [_relaxed(system, run.lowest_spins) for run in runs]
        if len(set(lowest)) == 1 and min(run.trips.sum() for run in runs) >= MIN_ROUND_TRIPS:
            break
    return runs, sweeps, lowest


def _arrays(n, r):
    """Return the empty arrays of a Tempered of ``n`` realizations and ``r`` rungs, but for its counts."""
    integers = {
        "energy": (n, COPIES, HALVING_WINDOWS, r),
        "low": (n, COPIES, HALVING_WINDOWS, r, 2),
        "snapshots": (n, COPIES, SNAPSHOTS, r),
        "field_part": (n, COPIES, r),
        "flips": (n, COPIES, r),
        "exchanges": (n, COPIES, r - 1),
        "trips": (n, COPIES),
        "lowest": (n, COPIES),
        "lengths": (n,),
    }
    reals = {"overlap": (n, r), "pair_overlap_K2": (n, r), "pair_variance_K2": (n,)}
    return {name: np.zeros(shape, dtype=np.int64) for name, shape in integers.items()} | {
        name: np.zeros(shape) for name, shape in reals.items()
    }


def _keep(kept, index, runs, model, draws):
    """Write what the copies of realization ``index`` were like into its place."""
    for name in ("energy", "low", "snapshots", "flips", "exchanges"):
        kept[name][index] = [getattr(run, name) for run in runs]
    kept["field_part"][index] = [run.field_part.sum(axis=0) for run in runs]
    kept["trips"][index] = [run.trips.sum() for run in runs]
    overlaps = Overlaps(model, draws)
    kept["pair_variance_K2"][index] = overlaps.variance_K2
    one, other = (run.words for run in runs)
    for k in range(len(one)):
        kept["overlap"][index, k], kept["pair_overlap_K2"][index, k] = overlaps.of(one[k], other[k])


def _relaxed(system, spins):
    """Return 2H in field steps of the state that ``spins`` (W,) relax to."""
    fields = system.fields.copy()
    state = system._replace(spins=spins.copy(), fields=fields)
    disorder.recompute_fields(state.couplings, state.random_fields, state.spins, fields, state.field_steps)
    excitations.relax(state)
    return excitations.doubled_energy(state)
