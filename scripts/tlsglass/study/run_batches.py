"""Simulate the batches of a plan, in several processes, and keep each in shards as soon as it is finished.

A batch whose shards exist is not simulated again: after an interruption only batches in progress are lost. Processes are
connected by pipes alone, so that they end with the process that started them, however that ended.
"""

from __future__ import annotations

import multiprocessing
import signal
import sys
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from multiprocessing.connection import Connection, wait
from pathlib import Path
from types import ModuleType
from typing import TYPE_CHECKING, cast

from tlsglass.base import io
from tlsglass.base.labels import Batch
from tlsglass.dos.load import read_shard
from tlsglass.montecarlo import methods
from tlsglass.study.simulation_plan import SimulationPlan

if TYPE_CHECKING:
    from multiprocessing.context import SpawnProcess

REALIZATION, READY = "realization", "ready"  # what a process reports: a finished realization; that it waits for a batch


def unfinished_batches(plan: SimulationPlan, shards: Path) -> list[Batch]:
    """Return the batches that are not in the folder ``shards``, or not intact."""
    return [batch for batch in plan.batches if not _is_finished(plan, shards, batch)]


def _is_finished(plan: SimulationPlan, shards: Path, batch: Batch) -> bool:
    try:
        for rung in plan.rungs:
            read_shard(shards / plan.shard(rung, batch), plan.fingerprint_at(rung), rung.T_K)
        methods.read_record(shards / plan.chain_record(batch), plan.record_fingerprint, plan.protocol.method)
    except (FileNotFoundError, io.UserError):
        return False
    return True


def run_batches(
    plan: SimulationPlan, shards: Path, batches: Sequence[Batch], cores: int, advance: Callable[[], object]
) -> None:
    """Simulate ``batches`` in ``cores`` processes, or in this one.

    Parameters
    ----------
    advance
        Called after each realization.

    Raises
    ------
    UserError
        If a process ends unexpectedly, for instance for lack of memory.
    Exception
        What a process raises, such as OSError for a full disk.
    """
    for leftover in io.leftover_paths(shards):
        leftover.unlink(missing_ok=True)
    cores = min(cores, len(batches))
    if cores > 1:
        _run_in_processes(plan, shards, deque(batches), cores, advance)
        return
    for batch in batches:
        for _ in _simulate(plan, shards, batch):
            advance()


def _simulate(plan: SimulationPlan, shards: Path, batch: Batch) -> Iterator[None]:
    """Simulate a batch, yield after each realization, and write the shards at the end."""
    simulation = methods.METHODS[plan.protocol.method](plan.model, plan.protocol, batch.first, batch.n)
    for index in range(batch.n):
        simulation.run(index)
        yield
    densities = simulation.densities()
    for rung in plan.rungs:
        densities[rung.T_K].save(shards / plan.shard(rung, batch))
    simulation.record().save(shards / plan.chain_record(batch))


def _run_in_processes(
    plan: SimulationPlan, shards: Path, queue: deque[Batch], cores: int, advance: Callable[[], object]
) -> None:
    """Run ``cores`` processes until the queue is empty and all have finished."""
    context = multiprocessing.get_context("spawn")
    workers: dict[Connection, SpawnProcess] = {}
    try:
        for _ in range(cores):
            connection, end = context.Pipe()
            process = context.Process(target=_work, args=(end, plan, shards), daemon=True)
            with _without_main_module():
                process.start()
            end.close()
            workers[connection] = process
        while workers:
            for connection in cast(list[Connection], wait([*workers])):
                try:
                    message = connection.recv()
                    if message == READY:
                        connection.send(queue.popleft() if queue else None)
                except (EOFError, ConnectionError):
                    process = workers[connection]
                    process.join()
                    if process.exitcode:
                        raise _unexpected_end(process.exitcode) from None
                    del workers[connection]  # there was no batch left for it
                    continue
                if isinstance(message, Exception):
                    raise message
                if message == REALIZATION:
                    advance()
    finally:
        for process in workers.values():
            process.kill()
        for process in workers.values():
            process.join()


def _unexpected_end(exitcode: int) -> io.UserError:
    reason = f"was ended by {signal.Signals(-exitcode).name}" if exitcode < 0 else f"ended with exit code {exitcode}"
    return io.UserError(
        f"a process of the simulation {reason}; finished batches are kept. Use fewer cores if there was too little memory"
    )


@contextmanager
def _without_main_module() -> Iterator[None]:
    """Start processes that do not import the script of the user, which therefore needs no ``if __name__ == "__main__"``."""
    main = sys.modules["__main__"]
    sys.modules["__main__"] = ModuleType("__main__")
    try:
        yield
    finally:
        sys.modules["__main__"] = main


def _work(connection: Connection, plan: SimulationPlan, shards: Path) -> None:
    """Simulate the batches that arrive, until there is none or the other end is closed."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # it ends when the process that started it does
    try:
        connection.send(READY)
        while (batch := connection.recv()) is not None:
            for _ in _simulate(plan, shards, batch):
                connection.send(REALIZATION)
            connection.send(READY)
    except (EOFError, ConnectionError):
        pass
    except Exception as error:
        connection.send(error)
