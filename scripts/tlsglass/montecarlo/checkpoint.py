"""The finished realizations of a batch that is not whole yet: a kill or a wall-time limit costs no more than the last ones.

A checkpoint is written whole beside the shards and is read only by a run of the same ``origin``. Since a realization
depends on its own number alone, a batch that is taken up again ends with the same bits as one that was never stopped.
"""

import signal
import time
from pathlib import Path

import numpy as np

from tlsglass.base import io

INTERVAL = 30.0  # seconds between two checkpoints: what SIGKILL can cost


class InterruptedBatchError(io.UserError):
    """A signal asked the batch to stop; its finished realizations are kept."""


class Checkpoint:
    """Keeps the arrays of an unfinished batch at ``path``; a context manager that removes them once the batch is whole.

    Inside of the context SIGTERM and SIGINT stop the batch after the realization in flight, with a last checkpoint; the
    second such signal ends the process at once.
    """

    def __init__(self, path, origin, interval=INTERVAL):
        self.path, self.origin, self.interval = Path(path), origin, interval
        self.stopped_by = None

    def __enter__(self):
        self.last = time.monotonic()
        self.handlers = {number: signal.signal(number, self._stop) for number in (signal.SIGTERM, signal.SIGINT)}
        return self

    def __exit__(self, kind, error, trace):
        for number, handler in self.handlers.items():
            signal.signal(number, handler)
        if kind is None:
            self.path.unlink(missing_ok=True)

    def _stop(self, number, frame):
        self.stopped_by = signal.Signals(number).name
        signal.signal(number, self.handlers[number])

    def restore(self, arrays):
        """Fill ``arrays``, a dict of arrays, from the checkpoint in place; return the number of finished realizations.

        A checkpoint that is missing, damaged, of another origin or of other shapes is none: 0 is returned.
        """
        try:
            kept, stamp = io.read_arrays(self.path)
        except (FileNotFoundError, io.DamagedFileError):
            return 0
        if stamp != {"origin": self.origin} or not arrays.keys() < kept.keys():
            return 0
        if any(kept[name].shape != array.shape for name, array in arrays.items()):
            return 0
        for name, array in arrays.items():
            array[...] = kept[name]
        return int(kept["done"])

    def done(self, count, arrays):
        """Take note that ``count`` realizations are finished. Raises Stopped when a signal has asked for it."""
        now = time.monotonic()
        if self.stopped_by is None and now - self.last < self.interval:
            return
        io.write_arrays(self.path, arrays | {"done": np.int64(count)}, {"origin": self.origin})
        self.last = now
        if self.stopped_by is not None:
            raise InterruptedBatchError(
                f"stopped by {self.stopped_by}; {count} realizations are kept in {self.path}: run again to go on"
            )
