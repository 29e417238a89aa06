"""The methods of simulation: run a batch of realizations by the method of its protocol, and read its record."""

import time
from collections.abc import Callable

from tlsglass.base.types import StrPath
from tlsglass.dos.density_of_states import DensityOfStates
from tlsglass.dos.load import check_batch_name, check_fingerprint
from tlsglass.model.parameters import ModelParameters
from tlsglass.montecarlo.annealing import AnnealingSimulation
from tlsglass.montecarlo.batch import BatchRecord, BatchSimulation
from tlsglass.montecarlo.checkpoint import Checkpoint
from tlsglass.montecarlo.paired_anneals import PairedAnnealsSimulation
from tlsglass.montecarlo.protocol import ANNEALING, PAIRED_ANNEALING, TEMPERING, Protocol
from tlsglass.montecarlo.tempering_batch import TemperingSimulation

METHODS: dict[str, type[BatchSimulation]] = {
    ANNEALING: AnnealingSimulation,
    TEMPERING: TemperingSimulation,
    PAIRED_ANNEALING: PairedAnnealsSimulation,
}


def simulate(
    model: ModelParameters,
    protocol: Protocol,
    first: int,
    n: int,
    report: Callable[[str], object] | None = None,
    checkpoint: Checkpoint | None = None,
) -> tuple[dict[float, DensityOfStates], BatchRecord]:
    """Simulate realizations ``first`` to ``first + n - 1`` of a model by the method of the protocol.

    Parameters
    ----------
    model, protocol
        What is simulated, and how.
    first, n
        Multiples of ``protocol.block``.
    report
        Called with a line of progress every few seconds.
    checkpoint
        Keeps the finished realizations of an interrupted batch; those that it contains are not simulated again.

    Returns
    -------
    densities
        The counts of excitation energies, {temperature in kelvin: DensityOfStates}.
    record
        Energies, acceptance rates and the like of the Markov chains.

    Raises
    ------
    ValueError
        For numbers of realizations that are no multiples of the block, or sweeps that do not suit the method.
    """
    report = report or discard
    batch = METHODS[protocol.method](model, protocol, first, n)
    done = checkpoint.restore(batch.arrays) if checkpoint else 0
    if checkpoint and done:
        report(f"{done}/{n} realizations taken from {checkpoint.path}")
    progress = Progress(n, report, done)
    for index in range(done, n):
        batch.run(index)
        progress.update(index + 1)
        if checkpoint and index + 1 < n:
            checkpoint.update(index + 1, batch.arrays)
    return batch.densities(), batch.record()


def discard(line: str) -> None:
    """Do nothing with a line of progress."""


def read_record(path: StrPath, fingerprint: str, method: str) -> BatchRecord:
    """Return the record of a batch.

    Raises DamagedFileError, and ShardMismatchError for another fingerprint or other realizations than in the file name.
    """
    record = METHODS[method].record_type.load(path)
    check_fingerprint(path, record.fingerprint, fingerprint)
    check_batch_name(path, int(record.first), record.n_realizations)
    return record


class Progress:
    """Reports finished realizations, rate and remaining time, at most every ``interval`` seconds and at the end."""

    def __init__(self, total: int, report: Callable[[str], object], done: int = 0, interval: float = 5.0) -> None:
        self.total, self.report, self.initial, self.interval = total, report, done, interval
        self.start = self.last = time.monotonic()

    def update(self, count: int) -> None:
        """Report that ``count`` realizations are finished, if a report is due."""
        now = time.monotonic()
        if count < self.total and now - self.last < self.interval:
            return
        self.last = now
        rate = (count - self.initial) / max(now - self.start, 1e-9)
        self.report(f"{count}/{self.total} realizations, {rate:.2f} per second, {(self.total - count) / rate:.0f} s left")
