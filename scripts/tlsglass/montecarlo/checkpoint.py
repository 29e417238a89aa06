"""Checkpoints: the finished realizations of an unfinished batch, so that a killed job loses at most the last ones.

A checkpoint is written atomically next to the shards and is read only for the same fingerprint and batch. A realization
depends on its own number alone, thus a resumed batch ends with the same bits as an uninterrupted one.
"""

import signal
import time
from collections.abc import Mapping
from pathlib import Path
from types import FrameType, TracebackType
from typing import Self

import numpy as np

from tlsglass.base import io
from tlsglass.base.types import AnyArray, StrPath

INTERVAL = 30.0  # seconds between two checkpoints: what SIGKILL can cost


class InterruptedBatchError(io.UserError):
    """A signal stopped the batch; its finished realizations are in the checkpoint."""


class Checkpoint:
    """Context manager that keeps the arrays of an unfinished batch at ``path`` and removes them when the batch is finished.

    Within the context, SIGTERM and SIGINT stop the batch after the current realization with a last checkpoint; a second
    such signal ends the process immediately.
    """

    def __init__(self, path: StrPath, fingerprint: str, interval: float = INTERVAL) -> None:
        self.path, self.interval = Path(path), interval
        self.metadata = {"fingerprint": fingerprint, "batch": self.path.stem}
        self.stopped_by: str | None = None

    def __enter__(self) -> Self:
        self.last = time.monotonic()
        self.handlers = {number: signal.signal(number, self._stop) for number in (signal.SIGTERM, signal.SIGINT)}
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        for number, handler in self.handlers.items():
            signal.signal(number, handler)
        if kind is None:
            self.path.unlink(missing_ok=True)

    def _stop(self, number: int, frame: FrameType | None) -> None:
        """Handle a signal: stop after the current realization."""
        self.stopped_by = signal.Signals(number).name
        signal.signal(number, self.handlers[signal.Signals(number)])

    def restore(self, arrays: Mapping[str, AnyArray]) -> int:
        """Fill ``arrays`` in place from the checkpoint; return the number of finished realizations.

        Returns 0 for a checkpoint that is missing, damaged, or has another fingerprint, another batch or other shapes.
        """
        try:
            stored, metadata = io.read_arrays(self.path)
        except (FileNotFoundError, io.DamagedFileError):
            return 0
        if metadata != self.metadata or not arrays.keys() < stored.keys():
            return 0
        if any(stored[name].shape != array.shape for name, array in arrays.items()):
            return 0
        for name, array in arrays.items():
            array[...] = stored[name]
        return int(stored["done"])

    def update(self, count: int, arrays: Mapping[str, AnyArray]) -> None:
        """Write a checkpoint with ``count`` finished realizations if one is due.

        Raises InterruptedBatchError after a signal.
        """
        now = time.monotonic()
        if self.stopped_by is None and now - self.last < self.interval:
            return
        io.write_arrays(self.path, {**arrays, "done": np.int64(count)}, self.metadata)
        self.last = now
        if self.stopped_by is not None:
            raise InterruptedBatchError(
                f"stopped by {self.stopped_by}; {count} realizations are kept in {self.path}: run again to go on"
            )
