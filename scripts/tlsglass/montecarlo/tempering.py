"""Exchange Monte Carlo (parallel tempering): one replica at each rung of a ladder, all with the couplings of one realization.

Replicas are swept by the kernel of ``metropolis``. After each sweep neighbouring rungs k and k + 1 (k even after one sweep,
odd after the next) exchange their replicas with probability min(1, exp((1/T_k - 1/T_k+1) (H_k - H_k+1))). H is an integer
in half field steps, the exponent one IEEE product, and it is held against ln u of a counter-based random number: the same
replicas are exchanged on every machine.
"""

from dataclasses import dataclass

import numpy as np

from tlsglass.base.jit import njit
from tlsglass.model.disorder import fields_of_all_up, recompute_fields
from tlsglass.montecarlo.metropolis import NEVER, _draw_thresholds, _log, _sweep_incremental
from tlsglass.montecarlo.overlaps import SNAPSHOTS

HALVING_WINDOWS = 5  # (N/2, N], (N/4, N/2], ...: what is followed over doubling sweeps
INTERVALS = 2 * SNAPSHOTS  # sweeps come in so many equal intervals, with a snapshot at the end of each: SNAPSHOTS in (N/2, N]


@dataclass
class CopyRecord:
    """What one copy of a realization was like. Energies are 2H in field steps: integers.

    Rungs r go from the top down, windows w from the last, (N/2, N], back: (N/4, N/2], ...
    """

    energy: np.ndarray  # (WINDOWS, r) int64, 2H summed over all sweeps of a window
    low: np.ndarray  # (WINDOWS, r, 2) int64, spins with E < T and with E < low_K, summed over the snapshots of a window
    snapshots: np.ndarray  # (SNAPSHOTS, r) int64, 2H at each snapshot of the last window
    field_part: np.ndarray  # (SNAPSHOTS, r) int64, Σ_i h_i s_i in field steps
    words: np.ndarray  # (r, n) uint64: bit t is set where the spin is up at snapshot t of the last window
    counts: np.ndarray  # (2, r, m) int64: excitation energies per bin over the last window; of these, negative ones
    flips: np.ndarray  # (r,) int64, accepted in all sweeps
    exchanges: np.ndarray  # (r - 1,) int64, accepted in the last window
    trips: np.ndarray  # (r,) int64: round trips of each replica between the ends of the ladder in all sweeps
    lowest: np.ndarray  # () int64: the lowest 2H met after a sweep ...
    lowest_spins: np.ndarray  # (W,) int16 ... and its state


def run(system, ladder_K, sweeps, copy, edges_K, low_K, heat_bath=False):
    """Run ``sweeps`` sweeps with exchange of a disorder.System at ``ladder_K`` (r,), descending; return the Record.

    Every replica starts at infinite temperature. Copies with other numbers ``copy`` are independent. ``edges_K`` are the
    energy bins of each rung, or None where energies are not counted. Raises ValueError for ``sweeps`` that are no multiple of
    INTERVALS.
    """
    if sweeps < INTERVALS or sweeps % INTERVALS:
        raise ValueError(f"sweeps = {sweeps!r}: must be a multiple of {INTERVALS}")
    rungs, (n, width) = len(ladder_K), system.couplings.shape
    start, numbers = np.random.SeedSequence(int(system.chain_key), spawn_key=(copy,)).spawn(2)
    spins = np.ones((rungs, width), dtype=np.int16)
    spins[:, :n] -= 2 * np.random.Generator(np.random.SFC64(start)).integers(0, 2, (rungs, n), dtype=np.int16)
    bins = [0 if edges is None else len(edges) for edges in edges_K]
    edges = np.full((rungs, max(bins)), np.inf)
    for k, row in enumerate(edges_K):
        edges[k, : bins[k]] = [] if row is None else row
    temperatures = np.asarray(ladder_K, dtype=float)
    record = CopyRecord(
        energy=np.zeros((HALVING_WINDOWS, rungs), dtype=np.int64),
        low=np.zeros((HALVING_WINDOWS, rungs, 2), dtype=np.int64),
        snapshots=np.zeros((SNAPSHOTS, rungs), dtype=np.int64),
        field_part=np.zeros((SNAPSHOTS, rungs), dtype=np.int64),
        words=np.zeros((rungs, n), dtype=np.uint64),
        counts=np.zeros((2, rungs, max(bins)), dtype=np.int64),
        flips=np.zeros(rungs, dtype=np.int64),
        exchanges=np.zeros(rungs - 1, dtype=np.int64),
        trips=np.zeros(rungs, dtype=np.int64),
        lowest=np.array(2**62, dtype=np.int64),
        lowest_spins=spins[0].copy(),
    )
    _temper(
        (system.couplings, system.random_fields, np.int32(system.field_steps)),
        0.5 * temperatures / system.field_unit_K,
        np.diff(0.5 * system.field_unit_K / temperatures),
        heat_bath,
        numbers.generate_state(rungs + 1, np.uint64),
        spins,
        sweeps,
        (edges, np.array(bins), temperatures, low_K, system.field_unit_K),
        tuple(vars(record).values()),
    )
    return record


