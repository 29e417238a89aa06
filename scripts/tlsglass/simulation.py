"""One batch of realizations, annealed down the ladder: what the shards of a batch hold."""

import json
import time
from dataclasses import asdict, dataclass

import numpy as np

from tlsglass import annealing, disorder, dos, excitations, files


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
    grid: dos.Grid

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
    """The Chains of all batches of one (L, J0): means over ``g`` groups of realizations."""

    origin: str
    n_realizations: int
    rungs_K: np.ndarray  # (r,)
    energy_K: np.ndarray  # (g, r)
    acceptance: np.ndarray  # (g, r)
    share_unstable_spins: np.ndarray  # (g,) of realizations
    share_unstable_pairs: np.ndarray  # (g,)
    share_unstable_after: np.ndarray  # (g,)


def summarise(chains, groups):
    """Return the ChainSummary of batches of one (L, J0). Raises dos.ForeignShard when their origins differ."""
    chains = sorted(chains, key=lambda chain: int(chain.first))
    if len({str(chain.origin) for chain in chains}) > 1:
        raise dos.ForeignShard("the chains of two batches have different origins")

    def means(name):
        values = np.concatenate([getattr(chain, name) for chain in chains])
        if name.startswith("unstable"):
            values = values > 0
        return np.array([part.mean(axis=0) for part in np.array_split(values, min(groups, len(values)))])

    return ChainSummary(
        origin=str(chains[0].origin),
        n_realizations=sum(len(chain.energy_K) for chain in chains),
        rungs_K=chains[0].rungs_K,
        energy_K=means("energy_K"),
        acceptance=means("acceptance"),
        share_unstable_spins=means("unstable_spins"),
        share_unstable_pairs=means("unstable_pairs"),
        share_unstable_after=means("unstable_after"),
    )


def origin(model, protocol):
    """Name everything that the numbers of a shard depend on, but for its realizations."""
    chain = {"chain_version": annealing.CHAIN_VERSION}
    return json.dumps(chain | asdict(model) | asdict(protocol), sort_keys=True)


def simulate(model, protocol, first, n, report=lambda line: None):
    """Anneal realizations ``first`` to ``first + n - 1`` of ``model`` and count their excitation energies.

    Returns the counts, a dict from temperature to dos.Counts, and the Chain. ``first`` and ``n`` are multiples of the
    block. ``report`` gets a line of progress every few seconds.
    """
    rungs = np.array([*protocol.ladder_K, protocol.quench_K])
    edges = {T: protocol.grid_edges(T, model.energy_range_K) for T in (*protocol.measured_K, protocol.quench_K)}
    counts = {T: np.zeros((n // protocol.block, len(e) - 1), dtype=np.int64) for T, e in edges.items()}
    energy, acceptance = np.zeros((n, len(rungs))), np.zeros((n, len(rungs)))
    unstable = np.zeros((n, 3), dtype=np.int64)
    progress = Progress(n, report)
    for index in range(n):
        system = disorder.build(model, disorder.draw(model.L, model.n_spins, protocol.seed, first + index))
        for rung, T in enumerate(rungs):
            flips = annealing.anneal_rung(system, T, protocol.sweeps, rung * protocol.sweeps, protocol.dynamics)
            acceptance[index, rung] = flips / (protocol.sweeps * system.n)
            if T == protocol.quench_K:
                unstable[index, :2] = excitations.stability(system)
                excitations.relax(system)
                unstable[index, 2] = sum(excitations.stability(system))
            energy[index, rung] = excitations.energy_per_spin(system)
            if T in counts:
                counts[T][index // protocol.block] += dos.histogram(excitations.excitation_energies(system), edges[T])
        progress.done(index + 1)
    starts = np.arange(first, first + n, protocol.block)
    shards = {
        T: dos.Counts(
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

    def __init__(self, total, report, interval=5.0):
        self.total, self.report, self.interval = total, report, interval
        self.start = self.last = time.monotonic()

    def done(self, count):
        now = time.monotonic()
        if count < self.total and now - self.last < self.interval:
            return
        self.last = now
        rate = count / max(now - self.start, 1e-9)
        self.report(f"{count}/{self.total} realizations, {rate:.2f} per second, {(self.total - count) / rate:.0f} s left")
