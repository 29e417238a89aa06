"""One batch of realizations, annealed down the ladder: what the shards of a batch hold."""

import time
from dataclasses import dataclass

import numpy as np

from tlsglass.base import io, jackknife
from tlsglass.dos.density_of_states import DensityOfStates
from tlsglass.dos.grid import histogram
from tlsglass.dos.load import check_fingerprint, check_realizations
from tlsglass.model import disorder, excitations
from tlsglass.model.parameters import ModelParameters
from tlsglass.montecarlo import metropolis
from tlsglass.montecarlo.protocol import Protocol, counts_fingerprint, record_fingerprint

FINGERPRINT_KEY = "origin"  # of the fingerprint in the metadata of stored files


class StoredRecord:
    """A dataclass of arrays that is kept in an npz file, with its origin as the stamp."""

    def save(self, path):
        io.write_arrays(path, {k: v for k, v in vars(self).items() if k != "fingerprint"}, {FINGERPRINT_KEY: self.fingerprint})

    @classmethod
    def load(cls, path):
        """Read what ``save`` wrote. Raises files.DamagedFile."""
        arrays, stamp = io.read_arrays(path)
        try:
            return cls(fingerprint=stamp[FINGERPRINT_KEY], **{name: array[()] for name, array in arrays.items()})
        except (KeyError, TypeError) as error:
            raise io.DamagedFileError(path, f"not a {cls.__name__}: {error}") from error


@dataclass(frozen=True)
class AnnealingRecord(StoredRecord):
    """What the annealing itself was like, per realization. The last rung is the quench, after its relaxation."""

    fingerprint: str
    first: int
    rungs_K: np.ndarray  # (r,) ladder and quench
    energy_K: np.ndarray  # (n, r) energy per spin at the end of each rung
    acceptance: np.ndarray  # (n, r) accepted flips per attempt
    unstable_spins: np.ndarray  # (n,) after the sweeps at the quench, before the relaxation
    unstable_pairs: np.ndarray  # (n,)
    unstable_after: np.ndarray  # (n,) spins and pairs after the relaxation: zero


@dataclass(frozen=True)
class AnnealingSummary(StoredRecord):
    """The Chains of all batches of one (L, J0): means over realizations, and their standard errors."""

    fingerprint: str
    n_realizations: int
    rungs_K: np.ndarray  # (r,)
    energy_K: np.ndarray  # (r,)
    energy_K_err: np.ndarray
    acceptance: np.ndarray  # (r,)
    acceptance_err: np.ndarray
    share_unstable: np.ndarray  # (3,) of realizations: against a spin, against a pair, after the relaxation
    share_unstable_err: np.ndarray


def summarize(chains):
    """Return the ChainSummary of an iterable of batches of one (L, J0), looked at one at a time."""
    total = jackknife.NO_MOMENTS
    for chain in chains:
        unstable = np.column_stack([chain.unstable_spins, chain.unstable_pairs, chain.unstable_after]) > 0
        total = total.add(np.column_stack([chain.energy_K, chain.acceptance, unstable]))
    rungs = len(chain.rungs_K)
    energy, acceptance, share = np.split(total.mean, [rungs, 2 * rungs])
    energy_err, acceptance_err, share_err = np.split(total.error, [rungs, 2 * rungs])
    return AnnealingSummary(
        chain.fingerprint, total.n, chain.rungs_K, energy, energy_err, acceptance, acceptance_err, share, share_err
    )


def read_summary(path, fingerprint, n):
    """Return the ChainSummary of ``n`` realizations. Raises files.DamagedFile, and ForeignShard for another."""
    summary = AnnealingSummary.load(path)
    check_fingerprint(path, summary.fingerprint, fingerprint)
    check_realizations(path, [0], [int(summary.n_realizations)], n)
    return summary


def simulate(model: ModelParameters, protocol: Protocol, first, n, report=lambda line: None, checkpoint=None):
    """Anneal realizations ``first`` to ``first + n - 1`` of ``model`` and count their excitation energies.

    Returns the counts, a dict from temperature to Counts, and the Chain. ``report`` gets a line of progress every few
    seconds. A checkpoint.Checkpoint keeps what is finished, and what it holds already is not annealed again. Raises
    ValueError unless ``first`` and ``n`` are multiples of the block.
    """
    for name, value, least in (("first", first, 0), ("n", n, protocol.block)):
        if value < least or value % protocol.block:
            raise ValueError(f"{name} = {value!r}: must be a multiple of the block, {protocol.block}, and >= {least}")
    rungs = protocol.rungs
    edges = {rung.T_K: protocol.grid_edges(rung.T_K, model.energy_range_K) for rung in protocol.counted_rungs}
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
        chain = metropolis.MarkovChain(system, protocol.dynamics)
        for place, rung in enumerate(rungs):
            flips = chain.sweep(rung.T_K, protocol.sweeps)
            acceptance[index, place] = flips / (protocol.sweeps * system.n)
            if rung.quench:
                unstable[index, :2] = excitations.stability(system)
                excitations.relax(system)
                unstable[index, 2] = sum(excitations.stability(system))
            energy[index, place] = excitations.energy_per_spin(system)
            if rung.T_K in counts:
                energies = excitations.excitation_energies(system)
                counts[rung.T_K][index // protocol.block] += histogram(energies, edges[rung.T_K])
        progress.done(index + 1)
        if checkpoint and index + 1 < n:
            checkpoint.done(index + 1, kept)
    starts = np.arange(first, first + n, protocol.block)
    found = {
        rung.T_K: DensityOfStates(
            L=model.L,
            J0_K=model.J0_K,
            T_K=rung.T_K,
            n_spins=model.n_spins,
            concentration=model.concentration,
            block=protocol.block,
            fingerprint=counts_fingerprint(model, protocol, rung),
            first=starts,
            edges_K=edges[rung.T_K],
            counts=counts[rung.T_K],
        )
        for rung in protocol.counted_rungs
    }
    temperatures_K = np.array([rung.T_K for rung in rungs])
    return found, AnnealingRecord(record_fingerprint(model, protocol), first, temperatures_K, energy, acceptance, *unstable.T)


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