@njit
def _temper(system, half_temperatures, cooling, heat_bath, keys, spins, sweeps, grid, record):
    couplings, random_fields, field_steps = system
    energy, low, snapshots, field_part, words, counts, flips, exchanges, trips, lowest, lowest_spins = record
    rungs, width = spins.shape
    n = couplings.shape[0]
    thresholds = np.full(width, NEVER)
    all_up = fields_of_all_up(couplings, random_fields, field_steps)
    twice = np.int32(2 * field_steps)
    down = np.empty((rungs, width), dtype=np.int32)
    for k in range(rungs):
        recompute_fields(couplings, random_fields, spins[k], thresholds, field_steps)
        down[k] = (all_up - thresholds) // twice
    down[:, n:] = 0
    at = np.arange(rungs)  # replica at each rung
    doubled = np.array([_doubled_energy(random_fields, all_up, twice, down[k], spins[k]) for k in range(rungs)])
    bound = np.zeros(rungs, dtype=np.int64)  # of each replica: 1 on its way down from the top, 2 on its way back
    interval = sweeps // INTERVALS
    for sweep in range(sweeps):
        window = _window(sweep + 1, sweeps)
        for k in range(rungs):
            replica = at[k]
            _draw_thresholds(thresholds, half_temperatures[k], heat_bath, keys[k], sweep * width)
            thresholds[n:] = NEVER
            flipped, aligned = _sweep_incremental(couplings, all_up, twice, down[replica], spins[replica], thresholds)
            flips[k] += flipped
            doubled[k] -= 4 * aligned
            if window < HALVING_WINDOWS:
                energy[window, k] += doubled[k]
            if doubled[k] < lowest[()]:
                lowest[()] = doubled[k]
                lowest_spins[:] = spins[replica]
        if (sweep + 1) % interval == 0 and window < HALVING_WINDOWS:
            shot = (sweep + 1) // interval - SNAPSHOTS - 1
            for k in range(rungs):
                _look(k, n, grid, all_up, twice, down[at[k]], spins[at[k]], counts, low[window, k], shot >= 0)
                if shot >= 0:
                    snapshots[shot, k] = doubled[k]
                    for i in range(n):
                        field_part[shot, k] += np.int64(spins[at[k], i]) * random_fields[i]
                        words[k, i] |= np.uint64(spins[at[k], i] > 0) << np.uint64(shot)
        for k in range(sweep % 2, rungs - 1, 2):
            if cooling[k] * np.float64(doubled[k + 1] - doubled[k]) >= _log_uniform(keys[rungs], sweep * rungs + k):
                at[k], at[k + 1] = at[k + 1], at[k]
                doubled[k], doubled[k + 1] = doubled[k + 1], doubled[k]
                if window == 0:
                    exchanges[k] += 1
        if bound[at[0]] == 2:
            trips[at[0]] += 1
        bound[at[0]] = 1
        if bound[at[rungs - 1]] == 1:
            bound[at[rungs - 1]] = 2


@njit(inline="always")
def _window(done, sweeps):
    """Return w where ``done`` of N sweeps lie in (N/2^(w+1), N/2^w]."""
    window = 0
    while 2 * done <= sweeps:
        done *= 2
        window += 1
    return window


@njit
def _doubled_energy(random_fields, all_up, twice, down, spins):
    """Return 2H = Σ_i s_i (F_i + h_i) in field steps."""
    total = np.int64(0)
    for i in range(len(spins)):
        total += np.int64(spins[i]) * (np.int64(all_up[i] - np.int32(twice * down[i])) + random_fields[i])
    return total


@njit
def _look(k, n, grid, all_up, twice, down, spins, counts, low, counted):
    """Count excitation energies of a replica at rung k: those below T and low_K, and where ``counted`` those in each bin."""
    edges, bins, temperatures, low_K, unit_K = grid
    for i in range(n):
        field = np.int32(all_up[i] - np.int32(twice * down[i]))
        E = 2.0 * abs(field) * unit_K
        low[0] += E < temperatures[k]
        low[1] += E < low_K
        if counted and bins[k]:
            place = np.searchsorted(edges[k, : bins[k]], E, side="right") - 1
            counts[0, k, place] += 1
            counts[1, k, place] += spins[i] * field > 0


@njit(inline="always")
def _log_uniform(key, counter):
    """Return ln u, u one of the 2^31 odd multiples of 2^-32, of SplitMix64 at ``key`` + ``counter``."""
    z = key + np.uint64(counter) * np.uint64(0x9E3779B97F4A7C15)
    z = (z ^ (z >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    z = (z ^ (z >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    z = z ^ (z >> np.uint64(31))
    return np.float64(_log(np.uint32(np.uint32(z & np.uint64(0xFFFFFFFF)) | np.uint32(1))))
