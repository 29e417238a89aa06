"""Exchange Monte Carlo (parallel tempering): one replica at each rung of a ladder, all with the couplings of one realization.

Replicas are swept by the kernel of ``metropolis``. After each sweep neighboring rungs k and k + 1 (k even after one sweep,
odd after the next) exchange their replicas with probability min(1, exp((1/T_k - 1/T_k+1) (H_k - H_k+1))). H is an integer
in half field steps, the exponent a single IEEE product, and it is compared with ln u of a counter-based random number:
the same replicas are exchanged on every machine.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from tlsglass.base.jit import njit
from tlsglass.base.types import AnyArray, FloatArray, Int16Array, Int32Array, IntArray, Integer, Real, UInt64Array
from tlsglass.model.disorder import System, all_up_fields, recompute_fields
from tlsglass.montecarlo.metropolis import NEVER, _draw_thresholds, _log, _sweep_incremental
from tlsglass.montecarlo.overlaps import SNAPSHOTS

HALVING_WINDOWS = 5  # (N/2, N], (N/4, N/2], ...: averages over doubling numbers of sweeps
INTERVALS = 2 * SNAPSHOTS  # number of equal intervals of sweeps, with a snapshot at the end of each: SNAPSHOTS in (N/2, N]


@dataclass
class CopyRecord:
    """Results of one copy of a realization. Energies are 2H in field steps, integers.

    Rungs r are in descending order; windows w begin with the last, (N/2, N]: (N/4, N/2], ...
    """

    energy: IntArray  # (HALVING_WINDOWS, r) 2H summed over all sweeps of a window
    low: IntArray  # (HALVING_WINDOWS, r, 2) spins with E < T and with E < low_K, summed over the snapshots of a window
    snapshots: IntArray  # (SNAPSHOTS, r) 2H at each snapshot of the last window
    field_part: IntArray  # (SNAPSHOTS, r) Σ_i h_i s_i in field steps
    spin_bits: UInt64Array  # (r, n) bit t is set if the spin is up at snapshot t of the last window
    counts: IntArray  # (2, r, m) excitation energies per bin over the last window; of these, negative ones
    flips: IntArray  # (r,) accepted in all sweeps
    exchanges: IntArray  # (r - 1,) accepted in the last window
    trips: IntArray  # (r,) round trips of each replica between the ends of the ladder in all sweeps
    lowest: IntArray  # () the lowest 2H after any sweep ...
    lowest_spins: Int16Array  # (W,) ... and its state


def run(
    system: System,
    ladder_K: Sequence[float],
    sweeps: int,
    copy: int,
    edges_K: Sequence[FloatArray | None],
    low_K: float,
    heat_bath: bool = False,
) -> CopyRecord:
    """Run exchange Monte Carlo on one copy of a realization.

    Every replica starts at infinite temperature.

    Parameters
    ----------
    system
        The realization.
    ladder_K
        Temperatures of the rungs, (r,), descending.
    sweeps
        A multiple of INTERVALS.
    copy
        Number of the copy. Different copies are independent.
    edges_K
        Bin edges of the excitation energies at each rung, or None if they are not counted.
    low_K
        Spins with E < low_K are counted at each rung.
    heat_bath
        Whether to use heat bath instead of Metropolis dynamics.

    Raises
    ------
    ValueError
        For sweeps that are no multiple of INTERVALS.
    """
    if sweeps < INTERVALS or sweeps % INTERVALS:
        raise ValueError(f"sweeps = {sweeps!r}: must be a multiple of {INTERVALS}")
    rungs, (n, width) = len(ladder_K), system.couplings.shape
    start, numbers = np.random.SeedSequence(int(system.chain_key), spawn_key=(copy,)).spawn(2)
    spins = np.ones((rungs, width), dtype=np.int16)
    spins[:, :n] -= 2 * np.random.Generator(np.random.SFC64(start)).integers(0, 2, (rungs, n), dtype=np.int16)
    bins = [0 if edges is None else len(edges) for edges in edges_K]
    padded_edges = np.full((rungs, max(bins)), np.inf)
    for k, edges in enumerate(edges_K):
        if edges is not None:
            padded_edges[k, : bins[k]] = edges
    temperatures = np.asarray(ladder_K, dtype=float)
    record = CopyRecord(
        energy=np.zeros((HALVING_WINDOWS, rungs), dtype=np.int64),
        low=np.zeros((HALVING_WINDOWS, rungs, 2), dtype=np.int64),
        snapshots=np.zeros((SNAPSHOTS, rungs), dtype=np.int64),
        field_part=np.zeros((SNAPSHOTS, rungs), dtype=np.int64),
        spin_bits=np.zeros((rungs, n), dtype=np.uint64),
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
        (padded_edges, np.array(bins), temperatures, low_K, system.field_unit_K),
        tuple(vars(record).values()),
    )
    return record


@njit
def _temper(
    system: tuple[Any, ...],
    half_temperatures: FloatArray,
    delta_beta: FloatArray,
    heat_bath: bool,
    keys: AnyArray,
    spins: Int16Array,
    sweeps: Integer,
    grid: tuple[Any, ...],
    record: tuple[Any, ...],
) -> None:
    """Run all sweeps; ``delta_beta`` is half the difference of 1/T, per field step; fills the arrays of ``record``."""
    couplings, random_fields, field_steps = system
    energy, low, snapshots, field_part, spin_bits, counts, flips, exchanges, trips, lowest, lowest_spins = record
    rungs, width = spins.shape
    n = couplings.shape[0]
    thresholds = np.full(width, NEVER)
    all_up = all_up_fields(couplings, random_fields, field_steps)
    two_field_steps = np.int32(2 * field_steps)
    down_field = np.empty((rungs, width), dtype=np.int32)
    for k in range(rungs):
        recompute_fields(couplings, random_fields, spins[k], thresholds, field_steps)
        down_field[k] = (all_up - thresholds) // two_field_steps
    down_field[:, n:] = 0
    replica_at = np.arange(rungs)  # the replica at each rung
    two_H = np.array([_doubled_energy(random_fields, all_up, two_field_steps, down_field[k], spins[k]) for k in range(rungs)])
    direction = np.zeros(rungs, dtype=np.int64)  # of each replica: 1 down from the top, 2 up from the bottom, 0 before
    interval = sweeps // INTERVALS
    for sweep in range(sweeps):
        window = _window(sweep + 1, sweeps)
        for k in range(rungs):
            replica = replica_at[k]
            _draw_thresholds(thresholds, half_temperatures[k], heat_bath, keys[k], sweep * width)
            thresholds[n:] = NEVER
            flipped, s_dot_field = _sweep_incremental(
                couplings, all_up, two_field_steps, down_field[replica], spins[replica], thresholds
            )
            flips[k] += flipped
            two_H[k] -= 4 * s_dot_field
            if window < HALVING_WINDOWS:
                energy[window, k] += two_H[k]
            if two_H[k] < lowest[()]:
                lowest[()] = two_H[k]
                lowest_spins[:] = spins[replica]
        if (sweep + 1) % interval == 0 and window < HALVING_WINDOWS:
            snapshot = (sweep + 1) // interval - SNAPSHOTS - 1
            for k in range(rungs):
                state, state_down = spins[replica_at[k]], down_field[replica_at[k]]
                _measure(k, n, grid, all_up, two_field_steps, state_down, state, counts, low[window, k], snapshot >= 0)
                if snapshot >= 0:
                    snapshots[snapshot, k] = two_H[k]
                    for i in range(n):
                        field_part[snapshot, k] += np.int64(state[i]) * random_fields[i]
                        spin_bits[k, i] |= np.uint64(state[i] > 0) << np.uint64(snapshot)
        for k in range(sweep % 2, rungs - 1, 2):
            if delta_beta[k] * np.float64(two_H[k + 1] - two_H[k]) >= _log_uniform(keys[rungs], sweep * rungs + k):
                replica_at[k], replica_at[k + 1] = replica_at[k + 1], replica_at[k]
                two_H[k], two_H[k + 1] = two_H[k + 1], two_H[k]
                if window == 0:
                    exchanges[k] += 1
        if direction[replica_at[0]] == 2:
            trips[replica_at[0]] += 1
        direction[replica_at[0]] = 1
        if direction[replica_at[rungs - 1]] == 1:
            direction[replica_at[rungs - 1]] = 2


@njit(inline="always")
def _window(done: Integer, sweeps: Integer) -> Integer:
    """Return the window w of N sweeps that contains sweep ``done``: (N/2^(w+1), N/2^w]."""
    window = 0
    while 2 * done <= sweeps:
        done *= 2
        window += 1
    return window


@njit
def _doubled_energy(
    random_fields: Int32Array, all_up: Int32Array, two_field_steps: Integer, down_field: Int32Array, spins: Int16Array
) -> Integer:
    """Return 2H = Σ_i s_i (F_i + h_i) in field steps."""
    total = np.int64(0)
    for i in range(len(spins)):
        total += np.int64(spins[i]) * (np.int64(all_up[i] - np.int32(two_field_steps * down_field[i])) + random_fields[i])
    return total


@njit
def _measure(
    k: Integer,
    n: Integer,
    grid: tuple[Any, ...],
    all_up: Int32Array,
    two_field_steps: Integer,
    down_field: Int32Array,
    spins: Int16Array,
    counts: IntArray,
    low: IntArray,
    with_bins: bool,
) -> None:
    """Count the excitation energies of the replica at rung k below T and below low_K, and optionally in each bin."""
    edges, bins, temperatures, low_K, unit_K = grid
    for i in range(n):
        field = np.int32(all_up[i] - np.int32(two_field_steps * down_field[i]))
        E = 2.0 * abs(field) * unit_K
        low[0] += E < temperatures[k]
        low[1] += E < low_K
        if with_bins and bins[k]:
            b = np.searchsorted(edges[k, : bins[k]], E, side="right") - 1
            counts[0, k, b] += 1
            counts[1, k, b] += spins[i] * field > 0


@njit(inline="always")
def _log_uniform(key: Integer, counter: Integer) -> Real:
    """Return ln u, where u is one of the 2^31 odd multiples of 2^-32, from SplitMix64 at ``key`` + ``counter``."""
    z = key + np.uint64(counter) * np.uint64(0x9E3779B97F4A7C15)
    z = (z ^ (z >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    z = (z ^ (z >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    z = z ^ (z >> np.uint64(31))
    return np.float64(_log(np.uint32(np.uint32(z & np.uint64(0xFFFFFFFF)) | np.uint32(1))))
