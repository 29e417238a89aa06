"""Simulate the density of states of one (L, J0) without the workflow, with its engine and its bits.

Batches are simulated in several processes, and each is kept in shards as soon as it is finished. A batch whose shards exist is
not simulated again: after an interruption only batches in progress are lost. Processes are connected by pipes alone, so that
they end with the process that started them, however that ended.
"""

from __future__ import annotations

import json
import multiprocessing
import re
import signal
import sys
import tempfile
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from multiprocessing.connection import Connection, wait
from pathlib import Path
from types import ModuleType
from typing import TYPE_CHECKING, Any, cast

import numpy as np

from tlsglass.base import io, labels, provenance, validation
from tlsglass.base.labels import Batch
from tlsglass.base.types import StrPath
from tlsglass.dos.load import load_merged, read_shard
from tlsglass.dos.temperature_series import TemperatureSeries
from tlsglass.montecarlo import methods
from tlsglass.montecarlo.protocol import CHAIN_VERSION, TEMPERING
from tlsglass.montecarlo.tempering_batch import MIN_ROUND_TRIPS, TemperingRecord
from tlsglass.study.simulation_choices import JACKKNIFE_GROUPS, Choices, check_cores
from tlsglass.study.simulation_plan import SimulationPlan

if TYPE_CHECKING:
    from multiprocessing.context import SpawnProcess

REALIZATION, READY = "realization", "ready"  # what a process reports: a finished realization; that it waits for a batch
SUMMARY = "simulation.json"
DENSITY_FILE = re.compile(r"T[-+.e\d]+\.(npz|csv)")
MAX_SUMMARY_BYTES = 1_000_000


