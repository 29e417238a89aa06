"""One batch of realizations, annealed down the ladder: what the shards of a batch hold."""

import json
import time
from dataclasses import asdict, dataclass

import numpy as np

from tlsglass.base import files, samples
from tlsglass.chain import metropolis
from tlsglass.density.counts import Counts
from tlsglass.density.grid import Grid, histogram
from tlsglass.density.merge import check_origin, check_realizations
from tlsglass.model import disorder, excitations


@dataclass(frozen=True)
class Protocol:
    """How a realization is annealed and at which temperatures its excitation energies are counted (all in kelvin)."""

    ladder_K: tuple  # descending
    dynamics: str  # "metropolis" or "heat_bath"
    sweeps: int  # at each rung, and at the quench
    quench_K: float
    measured_K: tuple  # rungs at which energies are counted; the quench is always counted
    block: int  # realizations per block of counts
    seed: int
    grid: Grid

    def grid_edges(self, T_K, E_max_K):
        """Return the energy bins at ``T_K``; the quench shares those of the lowest rung."""
        return self.grid.edges(max(T_K, self.ladder_K[-1]), E_max_K)


class Stored:
    """A dataclass that is kept in an npz file."""

    def save(self, path):
        files.write_arrays(path, vars(self))

    @classmethod
    def load(cls, path):
        """Read what ``save`` wrote. Raises files.DamagedFile."""
        arrays = files.read_arrays(path)
        try:
            return cls(**{name: array[()] for name, array in arrays.items()})
        except TypeError as error:
            raise files.DamagedFile(path, f"not a {cls.__name__}: {error}") from error


@dataclass(frozen=True)
class Chain(Stored):
    """What the annealing itself was like, per realization. The last rung is the quench, after its relaxation."""

    origin: str
    first: int
    rungs_K: np.ndarray  # (r,) ladder and quench
    energy_K: np.ndarray  # (n, r) energy per spin at the end of each rung
    acceptance: np.ndarray  # (n, r) accepted flips per attempt
    unstable_spins: np.ndarray  # (n,) after the sweeps at the quench, before the relaxation
    unstable_pairs: np.ndarray  # (n,)
    unstable_after: np.ndarray  # (n,) spins and pairs after the relaxation: zero


@dataclass(frozen=True)
class ChainSummary(Stored):
    """The Chains of all batches of one (L, J0): means over realizations, and their standard errors."""

    origin: str
    n_realizations: int
    rungs_K: np.ndarray  # (r,)
    energy_K: np.ndarray  # (r,)
    energy_K_err: np.ndarray
    acceptance: np.ndarray  # (r,)
    acceptance_err: np.ndarray
    share_unstable: np.ndarray  # (3,) of realizations: against a spin, against a pair, after the relaxation
    share_unstable_err: np.ndarray


def summarise(chains):
    """Return the ChainSummary of an iterable of batches of one (L, J0), looked at one at a time."""
    total = samples.NONE
    for chain in chains:
        unstable = np.column_stack([chain.unstable_spins, chain.unstable_pairs, chain.unstable_after]) > 0
        total = total.add(np.column_stack([chain.energy_K, chain.acceptance, unstable]))
    rungs = len(chain.rungs_K)
    energy, acceptance, share = np.split(total.mean, [rungs, 2 * rungs])
    energy_err, acceptance_err, share_err = np.split(total.error, [rungs, 2 * rungs])
    return ChainSummary(
        str(chain.origin), total.n, chain.rungs_K, energy, energy_err, acceptance, acceptance_err, share, share_err
    )


def read_chain(path, expected):
    """Return the Chain of a batch. Raises files.DamagedFile, and ForeignShard for other than ``expected`` origin."""
    chain = Chain.load(path)
    check_origin(path, str(chain.origin), expected)
    check_realizations(path, int(chain.first), len(chain.energy_K))
    return chain


def origin(model, protocol):
    """Name everything that the numbers of a shard depend on, but for its realizations."""
    chain = {"chain_version": metropolis.CHAIN_VERSION}
    return json.dumps(chain | asdict(model) | asdict(protocol), sort_keys=True)


def simulate(model, protocol, first, n, report=lambda line: None, checkpoint=None):
    """Anneal realizations ``first`` to ``first + n - 1`` of ``model`` and count their excitation energies.

    Returns the counts, a dict from temperature to Counts, and the Chain. ``first`` and ``n`` are multiples of the
    block. ``report`` gets a line of progress every few seconds. A checkpoint.Checkpoint keeps what is finished, and
    what it holds already is not annealed again.
    """
    rungs = np.array([*protocol.ladder_K, protocol.quench_K])
    edges = {T: protocol.grid_edges(T, model.energy_range_K) for T in (*protocol.measured_K, protocol.quench_K)}
    counts = {T: np.zeros((n // protocol.block, len(e) - 1), dtype=np.int64) for T, e in edges.items()}
    energy, acceptance = np.zeros((n, len(rungs))), np.zeros((n, len(rungs)))
    unstable = np.zeros((n, 3), dtype=np.int64)
    kept = {f"counts_{k}": array for k, array in enumerate(counts.values())}
    kept |= {"energy": energy, "acceptance": acceptance, "unstable": unstable}
    begun = checkpoint.restore(kept) if checkpoint else 0
    if begun:
        report(f"{begun}/{n} realizations taken from {checkpoint.path}")
    progress = Progress(n, report, begun)
    for index in range(begun, n):
        system = disorder.build(model, disorder.draw(model.L, model.n_spins, protocol.seed, first + index))
        chain = metropolis.Chain(system, protocol.dynamics)
        for rung, T in enumerate(rungs):
            flips = chain.sweep(T, protocol.sweeps)
            acceptance[index, rung] = flips / (protocol.sweeps * system.n)
            if T == protocol.quench_K:
                unstable[index, :2] = excitations.stability(system)
                excitations.relax(system)
                unstable[index, 2] = sum(excitations.stability(system))
            energy[index, rung] = excitations.energy_per_spin(system)
            if T in counts:
                counts[T][index // protocol.block] += histogram(excitations.excitation_energies(system), edges[T])
        progress.done(index + 1)
        if checkpoint and index + 1 < n:
            checkpoint.done(index + 1, kept)
    starts = np.arange(first, first + n, protocol.block)
    shards = {
        T: Counts(
            L=model.L,
            J0_K=model.J0_K,
            T_K=T,
            n_spins=model.n_spins,
            concentration=model.concentration,
            block=protocol.block,
            origin=origin(model, protocol),
            first=starts,
            edges_K=edges[T],
            counts=counts[T],
        )
        for T in counts
    }
    return shards, Chain(origin(model, protocol), first, rungs, energy, acceptance, *unstable.T)


class Progress:
    """Reports realizations done, rate and time left, at most every ``interval`` seconds and at the end."""

    def __init__(self, total, report, begun=0, interval=5.0):
        self.total, self.report, self.begun, self.interval = total, report, begun, interval
        self.start = self.last = time.monotonic()

    def done(self, count):
        now = time.monotonic()
        if count < self.total and now - self.last < self.interval:
            return
        self.last = now
        rate = (count - self.begun) / max(now - self.start, 1e-9)
        self.report(f"{count}/{self.total} realizations, {rate:.2f} per second, {(self.total - count) / rate:.0f} s left")