def simulate(
    L: int,
    J0_K: float,
    realizations: int,
    temperatures_K: Sequence[float],
    *,
    h0_K: float = Choices.h0_K,
    cutoff: float = Choices.cutoff,
    concentration: float = Choices.concentration,
    interaction: str = Choices.interaction,
    fields: str | None = None,
    positions: str = Choices.positions,
    vt_over_vl: float | None = None,
    electric_over_elastic: float | None = None,
    method: str = Choices.method,
    schedule: str | None = None,
    highest_K: float | None = None,
    dynamics: str = Choices.dynamics,
    sweeps: int | None = None,
    seed: int = Choices.seed,
    cores: int = 1,
    folder: StrPath | None = None,
    report: Callable[[str], object] | None = None,
) -> TemperatureSeries:
    """Simulate the density of states n(T, E) of interacting TLSs. The command ``tlsglass simulate`` does the same.

    The counts are the same on every machine and in the workflow. Those of realization k depend on the model (``L``, ``J0_K``
    and the arguments from ``h0_K`` to ``electric_over_elastic``), the method with its temperatures, dynamics and sweeps, the
    seed and k. They depend neither on the number of realizations nor on the number of cores.

    Parameters
    ----------
    L : int
        Size of the lattice, 2 to 128.
    J0_K : float
        Typical interaction of neighboring TLSs in kelvin.
    realizations : int
        Number of realizations of the disorder, a multiple of 10 and at least 20.
    temperatures_K : sequence of float
        Temperatures in kelvin at which excitation energies are counted. Those that the schedule does not contain are inserted.
    h0_K : float, optional
        Typical random field in kelvin. The temperatures of the schedule, made for the default, are scaled with it.
    cutoff : float, optional
        C of J_ij = c_ij J0 / (R³ + C), in cubed lattice constants.
    concentration : float, optional
        TLSs per lattice site.
    interaction : {"gaussian", "dipolar", "dipolar_gaussian", "elastic", "two_tls", "electric_elastic"}, optional
        Origin of the factors c_ij: independent normal numbers (the default), or moments of the TLSs.
    fields : {"independent", "same_dipole"}, optional
        Whether the random fields are independent of the couplings, or follow from the same moments. The default is independent
        fields, except for ``two_tls``, whose fields always follow from the same moments.
    positions : {"lattice", "random"}, optional
        Positions of the TLSs.
    vt_over_vl : float, optional
        Ratio of the transverse to the longitudinal sound velocity, for interactions of strain tensors only. With 0, the
        default, strain tensors interact only through transverse strain.
    electric_over_elastic : float, optional
        Ratio r of Appendix C, for ``electric_elastic`` only, by default 1.5.
    method : {"annealing", "tempering"}, optional
        Tempering is exchange Monte Carlo and yields n(T, E) in equilibrium.
    schedule : {"paper", "short"}, optional
        Temperatures of annealing, by default those of the paper. ``short`` begins at 1.2 h0.
    highest_K : float, optional
        Highest temperature of tempering in kelvin, by default (h0 + J0)/2.
    dynamics : {"metropolis", "heat_bath"}, optional
        Probability with which a spin flips.
    sweeps : int, optional
        Sweeps at each temperature, by default 257 for annealing and 8192 for tempering. Tempering requires a multiple of 128.
    seed : int, optional
        Root of all random numbers.
    cores : int, optional
        Number of processes.
    folder : str or path-like, optional
        Where the results and the finished batches are kept. A call with the same arguments continues an interrupted one, also
        with more realizations or at other temperatures of the schedule. By default nothing is kept.
    report : callable, optional
        Function that is called with a line of progress every few seconds.

    Returns
    -------
    TemperatureSeries
        ``at(T_K)`` is the density of states at a temperature, a DensityOfStates. Its errors are jackknife errors from 50 groups
        of realizations, or from one group per ten realizations if these are fewer. ``quench`` is the density of states after
        the quench that ends annealing, and None for tempering.

    Raises
    ------
    ValueError
        If an argument is out of its range, or if ``folder`` contains another simulation.
    OverflowError
        If the couplings or fields of a realization exceed the range of the integers that represent them, which is rare.

    Examples
    --------
    >>> import tlsglass
    >>> series = tlsglass.simulate(L=4, J0_K=3, realizations=100, temperatures_K=[0.5, 2], schedule="short")
    >>> series.at(0.5).n_realizations
    100
    >>> dipoles = tlsglass.simulate(L=4, J0_K=3, realizations=100, temperatures_K=[0.5], interaction="dipolar")
    """
    choices = Choices(
        L=L,
        J0_K=J0_K,
        realizations=realizations,
        temperatures_K=temperatures_K,
        h0_K=h0_K,
        cutoff=cutoff,
        concentration=concentration,
        interaction=interaction,
        fields=fields,
        positions=positions,
        vt_over_vl=vt_over_vl,
        electric_over_elastic=electric_over_elastic,
        method=method,
        schedule=schedule,
        highest_K=highest_K,
        dynamics=dynamics,
        sweeps=sweeps,
        seed=seed,
    )
    if folder is not None:
        return run(choices, Path(folder), cores, report or methods.discard)
    with tempfile.TemporaryDirectory() as temporary:
        return run(choices, Path(temporary), cores, report or methods.discard)


def run(
    choices: Choices, folder: Path, cores: int, report: Callable[[str], object], interval: float = 5.0
) -> TemperatureSeries:
    """Simulate into ``folder``, and report progress every ``interval`` seconds. Raises as ``simulate``."""
    plan, shards = choices.plan, folder / "shards"
    check_cores(cores, plan.model)
    _claim(folder, plan)
    batches = unfinished_batches(plan, shards)
    done = plan.realizations - sum(batch.n for batch in batches)
    if done:
        report(f"{done}/{plan.realizations} realizations are in {folder} already")
    run_batches(plan, shards, batches, int(cores), _progress(plan.realizations, done, report, interval))
    series = _load(plan, shards)
    notes = _notes(plan, shards)
    for name, value in notes.items():
        report(f"{name.replace('_', ' ')}: {value} of {plan.realizations}")
    _save(folder, plan, series, notes)
    return series


def _progress(total: int, done: int, report: Callable[[str], object], interval: float) -> Callable[[], None]:
    """Return a function to be called after each realization.

    The rate is measured from the first of them on, before which processes start and compile the kernels.
    """
    count, progress = done, None

    def advance() -> None:
        nonlocal count, progress
        count += 1
        if progress is None:
            progress = methods.Progress(total, report, count, interval)
        else:
            progress.update(count)

    return advance


def read_summary(folder: Path) -> dict[str, Any] | None:
    """Return the content of the summary in ``folder``, or None if there is none. Raises InputError if it cannot be read."""
    path = folder / SUMMARY
    if not path.exists():
        return None
    try:
        content = json.loads(validation.read_regular_file(path, MAX_SUMMARY_BYTES))
        if isinstance(content["fingerprint"], dict) and isinstance(content["sha256"], dict):
            return dict(content)
    except (ValueError, KeyError, TypeError, RecursionError):
        pass
    raise validation.InputError(f"{path}: is not the summary of a simulation; remove it, or choose another folder")


def _claim(folder: Path, plan: SimulationPlan) -> None:
    """Write the summary of an unfinished simulation. Raises InputError if the folder belongs to another simulation."""
    ours = json.loads(plan.fingerprint)
    summary = read_summary(folder)
    if summary is None:
        io.write_json(folder / SUMMARY, _summary(plan, {}))
        return
    theirs = summary["fingerprint"]
    for name in sorted({*ours, *theirs}):
        if theirs.get(name) != ours.get(name):
            values = " and ".join(
                f"{validation.shown(content.get(name))} {where}" for content, where in ((theirs, "in it"), (ours, "now"))
            )
            raise validation.InputError(f"{folder}: contains another simulation ({name} is {values}); choose another folder")


def _load(plan: SimulationPlan, shards: Path) -> TemperatureSeries:
    """Return the densities of states of all batches."""
    merged = [
        load_merged(
            [shards / name for name in plan.shards(rung)],
            plan.fingerprint_at(rung),
            rung.T_K,
            plan.realizations,
            JACKKNIFE_GROUPS,
            [(0, plan.realizations)],
        )
        for rung in plan.rungs
    ]
    quenches = [density for density, rung in zip(merged, plan.rungs, strict=True) if rung.quench]
    rungs = [density for density, rung in zip(merged, plan.rungs, strict=True) if not rung.quench]
    return TemperatureSeries(rungs, *quenches)


def _notes(plan: SimulationPlan, shards: Path) -> dict[str, int]:
    """Return what the records say about all realizations: in how many the two copies of tempering have met."""
    if plan.protocol.method != TEMPERING:
        return {}
    met = 0
    for name in plan.chain_records:
        record = methods.read_record(shards / name, plan.record_fingerprint, TEMPERING)
        assert isinstance(record, TemperingRecord)
        same_lowest = record.lowest[:, 0] == record.lowest[:, 1]
        met += int(np.sum(same_lowest & (record.trips.min(axis=1) >= MIN_ROUND_TRIPS)))
    return {"realizations_whose_two_copies_met": met}


def _save(folder: Path, plan: SimulationPlan, series: TemperatureSeries, notes: dict[str, int]) -> None:
    """Replace the results in ``folder`` as a whole."""
    earlier = [name for name in (read_summary(folder) or {"sha256": {}})["sha256"] if DENSITY_FILE.fullmatch(name)]
    with io.replace_together(folder, earlier) as temporary:
        for density in (*series.rungs, *([series.quench] if series.quench else [])):
            name = labels.Rung(density.T_K)
            density.save(temporary / f"{name}.npz")
            density.save_table(temporary / f"{name}.csv")
        digests = {path.name: io.sha256(path) for path in sorted(temporary.iterdir())}
        io.write_json(temporary / SUMMARY, _summary(plan, digests) | notes)


def _summary(plan: SimulationPlan, digests: dict[str, str]) -> dict[str, Any]:
    """Return, for JSON, the parameters and the provenance of a simulation, and its files."""
    return {
        **provenance.software(CHAIN_VERSION),
        "fingerprint": json.loads(plan.fingerprint),
        "realizations": plan.realizations,
        "temperatures_K": list(plan.protocol.measured_K),
        "sha256": digests,
    }


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
